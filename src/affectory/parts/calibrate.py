"""Make a model's numbers mean what they say: probabilities that come true, bands that cover.

Temperature and vector scaling (Guo et al. 2017), Platt's sigmoid (1999), isotonic regression
by pooling violators, and split-conformal quantiles (Vovk; Lei et al. 2018). Everything is
fitted on data that the model has not learned from. How well it worked is not measured here;
that is `measure.calibration`.
"""

__all__ = ["Steps", "conformal", "isotonic", "platt", "sigmoid", "softmax", "temperature", "vector"]

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues

Floats = NDArray[np.float64]


def sigmoid(logits: ArrayLike) -> NDArray[Any]:
    """Return ``1 / (1 + exp(-x))`` without overflow, shaped and typed like a float input."""
    x = np.asarray(logits)
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)))


def softmax(logits: ArrayLike) -> NDArray[Any]:
    """Return rows that sum to one. Shape (n, k)."""
    x = np.asarray(logits)
    grown = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True))


def platt(scores: ArrayLike, hits: ArrayLike, ridge: float = 1.0) -> tuple[Floats, Floats]:
    """Return gain a and shift b of ``sigmoid(a * score + b)``, fitted label by label.

    Newton's method on the log loss; `ridge` holds a near 1, which matters for labels with a
    handful of hits.

    Args:
        scores: Logits of a model. Shape (n, k).
        hits: 1 where the label holds, else 0; soft targets in [0, 1] are allowed. Shape (n, k).
        ridge: Weight of ``(a - 1) ** 2 / 2``, >= 0, in rows.

    Returns:
        Gains and shifts. Shapes (k,), (k,).

    Raises:
        BadValues: if the shapes differ.
    """
    x, y = _pair("platt", scores, hits)
    gain, shift = np.ones(x.shape[1]), np.zeros(x.shape[1])
    for _ in range(50):
        p = sigmoid(gain * x + shift)
        weight = p * (1 - p)
        slope_a = ((p - y) * x).sum(0) + ridge * (gain - 1)
        slope_b = (p - y).sum(0)
        aa = (weight * x * x).sum(0) + ridge
        ab, bb = (weight * x).sum(0), weight.sum(0) + 1e-9
        det = aa * bb - ab * ab
        step = np.clip(
            np.stack([bb * slope_a - ab * slope_b, aa * slope_b - ab * slope_a]) / det, -1, 1
        )
        gain, shift = gain - step[0], shift - step[1]
        if np.abs(step).max() < 1e-9:
            break
    return gain, shift


def temperature(logits: ArrayLike, shares: ArrayLike) -> float:
    """Return the T > 0 for which ``softmax(logits / T)`` fits `shares` best.

    Args:
        logits: Shape (n, k).
        shares: Rows that sum to one; a hard label is a one-hot row. Shape (n, k).

    Raises:
        BadValues: if the shapes differ.
    """
    x, y = _pair("temperature", logits, shares)
    gain = 1.0
    for _ in range(100):
        p = softmax(gain * x)
        mean = (p * x).sum(1, keepdims=True)
        slope = ((p - y) * x).sum()
        curve = (p * (x - mean) ** 2).sum() + 1e-12
        step = np.clip(slope / curve, -0.5 * gain, 0.5 * gain)
        gain -= step
        if abs(step) < 1e-10:
            break
    return float(1 / gain)


