"""Two authors of states on one conversation: another method, another trace, a person."""

__all__ = ["router"]

from typing import Annotated

import numpy as np
import polars as pl
from fastapi import APIRouter, Query
from numpy.typing import NDArray
from pydantic import BaseModel

from affectory.core.trajectory import Trajectory
from affectory.measure.agreement import ccc, mae, pearson
from affectory.web.asking import Asked, Name, Number, Trace

router = APIRouter(tags=["beside"])
Floats = NDArray[np.float64]


class Other(BaseModel):
    """States of the same conversation by somebody else."""

    job: str
    number: int
    by: str
    spaces: list[str]


class Agreed(BaseModel):
    """How far two authors agree on one axis, over the states that both gave."""

    n: int
    ccc: float | None
    pearson: float | None
    mae: float | None


@router.get("/traces/{job}/sessions/{number}/others")
def others(shelves: Asked, trace: Trace, number: Number) -> list[Other]:
    """Return who else gave states of a conversation of this name: raters, and other traces."""
    name, own = trace.name(number), trace.lake.job or ""
    found: dict[tuple[str, str], Other] = {}
    told = trace.lake.view(None).scan("records").filter(pl.col("session") == name)
    jobs = told.select(pl.col("job").unique()).collect()["job"].to_list()
    for row in shelves.traces():
        if row["job"] not in jobs:
            continue  # nor is a list of all its sessions made for it
        shelf = trace if row["job"] == own else shelves.shelf(row["job"])
        at = shelf.index.filter(shelf.index["session"] == name)
        if not at.height:
            continue
        place = int(at["number"][0])
        for space in shelf.session(place)["spaces"]:
            for by in space["by"]:
                if row["job"] == own and by == trace.method:
                    continue
                made = Other(job=row["job"], number=place, by=by, spaces=[])
                found.setdefault((row["job"], by), made).spaces.append(space["name"])
    return list(found.values())


@router.get("/traces/{job}/sessions/{number}/beside")
def beside(
    shelves: Asked, trace: Trace, number: Number, space: Name, axis: Name,
    other: Name, place: Annotated[int, Query(ge=0, le=2**31)], by: Name,
) -> Agreed:  # fmt: skip
    """Return how far the method and another author agree on an axis of a conversation."""
    one = trace.felt(number, space)
    two = shelves.shelf(other).felt(place, space, by)
    x, y = _matched(one, two, one.space.index(axis))
    told = (ccc(x, y), pearson(x, y), mae(x, y)) if len(x) else (np.nan,) * 3
    values = [round(float(v), 4) if np.isfinite(v) else None for v in told]
    return Agreed(n=len(x), ccc=values[0], pearson=values[1], mae=values[2])


def _matched(one: Trajectory, two: Trajectory, at: int) -> tuple[Floats, Floats]:
    """Return values of both where both gave one: of the same record, else of the same time."""
    x, y = one.values[:, at].astype(np.float64), two.values[:, at].astype(np.float64)
    if one.seq is not None and two.seq is not None and (two.seq >= 0).all():
        place = {int(seq): n for n, seq in enumerate(two.seq)}
        rows = np.array([place.get(int(seq), -1) for seq in one.seq], np.int64)
        y = np.where(rows >= 0, y[np.maximum(rows, 0)], np.nan)
    else:
        y = _during(one, two, y)
    both = ~np.isnan(x) & ~np.isnan(y)
    return x[both], y[both]


def _during(one: Trajectory, two: Trajectory, y: Floats) -> Floats:
    """Return the mean of what the other said while each state lasted, else what held then.

    A state without a length lasts until the next begins.
    """
    order = np.argsort(two.start, kind="stable")
    begins, said = two.start[order], y[order]
    known = ~np.isnan(said)
    total = np.append(0.0, np.cumsum(np.where(known, said, 0.0)))
    count = np.append(0, np.cumsum(known))
    starts = np.append(np.unique(one.start), np.inf)
    following = starts[np.searchsorted(starts, one.start, side="right")]
    ends = np.where(one.stop > one.start, one.stop, following)
    low, high = np.searchsorted(begins, one.start), np.searchsorted(begins, ends)
    n = np.maximum(count[high] - count[low], 0)
    mean = (total[high] - total[low]) / np.maximum(n, 1)
    before = np.searchsorted(begins, one.start, side="right") - 1
    held = np.where(before >= 0, said[np.maximum(before, 0)], np.nan)
    over = one.start > max(two.stop.max(), begins[-1])  # nothing was said of that any more
    return np.where(n > 0, mean, np.where(over, np.nan, held))
