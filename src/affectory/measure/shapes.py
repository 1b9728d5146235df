"""Shapes of many courses: which move alike, which are unlike all others, which follow a line.

A course is the mean of an axis in each of sixteen equal parts of a session; its shape is the
course about its own mean, so that how high it lies does not count. Ours, after no paper. Not
here: how states become courses (`web.shapes`).
"""

__all__ = ["PARTS", "Divided", "Kind", "bridged", "divided", "kinds", "matched", "odd", "ranked",
           "reach", "shape", "spread_out"]  # fmt: skip

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues
from affectory.parts.lowrank import middles, nearest

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
PARTS = 16
FAR = 2.0  # times the usual distance to its kind makes a course odd
STILL = 0.25  # share of what courses move, root mean square, below which one does not move
WITHIN = 0.98  # share of all parts that lie within the reach of the colours
MANY = 12  # kinds at most
LEARNED = 5_000  # courses from which kinds are learned; the others are put to the nearest


class Divided(NamedTuple):
    """Courses by kind of shape.

    Attributes:
        kind: Kind of each course, 0 for the largest. Shape (g,).
        times: Its distance to the middle of its kind, 1 for what is usual there. Shape (g,).
    """

    kind: Places
    times: Floats


class Kind(NamedTuple):
    """Courses that move alike.

    Attributes:
        members: Places of its courses, the most typical first. Shape (n,).
        mean: Their mean course. Shape (16,).
        low: Below it lies a quarter of them, part by part. Shape (16,).
        high: Above it lies a quarter of them. Shape (16,).
    """

    members: Places
    mean: Floats
    low: Floats
    high: Floats


def shape(courses: Floats) -> Floats:
    """Return each course about its own mean. Shape (g, p)."""
    return np.asarray(courses - courses.mean(axis=1, keepdims=True))


def divided(courses: Floats, k: int, seed: int = 0) -> Divided:
    """Put courses together by how they move: k-means of their shapes.

    Args:
        courses: Shape (g, p).
        k: How many kinds, 2 to 12, and no more than courses.
        seed: Seed of the beginnings.

    Raises:
        BadValues: if there are no two courses.
        BadChoice: if there cannot be so many kinds.

    Example:
        >>> import numpy as np
        >>> from affectory.measure.shapes import divided
        >>> up, down = np.linspace(-1, 1, 16), np.linspace(1, -1, 16)
        >>> divided(np.array([up, up + 2, up - 1, down, down + 1]), 2).kind.tolist()
        [0, 0, 0, 1, 1]
    """
    g = len(courses)
    if g < 2:
        raise BadValues("kinds", f"{g} courses", "two or more; there is nothing to put together")
    if not 2 <= k <= min(MANY, g):
        raise BadChoice("kinds", k, f"2 to {min(MANY, g)}, of {g} sessions with a shape")
    known = shape(courses)
    rng = np.random.default_rng(seed)
    some = known if g <= LEARNED else known[np.sort(rng.permutation(g)[:LEARNED])]
    kind, squared = nearest(known, middles(some, k, seed, starts=4, rounds=60))
    away = np.sqrt(squared)
    size = np.bincount(kind, minlength=k)
    place = np.empty(k, np.int64)
    place[np.argsort(-size, kind="stable")] = np.arange(k)
    usual = np.array([np.median(away[kind == one]) if size[one] else 0.0 for one in range(k)])
    usual = np.where(usual > 0, usual, np.median(away) or 1.0)
    return Divided(place[kind], away / usual[kind])


def kinds(courses: Floats, cut: Divided) -> tuple[Kind, ...]:
    """Return the kinds, the largest first, each with its mean course and its middle half."""
    out = []
    for one in range(int(cut.kind.max()) + 1):
        mine = np.flatnonzero(cut.kind == one)
        near = mine[np.argsort(cut.times[mine], kind="stable")]
        low, high = np.quantile(courses[mine], (0.25, 0.75), axis=0)
        out.append(Kind(near, courses[mine].mean(axis=0), low, high))
    return tuple(out)


def odd(cut: Divided) -> Places:
    """Return the places of courses unlike their kind, the farthest from it first.

    They lie more than twice as far from its middle as is usual in it.
    """
    far = np.flatnonzero(cut.times > FAR)
    return far[np.argsort(-cut.times[far], kind="stable")]


def matched(
    courses: Floats, drawn: Sequence[float], first: int = 0, last: int | None = None
) -> Floats:
    """Return Pearson's r of each course with a drawn line, over some of its parts. Shape (g,).

    A course that moves there less than a quarter of what courses move (root mean square) counts
    as still: its r is 0, however its little waves lie.

    Args:
        courses: Shape (g, p).
        drawn: The line, at even steps over these parts; in any unit.
        first: The part in which it begins.
        last: The part before which it ends, the end unless named.

    Raises:
        BadChoice: if the drawing has fewer than two points, or is flat.

    Example:
        >>> import numpy as np
        >>> from affectory.measure.shapes import matched
        >>> up = np.linspace(-1, 1, 16)
        >>> matched(np.array([up, -3 * up, 0 * up]), [0, 5]).round(6).tolist()
        [1.0, -1.0, 0.0]
    """
    line = np.asarray(drawn, np.float64)
    drawable = len(line) > 1 and np.isfinite(line).all()
    line = line / (np.abs(line).max() or 1.0) if drawable else np.zeros(1)  # nor overflows
    if np.ptp(line) <= 0:
        raise BadChoice("drawing", f"{len(drawn)} points", "a line of numbers that moves")
    part = shape(courses[:, first:last])
    asked = np.interp(np.linspace(0, 1, part.shape[1]), np.linspace(0, 1, len(line)), line)
    asked -= asked.mean()
    size = np.sqrt((part**2).sum(axis=1))
    moves = size > STILL * np.sqrt((size**2).mean()) if len(size) else size > 0
    whole = np.where(moves, size, 1.0) * np.sqrt((asked**2).sum())
    return np.asarray(np.where(moves, part @ asked / whole, 0.0))


def ranked(score: Floats, most: int | None = None) -> Places:
    """Return the places of the scores above 0, best first."""
    order = np.argsort(-score, kind="stable")
    return order[score[order] > 0][:most]


def spread_out(courses: Floats, cut: Divided, most: int) -> Places:
    """Return places of courses by kind and then by mean; of more than `most`, every so many."""
    order = np.lexsort((courses.mean(axis=1), cut.kind))
    if len(order) <= most:
        return order
    return order[np.linspace(0, len(order) - 1, most).round().astype(np.int64)]


def reach(courses: ArrayLike, rest: float) -> float:
    """Return the distance from rest within which 98 of 100 parts lie: what colours reach to."""
    return float(np.quantile(np.abs(np.asarray(courses, np.float64) - rest), WITHIN))


def bridged(courses: Floats) -> Floats:
    """Return courses whose empty parts hold what came before; the first part is never empty."""
    place = np.where(np.isnan(courses), 0, np.arange(courses.shape[1]))
    return np.take_along_axis(courses, np.maximum.accumulate(place, axis=1), axis=1)
