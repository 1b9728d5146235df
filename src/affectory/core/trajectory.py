"""States over time: who feels, when, how much, how surely, and by whose word.

A Trajectory is columnar and frozen: its arrays are not writeable, its rows are sorted by
(session, actor, draw, start), and the offsets of its groups are computed once. A missing
state is a row of NaN that keeps its time.
"""

__all__ = ["Clock", "Steps", "Trajectory"]

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from affectory.core import columns
from affectory.core.errors import BadColumn, BadValues, ClockMismatch, MissingExtra, SpaceMismatch
from affectory.core.groups import Groups, Names
from affectory.core.records import Clock, Records
from affectory.core.space import Space

Floats = NDArray[np.float64]
SHOWN = 8  # states that are printed


class Steps(NamedTuple):
    """Differences between neighbouring states of one group, m = n - g of them.

    Attributes:
        values: Change of each axis; NaN where either state is missing. Shape (m, k).
        elapsed: Time from start to start, in clock units. Shape (m,).
        group: Which group each step belongs to. Shape (m,).
    """

    values: Floats
    elapsed: Floats
    group: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Trajectory:
    """States of one Space over time, for any number of sessions and actors.

    Args:
        space: What the numbers mean.
        clock: Unit of `start` and `stop`.
        session: Name of the session of each state. Length n.
        actor: Who feels. Length n.
        start: When the state begins, in clock units. Shape (n,).
        stop: When it ends, >= start. Shape (n,).
        values: One state a row; a row of NaN is a missing state. Shape (n, k).
        spread: One standard deviation of each value, >= 0. Shape (n, k).
        draw: Which possible future a state belongs to. Shape (n,).
        by: Who says so: a method or a rater.
        seq: `seq` of the record that the state was read from, -1 for none. Shape (n,).

    Raises:
        BadValues: if a shape is wrong, a time is not finite, or a state is illegal.
    """

    space: Space
    clock: Clock
    session: Names
    actor: Names
    start: Floats
    stop: Floats
    values: NDArray[np.float32]
    spread: NDArray[np.float32] | None = None
    draw: NDArray[np.int32] | None = None
    by: str = ""
    seq: NDArray[np.int64] | None = None
    groups: Groups = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Encode, check, sort and freeze."""
        table = columns.typed(vars(self))
        n = len(table["start"])
        columns.check(self.space, table, n)
        draw = np.zeros(n, np.int32) if table["draw"] is None else table["draw"]
        session, actor = table["session"].codes, table["actor"].codes
        order = columns.order(session, actor, draw, table["start"])
        if order is not None:
            table = columns.take(table, order)
            session, actor, draw = session[order], actor[order], draw[order]
        for name, column in table.items():
            object.__setattr__(self, name, columns.frozen(column))
        object.__setattr__(self, "groups", Groups.of(session, actor, draw))

    def __len__(self) -> int:
        """Return how many states there are."""
        return len(self.start)

    def __eq__(self, other: object) -> bool:
        """Whether both say the same, bit for bit; missing states are equal to each other."""
        if not isinstance(other, Trajectory):
            return NotImplemented
        same = (self.space, self.clock, self.by) == (other.space, other.clock, other.by)
        return same and self.to_polars().equals(other.to_polars())

    __hash__ = None  # type: ignore[assignment]  # arrays have no hash

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as fields; the arrays are frozen again on arrival."""
        return type(self), tuple(getattr(self, part.name) for part in fields(self) if part.init)

    def __repr__(self) -> str:
        """Return what it is in one line, then its first states as a table."""
        n, g = len(self), len(self.groups)
        told = f"{n:,} states of {g:,} groups, clock {self.clock.value}, by {self.by!r}"
        first = self.rows(slice(0, SHOWN)).to_polars()
        shown = first.select("session", "actor", "start", *self.space.names[:4])
        return f"Trajectory in {self.space.name}: {told}\n{shown}"

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which states are missing. Shape (n,)."""
        return np.asarray(np.isnan(self.values).any(axis=1))

    @property
    def sessions(self) -> tuple[str, ...]:
        """The sessions that have states, in order."""
        return tuple(self.session.names[code] for code in dict.fromkeys(self.groups.session))

    @property
    def actors(self) -> tuple[str, ...]:
        """The actors that have states, in order of first appearance in the dictionary."""
        return tuple(self.actor.names[code] for code in np.unique(self.groups.actor))

    def in_space(self, name: str, where: str) -> None:
        """Raise SpaceMismatch unless the states are in the Space called `name`."""
        if self.space.name != name:
            raise SpaceMismatch(self.space.name, name, where)

    def meets(self, other: "Trajectory", where: str) -> None:
        """Raise unless `other` has the same Space and Clock."""
        if other.space != self.space:
            raise SpaceMismatch(other.space.name, self.space.name, where)
        if other.clock is not self.clock:
            raise ClockMismatch(other.clock, self.clock, where)

    def rows(self, keep: NDArray[Any] | slice) -> Self:
        """Return the states chosen by a mask, an index or a slice over rows."""
        chosen = columns.take(columns.typed(vars(self)), keep)
        return replace(self, **chosen)

    def select(
        self,
        session: str | Collection[str] | None = None,
        actor: str | Collection[str] | None = None,
    ) -> Self:
        """Return the states of the named sessions and actors (None: all)."""
        keep = columns.named(self.session, session) & columns.named(self.actor, actor)
        return self.rows(keep)

    def heard(self, records: Records) -> Records:
        """Return those of `records` that these states were read from, in their order.

        Raises:
            BadValues: if the states do not tell which records they were read from.
        """
        if self.seq is None:
            raise BadValues("explain", "states without seq", "what perceive returned")
        keys = self.to_polars().select("session", "seq").unique()
        held = records.frame.join(keys, on=("session", "seq"), how="semi", maintain_order="left")
        return Records(held, records.clock)

    def axis(self, name: str) -> NDArray[np.float32]:
        """Return the values of one axis. Shape (n,)."""
        return self.values[:, self.space.index(name)]

    def delta(self) -> Steps:
        """Return the change from each state to the next of its group; never across groups."""
        group = self.groups.of_row
        within = group[1:] == group[:-1]
        values = np.diff(self.values.astype(np.float64), axis=0)[within]
        return Steps(values, np.diff(self.start)[within], group[1:][within])

    def ahead(
        self,
        values: ArrayLike,
        by: str,
        spread: ArrayLike | None = None,
        step: ArrayLike = 1.0,
    ) -> Self:
        """Return `h` states that follow the last state of every group, `step` clock units apart.

        Args:
            values: Shape (h, k) for one group, (g, h, k) for g groups, (g, s, h, k) for s
                possible futures of each, which become draws 0 to s - 1.
            by: Who says so.
            spread: One standard deviation, shaped like `values`.
            step: Clock units from one state to the next, > 0; one for all, or one a group (g,).

        Raises:
            BadValues: if the shape does not fit the groups, or both the past and the future
                have draws.
        """
        future = np.asarray(values, dtype=np.float32)
        future = future[None] if future.ndim == 2 else future
        drawn, g = future.ndim == 4, len(self.groups)
        if future.ndim not in (3, 4) or future.shape[0] != g or future.shape[-1] != self.space.k:
            raise BadValues("ahead", f"shape {np.shape(values)}", f"({g}, h, {self.space.k})")
        if drawn and self.draw is not None:
            raise BadValues("ahead", "draws of a past that has draws", "one past for each")
        s, h = future.shape[1] if drawn else 1, future.shape[-2]
        last = np.repeat(self.groups.offsets[1:] - 1, s)
        pace = np.repeat(np.broadcast_to(np.asarray(step, np.float64), (g,)), s)[:, None]
        start = self.start[last, None] + pace * np.arange(1, h + 1)
        draw = np.tile(np.arange(s), g) if drawn else self.groups.draw
        width = None if spread is None else np.asarray(spread, np.float32).reshape(g * s * h, -1)
        return replace(
            self,
            session=Names(np.repeat(self.groups.session, s * h), self.session.names),
            actor=Names(np.repeat(self.groups.actor, s * h), self.actor.names),
            start=start.ravel(),
            stop=(start + pace).ravel(),
            values=future.reshape(g * s * h, -1),
            spread=width,
            draw=np.repeat(draw, h) if drawn or self.draw is not None else None,
            by=by,
            seq=None,
        )

    @classmethod
    def on(
        cls,
        records: Records,
        space: Space,
        values: ArrayLike,
        by: str,
        spread: ArrayLike | None = None,
    ) -> Self:
        """Return one state for each of `records`.

        Args:
            records: What was perceived, n of them.
            space: What the numbers mean.
            values: One state for each record, in the records' order. Shape (n, k).
            by: Who says so.
            spread: One standard deviation, shaped like `values`.

        The Trajectory sorts its rows by actor within a session; `seq` leads back to the record.
        """
        frame = records.frame
        return cls(
            space,
            records.clock,
            *records.names,
            frame["start"].to_numpy(),
            frame["stop"].to_numpy(),
            np.asarray(values, np.float32),
            None if spread is None else np.asarray(spread, np.float32),
            by=by,
            seq=frame["seq"].to_numpy(),
        )

    @classmethod
    def concat(cls, parts: Sequence["Trajectory"]) -> Self:
        """Return the states of all `parts` (same Space, Clock and `by`) in one.

        Raises:
            BadValues: if there is no part, or the parts come from different raters.
            SpaceMismatch: if the Spaces differ.
            ClockMismatch: if the Clocks differ.
        """
        if not parts or len({part.by for part in parts}) > 1:
            raise BadValues("Trajectory.concat", {part.by for part in parts}, "one author")
        for part in parts:
            parts[0].meets(part, "Trajectory.concat")
        frames = pl.concat([part.to_polars() for part in parts], how="diagonal")
        return cls.from_frame(frames, parts[0].space, parts[0].clock, by=parts[0].by)

    @classmethod
    def from_frame(cls, frame: Any, space: Space, clock: Clock, by: str = "") -> Self:
        """Return the states held in a polars, pandas or Arrow table.

        Needed columns: `session`, `actor`, `start` and one per axis; read where present:
        `stop`, `<axis>_spread`, `draw`, `seq`. Nulls are missing states.

        Raises:
            BadColumn: if a needed column is absent.
        """
        table = frame if isinstance(frame, pl.DataFrame) else pl.DataFrame(frame)
        for name in ("session", "actor", "start", *space.names):
            if name not in table.columns:
                raise BadColumn(name, table.columns, f"space {space.name!r} needs it")
        spreads = [f"{name}_spread" for name in space.names]
        has = set(table.columns)
        start = columns.floats(table["start"])
        return cls(
            space,
            Clock(clock),
            Names.of(table["session"]),
            Names.of(table["actor"]),
            start,
            columns.floats(table["stop"]) if "stop" in has else start,
            columns.matrix(table, space.names),
            columns.matrix(table, spreads) if has >= set(spreads) else None,
            table["draw"].to_numpy().astype(np.int32) if "draw" in has else None,
            by,
            table["seq"].fill_null(-1).to_numpy().astype(np.int64) if "seq" in has else None,
        )

    def to_polars(self) -> pl.DataFrame:
        """Return one row a state: session, actor, start, stop, axes, spreads, draw, seq, by."""
        told: dict[str, Any] = {
            "session": self.session.to_series("session"),
            "actor": self.actor.to_series("actor"),
            "start": self.start,
            "stop": self.stop,
        }
        told |= dict(zip(self.space.names, self.values.T, strict=True))
        if self.spread is not None:
            wide = (f"{name}_spread" for name in self.space.names)
            told |= dict(zip(wide, self.spread.T, strict=True))
        numbers = list(told)[4:]
        if self.draw is not None:
            told["draw"] = self.draw
        if self.seq is not None:
            told["seq"] = self.seq
        known = pl.col(numbers).fill_nan(None)
        return pl.DataFrame(told).with_columns(known, pl.lit(self.by).alias("by"))

    def to_pandas(self) -> Any:
        """Return a pandas frame.

        Raises:
            MissingExtra: if pandas and pyarrow are not installed.
        """
        try:
            return self.to_polars().to_pandas()
        except ImportError as error:
            raise MissingExtra("pandas", "pandas", "Trajectory.to_pandas") from error

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the table on through the Arrow C interface."""
        return self.to_polars().__arrow_c_stream__(requested_schema)
