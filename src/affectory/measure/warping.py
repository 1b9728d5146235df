"""Distance of two courses that pass the same stations at different speeds.

Dynamic time warping (Sakoe & Chiba 1978). The distance is the root of the sum of squared
differences along the best alignment, the convention of dtaidistance; other packages give the
sum itself or its mean. Many pairs advance together along anti-diagonals, and only the last
three are kept, so memory is linear in the length.
"""

__all__ = ["dtw", "dtw_many"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.bootstrap import Floats

_CELLS = 1 << 20  # numbers of a padded batch held at once


def dtw(x: ArrayLike, y: ArrayLike, band: int | None = None) -> float:
    """Return the warping distance of two courses, in units of the values.

    Args:
        x: States in order. Shape (n,) or (n, k). Missing ones (NaN) are left out: warping
            knows no times.
        y: States in order. Shape (m,) or (m, k), m may differ from n.
        band: Greatest shift in steps (Sakoe-Chiba), measured from the diagonal, and where
            lengths differ from the nearer of the two diagonals; dtaidistance's window - 1.
            None: no limit; 0 with equal lengths: the Euclidean distance.

    Returns:
        NaN where a course has no known state.

    Raises:
        BadValues: if the courses have different axes.
        BadChoice: if band is negative.

    Example:
        >>> from affectory.measure.warping import dtw
        >>> dtw([0, 1, 2], [0, 0, 1, 1, 2]), dtw([0, 1, 2], [1, 2, 3], band=0) ** 2
        (0.0, 2.9999999999999996)
    """
    return float(dtw_many([x], [y], band)[0])


def dtw_many(xs: Sequence[ArrayLike], ys: Sequence[ArrayLike], band: int | None = None) -> Floats:
    """Return the warping distance of each pair of courses; args as in `dtw`. Shape (p,)."""
    if band is not None and band < 0:
        raise BadChoice("band", band, "0 or more steps, or None for no limit")
    if len(xs) != len(ys):
        raise BadValues("dtw_many", f"{len(xs)} and {len(ys)} courses", "equally many")
    one, other = [_course(x) for x in xs], [_course(y) for y in ys]
    if {course.shape[1] for course in (*one, *other)} - {one[0].shape[1] if one else 1}:
        raise BadValues("dtw", "courses with different numbers of axes", "one number of axes")
    size = np.array([[len(x), len(y)] for x, y in zip(one, other, strict=True)]).reshape(-1, 2)
    found = np.full(len(one), np.nan)
    order = np.argsort(size.max(axis=1), kind="stable")
    order = order[size[order].min(axis=1) > 0]
    while order.size:
        longest = size[order, :].max(axis=1)
        at_once = max(1, int((np.arange(1, len(order) + 1) * longest <= _CELLS).sum()))
        batch, order = order[:at_once], order[at_once:]
        found[batch] = _batch([one[p] for p in batch], [other[p] for p in batch], band)
    return found


def _course(x: ArrayLike) -> Floats:
    """Return the known states as (n, k)."""
    course = np.asarray(x, np.float64)
    course = course[:, None] if course.ndim == 1 else course
    if course.ndim != 2:
        raise BadValues("dtw", f"shape {course.shape}", "(n,) or (n, k)")
    return course[~np.isnan(course).any(axis=1)]


def _padded(courses: list[Floats]) -> Floats:
    """Return the courses side by side, filled up with 0. Shape (p, longest, k)."""
    block = np.zeros((len(courses), max(map(len, courses)), courses[0].shape[1]))
    for at, course in enumerate(courses):
        block[at, : len(course)] = course
    return block


def _batch(one: list[Floats], other: list[Floats], band: int | None) -> Floats:
    x, y = _padded(one), _padded(other)
    n, m = np.array([len(c) for c in one]), np.array([len(c) for c in other])
    long_x, long_y = x.shape[1], y.shape[1]
    width = long_x + long_y if band is None else band
    least, most = -np.maximum(n - m, 0) - width, np.maximum(m - n, 0) + width  # of j - i
    before = np.full((len(one), long_x + 1), np.inf)  # column i + 1: row i of a diagonal
    last, found = before.copy(), np.full(len(one), np.nan)
    for diagonal in range(long_x + long_y - 1):
        i = np.arange(max(0, diagonal - long_y + 1), min(diagonal, long_x - 1) + 1)
        cost = ((x[:, i] - y[:, diagonal - i]) ** 2).sum(axis=2)
        shift = diagonal - 2 * i
        cost[(shift < least[:, None]) | (shift > most[:, None])] = np.inf
        best = np.minimum(np.minimum(last[:, i + 1], last[:, i]), before[:, i])
        now = np.full_like(last, np.inf)
        now[:, i + 1] = cost + (0.0 if diagonal == 0 else best)
        done = np.flatnonzero(n + m - 2 == diagonal)
        found[done] = now[done, n[done]]
        before, last = last, now
    return np.asarray(np.sqrt(found), np.float64)
