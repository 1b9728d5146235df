"""Takes: what a rater says of a session while it goes on, kept sample by sample until it is done.

One file of SQLite beside the lake. A sample that was acknowledged is on the disk: the server may
die, the browser may send it again, and it counts once. A take that is done becomes a Trajectory
by `rater:NAME`, which the lake keeps like any other author's.
"""

__all__ = ["Kind", "Take", "Takes"]

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from affectory.core.errors import BadChoice, BadFile, BadValues
from affectory.core.groups import Names
from affectory.core.records import Clock
from affectory.core.space import Space
from affectory.core.trajectory import Trajectory

NAME = "takes.sqlite"
SCHEMA = (
    "pragma journal_mode = wal",
    "pragma synchronous = full",  # what was acknowledged survives the power cut as well
    "create table if not exists takes (id text primary key, job text not null, "
    "session text not null, rater text not null, space text not null, axes text not null, "
    "clock text not null, kind text not null, begun real not null, done real)",
    "create table if not exists samples (take text not null, n integer not null, at real not null, "
    "said text not null, primary key (take, n)) without rowid",
)


class Kind(StrEnum):
    """How a take is made."""

    TRACED = "traced"  # values all along, many a second
    TURNS = "turns"  # one state a turn


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
            for line in SCHEMA:
                self._file.execute(line)
        except sqlite3.DatabaseError as error:
            self._file.close()
            raise BadFile(path, str(error), "a file of takes", "move it away") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def begin(
        self, job: str, session: str, rater: str, space: Space, axes: Sequence[str], clock: Clock,
        kind: Kind,
    ) -> Take:  # fmt: skip
        """Note a new take, and return it.

        Raises:
            BadChoice: if the Space has no such axis, or the rater has no name.
        """
        if not (rater.strip() and rater.strip().isprintable()):
            raise BadChoice("rater", rater, "a name or a letter")
        for axis in axes:
            space.index(axis)
        take = Take(secrets.token_hex(8), job, session, rater.strip(), space.name, tuple(axes),
                    clock, kind, time.time(), None)  # fmt: skip
        row = (take.id, job, session, take.rater, space.name, json.dumps(axes), clock.value,
               kind.value, take.begun, None)  # fmt: skip
        self._run("insert into takes values (?,?,?,?,?,?,?,?,?,?)", row)
        return take

    def add(self, take: str, samples: Sequence[tuple[int, float, Mapping[str, float]]]) -> int:
        """Keep samples (number, time, value of each axis); return how many the take has then.

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
        for n, at, said in samples:
            values = [float(said.get(axis, np.nan)) for axis in known.axes]
            if not np.isfinite([at, *values]).all():
                raise BadValues("sample", said, f"a number for each of {', '.join(known.axes)}")
            rows.append((take, int(n), float(at), json.dumps(values)))
        how = "replace" if known.kind is Kind.TURNS else "ignore"
        with self._turn, self._file:  # all of a batch, or nothing
            self._file.execute("begin immediate")
            self._file.executemany(f"insert or {how} into samples values (?,?,?,?)", rows)
        return self.count(take)

    def count(self, take: str) -> int:
        """Return how many samples a take has."""
        return int(self._run("select count(*) from samples where take = ?", (take,))[0][0])

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

    def samples(self, take: str) -> pl.DataFrame:
        """Return the samples of a take in order: n, at, and a column for each axis."""
        known = self.find(take)
        rows = self._run("select n, at, said from samples where take = ? order by at, n", (take,))
        values = np.array([json.loads(row[2]) for row in rows], np.float64)
        values = values.reshape(len(rows), len(known.axes))
        told: dict[str, Any] = {
            "n": pl.Series([row[0] for row in rows], dtype=pl.Int64),
            "at": pl.Series([row[1] for row in rows], dtype=pl.Float64),
        }
        return pl.DataFrame(told | {axis: values[:, i] for i, axis in enumerate(known.axes)})

    def trajectory(self, take: str, space: Space, lag: float = 0.0) -> Trajectory:
        """Return a take as states by `rater:NAME`, each lasting until the next.

        Args:
            take: The take.
            space: Its Space; axes that were not rated are at rest, with a spread of their range.
            lag: How late the rater's hand was, in clock units; samples are moved back by it.
        """
        known, rows = self.find(take), self.samples(take)
        n = rows.height
        rest = np.array([axis.rest for axis in space.axes], np.float64)
        values, spread = np.tile(rest, (n, 1)), np.zeros((n, space.k))
        for i, axis in enumerate(space.axes):
            if axis.name in known.axes:
                values[:, i] = np.clip(rows[axis.name].to_numpy(), axis.low, axis.high)
            else:
                spread[:, i] = axis.high - axis.low
        start = rows["at"].to_numpy() - (lag if known.kind is Kind.TRACED else 0.0)
        stop = np.append(start[1:], start[-1:])
        turns = known.kind is Kind.TURNS
        return Trajectory(
            space, known.clock, Names.of([known.session] * n), Names.of([known.rater] * n),
            start, np.maximum(stop, start), values.astype(np.float32), spread.astype(np.float32),
            by=f"rater:{known.rater}", seq=rows["n"].to_numpy() if turns else None,
        )  # fmt: skip

    def _run(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._turn:
            return self._file.execute(sql, values).fetchall()


def _take(row: tuple[Any, ...]) -> Take:
    made, job, session, rater, space, axes, clock, kind, begun, done = row
    return Take(made, job, session, rater, space, tuple(json.loads(axes)), Clock(clock),
                Kind(kind), begun, done)  # fmt: skip
