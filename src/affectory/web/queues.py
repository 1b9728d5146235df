"""What to look at first: conversations picked by their signs, each with the reason."""

__all__ = ["router"]

from collections.abc import Iterator
from typing import Annotated

import polars as pl
from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from affectory.core import registry
from affectory.core.records import Records
from affectory.measure.picking import Arm, Picker
from affectory.web.asking import Trace
from affectory.web.files import FileKind, as_file
from affectory.web.shelf import Shelf

router = APIRouter(tags=["queues"])
Budget = Annotated[int, Query(ge=1, le=200)]
Seed = Annotated[int, Query(ge=0, le=2**31)]
COLUMNS = {
    "number": pl.Int64, "session": pl.String, "quality": pl.Float64, "grade": pl.String,
    "score": pl.Float64, "reason": pl.String, "messages": pl.Int64, "signs": pl.String,
}  # fmt: skip
SOME = 2000  # sessions that are looked through at once


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
def queue(
    trace: Trace,
    arm: Arm = Arm.SIGNALS,
    budget: Budget = 20,
    seed: Seed = 0,
) -> list[Queued]:
    """Return the conversations of a trace to read first, each with its signs and the reason."""
    reader = registry.make("perceive/signals")
    picker = Picker(budget, arm, seed)
    for records in _parts(trace):
        for report in reader.reports(records):
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
                   for sign in pick.report.signs[:50]],
        )
        for pick in picker.picks()
    ]  # fmt: skip


@router.get("/traces/{job}/queue/file", response_class=Response)
def queue_file(
    trace: Trace, arm: Arm = Arm.SIGNALS, budget: Budget = 20, seed: Seed = 0,
    kind: FileKind = "csv",
) -> Response:  # fmt: skip
    """Return the conversations to read first as a file; signs stand in one column."""
    rows = [one.model_dump() for one in queue(trace, arm, budget, seed)]
    for row in rows:
        row["signs"] = "; ".join(
            f"{sign['type']}@{'' if sign['seq'] is None else sign['seq']}" for sign in row["signs"]
        )
    return as_file(pl.DataFrame(rows, schema=COLUMNS), kind, "queue")


def _parts(trace: Shelf) -> Iterator[Records]:
    """Yield records of some sessions of one clock after the other, so that memory stays flat."""
    for (_,), own in trace.index.group_by("clock", maintain_order=True):
        for some in own.iter_slices(SOME):
            yield trace.lake.records(some["session"].to_list())
