"""The map of what there is: every Card and every planned system in one place, task by technique.

System 24: Zhang et al., "Affective Computing in the Era of Large Language Models" (2024). The
map is drawn from the registry and from `bench.systems`; what is nowhere is listed as a gap.
"""

__all__ = ["Atlas", "Entry", "atlas", "markdown", "redrawn"]

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec

import polars as pl

from affectory.bench.systems import HOUSE, SYSTEMS, TASKS, TECHNIQUES
from affectory.core.card import Card
from affectory.core.errors import BadChoice
from affectory.core.registry import methods

WORKS, PLANNED = "works", "planned"
FIRST = "| task |"  # how the map begins on a page
ROOMS = ("represent", "measure", "bench")  # where a system is functions, not a method


@dataclass(frozen=True)
class Entry:
    """One place that is taken.

    Args:
        room: Address of the method or system.
        name: What its paper calls it.
        number: Number of the system, 0 for a method of the house.
        task: Key of `TASKS`.
        technique: Key of `TECHNIQUES`.
        state: "works" or "planned".
        card: The Card, where it is a registered method.
    """

    room: str
    name: str
    number: int
    task: str
    technique: str
    state: str
    card: Card | None = None

    @property
    def offline(self) -> bool:
        """Whether it works here without an extra, a server or training."""
        return self.state == WORKS and not (self.card and self.card.extras)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the figures that its paper published, without their axes."""
        shown = self.card.published if self.card else ()
        return tuple(dict.fromkeys(figure.name.partition("/")[0] for figure in shown))


@dataclass(frozen=True)
class Atlas:
    """All places.

    Args:
        entries: What there is and what is planned.
        unplaced: Registered methods that nobody has given a place.
    """

    entries: tuple[Entry, ...]
    unplaced: tuple[str, ...] = ()

    def where(
        self,
        task: str | None = None,
        technique: str | None = None,
        metric: str | None = None,
        *,
        offline: bool = False,
        works: bool = False,
    ) -> "Atlas":
        """Return the part of the map that is asked for.

        Raises:
            BadChoice: if there is no such task or technique.
        """
        for name, got, known in (("task", task, TASKS), ("technique", technique, TECHNIQUES)):
            if got is not None and got not in known:
                raise BadChoice(name, got, known)
        kept = tuple(
            each
            for each in self.entries
            if task in (None, each.task)
            and technique in (None, each.technique)
            and (metric is None or any(metric in known for known in each.metrics))
            and (each.offline or not offline)
            and (each.state == WORKS or not works)
        )
        return Atlas(kept, self.unplaced)

    def table(self) -> pl.DataFrame:
        """Return one row an entry."""
        rows = [
            {
                "task": each.task, "technique": each.technique, "system": each.number or None,
                "room": each.room, "name": each.name, "state": each.state,
                "offline": each.offline, "metrics": ", ".join(each.metrics),
            }
            for each in self.entries
        ]  # fmt: skip
        kinds = {"task": pl.String, "technique": pl.String, "system": pl.Int64, "room": pl.String,
                 "name": pl.String, "state": pl.String, "offline": pl.Boolean,
                 "metrics": pl.String}  # fmt: skip
        order = pl.col("task").replace_strict({name: at for at, name in enumerate(TASKS)})
        return pl.DataFrame(rows, schema=kinds).sort(order, "technique", "room")

    def gaps(self) -> dict[str, tuple[str, ...]]:
        """Return tasks and techniques without a working entry, and what is planned."""
        done = [each for each in self.entries if each.state == WORKS]
        tasks, techniques = {each.task for each in done}, {each.technique for each in done}
        planned = (each.room for each in self.entries if each.state == PLANNED)
        return {
            "tasks": tuple(name for name in TASKS if name not in tasks),
            "techniques": tuple(name for name in TECHNIQUES if name not in techniques),
            "systems": tuple(planned),
        }


def atlas() -> Atlas:
    """Return the map of the registry and of the systems that are planned."""
    cards = methods()
    places = {each.room: each for each in SYSTEMS}
    entries = [
        Entry(each.room, each.name, each.number, each.task, each.technique,
              WORKS if _works(each.room, cards) else PLANNED, cards.get(each.room))
        for each in SYSTEMS
    ]  # fmt: skip
    entries += [
        Entry(name, cards[name].paper.title, 0, *place, WORKS, cards[name])
        for name, place in HOUSE.items()
        if name in cards
    ]
    lost = tuple(name for name in cards if name not in places and name not in HOUSE)
    return Atlas(tuple(entries), lost)


def markdown(found: Atlas) -> str:
    """Return the map as a page: a matrix of working and planned systems, then the gaps."""
    used = [t for t in TECHNIQUES if any(each.technique == t for each in found.entries)]
    lines = [f"{FIRST} " + " | ".join(used) + " |", "|---" * (len(used) + 1) + "|"]
    for task, about in TASKS.items():
        mine = [each for each in found.entries if each.task == task]
        cells = (_cell(each for each in mine if each.technique == kind) for kind in used)
        lines.append(f"| **{task}**: {about} | " + " | ".join(cells) + " |")
    gaps = found.gaps()
    lines += ["", "**Tasks without a working method:** " + _listed(gaps["tasks"]), ""]
    lines += ["**Techniques without one:** " + _listed(gaps["techniques"]), ""]
    return "\n".join([*lines, "**Planned:** " + _listed(gaps["systems"]), ""])


def redrawn(page: str, found: Atlas) -> str:
    """Return a page with its map, from the first line to the end, drawn anew."""
    return page.partition(FIRST)[0] + markdown(found)


def _works(room: str, cards: dict[str, Card]) -> bool:
    """Whether a room is a registered method, or a module where systems are plain functions."""
    wing = room.partition("/")[0]
    if wing not in ROOMS:
        return room in cards
    return find_spec(f"affectory.{room.replace('/', '.')}") is not None


def _cell(entries: Iterable[Entry]) -> str:
    told = [f"`{each.room}`" if each.state == WORKS else each.room for each in entries]
    return "<br>".join(told)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
