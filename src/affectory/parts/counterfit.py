"""Move word vectors so that words meant alike come near and opposed ones part, and little else.

Counter-fitting (Mrksic et al. 2016): with d = 1 - cosine,
``k1 sum_opposed max(0, delta - d(u, w)) + k2 sum_alike max(0, d(u, w) - gamma)
+ k3 sum_{i, j near before} max(0, d(i, j) - d_before(i, j))``. Neighbours are the pairs with
``d_before < rho``.

Differs from the paper: all pairs are moved at once, along the sphere, by a step that is halved
until the sum falls; so the sum never rises, and vectors have length one at every step. It ends
where no such step is left, though single words might still be moved.
"""

__all__ = ["CounterFit", "counterfit"]

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadValues

Floats = NDArray[np.float64]
Pairs = NDArray[np.int64]
MOST = 20  # neighbours of a word that are held
LEAST = 1e-6  # a step below it ends the fitting


class CounterFit(NamedTuple):
    """Vectors that were moved.

    Attributes:
        vectors: Of length one. Shape (n, d).
        sums: The objective before, and after each step; never rises.
    """

    vectors: Floats
    sums: tuple[float, ...]


def counterfit(
    vectors: ArrayLike,
    alike: ArrayLike,
    opposed: ArrayLike,
    *,
    delta: float = 1.0,
    gamma: float = 0.0,
    rho: float = 0.2,
    weights: tuple[float, float, float] = (0.1, 0.1, 0.1),
    epochs: int = 20,
) -> CounterFit:
    """Return `vectors` made of length one and moved by the pairs.

    Args:
        vectors: One a word, none of them zero. Shape (n, d).
        alike: Pairs of words meant alike. Shape (m, 2).
        opposed: Pairs of opposed words. Shape (m, 2).
        delta: Distance that opposed words shall have at least, in [0, 2].
        gamma: Distance that words meant alike may keep, in [0, 2].
        rho: Distance within which neighbours are held to what they were.
        weights: k1, k2, k3 of the sum.
        epochs: Steps at most.

    Raises:
        BadValues: if a vector is zero, or a pair names no word.

    Example:
        >>> from affectory.parts.counterfit import counterfit
        >>> fitted = counterfit([[1.0, 0.2], [1.0, -0.2], [0.0, 1.0]], [[0, 2]], [[0, 1]])
        >>> fitted.sums[-1] < fitted.sums[0]
        True
    """
    start = _unit(np.asarray(vectors, np.float64))
    pairs = tuple(_pairs(given, len(start)) for given in (opposed, alike))
    near = _near(start, rho)
    before = 1 - _cosines(start, near)
    rules = (
        _Rule(pairs[0], -weights[0], np.full(len(pairs[0]), delta)),
        _Rule(pairs[1], weights[1], np.full(len(pairs[1]), gamma)),
        _Rule(near, weights[2], before),
    )
    now, total, step = start, _total(start, rules), 1.0
    sums = [total]
    for _ in range(epochs):
        slope, step = _slope(now, rules), 2 * step
        moved, then = now, total
        while then >= total and step > LEAST:
            step /= 2
            moved = _unit(now - step * slope)
            then = _total(moved, rules)
        if then >= total:
            break
        now, total = moved, then
        sums.append(total)
    return CounterFit(now, tuple(sums))


class _Rule(NamedTuple):
    pairs: Pairs
    weight: float  # below 0 where the words shall be apart
    wished: Floats  # the distance they shall have

    def over(self, vectors: Floats) -> Floats:
        """Return by how much each pair breaks the rule, 0 where it does not."""
        away = 1 - _cosines(vectors, self.pairs) - self.wished
        return np.asarray(np.maximum(np.sign(self.weight) * away, 0))


def _total(vectors: Floats, rules: tuple[_Rule, ...]) -> float:
    return sum(abs(rule.weight) * float(rule.over(vectors).sum()) for rule in rules)


def _slope(vectors: Floats, rules: tuple[_Rule, ...]) -> Floats:
    """Return how the sum grows along the sphere. Shape (n, d)."""
    slope = np.zeros_like(vectors)
    for rule in rules:
        broken = rule.pairs[rule.over(vectors) > 1e-12]
        to, other = np.concatenate([broken, broken[:, ::-1]]).T
        order = np.argsort(to, kind="stable")
        to, other = to[order], other[order]
        head = np.flatnonzero(np.diff(to, prepend=-1))
        if len(to):  # d = 1 - cosine falls toward the other word
            slope[to[head]] -= rule.weight * np.add.reduceat(vectors[other], head, axis=0)
    return np.asarray(slope - np.einsum("ij,ij->i", slope, vectors)[:, None] * vectors)


def _cosines(vectors: Floats, pairs: Pairs) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", vectors[pairs[:, 0]], vectors[pairs[:, 1]]))


def _near(vectors: Floats, rho: float) -> Pairs:
    """Return the pairs i < j within `rho`, of each word the nearest `MOST` at most. (m, 2)."""
    found = [np.empty((0, 2), np.int64)]
    for low in range(0, len(vectors), 512):
        cosine = vectors[low : low + 512] @ vectors.T
        place = np.arange(len(cosine))
        cosine[place, place + low] = -1
        top = np.argsort(-cosine, axis=1, kind="stable")[:, :MOST]
        row, rank = np.nonzero(np.take_along_axis(cosine, top, axis=1) > 1 - rho)
        found.append(np.sort(np.column_stack([row + low, top[row, rank]]), axis=1))
    return np.unique(np.concatenate(found), axis=0)


def _pairs(given: ArrayLike, n: int) -> Pairs:
    pairs = np.asarray(given, np.int64).reshape(-1, 2)
    if len(pairs) and not 0 <= pairs.min() <= pairs.max() < n:
        raise BadValues("counterfit: pairs", f"{pairs.min()} to {pairs.max()}", f"0 to {n - 1}")
    return pairs


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (length > 0).all():
        raise BadValues("counterfit: vectors", "a zero vector", "a direction", "leave the word out")
    return np.asarray(vectors / length)
