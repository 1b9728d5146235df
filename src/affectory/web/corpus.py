"""Many sessions at once: lists and what they say together."""

__all__ = ["router"]

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel

from affectory.web import groups, listing, shapes
from affectory.web.asking import Asked, Trace
from affectory.web.listing import SORTS

router = APIRouter(tags=["corpus"])
Name = Annotated[str | None, Query(max_length=64)]


class TraceRow(BaseModel):
    """A trace that has ended."""

    job: str
    method: str
    at: str
    records: int
    sessions: int
    rejected: int


class SessionRow(BaseModel):
    """A session in a list; measures are of the drawn axis, null where undefined."""

    number: int
    session: str
    records: int
    actors: int
    start: float
    stop: float
    clock: str
    mean: float | None
    change: float | None
    variability: float | None
    missing: float | None
    crisis: int
    spark: list[float | None]


class Page(BaseModel):
    """Some sessions of a trace."""

    total: int
    space: str
    axis: str
    rows: list[SessionRow]


@router.get("/traces")
def traces(shelves: Asked) -> list[TraceRow]:
    """Return the traces of the lake, newest first."""
    return [TraceRow(**row) for row in shelves.traces()]


@router.get("/traces/{job}/sessions")
def sessions(
    trace: Trace,
    find: Annotated[str, Query(max_length=200, description="Part of a name.")] = "",
    sort: Annotated[Literal[SORTS], Query()] = "order",  # type: ignore[valid-type]
    down: bool = False,
    skip: Annotated[int, Query(ge=0, le=2**31)] = 0,
    most: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page:
    """Return some sessions of a trace, in an order, with a small picture of each."""
    told: dict[str, Any] = listing.page(
        trace, find=find, sort=sort, down=down, skip=skip, most=most
    )
    return Page(**told)


@router.get("/traces/{job}/rejected")
def rejected(
    trace: Trace, most: Annotated[int, Query(ge=1, le=1000)] = 200
) -> list[dict[str, Any]]:
    """Return the rows that could not be read: file, line, reason, and how they begin."""
    rows = trace.lake.rejected().head(most)
    return rows.to_dicts()


class Curve(BaseModel):
    """A session and its course in 16 parts."""

    number: int
    session: str
    curve: list[float]
    score: float | None = None


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
    odd: list[Curve]


class Group(BaseModel):
    """Sessions that share a value: the mean of a measure over them, with a 95 % interval."""

    value: str
    n: int
    mean: float | None
    low: float | None
    high: float | None


@router.get("/traces/{job}/kinds")
def kinds(
    trace: Trace, k: Annotated[int, Query(ge=2, le=12)] = 5, space: Name = None, axis: Name = None
) -> Kinds:
    """Return k kinds of shapes, each with its size, mean course, band and examples."""
    known = trace.curves(space, axis)
    many = min(k, max(2, len(known.number)))
    return Kinds(axis=known.axis, **shapes.kinds(known, many))


@router.post("/traces/{job}/alike")
def alike(
    trace: Trace, drawn: Annotated[list[float], Body(min_length=2, max_length=500)],
    space: Name = None, axis: Name = None,
) -> list[Curve]:  # fmt: skip
    """Return the sessions whose course is most like a drawing, best first."""
    return [Curve(**one) for one in shapes.alike(trace.curves(space, axis), drawn)]


@router.get("/traces/{job}/columns")
def columns(trace: Trace) -> list[str]:
    """Return the columns by which sessions can be put into groups."""
    return groups.columns(trace)


@router.get("/traces/{job}/groups")
def grouped(
    trace: Trace,
    by: Annotated[str, Query(max_length=100)],
    measure: Literal["mean", "change", "variability"] = "mean",
) -> list[Group]:
    """Return a measure of each group of sessions, the largest groups first."""
    return [Group(**one) for one in groups.compared(trace, by, measure)]
