"""Two authors of states on one conversation: another method, another trace, a person."""

__all__ = ["router"]

from typing import Annotated

import numpy as np
import polars as pl
from fastapi import APIRouter, Query
from pydantic import BaseModel

from affectory.measure.agreement import ccc, mae, pearson
from affectory.measure.shared import shared
from affectory.web import numbers
from affectory.web.asking import Asked, Name, Number, Trace

router = APIRouter(tags=["beside"])


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
        for space in shelf.spaces:
            for by in shelf.authors(space, name):
                if row["job"] == own and by == trace.method:
                    continue
                made = Other(job=row["job"], number=place, by=by, spaces=[])
                found.setdefault((row["job"], by), made).spaces.append(space)
    return list(found.values())


@router.get("/traces/{job}/sessions/{number}/beside")
def beside(
    shelves: Asked, trace: Trace, number: Number, space: Name, axis: Name,
    other: Name, place: Annotated[int, Query(ge=0, le=2**31)], by: Name,
) -> Agreed:  # fmt: skip
    """Return how far the method and another author agree on an axis of a conversation."""
    one = trace.felt(number, space)
    two = shelves.shelf(other).felt(place, space, by)
    x, y = shared(one, two, one.space.index(axis))
    told = (ccc(x, y), pearson(x, y), mae(x, y)) if len(x) else (np.nan,) * 3
    concord, r, gap = map(numbers.number, told)
    return Agreed(n=len(x), ccc=concord, pearson=r, mae=gap)
