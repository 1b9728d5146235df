"""Sums of pairs that merge: correlation and concordance, whole or in chunks, in one value.

Sums are kept about the mean of what they cover and merged by the update of Chan, Golub &
LeVeque (1979), so that large offsets and small variances lose no digits. Variances are those
of a population (divisor n) throughout, as in Lin (1989).
"""

__all__ = ["Moments", "middle"]

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadValues

Floats = NDArray[np.float64]
_ROUNDING = 8 * np.finfo(np.float64).eps


@dataclass(frozen=True, slots=True)
class Moments:
    """Count, means and centred squares of pairs (x, y); one per column, or of one column.

    Args:
        n: Pairs in which neither side is missing. Shape () or (k,), as all others.
        mean_x: Mean of x.
        mean_y: Mean of y.
        xx: Sum of squared deviations of x from its mean.
        yy: The same of y.
        xy: Sum of products of both deviations.

    Example:
        >>> from affectory.measure.moments import Moments
        >>> x, y = [0.0, 1.0, 2.0, 4.0], [0.5, 1.0, 2.5, 3.0]
        >>> parts = Moments.of(x[:2], y[:2]).merge(Moments.of(x[2:], y[2:]))
        >>> abs(float(parts.ccc() - Moments.of(x, y).ccc())) < 1e-15
        True
    """

    n: Floats
    mean_x: Floats
    mean_y: Floats
    xx: Floats
    yy: Floats
    xy: Floats

    @classmethod
    def of(cls, x: ArrayLike, y: ArrayLike) -> Self:
        """Return the moments of pairs, column by column; pairs with NaN are left out.

        Args:
            x: Shape (n,) or (n, k).
            y: The same shape.

        Raises:
            BadValues: if the shapes differ.
        """
        a, b = np.asarray(x, np.float64), np.asarray(y, np.float64)
        if a.shape != b.shape or a.ndim not in {1, 2}:
            raise BadValues("pairs", f"{a.shape} and {b.shape}", "one shape, (n,) or (n, k)")
        held = ~(np.isnan(a) | np.isnan(b))
        n = held.sum(axis=0).astype(np.float64)
        some = np.maximum(n, 1)
        near_x, near_y = (middle(np.where(held, v, np.nan)) for v in (a, b))
        dx, dy = (np.where(held, v - m, 0.0) for v, m in ((a, near_x), (b, near_y)))
        left_x, left_y = dx.sum(axis=0) / some, dy.sum(axis=0) / some
        dx, dy = np.where(held, dx - left_x, 0.0), np.where(held, dy - left_y, 0.0)
        return cls(
            n,
            near_x + left_x,
            near_y + left_y,
            np.asarray((dx * dx).sum(axis=0)),
            np.asarray((dy * dy).sum(axis=0)),
            np.asarray((dx * dy).sum(axis=0)),
        )

    def merge(self, other: "Moments") -> "Moments":
        """Return the moments of the pairs of both."""
        n = self.n + other.n
        some = np.maximum(n, 1)
        share = self.n * other.n / some
        dx, dy = other.mean_x - self.mean_x, other.mean_y - self.mean_y
        return Moments(
            n,
            self.mean_x + dx * other.n / some,
            self.mean_y + dy * other.n / some,
            self.xx + other.xx + dx * dx * share,
            self.yy + other.yy + dy * dy * share,
            self.xy + other.xy + dx * dy * share,
        )

    def ccc(self) -> Floats:
        """Return Lin's concordance, ``2 s_xy / (s_x^2 + s_y^2 + (m_x - m_y)^2)``.

        In [-1, 1]; NaN below two pairs or where neither side varies. A side that does not
        vary agrees in nothing with one that does: 0.
        """
        scale = self.xx + self.yy + self.n * (self.mean_x - self.mean_y) ** 2
        flat = self._flat(self.xx, self.mean_x) & self._flat(self.yy, self.mean_y)
        return self._over(2 * self.xy, scale, flat)

    def pearson(self) -> Floats:
        """Return Pearson's correlation; NaN below two pairs or where a side does not vary."""
        flat = self._flat(self.xx, self.mean_x) | self._flat(self.yy, self.mean_y)
        return self._over(self.xy, np.sqrt(self.xx) * np.sqrt(self.yy), flat)

    def bias(self) -> Floats:
        """Return the mean of y minus that of x; NaN without a pair."""
        return np.where(self.n > 0, self.mean_y - self.mean_x, np.nan)

    def rmse(self) -> Floats:
        """Return the root of the mean squared difference; NaN without a pair."""
        apart = self.n * (self.mean_x - self.mean_y) ** 2
        square = np.maximum(self.xx + self.yy - 2 * self.xy, 0.0) + apart
        return np.where(self.n > 0, np.sqrt(square / np.maximum(self.n, 1)), np.nan)

    def _flat(self, square: Floats, mean: Floats) -> NDArray[np.bool_]:
        """Where a side varies no more than rounding of its own mean does."""
        return np.asarray(square <= self.n * (_ROUNDING * mean) ** 2)

    def _over(self, over: Floats, under: Floats, flat: NDArray[np.bool_]) -> Floats:
        fine = (self.n >= 2) & ~flat & (under > 0)
        return np.where(fine, np.clip(over / np.where(fine, under, 1.0), -1.0, 1.0), np.nan)


def middle(values: Floats) -> Floats:
    """Return the value nearest the mean of each column, 0 without any; NaN is passed over.

    Deviations from a value of its own are exactly 0 for a column that does not vary.
    """
    held = ~np.isnan(values)
    if not values.size:
        return np.zeros(values.shape[1:])
    mean = np.where(held, values, 0.0).sum(axis=0) / np.maximum(held.sum(axis=0), 1)
    nearest = np.where(held, np.abs(values - mean), np.inf).argmin(axis=0)
    chosen = np.take_along_axis(values, nearest[None], axis=0)[0]
    return np.where(held.any(axis=0), chosen, 0.0)
