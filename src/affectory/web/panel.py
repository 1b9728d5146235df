"""Takes side by side: read once, put on one grid once, however many pages look at them."""

__all__ = ["Panels", "Side", "pictured", "traced"]

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.space import Kind as Sort
from affectory.core.space import Space
from affectory.measure.concord import Concord, agreed
from affectory.measure.settling import Settled, follows, settled
from affectory.store.take import Kind, Take
from affectory.store.takes import Takes
from affectory.web.numbers import number

Floats = NDArray[np.float64]
T = TypeVar("T")
KEPT = 64  # results; an hour of one rater is about 4 MB
SHOWN = 400  # times that a picture needs


@dataclass(frozen=True, slots=True)
class Side:
    """Takes of one kind of a session, on one grid.

    Args:
        takes: The takes. Length r.
        axes: The axes that any of them rated. Length k.
        settled: What they say, moved back by their lags, and what they say together.
        key: By what they are known: another sample makes another one.
    """

    takes: tuple[Take, ...]
    axes: tuple[str, ...]
    settled: Settled
    key: Hashable

    def column(self, axis: str, whose: Sequence[Take]) -> Floats:
        """Return what some of the takes say on an axis. Shape (n, r)."""
        who = [self.takes.index(one) for one in whose]
        return self.settled.panel.table[:, who, self.axes.index(axis)]


class Panels:
    """What is made of takes, kept until one of them has more samples.

    One thing is made at a time: whoever asks for the same meanwhile is given the same.
    """

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, object] = OrderedDict()
        self._turn = threading.RLock()

    def side(self, takes: Takes, which: Sequence[Take], space: Space, align: bool) -> Side:
        """Return takes of one kind side by side, the one way in which they become a gold.

        Args:
            takes: Where they are kept.
            which: One or more, all with samples and of one kind.
            space: Their Space.
            align: Whether the lags of hands are measured; else they are as noted.
        """
        rated = {axis for one in which for axis in one.axes}
        axes = tuple(name for name in space.names if name in rated)
        turns = which[0].kind is Kind.TURNS
        marks = tuple((one.id, one.lag, one.done, takes.count(one.id)) for one in which)
        key = ("side", marks, align)

        def make() -> Side:
            made = settled(
                [self.samples(takes, one) for one in which], axes, turns=turns, align=align,
                noted=[one.lag for one in which], scales=space.kind is Sort.DIMENSIONS,
            )  # fmt: skip
            return Side(tuple(which), axes, made, key)

        return make() if turns else self._once(key, make)

    def samples(self, takes: Takes, take: Take) -> pl.DataFrame:
        """Return the samples of a take; of turns, which are replaced in their place, anew."""
        if take.kind is Kind.TURNS:
            return takes.samples(take.id)
        key = ("samples", take.id, takes.count(take.id))
        return self._once(key, lambda: takes.samples(take.id))

    def follows(self, takes: Takes, side: Side) -> tuple[float, ...]:
        """Return by how much each hand still follows what all say together."""
        told = [self.samples(takes, one) for one in side.takes]
        return self._once(
            ("follows", side.key), lambda: follows(told, side.axes, side.settled.lags)
        )

    def agreed(self, side: Side, axis: str, whose: Sequence[Take]) -> Concord:
        """Return how far some of the takes agree on an axis."""
        table = side.column(axis, whose)
        if whose[0].kind is Kind.TURNS:
            return agreed(table)
        key = ("agreed", side.key, axis, tuple(one.id for one in whose))
        return self._once(key, lambda: agreed(table))

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._turn:
            if key not in self._made:
                self._made[key] = make()
            self._made.move_to_end(key)
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
            return cast("T", self._made[key])


def pictured(side: Side, axis: str) -> dict[str, Any]:
    """Return a gold as a picture needs it: times, values and spread, thinned."""
    gold, at = side.settled.gold, side.axes.index(axis)
    few = _thin(len(side.settled.panel.at))
    return {
        "at": _times(side, few),
        "values": [number(v) for v in gold.values[few, at]],
        "spread": [number(v) for v in gold.spread[few, at]],
    }


def traced(side: Side, axis: str, whose: Sequence[Take]) -> dict[str, Any]:
    """Return what each says on an axis as a picture needs it: times, and a list a take."""
    table = side.column(axis, whose)
    few = _thin(len(table))
    told = [[number(v) for v in column] for column in table[few].T]
    return {"at": _times(side, few), "traces": told}


def _times(side: Side, few: NDArray[np.int64]) -> list[float]:
    return [round(float(at), 3) for at in side.settled.panel.at[few]]


def _thin(n: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, n - 1, min(n, SHOWN)).astype(np.int64)) if n else np.arange(0)
