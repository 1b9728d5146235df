"""One trajectory from several raters: the evaluator-weighted estimator, and whose hand was slow.

Paper: Grimm & Kroschel 2005, "Evaluation of natural emotions using self assessment manikins".
A rater counts by the correlation with the mean of the others, none below zero; where nobody
agrees with anybody all count the same. Lags: Mariooryad & Busso 2015, "Correcting time-continuous
emotional labels by modeling the reaction lag of evaluators"; here the shift at which a rater agrees
best with a reference.
"""

__all__ = ["Gold", "fused", "lag_of"]

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.agreement import pearson

Floats = NDArray[np.float64]


class Gold(NamedTuple):
    """What the raters say together.

    Attributes:
        values: Weighted mean of those who rated; NaN where nobody did. Shape (n,).
        spread: Weighted standard deviation between them; NaN where fewer than two did. Shape (n,).
        weights: How much each rater counts; they sum to 1. Shape (r,).
    """

    values: Floats
    spread: Floats
    weights: Floats


def fused(ratings: ArrayLike) -> Gold:
    """Return the evaluator-weighted estimate of ratings at the same times.

    Args:
        ratings: One column a rater, NaN where there is none. Shape (n, r), r >= 1.

    Raises:
        BadValues: if there is no rater.
    """
    told = np.asarray(ratings, np.float64)
    if told.ndim != 2 or told.shape[1] < 1:
        raise BadValues("fused", f"shape {told.shape}", "(n, r), one column a rater")
    weights = _weights(told)
    held = ~np.isnan(told)
    share = np.where(held, weights, 0.0)
    total = share.sum(axis=1, keepdims=True)
    share = np.divide(share, total, out=np.full_like(share, np.nan), where=total > 0)
    known = np.where(held, told, 0.0)
    mean = (share * known).sum(axis=1)
    away = np.where(held, told - mean[:, None], 0.0)
    several = held.sum(axis=1) > 1
    spread = np.where(several, np.sqrt((share * away**2).sum(axis=1)), np.nan)
    return Gold(mean, spread, weights)


def lag_of(rating: ArrayLike, reference: ArrayLike, step: float, most: float = 6.0) -> float:
    """Return by how much a rating follows a reference, 0 where no shift agrees better.

    Args:
        rating: Values at regular times. Shape (n,).
        reference: Values at the same times. Shape (n,).
        step: Time from one to the next, > 0.
        most: The longest lag that is looked at, in the unit of `step`, >= 0.

    Raises:
        BadChoice: if `step` or `most` is out of range.
    """
    if step <= 0 or most < 0:
        raise BadChoice("step, most", (step, most), "step > 0 and most >= 0")
    own, truth = np.asarray(rating, np.float64), np.asarray(reference, np.float64)
    shifts = range(min(int(most / step), max(len(own) - 3, 0)) + 1)
    told = [pearson(truth[: len(truth) - by], own[by:]) for by in shifts]
    if not told or np.isnan(told).all():
        return 0.0
    return float(np.nanargmax(told)) * step


def _weights(told: Floats) -> Floats:
    """Return how much each rater counts. Shape (r,)."""
    r = told.shape[1]
    if r == 1:
        return np.ones(1)
    count = (~np.isnan(told)).sum(axis=1)
    total = np.nansum(told, axis=1)
    agreed = np.zeros(r)
    for at in range(r):  # a handful of raters
        own = ~np.isnan(told[:, at])
        others = count - own
        rest = np.where(others > 0, (total - np.where(own, told[:, at], 0.0)), np.nan)
        agreed[at] = pearson(rest / np.maximum(others, 1), told[:, at])
    agreed = np.maximum(np.nan_to_num(agreed), 0.0)
    return agreed / agreed.sum() if agreed.sum() > 0 else np.full(r, 1 / r)
