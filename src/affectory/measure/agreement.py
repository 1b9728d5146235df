"""How well continuous answers agree with the truth: CCC, correlations, errors.

Every number takes pairs of shape (n,); a pair with NaN on either side is left out. Several
axes at once, or chunks: `moments.Moments`. Agreement of several raters: `raters`. Distance
of whole courses: `warping`.

Papers: Lin 1989, "A concordance correlation coefficient to evaluate reproducibility".
"""

__all__ = [
    "BIAS",
    "CCC",
    "MAE",
    "PEARSON",
    "RMSE",
    "SPEARMAN",
    "agreement_figures",
    "bias",
    "ccc",
    "mae",
    "pearson",
    "ranks",
    "rmse",
    "spearman",
]

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadValues
from affectory.core.figure import Figure
from affectory.measure.bootstrap import Codes, Floats, Score, gather
from affectory.measure.moments import Moments, middle

_NO_PAIR = "no pair has both a truth and an answer"


def ccc(truth: ArrayLike, given: ArrayLike) -> float:
    """Return Lin's concordance correlation, with population variances, in [-1, 1].

    ``2 s_xy / (s_x^2 + s_y^2 + (m_x - m_y)^2)``; unlike Pearson it falls with a shift or a
    change of scale. NaN below two pairs and where neither side varies; 0 where only one does.

    Args:
        truth: What is so. Shape (n,).
        given: What was said. Shape (n,).

    Raises:
        BadValues: if the shapes differ.

    Example:
        >>> from affectory.measure.agreement import ccc, pearson
        >>> x = [0.0, 1.0, 2.0]
        >>> shifted = [1.0, 2.0, 3.0]  # 2 (2/3) / (2/3 + 2/3 + 1) = 4/7
        >>> round(ccc(x, shifted), 4), round(pearson(x, shifted), 4)
        (0.5714, 1.0)
    """
    return float(Moments.of(*_line(truth, given)).ccc())


def pearson(truth: ArrayLike, given: ArrayLike) -> float:
    """Return Pearson's correlation; NaN below two pairs or where a side does not vary."""
    return float(Moments.of(*_line(truth, given)).pearson())


def spearman(truth: ArrayLike, given: ArrayLike) -> float:
    """Return Pearson's correlation of the ranks, equal values sharing their mean rank."""
    return SPEARMAN.value(truth, given)


def rmse(truth: ArrayLike, given: ArrayLike) -> float:
    """Return the root mean squared error, in units of the values."""
    return RMSE.value(truth, given)


def mae(truth: ArrayLike, given: ArrayLike) -> float:
    """Return the mean absolute error, in units of the values."""
    return MAE.value(truth, given)


def bias(truth: ArrayLike, given: ArrayLike) -> float:
    """Return the mean of answers minus truths: above 0 where answers are too high."""
    return BIAS.value(truth, given)


def agreement_figures(
    truth: ArrayLike,
    given: ArrayLike,
    names: Sequence[str],
    *,
    cluster: ArrayLike | None = None,
    unit: str = "",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    setting: str = "",
    by: str = "",
) -> tuple[Figure, ...]:
    """Return CCC, Pearson, Spearman, RMSE, MAE and bias of each axis, with intervals.

    Args:
        truth: What is so. Shape (n, k).
        given: What was said. Shape (n, k).
        names: Name of each axis. Length k. Figures are called "ccc/valence".
        cluster: What is drawn again, such as the session of each row. Length n.
        unit: Unit of the values, for the three errors.
        level: Share of resamples within the interval.
        resamples: How often clusters are drawn.
        seed: Seed of the draws.
        setting: Data and split, to be read with every figure.
        by: Whose answers these are.

    Raises:
        BadValues: if the shapes differ or do not fit the names.
    """
    x, y = np.asarray(truth, np.float64), np.asarray(given, np.float64)
    if x.shape != y.shape or x.ndim != 2 or x.shape[1] != len(names):
        raise BadValues("agreement", f"{x.shape} and {y.shape}", f"(n, {len(names)}), one per name")
    errors = tuple(replace(score, unit=unit) for score in (RMSE, MAE, BIAS))
    return tuple(
        replace(score, name=f"{score.name}/{name}").figure(
            x[:, at], y[:, at],
            cluster=cluster, level=level, resamples=resamples, seed=seed, setting=setting, by=by,
        )
        for at, name in enumerate(names)
        for score in (CCC, PEARSON, SPEARMAN, *errors)
    )  # fmt: skip


