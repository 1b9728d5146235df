"""The nearest among many vectors, found exactly: every cosine is computed, block by block.

Vectors may belong to groups; those of a query's own group can be left out, so that a turn never
finds its own conversation. Cosines are compared at five decimals, equals by their place: a query
finds the same neighbours whatever else is asked with it.
"""

__all__ = ["Index", "Near", "shares"]

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Places = NDArray[np.int64]
BLOCK = 1 << 22  # cosines held at once
DIGITS = 5
NOISE = 1e-5  # of single precision, on the safe side
LEAST = -2.0  # below every cosine, above what is left out


class Near(NamedTuple):
    """The nearest of each query, nearest first.

    Attributes:
        place: Row of the index, -1 where there are no more. Shape (n, k).
        cosine: Rounded to five decimals, NaN where there are no more. Shape (n, k).
    """

    place: Places
    cosine: Floats


@dataclass(frozen=True, eq=False)
class Index:
    """Vectors that can be searched.

    Args:
        vectors: One row each, of any length; rows of zeros are like nothing. Shape (m, d).
        group: Code of the group of each, >= 0. None: no groups. Shape (m,).

    Raises:
        BadValues: if the shapes do not fit.

    Example:
        >>> from affectory.parts.retrieve import Index
        >>> Index([[1.0, 0.0], [0.0, 2.0]]).nearest([[0.1, 1.0]], 1).place
        array([[1]])
    """

    vectors: ArrayLike
    group: ArrayLike | None = None

    def __post_init__(self) -> None:
        """Bring every row to length one."""
        rows = np.asarray(self.vectors, np.float32)
        if rows.ndim != 2:
            raise BadValues("index", f"vectors {rows.shape}", "(m, d)")
        object.__setattr__(self, "vectors", _unit(rows))
        if self.group is not None:
            codes = np.asarray(self.group, np.int64)
            if codes.shape != (len(rows),):
                raise BadValues("index", f"groups {codes.shape}", f"({len(rows)},)")
            object.__setattr__(self, "group", codes)

    def nearest(self, queries: ArrayLike, k: int, without: ArrayLike | None = None) -> Near:
        """Return the `k` nearest of each query.

        Args:
            queries: Shape (n, d).
            k: How many, >= 1.
            without: Group that each query leaves out, -1 for none. Shape (n,).

        Raises:
            BadChoice: if `k` is below 1.
            BadValues: if a shape does not fit, or groups are left out of an index without any.
        """
        if k < 1:
            raise BadChoice("k", k, "an integer >= 1")
        rows, kept = np.asarray(queries, np.float32), np.asarray(self.vectors)
        if rows.ndim != 2 or rows.shape[1] != kept.shape[1]:
            raise BadValues("nearest", f"queries {rows.shape}", f"(n, {kept.shape[1]})")
        apart = None if without is None else np.asarray(without, np.int64)
        if apart is not None and (self.group is None or apart.shape != (len(rows),)):
            raise BadValues("nearest", "groups to leave out", "one a query, of an index with them")
        place = np.full((len(rows), k), -1, np.int64)
        cosine = np.full((len(rows), k), np.nan)
        asked = _unit(rows)
        step = max(1, BLOCK // max(1, len(kept)))
        for low in range(0, len(rows), step):
            part = slice(low, low + step)
            like = asked[part] @ kept.T
            if apart is not None:
                like[apart[part, None] == np.asarray(self.group)] = -np.inf
            _fill(like, (asked[part], kept), place[part], cosine[part])
        return Near(place, cosine)


def shares(near: Near, told: ArrayLike, sharp: float = 10.0, usual: float = 0.01) -> Floats:
    """Return what the neighbours were told to be, weighed by nearness. Shape (n, c).

    A neighbour of cosine s has the weight ``exp(sharp (s - 1))``; `usual` is the weight of the mean
    of all, so that a query without neighbours has that.

    Args:
        near: Neighbours among m.
        told: Shares of each label. Shape (m, c).
        sharp: How fast weight falls with distance.
        usual: Weight of the mean, > 0.
    """
    rows = np.asarray(told, np.float64)
    held = near.place >= 0
    weight = np.where(held, np.exp(sharp * (np.nan_to_num(near.cosine) - 1)), 0.0)
    total = (weight[:, :, None] * rows[near.place]).sum(axis=1) + usual * rows.mean(axis=0)
    return np.asarray(total / total.sum(axis=1, keepdims=True))


def _fill(like: Singles, rows: tuple[Singles, Singles], place: Places, cosine: Floats) -> None:
    """Put the best of `like` (b, m) into `place` and `cosine` (b, k), told in double precision."""
    k = min(place.shape[1], like.shape[1])
    if not k:
        return
    edge = -np.partition(-like, k - 1, axis=1)[:, k - 1]
    asked, kept = rows
    for row, least in enumerate(edge.tolist()):
        some = np.flatnonzero(like[row] >= max(least - NOISE, LEAST))
        told = kept[some].astype(np.float64) @ asked[row].astype(np.float64)
        exact = np.round(told, DIGITS)
        best = np.argsort(-exact, kind="stable")[:k]
        place[row, : len(best)], cosine[row, : len(best)] = some[best], exact[best]


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1), np.float32)
