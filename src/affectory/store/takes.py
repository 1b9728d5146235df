"""Takes: what a rater says of a session while it goes on, kept sample by sample until it is done.

One file of SQLite beside the lake. A sample that was acknowledged is on the disk: the server may
die, the browser may send it again, and it counts once. A take that is done becomes a Trajectory
by an author of its own, `rater:NAME`, a second one of the same rater by `rater:NAME#2`; the lake
keeps it like any other author's.
"""

__all__ = ["Takes"]

import json
import secrets
import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from affectory.core.errors import BadChoice, Clash, Closed, Gone
from affectory.core.records import Clock
from affectory.core.space import Kind as Sort
from affectory.core.space import Space
from affectory.core.trajectory import Trajectory
from affectory.store.notebook import Notebook
from affectory.store.take import PREFIX, Kind, Sample, Take

NAME = "takes.sqlite"
ONE = "select * from takes where id = ?"
MARK = "#"  # of an author's name, before the number of a take
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
    (
        "alter table takes add column ending text",
        "alter table takes add column bounds text",
    ),
    (
        "alter table takes add column samples integer not null default 0",
        "update takes set samples = (select count(*) from samples where take = takes.id)",
    ),
)


class Takes:
    """The takes beside one lake.

    Args:
        folder: Where the file lies; made when first written to.

    Raises:
        BadFile: if the file is there and is no such file.
    """

    def __init__(self, folder: Path) -> None:
        self._book = Notebook(folder / NAME, "a file of takes", STEPS, _named)

    def close(self) -> None:
        """Close the file."""
        self._book.close()

    def begin(
        self, job: str, session: str, rater: str, space: Space, axes: Sequence[str], clock: Clock,
        kind: Kind,
    ) -> Take:  # fmt: skip
        """Note a new take, and return it.

        Raises:
            BadChoice: if the Space has no such axis, one is named twice, shares of one whole are
                to be traced, or the rater has no name that can be written.
        """
        if not (rater.strip() and rater.strip().isprintable()) or MARK in rater:
            raise BadChoice("rater", rater, f"a name or a letter, without {MARK}")
        if kind is Kind.TRACED and space.kind is Sort.DISTRIBUTION:
            what = "a Space of scales, or turn by turn: shares of one whole have no two axes"
            raise BadChoice("space", space.name, what)
        rated = [space.axes[space.index(axis)] for axis in axes]
        if len(set(axes)) < len(axes):
            raise BadChoice("axes", ", ".join(axes), "each axis once")
        bounds = tuple((axis.low, axis.high) for axis in rated)
        take = Take(secrets.token_hex(8), job, session, rater.strip(), space.name, tuple(axes),
                    clock, kind, time.time(), None, bounds=bounds)  # fmt: skip
        row = (take.id, job, session, take.rater, space.name, json.dumps(axes), clock.value,
               kind.value, take.begun, json.dumps(bounds))  # fmt: skip
        with self._book.whole() as file:
            file.execute("insert into takes values (?,?,?,?,?,?,?,?,?,null,null,0,null,?,0)", row)
        return take

    def add(self, take: str, samples: Sequence[Sample]) -> int:
        """Keep samples; return how many the take has then.

        The same sample sent again counts once. A number that is there already with something
        else is replaced in a take of turns, where it is the turn's `seq`.

        Raises:
            Gone: if there is no such take.
            Closed: if it is done.
            BadValues: if a value is missing, is no number, or is beyond its axis.
            Clash: if a traced take has another sample of that number.
        """
        known = self.find(take)
        rows = [known.checked(Sample(*one)) for one in samples]
        with self._book.whole() as file:
            if _known(file.execute(ONE, (take,)).fetchall(), take).done is not None:
                raise Closed("take", take, "one that goes on; begin another")
            if known.kind is Kind.TRACED:
                _same(file, take, rows)
            numbers = [row[0] for row in rows]
            had = _held(file, take, numbers)
            sql = "insert or replace into samples values (?,?,?,?,?)"
            file.executemany(sql, [(take, *row) for row in rows])
            sql = "update takes set ending = null, samples = samples + ? where id = ?"
            file.execute(sql, (_held(file, take, numbers) - had, take))
        return self.count(take)

    def count(self, take: str) -> int:
        """Return how many samples a take has."""
        rows = self._book.run("select samples from takes where id = ?", (take,))
        return int(rows[0][0]) if rows else 0

    def name(self, take: str, taken: Collection[str] = (), lag: float | None = None) -> Take:
        """Give a take an author's name of its own, the same for ever, and return it.

        It is marked as one that is being ended, until more is said in it.

        Args:
            take: The take.
            taken: Names that are in use elsewhere, such as in the lake.
            lag: How late the hand was; None leaves what was noted.

        Raises:
            Gone: if there is no such take.
        """
        with self._book.whole() as file:
            known = _known(file.execute(ONE, (take,)).fetchall(), take)
            if known.author is None:
                _name(file, known, taken)
            sql = "update takes set lag = coalesce(?, lag), ending = ? where id = ?"
            file.execute(sql, (lag, secrets.token_hex(8), take))
            return _known(file.execute(ONE, (take,)).fetchall(), take)

    def delete(self, take: str) -> None:
        """Delete a take and its samples."""
        with self._book.whole() as file:
            file.execute("delete from samples where take = ?", (take,))
            file.execute("delete from takes where id = ?", (take,))

    def finish(self, take: str, ending: str | None) -> bool:
        """Note that a take is done; return False where more was said since it got its mark.

        Args:
            take: The take.
            ending: The mark that `name` gave it.

        Raises:
            Gone: if there is no such take any more.
        """
        with self._book.whole() as file:
            if _known(file.execute(ONE, (take,)).fetchall(), take).ending != ending:
                return False
            sql = "update takes set done = coalesce(done, ?), ending = null where id = ?"
            file.execute(sql, (time.time(), take))
        return True

    def find(self, take: str) -> Take:
        """Return a take.

        Raises:
            Gone: if there is none of that name.
        """
        return _known(self._book.run(ONE, (take,)), take)

    def of(self, job: str, session: str) -> tuple[Take, ...]:
        """Return the takes of a session, oldest first."""
        rows = self._book.run("select * from takes where job = ? and session = ? order by begun",
                         (job, session))  # fmt: skip
        return tuple(map(Take.of, rows))

    def of_trace(self, job: str) -> tuple[Take, ...]:
        """Return the takes of every session of a trace, oldest first."""
        rows = self._book.run("select * from takes where job = ? order by begun", (job,))
        return tuple(map(Take.of, rows))

    def samples(self, take: str) -> pl.DataFrame:
        """Return every sample of a take in the order of time: n, at, play, and each axis."""
        known = self.find(take)
        rows = self._book.run(
            "select n, at, said, play from samples where take = ? order by at, n", (take,)
        )
        said = json.loads(f"[{','.join(row[2] for row in rows)}]")  # at once: twice as fast
        values = np.array(said, np.float64)
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
        """Return a take as states by its author, each lasting until the next; see `Take.felt`."""
        return self.find(take).felt(self.samples(take), space, lag, actors)


