"""Where an arc lies and where it goes: level, extremes, trend, area, habituation.

Time is used as it is: trends are fitted on the times of the states, areas and shares are
weighted by time and leave gaps out.
"""

__all__ = ["levels", "trends"]

from collections.abc import Mapping

import numpy as np

from affectory.measure.catalogue import Reason
from affectory.measure.columns import Column, column
from affectory.measure.series import Flags, Floats, Series


def levels(s: Series) -> Mapping[str, Column]:
    """Return mean, spread and extremes of every group."""
    rows = np.diff(s.offsets)
    empty, few = (s.size < 1, Reason.EMPTY), (s.size < 2, Reason.FEW)
    sd = np.sqrt(s.squares / np.maximum(s.size - 1, 1))
    greatest = _greatest_sd(s)
    start = s.pick(s.t, s.first(s.known))
    high = s.first(s.x == s.most[s.group])
    low = s.first(s.x == s.least[s.group])
    fixed = greatest <= 0
    return {
        "missing": column((rows - s.size) / rows),
        "mean": column(s.mean, empty),
        "variability": column(sd, empty, few),
        "relative_variability": column(
            sd / np.where(fixed, 1.0, greatest), empty, few, (fixed, Reason.ON_BOUND)
        ),
        "trough": column(s.least, empty),
        "peak": column(s.most, empty),
        "range": column(
            np.where(s.size > 0, s.most, 0.0) - np.where(s.size > 0, s.least, 0.0), empty
        ),
        "trough_time": column(s.pick(s.t, low) - start, empty),
        "peak_time": column(s.pick(s.t, high) - start, empty),
    }


def _greatest_sd(s: Series) -> Floats:
    """Return the greatest standard deviation that n values of this mean can have (g,).

    All values but one lie on a bound (Mestdagh et al. 2018, supplement).
    """
    low, width = s.axis.low, s.axis.high - s.axis.low
    mean = np.clip((s.mean - low) / width, 0.0, 1.0)  # as a share of the axis
    top = np.minimum(np.floor(s.size * mean + 1e-9), s.size - 1)
    one = np.clip(s.size * mean - top, 0.0, 1.0)  # the value that is left
    square = top * (1 - mean) ** 2 + (s.size - 1 - top) * mean**2 + (one - mean) ** 2
    sd = width * np.sqrt(square / np.maximum(s.size - 1, 1))
    return np.where((mean <= 0) | (mean >= 1), 0.0, sd)


def trends(s: Series) -> Mapping[str, Column]:
    """Return first, last, slope, areas, shares of time and habituation of every group."""
    empty, few = (s.size < 1, Reason.EMPTY), (s.size < 2, Reason.FEW)
    first, last = s.pick(s.x, s.first(s.known)), s.pick(s.x, s.last(s.known))
    slope, timeless = _slope(s, s.known, s.x)
    seen = s.sum(s.elapsed)
    no_pair, no_time = (s.pairs < 1, Reason.NO_PAIR), (seen <= 0, Reason.NO_TIME)
    unseen = (empty, few, no_pair, no_time)
    safe = np.where(seen > 0, seen, 1.0)
    mid = np.where(s.paired, s.x - s.axis.rest, 0.0) + s.step / 2
    area = s.sum(s.elapsed * mid)
    return {
        "first": column(first, empty),
        "last": column(last, empty),
        "change": column(last - first, empty),
        "slope": column(slope, empty, few, (timeless, Reason.NO_TIME)),
        "area": column(area, *unseen),
        "time_mean": column(s.axis.rest + area / safe, *unseen),
        "above": column(s.sum(s.elapsed * _share(s, 1.0)) / safe, *unseen),
        "below": column(s.sum(s.elapsed * _share(s, -1.0)) / safe, *unseen),
        "habituation": column(s.most - last, empty),
        "decay_rate": _decay(s, empty),
    }


def _slope(s: Series, used: Flags, y: Floats) -> tuple[Floats, Flags]:
    """Return the least-squares slope of y on t over `used` rows, and where time stands still."""
    n = np.maximum(s.sum(used), 1)
    origin = s.t[s.offsets[:-1]][s.group]  # large clock readings lose no digits
    t = np.where(used, s.t - origin, 0.0)
    t = np.where(used, t - (s.sum(t) / n)[s.group], 0.0)
    value = np.where(used, y, 0.0)
    value = np.where(used, value - (s.sum(value) / n)[s.group], 0.0)
    square = s.sum(t * t)
    still = square <= 0
    return s.sum(t * value) / np.where(still, 1.0, square), still


def _share(s: Series, sign: float) -> Floats:
    """Return which share of the line to the next state lies above rest (sign 1) or below (n,)."""
    here = np.where(s.paired, sign * (s.x - s.axis.rest), 0.0)
    there = here + sign * s.step
    high, low = np.maximum(here, there), np.minimum(here, there)
    crossing = (high > 0) & (low < 0)
    part = np.where(crossing, high / np.where(crossing, high - low, 1.0), 1.0)
    return np.where(high > 0, part, 0.0)


def _decay(s: Series, empty: tuple[Flags, Reason]) -> Column:
    """Return the log-linear rate at which the distance from rest shrinks after the peak."""
    peak = s.first(s.x == s.most[s.group])
    above = s.known & (s.x > s.axis.rest) & (np.arange(len(s.x)) >= peak[s.group])
    log = np.log(np.where(above, s.x - s.axis.rest, 1.0))
    slope, still = _slope(s, above, log)
    return column(-slope, empty, (still, Reason.FEW_AFTER))
