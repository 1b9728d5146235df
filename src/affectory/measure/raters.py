"""Whether several raters agree: intraclass correlations and Krippendorff's alpha.

Ratings have one row per target (clip, turn, session) and one column per rater, NaN where a
rater gave none. Papers: Shrout & Fleiss 1979, "Intraclass correlations: uses in assessing
rater reliability"; Krippendorff 2011, "Computing Krippendorff's alpha-reliability".
"""

__all__ = ["Icc", "Metric", "alpha", "icc", "icc_parts", "rater_figures"]

from enum import Enum, auto
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from affectory.core.errors import BadValues
from affectory.core.figure import Figure
from affectory.measure.agreement import ranks
from affectory.measure.bootstrap import Codes, Floats, codes_of, figures, gather
from affectory.measure.stretches import memory

_CELLS = 1 << 22


class Icc(Enum):
    """Which intraclass correlation: how raters were chosen, and of one rater or their mean."""

    ONE = auto()  # (1,1): each target has raters of its own
    TWO = auto()  # (2,1): raters are a random sample; absolute agreement
    THREE = auto()  # (3,1): these raters alone are of interest; consistency
    ONE_MEAN = auto()  # (1,k)
    TWO_MEAN = auto()  # (2,k)
    THREE_MEAN = auto()  # (3,k)


class Metric(Enum):
    """What makes two ratings of a target more or less unlike."""

    NOMINAL = auto()  # equal or not
    ORDINAL = auto()  # ratings between them, squared
    INTERVAL = auto()  # difference, squared
    RATIO = auto()  # difference over sum, squared; ratings >= 0


class Parts(NamedTuple):
    """Sums of squares of a two-way table, of one table or many; n rows, k columns."""

    n: Floats
    k: int
    rows: Floats
    columns: Floats
    rest: Floats


def icc(ratings: ArrayLike, kind: Icc = Icc.TWO) -> float:
    """Return an intraclass correlation of Shrout & Fleiss, at most 1.

    Targets with a missing rating are left out. NaN below two targets or two raters, and
    where no rating differs from another.

    Args:
        ratings: Shape (targets, raters).
        kind: Which of the six.

    Raises:
        BadValues: if the ratings are no table.

    Example:
        >>> from affectory.measure.raters import Icc, icc
        >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9],
        ...          [6, 2, 4, 7]]  # Shrout & Fleiss 1979, table 2
        >>> [round(icc(table, kind), 2) for kind in Icc]
        [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    """
    table = _whole(ratings)
    return float(_icc(kind, _squares(table).sum(axis=0)[None])[0])


def icc_parts(parts: Parts, kind: Icc) -> Floats:
    """Return the intraclass correlations of tables given by their sums of squares."""
    n, k = np.maximum(parts.n, 2), parts.k
    between = parts.rows / (n - 1)
    within = (parts.columns + parts.rest) / (n * (k - 1))
    raters = parts.columns / (k - 1)
    error = parts.rest / ((n - 1) * (k - 1))
    pairs = {
        Icc.ONE: (between - within, between + (k - 1) * within),
        Icc.TWO: (between - error, between + (k - 1) * error + k * (raters - error) / n),
        Icc.THREE: (between - error, between + (k - 1) * error),
        Icc.ONE_MEAN: (between - within, between),
        Icc.TWO_MEAN: (between - error, between + (raters - error) / n),
        Icc.THREE_MEAN: (between - error, between),
    }
    over, under = pairs[kind]
    fine = (parts.n >= 2) & (under > 1e-15 * (parts.rows + parts.columns + parts.rest))
    return np.where(fine, over / np.where(fine, under, 1.0), np.nan)


def alpha(ratings: ArrayLike, metric: Metric = Metric.INTERVAL) -> float:
    """Return Krippendorff's alpha, 1 for agreement throughout, 0 for that of chance.

    Targets with fewer than two ratings are left out. NaN without any other, and where all
    ratings are equal: nothing then says that raters could have differed.

    Args:
        ratings: Shape (targets, raters), NaN where there is none. Labels as numbers.
        metric: How unlike two ratings are.

    Raises:
        BadValues: if the ratings are no table, or negative for RATIO.
    """
    table = _table(ratings)
    count = (~np.isnan(table)).sum(axis=1)
    table, count = table[count >= 2], count[count >= 2]
    held = ~np.isnan(table)
    values = table[held]
    if metric is Metric.RATIO and (values < 0).any():
        raise BadValues("alpha", "a negative rating", "ratings >= 0", "use Metric.INTERVAL")
    if metric is Metric.ORDINAL:
        table[held] = values = ranks(values)  # ratings between two are a difference of ranks
    if metric in (Metric.ORDINAL, Metric.INTERVAL):
        return float(_alpha(_pairs(table).sum(axis=0)[None])[0])
    seen, chance = _seen(table, count, metric), _chance(values, metric)
    return 1 - seen / chance if chance > 0 else float("nan")


