"""What several hands say together once each is moved back by its lag.

The one place where takes become a gold: what is shown and what is kept are the same.
"""

__all__ = ["Settled", "Shift", "follows", "settled", "shift"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.measure.agreement import pearson
from affectory.measure.gold import Gold, aligned, fused, lag_of
from affectory.measure.panel import Panel, by_time, by_turn, fine

Floats = NDArray[np.float64]
TOLD = 0.3  # the least correlation that tells of a lag: of many shifts one agrees by chance
PART = 5  # a lag is at most this part of what was rated


class Settled(NamedTuple):
    """Ratings without lags, and what they say together.

    Attributes:
        panel: What each says at the same times, moved back by the lags.
        lags: By how much each was moved, in seconds of play. Shape (r,).
        gold: What they say together on every axis, one weight a rater.
    """

    panel: Panel
    lags: tuple[float, ...]
    gold: Gold


class Shift(NamedTuple):
    """A lag, and the mean correlation with a reference before and after it is taken away."""

    lag: float
    before: float
    after: float


def settled(
    every: Sequence[pl.DataFrame], axes: Sequence[str], *, turns: bool = False,
    noted: Sequence[float] | None = None, align: bool = False, scales: bool = True,
) -> Settled:  # fmt: skip
    """Return ratings moved back by their lags, and what they say together.

    Aligned, the differences between hands are measured, a tenth of a second apart; what they
    share is the mean of what was noted, at least as much as none is moved ahead.

    Args:
        every: Samples of each rater, as in `panel.by_time` or `panel.by_turn`.
        axes: Which axes.
        turns: Whether turns were rated: they have no lags.
        noted: How late each hand is said to have been, in seconds of play, >= 0; None for 0.
        align: Whether to measure; else the noted lags are taken.
        scales: As in `gold.fused`.

    Raises:
        BadValues: if there is no rater, or one without samples.
    """
    lags = tuple(noted or [0.0] * len(every))
    if turns:
        panel, lags = by_turn(every, axes), (0.0,) * len(every)
    else:
        lags = _measured(every, axes, lags) if align else lags
        panel = by_time(every, axes, lags)
    return Settled(panel, lags, fused(panel.table, scales))


def follows(
    every: Sequence[pl.DataFrame], axes: Sequence[str], noted: Sequence[float]
) -> tuple[float, ...]:
    """Return by how much each hand is still later than the earliest, in seconds of play.

    It is what aligning would take away besides; 0 of all where they are too short to tell.

    Args:
        every: Samples of each rater, as in `panel.by_time`.
        axes: Which axes; a hand has one lag on all of them.
        noted: What was taken away already, of each.
    """
    return _apart(every, axes, noted) or (0.0,) * len(every)


def shift(rating: Floats, reference: Floats, step: float) -> Shift | None:
    """Return the lag of a rating against a reference, None where no lag can be told.

    That is where they never vary together, where they correlate below .3 also once it is taken
    away, and where it is longer than a fifth of what was rated.

    Args:
        rating: Values at regular times. Shape (n, k).
        reference: Values at the same times. Shape (n, k).
        step: Time from one to the next, > 0.
    """
    lag = lag_of(rating, reference, step)
    by = round(lag / step)
    before, after = _like(rating, reference), _like(rating[by:], reference[: len(rating) - by])
    long = lag > (~np.isnan(rating).all(axis=1)).sum() * step / PART
    return None if np.isnan(after) or after < TOLD or long else Shift(lag, before, after)


def _measured(
    every: Sequence[pl.DataFrame], axes: Sequence[str], noted: Sequence[float]
) -> tuple[float, ...]:
    own = _apart(every, axes)
    if own is None:
        return tuple(noted)
    common = max(0.0, float(np.mean(noted) - np.mean(own)))
    return tuple(common + one for one in own)


def _apart(
    every: Sequence[pl.DataFrame], axes: Sequence[str], noted: Sequence[float] | None = None
) -> tuple[float, ...] | None:
    """Return how much later than the earliest each hand is, None where that cannot be told."""
    told = fine(every, axes, noted)
    if len(told.x) < 3:
        return None
    return tuple(float(lag) for lag in aligned(told.table, told.step).lags)


def _like(one: Floats, other: Floats) -> float:
    """Return the mean correlation over axes that have one, NaN where none has."""
    each = np.array([pearson(one[:, k], other[:, k]) for k in range(one.shape[1])])
    return float(np.nanmean(each)) if not np.isnan(each).all() else float("nan")
