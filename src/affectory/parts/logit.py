"""Logistic regression with a ridge, by Newton's method; the penalty chosen on rows held apart."""

__all__ = ["Logit"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.parts.calibrate import sigmoid

Floats = NDArray[np.float64]
PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)
STEPS = 50


@dataclass(frozen=True, eq=False)
class Logit:
    """The log-odds of one answer, ``x w + b``.

    Args:
        weights: Shape (d,).
        shift: b.
        penalty: The ridge that was used.
    """

    weights: Floats
    shift: float
    penalty: float

    def odds(self, x: NDArray[Any]) -> Floats:
        """Return the log-odds of rows `x` (n, d). Shape (n,)."""
        return np.asarray(x @ self.weights + self.shift, np.float64)

    @classmethod
    def fit(cls, x: NDArray[Any], y: NDArray[np.bool_], penalty: float = 1.0) -> Self:
        """Learn from rows (n, d) and answers (n,); the ridge does not hold the shift.

        Example:
            >>> import numpy as np
            >>> from affectory.parts.logit import Logit
            >>> x = np.zeros((4, 1))
            >>> Logit.fit(x, np.array([True, True, True, False])).odds(x)[0].round(3).item()
            1.099
        """
        rows = np.column_stack([x, np.ones(len(x))]).astype(np.float64)
        ridge = np.append(np.full(x.shape[1], penalty), 1e-9)
        w = np.zeros(rows.shape[1])
        for _ in range(STEPS):
            p = sigmoid(rows @ w)
            slope = rows.T @ (p - y) + ridge * w
            curve = (rows * (p * (1 - p))[:, None]).T @ rows + np.diag(ridge)
            step = np.linalg.solve(curve, slope)
            w = w - np.clip(step, -2, 2)
            if np.abs(step).max() < 1e-8:
                break
        return cls(w[:-1], float(w[-1]), penalty)

    @classmethod
    def chosen(
        cls,
        x: NDArray[Any],
        y: NDArray[np.bool_],
        apart: NDArray[np.bool_],
        penalties: Sequence[float] = PENALTIES,
    ) -> Self:
        """Learn from the rows that are not `apart`, with the penalty that tells those best."""
        models = [cls.fit(x[~apart], y[~apart], penalty) for penalty in penalties]
        return min(models, key=lambda model: _loss(model.odds(x[apart]), y[apart]))


def _loss(odds: Floats, y: NDArray[np.bool_]) -> float:
    return float(np.logaddexp(0, np.where(y, -odds, odds)).mean())
