"""One page that a person can read, send, print and open offline, with its numbers beside it.

The page is a single file that asks nothing of any other place. It is handed states and
measures and sets them; it computes none.
"""

__all__ = ["Timed", "report"]

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from affectory import __version__
from affectory.core.errors import NoRecords
from affectory.core.evidence import Evidence
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.states import States
from affectory.show.choose import MOST
from affectory.show.headline import headline
from affectory.show.measures import as_frame
from affectory.show.page import Story, Timed, page
from affectory.show.pictures import carrying
from affectory.show.prose import methods
from affectory.show.twin import write_twin


def report(
    path: str | Path,
    *,
    records: Records,
    states: States,
    arcs: Any = None,
    dyads: Any = None,
    evidence: Iterable[Evidence] = (),
    figures: Sequence[Figure] = (),
    notices: Sequence[str] = (),
    rejected: pl.DataFrame | int | None = None,
    provenance: Mapping[str, object] | None = None,
    overview: Any = None,
    cautions: Sequence[str] = (),
    title: str = "Emotional trajectories",
    stories: int = MOST,
    own: Sequence[Timed] = (),
    axis: str | None = None,
) -> Path:
    """Write a self-contained HTML report, and its numbers as JSON and CSV beside it.

    The page stays under 3 MB: of many sessions the telling ones are shown in full, and it says
    which and why. Texts, names and titles may hold anything; they are shown as they are and
    never run.

    Args:
        path: Where the page goes; folders are made. `report.html` brings `report.json` and,
            with `arcs`, `report.arcs.csv`.
        records: What was read.
        states: What was perceived, one Trajectory per Space.
        arcs: Measures per session, actor and axis: a polars frame, or what has `.table()`.
        dyads: Measures per pair, likewise; its `.profile(row)` is drawn for the sessions shown.
        evidence: Why the states were claimed; spans are marked in the transcript.
        figures: The key figures; none: those that `arcs` and `dyads` give by `.figures()`.
        notices: Words to be read first, such as those of `guard.crisis.notice`.
        rejected: What could not be read: a frame (counted by its column `reason`) or a number.
        provenance: What is needed to do it again: method, version, seed, data, settings.
        overview: Measures of the whole corpus where `records` are only a part of it.
        cautions: Further sentences on what these numbers cannot say.
        title: Title of the page.
        stories: How many sessions are shown in full at most.
        own: The same sessions on the clocks they were read with, one `Timed` a clock, where
            `records` had to be put on turns to be looked at together; sessions are drawn so.
        axis: The axis that is drawn; None: valence, or else what moves most within the first Space.

    Returns:
        The path of the page.

    Raises:
        NoRecords: if there is no state at all.
    """
    if not len(records) or not len(states[next(iter(states))]):
        raise NoRecords("show.report", "perceive at least one record first")
    target = Path(path)
    axis = axis or _axis(states)
    felt = carrying(states, axis)
    numbers = tuple(figures) or (*_figures(arcs), *_figures(dyads))
    facts = _facts(records, states, provenance)
    story = Story(
        title,
        headline(records, felt, axis, rejected, as_frame(overview)),
        tuple(notices),
        tuple(cautions),
        numbers,
        as_frame(arcs),
        dyads,
        as_frame(overview),
        methods(records, states, axis, facts, bool(len(numbers))),
        facts,
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(story, records, states, axis, evidence, stories, own), encoding="utf-8")
    write_twin(target, story)
    return target


def _axis(states: States) -> str:
    """Return the axis to draw: valence where there is one, else what moves most in the first."""
    if any("valence" in states[space].space.names for space in states):
        return "valence"
    first = states[next(iter(states))]
    known = first.values[~first.missing]
    return first.space.names[int(known.std(axis=0).argmax()) if len(known) else 0]


def _figures(measures: Any) -> tuple[Figure, ...]:
    give = getattr(measures, "figures", None)
    return tuple(give()) if callable(give) else ()


def _facts(
    records: Records, states: States, provenance: Mapping[str, object] | None
) -> dict[str, str]:
    """Return the provenance with what is known anyway, as words."""
    now = datetime.now(UTC)
    known: dict[str, object] = {
        "affectory": __version__,
        "method": ", ".join(sorted({states[name].by or "unnamed" for name in states})),
        "spaces": ", ".join(states),
        "clock": records.clock.value,
        "written": f"{now.day} {now:%B %Y, %H:%M} UTC",
        **(provenance or {}),
    }
    return {str(key): str(value) for key, value in known.items() if value not in (None, "")}
