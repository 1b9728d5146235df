"""The page around the sessions: set until it is full, styled and scripted without any outside."""

__all__ = ["LIMIT", "Story", "Timed", "page"]

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from affectory.core.evidence import Evidence
from affectory.core.figure import Figure
from affectory.core.records import Clock, Records
from affectory.core.space import Axis
from affectory.core.states import States
from affectory.show import wording
from affectory.show.choose import Pick, choose, ranks
from affectory.show.corpus import corpus, rows_of
from affectory.show.headline import Headline
from affectory.show.measures import KEY, as_frame, as_table, figure_rows, shared_setting
from affectory.show.pairs import profile_of
from affectory.show.palette import DARK, LIGHT, SPEAKERS, speakers
from affectory.show.pictures import carrying
from affectory.show.section import Section, section
from affectory.show.shape import Shapes, shapes
from affectory.show.spread import histograms
from affectory.show.svg import Sheet, embed
from affectory.show.view import closer

LIMIT = 3_000_000  # bytes of the page
ROOM = 400_000  # of them kept for what is not a session
MANY = 24  # arcs from which their distribution is drawn
SPREAD = ("mean", "variability", "sd", "inertia", "instability", "mssd", "rmssd")


@dataclass(frozen=True)
class Timed:
    """Sessions on the clock that they were read with.

    Args:
        records: What was read.
        states: What was perceived in it.
        dyads: Measures per pair in it, where there are any.
    """

    records: Records
    states: States
    dyads: Any = None


@dataclass(frozen=True)
class Story:
    """Everything that the page says apart from the sessions."""

    title: str
    headline: Headline
    notices: tuple[str, ...]
    cautions: tuple[str, ...]
    figures: tuple[Figure, ...]
    arcs: pl.DataFrame | None
    dyads: Any
    overview: pl.DataFrame | None
    methods: str
    facts: Mapping[str, str]


