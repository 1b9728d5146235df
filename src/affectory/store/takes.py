"""Takes: what a rater says of a session while it goes on, kept sample by sample until it is done.

One file of SQLite beside the lake. A sample that was acknowledged is on the disk: the server may
die, the browser may send it again, and it counts once. A take that is done becomes a Trajectory
by an author of its own, `rater:NAME`, a second one of the same rater by `rater:NAME#2`; the lake
keeps it like any other author's.
"""

__all__ = ["PREFIX", "Kind", "Sample", "Take", "Takes"]

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from affectory.core.errors import BadChoice, BadFile, BadValues
from affectory.core.groups import Names
from affectory.core.records import Clock
from affectory.core.space import Kind as Sort
from affectory.core.space import Space
from affectory.core.trajectory import Trajectory
from affectory.store.sampled import latest, spans

NAME = "takes.sqlite"
PREFIX, MARK = "rater:", "#"  # of an author's name; the mark is before the number of a take
HOW = (
    "pragma journal_mode = wal",
    "pragma synchronous = full",  # what was acknowledged survives the power cut as well
)
STEPS = (  # from each version of the file to the next; a file knows how many it has taken
    (
        "create table if not exists takes (id text primary key, job text not null, "
        "session text not null, rater text not null, space text not null, axes text not null, "
        "clock text not null, kind text not null, begun real not null, done real)",
        "create table if not exists samples (take text not null, n integer not null, "
        "at real not null, said text not null, primary key (take, n)) without rowid",
    ),
    (
        "alter table takes add column author text",
        "alter table takes add column lag real not null default 0",
        "alter table samples add column play real",
        "create unique index authors on takes (job, session, space, author)",
    ),
)


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

    @property
    def label(self) -> str:
        """What to call it among others: its author, or its rater while it has none."""
        return (self.author or self.rater).removeprefix(PREFIX)


