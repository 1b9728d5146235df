"""One session: its turns, its states, and the words that they rest on."""

__all__ = ["router"]

from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from affectory.web.asking import Name, Number, Trace
from affectory.web.files import FileKind, as_file
from affectory.web.spaces import SpaceBy

router = APIRouter(tags=["session"])


class Facts(BaseModel):
    """A session before its turns are there."""

    number: int
    session: str
    method: str
    records: int
    clock: str
    start: float
    stop: float
    crisis: int
    people: list[dict[str, Any]]
    spaces: list[SpaceBy]


class Turns(BaseModel):
    """Records of a session, a column each."""

    seq: list[int]
    actor: list[str]
    start: list[float]
    stop: list[float]
    channel: list[str]
    text: list[str | None]


class Told(BaseModel):
    """States of a session by one author, a column each; null where a state is missing."""

    space: str
    by: str
    seq: list[int]
    actor: list[str]
    start: list[float]
    stop: list[float]
    values: dict[str, list[float | None]]
    spreads: dict[str, list[float | None]]


@router.get("/traces/{job}/sessions/{number}")
def session(trace: Trace, number: Number) -> Facts:
    """Return who speaks in a session, for how long, and in which Spaces there are states."""
    return Facts(**trace.session(number))


@router.get("/traces/{job}/sessions/{number}/turns")
def turns(
    trace: Trace,
    number: Number,
    skip: Annotated[int, Query(ge=0, le=2**31)] = 0,
    most: Annotated[int, Query(ge=1, le=20_000)] = 20_000,
) -> Turns:
    """Return what was said, in order."""
    return Turns(**trace.turns(number, skip, most))


@router.get("/traces/{job}/sessions/{number}/states")
def states(trace: Trace, number: Number, space: Name, by: Name | None = None) -> Told:
    """Return the states of a session in one Space, by the perceiver or by another author."""
    return Told(**trace.states(number, space, by))


@router.get("/traces/{job}/sessions/{number}/reasons")
def reasons(
    trace: Trace,
    number: Number,
    space: Name,
    axis: Name | None = None,
    first: Annotated[int, Query(ge=0, le=2**31)] = 0,
    most: Annotated[int, Query(ge=1, le=200)] = 100,
) -> list[dict[str, Any]]:
    """Return the words that the states of some turns rest on, as spans of their texts."""
    return trace.reasons(number, space, axis, first, first + most - 1)


@router.get("/traces/{job}/sessions/{number}/crisis")
def crisis(trace: Trace, number: Number) -> dict[str, Any]:
    """Return where crisis language was found, and the notice to show with it."""
    return trace.crises(number)


@router.get("/traces/{job}/sessions/{number}/file", response_class=Response)
def file(
    trace: Trace, number: Number, space: Name, by: Name | None = None,
    kind: FileKind = "csv",
) -> Response:  # fmt: skip
    """Return the turns of a session with their states as a file; states between turns alone."""
    felt = trace.felt(number, space, by).to_polars().drop("session", "by")
    if "seq" not in felt:
        return as_file(felt, kind, f"session-{number}")
    rows = pl.DataFrame(trace.turns(number))
    felt = felt.drop("actor", "start", "stop")
    table = rows.join(felt, on="seq", how="left", maintain_order="left")
    return as_file(table, kind, f"session-{number}")
