"""What of a lake belongs to one trace, and the part of it that a page can hold."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from affectory.cli.places import remote
from affectory.core.errors import BadChoice, NoRecords
from affectory.core.records import Channel, Clock, Records
from affectory.core.space import Axis, Kind, Space
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.measure.arcs import Arcs
from affectory.measure.catalogue import NAMES, UNITS
from affectory.represent import on_turns
from affectory.show.page import Timed
from affectory.store.lake import Lake

MOST = 1000  # sessions fetched for the pictures; measures of the others come from their arcs
LEAST = 3  # states of an arc that can be an extreme
PREFERRED = ("vad", "va", "valence")  # the Space whose first axis a report draws
SPOKEN = pl.col("channel") == Channel.TEXT.value


@dataclass(frozen=True)
class Mine:
    """The rows of a lake that one trace wrote.

    Args:
        lake: The lake.
        job: Name of the trace.
        method: The perceiver that it used.
        digest: What told one word list of that method from another.
    """

    lake: Lake
    job: str
    method: str
    digest: str = ""

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
        return cls(lake, last["run"], last["method"], last["digest"] or "")

    @property
    def home(self) -> Path:
        """The folder of this machine that a report goes into: beside the lake, if it is one."""
        return Path("out") if remote(self.lake.uri) else Path(self.lake.uri).parent

    @property
    def rule(self) -> pl.Expr:
        """Which rows of a table belong to the trace."""
        return pl.col("job") == self.job

    @property
    def perceived(self) -> pl.Expr:
        """Which states of the trace are the perceiver's, and not those of people who rated."""
        rated = pl.any_horizontal(
            pl.col("by").str.starts_with(kind) for kind in ("rater:", "gold:")
        )
        return self.rule & ~rated

    @cached_property
    def space(self) -> str:
        """The Space that a report is about."""
        names = [known.name for known in self.lake.spaces()]
        found = [name for name in PREFERRED if name in names] or names
        if not found:
            raise NoRecords(self.lake.uri, "trace something with words in it")
        return found[0]

    @cached_property
    def axis(self) -> str:
        """The axis that a report draws: valence, or else the one that moves most."""
        if self.space in PREFERRED:
            return "valence"
        arcs = self.scan(f"arcs/{self.space}").group_by("axis").agg(pl.col("variability").mean())
        moved = dict(arcs.collect(engine="streaming").fill_null(0.0).iter_rows())
        return max((axis.name for axis in self._axes()), key=lambda name: moved.get(name, 0.0))

    def scan(self, table: str, *where: pl.Expr) -> pl.LazyFrame:
        """Return a lazy view of the rows of a table; none where it was never written."""
        if table not in self.lake.tables():
            return pl.LazyFrame(schema={"axis": pl.String, "reason": pl.String})
        return self.lake.scan(table).filter(self.rule, *where)

    def choose(self, wished: Collection[str]) -> "Choice":
        """Return the sessions to fetch: those wished for, or all, or some.

        Raises:
            BadChoice: if a session is not there.
            NoRecords: if there is none.
        """
        said = self.scan("records", SPOKEN).select(pl.col("session").unique())
        names = said.collect(engine="streaming")["session"].sort()
        lost = sorted(set(wished) - set(names))
        if lost:
            raise BadChoice("session", lost[0], names.head(20))
        if not len(names):
            raise NoRecords(self.lake.uri, "trace something with words in it")
        if wished or len(names) <= MOST:
            chosen = tuple(wished) or tuple(names)
            return Choice(chosen, chosen, len(chosen))
        drawn = np.random.default_rng(0).permutation(len(names))[:MOST]
        sample = tuple(names.gather(np.sort(drawn)))
        return Choice((*dict.fromkeys([*self._extremes(), *sample]),), sample, len(names))

    def _extremes(self) -> list[str]:
        """Return the sessions at the ends of the measures that tell sessions apart."""
        table = self._arcs().filter(pl.col("n") >= LEAST)
        ends = [
            table.drop_nulls(name).sort(name, descending=down).head(2).select("session")
            for name in ("change", "variability", "mean")
            for down in (False, True)
        ]
        return pl.concat(ends).collect(engine="streaming")["session"].to_list()

    def _arcs(self) -> pl.LazyFrame:
        return self.scan(f"arcs/{self.space}", pl.col("axis") == self.axis)

    def overview(self) -> Arcs:
        """Return the arcs of all sessions on the axis that a report draws.

        Where the sessions count in several clocks, measures of time cannot be averaged and
        are left out.
        """
        own = tuple(axis for axis in self._axes() if axis.name == self.axis)
        space = Space(self.axis, Kind.DIMENSIONS, own)
        return summed(self._arcs().collect(engine="streaming"), space, self.method)

    def _axes(self) -> tuple[Axis, ...]:
        return next(known.axes for known in self.lake.spaces() if known.name == self.space)


@dataclass(frozen=True)
class Choice:
    """The sessions that are fetched.

    Args:
        names: All of them.
        sample: Those that stand for the corpus: all there are, or drawn at random.
        total: How many sessions there are.
    """

    names: tuple[str, ...]
    sample: tuple[str, ...]
    total: int

    @property
    def partial(self) -> bool:
        """Whether there are sessions that are not fetched."""
        return self.total > len(self.names)


def summed(table: pl.DataFrame, space: Space, by: str) -> Arcs:
    """Return the arcs in `table` for averaging: without measures of time where clocks differ."""
    clocks = table["clock"].unique(maintain_order=True)
    timed = [name for name in NAMES if "time" in UNITS[name] and name in table.columns]
    held = table.drop(timed) if len(clocks) > 1 else table
    clock = Clock(clocks[0]) if len(clocks) else Clock.TURNS
    return Arcs.from_table(held, space, clock, by)


def fetched(mine: Mine, names: Collection[str]) -> list[Timed]:
    """Return the records and states of the named sessions, one part per clock."""
    here = mine.scan("records", SPOKEN, pl.col("session").is_in(list(names)))
    clocks = here.select(pl.col("clock").unique(maintain_order=True)).collect()["clock"]
    spaces = [space.name for space in mine.lake.spaces()]
    parts = []
    for clock in clocks:
        rule = mine.rule & (pl.col("clock") == clock)
        records = mine.lake.records(names, where=rule & SPOKEN)
        said = mine.perceived & (pl.col("clock") == clock)
        felt = [mine.lake.states(space, names, where=said) for space in spaces]
        parts.append(Timed(records, States(tuple(each for each in felt if len(each)))))
    return parts


def together(parts: Sequence[Timed]) -> Timed:
    """Return all parts together, counted in turns, since their clocks do not meet."""
    turn = pl.int_range(pl.len()).over("session").cast(pl.Float64)
    frames = [
        part.records.frame.with_columns(turn.alias("start"), (turn + 1).alias("stop"))
        for part in parts
    ]
    spaces = [space for space in parts[0].states if all(space in part.states for part in parts)]
    felt = [Trajectory.concat([on_turns(part.states[space]) for part in parts]) for space in spaces]
    return Timed(Records(pl.concat(frames), Clock.TURNS), States(tuple(felt)))
