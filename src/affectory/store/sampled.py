"""Samples of a take in order: what was said last of each moment, and when it was meant.

A rater who goes back and says it again means the second. A hand that follows what it saw says
of an earlier moment what it says now. A session need not be played at the pace of its clock,
so a lag counts in seconds of play, and play tells where in the session that was.
"""

__all__ = ["latest", "meant"]

from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAP = 10  # times the usual step: a longer one was a jump to another place


def latest(rows: pl.DataFrame) -> pl.DataFrame:
    """Return samples in the order of time, without those that were said anew later.

    Args:
        rows: Columns `n`, in the order of which they were said, and `at`.
    """
    said = rows.sort("n")
    at = said["at"].to_numpy()
    steps = np.diff(at)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    breaks = np.flatnonzero((steps < 0) | (steps > LEAP * usual)) + 1
    keep = np.ones(len(at), bool)
    for low, high in pairwise([0, *breaks.tolist(), len(at)]):
        if low:  # a later pass over a stretch stands for it
            before = at[:low]
            keep[:low] &= (before < at[low]) | (before > at[high - 1])
    return said.filter(pl.Series(keep)).sort("at", "n")


def meant(rows: pl.DataFrame, lag: float) -> Floats:
    """Return the session's time that each sample speaks of, `lag` before it was said.

    Args:
        rows: Columns `at` and `play`, seconds of play at each; null where nobody told.
        lag: How late the hand was, in seconds of play, or in units of the clock where nobody
            told of play; >= 0.
    """
    at = rows["at"].to_numpy().astype(np.float64)
    if lag == 0 or not len(at):
        return at
    if rows["play"].null_count():
        return at - lag
    play = rows["play"].to_numpy()
    places, first = np.unique(play, return_index=True)
    times, wanted = at[first], play - lag
    pace = (times[1] - times[0]) / (places[1] - places[0]) if len(places) > 1 else 1.0
    early = np.minimum(wanted - places[0], 0.0) * pace  # said before there was anything to see
    return np.asarray(np.interp(wanted, places, times) + early)
