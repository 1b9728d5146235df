"""What the raters of a session say together, put into the lake like any other author's states."""

__all__ = ["done", "rated", "router", "unlike"]

from collections.abc import Sequence

import numpy as np
import polars as pl
from fastapi import APIRouter
from pydantic import BaseModel, Field

from affectory.core.errors import BadChoice
from affectory.core.groups import Names
from affectory.core.records import Clock
from affectory.core.space import Space
from affectory.core.trajectory import Trajectory
from affectory.store.take import Kind, Take
from affectory.store.takes import Takes
from affectory.web.asking import Asked, Number, Trace
from affectory.web.panel import Side
from affectory.web.references import spoken
from affectory.web.shelf import Shelf

router = APIRouter(tags=["agreement"])
GOLD = "gold:"  # of an author's name


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
    session, known = trace.name(place), trace.space(wish.space)
    with shelves.rating:
        own = done(rated(shelves.takes, trace, session, wish.space, wish.kind))
        if len(own) < 2:
            raise BadChoice("takes", len(own), "two or more that are done; rate it once more")
        side = shelves.panels.side(shelves.takes, own, known, wish.aligned)
        felt = _states(side, trace, session, known)
        trace.lake.put(felt, trace.lake.job or "")
    return Made(by=felt.by, states=len(felt), raters=unlike(own),
                weights=[round(float(one), 3) for one in side.settled.gold.weights],
                lags=[round(one, 2) for one in side.settled.lags])  # fmt: skip


def rated(
    takes: Takes, trace: Shelf, session: str, space: str, kind: Kind | None = None
) -> list[Take]:
    """Return the takes of a session in a Space that have samples, all of one kind.

    Without a kind: those that were made all along, or where there is none, turn by turn.
    """
    every = [
        one for one in takes.of(trace.lake.job or "", session)
        if one.space == space and kind in (None, one.kind) and takes.count(one.id)
    ]  # fmt: skip
    first = min((one.kind for one in every), key=list(Kind).index, default=None)
    return [one for one in every if one.kind is first]


def done(takes: Sequence[Take]) -> list[Take]:
    """Return those that are done: a gold is of them alone."""
    return [one for one in takes if one.done is not None]


def unlike(takes: Sequence[Take]) -> list[str]:
    """Return what to call takes, no two alike: takes that go on may be of one rater."""
    seen: dict[str, int] = {}
    out = []
    for name in (take.label for take in takes):
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out


def _states(side: Side, trace: Shelf, session: str, space: Space) -> Trajectory:
    """Return a gold as states; an axis that nobody rated is at rest, with a spread of its range."""
    panel, made = side.settled.panel, side.settled.gold
    shape = len(panel.at), space.k
    values, spread = np.full(shape, np.nan), np.full(shape, np.nan)
    rated = [space.index(axis) for axis in side.axes]
    values[:, rated], spread[:, rated] = made.values, made.spread
    low, high = space.bounds
    spread = np.where(np.isnan(values), high - low, spread)
    known = ~np.isnan(values).all(axis=1)
    stop = np.maximum(np.append(panel.at[1:], panel.at[-1:]), panel.at)
    seq = None if panel.seq is None else panel.seq[known]
    n, clock = int(known.sum()), Clock(trace.index.filter(pl.col("session") == session)["clock"][0])
    if n < 2:
        raise BadChoice("takes", len(side.takes), "takes of the same stretch of the session")
    actors = spoken(trace, session) if seq is not None else {}
    who = [actors.get(one, "gold") for one in (range(n) if seq is None else seq.tolist())]
    felt = np.where(np.isnan(values), space.rest, values)[known]
    return Trajectory(space, clock, Names.of([session] * n), Names.of(who), panel.at[known],
                      stop[known], space.nearest(felt).astype(np.float32),
                      spread[known].astype(np.float32),
                      by=f"{GOLD}{side.takes[0].kind.value}", seq=seq)  # fmt: skip
