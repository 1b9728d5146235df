"""Many sessions at once: lists and what they say together."""

__all__ = ["router"]

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from affectory.web.asking import Asked, Trace
from affectory.web.shelves import SORTS

router = APIRouter(tags=["corpus"])


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
    told: dict[str, Any] = trace.page(find=find, sort=sort, down=down, skip=skip, most=most)
    return Page(**told)


@router.get("/traces/{job}/rejected")
def rejected(
    trace: Trace, most: Annotated[int, Query(ge=1, le=1000)] = 200
) -> list[dict[str, Any]]:
    """Return the rows that could not be read: file, line, reason, and how they begin."""
    rows = trace.lake.rejected().head(most)
    return rows.to_dicts()
