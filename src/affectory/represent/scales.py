"""Ratings on other people's scales, brought to [-1, 1]."""

__all__ = ["as_points", "rescale"]

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues

Floats = NDArray[np.float64]


def rescale(values: ArrayLike, low: float, high: float) -> Floats:
    """Return ratings on a scale from `low` to `high` as numbers in [-1, 1].

    Raises:
        BadChoice: if `low` is not below `high`.
        BadValues: if a rating is outside of the scale.

    Example:
        >>> from affectory.represent.scales import rescale
        >>> rescale([1, 3, 5], 1, 5).tolist()
        [-1.0, 0.0, 1.0]
    """
    if not low < high:
        raise BadChoice("low, high", (low, high), "two ends with low < high")
    rated = np.asarray(values, dtype=np.float64)
    if (rated < low).any() or (rated > high).any():
        least, most = np.nanmin(rated), np.nanmax(rated)
        cure = "name the scale's own ends, such as 1 and 9, or 0 and 1"
        raise BadValues("rescale", f"ratings {least:g} to {most:g}", f"{low:g} to {high:g}", cure)
    return 2.0 * (rated - low) / (high - low) - 1.0


def as_points(points: ArrayLike) -> Floats:
    """Return points as (n, 3), NaN where a coordinate was not given.

    Args:
        points: Valence, or valence and arousal, or all three, in [-1, 1]. Shape (n, 1 to 3).

    Raises:
        BadValues: if the shape is wrong or a coordinate is outside of [-1, 1].
    """
    x = np.asarray(points, dtype=np.float64)
    if x.ndim != 2 or not 1 <= x.shape[1] <= 3:
        raise BadValues("points", f"shape {x.shape}", "(n, 1), (n, 2) or (n, 3)")
    if (np.abs(x) > 1).any():
        worst = np.nanmax(np.abs(x))
        cure = "bring ratings there first: represent.scales.rescale(values, low, high)"
        raise BadValues("points", f"a coordinate of size {worst:g}", "-1 to 1", cure)
    return np.pad(x, ((0, 0), (0, 3 - x.shape[1])), constant_values=np.nan)
