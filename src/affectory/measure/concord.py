"""How far raters of the same moments agree: each pair, all together, on scales and on labels.

Rows are moments or turns in their order, so intervals are drawn over long stretches of them
(`stretches`). They say how sure a figure is of these sessions, and nothing of others.
"""

__all__ = ["Concord", "Labelled", "Pair", "agreed", "labelled", "pooled"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.figure import Figure
from affectory.measure.agreement import CCC, pearson
from affectory.measure.bootstrap import figures
from affectory.measure.raters import Metric, alpha, rater_figures

Floats = NDArray[np.float64]


class Pair(NamedTuple):
    """Two raters, by their columns, and how far they agree."""

    one: int
    other: int
    ccc: Figure
    pearson: float


class Concord(NamedTuple):
    """Agreement on one axis: ICC(2,1) and alpha, None of a single rater, and each pair."""

    icc: Figure | None
    alpha: Figure | None
    pairs: tuple[Pair, ...]


class Labelled(NamedTuple):
    """Agreement on labels.

    Attributes:
        n: Targets that anybody labelled.
        alpha: Krippendorff's, of the nominal metric; NaN of a single rater.
        alike: Share of pairs of labels of one target that are the same, NaN without a pair.
    """

    n: int
    alpha: float
    alike: float


def agreed(table: ArrayLike) -> Concord:
    """Return how far raters agree on an axis.

    Pairs take the moments that both rated, ICC those that all did, alpha whatever two did.

    Args:
        table: Values in the order of time, a column a rater, NaN where there is none. Shape
            (n, r).
    """
    told = np.asarray(table, np.float64)
    r = told.shape[1]
    pairs = tuple(
        Pair(
            i, j, CCC.figure(told[:, i], told[:, j], in_time=True), pearson(told[:, i], told[:, j])
        )
        for i in range(r)
        for j in range(i)
    )
    if r < 2:
        return Concord(None, None, pairs)
    found = {figure.name: figure for figure in rater_figures(told, in_time=True)}
    return Concord(found["icc_two"], found["alpha"], pairs)


def pooled(sessions: Sequence[tuple[ArrayLike, ArrayLike, float]]) -> Figure:
    """Return the CCC of two raters over sessions, each moment as much as it lasts.

    The interval is drawn over sessions. A long session has its rows farther apart than a short
    one: counted by rows, four seconds would weigh like minutes.

    Args:
        sessions: What both say of each session, at the same regular times, and the time from one
            to the next, > 0, in one unit for all. Two arrays of shape (n,), NaN where nothing.

    Example:
        >>> import numpy as np
        >>> from affectory.measure.concord import pooled
        >>> x = np.sin(np.arange(100))
        >>> bool(pooled([(x, x, 1.0), (x, -x, 0.01)]).value > 0.95)
        True
    """
    x, y = (
        np.concatenate([np.asarray(one[side], np.float64) for one in sessions]) for side in (0, 1)
    )
    step = np.array([one[2] for one in sessions])
    code = np.repeat(np.arange(len(sessions)), [len(np.asarray(one[0])) for one in sessions])
    sums = CCC.sums(x, y, code, len(sessions)) * (step / step.min())[:, None]  # a row is 1 or more
    return figures((CCC.name,), sums, CCC.finish, (CCC.undefined,))[0]


def labelled(table: ArrayLike) -> Labelled:
    """Return how far raters give the same label, the axis on which each says most.

    Args:
        table: Shares or flags of each target and rater, NaN where there is none. Shape (n, r, k).
    """
    told = np.asarray(table, np.float64)
    known = np.asarray(~np.isnan(told).any(axis=2))
    label = np.where(known, np.nan_to_num(told).argmax(axis=2), np.nan)
    r = label.shape[1]
    both = [(label[:, i], label[:, j]) for i in range(r) for j in range(i)]
    n = sum(int((~np.isnan(one + other)).sum()) for one, other in both)
    alike = sum(int((one == other).sum()) for one, other in both)
    same = alpha(label, Metric.NOMINAL) if r > 1 else float("nan")
    return Labelled(int(known.any(axis=1).sum()), same, alike / n if n else float("nan"))
