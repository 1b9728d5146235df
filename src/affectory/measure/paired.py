"""Is one answer better than another on the same rows? Differences, and Williams's test.

Two answers to the same truth are correlated, so that their intervals overlap long before they
are equal. `difference` draws rows (or clusters) once for both; `williams` compares two dependent
correlations by a closed form.

Papers: Williams 1959, "The comparison of regression variables"; Steiger 1980, "Tests for
comparing elements of a correlation matrix", eq. 7.
"""

__all__ = ["Williams", "difference", "williams", "williams_figure"]

import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from affectory.core.errors import BadValues
from affectory.core.figure import Figure
from affectory.measure.agreement import pearson
from affectory.measure.bootstrap import Codes, Floats, Score

_ANGLES = 1 << 14  # a p-value is off by less than 1e-6


class Williams(NamedTuple):
    """What Williams's test says of two dependent correlations.

    Attributes:
        t: Student's t, above 0 where the second answer correlates more; NaN where undefined.
        df: Degrees of freedom, n - 3.
        p: Two-sided probability of such a t where both correlate alike.
    """

    t: float
    df: int
    p: float


def williams(truth: ArrayLike, one: ArrayLike, other: ArrayLike) -> Williams:
    """Compare the correlations of two answers with the same truth.

    Args:
        truth: What is so. Shape (n,).
        one: The first answer. Shape (n,).
        other: The second. Shape (n,). Rows with a NaN anywhere are left out.

    Raises:
        BadValues: if the shapes differ.

    Example:
        >>> from affectory.measure.paired import williams
        >>> williams([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], [1, 2, 3, 4, 6]).t > 0
        True
    """
    x, a, b = (np.asarray(side, np.float64) for side in (truth, one, other))
    if x.ndim != 1 or not x.shape == a.shape == b.shape:
        raise BadValues("williams", f"{x.shape}, {a.shape}, {b.shape}", "one shape (n,)")
    held = ~(np.isnan(x) | np.isnan(a) | np.isnan(b))
    x, a, b = x[held], a[held], b[held]
    n, df = len(x), len(x) - 3
    first, second, between = pearson(x, a), pearson(x, b), pearson(a, b)
    if df < 1 or math.isnan(first + second + between):
        return Williams(math.nan, df, math.nan)
    det = 1 - first**2 - second**2 - between**2 + 2 * first * second * between
    mean = (first + second) / 2
    under = 2 * det * (n - 1) / df + mean**2 * (1 - between) ** 3
    over = (second - first) * math.sqrt((n - 1) * (1 + between))
    if under < 1e-12:
        return Williams(0.0, df, 1.0) if first == second else Williams(math.nan, df, math.nan)
    t = over / math.sqrt(under)
    return Williams(t, df, _two_sided(t, df))


def williams_figure(
    name: str, truth: ArrayLike, one: ArrayLike, other: ArrayLike, setting: str, by: str
) -> Figure:
    """Return the two-sided p of Williams's test as a figure; t and df are in its setting."""
    found = williams(truth, one, other)
    told = f"{setting}; Williams t({found.df}) = {found.t:.2f}, two-sided"
    reason = "too few rows, or a side does not vary" if math.isnan(found.p) else ""
    return Figure(name, found.p, n=found.df + 3, setting=told, by=by, reason=reason)


def difference(
    score: Score, truth: ArrayLike, one: ArrayLike, other: ArrayLike, **how: Any
) -> Figure:
    """Return how much greater `score` is for the second answer, with a paired interval.

    Both answers see the same draws, so an interval that leaves out 0 is a difference.

    Args:
        score: Any measure of answers against a truth, such as `agreement.PEARSON`.
        truth: What is so. n rows.
        one: The first answer. n rows.
        other: The second answer. n rows.
        how: As in `Score.figure`: what is drawn again, the interval, words for the setting, and
            what the measure itself takes.
    """

    def both(truth: ArrayLike, given: Any, code: Codes, c: int, **options: Any) -> Floats:
        return np.hstack([score.sums(truth, side, code, c, **options) for side in given])

    def gained(sums: Floats) -> Floats:
        before, after = np.hsplit(sums, 2)
        return score.finish(after) - score.finish(before)

    name = f"gain in {score.name}"
    pair = replace(score, name=name, sums=both, finish=gained, inflated=False)
    sides: Any = (one, other)
    return pair.figure(truth, sides, **how)


def _two_sided(t: float, df: int) -> float:
    """Return the chance of a t at least as far from 0; its law in the angle atan(t / sqrt(df))."""
    start = math.atan(abs(t) / math.sqrt(df))
    power = np.cos(np.linspace([0.0, start], math.pi / 2, _ANGLES)) ** (df - 1)
    whole, tail = (np.trapezoid(power[:, at]) for at in (0, 1))
    return float(tail * (math.pi / 2 - start) / (whole * math.pi / 2))
