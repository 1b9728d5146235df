"""Two trajectories of one session that have states of their own: where both say something."""

__all__ = ["shared"]

import numpy as np
from numpy.typing import NDArray

from affectory.core.trajectory import Trajectory

Floats = NDArray[np.float64]


def shared(one: Trajectory, two: Trajectory, axis: int) -> tuple[Floats, Floats]:
    """Return values of both where both have one: of the same record, else of the same time.

    A state of the first meets the mean of what the second said while it lasted, else what held
    as it began: nothing where that had ended before.

    Args:
        one: States of a session.
        two: States of the same session in the same Space, by somebody else.
        axis: Which axis, by its place.

    Returns:
        Two arrays of one shape (n,), n at most as many as `one` has states.
    """
    if not len(one) or not len(two):
        return np.empty(0), np.empty(0)
    x, y = one.values[:, axis].astype(np.float64), two.values[:, axis].astype(np.float64)
    if one.seq is not None and two.seq is not None and (two.seq >= 0).all():
        order = np.argsort(two.seq, kind="stable")
        last = np.searchsorted(two.seq[order], one.seq, side="right") - 1
        rows = order[np.maximum(last, 0)]
        y = np.where((last >= 0) & (two.seq[rows] == one.seq), y[rows], np.nan)
    else:
        y = _during(one, two, y)
    both = ~np.isnan(x) & ~np.isnan(y)
    return x[both], y[both]


def _during(one: Trajectory, two: Trajectory, y: Floats) -> Floats:
    """Return the mean of what the other said while each state lasted, else what held then.

    A state without a length lasts until the next begins.
    """
    order = np.argsort(two.start, kind="stable")
    begins, said = two.start[order], y[order]
    known = ~np.isnan(said)
    total = np.append(0.0, np.cumsum(np.where(known, said, 0.0)))
    count = np.append(0, np.cumsum(known))
    starts = np.append(np.unique(one.start), np.inf)
    following = starts[np.searchsorted(starts, one.start, side="right")]
    ends = np.where(one.stop > one.start, one.stop, following)
    low, high = np.searchsorted(begins, one.start), np.searchsorted(begins, ends)
    n = np.maximum(count[high] - count[low], 0)
    mean = (total[high] - total[low]) / np.maximum(n, 1)
    before = np.searchsorted(begins, one.start, side="right") - 1
    there, before = before >= 0, np.maximum(before, 0)
    long = two.stop[order] > begins  # one without a length lasts until the next, the last one not
    long[-1] = True
    ended = long[before] & (two.stop[order][before] < one.start)
    return np.where(n > 0, mean, np.where(there & ~ended, said[before], np.nan))