def _held(file: sqlite3.Connection, take: str, numbers: Sequence[int]) -> int:
    """Return how many samples a take has from the lowest to the highest of some numbers."""
    sql = "select count(*) from samples where take = ? and n between ? and ?"
    span = (min(numbers, default=0), max(numbers, default=-1))
    return int(file.execute(sql, (take, *span)).fetchone()[0])


def _same(
    file: sqlite3.Connection, take: str, rows: Sequence[tuple[int, float, str, float | None]]
) -> None:
    """Check that no number says something else than it said before.

    Raises:
        Clash: if one does.
    """
    numbers = [row[0] for row in rows]
    sql = "select n, at, said, play from samples where take = ? and n between ? and ?"
    span = (min(numbers, default=0), max(numbers, default=-1))
    held = {row[0]: row for row in file.execute(sql, (take, *span))}
    for row in rows:
        if held.setdefault(row[0], row) != row:
            raise Clash("sample", row[0], "go on with a take in one browser, or begin another")


def _name(file: sqlite3.Connection, take: Take, taken: Collection[str]) -> None:
    """Note the first free name of a take, within a transaction."""
    told = "select author from takes where job = ? and session = ? and space = ?"
    held = file.execute(told, (take.job, take.session, take.space)).fetchall()
    used = {*taken, *(row[0] for row in held)}
    names = (f"{PREFIX}{take.rater}{f'{MARK}{n}' if n > 1 else ''}" for n in count(1))
    free = next(name for name in names if name not in used)
    sql = "update takes set author = ? where id = ? and author is null"
    file.execute(sql, (free, take.id))


def _named(file: sqlite3.Connection) -> None:
    """Name the takes that an earlier version ended, which gave no names."""
    sql = "select * from takes where done is not null and author is null order by done"
    for row in file.execute(sql).fetchall():
        _name(file, Take.of(row), ())


def _known(rows: Sequence[tuple[Any, ...]], take: str) -> Take:
    """Return the take that was asked for.

    Raises:
        Gone: if there is none of that name.
    """
    if not rows:
        raise Gone("take", take, "one that was begun and not deleted")
    return Take.of(rows[0])
