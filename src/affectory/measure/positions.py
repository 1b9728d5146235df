"""Where each state stands to its home base, and every displacement, as tables.

What `arcs` sums up, one row a state or one row a displacement; for a look at single cases and
for comparison with the reference code of Hipson & Mohammad 2021 (see `displacement`).
"""

__all__ = ["displacements", "positions", "state_columns"]

import numpy as np
import polars as pl

from affectory.core.trajectory import Trajectory
from affectory.measure.displacement import Home, Outings, leave
from affectory.measure.series import Series, who

_HOME = Home()
_SIDES = ("LOW", "HOME", "HIGH")


def positions(felt: Trajectory, axis: str, *, home: Home = _HOME) -> pl.DataFrame:
    """Return one row a state: where it is to the home base of its session and actor.

    Args:
        felt: States in a Space that has `axis`.
        axis: Name of the axis.
        home: How the home base is drawn.

    Returns:
        Columns session, actor, start, value, position (HOME, HIGH, LOW), distance from the
        home base, displacement (number within session and actor, from 1), peak (whether its
        distance is the greatest of its displacement) and from_peak (states since the first
        peak). Null where missing, the last three also at home.

    Raises:
        BadChoice: if the Space has no such axis.
    """
    found = leave(_series(felt, axis), home)
    return who(felt, np.arange(len(felt))).with_columns(
        pl.Series("start", felt.start),
        pl.Series("value", felt.axis(axis).astype(np.float64)).fill_nan(None),
        *state_columns(found),
    )


def displacements(felt: Trajectory, axis: str, *, home: Home = _HOME) -> pl.DataFrame:
    """Return one row a displacement, in order of session, actor and time.

    Args:
        felt: States in a Space that has `axis`.
        axis: Name of the axis.
        home: How the home base is drawn and displacements are told apart.

    Returns:
        Columns session, actor, displacement (number, from 1), start and stop (times of its
        first and last state), side (HIGH, LOW, of its first state), length (states),
        peak_distance, rise_rate and recovery_rate (null where the way was not seen).

    Raises:
        BadChoice: if the Space has no such axis.
    """
    found = leave(_series(felt, axis), home)
    return who(felt, found.first).with_columns(
        pl.Series("displacement", _numbers(found)),
        pl.Series("start", felt.start[found.first]),
        pl.Series("stop", felt.start[found.last]),
        pl.Series("side", np.array(_SIDES)[found.side[found.first] + 1], dtype=pl.String),
        pl.Series("length", found.length),
        pl.Series("peak_distance", found.height),
        pl.Series("rise_rate", found.height / found.rise).fill_nan(None),
        pl.Series("recovery_rate", found.height / found.fall).fill_nan(None),
    )


def state_columns(o: Outings) -> tuple[pl.Series, ...]:
    """Return position, distance, displacement, peak and from_peak of each state."""
    away, known = o.number >= 0, o.series.known
    of = np.where(away, o.number, 0)
    d = max(len(o.first), 1)
    top, height, number = np.zeros(d, np.int64), np.zeros(d), np.zeros(d, np.int64)
    top[: len(o.first)], height[: len(o.first)] = o.peak, o.height
    number[: len(o.first)] = _numbers(o)
    rows = np.arange(len(of))
    words = pl.Series("position", np.array(_SIDES)[o.side + 1], dtype=pl.String)
    outside = pl.Series(away)
    return (
        _only(words, pl.Series(known)),
        pl.Series("distance", o.distance).fill_nan(None),
        _only(pl.Series("displacement", number[of]), outside),
        _only(pl.Series("peak", o.distance == height[of]), outside),
        _only(pl.Series("from_peak", rows - top[of]), outside),
    )


def _only(column: pl.Series, keep: pl.Series) -> pl.Series:
    return column.set(~keep, None)


def _numbers(o: Outings) -> np.ndarray:
    """Return the number of each displacement within its group, from 1. Shape (d,)."""
    before = np.cumsum(o.count()) - o.count()
    return np.arange(len(o.first)) - before[o.group].astype(np.int64) + 1


def _series(felt: Trajectory, axis: str) -> Series:
    at = felt.space.index(axis)
    values = felt.values[:, at].astype(np.float64)
    return Series(felt.space.axes[at], felt.groups.offsets, values, np.asarray(felt.start))
