"""How far the raters of a session, or of a whole trace, agree, and what they say together."""

__all__ = ["router"]

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import polars as pl
from fastapi import APIRouter, Query
from fastapi.responses import Response
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.core.figure import Figure
from affectory.core.space import Space
from affectory.measure.agreement import CCC, ccc
from affectory.measure.gold import Gold, fused, lag_of
from affectory.measure.raters import rater_figures
from affectory.represent import vocabularies
from affectory.store.takes import Kind, Take, Takes
from affectory.web.asking import Asked, Number, Trace
from affectory.web.files import FileKind, as_file
from affectory.web.fusing import takes_of
from affectory.web.panel import Panel, agreed, gold_of, labelled, number, panel, traces
from affectory.web.references import perceived
from affectory.web.shelf import Shelf

router = APIRouter(tags=["agreement"])
Name = Annotated[str, Query(max_length=300)]
Floats = NDArray[np.float64]


@router.get("/traces/{job}/sessions/{place}/agreement")
def agreement(
    shelves: Asked, trace: Trace, place: Number, space: Name, axis: Name | None = None,
    kind: Kind | None = None, aligned: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Return how far raters agree on an axis, with each other and the method, and their gold.

    Without an axis: how far they give turns the same label. `aligned` adds the same figures
    once the lags of the hands are taken away.
    """
    session = trace.name(place)
    mine = takes_of(shelves.takes, trace, session, space, axis, kind)
    known = _space(trace, space)
    told = panel({one: shelves.takes.samples(one.id) for one in mine}, _axes(known, axis))
    if told is None or not len(told.x):
        return {"raters": [] if told is None else list(told.raters), "n": 0}
    if axis is None:
        return {"raters": list(told.raters), **labelled(told)}
    gold = fused(told.table)
    method = perceived(trace, session, (space,), (axis,), told.at)
    said = _said(told, axis, gold, method)
    if method is not None:
        said["method"]["by"] = trace.method
    slow = told.seq is None
    each = [lag_of(one, gold.values[:, 0], told.step) if slow else 0.0 for one in told.axis(axis).T]
    said["lags"] = [round(one, 2) for one in each]
    if aligned and told.seq is None and len(told.x) > 2:
        moved = told.aligned()
        still = Panel(told.raters, told.people, told.axes, told.x, told.at, None, moved.ratings)
        said["aligned"] = {
            **_said(still, axis, moved.gold, method),
            "lags": [round(float(one), 2) for one in moved.lags],
        }
    return {"raters": list(told.raters), **said}


@router.get("/traces/{job}/agreement")
def pooled(
    shelves: Asked, trace: Trace, space: Name, axis: Name, kind: Kind = Kind.TRACED
) -> dict[str, Any]:
    """Return how far raters agree over all sessions that several rated.

    CCC of each pair of raters over all moments of all sessions, ICC and alpha over the means
    of sessions; intervals are drawn over sessions. Of a rater the first take of a session counts.
    """
    sessions, rows = [], []
    for name, own in _by_session(shelves.takes, trace, space, axis, kind).items():
        told = panel({one: shelves.takes.samples(one.id) for one in own}, (axis,))
        if told is not None and len(told.x):
            sessions.append(name)
            rows.append(dict(zip(told.people, told.axis(axis).T, strict=True)))
    people = sorted({rater for row in rows for rater in row})
    means = np.array([[np.nanmean(row[p]) if p in row else np.nan for p in people] for row in rows])
    many = len(people) > 1 and len(rows) > 1  # one mean each says nothing of agreement
    found = {f.name: f for f in rater_figures(means)} if many else {}
    return {
        "sessions": len(sessions),
        "raters": people,
        "pairs": [
            _pooled(rows, one, other) for i, one in enumerate(people) for other in people[:i]
        ],
        **{key: _ends(found.get(name)) for key, name in (("icc", "icc_two"), ("alpha", "alpha"))},
    }


@router.get("/traces/{job}/rated")
def rated(shelves: Asked, trace: Trace) -> list[dict[str, Any]]:
    """Return in which Spaces, on which axes and how, sessions of a trace were rated."""
    rows: dict[tuple[str, str, str], set[str]] = {}
    for take in shelves.takes.of_trace(trace.lake.job or ""):
        for axis in take.axes:
            rows.setdefault((take.space, axis, take.kind.value), set()).add(take.session)
    return [
        {"space": space, "axis": axis, "kind": kind, "sessions": len(names)}
        for (space, axis, kind), names in rows.items()
    ]


@router.get("/traces/{job}/takes/file", response_class=Response)
def file(shelves: Asked, trace: Trace, kind: FileKind = "csv") -> Response:
    """Return every sample of every take of a trace as one table, a row an axis."""
    parts = []
    for take in shelves.takes.of_trace(trace.lake.job or ""):
        told = shelves.takes.samples(take.id)
        long = told.unpivot(take.axes, index=["n", "at", "play"], variable_name="axis")
        facts = {"session": take.session, "take": take.id, "rater": take.rater,
                 "author": take.author, "space": take.space, "kind": take.kind.value,
                 "done": take.done is not None, "lag": take.lag}  # fmt: skip
        parts.append(long.select(*(pl.lit(v).alias(k) for k, v in facts.items()), pl.all()))
    if not parts:
        raise BadChoice("takes", "none", "a trace that somebody rated")
    return as_file(pl.concat(parts, how="vertical_relaxed"), kind, "takes")


def _space(trace: Shelf, name: str) -> Space:
    return vocabularies.space(name, trace.lake.spaces())


def _axes(space: Space, axis: str | None) -> tuple[str, ...]:
    if axis is None:
        return space.names
    space.index(axis)
    return (axis,)


def _by_session(
    takes: Takes, trace: Shelf, space: str, axis: str, kind: Kind
) -> dict[str, list[Take]]:
    """Return the first take of each rater of each session that two or more rated."""
    found: dict[str, dict[str, Take]] = {}
    for one in takes.of_trace(trace.lake.job or ""):
        if one.space == space and axis in one.axes and one.kind is kind and takes.count(one.id):
            found.setdefault(one.session, {}).setdefault(one.rater, one)
    return {name: list(own.values()) for name, own in found.items() if len(own) > 1}


def _said(told: Panel, axis: str, gold: Gold, method: Floats | None) -> dict[str, Any]:
    """Return the figures of a panel, its gold and its pictures."""
    many = len(told.raters) > 1
    said = {
        **agreed(told, axis),
        "weights": [round(float(weight), 3) for weight in gold.weights],
        "gold": gold_of(told.at, gold, 0) if many else None,
        "at": gold_of(told.at, gold, 0)["at"],
        "traces": traces(told.axis(axis)),
    }
    if method is not None:
        together, own = gold.values[:, 0], method[:, 0]
        lag = lag_of(together, own, told.step) if told.seq is None else 0.0
        said["method"] = {"ccc": number(ccc(together, own)), "lag": round(lag, 2)}
    return said


def _pooled(rows: Sequence[dict[str, Floats]], one: str, other: str) -> dict[str, Any]:
    """Return the CCC of two raters over all sessions that both rated."""
    both = [row for row in rows if one in row and other in row]
    if not both:
        return {"one": one, "other": other, "sessions": 0, "ccc": _ends(None)}
    x, y = (np.concatenate([row[who] for row in both]) for who in (one, other))
    cluster = np.repeat(np.arange(len(both)), [len(row[one]) for row in both])
    figure = CCC.figure(x, y, cluster=cluster)
    return {"one": one, "other": other, "sessions": len(both), "ccc": _ends(figure)}


def _ends(figure: Figure | None) -> list[float | None]:
    """Return a figure with the ends of its interval."""
    if figure is None:
        return [None, None, None]
    return [number(figure.value), number(figure.low), number(figure.high)]