class Takes:
    """The takes beside one lake.

    Args:
        folder: Where the file lies; made when first written to.

    Raises:
        BadFile: if the file is there and is no such file.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / NAME
        path.touch(mode=0o600)
        self._turn = threading.Lock()
        self._file = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False
        )
        try:
            for line in HOW:
                self._file.execute(line)
            self._upgrade(path)
        except sqlite3.DatabaseError as error:
            self._file.close()
            raise BadFile(path, str(error), "a file of takes", "move it away") from error
        except BadFile:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def begin(
        self, job: str, session: str, rater: str, space: Space, axes: Sequence[str], clock: Clock,
        kind: Kind,
    ) -> Take:  # fmt: skip
        """Note a new take, and return it.

        Raises:
            BadChoice: if the Space has no such axis, shares of one whole are to be traced, or
                the rater has no name that can be written.
        """
        if not (rater.strip() and rater.strip().isprintable()) or MARK in rater:
            raise BadChoice("rater", rater, f"a name or a letter, without {MARK}")
        if kind is Kind.TRACED and space.kind is Sort.DISTRIBUTION:
            what = "a Space of scales, or turn by turn: shares of one whole have no two axes"
            raise BadChoice("space", space.name, what)
        for axis in axes:
            space.index(axis)
        take = Take(secrets.token_hex(8), job, session, rater.strip(), space.name, tuple(axes),
                    clock, kind, time.time(), None)  # fmt: skip
        row = (take.id, job, session, take.rater, space.name, json.dumps(axes), clock.value,
               kind.value, take.begun, None)  # fmt: skip
        self._run("insert into takes values (?,?,?,?,?,?,?,?,?,?,null,0)", row)
        return take

    def add(self, take: str, samples: Sequence[Sample]) -> int:
        """Keep samples; return how many the take has then.

        A number that is there already stays as it is in a traced take, and is replaced in a take
        of turns, where it is the turn's `seq`.

        Raises:
            BadChoice: if there is no such take, or it is done.
            BadValues: if a value is missing, or is no finite number.
        """
        known = self.find(take)
        if known.done is not None:
            raise BadChoice("take", take, "one that goes on; begin another")
        rows = []
        for n, at, said, play in (Sample(*one) for one in samples):
            values = [float(said.get(axis, np.nan)) for axis in known.axes]
            if not np.isfinite([at, play or 0.0, *values]).all():
                raise BadValues("sample", said, f"a number for each of {', '.join(known.axes)}")
            rows.append((take, int(n), float(at), json.dumps(values), play))
        how = "replace" if known.kind is Kind.TURNS else "ignore"
        with self._whole():
            self._file.executemany(f"insert or {how} into samples values (?,?,?,?,?)", rows)
        return self.count(take)

    def count(self, take: str) -> int:
        """Return how many samples a take has."""
        return int(self._run("select count(*) from samples where take = ?", (take,))[0][0])

    def name(self, take: str, taken: Collection[str] = (), lag: float | None = None) -> Take:
        """Give a take an author's name of its own, the same for ever, and return it.

        Args:
            take: The take.
            taken: Names that are in use elsewhere, such as in the lake.
            lag: How late the hand was; None leaves what was noted.
        """
        known = self.find(take)
        with self._whole():
            if known.author is None:
                self._name(known, taken)
            if lag is not None:
                self._file.execute("update takes set lag = ? where id = ?", (lag, take))
        return self.find(take)

    def delete(self, take: str) -> None:
        """Delete a take and its samples."""
        with self._whole():
            self._file.execute("delete from samples where take = ?", (take,))
            self._file.execute("delete from takes where id = ?", (take,))

    def finish(self, take: str) -> Take:
        """Note that a take is done, and return it."""
        self._run("update takes set done = coalesce(done, ?) where id = ?", (time.time(), take))
        return self.find(take)

    def find(self, take: str) -> Take:
        """Return a take.

        Raises:
            BadChoice: if there is none of that name.
        """
        rows = self._run("select * from takes where id = ?", (take,))
        if not rows:
            raise BadChoice("take", take, "one that was begun")
        return _take(rows[0])

    def of(self, job: str, session: str) -> tuple[Take, ...]:
        """Return the takes of a session, oldest first."""
        rows = self._run("select * from takes where job = ? and session = ? order by begun",
                         (job, session))  # fmt: skip
        return tuple(map(_take, rows))

    def of_trace(self, job: str) -> tuple[Take, ...]:
        """Return the takes of every session of a trace, oldest first."""
        rows = self._run("select * from takes where job = ? order by begun", (job,))
        return tuple(map(_take, rows))

    def samples(self, take: str) -> pl.DataFrame:
        """Return every sample of a take in the order of time: n, at, play, and each axis."""
        known = self.find(take)
        rows = self._run(
            "select n, at, said, play from samples where take = ? order by at, n", (take,)
        )
        values = np.array([json.loads(row[2]) for row in rows], np.float64)
        values = values.reshape(len(rows), len(known.axes))
        told: dict[str, Any] = {
            "n": pl.Series([row[0] for row in rows], dtype=pl.Int64),
            "at": pl.Series([row[1] for row in rows], dtype=pl.Float64),
            "play": pl.Series([row[3] for row in rows], dtype=pl.Float64),
        }
        return pl.DataFrame(told | {axis: values[:, i] for i, axis in enumerate(known.axes)})

    def trajectory(
        self, take: str, space: Space, lag: float | None = None,
        actors: Mapping[int, str] | None = None,
    ) -> Trajectory:  # fmt: skip
        """Return a take as states by its author, each lasting until the next.

        What was said anew of a moment stands for what was said of it before.

        Args:
            take: The take.
            space: Its Space; axes that were not rated are at rest, with a spread of their range.
            lag: How late the rater's hand was, in seconds of play; samples are moved back by
                it. None for what was noted.
            actors: Who spoke each turn: a state of a turn is of them. Else, and of a take that
                was made all along, states are of nobody but the rater.
        """
        known, rows = self.find(take), self.samples(take)
        turns = known.kind is Kind.TURNS
        rows = rows if turns else latest(rows)
        n = rows.height
        values, spread = np.tile(space.rest, (n, 1)), np.zeros((n, space.k))
        for i, axis in enumerate(space.axes):
            if axis.name in known.axes:
                values[:, i] = np.clip(rows[axis.name].to_numpy(), axis.low, axis.high)
            else:
                spread[:, i] = axis.high - axis.low
        start = rows["at"].to_numpy()
        stop = np.append(start[1:], start[-1:])
        if not turns:  # nothing lasts into a stretch that nobody rated
            start, stop = spans(rows, known.lag if lag is None else lag)
        who = [(actors or {}).get(seq, known.rater) if turns else known.rater for seq in rows["n"]]
        return Trajectory(
            space, known.clock, Names.of([known.session] * n), Names.of(who),
            start, np.maximum(stop, start), values.astype(np.float32), spread.astype(np.float32),
            by=known.author or f"{PREFIX}{known.rater}",
            seq=rows["n"].to_numpy() if turns else None,
        )  # fmt: skip

    def _name(self, take: Take, taken: Collection[str]) -> None:
        """Note the first free name of a take, within a transaction."""
        told = "select author from takes where job = ? and session = ? and space = ?"
        held = self._file.execute(told, (take.job, take.session, take.space)).fetchall()
        used = {*taken, *(row[0] for row in held)}
        names = (f"{PREFIX}{take.rater}{f'{MARK}{n}' if n > 1 else ''}" for n in count(1))
        free = next(name for name in names if name not in used)
        sql = "update takes set author = ? where id = ? and author is null"
        self._file.execute(sql, (free, take.id))

    def _upgrade(self, path: Path) -> None:
        """Bring an older file to the present version."""
        with self._whole():
            version = int(self._file.execute("pragma user_version").fetchone()[0])
            if version > len(STEPS):
                cure = "take the version of the house that made it"
                raise BadFile(path, f"version {version}", f"{len(STEPS)} at most", cure)
            for line in (line for step in STEPS[version:] for line in step):
                self._file.execute(line)
            if version < len(STEPS):
                self._file.execute(f"pragma user_version = {len(STEPS)}")
            old = self._file.execute(
                "select * from takes where done is not null and author is null order by done"
            )
            for row in old.fetchall():
                self._name(_take(row), ())

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Do all of a change or nothing, while nobody else changes anything."""
        with self._turn, self._file:
            self._file.execute("begin immediate")
            yield

    def _run(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._turn:
            return self._file.execute(sql, values).fetchall()


def _take(row: tuple[Any, ...]) -> Take:
    made, job, session, rater, space, axes, clock, kind, begun, done, author, lag = row
    return Take(made, job, session, rater, space, tuple(json.loads(axes)), Clock(clock),
                Kind(kind), begun, done, author, lag)  # fmt: skip
