"""The home base in more than one dimension: an ellipse about the mean.

Paper: Hipson & Mohammad 2021, who draw it in valence and arousal at level 0.68. A state is at
home where its Mahalanobis distance is at most the radius that holds `level` of a normal
distribution (chi squared). Distances are in standard deviations (ours; the paper's own code
measures to the nearest point of a rotated ellipse).
"""

__all__ = ["ellipses", "radius"]

import math
from collections.abc import Sequence

import numpy as np
import polars as pl

from affectory.core.errors import BadChoice
from affectory.core.trajectory import Trajectory
from affectory.measure.bootstrap import Floats
from affectory.measure.series import who


def radius(level: float, k: int) -> float:
    """Return the Mahalanobis distance within which `level` of a k-variate normal lies.

    Raises:
        BadChoice: if level is not within (0, 1), or k is below 1.

    Example:
        >>> from affectory.measure.ellipse import radius
        >>> round(radius(0.68, 1), 3), round(radius(0.68, 2), 3)  # the latter: -2 ln 0.32
        (0.994, 1.51)
    """
    if not 0 < level < 1:
        raise BadChoice("level", level, "a share between 0 and 1, such as 0.68")
    if k < 1:
        raise BadChoice("k", k, "1 axis or more")
    low, high = 0.0, 10.0 * k + 100.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _gamma(k / 2, middle / 2) < level else (low, middle)
    return math.sqrt((low + high) / 2)


def _gamma(a: float, x: float) -> float:
    """Return the regularised lower incomplete gamma function, by its series."""
    if x <= 0:
        return 0.0
    term = total = 1 / a
    count = a
    while term > total * 1e-16:
        count += 1
        term *= x / count
        total += term
    return total * math.exp(a * math.log(x) - x - math.lgamma(a))


def ellipses(felt: Trajectory, axes: Sequence[str], level: float = 0.68) -> pl.DataFrame:
    """Return the home base of each session and actor on several axes at once.

    Args:
        felt: States; those with one of `axes` missing are left out.
        axes: One axis or more of the Space.
        level: Share of a normal distribution within the home base, in (0, 1).

    Returns:
        Columns session, actor, n, home_<axis> (centre), volume (of the ellipse, in units of
        the axes multiplied), in_home (share of states within), distance (mean distance
        outside it, 0 within, in SDs), displacements (runs outside; a gap ends one), and
        reason where the last four are null: too few states, or states on a line.

    Raises:
        BadChoice: if the Space lacks an axis, none is named, or level is out of range.
    """
    k, edge = len(axes), radius(level, len(axes))
    x = felt.values[:, [felt.space.index(axis) for axis in axes]].astype(np.float64)
    known, groups = np.asarray(~np.isnan(x).any(axis=1)), felt.groups
    n = groups.reduce(np.add, known.astype(np.float64))
    x = np.where(known[:, None], x, 0.0)
    home = groups.reduce(np.add, x) / np.maximum(n, 1)[:, None]
    off = np.where(known[:, None], x - home[groups.of_row], 0.0)
    square, volume = _inverse(groups.reduce(np.add, off[:, :, None] * off[:, None, :]), n)
    far = np.sqrt(np.maximum(np.einsum("ni,nij,nj->n", off, square[groups.of_row], off), 0.0))
    away = known & (far > edge * (1 + 1e-9))
    fresh = away.copy()
    fresh[1:] &= ~away[:-1] | (groups.of_row[1:] != groups.of_row[:-1])
    counts = away, np.where(away, far - edge, 0.0), fresh
    outside, distance, runs = (groups.reduce(np.add, c.astype(np.float64)) for c in counts)
    some, line = np.maximum(n, 1), np.isnan(volume)
    ball = math.pi ** (k / 2) / math.gamma(k / 2 + 1) * edge**k
    flat = ["too few states for their axes", "the states lie on a line or in a point"]
    head = groups.offsets[:-1]
    parts = {
        "volume": volume * ball,
        "in_home": 1 - outside / some,
        "distance": distance / some,
        "displacements": runs,
    }
    return pl.DataFrame(
        [
            *who(felt, head),
            pl.Series("n", n.astype(np.int64)),
            *(
                pl.Series(f"home_{axis}", np.where(n > 0, home[:, at], np.nan)).fill_nan(None)
                for at, axis in enumerate(axes)
            ),
            *(
                pl.Series(name, np.where(line, np.nan, column)).fill_nan(None)
                for name, column in parts.items()
            ),
            pl.Series("reason", np.select([n <= k, line], flat, ""), dtype=pl.String),
        ]
    )


def _inverse(products: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return inverse covariances (g, k, k) and roots of determinants (g,), NaN if singular."""
    k = products.shape[-1]
    spread = np.sqrt(np.einsum("gii->gi", products))
    scale = np.where(spread > 0, spread, 1.0)
    correlation = products / (scale[:, :, None] * scale[:, None, :])
    share = np.linalg.det(correlation) if len(products) else np.zeros(0)
    fine = (n > k) & (share > 1e-9)
    divisor = np.maximum(n - 1, 1)
    safe = np.where(fine[:, None, None], products / divisor[:, None, None], np.eye(k))
    root = np.sqrt(np.where(fine, np.linalg.det(safe) if len(safe) else share, 1.0))
    return np.linalg.inv(safe), np.where(fine, root, np.nan)
