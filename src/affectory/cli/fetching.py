"""What of a lake belongs to one trace, and the part of it that a page can hold."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from affectory.core.errors import BadChoice, NoRecords
from affectory.core.records import Channel, Clock, Records
from affectory.core.space import Axis, Kind, Space
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.measure.arcs import Arcs
from affectory.measure.catalogue import NAMES, UNITS
from affectory.represent import align
from affectory.show.page import Timed
from affectory.store.lake import Lake

MOST = 1000  # sessions fetched for the pictures; measures of the others come from their arcs
PREFERRED = ("vad", "va", "valence")  # the Space whose first axis a report draws
SPOKEN = pl.col("channel") == Channel.TEXT.value


@dataclass(frozen=True)
class Mine:
    """The rows of a lake that one trace wrote.

    Args:
        lake: The lake.
        job: Name of the trace.
        method: The perceiver that it used.
    """

    lake: Lake
    job: str
    method: str

    @classmethod
    def of(cls, lake: Lake, job: str | None) -> "Mine":
        """Return the rows of `job`, or of the trace that ended last.

        Raises:
            NoRecords: if no trace has ended here.
        """
        runs = lake.runs().filter(pl.col("task") == "trace")
        if job is not None:
            runs = runs.filter(pl.col("run") == job)
        if not runs.height:
            raise NoRecords(lake.uri, "trace something first: affectory trace FILE --out FOLDER")
        last = runs.sort("at").row(-1, named=True)
        return cls(lake, last["run"], last["method"])

    @property
    def home(self) -> Path:
        """The folder that the report goes into: beside the lake."""
        return Path(self.lake.uri).parent

    @property
    def rule(self) -> pl.Expr:
        """Which rows of a table belong to the trace."""
        return pl.col("job") == self.job

    @cached_property
    def space(self) -> str:
        """The Space that a report is about."""
        names = [known.name for known in self.lake.spaces()]
        found = [name for name in PREFERRED if name in names] or names
        if not found:
            raise NoRecords(self.lake.uri, "trace something with words in it")
        return found[0]

    @property
    def axis(self) -> str | None:
        """The axis that a report draws, None where the Space has no valence."""
        return "valence" if self.space in PREFERRED else None

    def rows(self, table: str, *where: pl.Expr) -> pl.DataFrame:
        """Return the rows of a table; none where the table was never written."""
        if table not in self.lake.tables():
            return pl.DataFrame(schema={"axis": pl.String, "reason": pl.String})
        return self.lake.scan(table).filter(self.rule, *where).collect(engine="streaming")

    def choose(self, wished: Collection[str]) -> tuple[str, ...]:
        """Return the sessions to fetch: those wished for, or all, or the telling ones.

        Raises:
            BadChoice: if a session is not there.
            NoRecords: if there is none.
        """
        said = self.lake.scan("records").filter(self.rule, SPOKEN)
        names = said.select("session").unique().collect(engine="streaming")["session"]
        lost = sorted(set(wished) - set(names))
        if lost:
            raise BadChoice("session", lost[0], sorted(names)[:20])
        if not len(names):
            raise NoRecords(self.lake.uri, "trace something with words in it")
        if wished or len(names) <= MOST:
            return tuple(wished or names)
        return self._telling()

    def _telling(self) -> tuple[str, ...]:
        """Return the extremes of every measure that tells sessions apart, then some at random."""
        table = self.lake.scan(f"arcs/{self.space}").filter(self.rule, pl.col("n") >= 3)
        table = table.filter(pl.col("axis") == (self.axis or self._axes()[0].name))
        few = MOST // 10
        ends = [
            table.drop_nulls(name).sort(name, descending=down).head(few).select("session")
            for name in ("change", "variability", "mean")
            for down in (False, True)
        ]
        every = table.select(pl.col("session").unique()).collect(engine="streaming")["session"]
        chosen = pl.concat(ends).unique().collect(engine="streaming")["session"].to_list()
        rng = np.random.default_rng(0)
        rest = every.sort().gather(rng.permutation(len(every))[: MOST - len(chosen)])
        return tuple(dict.fromkeys([*chosen, *rest]))

    def overview(self, shown: Collection[str]) -> Arcs | None:
        """Return the arcs of all sessions, where `shown` are only a part of them.

        Where the sessions count in several clocks, measures of time cannot be averaged and
        are left out.
        """
        name = f"arcs/{self.space}"
        if len(shown) < MOST or name not in self.lake.tables():
            return None
        axis = self.axis or self._axes()[0].name
        table = self.lake.scan(name).filter(self.rule, pl.col("axis") == axis)
        clocks = table.select(pl.col("clock").unique()).collect(engine="streaming")["clock"]
        timed = [name for name in NAMES if "time" in UNITS[name]]
        held = table.drop(timed) if len(clocks) > 1 else table
        space = Space(axis, Kind.DIMENSIONS, tuple(a for a in self._axes() if a.name == axis))
        told = held.drop("job", "batch").collect(engine="streaming")
        return Arcs.from_table(told, space, Clock(clocks[0]), self.method)

    def _axes(self) -> tuple[Axis, ...]:
        return next(known.axes for known in self.lake.spaces() if known.name == self.space)


def fetched(mine: Mine, names: Collection[str]) -> list[Timed]:
    """Return the records and states of the named sessions, one part per clock."""
    parts = []
    for clock in Clock:
        rule = mine.rule & (pl.col("clock") == clock.value)
        records = mine.lake.records(names, where=rule & SPOKEN)
        if len(records):
            felt = [mine.lake.states(each.name, names, where=rule) for each in mine.lake.spaces()]
            parts.append(Timed(records, States(tuple(each for each in felt if len(each)))))
    return parts


def on_turns(parts: Sequence[Timed]) -> Timed:
    """Return all parts together, counted in turns, since their clocks do not meet."""
    turn = pl.int_range(pl.len()).over("session").cast(pl.Float64)
    frames = [
        part.records.frame.with_columns(turn.alias("start"), (turn + 1).alias("stop"))
        for part in parts
    ]
    spaces = [space for space in parts[0].states if all(space in part.states for part in parts)]
    felt = [
        Trajectory.concat([align.on_turns(part.states[space]) for part in parts])
        for space in spaces
    ]
    return Timed(Records(pl.concat(frames), Clock.TURNS), States(tuple(felt)))
