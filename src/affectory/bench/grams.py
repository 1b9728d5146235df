"""A learned rival for rules over texts: logistic regression on letters that stand together."""

__all__ = ["Grams"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.parts.calibrate import sigmoid

SIZES = (2, 3, 4, 5)  # letters that stand together
BUCKETS = 1 << 14
STEPS = 300
RIDGE = 1e-3


@dataclass(frozen=True, eq=False)
class Grams:
    """Weights of hashed runs of two to five letters, and a threshold of one half.

    Args:
        weights: One for each bucket, the bias last. Shape (b + 1,).
    """

    weights: NDArray[np.float64]

    @classmethod
    def of(cls, texts: Sequence[str], hits: ArrayLike) -> Self:
        """Learn from n texts which of them are hits. Shapes (n,), (n,)."""
        x, y = _rows(texts), np.asarray(hits, np.float64)
        w = np.zeros(x.shape[1])
        for _ in range(STEPS):  # rows have length 1 besides the bias: steps of 2 converge
            w -= 2.0 * (x.T @ (sigmoid(x @ w) - y) / len(y) + RIDGE * np.append(w[:-1], 0.0))
        return cls(w)

    def chances(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the probability that each text is a hit. Shape (n,)."""
        return np.asarray(sigmoid(_rows(texts) @ self.weights))


def _rows(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the root of how often each bucket is met, rows of length 1, and a bias of 1."""
    out = np.zeros((len(texts), BUCKETS + 1))
    for row, text in enumerate(texts):
        letters = f" {' '.join(text.lower().split())} "
        for size in SIZES:
            for at in range(len(letters) - size + 1):
                out[row, crc32(letters[at : at + size].encode()) % BUCKETS] += 1
    out = np.sqrt(out)
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
    out[:, -1] = 1.0
    return out
