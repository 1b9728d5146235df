"""What pages ask of a lake: its traces, each looked up again when the lake has grown."""

__all__ = ["Shelves"]

import threading
from collections import OrderedDict
from contextlib import suppress
from typing import Any

import polars as pl

from affectory.core.errors import AffectoryError, BadChoice, MissingFile
from affectory.store.lake import Lake, open_lake
from affectory.store.takes import Takes
from affectory.web import listing
from affectory.web.panel import Panels
from affectory.web.settings import Settings
from affectory.web.shelf import Shelf

KEPT = 4  # traces whose lists of sessions stay in memory
ENDS = 1000  # sessions that are rated, whose reach is remembered


class Shelves:
    """The traces of one lake, looked up again when the lake has grown.

    Args:
        settings: Where the lake is.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._held: OrderedDict[str, Shelf] = OrderedDict()
        self._takes: Takes | None = None
        self._called: dict[tuple[str, int], dict[str, str]] = {}
        self._ends: dict[tuple[str, str], tuple[float, float] | None] = {}
        self.panels = Panels()
        self.rating = threading.Lock()  # a take is put into the lake by one request alone
        self._turn = threading.Lock()
        self._opening = threading.Lock()  # of takes: a sample waits for nobody's list

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
        with self._opening:
            if self._takes is None:
                self._takes = Takes(self.settings.out)
            return self._takes

    def close(self) -> None:
        """Close what was opened."""
        with self._opening:
            if self._takes is not None:
                self._takes.close()

    def traces(self) -> list[dict[str, Any]]:
        """Return the traces that have ended, newest first: job, name, method, at, what they hold.

        A trace has no name; it is called by what its first session's name begins with, which is
        the name of a file.
        """
        lake = self.lake
        if lake is None:
            return []
        names = self._names(lake)
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
                "name": names.get(row["run"], ""),
                "method": row["method"],
                "at": row["at"].isoformat(timespec="seconds") if row["at"] else "",
                **{name: int(row[name] or 0) for name in ("records", "sessions", "rejected")},
            }
            for row in counted.iter_rows(named=True)
        ]

    def _names(self, lake: Lake) -> dict[str, str]:
        """Return what each trace is called; looked up again when there are other records."""
        stamp = lake.stamp("records")
        if stamp is None:
            return {}
        names = self._called.get(stamp)
        if names is None:
            rows = lake.scan("records").select("job", "batch", "session")
            begun = rows.group_by("job").agg(pl.col("batch").min())
            first = rows.join(begun, on=["job", "batch"], how="semi", maintain_order="left")
            told = first.unique("job", keep="first", maintain_order=True).collect().iter_rows()
            names = {job: name.partition("/")[0] for job, _, name in told}
            self._called = {stamp: names}
        return names

    def shelf(self, job: str) -> Shelf:
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

    def ends(self, job: str, session: str) -> tuple[float, float] | None:
        """Return where a session begins and ends on its clock, None where its trace is gone.

        Looked up once: samples that come in wait for no list of sessions that is made anew.
        """
        if (job, session) not in self._ends:
            try:
                index = self.shelf(job).index
            except BadChoice:
                return None
            row = index.filter(pl.col("session") == session).select("start", "stop")
            told = [end for end in row.row(0) if end is not None] if row.height else []
            while len(self._ends) >= ENDS:
                self._ends.pop(next(iter(self._ends)), None)
            self._ends[job, session] = (min(told), max(told)) if told else None
        return self._ends.get((job, session))

    def warm(self) -> None:
        """List the sessions of the newest trace, before a page asks for them."""
        with suppress(AffectoryError, OSError):  # who asks is told
            for trace in self.traces()[:1]:
                listing.page(self.shelf(trace["job"]))

    def forget(self) -> None:
        """Look everything up again when it is next asked for."""
        with self._turn:
            self._held.clear()
