"""One take: who rates what of a session, what they may say of it, and the states it becomes.

A take that is done is a Trajectory by an author of its own, `rater:NAME`, a second one of the same
rater by `rater:NAME#2`.
"""

__all__ = ["PREFIX", "Kind", "Sample", "Take"]

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadValues
from affectory.core.groups import Names
from affectory.core.records import Clock
from affectory.core.space import Space
from affectory.core.trajectory import Trajectory
from affectory.store.sampled import latest, spans

Floats = NDArray[np.float64]
PREFIX = "rater:"  # of an author's name
FURTHEST = 1e13  # seconds from the zero of its clock that a sample can be: ten times dates in ms
LONGEST = 1e7  # seconds of play at most: four months of reading aloud, or of a recording


class Kind(StrEnum):
    """How a take is made."""

    TRACED = "traced"  # values all along, many a second
    TURNS = "turns"  # one state a turn


class Sample(NamedTuple):
    """What a rater said at one time.

    Attributes:
        n: Its number in the take; of a take of turns, the turn's `seq`.
        at: When it was said, in the session's own time.
        said: Value of each axis.
        play: Seconds of play until then, None where nobody told.
    """

    n: int
    at: float
    said: Mapping[str, float]
    play: float | None = None


@dataclass(frozen=True, slots=True)
class Take:
    """One pass of one rater over one session.

    Args:
        id: Its name.
        job: The trace that the session is of.
        session: The session.
        rater: Who rates.
        space: Name of the Space.
        axes: Which of its axes are rated.
        clock: Unit of the samples' times.
        kind: How it is made.
        begun: When it was begun, in seconds since 1970.
        done: When it was done, None while it goes on.
        author: By whose name its states are in the lake, None until it has one.
        lag: How late the rater's hand was, in seconds of play.
        ending: A mark that is there while somebody ends it, and that more samples wipe out.
        bounds: Lowest and highest value of each axis, None of a take from before they were kept.
    """

    id: str
    job: str
    session: str
    rater: str
    space: str
    axes: tuple[str, ...]
    clock: Clock
    kind: Kind
    begun: float
    done: float | None
    author: str | None = None
    lag: float = 0.0
    ending: str | None = None
    bounds: tuple[tuple[float, float], ...] | None = None

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> Self:
        """Return the take of a row of the file of takes."""
        made, job, session, rater, space, axes, clock, kind, begun, done, author, lag = row[:12]
        ending, bounds = row[12:14]
        held = tuple((low, high) for low, high in json.loads(bounds)) if bounds else None
        return cls(made, job, session, rater, space, tuple(json.loads(axes)), Clock(clock),
                   Kind(kind), begun, done, author, lag, ending, held)  # fmt: skip

    @property
    def label(self) -> str:
        """What to call it among others: its author, or its rater while it has none."""
        return (self.author or self.rater).removeprefix(PREFIX)

    def checked(self, one: Sample) -> tuple[int, float, str, float | None]:
        """Return a sample as the file of takes keeps it: n, at, said as JSON, play.

        Raises:
            BadValues: if a value is missing, is no number, or is beyond its axis.
        """
        values = [float(one.said.get(axis, np.nan)) for axis in self.axes]
        if not np.isfinite([one.at, one.play or 0.0, *values]).all():
            raise BadValues(
                "sample", dict(one.said), f"a number for each of {', '.join(self.axes)}"
            )
        if abs(one.at) > FURTHEST:
            zero = f"one within {FURTHEST:g} of the clock's zero"
            raise BadValues("time of a sample", one.at, zero)
        if abs(one.play or 0.0) > LONGEST:
            raise BadValues("play of a sample", one.play, f"{LONGEST:g} seconds of play at most")
        for axis, value, (low, high) in zip(self.axes, values, self.bounds or (), strict=False):
            if not low <= value <= high:
                raise BadValues(axis, value, f"a value from {low:g} to {high:g}")
        return int(one.n), float(one.at), json.dumps(values), one.play

    def felt(
        self, rows: pl.DataFrame, space: Space, lag: float | None = None,
        actors: Mapping[int, str] | None = None,
    ) -> Trajectory:  # fmt: skip
        """Return its samples as states by its author, each lasting until the next.

        What was said anew of a moment stands for what was said of it before.

        Args:
            rows: Its samples: columns `n`, `at`, `play` and each of its axes.
            space: Its Space; axes that were not rated are at rest, with a spread of their range.
            lag: How late the rater's hand was, in seconds of play; samples are moved back by
                it. None for what was noted.
            actors: Who spoke each turn: a state of a turn is of them. Else, and of a take that
                was made all along, states are of nobody but the rater.
        """
        turns = self.kind is Kind.TURNS
        rows = rows if turns else latest(rows)
        n = rows.height
        values, spread = self._values(rows, space)
        start = rows["at"].to_numpy()
        stop = np.append(start[1:], start[-1:])
        if not turns:  # nothing lasts into a stretch that nobody rated
            start, stop = spans(rows, self.lag if lag is None else lag)
        who = [(actors or {}).get(seq, self.rater) if turns else self.rater for seq in rows["n"]]
        return Trajectory(
            space, self.clock, Names.of([self.session] * n), Names.of(who),
            start, np.maximum(stop, start), values.astype(np.float32), spread.astype(np.float32),
            by=self.author or f"{PREFIX}{self.rater}",
            seq=rows["n"].to_numpy() if turns else None,
        )  # fmt: skip

    def _values(self, rows: pl.DataFrame, space: Space) -> tuple[Floats, Floats]:
        """Return values and spreads of all axes of the Space. Shapes (n, k)."""
        values, spread = np.tile(space.rest, (rows.height, 1)), np.zeros((rows.height, space.k))
        for i, axis in enumerate(space.axes):
            if axis.name in self.axes:
                values[:, i] = np.clip(rows[axis.name].to_numpy(), axis.low, axis.high)
            else:
                spread[:, i] = axis.high - axis.low
        return values, spread
