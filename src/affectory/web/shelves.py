"""What pages ask of a lake: traces, sessions, turns, states, in columns that a browser can draw.

A session is asked for by its number in its trace, never by its name: names can hold what people
said or are called, and addresses end up in histories and logs.
"""

__all__ = ["Shelf", "Shelves"]

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from affectory.core import registry
from affectory.core.errors import AffectoryError, BadChoice, MissingFile
from affectory.core.trajectory import Trajectory
from affectory.guard import crisis
from affectory.store.lake import Lake, open_lake
from affectory.store.takes import Takes
from affectory.web.settings import Settings
from affectory.web.shapes import Curves, curves

URGENT = tuple(f"crisis/{kind}" for kind in crisis.URGENT)
KEPT = 4  # traces whose lists of sessions stay in memory
CELLS = 32  # parts of the small picture of a session
SORTS = ("order", "records", "actors", "mean", "change", "variability", "missing", "crisis")
PREFERRED = ("vad", "va", "valence")
MEASURES = ("mean", "change", "variability")


class Shelves:
    """The traces of one lake, looked up again when the lake has grown.

    Args:
        settings: Where the lake is.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._held: OrderedDict[str, Shelf] = OrderedDict()
        self._takes: Takes | None = None
        self.rating = threading.Lock()  # a take is put into the lake by one request alone
        self._turn = threading.Lock()

    @property
    def lake(self) -> Lake | None:
        """The lake, None while nothing has been traced."""
        inner = self.settings.out / "lake"
        try:
            return open_lake(inner if inner.is_dir() else self.settings.out, create=False)
        except MissingFile:
            return None

    @property
    def takes(self) -> Takes:
        """The takes beside the lake, opened when first needed."""
        with self._turn:
            if self._takes is None:
                self._takes = Takes(self.settings.out)
            return self._takes

    def close(self) -> None:
        """Close what was opened."""
        with self._turn:
            if self._takes is not None:
                self._takes.close()

    def traces(self) -> list[dict[str, Any]]:
        """Return the traces that have ended, newest first: job, method, at, and what they hold."""
        lake = self.lake
        if lake is None:
            return []
        runs = lake.runs().filter(pl.col("task") == "trace")
        counted = (
            runs.group_by("run", maintain_order=True)
            .agg(
                pl.col("method").last(),
                pl.col("at").last(),
                *(
                    pl.col("value").filter(pl.col("figure") == name).last().alias(name)
                    for name in ("records", "sessions", "rejected")
                ),
            )
            .sort("at", descending=True)
        )
        return [
            {
                "job": row["run"],
                "method": row["method"],
                "at": row["at"].isoformat(timespec="seconds") if row["at"] else "",
                **{name: int(row[name] or 0) for name in ("records", "sessions", "rejected")},
            }
            for row in counted.iter_rows(named=True)
        ]

    def shelf(self, job: str) -> "Shelf":
        """Return one trace.

        Raises:
            BadChoice: if there is no such trace.
        """
        with self._turn:
            lake, held = self.lake, self._held.get(job)  # a fresh look: it may have been emptied
            stamp = None if lake is None else lake.stamp("runs")
            if held is None or held.stamp != stamp:
                found = {trace["job"]: trace for trace in self.traces()}
                if job not in found or lake is None:
                    raise BadChoice("trace", job, list(found)[:5])
                held = self._held[job] = Shelf(lake.view(job), found[job]["method"], stamp)
            self._held.move_to_end(job)
            while len(self._held) > KEPT:
                self._held.popitem(last=False)
            return held

    def forget(self) -> None:
        """Look everything up again when it is next asked for."""
        with self._turn:
            self._held.clear()


@dataclass(frozen=True)
class Shelf:
    """One trace.

    Args:
        lake: A view of its rows.
        method: Who perceived.
        stamp: What changes when a trace has ended: an index from before it is not to be trusted.
    """

    lake: Lake
    method: str
    stamp: tuple[str, int] | None

    @cached_property
    def spaces(self) -> tuple[str, ...]:
        """The Spaces that it has states in, the one to draw first in front."""
        names = [name.partition("/")[2] for name in self.lake.tables() if name[:7] == "states/"]
        return tuple(sorted(names, key=lambda name: (name not in PREFERRED, name)))

    @property
    def axis(self) -> str:
        """The axis that lists are about."""
        space = next(known for known in self.lake.spaces() if known.name == self.spaces[0])
        return "valence" if "valence" in space.names else space.names[0]

    @cached_property
    def index(self) -> pl.DataFrame:
        """One row a session, in the order in which they were read."""
        records = self.lake.scan("records").with_row_index("row")
        told = records.group_by("session").agg(
            pl.col("row").min(),
            pl.col("batch").min(),
            pl.len().cast(pl.Int64).alias("records"),
            pl.col("actor").n_unique().cast(pl.Int64).alias("actors"),
            pl.col("start").min(),
            pl.col("stop").max(),
            pl.col("clock").first(),
        )
        every = told.collect(engine="streaming").sort("batch", "row").drop("row", "batch")
        every = every.join(self._arcs(), on="session", how="left", maintain_order="left")
        every = every.join(self._crises(), on="session", how="left", maintain_order="left")
        return every.with_row_index("number").with_columns(
            pl.col("number").cast(pl.Int64), pl.col("crisis").fill_null(0)
        )

    @cached_property
    def curves(self) -> Curves:
        """The courses of its sessions, for shapes."""
        return curves(self)

    def page(
        self, *, find: str = "", sort: str = "order", down: bool = False, skip: int = 0,
        most: int = 50,
    ) -> dict[str, Any]:  # fmt: skip
        """Return some rows of the index and how many there are, with a small picture of each.

        Raises:
            BadChoice: if there is no such order.
        """
        if sort not in SORTS:
            raise BadChoice("sort", sort, SORTS)
        rows = self.index
        if find:
            wanted = pl.col("session").str.to_lowercase().str.contains(find.lower(), literal=True)
            rows = rows.filter(wanted)
        by = "number" if sort == "order" else sort
        rows = rows.sort(by, "number", descending=[down, False], nulls_last=True)
        some = rows.slice(skip, most)
        sparks = self.sparks(some["session"].to_list())
        return {
            "total": rows.height,
            "axis": self.axis,
            "space": self.spaces[0],
            "rows": [
                {**_plain(row), "spark": sparks.get(row["session"], [])}
                for row in some.iter_rows(named=True)
            ],
        }

    def sparks(self, names: list[str]) -> dict[str, list[float | None]]:
        """Return the mean of the drawn axis in each part of each named session, at most 32."""
        if not names:
            return {}
        part = (pl.int_range(pl.len()) * CELLS // pl.len().clip(CELLS)).over("session")
        told = (
            self.lake.scan(f"states/{self.spaces[0]}")
            .filter(pl.col("session").is_in(names), pl.col("by") == self.method)
            .select("session", "start", pl.col(self.axis).cast(pl.Float64))
            .sort("session", "start", maintain_order=True)
            .with_columns(part.alias("part"))
            .group_by("session", "part", maintain_order=True)
            .agg(pl.col(self.axis).mean().round(3))
            .group_by("session", maintain_order=True)
            .agg(pl.col(self.axis))
            .collect(engine="streaming")
        )
        return dict(told.iter_rows())

    def name(self, number: int) -> str:
        """Return the name of a session.

        Raises:
            BadChoice: if there is none of that number.
        """
        if not 0 <= number < self.index.height:
            raise BadChoice("session", number, f"0 to {self.index.height - 1}")
        return str(self.index["session"][number])

    def session(self, number: int) -> dict[str, Any]:
        """Return what a page says of a session before its turns are there."""
        name = self.name(number)
        row = self.index.row(number, named=True)
        who = self.lake.scan("records").filter(pl.col("session") == name)
        count = who.group_by("actor").agg(pl.len().cast(pl.Int64).alias("n")).collect()
        actors = count.sort("actor").to_dicts()
        spaces = {space.name: space for space in self.lake.spaces()}
        told = [
            {
                "name": space,
                "kind": spaces[space].kind.value,
                "axes": [
                    {"name": axis.name, "low": axis.low, "high": axis.high, "rest": axis.rest}
                    for axis in spaces[space].axes
                ],
                "by": self.authors(space, name),
            }
            for space in self.spaces
        ]
        return {**_plain(row), "method": self.method, "people": actors, "spaces": told}

    def turns(self, number: int, skip: int = 0, most: int = 20_000) -> dict[str, list[Any]]:
        """Return records of a session, a column each: seq, actor, start, stop, channel, text."""
        rows = (
            self.lake.scan("records")
            .filter(pl.col("session") == self.name(number))
            .select("seq", "actor", "start", "stop", "channel", "text")
            .sort("seq")
            .slice(skip, most)
            .collect(engine="streaming")
        )
        return rows.to_dict(as_series=False)

    def states(self, number: int, space: str, by: str | None = None) -> dict[str, Any]:
        """Return the states of a session, a column each: seq, actor, start, stop, values, spreads.

        Raises:
            UnknownSpace: if there are no states in that Space.
            BadChoice: if nobody of that name speaks.
        """
        felt = self.felt(number, space, by)
        order = np.lexsort((felt.seq if felt.seq is not None else felt.start, felt.start))
        frame = felt.to_polars()[order]
        names = felt.space.names
        spreads = {n: _rounded(frame[f"{n}_spread"]) for n in names if f"{n}_spread" in frame}
        return {
            "space": space,
            "by": felt.by,
            "seq": frame["seq"].to_list() if "seq" in frame else [],
            "actor": frame["actor"].to_list(),
            "start": frame["start"].to_list(),
            "stop": frame["stop"].to_list(),
            "values": {name: _rounded(frame[name]) for name in names},
            "spreads": spreads,
        }

    def felt(self, number: int, space: str, by: str | None = None) -> Trajectory:
        """Return the states of one session by one author, the perceiver unless named."""
        name = self.name(number)
        if space not in self.spaces:
            raise BadChoice("space", space, self.spaces)
        authors = self.authors(space, name)
        author = by or (self.method if self.method in authors else (authors or [""])[0])
        if author not in authors:
            raise BadChoice("by", author, authors)
        return self.lake.states(space, name, by=author)

    def reasons(
        self, number: int, space: str, axis: str | None, first: int, last: int
    ) -> list[dict[str, Any]]:
        """Return the words that some states of a session rest on; none where nobody can say."""
        name = self.name(number)
        explain = getattr(registry.make(self.method), "explain", None)
        if explain is None:
            return []
        felt, records = self.felt(number, space), self.lake.records(name)
        few = felt.rows((felt.seq >= first) & (felt.seq <= last)) if felt.seq is not None else felt
        try:
            told = explain(records, few, axis)
        except AffectoryError:
            return []  # made with a word list or weights that are not here
        return [
            {"seq": one.record, "span": list(one.span), "weight": round(one.weight, 4),
             "axis": one.axis}
            for one in told
            if one.span is not None
        ]  # fmt: skip

    def rated(self, felt: Trajectory, who: str) -> None:
        """Put what a rater said of a session into the lake, once, as states of this trace."""
        name = f"states/{felt.space.name}"
        job = self.lake.job or who
        batch = self.lake.done(job, name) + 1
        while not self.lake.write_states(felt, job, batch):
            batch += 1  # another process took that number

    def crises(self, number: int) -> dict[str, Any]:
        """Return where crisis language was found in a session, and the notice to show with it."""
        if "evidence" not in self.lake.tables():
            return {"notice": None, "found": []}
        rows = (
            self.lake.scan("evidence")
            .filter(pl.col("session") == self.name(number), pl.col("by") == "guard/crisis")
            .select("record", "span_start", "span_stop", "axis")
            .collect()
        )
        found = [
            {"seq": record, "span": [low, high], "kind": axis.partition("/")[2]}
            for record, low, high, axis in rows.iter_rows()
        ]
        kinds = pl.DataFrame({"kind": [one["kind"] for one in found]}, schema={"kind": pl.String})
        return {"notice": crisis.notice(kinds), "found": found}

    def authors(self, space: str, session: str) -> list[str]:
        """Return who gave states of a session in a Space."""
        if space not in self.spaces:
            return []
        told = self.lake.scan(f"states/{space}").filter(pl.col("session") == session)
        return sorted(told.select(pl.col("by").unique()).collect()["by"].to_list())

    def _arcs(self) -> pl.DataFrame:
        """Return the mean measures of each session on the drawn axis, weighted by states."""
        table = f"arcs/{self.spaces[0]}" if self.spaces else ""
        empty = {"session": pl.String, **dict.fromkeys((*MEASURES, "missing"), pl.Float64)}
        if table not in self.lake.tables():
            return pl.DataFrame(schema=empty)
        n = pl.col("n").cast(pl.Float64)
        return (
            self.lake.scan(table)
            .filter(pl.col("axis") == self.axis)
            .group_by("session")
            .agg(
                *(
                    ((pl.col(name) * n).sum() / n.filter(pl.col(name).is_not_null()).sum())
                    .fill_nan(None)
                    .alias(name)
                    for name in MEASURES
                ),
                pl.col("missing").cast(pl.Float64).mean(),
            )
            .collect(engine="streaming")
        )

    def _crises(self) -> pl.DataFrame:
        """Return in how many records of each session crisis language was found."""
        if "evidence" not in self.lake.tables():
            return pl.DataFrame(schema={"session": pl.String, "crisis": pl.Int64})
        return (
            self.lake.scan("evidence")
            .filter(pl.col("by") == "guard/crisis", pl.col("axis").is_in(list(URGENT)))
            .group_by("session")
            .agg(pl.col("record").n_unique().cast(pl.Int64).alias("crisis"))
            .collect(engine="streaming")
        )


def _rounded(values: pl.Series) -> list[float | None]:
    return values.cast(pl.Float64).round(4).to_list()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(v, 4) if isinstance(v, float) else v for name, v in row.items()}
