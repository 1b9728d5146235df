"""Many numbers by few: the best basis of a rank, and the middles of a cloud.

The left singular vectors of a matrix are the eigenvectors of its small Gram matrix, so that a
basis of wide data costs one product and an eigenproblem of the width (Eckart & Young 1936 for
why it is the best of its rank). Middles are found by k-means from k-means++ (Arthur &
Vassilvitskii 2007).
"""

__all__ = ["basis", "middles", "nearest"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, BadValues

Floats = NDArray[np.float64]
Reals = NDArray[Any]
_BLOCK = 8192
_ENOUGH = 1e-4  # share of the variance within which middles count as at rest


def basis(rows: Reals, rank: int) -> Floats:
    """Return the `rank` orthonormal columns that rebuild `rows` (n, d) best. Shape (d, rank).

    No mean is taken out. Each column points so that its greatest entry is positive.

    Raises:
        BadChoice: if rank is not from 1 to d.
        BadValues: if there is no row, or a number is not finite.

    Example:
        >>> import numpy as np
        >>> from affectory.parts.lowrank import basis
        >>> rows = np.outer([1.0, 2.0, -3.0], [3.0, 4.0])
        >>> basis(rows, 1).round(3).ravel().tolist()
        [0.6, 0.8]
    """
    n, d = rows.shape
    if not 1 <= rank <= d:
        raise BadChoice("rank", rank, f"1 to {d}")
    if not n:
        raise BadValues("basis", "no row", "one at least")
    gram = np.zeros((d, d))
    for low in range(0, n, _BLOCK):  # sums of single-precision products stay exact enough
        part = rows[low : low + _BLOCK]
        gram += part.T @ part
    if not np.isfinite(gram).all():
        raise BadValues("basis", "NaN or infinity", "finite numbers")
    columns = np.linalg.eigh(gram)[1][:, ::-1][:, :rank]
    peak = np.take_along_axis(columns, np.abs(columns).argmax(axis=0)[None], axis=0)
    return np.asarray(columns * np.where(peak < 0, -1.0, 1.0))


def middles(points: Reals, many: int, seed: int = 0, starts: int = 10, rounds: int = 300) -> Floats:
    """Return `many` middles of `points` (n, d), by k-means. Shape (many, d).

    Where there are fewer points than middles, points are repeated.

    Args:
        points: The cloud.
        many: How many middles.
        seed: Seed of the beginnings.
        starts: Beginnings, of which the one with the least squared distances is kept.
        rounds: At most so many rounds a beginning.

    Raises:
        BadChoice: if `many` or `starts` is less than 1.
        BadValues: if there is no point.
    """
    if many < 1 or starts < 1:
        raise BadChoice("middles, starts", (many, starts), "1 or more")
    if not len(points):
        raise BadValues("middles", "no point", "one at least")
    if len(points) <= many:
        return np.asarray(points, np.float64)[np.arange(many) % len(points)]
    draw = np.random.default_rng(seed)
    centre = points.mean(axis=0, dtype=np.float64)
    cloud = (points - centre).astype(np.float32)
    best, least = np.empty(0), np.inf
    for _ in range(starts):
        found, far = _settled(cloud, _spread(cloud, many, draw), rounds)
        if far < least:
            best, least = found, far
    return np.asarray(best + centre)


def nearest(points: Reals, centres: Reals) -> tuple[NDArray[np.int64], Reals]:
    """Return which of `centres` (m, d) is nearest to each of `points`, and its squared distance.

    Shapes (n,) and (n,).
    """
    half = 0.5 * np.einsum("md,md->m", centres, centres)
    near = points @ centres.T.astype(points.dtype)
    near -= half.astype(points.dtype)
    which = near.argmax(axis=1)
    length = np.einsum("nd,nd->n", points, points)
    return which, np.maximum(length - 2 * near[np.arange(len(points)), which], 0)


def _spread(cloud: Reals, many: int, draw: np.random.Generator) -> Reals:
    """Return k-means++ beginnings: of some candidates each time the one that helps most."""
    tries = 2 + int(np.log(many))
    chosen = [cloud[draw.integers(len(cloud))]]
    far = ((cloud - chosen[0]) ** 2).sum(axis=1)
    while len(chosen) < many:
        total = np.cumsum(far, dtype=np.float64)
        at = np.searchsorted(total, draw.random(tries) * total[-1]).clip(max=len(cloud) - 1)
        apart = ((cloud[:, None] - cloud[at]) ** 2).sum(axis=2)
        left = np.minimum(far[:, None], apart)
        pick = int(left.sum(axis=0).argmin())
        chosen.append(cloud[at[pick]])
        far = left[:, pick]
    return np.array(chosen)


def _settled(cloud: Reals, centres: Reals, rounds: int) -> tuple[Floats, float]:
    """Return the middles to which Lloyd's rounds lead, and the sum of squared distances."""
    places = centres.astype(np.float64)
    before = np.full(len(cloud), -1)
    for _ in range(rounds):
        which, far = nearest(cloud, places)
        if (which == before).all():
            break
        before = which
        count = np.bincount(which, minlength=len(places))
        sums = [np.bincount(which, column, len(places)) for column in cloud.T]
        fresh = np.stack(sums, axis=1) / np.maximum(count, 1)[:, None]
        lost = np.flatnonzero(count == 0)
        fresh[lost] = cloud[np.argsort(far)[::-1][: len(lost)]]
        moved = float(((fresh - places) ** 2).sum())
        places = fresh
        if moved <= _ENOUGH * float(cloud.var(axis=0).mean()):
            break
    return places, float(nearest(cloud, places)[1].sum(dtype=np.float64))
