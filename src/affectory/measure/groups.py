"""Groups beside each other: numbers put into quarters, and how far two means lie apart.

Ours, after no paper; intervals are those of `measure.bootstrap`. Not here: errors by group of
what was told of persons (`measure.cohorts`).
"""

__all__ = ["Quarters", "gap", "quarters"]

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadValues
from affectory.core.figure import Figure
from affectory.measure.bootstrap import figures, ratio

Floats = NDArray[np.float64]
SHORT, LONG = 6, 17  # digits of a label: as it is read, and as many as tell any two numbers apart
WHOLE = 1e15  # below it every whole number is written in full


class Quarters(NamedTuple):
    """Numbers in up to four groups of about the same size.

    Attributes:
        of: Group of each number, 0 for the lowest, -1 where there is no number. Shape (n,).
        labels: The least and the greatest number of each group, such as "20 to 29"; no two alike.
    """

    of: NDArray[np.int64]
    labels: tuple[str, ...]


def quarters(values: ArrayLike) -> Quarters:
    """Put numbers into four groups of about the same size; equal numbers stay together.

    Args:
        values: NaN for none. Shape (n,).

    Raises:
        BadValues: if there is no number, or an infinite one.

    Example:
        >>> from affectory.measure.groups import quarters
        >>> quarters([1, 2, 3, 4, 5, 6, 7, 8]).labels
        ('1 to 2', '3 to 4', '5 to 6', '7 to 8')
    """
    number = np.asarray(values, np.float64)
    held = number[~np.isnan(number)]
    if not len(held) or np.isinf(held).any():
        raise BadValues("quarters", f"{len(held)} numbers", "one or more, all finite")
    ends = np.unique(np.quantile(held, (0.25, 0.5, 0.75)))
    at = np.where(np.isnan(number), -1, np.searchsorted(ends, number))
    kept, of = np.unique(at[at >= 0], return_inverse=True)  # a group that nobody is in is none
    group = np.full(len(number), -1, np.int64)
    group[at >= 0] = of
    own = [number[group == one] for one in range(len(kept))]
    return Quarters(group, _told([(float(one.min()), float(one.max())) for one in own]))


def gap(own: ArrayLike, other: ArrayLike, seed: int = 0) -> Figure:
    """Return the mean of `own` less that of `other`; the interval draws both again."""
    one, two = (np.asarray(values, np.float64) for values in (own, other))
    value = np.r_[one, two]
    mine = np.r_[np.ones(len(one)), np.zeros(len(two))]
    its = 1 - mine
    sums = np.column_stack([np.ones(len(value)), mine, mine * value, its, its * value])
    return figures(("gap",), sums, _apart, ("a group is empty",), seed=seed)[0]


def _apart(sums: Floats) -> Floats:
    return ratio(sums[:, 2], sums[:, 1]) - ratio(sums[:, 4], sums[:, 3])


def _told(ends: list[tuple[float, float]]) -> tuple[str, ...]:
    """Return a label of each group, in as few digits from six on as tell their ends apart."""
    numbers = sorted({end for both in ends for end in both})
    digits = SHORT
    while digits < LONG and len({_short(one, digits) for one in numbers}) < len(numbers):
        digits += 1
    return tuple(f"{_short(low, digits)} to {_short(high, digits)}" for low, high in ends)


def _short(number: float, digits: int) -> str:
    """Return a number in so many digits; a whole one as people write it."""
    whole = number.is_integer() and abs(number) < WHOLE
    return str(int(number)) if whole else f"{number:.{digits}g}"
