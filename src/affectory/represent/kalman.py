"""Filter and smoother of one drifting level per axis, for all groups at once.

Rows are put in the order of their position within the group, the longest groups first, so that
the rows of one position lie side by side and no array is padded: step i is one slice.
"""

__all__ = ["LEAST_SD", "March"]

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.trajectory import Trajectory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST_SD = 1e-6  # nobody is sure beyond the rounding of float32


@dataclass(frozen=True, eq=False, slots=True)
class March:
    """The observations of all groups, in marching order.

    A *slot* is a group's place when the longest come first.

    Args:
        y: Observed values, zero where there is none. Shape (n, k).
        var: Variance of each observation, infinite where there is none. Shape (n, k).
        elapsed: Time since the group's row before, zero for its first. Shape (n,).
        order: Row of the Trajectory at each place. Shape (n,).
        offsets: Where each position begins. Shape (longest + 1,).
        slot: Slot of each group. Shape (g,).
        centre: Level that each slot returns to. Shape (g, k).
        pull: Rate of return, per clock unit.
    """

    y: Floats
    var: Floats
    elapsed: Floats
    order: Ints
    offsets: Ints
    slot: Ints
    centre: Floats
    pull: float

    @classmethod
    def of(cls, trajectory: Trajectory, noise: float | None, pull: float, tied: bool) -> Self:
        """Put the states of `trajectory` in marching order.

        Args:
            trajectory: The states.
            noise: Standard deviation of all observations; None: their spread, or one.
            pull: Rate of return.
            tied: Whether the axes of a row share one variance, their mean.
        """
        groups = trajectory.groups
        ranked = np.argsort(-groups.sizes, kind="stable")
        slot = np.empty(len(ranked), dtype=np.int64)
        slot[ranked] = np.arange(len(ranked))
        place = np.arange(len(trajectory)) - groups.offsets[groups.of_row]
        order = np.lexsort((slot[groups.of_row], place))
        longest = int(groups.sizes.max(initial=0))
        offsets = np.searchsorted(place[order], np.arange(longest + 1))
        y, var = _observed(trajectory, noise, tied)
        elapsed = np.diff(trajectory.start, prepend=0.0)
        elapsed[groups.offsets[:-1]] = 0.0
        weight = groups.reduce(np.add, 1 / var)
        centre = groups.reduce(np.add, y / var) / np.where(weight > 0, weight, 1.0)
        return cls(y[order], var[order], elapsed[order], order, offsets, slot, centre[ranked], pull)

    @property
    def known(self) -> Ints:
        """How many states of each group are observed. Shape (g,)."""
        return self._known_by_slot()[self.slot]

    def unit(self, relative: bool) -> Floats:
        """Return a guess at the variance gained in a clock unit, in groups' order. (g, k).

        Args:
            relative: In units of the variance of an observation.
        """
        g, k = self.centre.shape
        slot, count = self._slot_of_row(), np.maximum(self._known_by_slot(), 1)[:, None]
        span = np.bincount(slot, self.elapsed, g)[:, None] / count
        span = np.where(span > 0, span, 1.0)
        if relative:
            return np.repeat(1.0 / span, k, axis=1)[self.slot]
        away = np.where(np.isfinite(self.var), self.y - self.centre[slot], 0.0) ** 2
        total = np.stack([np.bincount(slot, away[:, axis], g) for axis in range(k)], axis=1)
        spread = total / count
        return np.asarray(np.maximum(spread, LEAST_SD**2) / span)[self.slot]

    def innovations(self, q: Floats) -> tuple[Floats, Floats, Floats]:
        """Return what the likelihood of each candidate is made of. Shapes (c, g, k).

        Args:
            q: Candidates for the process variance, in the groups' order. Shape (c, g, k).

        Returns:
            The sum of the logarithms of the variances of one-step predictions, the sum of the
            squared errors over these variances, and how many there are.
        """
        q = self._by_slot(q)
        level, var = self._begin(q)
        logs, squares, count = np.zeros_like(q), np.zeros_like(q), np.zeros_like(q)
        for at in range(len(self.offsets) - 1):
            here, m = self._step(at)
            level, var = self._ahead(level[:, :m], var[:, :m], q[:, :m], here)
            seen = np.isfinite(self.var[here]) & np.isfinite(var)
            total = np.where(seen, var + self.var[here], 1.0)
            logs[:, :m] += np.log(total)
            squares[:, :m] += np.where(seen, self.y[here] - level, 0.0) ** 2 / total
            count[:, :m] += seen
            level, var = _updated(level, var, self.y[here], self.var[here])
        return logs[:, self.slot], squares[:, self.slot], count[:, self.slot]

    def smoothed(self, q: Floats, scale: Floats) -> tuple[Floats, Floats]:
        """Return mean and variance of the level at every row, in the Trajectory's order.

        Args:
            q: Process variance, in the groups' order. Shape (g, k).
            scale: Factor of the observations' variance. Shape (g, k).
        """
        q, scale = self._by_slot(q), self._by_slot(scale)
        noise = self.var * scale[self._slot_of_row()]
        ahead, ahead_var = np.empty_like(self.y), np.empty_like(self.y)
        mean, var = np.empty_like(self.y), np.empty_like(self.y)
        level, width = self._begin(q)
        for at in range(len(self.offsets) - 1):
            here, m = self._step(at)
            level, width = self._ahead(level[:m], width[:m], q[:m], here)
            ahead[here], ahead_var[here] = level, width
            level, width = _updated(level, width, self.y[here], noise[here])
            mean[here], var[here] = level, width
        for at in range(len(self.offsets) - 3, -1, -1):
            self._back(mean, var, ahead, ahead_var, q, at)
        back = np.empty_like(self.order)
        back[self.order] = np.arange(len(back))
        return mean[back], var[back]

    def _back(
        self, mean: Floats, var: Floats, ahead: Floats, ahead_var: Floats, q: Floats, at: int
    ) -> None:
        """Correct the rows of position `at` by what is known of their successors."""
        there, m = self._step(at + 1)
        here = slice(int(self.offsets[at]), int(self.offsets[at]) + m)
        stay, gained = self._drift(there)
        # before the first observation of a random walk there is only the way back to it
        blank = np.isinf(var[here])
        certain = ahead_var[there] <= 0
        gain = stay * np.where(blank, 0.0, var[here]) / np.where(certain, 1.0, ahead_var[there])
        with np.errstate(invalid="ignore"):  # infinity minus itself, where `blank` rules
            drop = gain**2 * (var[there] - ahead_var[there])
            move = gain * (mean[there] - ahead[there])
        mean[here] = np.where(blank, mean[there], mean[here] + move)
        var[here] = np.where(blank, var[there] + q[:m] * gained, var[here] + drop)

    def _begin(self, q: Floats) -> tuple[Floats, Floats]:
        """Return the level before anything is seen: at the centre, or anywhere at all."""
        level = np.broadcast_to(self.centre, q.shape).copy()
        return level, q / (2 * self.pull) if self.pull else np.full(q.shape, np.inf)

    def _ahead(self, level: Floats, var: Floats, q: Floats, here: slice) -> tuple[Floats, Floats]:
        """Return the level as predicted for the rows `here`."""
        stay, gained = self._drift(here)
        centre = self.centre[: level.shape[-2]]
        return centre + stay * (level - centre), stay**2 * var + q * gained

    def _drift(self, here: slice) -> tuple[Floats, Floats]:
        """Return what share of the level stays, and the variance gained per unit of q."""
        elapsed = self.elapsed[here, None]
        if not self.pull:
            return np.ones_like(elapsed), elapsed
        return np.exp(-self.pull * elapsed), -np.expm1(-2 * self.pull * elapsed) / (2 * self.pull)

    def _step(self, at: int) -> tuple[slice, int]:
        low, high = int(self.offsets[at]), int(self.offsets[at + 1])
        return slice(low, high), high - low

    def _known_by_slot(self) -> Ints:
        seen = np.isfinite(self.var).all(axis=1)
        return np.bincount(self._slot_of_row(), seen, len(self.slot)).astype(np.int64)

    def _slot_of_row(self) -> Ints:
        place = np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))
        return np.arange(len(self.y)) - self.offsets[place]

    def _by_slot(self, by_group: Floats) -> Floats:
        """Return (..., g, k) with the groups in slot order."""
        ranked = np.empty_like(self.slot)
        ranked[self.slot] = np.arange(len(ranked))
        return by_group[..., ranked, :]


def _observed(trajectory: Trajectory, noise: float | None, tied: bool) -> tuple[Floats, Floats]:
    """Return values and variances of the observations, zero and infinity where missing."""
    y = trajectory.values.astype(np.float64)
    if noise is not None:
        var = np.full_like(y, noise**2)
    elif trajectory.spread is not None:
        var = np.maximum(trajectory.spread.astype(np.float64), LEAST_SD) ** 2
    else:
        var = np.ones_like(y)
    if tied:
        var = np.repeat(var.mean(axis=1, keepdims=True), y.shape[1], axis=1)
    lost = trajectory.missing | ~np.isfinite(var).all(axis=1)
    y[lost], var[lost] = 0.0, np.inf
    return y, var


def _updated(level: Floats, var: Floats, y: Floats, noise: Floats) -> tuple[Floats, Floats]:
    """Return the level after an observation; unchanged where there is none."""
    seen, open_ = np.isfinite(noise), np.isinf(var)
    known = np.where(open_, 0.0, var)
    total = known + np.where(seen, noise, 1.0)
    gain = np.where(seen, np.where(open_, 1.0, known / total), 0.0)
    left = np.where(seen, gain * np.where(seen, noise, 0.0), var)
    return level + gain * (np.where(seen, y, level) - level), left
