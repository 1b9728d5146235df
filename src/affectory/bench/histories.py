"""Every point in a path from which it could be continued, with all that was known there.

Missing states are passed over, in what is seen and in what follows. Rivals of a forecast: the last
state, the mean so far, and AR(1) about the mean so far, its pull learned from many or from the
path's own past; around each, the quantiles of its errors on those it was learned from.
"""

__all__ = ["RIVALS", "Histories", "Rival", "histories"]

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.groups import Names
from affectory.core.trajectory import Trajectory

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
PERSISTENCE, MEAN, POOLED, OWN = "persistence", "mean so far", "AR(1), pooled", "AR(1), own past"
RIVALS = (PERSISTENCE, MEAN, POOLED, OWN)
MOST = 0.99  # pull, in size
FEWEST = 8  # steps, below which a pull of one's own is not learned


class Histories(NamedTuple):
    """n points from which paths are continued.

    Attributes:
        past: All states up to each point, a session a point. n groups.
        truth: What followed. Shape (n, h, k).
        group: Group of the felt Trajectory that each is from. Shape (n,).
        last: The last state. Shape (n, k).
        sums: Number of states, sum, and of the steps: number, sums of x, y, x x, x y, along axis
            1. Shape (n, 7, k).
    """

    past: Trajectory
    truth: Floats
    group: Places
    last: Floats
    sums: Floats

    @property
    def mean(self) -> Floats:
        """Mean of the states so far. Shape (n, k)."""
        return np.asarray(self.sums[:, 1] / self.sums[:, 0])


def histories(felt: Trajectory, seen: int, ahead: int, stride: int = 1) -> Histories:
    """Return every `stride`-th point that has `seen` states before and `ahead` after it."""
    there = np.flatnonzero(~felt.missing)
    group = felt.groups.of_row[there]
    values = felt.values[there].astype(np.float64)
    n, k = values.shape
    fresh = np.ones(n, bool)
    fresh[1:] = group[1:] != group[:-1]
    heads = np.flatnonzero(fresh)
    size = np.diff(np.append(heads, n))
    head, stop = np.repeat(heads, size), np.repeat(heads + size, size)
    place = np.arange(n) - head
    at = np.flatnonzero((place >= seen - 1) & (np.arange(n) + ahead < stop))
    at = at[(place[at] - seen + 1) % stride == 0]
    length = place[at] + 1
    rows = np.repeat(head[at], length) + _counts(length)
    code = np.repeat(np.arange(len(at), dtype=np.int32), length)
    own = there[rows]
    past = Trajectory(
        felt.space, felt.clock, Names(code, tuple(map(str, range(len(at))))),
        felt.actor.take(own), felt.start[own], felt.stop[own], felt.values[own], by=felt.by,
    )  # fmt: skip
    truth = values[at[:, None] + np.arange(1, ahead + 1)]
    return Histories(
        past, truth, group[at], values[at], _sums(values, head, fresh)[at].reshape(-1, 7, k)
    )


@dataclass(frozen=True, eq=False)
class Rival:
    """A simple forecast and the quantiles of its errors.

    Args:
        name: One of `RIVALS`.
        pull: How much of the distance from the mean is left after a step, pooled. Shape (k,).
        errors: Quantiles of errors, in the middle of so many equal parts. Shape (s, h, k).
    """

    name: str
    pull: Floats
    errors: Floats

    @classmethod
    def fit(cls, name: str, lesson: Histories, draws: int) -> Self:
        """Learn the pull and the errors from others."""
        blank = cls(name, _pooled(lesson), np.empty(0))
        miss = lesson.truth - blank.middle(lesson)
        levels = (np.arange(draws) + 0.5) / draws
        return cls(name, blank.pull, np.quantile(miss, levels, axis=0))

    def middle(self, where: Histories) -> Floats:
        """Return what it says. Shape (n, h, k)."""
        h = where.truth.shape[1]
        step = np.arange(1, h + 1)[:, None]
        last, mean = where.last[:, None], where.mean[:, None]
        if self.name == PERSISTENCE:
            return np.repeat(last, h, axis=1)
        if self.name == MEAN:
            return np.repeat(mean, h, axis=1)
        if self.name == POOLED:
            return np.asarray(mean + self.pull**step * (last - mean))
        slope, level = _own(where, self.pull)
        return np.asarray(level[:, None] + slope[:, None] ** step * (last - level[:, None]))

    def draws(self, where: Histories) -> Floats:
        """Return equally likely futures, within the Space. Shape (s, n, h, k)."""
        low, high = where.past.space.bounds
        return np.asarray(np.clip(self.middle(where) + self.errors[:, None], low, high))


def _pooled(lesson: Histories) -> Floats:
    """Return the pull about the mean so far, by least squares of the first steps."""
    away = lesson.last - lesson.mean
    then = lesson.truth[:, 0] - lesson.mean
    pull = (away * then).sum(axis=0) / np.maximum((away**2).sum(axis=0), 1e-12)
    return np.asarray(np.clip(pull, -MOST, MOST))


def _own(where: Histories, pooled: Floats) -> tuple[Floats, Floats]:
    """Return pull and level of each path by least squares on its own past. Shapes (n, k)."""
    _, _, m, x, y, xx, xy = where.sums.swapaxes(0, 1)
    wide = m * xx - x * x
    enough = (m >= FEWEST) & (wide > 1e-9)
    slope = np.where(enough, (m * xy - x * y) / np.where(enough, wide, 1), pooled)
    slope = np.clip(slope, -MOST, MOST)
    level = np.where(enough, (y - slope * x) / np.maximum(m, 1) / (1 - slope), where.mean)
    low, high = where.past.space.bounds
    return slope, np.clip(level, low, high)


def _sums(values: Floats, head: Places, fresh: NDArray[np.bool_]) -> Floats:
    """Return sums of each row's group up to the row, side by side. Shape (n, 7 k)."""
    ones = np.ones_like(values)
    x = np.vstack([np.zeros((1, values.shape[1])), values[:-1]])
    step = np.where(fresh[:, None], 0.0, 1.0) * ones
    parts = (ones, values, step, step * x, step * values, step * x * x, step * x * values)
    whole = np.cumsum(np.hstack(parts), axis=0)
    before = np.vstack([np.zeros((1, whole.shape[1])), whole])[head]
    return np.asarray(whole - before)


def _counts(length: Places) -> Places:
    """Return 0 to length - 1 of each, one after another."""
    ends = np.cumsum(length)
    return np.arange(int(length.sum())) - np.repeat(ends - length, length)
