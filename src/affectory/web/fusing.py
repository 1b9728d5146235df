"""What the raters of a session say together, put into the lake like any other author's states."""

__all__ = ["router", "takes_of"]

from collections.abc import Sequence

import numpy as np
import polars as pl
from fastapi import APIRouter
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from affectory.core.errors import BadChoice
from affectory.core.groups import Names
from affectory.core.records import Clock
from affectory.core.space import Space
from affectory.core.trajectory import Trajectory
from affectory.measure.gold import Gold, fused
from affectory.represent import vocabularies
from affectory.store.takes import Kind, Take, Takes
from affectory.web.asking import Asked, Number, Trace
from affectory.web.panel import Panel, panel
from affectory.web.references import spoken
from affectory.web.shelf import Shelf

router = APIRouter(tags=["agreement"])
GOLD = "gold:"  # of an author's name
Floats = NDArray[np.float64]


class Wish(BaseModel):
    """A gold that somebody wants made of the takes that are done."""

    space: str = Field(max_length=40)
    kind: Kind = Kind.TRACED
    aligned: bool = True


class Made(BaseModel):
    """A gold in the lake: its author, from whom, and how much each counts."""

    by: str
    states: int
    raters: list[str]
    weights: list[float]
    lags: list[float]


@router.post("/traces/{job}/sessions/{place}/gold")
def gold(shelves: Asked, trace: Trace, place: Number, wish: Wish) -> Made:
    """Put what the raters say together into the lake, in place of what they said before."""
    session, known = trace.name(place), vocabularies.space(wish.space, trace.lake.spaces())
    with shelves.rating:
        own = takes_of(shelves.takes, trace, session, wish.space, None, wish.kind)
        done = [one for one in own if one.done is not None]
        if len(done) < 2:
            raise BadChoice("takes", len(done), "two or more that are done; rate it once more")
        told = panel({one: shelves.takes.samples(one.id) for one in done}, known.names)
        if told is None or len(told.x) < 2:
            raise BadChoice("takes", len(done), "takes of the same stretch of the session")
        table, lags = _settled(told, [one.lag for one in done], wish.aligned)
        made = fused(table)
        felt = _states(told, made, trace, session, known, wish.kind)
        trace.lake.put(felt, trace.lake.job or "")
        shelves.forget()
    return Made(by=felt.by, states=len(felt), raters=list(told.raters),
                weights=[round(float(one), 3) for one in made.weights],
                lags=[round(one, 2) for one in lags])  # fmt: skip


def takes_of(
    takes: Takes, trace: Shelf, session: str, space: str, axis: str | None, kind: Kind | None
) -> list[Take]:
    """Return the takes of a session in a Space, of an axis and a kind where these are named."""
    return [
        one for one in takes.of(trace.lake.job or "", session)
        if one.space == space and (axis is None or axis in one.axes) and kind in (None, one.kind)
    ]  # fmt: skip


def _settled(told: Panel, noted: Sequence[float], align: bool) -> tuple[Floats, list[float]]:
    """Return ratings moved back by their lags, and those lags.

    Aligned, the differences between hands are measured; what they share is what was noted.
    """
    lags = list(noted) if told.seq is None else [0.0] * len(noted)
    if align and told.seq is None:
        own = told.aligned().lags
        common = max(0.0, float(np.mean(lags) - np.mean(own)))
        lags = [common + float(one) for one in own]
    table = np.full_like(told.table, np.nan)
    for who, lag in enumerate(lags):
        by = min(round(lag / told.step), len(table))
        table[: len(table) - by, who] = told.table[by:, who]
    return table, lags


def _states(
    told: Panel, made: Gold, trace: Shelf, session: str, space: Space, kind: Kind
) -> Trajectory:
    """Return a gold as states; axes that nobody rated are at rest, with a spread of their range."""
    rated = ~np.isnan(made.values).all(axis=0)
    low, high = space.bounds
    known = ~np.isnan(made.values[:, rated]).any(axis=1)
    values = np.where(rated, made.values, space.rest)[known]
    spread = np.where(rated, made.spread, high - low)[known]
    start, seq = told.at[known], None if told.seq is None else told.seq[known]
    n, clock = len(start), Clock(trace.index.filter(pl.col("session") == session)["clock"][0])
    actors = spoken(trace, session) if seq is not None else {}
    who = [actors.get(one, "gold") for one in (range(n) if seq is None else seq.tolist())]
    stop = np.maximum(np.append(start[1:], start[-1:]), start)
    return Trajectory(space, clock, Names.of([session] * n), Names.of(who), start, stop,
                      space.nearest(values).astype(np.float32), spread.astype(np.float32),
                      by=f"{GOLD}{kind.value}", seq=seq)  # fmt: skip
