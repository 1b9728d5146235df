"""Many sessions at once: lists and what they say together."""

__all__ = ["router"]

from typing import Annotated, Literal

import polars as pl
from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from affectory.web import groups, listing
from affectory.web.asking import Asked, Name, Trace, Who
from affectory.web.files import FileKind, as_file
from affectory.web.indexing import MEASURES
from affectory.web.listing import SORTS

router = APIRouter(tags=["corpus"])
Skip = Annotated[int, Query(ge=0, le=2**31)]
Most = Annotated[int, Query(ge=1, le=200)]
Measure = Literal["mean", "change", "variability"]
GROUPED = {
    "value": pl.String,
    "n": pl.Int64,
    **{f"{prefix}{end}": pl.Float64 for prefix in ("", "gap_") for end in ("mean", "low", "high")},
}


class TraceRow(BaseModel):
    """A trace that has ended."""

    job: str
    name: str
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


class Wish(BaseModel):
    """Which sessions of a list, in which order."""

    find: str = Field("", max_length=200, description="Part of a name.")
    sort: Literal[SORTS] = "order"  # type: ignore[valid-type]
    down: bool = False


@router.post("/traces/{job}/sessions")
def found(
    trace: Trace,
    wish: Wish,
    skip: Skip = 0,
    most: Most = 50,
) -> Page:
    """Return some of the sessions whose names hold what is looked for; it stands in no address."""
    return Page(**listing.page(trace, **wish.model_dump(), skip=skip, most=most))


@router.get("/traces/{job}/sessions")
def sessions(
    trace: Trace,
    sort: Annotated[Literal[SORTS], Query()] = "order",  # type: ignore[valid-type]
    down: bool = False,
    skip: Skip = 0,
    most: Most = 50,
) -> Page:
    """Return some sessions of a trace, in an order, with a small picture of each."""
    return found(trace, Wish(find="", sort=sort, down=down), skip, most)


@router.post("/traces/{job}/sessions/file", response_class=Response)
def sessions_file(trace: Trace, wish: Wish, kind: FileKind = "csv") -> Response:
    """Return the list of sessions as a file; what is looked for stands in no address."""
    rows = listing.found(trace, **wish.model_dump()).drop(listing.WRITTEN)
    if trace.drawn is not None:
        _, axis = trace.drawn
        rows = rows.rename({name: f"{axis}_{name}" for name in MEASURES})
    return as_file(rows, kind, "sessions")


class Group(BaseModel):
    """Sessions that share a value: the mean of a measure, and its difference to the largest group.

    Intervals hold 95 %; null with fewer than five sessions.
    """

    value: str
    n: int
    mean: float | None
    low: float | None
    high: float | None
    gap_mean: float | None
    gap_low: float | None
    gap_high: float | None


class Groups(BaseModel):
    """The groups of a column: the mean of all, whether numbers became quarters, how many are left.

    `mixed` sessions say several values, of which the first counts. Quarters are in the order of
    their numbers, other groups by size.
    """

    by: str
    measure: str
    axis: str
    quarters: bool
    n: int
    left: int
    mixed: int
    largest: str | None
    mean: float | None
    groups: list[Group]


class Actor(BaseModel):
    """Somebody who has courses in several sessions."""

    actor: str
    sessions: int


@router.get("/traces/{job}/actors")
def actors(trace: Trace) -> list[Actor]:
    """Return who has courses in several sessions, most first; `who` is a place in this list.

    A name stands in no address: it may be anybody's.
    """
    return [Actor(**row) for row in trace.actors.to_dicts()]


@router.get("/traces/{job}/columns")
def columns(trace: Trace) -> list[str]:
    """Return the columns by which sessions can be put into groups."""
    return trace.columns


@router.get("/traces/{job}/groups")
def grouped(
    trace: Trace, by: Name, measure: Measure = "mean", space: Name | None = None,
    axis: Name | None = None, who: Annotated[Who, Query()] = None,
) -> Groups:  # fmt: skip
    """Return a measure of each group of sessions, with intervals."""
    return Groups(**groups.compared(trace, by, measure, space, axis, trace.actor(who)))


class Grouping(BaseModel):
    """By what sessions are put into groups; which measure of which axis is compared, and whose."""

    by: str = Field(max_length=300)
    measure: Measure = "mean"
    space: str | None = Field(None, max_length=300)
    axis: str | None = Field(None, max_length=300)
    who: Who = None


@router.post("/traces/{job}/groups/file", response_class=Response)
def groups_file(trace: Trace, wish: Grouping, kind: FileKind = "csv") -> Response:
    """Return the groups as a file; the name of the column, which may be anybody's, goes unseen."""
    actor = trace.actor(wish.who)
    told = groups.compared(trace, actor=actor, **wish.model_dump(exclude={"who"}))
    said = {name: told[name] for name in ("by", "measure", "axis", "largest")}
    said = said if actor is None else {"actor": actor, **said}
    rows = pl.DataFrame(
        [{**said, **one} for one in told["groups"]],
        schema={**dict.fromkeys(said, pl.String), **GROUPED},
    )
    return as_file(rows, kind, "groups")
