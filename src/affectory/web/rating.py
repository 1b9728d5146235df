"""Takes: what raters say of a session, kept sample by sample, put into the lake, taken back."""

__all__ = ["router"]

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
from fastapi import APIRouter, Body, Depends, Path, Query, Request
from fastapi.responses import Response
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from affectory.core.errors import BadChoice, UnknownSpace
from affectory.core.records import Clock
from affectory.core.trajectory import Trajectory
from affectory.measure.gold import aligned
from affectory.measure.panel import fine
from affectory.measure.settling import shift
from affectory.represent import vocabularies
from affectory.store import takes as keeping
from affectory.store.takes import Kind, Take, Takes
from affectory.web.asking import Asked, Number, Trace
from affectory.web.elan import SELF, tiers
from affectory.web.files import as_file
from affectory.web.filmed import filmed
from affectory.web.numbers import number
from affectory.web.references import perceived, spoken
from affectory.web.shelf import Shelf

router = APIRouter(tags=["raters"])
Floats = NDArray[np.float64]
Lag = Annotated[float | None, Query(ge=0, le=60, description="Seconds of play.")]
Id = Annotated[str, Path(max_length=40)]
TRIES = 5  # times that a take is put into the lake while more of it comes in


class Wish(BaseModel):
    """A take that somebody wants to begin."""

    rater: str = Field(max_length=60)
    space: str = Field(max_length=40)
    axes: list[str] = Field(min_length=1, max_length=40)
    kind: Kind = Kind.TRACED


class Sample(BaseModel):
    """One value of each axis at one time; of a take of turns, `n` is the turn's seq.

    `play` is how many seconds of play had gone by then.
    """

    n: int = Field(ge=0, le=2**53)
    at: float
    said: dict[str, float]
    play: float | None = None


class Kept(BaseModel):
    """How many samples of a take are safe."""

    samples: int


class Row(BaseModel):
    """A take, and how many samples it has."""

    id: str
    rater: str
    space: str
    axes: list[str]
    kind: Kind
    begun: float
    done: float | None
    samples: int
    label: str
    author: str | None
    lag: float


class Shift(BaseModel):
    """A lag, and how a take agrees with a reference before and after it is taken away."""

    lag: float
    before: float | None
    after: float | None


class Lags(BaseModel):
    """The lag of a hand against the method's states, and against the gold of the others."""

    method: Shift | None
    others: Shift | None


def _takes(shelves: Asked) -> Takes:
    return shelves.takes


Held = Annotated[Takes, Depends(_takes)]


@router.post("/traces/{job}/sessions/{number}/takes")
def begin(takes: Held, trace: Trace, number: Number, wish: Wish) -> Row:
    """Begin a take of a session."""
    space = trace.space(wish.space)
    name = trace.name(number)
    clock, job = Clock(trace.index["clock"][number]), trace.lake.job or ""
    return _row(takes, takes.begin(job, name, wish.rater, space, wish.axes, clock, wish.kind))


@router.get("/traces/{job}/sessions/{number}/takes")
def listed(takes: Held, trace: Trace, number: Number) -> list[Row]:
    """Return the takes of a session."""
    return [_row(takes, take) for take in takes.of(trace.lake.job or "", trace.name(number))]


@router.post("/takes/{take}/samples")
def add(
    takes: Held, shelves: Asked, take: Id, samples: Annotated[list[Sample], Body(max_length=5000)]
) -> Kept:
    """Keep samples; when this answers they are on the disk. Sent again, they count once.

    Another sample of a number that a take has already is a 409, and nothing of it is kept.
    """
    known = takes.find(take)
    if known.kind is Kind.TURNS:
        _spoken(shelves.shelf(known.job), known.session, {one.n for one in samples})
    told = [keeping.Sample(one.n, one.at, one.said, one.play) for one in samples]
    return Kept(samples=takes.add(take, told))


@router.get("/takes/{take}/samples")
def samples(takes: Held, take: Id) -> dict[str, list[Any]]:
    """Return the samples of a take, a column each."""
    return takes.samples(take).to_dict(as_series=False)


@router.post("/takes/{take}/done")
def finish(takes: Held, shelves: Asked, take: Id, lag: Lag = None) -> Row:
    """End a take and put it into the lake as states by its author, moved back by `lag`.

    Ended again, its states stand there once; with another lag they are moved.
    """
    with shelves.rating:
        shelf = shelves.shelf(takes.find(take).job)
        try:
            _end(takes, shelf, take, lag)
        finally:
            shelf.grown()
    return _row(takes, takes.find(take))


