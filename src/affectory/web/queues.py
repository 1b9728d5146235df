"""What to look at first: conversations picked by their signs, each with the reason."""

__all__ = ["router"]

import asyncio
from typing import Annotated

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from affectory.core import registry
from affectory.measure.picking import Arm, Picker
from affectory.web.asking import Number, Trace
from affectory.web.files import FileKind, as_file
from affectory.web.shelf import Shelf

router = APIRouter(tags=["queues"])
Budget = Annotated[int, Query(ge=1, le=200)]
Seed = Annotated[int, Query(ge=0, le=2**31)]
COLUMNS = {
    "number": pl.Int64, "session": pl.String, "quality": pl.Float64, "grade": pl.String,
    "score": pl.Float64, "reason": pl.String, "messages": pl.Int64, "signs": pl.String,
}  # fmt: skip
READERS = 1  # traces whose signs are looked for at once
SIGNS = 50  # of one conversation, that are told


class Sign(BaseModel):
    """One sign: of what type, in which record, how sure."""

    type: str
    seq: int | None
    confidence: float


class Queued(BaseModel):
    """A conversation that was picked, and why."""

    number: int
    session: str
    quality: float
    grade: str
    score: float
    reason: str
    messages: int
    signs: list[Sign]


@router.get("/traces/{job}/queue")
async def queue(
    request: Request, trace: Trace, arm: Arm = Arm.SIGNALS, budget: Budget = 20, seed: Seed = 0
) -> list[Queued]:
    """Return the conversations of a trace to read first, each with its signs and the reason."""
    async with request.app.state.reading:  # who waits holds no thread
        return await asyncio.to_thread(_picked, trace, arm, budget, seed)


@router.get("/traces/{job}/sessions/{number}/signs")
def signs(trace: Trace, number: Number) -> list[Sign]:
    """Return the signs of one conversation that stand in a turn."""
    reader = registry.make("perceive/signals")
    found = reader.reports(trace.lake.records(trace.name(number)))
    return [
        Sign(type=sign.type, seq=sign.seq, confidence=sign.confidence)
        for report in found
        for sign in report.signs
        if sign.seq is not None
    ]


@router.get("/traces/{job}/queue/file", response_class=Response)
async def queue_file(
    request: Request, trace: Trace, arm: Arm = Arm.SIGNALS, budget: Budget = 20, seed: Seed = 0,
    kind: FileKind = "csv",
) -> Response:  # fmt: skip
    """Return the conversations to read first as a file; signs stand in one column."""
    rows = [one.model_dump() for one in await queue(request, trace, arm, budget, seed)]
    for row in rows:
        row["signs"] = "; ".join(
            f"{sign['type']}@{'' if sign['seq'] is None else sign['seq']}" for sign in row["signs"]
        )
    return as_file(pl.DataFrame(rows, schema=COLUMNS), kind, "queue")


def _picked(trace: Shelf, arm: Arm, budget: int, seed: int) -> list[Queued]:
    picker = Picker(budget, arm, seed)
    for report in trace.reports:
        picker.add(report)
    number = dict(trace.index.select("session", "number").iter_rows())
    return [
        Queued(
            number=number[pick.report.session],
            session=pick.report.session,
            quality=pick.report.score,
            grade=pick.report.quality,
            score=pick.score,
            reason=pick.reason,
            messages=pick.report.messages,
            signs=[Sign(type=sign.type, seq=sign.seq, confidence=sign.confidence)
                   for sign in pick.report.signs[:SIGNS]],
        )
        for pick in picker.picks()
    ]  # fmt: skip