def rater_figures(
    ratings: ArrayLike,
    *,
    cluster: ArrayLike | None = None,
    in_time: bool = False,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    setting: str = "",
) -> tuple[Figure, ...]:
    """Return the six intraclass correlations and alpha (interval metric), with intervals.

    Args:
        ratings: Shape (targets, raters), NaN where there is none.
        cluster: What is drawn again, such as the session of each target; None: the target.
        in_time: Whether targets are moments in their order: then stretches are drawn.
        level: Share of resamples within the interval.
        resamples: How often clusters are drawn.
        seed: Seed of the draws.
        setting: Data, to be read with every figure.

    Raises:
        BadValues: if the ratings are no table.
    """
    table = _table(ratings)
    code, c = codes_of(cluster, len(table))
    whole = ~np.isnan(table).any(axis=1)
    how: dict[str, Any] = {
        "drawn": "targets" if cluster is None else "clusters",
        "level": level, "resamples": resamples, "seed": seed, "setting": setting,
    }  # fmt: skip
    why = ("fewer than two rated targets, or no variation",) * len(Icc)
    names = [f"icc_{kind.name.lower()}" for kind in Icc]
    several = (~np.isnan(table)).sum(axis=1) > 1
    kept = [memory(table[part]) if in_time else None for part in (whole, several)]
    sums = _summed(_squares(table[whole]), code[whole], c), _summed(_pairs(table), code, c)
    kinds = figures(names, sums[0], _six, why, memory=kept[0], **how)
    return (*kinds, *figures(("alpha",), sums[1], _alpha, why, memory=kept[1], **how))


def _six(sums: Floats) -> Floats:
    """Return the six intraclass correlations. Shape (r, 6)."""
    return np.column_stack([_icc(kind, sums) for kind in Icc])


def _summed(parts: Floats, code: Codes, c: int) -> Floats:
    """Return the parts of targets summed over clusters. Shape (c, m)."""
    return gather(lambda part: parts[part], parts.shape[1], code, c)


def _whole(ratings: ArrayLike) -> Floats:
    """Return the targets that every rater rated."""
    table = _table(ratings)
    return table[~np.isnan(table).any(axis=1)]


def _squares(table: Floats) -> Floats:
    """Return 1, the ratings, the squared mean and the sum of squares of each target."""
    table = table - table.mean() if table.size else table
    row = table.mean(axis=1) if table.size else table[:, 0]
    square = (table**2).sum(axis=1)
    return np.column_stack([np.ones(len(table)), table, row**2, square])


def _icc(kind: Icc, sums: Floats) -> Floats:
    n, k = sums[:, 0], sums.shape[1] - 3
    if k < 2:
        return np.full(len(sums), np.nan)
    column = sums[:, 1:-2] / np.maximum(n, 1)[:, None]
    mean = column.mean(axis=1)
    rows = np.maximum(k * (sums[:, -2] - n * mean**2), 0.0)
    columns = n * ((column - mean[:, None]) ** 2).sum(axis=1)
    rest = np.maximum(sums[:, -1] - n * k * mean**2 - rows - columns, 0.0)
    return icc_parts(Parts(n, k, rows, columns, rest), kind)


def _pairs(table: Floats) -> Floats:
    """Return ratings, their sum, squares and disagreement of each target. Shape (n, 4)."""
    held = ~np.isnan(table)
    held &= (held.sum(axis=1) >= 2)[:, None]  # a lone rating can agree with none
    count = held.sum(axis=1)
    table = np.where(held, table, 0.0)
    table = np.where(held, table - table.sum() / max(count.sum(), 1), 0.0)
    total, square = table.sum(axis=1), (table**2).sum(axis=1)
    apart = 2 * (count * square - total**2) / np.maximum(count - 1, 1)
    return np.column_stack([count, total, square, np.maximum(apart, 0.0)])


def _alpha(sums: Floats) -> Floats:
    """Return alpha of the interval metric."""
    n, total, square, seen = sums.T
    chance = 2 * (n * square - total**2) / np.maximum(n - 1, 1)
    fine = (n > 1) & (chance > 1e-12 * np.maximum(square, 1e-300))
    return np.where(fine, 1 - seen / np.where(fine, chance, 1.0), np.nan)


def _apart(x: Floats, y: Floats, metric: Metric) -> Floats:
    """Return how unlike x and y are; NaN where either is."""
    if metric is Metric.NOMINAL:
        return np.where(np.isnan(x + y), np.nan, (x != y).astype(np.float64))
    total = np.where(x + y == 0, 1.0, x + y)
    return np.asarray(((x - y) / total) ** 2)


def _seen(table: Floats, count: Floats, metric: Metric) -> float:
    """Return the disagreement of raters, rater by rater."""
    total = 0.0
    for one in range(table.shape[1]):
        for other in range(one):
            apart = _apart(table[:, one], table[:, other], metric)
            total += 2 * float(np.nansum(apart / (count - 1)))
    return total


def _chance(values: Floats, metric: Metric) -> float:
    """Return the disagreement of any two ratings, in blocks of distinct values."""
    names, often = np.unique(values, return_counts=True)
    total, at_once = 0.0, max(1, _CELLS // max(len(names), 1))
    for first in range(0, len(names), at_once):
        part = slice(first, first + at_once)
        apart = _apart(names[part, None], names, metric)
        total += float(often[part] @ apart @ often)
    return total / max(len(values) - 1, 1)


def _table(ratings: ArrayLike) -> Floats:
    table = np.array(ratings, np.float64)
    if table.ndim != 2:
        raise BadValues("ratings", f"shape {table.shape}", "(targets, raters)", "one row a target")
    return table
