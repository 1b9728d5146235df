"""How wide a fan must be to hold a share of what comes: conformal, from few errors on.

Each series and horizon has a width of its own, the quantile of its past absolute errors, as far
as there are errors to say so; what is lacking is borrowed from all series of the kind, whose
errors are first put on the scale of each series (Vovk, Gammerman & Shafer 2005; Lei et al. 2018,
locally weighted residuals). A fan does not narrow with the horizon.
"""

__all__ = ["Breadth", "widths"]

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SCALE_WEIGHT = 6.0  # errors that the common scale counts for
SHAPE_WEIGHT = 30.0  # errors that the common quantile counts for
FIRST_WEIGHT = 20.0  # errors that a first guess counts for, where nothing is known
NORMAL = NormalDist()


@dataclass(frozen=True, eq=False)
class Breadth:
    """What many series say of errors.

    Args:
        mean: Mean absolute error of each kind. Shape (h, kinds).
        count: Errors behind it. Shape (h, kinds).
    """

    mean: Floats
    count: Floats

    def __add__(self, other: "Breadth") -> "Breadth":
        """Return what both say together."""
        both = self.count + other.count
        total = self.mean * self.count + other.mean * other.count
        return Breadth(total / np.maximum(both, 1e-9), both)


def widths(errors: Floats, common: Floats, level: float) -> Floats:
    """Return one standard deviation of a normal fan whose `level` band holds as much.

    Args:
        errors: NaN where unknown. Shape (h, t, s).
        common: Mean absolute error that a series without a past would have. Shape (h, s).
        level: Share of what comes that the band is to hold, in (0, 1).

    Returns:
        Shape (h, s).
    """
    away = np.sort(np.abs(errors), axis=1)  # NaN last
    count = (~np.isnan(away)).sum(axis=1)  # (h, s)
    total = np.nansum(away, axis=1)
    scale = (total + SCALE_WEIGHT * common) / (count + SCALE_WEIGHT)
    shape = _quantiles((away / np.maximum(scale, 1e-12)[:, None]), level)
    own = _own(away, count, level)
    lacking = np.isnan(own)
    weight = np.where(lacking, 0.0, count)
    mixed = weight * np.where(lacking, 0.0, own) + SHAPE_WEIGHT * shape[:, None] * scale
    width = mixed / (weight + SHAPE_WEIGHT)
    # the mean of the narrowest and the widest that do not narrow
    rising = np.maximum.accumulate(width, axis=0)
    falling = np.minimum.accumulate(width[::-1], axis=0)[::-1]
    return np.asarray((rising + falling) / 2 / NORMAL.inv_cdf(0.5 + level / 2))


def _quantiles(relative: Floats, level: float) -> Floats:
    """Return the conformal quantile of all relative errors, a normal one's where few. (h,)."""
    guess = NORMAL.inv_cdf(0.5 + level / 2) / np.sqrt(2 / np.pi)  # of |z| over its mean
    out = []
    for each in relative:
        told = np.sort(each[~np.isnan(each)])
        n = len(told)
        rank = int(np.ceil((n + 1) * level))
        own = told[min(rank, n) - 1] if n else guess
        out.append((n * own + FIRST_WEIGHT * guess) / (n + FIRST_WEIGHT))
    return np.array(out)


def _own(away: Floats, count: Ints, level: float) -> Floats:
    """Return each series' conformal quantile, NaN where it has too few errors. Shape (h, s)."""
    rank = np.ceil((count + 1) * level).astype(np.int64)
    enough = (rank <= count) & (count > 0)
    if not away.shape[1]:
        return np.full(count.shape, np.nan)
    at = np.where(enough, rank, 1) - 1
    told = np.take_along_axis(away, at[:, None], axis=1)[:, 0]
    return np.where(enough, told, np.nan)
