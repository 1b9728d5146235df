"""The rough shape of many sessions at once, for choosing and for drawing.

What a glance would see: the mean of the first and of the last third of the turns, the mean and
the scatter of all of them. Measures to be quoted come from `measure`; these only order pictures.
"""

__all__ = ["Shapes", "shapes"]

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectory.core.trajectory import Trajectory
from affectory.show.canvas import Floats


@dataclass(frozen=True)
class Shapes:
    """One row a session.

    Args:
        names: The sessions, in order.
        row: Row of each state. Shape (n,).
        share: Place of each state in the order of its session, 0 to 1. Shape (n,).
        first: Mean of the first third; NaN where it has no state. Shape (g,).
        last: Mean of the last third. Shape (g,).
        mean: Mean of all states. Shape (g,).
        sd: Standard deviation of all states. Shape (g,).
        lost: Share of states without a reading. Shape (g,).
        size: How many states there are. Shape (g,).
    """

    names: tuple[str, ...]
    row: NDArray[np.int64]
    share: Floats
    first: Floats
    last: Floats
    mean: Floats
    sd: Floats
    lost: Floats
    size: NDArray[np.int64]

    @property
    def change(self) -> Floats:
        """Last third less first third. Shape (g,)."""
        return self.last - self.first


def shapes(felt: Trajectory, axis: str) -> Shapes:
    """Return the shape of every session of `felt` on `axis`, in one pass."""
    names = felt.sessions
    of = np.full(len(felt.session.names), -1, dtype=np.int64)
    place = {name: at for at, name in enumerate(felt.session.names)}
    of[[place[name] for name in names]] = np.arange(len(names))
    row = of[felt.session.codes]
    share = _share(row, felt.start, len(names))
    value = felt.axis(axis).astype(np.float64)
    known = np.isfinite(value)
    g = len(names)
    mean = _mean(value, row, g, known)
    size = np.bincount(row, minlength=g)
    return Shapes(
        names,
        row,
        share,
        first=_mean(value, row, g, known & (share <= 1 / 3)),
        last=_mean(value, row, g, known & (share >= 2 / 3)),
        mean=mean,
        sd=np.sqrt(_mean((value - mean[row]) ** 2, row, g, known)),
        lost=np.bincount(row, ~known, g) / np.maximum(size, 1),
        size=size,
    )


def _share(row: NDArray[np.int64], start: Floats, g: int) -> Floats:
    """Return the place of each state in the order of its session, from 0 to 1. Shape (n,)."""
    size = np.bincount(row, minlength=g)
    begin = np.cumsum(size) - size
    order = np.lexsort((start, row))
    rank = np.empty(len(row), dtype=np.float64)
    rank[order] = np.arange(len(row)) - begin[row[order]]
    return rank / np.maximum(size - 1, 1)[row]


def _mean(value: Floats, row: NDArray[np.int64], g: int, keep: NDArray[np.bool_]) -> Floats:
    """Return the mean of the kept values of each row; NaN where there is none."""
    n = np.bincount(row[keep], minlength=g)
    total = np.bincount(row[keep], value[keep], g)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)
