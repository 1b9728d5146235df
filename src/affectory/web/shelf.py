"""One trace of a lake: its sessions, what was said in them, and how it moved.

A session is asked for by its number in its trace, never by its name: names can hold what people
said or are called, and addresses end up in histories and logs.
"""

__all__ = ["Shelf"]

import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from affectory.core import registry
from affectory.core.errors import AffectoryError, BadChoice
from affectory.core.space import Space
from affectory.core.trajectory import Trajectory
from affectory.guard import crisis
from affectory.measure.shapes import Divided, divided
from affectory.measure.triage import Report
from affectory.represent import vocabularies
from affectory.store.lake import Lake
from affectory.web import indexing
from affectory.web.lately import Lately
from affectory.web.numbers import columns, rounded
from affectory.web.reports import reports
from affectory.web.shapes import Curves, curves
from affectory.web.spaces import SpaceBy

PREFERRED = ("vad", "va", "valence")
STATELESS = "one in which its method gave states; this trace has none"
Key = tuple[str, str, str | None]  # Space, axis, actor


@dataclass(frozen=True, slots=True)
class Voices:
    """Who gave states in a Space.

    Args:
        stamp: Of which state of the table.
        own: Whether the method of the trace did.
        others: Who else, by session.
    """

    stamp: object
    own: bool
    others: dict[str, set[str]]


