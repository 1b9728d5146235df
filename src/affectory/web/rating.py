"""Takes: what raters say of a session, how far they agree, and what they say together."""

__all__ = ["router"]

from dataclasses import asdict
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
from fastapi import APIRouter, Body, Depends, Path, Query
from fastapi.responses import Response
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from affectory.core.errors import BadChoice
from affectory.core.records import Clock
from affectory.core.trajectory import Trajectory
from affectory.measure.agreement import ccc, pearson
from affectory.measure.gold import Gold, fused, lag_of
from affectory.measure.raters import alpha, icc
from affectory.represent import vocabularies
from affectory.store.export import harmless
from affectory.store.takes import Kind, Take, Takes
from affectory.web.asking import Asked, Number, Trace
from affectory.web.elan import tiers

router = APIRouter(tags=["raters"])
STEPS = 400  # times at which traced takes are compared
Floats = NDArray[np.float64]
Id = Annotated[str, Path(max_length=40)]


class Wish(BaseModel):
    """A take that somebody wants to begin."""

    rater: str = Field(max_length=60)
    space: str = Field(max_length=40)
    axes: list[str] = Field(min_length=1, max_length=40)
    kind: Kind = Kind.TRACED


class Sample(BaseModel):
    """One value of each axis at one time; of a take of turns, `n` is the turn's seq."""

    n: int = Field(ge=0, le=2**53)
    at: float
    said: dict[str, float]


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


def _takes(shelves: Asked) -> Takes:
    return shelves.takes


Held = Annotated[Takes, Depends(_takes)]


@router.post("/traces/{job}/sessions/{number}/takes")
def begin(takes: Held, trace: Trace, number: Number, wish: Wish) -> Row:
    """Begin a take of a session."""
    space = vocabularies.space(wish.space, trace.lake.spaces())
    name = trace.name(number)
    clock, job = Clock(trace.index["clock"][number]), trace.lake.job or ""
    return _row(takes, takes.begin(job, name, wish.rater, space, wish.axes, clock, wish.kind))


@router.get("/traces/{job}/sessions/{number}/takes")
def listed(takes: Held, trace: Trace, number: Number) -> list[Row]:
    """Return the takes of a session."""
    return [_row(takes, take) for take in takes.of(trace.lake.job or "", trace.name(number))]


@router.post("/takes/{take}/samples")
def add(takes: Held, take: Id, samples: Annotated[list[Sample], Body(max_length=5000)]) -> Kept:
    """Keep samples; when this answers they are on the disk. Sent again, they count once."""
    return Kept(samples=takes.add(take, [(one.n, one.at, one.said) for one in samples]))


@router.get("/takes/{take}/samples")
def samples(takes: Held, take: Id) -> dict[str, list[Any]]:
    """Return the samples of a take, a column each."""
    return takes.samples(take).to_dict(as_series=False)


@router.post("/takes/{take}/done")
def finish(
    takes: Held, shelves: Asked, take: Id, lag: Annotated[float, Query(ge=0, le=60)] = 0.0
) -> Row:
    """End a take and put it into the lake as states by `rater:NAME`, moved back by `lag`."""
    with shelves.rating:  # asked twice at once, it is put there once
        known = takes.find(take)
        if known.done is None:
            shelf = shelves.shelf(known.job)
            space = vocabularies.space(known.space, shelf.lake.spaces())
            felt = takes.trajectory(take, space, lag)
            if not len(felt):
                raise BadChoice("take", take, "one with samples; rate something first")
            shelf.rated(felt, f"take:{take}")
            known = takes.finish(take)
            shelves.forget()
    return _row(takes, known)


