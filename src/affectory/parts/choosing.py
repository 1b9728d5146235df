"""Which rule forecasts a series best, by its own past errors and those of its neighbours.

A short past says little of which rule is right, so every series borrows what all of them say:
the relative error of each rule, as if it had been seen up to `WEIGHT` times.
"""

__all__ = ["Lore", "chosen", "lore"]

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
WEIGHT = 200.0  # errors that what all series say counts for; by cross-validation over persons
LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Lore:
    """What many series say of the rules.

    Args:
        relative: Mean absolute error of each rule, over that of all rules. Shape (h, r).
        count: Errors that it rests on. Shape (h,).
    """

    relative: Floats
    count: Floats

    def __add__(self, other: "Lore") -> "Lore":
        """Return what both say together."""
        both = self.count + other.count
        sure = np.maximum(both, LEAST)[:, None]
        mine, yours = self.count[:, None] / sure, other.count[:, None] / sure
        return Lore(mine * self.relative + yours * other.relative, both)


def lore(total: Floats, count: Floats) -> Lore:
    """Return what the series say of the rules, each as loud as it is long.

    Args:
        total: Sums of absolute errors. Shape (h, r, s).
        count: How many. Shape (h, s).
    """
    level = total.mean(axis=1)  # (h, s)
    moved = level > LEAST
    weight = np.where(moved, count, 0.0)
    share = total / np.where(moved, level, 1.0)[:, None]
    heard = weight.sum(axis=1)
    relative = (share * weight[:, None]).sum(axis=2) / np.maximum(heard, LEAST)[:, None]
    return Lore(np.where(heard[:, None] > 0, relative, 1.0), heard)


def chosen(total: Floats, count: Floats, common: Lore, weight: float = WEIGHT) -> Ints:
    """Return the number of the best rule of each horizon and series. Shape (h, s).

    Args:
        total: Sums of absolute errors. Shape (h, r, s).
        count: How many. Shape (h, s).
        common: What all series say.
        weight: Errors that it counts for.
    """
    own = total.mean(axis=1, keepdims=True) / np.maximum(count, 1)[:, None]
    own = np.where(own > LEAST, own, 1.0)
    heard = np.minimum(common.count, weight)[:, None]
    told = total / own + (heard * common.relative)[..., None]
    return np.asarray(told.argmin(axis=1))