@dataclass(frozen=True)
class Shelf:
    """One trace.

    Args:
        lake: A view of its rows.
        method: Who perceived.
        stamp: What changes when a trace has ended: an index from before it is not to be trusted.
        courses: The courses of its sessions that were asked for of late, by Space, axis and actor.
        cuts: Their kinds, by how many as well.
        making: Held while its list is made.
        voices: Who gave states, by Space.
        reading: Held while signs are looked for.
    """

    lake: Lake
    method: str
    stamp: tuple[str, int] | None
    courses: Lately[Key, Curves] = field(default_factory=Lately, repr=False, compare=False)
    cuts: Lately[tuple[Key, int], Divided] = field(
        default_factory=Lately, repr=False, compare=False
    )
    voices: dict[str, Voices] = field(default_factory=dict, repr=False, compare=False)
    making: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)
    reading: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def spaces(self) -> tuple[str, ...]:
        """The Spaces that anybody gave states of it in, the one to draw first in front."""
        voices = {name: self._voices(name) for name in self._tables()}
        spoken = [name for name, one in voices.items() if one.own or one.others]
        return tuple(sorted(spoken, key=lambda n: (not voices[n].own, n not in PREFERRED, n)))

    def _tables(self) -> list[str]:
        """Return the Spaces of the lake: some may hold states of other traces alone."""
        return [name.partition("/")[2] for name in self.lake.tables() if name[:7] == "states/"]

    def space(self, name: str) -> Space:
        """Return the Space called `name`, one of the lake or of the house.

        Raises:
            UnknownSpace: if there is none.
        """
        return vocabularies.space(name, self.lake.spaces())

    @property
    def drawn(self) -> tuple[str, str] | None:
        """The Space and the axis that lists are about, None where the method gave no states."""
        return self.chosen() if self.axes() else None

    @property
    def index(self) -> pl.DataFrame:
        """One row a session, in the order in which they were read; made once, whoever asks."""
        with self.making:
            return self._index

    @cached_property
    def _index(self) -> pl.DataFrame:
        return indexing.index(self.lake, self.method, self.drawn)

    @property
    def reports(self) -> tuple[Report, ...]:
        """What is found of signs in each session; looked for once, whoever asks."""
        with self.reading:
            return self._reports

    @cached_property
    def _reports(self) -> tuple[Report, ...]:
        return reports(self.lake, self.index)

    def axes(self) -> dict[str, tuple[str, ...]]:
        """Return the axes of each Space that its method gave states in, the drawn one in front."""
        known = {space.name: space.names for space in self.lake.spaces()}
        return {name: known[name] for name in self.spaces if self._voices(name).own}

    @cached_property
    def columns(self) -> list[str]:
        """What its records say besides words and times: by what sessions can be grouped."""
        return indexing.columns(self.lake)

    @cached_property
    def actors(self) -> pl.DataFrame:
        """Who has courses in several sessions, and in how many, most first: actor, sessions."""
        return indexing.actors(self.lake, self.method, self.drawn)

    def actor(self, who: int | None) -> str | None:
        """Return the name of one of `actors` by its place there, None for none.

        Raises:
            BadChoice: if there is none at that place.
        """
        if who is None:
            return None
        if not 0 <= who < self.actors.height:
            none = "none: nobody speaks often enough in two sessions"
            known = f"0 to {self.actors.height - 1}" if self.actors.height else none
            raise BadChoice("who", who, known)
        return str(self.actors["actor"][who])

    def chosen(self, space: str | None = None, axis: str | None = None) -> tuple[str, str]:
        """Return a Space and an axis of it, the drawn ones unless named.

        Raises:
            BadChoice: if it has no states, or none in that Space, or the Space has no such axis.
        """
        known = self.axes()
        if not known:
            raise BadChoice("space", space or "", STATELESS)
        space = space or next(iter(known))
        if space not in known:
            raise BadChoice("space", space, known)
        drawn = "valence" if "valence" in known[space] else known[space][0]
        if (axis or drawn) not in known[space]:
            raise BadChoice("axis", axis, known[space])
        return space, axis or drawn

    def curves(
        self, space: str | None = None, axis: str | None = None, actor: str | None = None
    ) -> Curves:
        """Return the courses of its sessions on an axis, the drawn one unless named.

        Those of one speaker alone, if named.

        Raises:
            BadChoice: if it has no states, or none in that Space, or the Space has no such axis.
        """
        wanted = (*self.chosen(space, axis), actor)
        return self.courses.get(wanted, lambda: curves(self.lake, self.method, self.index, *wanted))

    def divided(self, space: str, axis: str, k: int, actor: str | None = None) -> Divided:
        """Return its sessions by kind of shape on an axis; of fewer sessions, fewer kinds.

        Raises:
            BadChoice: if there are no two sessions with a shape.
        """
        known = self.curves(space, axis, actor)
        few = min(k, max(2, len(known.number)))
        return self.cuts.get(((space, axis, actor), few), lambda: divided(known.values, few))

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
            SpaceBy.of(spaces[each], by=by).model_dump()
            for each in self.spaces
            if (by := self.authors(each, name))
        ]
        return {**rounded(row), "method": self.method, "people": actors, "spaces": told}

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
        wide = [f"{name}_spread" for name in names if f"{name}_spread" in frame]
        spreads = columns(frame, wide)
        return {
            "space": space,
            "by": felt.by,
            "seq": frame["seq"].to_list() if "seq" in frame else [],
            "actor": frame["actor"].to_list(),
            "start": frame["start"].to_list(),
            "stop": frame["stop"].to_list(),
            "values": columns(frame, names),
            "spreads": {name.removesuffix("_spread"): told for name, told in spreads.items()},
        }

    def felt(self, number: int, space: str, by: str | None = None) -> Trajectory:
        """Return the states of one session by one author, the perceiver unless named."""
        name = self.name(number)
        if space not in self.spaces:
            raise BadChoice("space", space, self.spaces or "none: nobody gave states in this trace")
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
        if space not in self._tables():
            return []
        voices = self._voices(space)
        own = {self.method} if voices.own else set()
        return sorted(own | voices.others.get(session, set()))

    def _voices(self, space: str) -> Voices:
        """Return who gave states in a Space; looked up anew where its table has changed."""
        stamp = self.lake.stamp(f"states/{space}")
        known = self.voices.get(space)
        if known is None or known.stamp != stamp:
            own = known is not None and known.own
            known = self.voices[space] = _heard(self.lake, self.method, space, stamp, own)
        return known


def _heard(lake: Lake, method: str, space: str, stamp: object, own: bool) -> Voices:
    """Look up who gave states in a Space; `own` where the method is known to have."""
    rows = lake.scan(f"states/{space}")
    if not own:
        mine = rows.filter(pl.col("by") == method).select("by").head(1)
        own = not mine.collect(engine="streaming").is_empty()
    few = rows.filter(pl.col("by") != method).select("session", "by").unique()
    others: dict[str, set[str]] = {}
    for session, by in few.collect(engine="streaming").iter_rows():
        others.setdefault(session, set()).add(by)
    return Voices(stamp, own, others)