@router.get("/traces/{job}/sessions/{number}/agreement")
def agreement(
    takes: Held, trace: Trace, number: Number,
    space: Annotated[str, Query(max_length=40)], axis: Annotated[str, Query(max_length=40)],
) -> dict[str, Any]:  # fmt: skip
    """Return how far raters agree on an axis, with each other and the method, and their gold."""
    own = takes.of(trace.lake.job or "", trace.name(number))
    mine = [take for take in own if take.space == space and axis in take.axes]
    told = {take: takes.samples(take.id) for take in mine}
    told = {take: rows for take, rows in told.items() if rows.height}
    grid, table = _together(told, axis)
    gold = fused(table) if table.size else None
    said = _agreed(table, [take.rater for take in told], grid, gold)
    if gold is not None and trace.method in trace.authors(space, trace.name(number)):
        perceived = _on(grid, trace.felt(number, space, trace.method), axis)
        said["method"] = {"by": trace.method, "ccc": _number(ccc(gold.values, perceived))}
    return said


@router.get("/takes/{take}/file", response_class=Response)
def file(takes: Held, shelves: Asked, take: Id, kind: Literal["csv", "eaf"] = "csv") -> Response:
    """Return a take as a table, or as tiers for ELAN."""
    known = takes.find(take)
    rows = takes.samples(take)
    space = vocabularies.space(known.space, shelves.shelf(known.job).lake.spaces())
    felt = takes.trajectory(take, space)
    if kind == "csv":
        table = rows.with_columns(pl.lit(known.rater).alias("rater"))
        body, media = harmless(table).write_csv(), "text/csv; charset=utf-8"
    else:
        body, media = tiers(felt, known.axes), "application/xml"
    name = f"take-{take}.{kind}"
    return Response(
        body, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _row(takes: Takes, take: Take) -> Row:
    told = {key: value for key, value in asdict(take).items() if key in Row.model_fields}
    return Row(**{**told, "axes": list(take.axes), "samples": takes.count(take.id)})


def _together(told: dict[Take, pl.DataFrame], axis: str) -> tuple[Floats, Floats]:
    """Return times at which takes can be compared, and what each says then. (n,), (n, r)."""
    every = list(told.values())
    if not every:
        return np.empty(0), np.empty((0, 0))
    if all(take.kind is Kind.TURNS for take in told):
        grid = np.unique(np.concatenate([rows["at"].to_numpy() for rows in every]))
    else:
        low = max(rows["at"][0] for rows in every)
        high = min(rows["at"][-1] for rows in every)
        grid = np.linspace(low, high, STEPS) if high > low else np.empty(0)
    columns = [_held(grid, rows["at"].to_numpy(), rows[axis].to_numpy()) for rows in every]
    return grid, np.column_stack(columns)


def _held(grid: Floats, at: Floats, said: Floats) -> Floats:
    """Return the last value said at or before each time, NaN before the first."""
    place = np.searchsorted(at, grid, side="right") - 1
    return np.where(place >= 0, said[np.maximum(place, 0)], np.nan)


def _on(grid: Floats, felt: Trajectory, axis: str) -> Floats:
    order = np.argsort(felt.start, kind="stable")
    return _held(grid, felt.start[order], felt.axis(axis)[order].astype(np.float64))


def _agreed(table: Floats, raters: list[str], grid: Floats, gold: Gold | None) -> dict[str, Any]:
    """Return the measures of agreement, pairs, lags and the gold of ratings at the same times."""
    if gold is None:
        return {"raters": raters, "n": 0}
    step = float(np.median(np.diff(grid))) if len(grid) > 1 else 1.0
    pairs = [
        {"one": raters[i], "other": raters[j], "ccc": _number(ccc(table[:, i], table[:, j])),
         "pearson": _number(pearson(table[:, i], table[:, j]))}
        for i in range(len(raters)) for j in range(i)
    ]  # fmt: skip
    lags = [round(lag_of(table[:, i], gold.values, step), 2) for i in range(len(raters))]
    many = table.shape[1] > 1
    return {
        "raters": raters,
        "n": len(grid),
        "pairs": pairs,
        "icc": _number(icc(table[~np.isnan(table).any(axis=1)])) if many else None,
        "alpha": _number(alpha(table)) if many else None,
        "weights": [round(float(weight), 3) for weight in gold.weights],
        "lags": lags,
        "gold": {"at": grid.round(3).tolist(), "values": [_number(v) for v in gold.values],
                 "spread": [_number(v) for v in gold.spread]},
    }  # fmt: skip


def _number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
