"""Which one label to name, given its chances, so that rare labels are not forgotten.

Naming the likeliest label is best for accuracy and worst for macro-F1, where every label counts
alike. The rule that is best for ``macro-F1 + weight * accuracy`` names the greatest of
``(2 p - F) / (n + m) / k + weight p / N``: F the F1 of a label, n how often it is true, m how
often it is named, N all rows (Lipton et al. 2014 for two labels; several labels are *ours*). F
and m depend on the rule itself and are found by averaging, on rows whose chances were not
learned from.
"""

__all__ = ["Decision"]

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
ROUNDS = 300


@dataclass(frozen=True, eq=False)
class Decision:
    """A learned rule: the greatest of ``slope p - step`` is named.

    Args:
        slope: Shape (k,).
        step: Shape (k,).
    """

    slope: Floats
    step: Floats

    def choose(self, chances: ArrayLike) -> Places:
        """Return the place of the label to name for each row (n, k). Shape (n,)."""
        return np.asarray((np.asarray(chances, np.float64) * self.slope - self.step).argmax(axis=1))

    @classmethod
    def learn(cls, chances: ArrayLike, truth: ArrayLike, weight: float = 0.5) -> Self:
        """Return the rule that is best for macro-F1 + weight * accuracy on these rows.

        Args:
            chances: What was said of rows that were not learned from. Shape (n, k).
            truth: Place of the true label of each. Shape (n,).
            weight: What accuracy is worth beside macro-F1, >= 0.
        """
        p, true = np.asarray(chances, np.float64), np.asarray(truth, np.int64)
        n, k = p.shape
        count = np.maximum(np.bincount(true, minlength=k), 1).astype(np.float64)
        f1, named = np.full(k, 0.3), count.copy()
        best, found = -np.inf, cls(np.ones(k), np.zeros(k))
        for at in range(ROUNDS):
            rule = cls(2 / (count + named) / k + weight / n, f1 / (count + named) / k)
            said = rule.choose(p)
            often = np.bincount(said, minlength=k)
            right = np.bincount(said[said == true], minlength=k)
            score = (2 * right / (count + often)).mean() + weight * (said == true).mean()
            if score > best:
                best, found = score, rule
            hoped = np.bincount(said, p[np.arange(n), said], minlength=k)
            share = 2 / (at + 2)
            f1 = (1 - share) * f1 + share * 2 * hoped / (count + often)
            named = (1 - share) * named + share * often
        return found
