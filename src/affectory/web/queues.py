"""What to look at first: conversations picked by their signs, and the figures that were noted."""

__all__ = ["router"]

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from affectory.core import registry
from affectory.core.records import Records
from affectory.measure.picking import Arm, Picker
from affectory.web.asking import Asked, Trace
from affectory.web.shelf import Shelf

router = APIRouter(tags=["queues"])
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


class Noted(BaseModel):
    """A figure of a run."""

    run: str
    task: str
    method: str
    figure: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    setting: str
    published: float | None
    at: str


@router.get("/traces/{job}/queue")
def queue(
    trace: Trace,
    arm: Arm = Arm.SIGNALS,
    budget: Annotated[int, Query(ge=1, le=200)] = 20,
    seed: Annotated[int, Query(ge=0, le=2**31)] = 0,
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


@router.get("/figures")
def figures(shelves: Asked, most: Annotated[int, Query(ge=1, le=5000)] = 2000) -> list[Noted]:
    """Return the figures that the lake has, the last noted first."""
    lake = shelves.lake
    if lake is None:
        return []
    rows = lake.runs().reverse().head(most).iter_rows(named=True)
    return [Noted(**{**{name: row[name] for name in Noted.model_fields if name != "at"},
                     **{name: row[name] or "" for name in ("method", "unit", "setting")},
                     "at": row["at"].isoformat(timespec="seconds")}) for row in rows]  # fmt: skip


def _parts(trace: Shelf) -> Iterator[Records]:
    """Yield records of some sessions of one clock after the other, so that memory stays flat."""
    for (_,), own in trace.index.group_by("clock", maintain_order=True):
        for some in own.iter_slices(SOME):
            yield trace.lake.records(some["session"].to_list())
