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
SHAPE_WEIGHT = 1000.0  # errors that the common quantile counts for
FADE = 0.95  # of the weight of an error that is left when the next one comes
LEAST = 1e-9
RECENT = 10  # rows from which the common quantile is taken, ...
ENOUGH = 500  # ... more where they hold fewer errors than this
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


def widths(errors: Floats, horizons: Ints, common: Floats, level: float) -> Floats:
    """Return one standard deviation of a normal fan whose `level` band holds as much.

    Args:
        errors: By the row in which they came to light, NaN where unknown. Shape (h, t, s).
        horizons: Steps ahead of each. Shape (h,).
        common: Mean absolute error that a series without a past would have. Shape (h, s).
        level: Share of what comes that the band is to hold, in (0, 1).

    Returns:
        Shape (h, s).
    """
    away = np.abs(errors)
    scale, relative = _scaled(away, horizons, common)
    recent = max(RECENT, -(-ENOUGH // max(relative.shape[2], 1)))
    shape = _quantiles(relative[:, -recent:], level)[:, None]
    relative = np.sort(relative, axis=1)  # NaN last
    count = (~np.isnan(relative)).sum(axis=1)  # (h, s)
    own = _own(relative, count, level)
    weight = np.where(np.isnan(own), 0.0, count)
    mixed = (weight * np.nan_to_num(own) + SHAPE_WEIGHT * shape) / (weight + SHAPE_WEIGHT)
    width = mixed * scale
    # the mean of the narrowest and the widest that do not narrow
    rising = np.maximum.accumulate(width, axis=0)
    falling = np.minimum.accumulate(width[::-1], axis=0)[::-1]
    return np.asarray((rising + falling) / 2 / NORMAL.inv_cdf(0.5 + level / 2))


def _scaled(away: Floats, horizons: Ints, common: Floats) -> tuple[Floats, Floats]:
    """Return the scale of errors at the end, and errors over the scale when they were made.

    The scale is a mean in which the past fades, and that what is common begins.
    """
    total, count = SCALE_WEIGHT * common, np.full_like(common, SCALE_WEIGHT)
    scales = np.empty_like(away)
    for at in range(away.shape[1]):
        scales[:, at] = total / count  # as known before the row
        seen = ~np.isnan(away[:, at])
        fade = np.where(seen, FADE, 1.0)
        total = fade * total + np.where(seen, away[:, at], 0.0)
        count = fade * count + seen
    scale = np.maximum(total / count, LEAST)
    relative = np.full_like(away, np.nan)
    for at, h in enumerate(horizons):
        # an error of h steps was made when the scale was known up to h rows before
        known = scales[at, 1 : max(away.shape[1] - h, 0) + 1]
        relative[at, h:] = away[at, h:] / np.maximum(known, LEAST)
    return scale, relative


def _quantiles(relative: Floats, level: float) -> Floats:
    """Return the conformal quantile of all relative errors, a normal one's where few. (h,)."""
    guess = NORMAL.inv_cdf(0.5 + level / 2) / np.sqrt(2 / np.pi)  # of |z| over its mean
    out = []
    for each in relative:
        told = each[~np.isnan(each)]
        n = len(told)
        rank = min(int(np.ceil((n + 1) * level)), n)
        own = np.partition(told, rank - 1)[rank - 1] if n else guess
        out.append((n * own + FIRST_WEIGHT * guess) / (n + FIRST_WEIGHT))
    return np.array(out)


def _own(relative: Floats, count: Ints, level: float) -> Floats:
    """Return each series' conformal quantile, NaN where it has too few errors. Shape (h, s)."""
    rank = np.ceil((count + 1) * level).astype(np.int64)
    enough = (rank <= count) & (count > 0)
    at = np.where(enough, rank, 1) - 1
    told = np.take_along_axis(relative, at[:, None], axis=1)[:, 0]
    return np.where(enough, told, np.nan)
