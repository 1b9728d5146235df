"""How far the raters of a session, or of a whole trace, agree, and what they say together."""

__all__ = ["MAKERS", "router"]

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from fastapi import APIRouter, Request
from fastapi.responses import Response
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.core.figure import Figure
from affectory.core.records import Clock
from affectory.core.space import Space
from affectory.measure.agreement import ccc
from affectory.measure.concord import Concord, labelled
from affectory.measure.concord import pooled as pooled_ccc
from affectory.measure.gold import lag_of
from affectory.measure.raters import rater_figures
from affectory.store.take import Kind, Take
from affectory.store.takes import Takes
from affectory.web.asking import Asked, Name, Number, Trace
from affectory.web.files import FileKind, as_file
from affectory.web.fusing import done, rated, unlike
from affectory.web.numbers import number
from affectory.web.panel import Side, pictured, traced
from affectory.web.references import likewise, perceived
from affectory.web.shelf import Shelf
from affectory.web.shelves import Shelves

router = APIRouter(tags=["agreement"])
MAKERS = 1  # figures of agreement that are made at once
Floats = NDArray[np.float64]


@router.get("/traces/{job}/sessions/{place}/agreement")
async def agreement(
    request: Request, shelves: Asked, trace: Trace, place: Number, space: Name,
    axis: Name | None = None, kind: Kind | None = None, aligned: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Return how far raters agree on an axis, with each other and the method, and their gold.

    Ratings are moved back by the lags that were noted; `aligned` adds the same figures with the
    lags measured. The gold and the weights are those that the lake is given: of takes that are
    done. Without an axis: how far raters give turns the same label. Without a kind: of takes
    that were made all along, or where there is none, turn by turn.
    """
    async with request.app.state.agreeing:  # who waits holds no thread that samples need
        return await asyncio.to_thread(_session, shelves, trace, place, space, axis, kind, aligned)


def _session(
    shelves: Shelves, trace: Shelf, place: int, space: str, axis: str | None, kind: Kind | None,
    aligned: bool,
) -> dict[str, Any]:  # fmt: skip
    session, known = trace.name(place), trace.space(space)
    if axis is not None:
        known.index(axis)
    every = rated(shelves.takes, trace, session, space, kind)
    mine = [one for one in every if axis is None or axis in one.axes]
    if not mine:
        return {"raters": [], "n": 0}
    asked = _Asked(shelves, trace, known, every, mine)
    if axis is None:
        return {"raters": unlike(mine), **asked.labels()}
    told = {"raters": unlike(mine), **asked.said(axis, False)}
    if aligned and mine[0].kind is Kind.TRACED:
        told["aligned"] = asked.said(axis, True)
    return told


@router.get("/traces/{job}/agreement")
async def pooled(
    request: Request, shelves: Asked, trace: Trace, space: Name, axis: Name,
    kind: Kind = Kind.TRACED,
) -> dict[str, Any]:  # fmt: skip
    """Return how far raters agree over all sessions that several rated.

    CCC of each pair of raters over all moments of all sessions, each as long as it lasts, ICC and
    alpha over the means of sessions; intervals are drawn over sessions. Of a rater the first take
    of a session counts.
    """
    async with request.app.state.agreeing:
        return await asyncio.to_thread(_trace, shelves, trace, space, axis, kind)


def _trace(shelves: Shelves, trace: Shelf, space: str, axis: str, kind: Kind) -> dict[str, Any]:
    known = trace.space(space)
    known.index(axis)
    rows, steps = [], []
    for own in _by_session(shelves.takes, trace, space, axis, kind).values():
        side = shelves.panels.side(shelves.takes, own, known, False)
        raters = (one.rater for one in own)
        told = dict(zip(raters, side.column(axis, own).T, strict=True))
        rows.append({who: said for who, said in told.items() if not np.isnan(said).all()})
        steps.append(side.settled.panel.step)
    people = sorted({rater for row in rows for rater in row})
    means = np.array([[np.nanmean(row[p]) if p in row else np.nan for p in people] for row in rows])
    many = len(people) > 1 and len(rows) > 1  # one mean each says nothing of agreement
    found = {f.name: f for f in rater_figures(means)} if many else {}
    return {
        "sessions": len(rows),
        "raters": people,
        "pairs": [
            _pooled(rows, steps, one, other) for i, one in enumerate(people) for other in people[:i]
        ],
        **{key: _ends(found.get(name)) for key, name in (("icc", "icc_two"), ("alpha", "alpha"))},
    }


@router.get("/traces/{job}/rated")
def which(shelves: Asked, trace: Trace) -> list[dict[str, Any]]:
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


class _Asked:
    """What is asked of the takes of a session, and answered of some axis of it."""

    def __init__(
        self, shelves: Shelves, trace: Shelf, space: Space, every: list[Take], mine: list[Take]
    ) -> None:
        self.shelves, self.trace, self.space = shelves, trace, space
        self.every, self.mine, self.ended = every, mine, done(every)

    def side(self, which: list[Take], align: bool) -> Side:
        """Return takes side by side."""
        return self.shelves.panels.side(self.shelves.takes, which, self.space, align)

    def labels(self) -> dict[str, Any]:
        """Return how far raters give turns the same label."""
        side = self.side(self.every, False)
        told = labelled(side.settled.panel.table)
        gold = self.side(self.ended, False) if self.ended else None
        return {"n": told.n, "alpha": number(told.alpha), "alike": number(told.alike),
                "weights": self.weights(gold)}  # fmt: skip

    def said(self, axis: str, align: bool) -> dict[str, Any]:
        """Return the figures of an axis, the gold and the pictures."""
        side = self.side(self.every, align)
        gold = self.side(self.ended, align) if self.ended else None
        if gold is not None and axis not in gold.axes:
            gold = None
        lags = side.settled.lags
        if not align and self.mine[0].kind is Kind.TRACED:
            lags = self.shelves.panels.follows(self.shelves.takes, side)
        told = {
            **self.amount(side, axis),
            **_figures(self.shelves.panels.agreed(side, axis, self.mine), unlike(self.mine),
                       [one.rater for one in self.mine]),
            "weights": self.weights(gold),
            "lags": [round(lags[self.every.index(one)], 2) for one in self.mine],
            "gold": pictured(gold, axis) if gold is not None and len(self.ended) > 1 else None,
            **traced(side, axis, self.mine),
        }  # fmt: skip
        method = self.method(gold, axis) if gold is not None else None
        return told if method is None else {**told, "method": method}

    def amount(self, side: Side, axis: str) -> dict[str, Any]:
        """Return how much was rated: turns, or samples and for how long by two or more.

        `all` is how much of it by all, which is what the ICC is of.
        """
        table, panel = side.column(axis, self.mine), side.settled.panel
        if panel.seq is not None:
            rated = ~np.isnan(table)
            return {"n": int(rated.any(axis=1).sum()), "all": int(rated.all(axis=1).sum())}
        count = sum(self.shelves.takes.count(one.id) for one in self.mine)
        counted = panel.played or self.mine[0].clock is Clock.SECONDS
        if not counted:
            return {"n": count, "seconds": None}
        many = table.shape[1]
        return {"n": count, "seconds": round(panel.shared(table), 1),
                "all": round(panel.shared(table, many), 1)}  # fmt: skip

    def weights(self, gold: Side | None) -> list[float | None]:
        """Return how much each counts in the gold, None for takes that go on."""
        if gold is None:
            return [None] * len(self.mine)
        told = zip(gold.takes, gold.settled.gold.weights, strict=True)
        each = {one.id: round(float(weight), 3) for one, weight in told}
        return [each.get(one.id) for one in self.mine]

    def method(self, gold: Side, axis: str) -> dict[str, Any] | None:
        """Return how far the gold agrees with the method, None where it says nothing.

        Where the method has the axis in another Space, with the same bounds, it is compared there.
        """
        panel, session = gold.settled.panel, gold.takes[0].session
        for where in likewise(self.trace, self.space, axis):
            told = perceived(self.trace, session, (where,), (axis,), panel.at)
            if told is not None:
                break
        else:
            return None
        together, own = gold.settled.gold.values[:, gold.axes.index(axis)], told[:, 0]
        lag = lag_of(together, own, panel.step) if panel.seq is None else 0.0
        return {"by": self.trace.method, "space": where, "ccc": number(ccc(together, own)),
                "lag": round(lag, 2)}  # fmt: skip


def _figures(told: Concord, names: Sequence[str], people: Sequence[str]) -> dict[str, Any]:
    """Return figures of agreement as a page needs them."""
    pairs = [
        {"one": names[i], "other": names[j], "same": people[i] == people[j],
         **_ranged("ccc", figure), "pearson": number(r)}
        for i, j, figure, r in told.pairs
    ]  # fmt: skip
    return {"pairs": pairs, **_ranged("icc", told.icc), **_ranged("alpha", told.alpha)}


def _ranged(name: str, figure: Figure | None) -> dict[str, float | None]:
    ends = (name, f"{name}_low", f"{name}_high")
    return dict(zip(ends, _ends(figure), strict=True))


def _by_session(
    takes: Takes, trace: Shelf, space: str, axis: str, kind: Kind
) -> dict[str, list[Take]]:
    """Return the first take of each rater of each session that two or more rated."""
    found: dict[str, dict[str, Take]] = {}
    for one in takes.of_trace(trace.lake.job or ""):
        if one.space == space and axis in one.axes and one.kind is kind and takes.count(one.id):
            found.setdefault(one.session, {}).setdefault(one.rater, one)
    return {name: list(own.values()) for name, own in found.items() if len(own) > 1}


def _pooled(
    rows: Sequence[dict[str, Floats]], steps: Sequence[float], one: str, other: str
) -> dict[str, Any]:
    """Return the CCC of two raters over all sessions that both rated."""
    both = [(row[one], row[other], step) for row, step in zip(rows, steps, strict=True)
            if one in row and other in row]  # fmt: skip
    told = pooled_ccc(both) if both else None
    return {"one": one, "other": other, "sessions": len(both), "ccc": _ends(told)}


def _ends(figure: Figure | None) -> list[float | None]:
    """Return a figure with the ends of its interval."""
    if figure is None:
        return [None, None, None]
    return [number(figure.value), number(figure.low), number(figure.high)]