def vector(logits: ArrayLike, shares: ArrayLike, ridge: float = 1.0) -> tuple[Floats, Floats]:
    """Return gains and shifts of ``softmax(gain * logits + shift)``, one pair a class.

    Args:
        logits: Shape (n, k).
        shares: Rows that sum to one. Shape (n, k).
        ridge: Pull of the gains toward 1 and the shifts toward 0, in rows.

    Returns:
        Gains and shifts. Shapes (k,), (k,).

    Raises:
        BadValues: if the shapes differ.
    """
    x, y = _pair("vector", logits, shares)
    k = x.shape[1]
    theta = np.concatenate([np.ones(k), np.zeros(k)])
    rest = theta.copy()
    for _ in range(100):
        p = softmax(theta[:k] * x + theta[k:])
        slope = np.concatenate([((p - y) * x).sum(0), (p - y).sum(0)]) + ridge * (theta - rest)
        design = np.hstack([p * x, p])  # (n, 2k)
        curve = -design.T @ design
        for block_a, a in enumerate((x, 1.0)):
            for block_b, b in enumerate((x, 1.0)):
                at = np.arange(k)
                curve[block_a * k + at, block_b * k + at] += np.sum(p * a * b, axis=0)
        step = np.linalg.solve(curve + max(ridge, 1e-6) * np.eye(2 * k), slope)
        theta = theta - np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    return theta[:k], theta[k:]


@dataclass(frozen=True, slots=True)
class Steps:
    """A rising staircase from scores to probabilities.

    Args:
        edges: Score at which each step begins, ascending. Shape (s,).
        heights: Probability on each step, not falling. Shape (s,).
    """

    edges: Floats
    heights: Floats

    def __call__(self, scores: ArrayLike) -> Floats:
        """Return the probability at each score; the first step reaches down to -inf."""
        at = np.searchsorted(self.edges, np.asarray(scores, dtype=np.float64), side="right") - 1
        return self.heights[np.maximum(at, 0)]


def isotonic(scores: ArrayLike, hits: ArrayLike) -> Steps:
    """Return the rising staircase that fits `hits` best in squares.

    Args:
        scores: Shape (n,), n >= 1.
        hits: Shape (n,), in [0, 1].

    Raises:
        BadValues: if the lengths differ or there is nothing to fit.
    """
    x, y = np.asarray(scores, dtype=np.float64), np.asarray(hits, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1 or not len(x):
        raise BadValues("isotonic", f"shapes {x.shape}, {y.shape}", "two equal (n,), n >= 1")
    edges, place, weight = np.unique(x, return_inverse=True, return_counts=True)
    total = np.bincount(place, y)
    kept: list[list[float]] = []  # [edge, sum, weight] of each pool
    for edge, mass, size in zip(edges, total, weight, strict=True):
        kept.append([float(edge), float(mass), float(size)])
        while len(kept) > 1 and kept[-2][1] * kept[-1][2] >= kept[-1][1] * kept[-2][2]:
            _, last, count = kept.pop()
            kept[-1][1] += last
            kept[-1][2] += count
    pools = np.array(kept)
    return Steps(pools[:, 0], pools[:, 1] / pools[:, 2])


def conformal(misses: ArrayLike, level: float = 0.9) -> Floats:
    """Return the half-width that covers a new miss with probability >= `level`.

    The ``ceil((n + 1) level)``-th smallest absolute miss (split conformal). Divide misses
    by a guess of their size beforehand and the band follows the guess.

    Args:
        misses: Errors on held-out data. Shape (n,) or (n, k).
        level: Coverage wanted, in (0, 1).

    Returns:
        Half-width, one per column; infinite where n is too small for `level`.

    Raises:
        BadChoice: if `level` is outside (0, 1).
    """
    if not 0 < level < 1:
        raise BadChoice("level", level, "a number in (0, 1)")
    size = np.sort(np.abs(np.asarray(misses, dtype=np.float64)), axis=0)
    rank = int(np.ceil((len(size) + 1) * level))
    if rank > len(size):
        return np.full(size.shape[1:], np.inf)
    return np.asarray(size[rank - 1])


def _pair(where: str, scores: ArrayLike, targets: ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.asarray(scores, dtype=np.float64), np.asarray(targets, dtype=np.float64)
    if x.ndim != 2 or x.shape != y.shape:
        raise BadValues(where, f"shapes {x.shape}, {y.shape}", "two equal (n, k)")
    return x, y
