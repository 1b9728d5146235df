"""How sessions move: all of them at once, kinds of shapes, and a search for a shape."""

__all__ = ["router"]

from typing import Annotated

import polars as pl
from fastapi import APIRouter, Body, Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from affectory.core.errors import BadValues
from affectory.measure.shapes import Divided, matched, ranked
from affectory.web import phrases, seeking, shapes
from affectory.web.asking import Name, Trace, Who
from affectory.web.files import FileKind, as_file
from affectory.web.shapes import FEWEST, Curves
from affectory.web.spaces import AxisTold, SpaceTold

router = APIRouter(tags=["courses"])
Many = Annotated[int, Query(ge=2, le=12)]
MOST = 5_000  # sessions that are drawn at once


class Carpet(BaseModel):
    """Many sessions by kind and then by mean, a column each thing; values have a row a session."""

    space: str
    axis: AxisTold
    reach: float
    total: int
    number: list[int]
    session: list[str]
    kind: list[int]
    values: list[list[float]]


class Curve(BaseModel):
    """A session and its course in 16 parts."""

    number: int
    session: str
    curve: list[float]
    score: float | None = None


class Odd(Curve):
    """A session unlike its kind: `times` as far from its middle as is usual there."""

    kind: int
    times: float


class Kind(BaseModel):
    """Sessions that move alike: how many, their mean course, the middle half, examples."""

    n: int
    mean: list[float]
    low: list[float]
    high: list[float]
    examples: list[Curve]


class Kinds(BaseModel):
    """The kinds of shapes of a trace, and the sessions that are unlike their kind."""

    n: int
    axis: str
    kinds: list[Kind]
    unlike: int
    odd: list[Odd]


class Phrase(BaseModel):
    """What is looked for, in words, and the axis and the actor of the page they are said on."""

    words: str = Field(min_length=1, max_length=300)
    space: str | None = Field(None, max_length=300)
    axis: str | None = Field(None, max_length=300)
    who: Who = None


class PartTold(BaseModel):
    """A part of a phrase as it was understood: its axis, its stretch of 16 parts, its line."""

    space: str
    axis: str
    first: int
    last: int
    line: list[float]


class Course(BaseModel):
    """A course on an axis."""

    axis: str
    curve: list[float]


class Found(BaseModel):
    """A session that moves as a phrase says."""

    number: int
    session: str
    score: float
    courses: list[Course]


class Search(BaseModel):
    """What was understood, and what was found, best first."""

    said: str
    parts: list[PartTold]
    found: list[Found]


class Chosen(BaseModel):
    """The axis that a request is about, and the actor, None for everybody."""

    space: str
    axis: AxisTold
    actor: str | None

    def curves(self, trace: Trace) -> Curves:
        """Return the courses of a trace on it."""
        return trace.curves(self.space, self.axis.name, self.actor)

    def divided(self, trace: Trace, k: int) -> Divided:
        """Return the kinds of its sessions on it.

        Raises:
            BadValues: if no two of them are long enough to have a shape.
        """
        if len(self.curves(trace).number) < 2:
            whose = "" if self.actor is None else " of this speaker"
            found = f"no two sessions that have {FEWEST} states or more{whose}"
            raise BadValues("kinds", found, "two at least", "look at the sessions one by one")
        return trace.divided(self.space, self.axis.name, k, self.actor)


def _chosen(
    trace: Trace,
    space: Name | None = None,
    axis: Name | None = None,
    who: Annotated[Who, Query()] = None,
) -> Chosen:
    space, axis = trace.chosen(space, axis)
    found = next(each for each in axes(trace) if each.name == space)
    told = next(each for each in found.axes if each.name == axis)
    return Chosen(space=space, axis=told, actor=trace.actor(who))


About = Annotated[Chosen, Depends(_chosen)]
Drawn = Annotated[list[float], Body(min_length=2, max_length=500)]


@router.get("/traces/{job}/axes")
def axes(trace: Trace) -> list[SpaceTold]:
    """Return the Spaces that the method gave states in, the one to draw first in front."""
    known = {space.name: space for space in trace.lake.spaces()}
    return [SpaceTold.of(known[name]) for name in trace.axes()]


@router.get("/traces/{job}/curves")
def curves(
    trace: Trace, about: About, k: Many = 5, most: Annotated[int, Query(ge=1, le=MOST)] = MOST
) -> Carpet:
    """Return the course of each session with its kind; of more than `most`, every so many."""
    known = about.curves(trace)
    told = shapes.carpet(known, about.divided(trace, k), about.axis.rest, most)
    return Carpet(space=about.space, axis=about.axis, **told)


@router.get("/traces/{job}/curves/file", response_class=Response)
def curves_file(trace: Trace, about: About, k: Many = 5, kind: FileKind = "csv") -> Response:
    """Return every course with its kind and how unlike it is, as a file."""
    known = about.curves(trace)
    return as_file(shapes.table(known, about.divided(trace, k)), kind, f"courses-{known.axis}")


@router.get("/traces/{job}/kinds")
def kinds(trace: Trace, about: About, k: Many = 5) -> Kinds:
    """Return k kinds of shapes, each with its size, mean course, band and examples."""
    known = about.curves(trace)
    return Kinds(axis=known.axis, **shapes.kinds(known, about.divided(trace, k)))


@router.post("/traces/{job}/alike")
def alike(trace: Trace, drawn: Drawn, about: About) -> list[Curve]:
    """Return the sessions whose course is most like a drawing, best first."""
    return [Curve(**one) for one in shapes.alike(about.curves(trace), drawn)]


@router.post("/traces/{job}/alike/file", response_class=Response)
def alike_file(trace: Trace, drawn: Drawn, about: About, kind: FileKind = "csv") -> Response:
    """Return every session that moves like a drawing, best first, as a file."""
    known = about.curves(trace)
    score = matched(known.values, drawn)
    at = ranked(score)
    rows = shapes.table(known)[at].insert_column(2, pl.Series("score", score[at]))
    return as_file(rows, kind, f"alike-{known.axis}")


@router.post("/traces/{job}/search")
def search(trace: Trace, phrase: Phrase) -> Search:
    """Return how a phrase was understood, and the sessions that move so, best first."""
    parts = _read(trace, phrase)
    return Search(
        said=", then ".join(part.said for part in parts),
        parts=[
            PartTold(space=part.space, axis=part.axis, first=part.first, last=part.last,
                     line=part.line)
            for part in parts
        ],
        found=[Found(**one) for one in seeking.best(trace, parts, trace.actor(phrase.who))],
    )  # fmt: skip


@router.post("/traces/{job}/search/file", response_class=Response)
def search_file(trace: Trace, phrase: Phrase, kind: FileKind = "csv") -> Response:
    """Return every session that moves as a phrase says, best first, as a file."""
    parts = _read(trace, phrase)
    actor = trace.actor(phrase.who)
    rows = seeking.scored(trace, parts, actor)
    if actor is not None:
        rows.insert_column(2, pl.lit(actor).alias("actor"))
    names = {f"r{at + 1}": f"r{at + 1}_{part.axis}" for at, part in enumerate(parts)}
    return as_file(rows.rename(names), kind, "search")


def _read(trace: Trace, phrase: Phrase) -> tuple[phrases.Part, ...]:
    return phrases.read(phrase.words, trace.axes(), *trace.chosen(phrase.space, phrase.axis))
