"""Days on which a marker stands high, and whether somebody said so in time; never by looking ahead.

A day is high where its value exceeds the mean of the days before it by so many of their standard
deviations; it is an anomaly where it is far from the median of the same weekday before it, in
robust units. Both look at the past alone: what comes later changes no earlier day. The paper of
system 30 does not say its rule; these are *ours*, and every number of them can be set.
"""

__all__ = ["Hits", "anomalies", "hits", "lead", "marked", "periods", "thresholds"]

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice
from affectory.core.trajectory import Trajectory

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
WINDOW = 60  # days before that are looked at
FEWEST = 14  # of them that must be known
ROBUST = 1.4826  # median deviations to standard deviations
WEEK = 7


class Hits(NamedTuple):
    """How alerts met what came.

    Attributes:
        precision: Share of alerts that came true; NaN without an alert.
        recall: Share of high days that had an alert; NaN without a high day.
        f1: Their harmonic mean.
    """

    precision: float
    recall: float
    f1: float


def thresholds(
    values: ArrayLike, window: int = WINDOW, sd: float = 1.0, fewest: int = FEWEST
) -> Floats:
    """Return above what each day, and the one after the last, is high: past mean + sd deviations.

    Args:
        values: One day a row, NaN where nothing is known. Shape (t,) or (t, k).
        window: Days before that are looked at.
        sd: How many standard deviations above their mean.
        fewest: Known days that are needed.

    Returns:
        NaN where too few days are known. Shape (t + 1,) or (t + 1, k).

    Raises:
        BadChoice: if `window` or `fewest` is less than 2.

    Example:
        >>> from affectory.measure.alerts import thresholds
        >>> thresholds([1.0, 3.0, 1.0, 3.0], window=2, fewest=2).tolist()  # mean 2, deviation 1
        [nan, nan, 3.0, 3.0, 3.0]
    """
    for name, number in (("window", window), ("fewest", fewest)):
        if number < 2:
            raise BadChoice(name, number, "2 or more")
    told = np.asarray(values, np.float64)
    table = told[:, None] if told.ndim == 1 else told
    known = ~np.isnan(table)
    held = np.where(known, table - _middle(table), 0.0)  # sums of small numbers stay exact
    n, total, square = (_before(part, window) for part in (known * 1.0, held, held**2))
    some = np.maximum(n, 1)
    mean = total / some
    spread = np.sqrt(np.maximum(square / some - mean**2, 0.0))
    limit = np.where(n >= fewest, mean + _middle(table) + sd * spread, np.nan)
    return np.asarray(limit[:, 0] if told.ndim == 1 else limit)


def anomalies(values: ArrayLike, weeks: int = 8, fewest: int = 4, season: int = WEEK) -> Floats:
    """Return how far each day is from the median of its weekday before it, in robust units.

    Args:
        values: One day a row. Shape (t,) or (t, k).
        weeks: Seasons before that are looked at.
        fewest: Known ones that are needed.
        season: Days of a season.

    Returns:
        ``(x - median) / (1.4826 MAD)`` over the `weeks` same weekdays; NaN where too few are
        known or they are all alike. Shaped like `values`.
    """
    told = np.asarray(values, np.float64)
    table = told[:, None] if told.ndim == 1 else told
    before = np.full((weeks, *table.shape), np.nan)
    for at in range(weeks):
        lag = season * (at + 1)
        before[at, lag:] = table[:-lag] if lag < len(table) else table[:0]
    count = (~np.isnan(before)).sum(axis=0)
    enough = count >= fewest
    middle = np.full(table.shape, np.nan)
    spread = middle.copy()
    middle[enough] = np.nanmedian(before[:, enough], axis=0)
    spread[enough] = ROBUST * np.nanmedian(np.abs(before - middle)[:, enough], axis=0)
    far = np.where(spread > 0, (table - middle) / np.where(spread > 0, spread, 1.0), np.nan)
    return np.asarray(far[:, 0] if told.ndim == 1 else far)


