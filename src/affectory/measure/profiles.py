"""How well a whole profile of shares was told: error over cells, average Pearson, Wasserstein.

The papers on readers' emotion (Kadan et al. 2024 and before) write average Pearson, AP, as
``sum(dx dy) / ((n - 1) s_x s_y)`` with population deviations s. That is ``n / (n - 1)`` times
Pearson's r: 1.25 r over five emotions, which can exceed 1. Here are both, by their names.
"""

__all__ = ["AP_DOCUMENT", "CELL_RMSE", "R_DOCUMENT", "average_pearson", "wasserstein"]

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.measure.agreement import pearson
from affectory.measure.bootstrap import Codes, Floats, Score, gather, mean
from affectory.measure.calibration import pair

_NO_ROW = "no row has both a truth and an answer that vary"


def average_pearson(truth: ArrayLike, given: ArrayLike) -> float:
    """Return AP as the papers write it, ``n / (n - 1)`` times Pearson's r, for one pair of n.

    Example:
        >>> from affectory.measure.profiles import average_pearson
        >>> round(average_pearson([0.1, 0.2, 0.3, 0.0, 0.4], [0.1, 0.2, 0.3, 0.0, 0.4]), 6)
        1.25
    """
    n = len(np.asarray(truth))
    return pearson(truth, given) * n / (n - 1) if n > 1 else float("nan")


def wasserstein(truth: ArrayLike, given: ArrayLike) -> float:
    """Return the distance of two rows of k shares whose VALUES are taken as samples.

    So the papers use it: sorted values are compared, and which emotion has them plays no part.
    """
    x, y = (np.sort(np.asarray(side, np.float64)) for side in (truth, given))
    return float(np.abs(x - y).mean())


def _errors(truth: ArrayLike, given: ArrayLike, code: Codes, c: int) -> Floats:
    """Return usable rows, cells, and squared errors, summed. Shape (c, 3)."""
    true, said, usable = pair(truth, given)
    square = np.where(usable, ((true - said) ** 2).sum(axis=1), 0.0)
    parts = np.column_stack([usable, usable * true.shape[1], square]).astype(np.float64)
    return gather(lambda part: parts[part], 3, code, c)


def _root(sums: Floats) -> Floats:
    return np.asarray(np.sqrt(mean(sums[:, 1:])))


def _row_r(truth: ArrayLike, given: ArrayLike, code: Codes, c: int) -> Floats:
    """Return usable rows, Pearson's r of each row and AP of each, summed. Shape (c, 3)."""
    true, said, usable = pair(truth, given)
    x, y = (side - side.mean(axis=1, keepdims=True) for side in (true, said))
    under = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    usable = usable & (under > 1e-12)
    r = np.where(usable, (x * y).sum(axis=1) / np.where(usable, under, 1.0), 0.0)
    k = true.shape[1]
    parts = np.column_stack([usable, r, r * k / (k - 1)]).astype(np.float64)
    return gather(lambda part: parts[part], 3, code, c)


def _ap(sums: NDArray[np.float64]) -> Floats:
    return mean(sums[:, ::2])


CELL_RMSE = Score("rmse", _errors, _root, _NO_ROW)
R_DOCUMENT = Score("r_document", _row_r, mean, _NO_ROW)
AP_DOCUMENT = Score("ap_document", _row_r, _ap, _NO_ROW)