def page(
    story: Story,
    records: Records,
    states: States,
    axis: str,
    evidence: Iterable[Evidence],
    stories: int,
    own: Sequence[Timed] = (),
) -> str:
    """Return the whole page as HTML; sessions are drawn on the clock of `own` where it has them."""
    sheet = Sheet()
    felt = carrying(states, axis)
    known = shapes(felt, axis)
    picks = choose(known, stories)
    parts = own or (Timed(records, states, story.dyads),)
    told = _sessions(story, parts, axis, evidence, picks, sheet)
    shown = {part.name: part.ident for part, _ in told}
    pictures: dict[str, Any] = {"corpus": None, "spread": None}
    if len(known.names) > 1:
        rows = len(rows_of(known))
        alt = f"One row for each of {rows} sessions. {story.headline.course}"
        pictures = {
            "corpus": embed(corpus(felt, axis), alt, "corpus", sheet),
            "spread": _spread(story, axis, sheet),
        }
    source = files("affectory.show").joinpath("templates")
    style = _themes() + source.joinpath("report.css").read_text("utf-8") + sheet.css()
    script = source.joinpath("report.js").read_text("utf-8")
    return (
        _book()
        .get_template("page.html")
        .render(
            story=story,
            axis=axis,
            pictures=pictures,
            rows=len(rows_of(known)),
            extremes=_extremes(known, shown),
            sessions=told,
            total=len(known.names),
            crowded=len(told) < len(picks),
            **_numbers(story, felt.clock, axis),
            style=Markup(style),
            script=Markup(script),
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
    )


def _numbers(story: Story, clock: Clock, axis: str) -> dict[str, Any]:
    """Return the key figures, the others, and the tables."""
    key = [f for f in story.figures if "/" not in f.name]
    order = {f"{name}/{axis}": at for at, name in enumerate(KEY)}
    drawn = [f for f in story.figures if f.name in order]
    key += sorted(drawn, key=lambda figure: order[figure.name])
    rest = [f for f in story.figures if f not in key]
    pairs = as_frame(story.dyads)
    shared, others = shared_setting(key or rest), shared_setting(rest)
    return {
        "key": figure_rows(key or rest, shared),
        "rest": figure_rows(rest if key else [], others),
        "setting": shared,
        "settings": others,
        "arcs": None if story.arcs is None else as_table(story.arcs, clock, axis),
        "dyads": None if pairs is None else as_table(pairs, clock, axis),
    }


def _homes(table: pl.DataFrame | None, session: str, axis: str) -> dict[str, tuple[float, float]]:
    """Return the home base of each actor of `session`, where the table has it."""
    needed = ("session", "actor", "axis", "home", "home_width")
    if table is None or not set(needed) <= set(table.columns):
        return {}
    rows = table.filter(session=session, axis=axis).select(needed[1], *needed[3:]).drop_nulls()
    return {actor: (home - width, home + width) for actor, home, width in rows.iter_rows()}


def _sessions(
    story: Story,
    parts: Sequence[Timed],
    axis: str,
    evidence: Iterable[Evidence],
    picks: tuple[Pick, ...],
    sheet: Sheet,
) -> list[tuple[Section, Markup]]:
    """Return the sessions that fit, each set; at least one."""
    why: dict[str, list[Evidence]] = {pick.session: [] for pick in picks}
    for one in evidence:
        if one.session in why:
            why[one.session].append(one)
    few = [_few(part, list(why)) for part in parts]
    home = {name: part for part in few for name in part.states[next(iter(part.states))].sessions}
    everyone = speakers(dict.fromkeys(actor for part in parts for actor in part.records.actors))
    view = _view(few, axis)
    template = _book().get_template("session.html")
    out: list[tuple[Section, Markup]] = []
    room = LIMIT - ROOM
    for at, pick in enumerate(picks):
        part = home[pick.session]
        session = part.records[pick.session]
        told = section(
            session,
            _few(part, [pick.session]).states,
            axis,
            sheet,
            ident=f"s{at + 1}",
            why=pick.why,
            evidence=why[pick.session],
            places=everyone if len(everyone) <= SPEAKERS else speakers(session.actors),
            profile=profile_of(part.dyads, pick.session, axis),
            view=view,
            homes=_homes(story.arcs, pick.session, axis),
        )
        body = template.render(s=told)
        room -= len(body.encode())
        if room < 0 and out:
            break
        out.append((told, Markup(body)))
    return out


def _few(part: Timed, names: list[str]) -> Timed:
    """Return `part` with the states of the named sessions alone."""
    states = States(tuple(part.states[space].select(session=names) for space in part.states))
    return Timed(part.records, states, part.dyads)


def _view(parts: Sequence[Timed], axis: str) -> Axis:
    """Return the axis, drawn in to what its values need."""
    felt = [carrying(part.states, axis) for part in parts]
    return closer(felt[0].space.axes[felt[0].space.index(axis)], [each.axis(axis) for each in felt])


def _spread(story: Story, axis: str, sheet: Sheet) -> Markup | None:
    """Return how the measures are distributed over many sessions, where there are enough."""
    table = story.overview if story.overview is not None else story.arcs
    if table is not None and "axis" in table.columns and axis in table["axis"]:
        table = table.filter(axis=axis)
    if table is None or table.height < MANY:
        return None
    names = tuple(name for name in SPREAD if name in table.columns)
    if not names:
        return None
    alt = f"Distribution of {wording.listed(names)} of {axis} over {table.height:,} arcs."
    return embed(histograms(table, names), alt, "spread", sheet)


def _extremes(known: Shapes, shown: Mapping[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return for each reason the first three sessions and, where they are shown, their place."""
    if len(known.names) < 6:
        return []
    return [
        (why, [(known.names[int(at)], shown.get(known.names[int(at)], "")) for at in order[:3]])
        for why, order in ranks(known).items()
        if len(order)
    ]


@cache
def _book() -> Environment:
    """Return the templates; every value is escaped unless it was made safe here."""
    book = Environment(
        loader=PackageLoader("affectory.show"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    book.filters.update(count=wording.count)
    return book


def _themes() -> str:
    """Return the roles of both themes: the reader's own first, the other on demand."""
    flip = ":root:has(#flip:checked)"
    light, dark = (f"color-scheme:{theme.name};{theme.css()}" for theme in (LIGHT, DARK))
    return (
        f":root{{{light}}}@media screen{{{flip}{{{dark}}}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}{flip}{{{light}}}}}"
    )


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
