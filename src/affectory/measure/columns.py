"""A measure of every group, and why it is undefined where it is."""

__all__ = ["Column", "column"]

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.measure.catalogue import Reason


class Column(NamedTuple):
    """One number for each group.

    Attributes:
        values: NaN where undefined. Shape (g,).
        reasons: Codes of `catalogue.Reason`, 0 where defined. Shape (g,).
    """

    values: NDArray[np.float64]
    reasons: NDArray[np.uint8]


def column(values: NDArray[np.float64], *unless: tuple[NDArray[np.bool_], Reason]) -> Column:
    """Return `values` (g,) but NaN where one of `unless` holds; the first gives the reason."""
    reasons = np.zeros(len(values), np.uint8)
    for holds, reason in reversed(unless):
        reasons[holds] = reason
    return Column(np.where(reasons > 0, np.nan, values), reasons)
