"""One axis of many trajectories at once, and the sums over their groups and neighbours.

Everything has one entry per row, so that a sum over each group is a single `reduceat`. What
belongs to a pair of neighbouring states stands at the row of the first; a pair counts only if
both states are known and of one group. Hence no difference is ever spliced over a gap.
"""

__all__ = ["Series", "who"]

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.space import Axis
from affectory.core.trajectory import Trajectory

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Series:
    """Values of one axis over time, in g groups of consecutive rows, each with a row or more.

    Args:
        axis: Name, bounds and rest of the values.
        offsets: Where each group begins, and the total. Shape (g + 1,).
        x: Values, NaN where missing. Shape (n,).
        t: Times in clock units, ascending within a group. Shape (n,).
    """

    axis: Axis
    offsets: Rows
    x: Floats
    t: Floats

    @classmethod
    def each(cls, felt: Trajectory) -> Iterator[Self]:
        """Yield one Series for each axis of `felt`."""
        for at, axis in enumerate(felt.space.axes):
            values = felt.values[:, at].astype(np.float64)
            yield cls(axis, felt.groups.offsets, values, np.asarray(felt.start))

    @cached_property
    def g(self) -> int:
        """How many groups there are."""
        return len(self.offsets) - 1

    @cached_property
    def group(self) -> Rows:
        """The group of each row. Shape (n,)."""
        return np.repeat(np.arange(self.g), np.diff(self.offsets))

    @cached_property
    def known(self) -> Flags:
        """Which states are not missing. Shape (n,)."""
        return np.asarray(~np.isnan(self.x))

    @cached_property
    def size(self) -> Floats:
        """Known states of each group. Shape (g,)."""
        return self.sum(self.known)

    @cached_property
    def mean(self) -> Floats:
        """Mean of each group, 0 where it has no known state. Shape (g,)."""
        rough = self.sum(np.where(self.known, self.x, 0.0)) / np.maximum(self.size, 1)
        left = self.sum(np.where(self.known, self.x - rough[self.group], 0.0))
        return np.asarray(rough + left / np.maximum(self.size, 1))  # corrected two-pass mean

    @cached_property
    def off(self) -> Floats:
        """Deviation of each state from its group's mean, 0 where missing. Shape (n,)."""
        return np.where(self.known, self.x - self.mean[self.group], 0.0)

    @cached_property
    def squares(self) -> Floats:
        """Sum of squared deviations of each group; exactly 0 for constants. Shape (g,)."""
        return np.where(self.flat, 0.0, self.sum(self.off**2))

    @cached_property
    def least(self) -> Floats:
        """Least value of each group, inf where it has none. Shape (g,)."""
        return self._reduce(np.minimum, np.where(self.known, self.x, np.inf))

    @cached_property
    def most(self) -> Floats:
        """Greatest value of each group, -inf where it has none. Shape (g,)."""
        return self._reduce(np.maximum, np.where(self.known, self.x, -np.inf))

    @cached_property
    def flat(self) -> Flags:
        """Which groups do not vary. Shape (g,)."""
        return np.asarray(self.most <= self.least)

    @cached_property
    def paired(self) -> Flags:
        """Which rows and the next are known neighbours. Shape (n,)."""
        both = np.zeros(len(self.x), dtype=bool)
        both[:-1] = self.known[:-1] & self.known[1:] & (self.group[:-1] == self.group[1:])
        return both

    @cached_property
    def pairs(self) -> Floats:
        """Neighbouring pairs of each group. Shape (g,)."""
        return self.sum(self.paired)

    @cached_property
    def step(self) -> Floats:
        """Change to the next state, 0 where there is no pair. Shape (n,)."""
        return self.ahead(self.x) - np.where(self.paired, self.x, 0.0)

    @cached_property
    def elapsed(self) -> Floats:
        """Time to the next state, 0 where there is no pair. Shape (n,)."""
        return self.ahead(self.t) - np.where(self.paired, self.t, 0.0)

    @cached_property
    def typical(self) -> Floats:
        """Median time between known neighbours that lie apart, NaN without any. Shape (g,)."""
        return self._median(self.elapsed)

    @cached_property
    def pace(self) -> Floats:
        """Median time between neighbours that lie apart, known or not. Shape (g,)."""
        inside = np.zeros(len(self.t), dtype=bool)
        inside[:-1] = self.group[:-1] == self.group[1:]
        return self._median(np.where(inside, np.append(self.t[1:], 0.0) - self.t, 0.0))

    def _median(self, rows: Floats) -> Floats:
        """Return the median of the positive ones of `rows` (n,), NaN without any. Shape (g,)."""
        used = np.flatnonzero(rows > 0)
        count = np.bincount(self.group[used], minlength=self.g)
        order = np.lexsort((rows[used], self.group[used]))
        ordered = np.append(rows[used][order], 0.0)
        head = np.cumsum(count) - count
        low = np.minimum(head + np.maximum(count - 1, 0) // 2, len(ordered) - 1)
        high = np.minimum(head + count // 2, len(ordered) - 1)
        return np.where(count > 0, (ordered[low] + ordered[high]) / 2, np.nan)

    def ahead(self, rows: Floats) -> Floats:
        """Return the next row's value for each pair, 0 where there is none. Shape (n,)."""
        return np.where(self.paired, np.append(rows[1:], 0.0), 0.0)

    def sum(self, rows: NDArray[Any]) -> Floats:
        """Return the sum of `rows` (n,) over each group. Shape (g,)."""
        return self._reduce(np.add, rows.astype(np.float64, copy=False))

    def first(self, where: Flags) -> Rows:
        """Return the first row of each group where `where` holds, or n. Shape (g,)."""
        n = len(self.x)
        return self._reduce(np.minimum, np.where(where, np.arange(n), n)).astype(np.int64)

    def last(self, where: Flags) -> Rows:
        """Return the last row of each group where `where` holds, or -1. Shape (g,)."""
        rows = np.where(where, np.arange(len(self.x)), -1)
        return self._reduce(np.maximum, rows).astype(np.int64)

    def pick(self, column: Floats, rows: Rows) -> Floats:
        """Return `column` at `rows`, NaN where a row is out of range. Shape (g,)."""
        picked = np.full(len(rows), np.nan)
        fine = (rows >= 0) & (rows < len(column))
        picked[fine] = column[rows[fine]]
        return picked

    def _reduce(self, ufunc: np.ufunc, rows: NDArray[Any]) -> NDArray[Any]:
        if not self.g:
            return rows[:0]
        return np.asarray(ufunc.reduceat(rows, self.offsets[:-1]))


def who(felt: Trajectory, rows: Rows) -> pl.DataFrame:
    """Return the session and the actor of each of `rows`, as columns of these names."""
    session, actor = felt.session.take(rows), felt.actor.take(rows)
    return pl.DataFrame([session.to_series("session"), actor.to_series("actor")])