def marked(
    felt: Trajectory, window: int = WINDOW, sd: float = 1.0, far: float = 3.5
) -> pl.DataFrame:
    """Return every day of every marker: value, threshold, high, distance, anomaly.

    Args:
        felt: One state a day.
        window: Days before that a high day is measured by.
        sd: Standard deviations above their mean.
        far: Robust units from the same weekdays before that make an anomaly.

    Returns:
        Columns session, actor, axis, start, value, threshold, high, distance, anomaly.
    """
    offsets = felt.groups.offsets
    limit, distance = np.full(felt.values.shape, np.nan), np.full(felt.values.shape, np.nan)
    for low, high in pairwise(offsets.tolist()):
        place = np.round(felt.start[low:high] - felt.start[low]).astype(np.int64)
        line = np.full((place[-1] + 1, felt.space.k), np.nan)
        line[place] = felt.values[low:high]
        limit[low:high] = thresholds(line, window, sd)[:-1][place]
        distance[low:high] = anomalies(line)[place]
    table = felt.to_polars()
    parts = [
        table.select(
            "session", "actor", pl.lit(axis).alias("axis"), "start", pl.col(axis).alias("value"),
            pl.Series("threshold", limit[:, at]).fill_nan(None),
            pl.Series("distance", distance[:, at]).fill_nan(None),
        )
        for at, axis in enumerate(felt.space.names)
    ]  # fmt: skip
    told = pl.concat(parts).with_columns(pl.col("value").cast(pl.Float64))
    return told.with_columns(
        high=(pl.col("value") > pl.col("threshold")).fill_null(False),
        anomaly=(pl.col("distance").abs() > far).fill_null(False),
    )


def periods(days: pl.DataFrame, gap: float = 1.0, least: int = 2) -> pl.DataFrame:
    """Return the runs of high days: first and last day, days, peak and when it was.

    Args:
        days: What `marked` returned.
        gap: Days that may lie between two high days of one period.
        least: High days that make a period.
    """
    keys = ["session", "actor", "axis"]
    high = days.filter("high").sort(*keys, "start")
    fresh = (pl.col("start").diff() > gap + 1).fill_null(True).cum_sum().over(keys)
    return (
        high.with_columns(run=fresh)
        .group_by(*keys, "run", maintain_order=True)
        .agg(
            pl.col("start").min().alias("first"),
            pl.col("start").max().alias("last"),
            pl.len().alias("days"),
            pl.col("value").max().alias("peak"),
            pl.col("start").sort_by("value").last().alias("peak_at"),
        )
        .filter(pl.col("days") >= least)
        .drop("run")
    )


def hits(came: ArrayLike, said: ArrayLike) -> Hits:
    """Return precision, recall and F1 of alerts for days that were high or not.

    Args:
        came: Whether each day was high. Any shape.
        said: Whether an alert said so, shaped alike.
    """
    true, told = np.asarray(came, bool), np.asarray(said, bool)
    both = float((true & told).sum())
    precision = both / told.sum() if told.any() else float("nan")
    recall = both / true.sum() if true.any() else float("nan")
    whole = float(true.sum() + told.sum())
    return Hits(precision, recall, 2 * both / whole if whole else float("nan"))


def lead(first: ArrayLike, made: ArrayLike, about: ArrayLike, reach: float) -> Floats:
    """Return how many days before the first day of each period the earliest alert for it was made.

    Args:
        first: First day of each period. Shape (p,).
        made: Day on which each alert was made. Shape (a,).
        about: Day that it speaks of, later than `made`. Shape (a,).
        reach: Farthest day ahead that alerts can speak of.

    Returns:
        0 for a period that no alert foretold. Shape (p,).
    """
    begins, day, on = (np.asarray(part, np.float64) for part in (first, made, about))
    told = np.zeros(len(begins))
    for at, start in enumerate(begins):
        early = day[(on == start) & (day < start) & (day >= start - reach)]
        told[at] = start - early.min() if len(early) else 0.0
    return told


def _middle(table: Floats) -> Floats:
    """Return a value of each column, the first known one, that sums can be taken about. (k,)."""
    known = ~np.isnan(table)
    at = known.argmax(axis=0) if len(table) else np.zeros(table.shape[1], np.int64)
    first = table[at, np.arange(table.shape[1])] if len(table) else np.zeros(table.shape[1])
    return np.nan_to_num(first)


def _before(part: Floats, window: int) -> Floats:
    """Return the sum of the `window` rows before each row, and before one past the last."""
    total = np.vstack([np.zeros((1, part.shape[1])), np.cumsum(part, axis=0)])
    low = np.maximum(np.arange(len(part) + 1) - window, 0)
    return np.asarray(total - total[low])
