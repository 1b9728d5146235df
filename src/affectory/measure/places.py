"""How well the next place was told, and how far somebody ranges.

A rank is the place, counted from 1, that the truth has among all answers in falling order; equal
answers before it count against it. What cannot be ranked (a place that no answer knows) has rank
0 and counts as missed. Persons, not stays, are drawn for the intervals.
"""

__all__ = ["RANK_NAMES", "radius_of_gyration", "rank_figures", "ranks_of"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadValues
from affectory.core.figure import Figure
from affectory.measure.bootstrap import codes_of, figures, gather, ratio

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
RANK_NAMES = ("acc@1", "acc@5", "acc@10", "mrr", "ndcg@10")


def ranks_of(scores: ArrayLike, truth: ArrayLike) -> Codes:
    """Return the rank of the true column in each row of scores. Shape (n,).

    Args:
        scores: Greater is likelier; NaN is no answer, and a truth without one has rank 0. (n, k).
        truth: The true column, -1 where no column is. Shape (n,).
    """
    told, which = np.asarray(scores, np.float64), np.asarray(truth, np.int64)
    own = np.take_along_axis(told, np.maximum(which, 0)[:, None], axis=1)
    before = np.arange(told.shape[1]) < which[:, None]
    better = (told > own) | ((told == own) & before)
    return np.where((which < 0) | np.isnan(own[:, 0]), 0, better.sum(axis=1) + 1)


def rank_figures(
    ranks: ArrayLike,
    person: Sequence[str] | ArrayLike,
    *,
    seed: int = 0,
    setting: str = "",
    by: str = "",
) -> tuple[Figure, ...]:
    """Return accuracy at 1, 5 and 10, mean reciprocal rank, and NDCG at 10; n counts persons.

    Args:
        ranks: Rank of each truth from 1, 0 for one that could not be ranked. Shape (n,).
        person: Whose stay it is. Length n.
        seed: Seed of the draws.
        setting: Data, split and what was known.
        by: Whose answers these are.

    Raises:
        BadValues: if a rank is negative, or there is not one person a rank.
    """
    place = np.asarray(ranks, np.int64)
    if (place < 0).any():
        raise BadValues("rank_figures", int(place.min()), "ranks of 1 or more, or 0")
    code, c = codes_of(person, len(place))
    known = place > 0
    safe = np.where(known, place, 1)
    gain = np.where(known & (place <= 10), 1 / np.log2(safe + 1), 0.0)
    columns = [known & (place <= k) for k in (1, 5, 10)]
    parts = np.column_stack([np.ones(len(place)), *columns, known / safe, gain]).astype(np.float64)
    sums = gather(lambda rows: parts[rows], parts.shape[1], code, c)
    return figures(
        RANK_NAMES, sums, lambda s: ratio(s[:, 1:], s[:, :1]), ("no stay",) * len(RANK_NAMES),
        drawn="persons", seed=seed, setting=setting, by=by,
    )  # fmt: skip


def radius_of_gyration(points: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return ``sqrt(sum w |r - c|^2 / sum w)`` about the weighted centre c; NaN without a point.

    Args:
        points: Plane coordinates; the radius is in their unit. Shape (n, d).
        weight: Such as the time spent there, >= 0. Shape (n,).
    """
    told = np.asarray(points, np.float64)
    w = np.ones(len(told)) if weight is None else np.asarray(weight, np.float64)
    if not len(told) or w.sum() <= 0:
        return float("nan")
    share = w / w.sum()
    centre = share @ told
    return float(np.sqrt(share @ ((told - centre) ** 2).sum(axis=1)))
