"""Linear answers that are medians, not means: least absolute errors, by reweighted least squares.

``min sum_i |y_i - x_i w - b|``, each round a ridge regression in which a row weighs one over its
last error (Schlossmacher 1973). Errors far out weigh little, and where most answers are equal, the
answer is that value, which a mean never is.
"""

__all__ = ["Median"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadValues

Floats = NDArray[np.float64]
MOST = 20_000  # rows that are learned from
ROUNDS = 16
LEAST = 0.02, 0.001  # of the median and of the mean error; no error counts as smaller
PENALTY = 1.0  # rows


@dataclass(frozen=True, eq=False)
class Median:
    """A linear median.

    Args:
        weights: Shape (d, q).
        shift: Shape (q,).
    """

    weights: Floats
    shift: Floats

    @classmethod
    def fit(cls, x: NDArray[Any], y: NDArray[Any], seed: int = 0) -> Self:
        """Learn from rows `x` (n, d), about one unit wide, and answers `y` (n, q).

        Of more than 20,000 rows, as many are drawn.

        Raises:
            BadValues: if there is no row.

        Example:
            >>> import numpy as np
            >>> from affectory.parts.median import Median
            >>> y = np.array([[1.0], [1.0], [1.0], [9.0]])
            >>> Median.fit(np.zeros((4, 1)), y).shift.round(2).tolist()
            [1.0]
        """
        if not len(x):
            raise BadValues("Median.fit", "no row", "one at least")
        if len(x) > MOST:
            some = np.random.default_rng(seed).choice(len(x), MOST, replace=False)
            x, y = x[some], y[some]
        rows = np.hstack([x, np.ones((len(x), 1))]).astype(np.float32)
        told = y.astype(np.float32)
        penalty = np.full(rows.shape[1], PENALTY)
        penalty[-1] = 1e-6  # what all have in common is free
        learned = np.empty((rows.shape[1], told.shape[1]))
        for at in range(told.shape[1]):
            learned[:, at] = _settled(rows, told[:, at], penalty)
        return cls(learned[:-1], learned[-1])

    def predict(self, x: NDArray[Any]) -> Floats:
        """Return the answers for rows `x` (n, d). Shape (n, q)."""
        return np.asarray(x @ self.weights + self.shift)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        return {"weights": self.weights, "shift": self.shift}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        return cls(arrays["weights"], arrays["shift"])


def _settled(rows: NDArray[np.float32], told: NDArray[np.float32], penalty: Floats) -> Floats:
    """Return the weights of one answer; the shift is the last."""
    weight = np.ones(len(rows), np.float32)
    best: Floats = np.zeros(rows.shape[1])
    least = np.inf
    for _ in range(ROUNDS):
        heavy = rows * weight[:, None]
        gram = (heavy.T @ rows).astype(np.float64)
        learned = np.linalg.solve(gram + np.diag(penalty), (heavy.T @ told).astype(np.float64))
        miss = np.abs(told - rows @ learned.astype(np.float32))
        mean = float(miss.mean())
        if mean < least:
            best, least = np.asarray(learned, np.float64), mean
        if mean <= 1e-9:
            break
        floor = max(LEAST[0] * float(np.median(miss)), LEAST[1] * mean)
        weight = 1 / np.maximum(miss, floor)
        weight /= weight.mean()
    return best
