"""What is got from takes: how late the hand was, and files of samples and of states."""

__all__ = ["felt_by", "router"]

import re
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from numpy.typing import NDArray
from pydantic import BaseModel

from affectory.core.trajectory import Trajectory
from affectory.measure.gold import aligned
from affectory.measure.panel import fine
from affectory.measure.settling import shift
from affectory.store.take import Kind, Take
from affectory.store.takes import Takes
from affectory.web.asking import Asked, Held, Number, TakeId, Trace
from affectory.web.elan import SELF, tiers
from affectory.web.files import as_file
from affectory.web.filmed import filmed
from affectory.web.numbers import number
from affectory.web.references import perceived, spoken
from affectory.web.shelf import Shelf

router = APIRouter(tags=["raters"])
Floats = NDArray[np.float64]


class Shift(BaseModel):
    """A lag, and how a take agrees with a reference before and after it is taken away."""

    lag: float
    before: float | None
    after: float | None


class Lags(BaseModel):
    """The lag of a hand against the method's states, and against the gold of the others."""

    method: Shift | None
    others: Shift | None


def felt_by(takes: Takes, shelf: Shelf, take: Take) -> Trajectory:
    """Return the states of a take; those of turns are of who spoke."""
    actors = spoken(shelf, take.session) if take.kind is Kind.TURNS else None
    return takes.trajectory(take.id, shelf.space(take.space), actors=actors)


@router.get("/takes/{take}/lag")
def lag(takes: Held, shelves: Asked, take: TakeId) -> Lags:
    """Return how late the hand was: against the method, and against what the others say."""
    known = takes.find(take)
    shelf = shelves.shelf(known.job)
    mine = takes.samples(take)
    if known.kind is Kind.TURNS or mine.height < 2:
        return Lags(method=None, others=None)
    own = fine([mine], known.axes)
    spaces = sorted(shelf.spaces, key=lambda name: name != known.space)
    said = perceived(shelf, known.session, spaces, known.axes, own.at)
    method = _shift(own.table[:, 0], said, own.step)
    others = [
        other
        for other in takes.of(known.job, known.session)
        if other.done is not None and other.id != take and other.space == known.space
        and other.kind is Kind.TRACED and other.rater != known.rater and takes.count(other.id)
    ]  # fmt: skip
    if not others:
        return Lags(method=method, others=None)
    theirs = [shelves.panels.samples(takes, other) for other in others]
    away = [0.0, *(other.lag for other in others)]  # as they stand in the lake
    both = fine([mine, *theirs], known.axes, away)
    gold = aligned(both.table[:, 1:], both.step).gold.values
    return Lags(method=method, others=_shift(both.table[:, 0], gold, both.step))


@router.get("/takes/{take}/file", response_class=Response)
def file(
    request: Request, takes: Held, shelves: Asked, take: TakeId,
    kind: Literal["csv", "parquet", "eaf"] = "csv",
) -> Response:  # fmt: skip
    """Return a take: its samples as they came, its states as a table, or as tiers for ELAN."""
    known = takes.find(take)
    name = _called(takes, known)
    if kind == "csv":
        rows = takes.samples(take)
        return as_file(rows.with_columns(pl.lit(known.rater).alias("rater")), kind, name)
    shelf = shelves.shelf(known.job)
    felt = felt_by(takes, shelf, known)
    if kind == "parquet":
        return as_file(felt.to_polars(), kind, name)
    return _document(request, shelf, felt, known.axes, name)


@router.get("/traces/{job}/sessions/{number}/trajectory", response_class=Response)
def trajectory(
    request: Request, trace: Trace, number: Number,
    space: Annotated[str, Query(max_length=40)], by: Annotated[str, Query(max_length=80)],
    kind: Literal["csv", "parquet", "eaf"] = "parquet",
) -> Response:  # fmt: skip
    """Return the states of a session by any author, as `Trajectory.from_frame` reads them."""
    felt = trace.felt(number, space, by)
    name = f"trajectory-{number}"
    if kind == "eaf":
        return _document(request, trace, felt, felt.space.names, name)
    return as_file(felt.to_polars(), kind, name)


def _document(
    request: Request, trace: Shelf, felt: Trajectory, axes: Sequence[str], name: str
) -> Response:
    """Return states as a file for ELAN, a tier an actor and axis, in the recording's time."""
    film = SELF
    if felt.sessions:
        film = filmed(request.app.state.recordings, trace, felt.sessions[0], felt.clock)
    headers = {"Content-Disposition": f'attachment; filename="{name}.eaf"'}
    return Response(tiers(felt, axes, film), media_type="application/xml", headers=headers)


def _shift(own: Floats, reference: Floats | None, step: float) -> Shift | None:
    """Return the lag of a take against a reference, None where none can be told."""
    told = None if reference is None else shift(own, reference, step)
    if told is None:
        return None
    return Shift(lag=round(told.lag, 2), before=number(told.before), after=number(told.after))


def _called(takes: Takes, take: Take) -> str:
    """Return what a file of a take is called: by its Space, its kind and which of those it is.

    Never by who rated. A name that is not ASCII could not stand in a header.
    """
    alike = [one.id for one in takes.of(take.job, take.session)
             if (one.space, one.kind) == (take.space, take.kind)]  # fmt: skip
    space = re.sub(r"[^A-Za-z0-9._-]+", "_", take.space)
    return f"take-{space}-{take.kind.value}-{alike.index(take.id) + 1}"
