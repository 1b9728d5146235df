"""Samples of a take in order: what was said last of each moment, when it was meant, for how long.

A rater who goes back and says it again means the second. A hand that follows what it saw says
of an earlier moment what it says now. A session need not be played at the pace of its clock,
so a lag counts in seconds of play, and play tells where in the session that was. Where nothing
was sampled for longer than a second of play nobody rated: a value does not last into it.
"""

__all__ = ["HELD", "latest", "meant", "spans", "when"]

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAP = 10  # times the usual step: a longer one was a jump to another place
HELD = 1.0  # seconds of play that a value lasts at most: a longer silence is left as one


def latest(rows: pl.DataFrame) -> pl.DataFrame:
    """Return samples in the order of time, without those that were said anew later.

    Args:
        rows: Columns `n`, in the order of which they were said, and `at`.
    """
    said = rows.sort("n")
    at = said["at"].to_numpy()
    if not len(at):
        return said
    steps = np.diff(at)
    breaks = np.flatnonzero((steps < 0) | (steps > LEAP * _usual(steps))) + 1
    low, high = np.append(0, breaks), np.append(breaks, len(at)) - 1  # each pass, its ends
    place = np.unique(at, return_inverse=True)[1]
    mine = np.repeat(np.arange(len(low)), high - low + 1)
    keep = (
        _last(place[low], place[high])[place] == mine
    )  # a later pass over a stretch stands for it
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
    return when(rows, rows["play"].to_numpy() - lag)


def spans(rows: pl.DataFrame, lag: float = 0.0) -> tuple[Floats, Floats]:
    """Return from when to when in the session each sample holds, `lag` before it was said.

    It holds until the next one, at most for a second of play (`HELD`); where nobody told of
    play, at most for ten usual steps. The last one of all is of its moment alone.

    Args:
        rows: Columns `at` and `play`, in the order of time.
        lag: As in `meant`.
    """
    start = meant(rows, lag)
    following = np.append(start[1:], start[-1:])
    if not len(start):
        return start, following
    if rows["play"].null_count():
        ends = start + LEAP * _usual(np.diff(start))
        return start, np.maximum(np.minimum(following, ends), start)
    play = rows["play"].to_numpy()
    silent = np.append(np.diff(play) > HELD, False)
    ends = np.where(silent, when(rows, play + HELD - lag), following)
    return start, np.maximum(np.minimum(following, ends), start)


def when(rows: pl.DataFrame, wanted: Floats) -> Floats:
    """Return the session's time at some seconds of play, as samples tell it.

    Args:
        rows: Columns `at` and `play`, none null; one row or more.
        wanted: Seconds of play. Shape (n,).
    """
    at, play = rows["at"].to_numpy().astype(np.float64), rows["play"].to_numpy()
    places, first = np.unique(play, return_index=True)
    times = at[first]
    pace = (times[1] - times[0]) / (places[1] - places[0]) if len(places) > 1 else 1.0
    early = np.minimum(wanted - places[0], 0.0) * pace  # said before there was anything to see
    return np.asarray(np.interp(wanted, places, times) + early)


def _usual(steps: Floats) -> float:
    """Return the usual time from one sample to the next, 0 where there is none."""
    return float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0


def _last(low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the last of the ranges that hold each place, -1 where none does.

    A range is written as two that overlap and are as long as a power of two, and each level is
    handed down to the next: no loop over ranges.

    Args:
        low: First place of each range. Shape (s,).
        high: Its last place. Shape (s,).
    """
    n, number = int(high.max()) + 1, np.arange(len(low))
    level = np.floor(np.log2(high - low + 1)).astype(np.int64)
    held = np.full((int(level.max()) + 1, n), -1)
    np.maximum.at(held, (level, low), number)
    np.maximum.at(held, (level, high - 2**level + 1), number)
    for above in range(len(held) - 1, 0, -1):
        half = 2 ** (above - 1)
        held[above - 1] = np.maximum(held[above - 1], held[above])
        held[above - 1, half:] = np.maximum(held[above - 1, half:], held[above, : n - half])
    return np.asarray(held[0])
