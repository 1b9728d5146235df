"""What a treatment changed on the same items: paired gains, McNemar's test, Holm's correction.

Papers: McNemar 1947, "Note on the sampling error of the difference between correlated
proportions", in its exact form; Holm 1979, "A simple sequentially rejective multiple test
procedure".
"""

__all__ = ["McNemar", "gain", "holm", "level", "mcnemar"]

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadValues
from affectory.core.figure import Figure
from affectory.measure.bootstrap import Floats, average


class McNemar(NamedTuple):
    """What McNemar's exact test says of two sides that are right or wrong.

    Attributes:
        gained: Items that only the second side got right.
        lost: Items that only the first side got right.
        p: Two-sided probability of such a split where both sides are equally good; 1 where
            they never differ.
    """

    gained: int
    lost: int
    p: float


def mcnemar(one: ArrayLike, other: ArrayLike) -> McNemar:
    """Compare two sides that are right (true) or wrong on the same items.

    Args:
        one: Whether the first side is right. Shape (n,).
        other: Whether the second is. Shape (n,).

    Raises:
        BadValues: if the shapes differ.

    Example:
        >>> from affectory.measure.matched import mcnemar
        >>> mcnemar([1, 1, 0, 0, 0], [1, 0, 1, 1, 1])  # 2 (1 + 4) / 2**4
        McNemar(gained=3, lost=1, p=0.625)
    """
    first, second = _pair(one, other)
    gained = int(((first == 0) & (second > 0)).sum())
    lost = int(((first > 0) & (second == 0)).sum())
    n = gained + lost
    tail = sum(math.comb(n, k) for k in range(min(gained, lost) + 1)) / 2**n
    return McNemar(gained, lost, min(1.0, 2 * tail))


def holm(p: ArrayLike) -> Floats:
    """Return p-values that hold for all tests together (Holm's step-down). Shape (m,).

    A NaN is no test and stays.

    Example:
        >>> from affectory.measure.matched import holm
        >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
        [0.03, 0.06, 0.06]
    """
    raw = np.asarray(p, np.float64)
    out, told = np.full(raw.shape, np.nan), np.flatnonzero(~np.isnan(raw))
    order = told[np.argsort(raw[told], kind="stable")]
    grown = raw[order] * np.arange(len(order), 0, -1)
    out[order] = np.minimum(np.maximum.accumulate(grown), 1.0)
    return out


def level(name: str, scores: ArrayLike, *, seed: int, setting: str, by: str) -> Figure:
    """Return the mean of item scores, in points of 100, with a bootstrap interval."""
    told = np.asarray(scores, np.float64)
    return _points(name, told, seed=seed, setting=setting, by=by)


def gain(
    name: str, one: ArrayLike, other: ArrayLike, *, seed: int, setting: str, by: str
) -> Figure:
    """Return by how many points the second side is better, items drawn with both their scores.

    Args:
        name: Name of the figure.
        one: Scores of the first side, in [0, 1]. Shape (n,).
        other: Scores of the second on the same items. Shape (n,).
        seed: Seed of the draws.
        setting: Data and sides, to be read with the figure.
        by: Whose gain it is.

    Raises:
        BadValues: if the shapes differ.
    """
    first, second = _pair(one, other)
    return _points(name, second - first, seed=seed, setting=setting, by=by)


def _points(name: str, told: Floats, **how: Any) -> Figure:
    return average(name, 100 * told, unit="points", drawn="items", **how)


def _pair(one: ArrayLike, other: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first, second = (np.asarray(side, np.float64) for side in (one, other))
    if first.ndim != 1 or first.shape != second.shape:
        raise BadValues("two sides", f"{first.shape} and {second.shape}", "one shape (n,)")
    return first, second