@router.delete("/takes/{take}")
def withdraw(takes: Held, shelves: Asked, take: Id) -> Kept:
    """Delete a take, done or not: its states in the lake first, then its samples.

    Its trace may be gone meanwhile: what its rater said is deleted all the same.
    """
    with shelves.rating:
        known = takes.find(take)
        lake = shelves.lake
        if lake is not None and known.author is not None and takes.count(take):
            with suppress(UnknownSpace):  # a lake that never had states of that Space
                space = vocabularies.space(known.space, lake.spaces())
                lake.take_back(takes.trajectory(take, space), known.job)
        takes.delete(take)
    return Kept(samples=0)


@router.get("/takes/{take}/lag")
def lag(takes: Held, shelves: Asked, take: Id) -> Lags:
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
        shelves.panels.samples(takes, other)
        for other in takes.of(known.job, known.session)
        if other.done is not None and other.id != take and other.space == known.space
        and other.kind is Kind.TRACED and other.rater != known.rater and takes.count(other.id)
    ]  # fmt: skip
    if not others:
        return Lags(method=method, others=None)
    both = fine([mine, *others], known.axes)
    gold = aligned(both.table[:, 1:], both.step).gold.values
    return Lags(method=method, others=_shift(both.table[:, 0], gold, both.step))


@router.get("/takes/{take}/file", response_class=Response)
def file(
    request: Request, takes: Held, shelves: Asked, take: Id,
    kind: Literal["csv", "parquet", "eaf"] = "csv",
) -> Response:  # fmt: skip
    """Return a take: its samples as they came, its states as a table, or as tiers for ELAN."""
    known = takes.find(take)
    name = _called(takes, known)
    if kind == "csv":
        rows = takes.samples(take)
        return as_file(rows.with_columns(pl.lit(known.rater).alias("rater")), kind, name)
    shelf = shelves.shelf(known.job)
    felt = _felt(takes, shelf, known)
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


def _end(takes: Takes, shelf: Shelf, take: str, lag: float | None) -> None:
    """Put a take into the lake, anew while more of it comes in, and note that it is done.

    Raises:
        BadChoice: if it has no samples, is deleted meanwhile, or more comes in for ever.
    """
    known = takes.find(take)
    taken = shelf.authors(known.space, known.session)
    for _ in range(TRIES):
        if not takes.count(take):
            raise BadChoice("take", take, "one with samples; rate something first")
        known = takes.name(take, taken, lag)  # noted before the lake: whoever dies goes on so
        felt = _felt(takes, shelf, known)
        shelf.lake.put(felt, known.job)
        try:
            if takes.finish(take, known.ending):
                return
        except BadChoice:  # somebody deleted it, and could not know of these states
            shelf.lake.take_back(felt, known.job)
            raise
    raise BadChoice("take", take, "one that nobody goes on with; stop rating, then end it")


def _spoken(shelf: Shelf, session: str, turns: Collection[int]) -> None:
    """Check that a session has some turns.

    Raises:
        BadChoice: if it has not.
    """
    rows = shelf.lake.scan("records").filter(
        pl.col("session") == session, pl.col("seq").is_in(sorted(turns))
    )
    missing = set(turns) - set(rows.select("seq").collect()["seq"].to_list())
    if missing:
        raise BadChoice("turn", min(missing), "the seq of a turn of this session")


def _called(takes: Takes, take: Take) -> str:
    """Return what a file of a take is called: by its Space, its kind and which of those it is.

    Never by who rated. A name that is not ASCII could not stand in a header.
    """
    alike = [one.id for one in takes.of(take.job, take.session)
             if (one.space, one.kind) == (take.space, take.kind)]  # fmt: skip
    space = re.sub(r"[^A-Za-z0-9._-]+", "_", take.space)
    return f"take-{space}-{take.kind.value}-{alike.index(take.id) + 1}"


def _felt(takes: Takes, shelf: Shelf, take: Take) -> Trajectory:
    """Return the states of a take; those of turns are of who spoke."""
    actors = spoken(shelf, take.session) if take.kind is Kind.TURNS else None
    return takes.trajectory(take.id, shelf.space(take.space), actors=actors)


def _shift(own: Floats, reference: Floats | None, step: float) -> Shift | None:
    """Return the lag of a take against a reference, None where none can be told."""
    told = None if reference is None else shift(own, reference, step)
    if told is None:
        return None
    return Shift(lag=round(told.lag, 2), before=number(told.before), after=number(told.after))


def _row(takes: Takes, take: Take) -> Row:
    told = {key: value for key, value in asdict(take).items() if key in Row.model_fields}
    more = {"axes": list(take.axes), "samples": takes.count(take.id), "label": take.label}
    return Row(**{**told, **more})