def ranks(values: Floats) -> Floats:
    """Return ranks from 1, equal values sharing their mean rank. Shape (n,)."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    head = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    size = np.diff(np.append(head, len(values)))
    shared = np.empty(len(values))
    shared[order] = np.repeat(head + (size + 1) / 2, size)
    return shared


def _line(truth: ArrayLike, given: ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.asarray(truth, np.float64), np.asarray(given, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        cure = "take one axis at a time, or Moments for several"
        raise BadValues("pairs", f"{x.shape} and {y.shape}", "one shape (n,)", cure)
    return x, y


def _held(truth: ArrayLike, given: ArrayLike) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return both sides with 0 in missing pairs, and which pairs are whole. Shapes (n,)."""
    x, y = _line(truth, given)
    held = ~(np.isnan(x) | np.isnan(y))
    return np.where(held, x, 0.0), np.where(held, y, 0.0), held


def _products(truth: ArrayLike, given: ArrayLike, code: Codes, c: int) -> Floats:
    """Return n, x, y, xx, yy, xy about a middle pair, and its x - y. Shape (c, 7)."""
    x, y, held = _held(truth, given)
    middle_x, middle_y = (float(middle(side[held])) for side in (x, y))
    dx, dy = np.where(held, x - middle_x, 0.0), np.where(held, y - middle_y, 0.0)
    apart = held * (middle_x - middle_y)
    parts = np.column_stack([held, dx, dy, dx * dx, dy * dy, dx * dy, apart])
    return gather(lambda part: parts[part], 7, code, c)


def _moments(sums: Floats) -> Moments:
    """Return the moments of summed products, with x about its middle put at 0."""
    n, x, y, xx, yy, xy, apart = sums.T
    some = np.maximum(n, 1)
    return Moments(
        n,
        x / some,
        (y - apart) / some,
        _centred(xx, x * x / some),
        _centred(yy, y * y / some),
        xy - x * y / some,
    )


def _centred(square: Floats, shift: Floats) -> Floats:
    """Return square - shift, 0 where no more than rounding is left."""
    left = square - shift
    return np.where(left > 1e-13 * square, left, 0.0)


def _ranked(truth: ArrayLike, given: ArrayLike, code: Codes, c: int) -> Floats:
    x, y, held = _held(truth, given)
    rank_x, rank_y = np.full(len(x), np.nan), np.full(len(y), np.nan)
    rank_x[held], rank_y[held] = ranks(x[held]), ranks(y[held])
    return _products(rank_x, rank_y, code, c)


def _misses(truth: ArrayLike, given: ArrayLike, code: Codes, c: int) -> Floats:
    """Return n, the errors, their sizes and squares, summed. Shape (c, 4)."""
    x, y, held = _held(truth, given)
    parts = np.column_stack([held, y - x, np.abs(y - x), (y - x) ** 2])
    return gather(lambda part: parts[part], 4, code, c)


def _per_pair(sums: Floats, column: int) -> Floats:
    count = sums[:, 0]
    return np.where(count > 0, sums[:, column] / np.where(count > 0, count, 1.0), np.nan)


def _ccc(sums: Floats) -> Floats:
    return _moments(sums).ccc()


def _pearson(sums: Floats) -> Floats:
    return _moments(sums).pearson()


def _bias(sums: Floats) -> Floats:
    return _per_pair(sums, 1)


def _mae(sums: Floats) -> Floats:
    return _per_pair(sums, 2)


def _rmse(sums: Floats) -> Floats:
    return np.sqrt(_per_pair(sums, 3))


BIAS = Score("bias", _misses, _bias, _NO_PAIR)
CCC = Score("ccc", _products, _ccc, "fewer than two pairs, or neither side varies")
MAE = Score("mae", _misses, _mae, _NO_PAIR)
PEARSON = Score("pearson", _products, _pearson, "fewer than two pairs, or a side does not vary")
RMSE = Score("rmse", _misses, _rmse, _NO_PAIR)
SPEARMAN = Score("spearman", _ranked, _pearson, "fewer than two pairs, or a side does not vary")
