"""Ridge regression, plain and through a Gaussian kernel, its penalty chosen by leaving one out.

``min |y - x w|^2 + alpha |w|^2`` about the means (Hoerl & Kennard 1970). One decomposition gives
the leave-one-out errors of every penalty, ``(y_i - f(x_i)) / (1 - h_ii)``, so that choosing costs
nothing (Allen 1974, PRESS). The kernel form (Saunders et al. 1998) does what a support vector
machine with the same kernel does, with squared loss.
"""

__all__ = ["ALPHAS", "Curved", "KernelRidge", "Ridge", "Straight"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
ALPHAS = tuple(float(a) for a in 10.0 ** np.arange(-2, 2.1, 0.25))


@dataclass(frozen=True, eq=False)
class Ridge:
    """A linear answer.

    Args:
        weights: Shape (d, k).
        shift: Shape (k,).
        alpha: The penalty that was chosen.
    """

    weights: Floats
    shift: Floats
    alpha: float

    @classmethod
    def fit(cls, x: NDArray[Any], y: Floats, alphas: Sequence[float] = ALPHAS) -> Self:
        """Learn from rows `x` (n, d) and answers `y` (n, k); one penalty for all k.

        Example:
            >>> import numpy as np
            >>> from affectory.parts.ridge import Ridge
            >>> x = np.arange(4.0)[:, None]
            >>> Ridge.fit(x, 2 * x + 1, (1e-9,)).predict(np.array([[9.0]])).round(3).tolist()
            [[19.0]]
        """
        middle, mean = x.mean(axis=0), y.mean(axis=0)
        rows, told = x - middle, y - mean
        wide = rows.shape[1] > rows.shape[0]
        gram = rows @ rows.T if wide else rows.T @ rows  # in the precision of the rows
        power, side = np.linalg.eigh(gram.astype(np.float64))
        if wide:
            power = np.maximum(power, 0)
            alpha = _best(power, side, told, alphas)
            dual = side @ ((side.T @ told) / (power + alpha)[:, None])
            weights = (rows.T @ dual.astype(rows.dtype)).astype(np.float64)
        else:
            held = power > 1e-10 * max(power[-1], 1e-300)
            power, side = power[held], side[:, held]
            alpha = _best(power, rows @ side / np.sqrt(power), told, alphas)
            weights = side @ ((side.T @ (rows.T @ told)) / (power + alpha)[:, None])
        return cls(weights, mean - middle @ weights, alpha)

    def predict(self, x: NDArray[Any]) -> Floats:
        """Return the answers for rows `x` (n, d). Shape (n, k)."""
        return np.asarray(x @ self.weights.astype(x.dtype) + self.shift)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        return {
            "weights": self.weights.astype(np.float32),
            "shift": self.shift,
            "alpha": np.array([self.alpha]),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        weights = arrays["weights"].astype(np.float64)
        return cls(weights, arrays["shift"], float(arrays["alpha"][0]))


@dataclass(frozen=True, eq=False)
class KernelRidge:
    """An answer that leans on the rows it learned from, near ones more than far ones.

    ``f(x) = shift + sum_i w_i exp(-gamma |x - x_i|^2)``

    Args:
        anchors: The rows. Shape (n, d).
        weights: Shape (n, k).
        shift: Shape (k,).
        gamma: How fast nearness falls off, > 0.
        alpha: The penalty that was chosen.
    """

    anchors: Floats
    weights: Floats
    shift: Floats
    gamma: float
    alpha: float

    @classmethod
    def fit(
        cls, x: Floats, y: Floats, gamma: float = 0.5, alphas: Sequence[float] = ALPHAS
    ) -> Self:
        """Learn from rows `x` (n, d) and answers `y` (n, k); one penalty for all k."""
        mean = y.mean(axis=0)
        power, side = np.linalg.eigh(_near(x, x, gamma))
        alpha = _best(power, side, y - mean, alphas)
        weights = side @ ((side.T @ (y - mean)) / (np.maximum(power, 0) + alpha)[:, None])
        return cls(x, weights, mean, gamma, alpha)

    def predict(self, x: Floats) -> Floats:
        """Return the answers for rows `x` (n, d). Shape (n, k)."""
        return _near(x, self.anchors, self.gamma) @ self.weights + self.shift

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        return {
            "anchors": self.anchors.astype(np.float32),
            "weights": self.weights.astype(np.float32),
            "shift": self.shift,
            "chosen": np.array([self.gamma, self.alpha]),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        anchors, weights = (arrays[name].astype(np.float64) for name in ("anchors", "weights"))
        gamma, alpha = arrays["chosen"].tolist()
        return cls(anchors, weights, arrays["shift"], gamma, alpha)


@dataclass(frozen=True)
class Straight:
    """A member of a blend (`parts.blend`) that learns a `Ridge`.

    Args:
        name: What it is called.
        view: Which view of the rows it reads.
        reals: How many of the first answers it learns.
    """

    name: str
    view: str
    reals: int

    def fit(self, x: Floats, y: Floats, group: Places, seed: int) -> Ridge:
        """Learn from rows and answers; neither groups nor chance play a part."""
        return Ridge.fit(x, y[:, : self.reals])

    def of(self, arrays: Mapping[str, NDArray[Any]]) -> Ridge:
        """Return the ridge that `arrays` told of."""
        return Ridge.of(arrays)


@dataclass(frozen=True)
class Curved:
    """A member of a blend that learns a `KernelRidge`.

    Args:
        name: What it is called.
        view: Which view of the rows it reads.
        reals: How many of the first answers it learns.
        gamma: How fast nearness falls off, for rows of mean squared length 1.
    """

    name: str
    view: str
    reals: int
    gamma: float = 0.5

    def fit(self, x: Floats, y: Floats, group: Places, seed: int) -> KernelRidge:
        """Learn from rows and answers; neither groups nor chance play a part."""
        return KernelRidge.fit(x, y[:, : self.reals], self.gamma)

    def of(self, arrays: Mapping[str, NDArray[Any]]) -> KernelRidge:
        """Return the kernel ridge that `arrays` told of."""
        return KernelRidge.of(arrays)


def _near(x: Floats, anchors: Floats, gamma: float) -> Floats:
    """Return exp(-gamma * squared distance). Shape (n, m)."""
    apart = (x**2).sum(axis=1)[:, None] + (anchors**2).sum(axis=1) - 2 * x @ anchors.T
    return np.asarray(np.exp(-gamma * np.maximum(apart, 0)))


def _best(power: Floats, side: Floats, told: Floats, alphas: Sequence[float]) -> float:
    """Return the penalty of least squared leave-one-out error.

    Args:
        power: Eigenvalues. Shape (m,).
        side: Their directions over the n rows, orthonormal columns. Shape (n, m).
        told: Answers about their mean. Shape (n, k).
        alphas: What to choose from.
    """
    turned, square = side.T @ told, side**2
    power = np.maximum(power, 0)
    found = []
    for alpha in alphas:
        keep = power / (power + alpha)
        left = told - side @ (keep[:, None] * turned)
        own = np.minimum(square @ keep + 1 / len(told), 1 - 1e-9)  # the mean is learned as well
        found.append(float(((left / (1 - own)[:, None]) ** 2).sum()))
    return alphas[int(np.argmin(found))]
