"""Takes: what raters say of a session, kept sample by sample, put into the lake, taken back."""

__all__ = ["router"]

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, Field

from affectory.core.errors import BadChoice, BadValues, Gone, UnknownSpace
from affectory.core.records import Clock
from affectory.represent import vocabularies
from affectory.store import take as keeping
from affectory.store.take import Kind, Take
from affectory.store.takes import Takes
from affectory.web.asking import Asked, Held, Number, TakeId, Trace
from affectory.web.filmed import filmed
from affectory.web.shelf import Shelf
from affectory.web.shelves import Shelves
from affectory.web.taken import felt_by

router = APIRouter(tags=["raters"])
Lag = Annotated[float | None, Query(ge=0, le=60, description="Seconds of play.")]
REFUSED: dict[int | str, dict[str, Any]] = {
    409: {"description": "The take is done, or has something else there."},
    410: {"description": "There is no such take, or not any more."},
}
DAY = 86_400.0  # units of its clock by which a sample may lie outside its session
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


@router.post("/takes/{take}/samples", responses=REFUSED)
def add(
    request: Request,
    takes: Held,
    shelves: Asked,
    take: TakeId,
    samples: Annotated[list[Sample], Body(max_length=5000)],
) -> Kept:
    """Keep samples; when this answers they are on the disk. Sent again, they count once.

    Another sample of a number that a take has already is a 409, as is a take that is done; one
    that was deleted is a 410. Nothing of what is refused is kept, as where one lies more than a
    day (86,400 units of its clock) before or after its session and its recording.
    """
    known = takes.find(take)
    _near(request, shelves, known, [one.at for one in samples])
    if known.kind is Kind.TURNS:
        _spoken(shelves.shelf(known.job), known.session, {one.n for one in samples})
    told = [keeping.Sample(one.n, one.at, one.said, one.play) for one in samples]
    return Kept(samples=takes.add(take, told))


@router.get("/takes/{take}/samples")
def samples(takes: Held, take: TakeId) -> dict[str, list[Any]]:
    """Return the samples of a take, a column each."""
    return takes.samples(take).to_dict(as_series=False)


@router.post("/takes/{take}/done")
def finish(takes: Held, shelves: Asked, take: TakeId, lag: Lag = None) -> Row:
    """End a take and put it into the lake as states by its author, moved back by `lag`.

    Ended again, its states stand there once; with another lag they are moved.
    """
    with shelves.rating:
        _end(takes, shelves.shelf(takes.find(take).job), take, lag)
    return _row(takes, takes.find(take))


@router.delete("/takes/{take}")
def withdraw(takes: Held, shelves: Asked, take: TakeId) -> Kept:
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


def _end(takes: Takes, shelf: Shelf, take: str, lag: float | None) -> None:
    """Put a take into the lake, anew while more of it comes in, and note that it is done.

    Raises:
        BadChoice: if it has no samples, or more comes in for ever.
        Gone: if it is deleted meanwhile.
    """
    known = takes.find(take)
    taken = shelf.authors(known.space, known.session)
    for _ in range(TRIES):
        if not takes.count(take):
            raise BadChoice("take", take, "one with samples; rate something first")
        known = takes.name(take, taken, lag)  # noted before the lake: whoever dies goes on so
        felt = felt_by(takes, shelf, known)
        shelf.lake.put(felt, known.job)
        try:
            if takes.finish(take, known.ending):
                return
        except Gone:  # somebody deleted it, and could not know of these states
            shelf.lake.take_back(felt, known.job)
            raise
    raise BadChoice("take", take, "one that nobody goes on with; stop rating, then end it")


def _near(request: Request, shelves: Shelves, take: Take, at: Sequence[float]) -> None:
    """Check that samples lie near the session of a take, which may be of a trace that is gone.

    A recording may be longer than its turns, by nobody knows how much: a day is more than any.

    Raises:
        BadValues: if one lies far off.
    """
    ends = shelves.ends(take.job, take.session)
    if ends is None or all(ends[0] - DAY <= one <= ends[1] + DAY for one in at):
        return
    trace = shelves.shelf(take.job)
    zero = filmed(request.app.state.recordings, trace, take.session, take.clock).zero
    low, high = min(*ends, zero), max(*ends, zero)
    for one in at:
        if not low - DAY <= one <= high + DAY:
            told = f"{low:g} to {high:g} on its clock, or a day away"
            raise BadValues("time of a sample", one, told, "rate within the session")


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


def _row(takes: Takes, take: Take) -> Row:
    told = {key: value for key, value in asdict(take).items() if key in Row.model_fields}
    more = {"axes": list(take.axes), "samples": takes.count(take.id), "label": take.label}
    return Row(**{**told, **more})
