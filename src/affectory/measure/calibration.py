"""Whether shares mean what they say: calibration error, Brier score, KL and JS divergence.

Truth may be soft: a row of shares of raters instead of one label. Logarithms are natural
(results in nats) unless `base` says otherwise; with base 2 JS lies in [0, 1].
"""

__all__ = [
    "BRIER",
    "ECE",
    "JS",
    "KL",
    "Bins",
    "brier",
    "confidence_ece",
    "ece",
    "ece_per_label",
    "js",
    "kl",
    "pair",
]

from enum import Enum, auto

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.bootstrap import Codes, Floats, Score, gather, mean, ratio

_NO_ROW = "no row has both a truth and an answer"


class Bins(Enum):
    """How answers are put into bins before truth and answer are compared."""

    WIDTH = auto()  # equally wide, over [0, 1]
    MASS = auto()  # equally full, equal answers together


def ece(truth: ArrayLike, given: ArrayLike, bins: int = 15, binning: Bins = Bins.WIDTH) -> float:
    """Return the mean over labels of `ece_per_label` (classwise calibration error, in [0, 1]).

    Paper: Kull et al. 2019, "Beyond temperature scaling". The error of the greatest label
    alone (Guo et al. 2017) is `confidence_ece`.
    """
    return ECE.value(truth, given, bins=bins, binning=binning)


def ece_per_label(
    truth: ArrayLike, given: ArrayLike, bins: int = 15, binning: Bins = Bins.WIDTH
) -> Floats:
    """Return each label's calibration error, ``sum_b n_b / n |mean truth - mean answer|``.

    Args:
        truth: What is so, in [0, 1]; soft shares allowed. Shape (n, k).
        given: Probabilities said. Shape (n, k).
        bins: How many bins, >= 1.
        binning: Equally wide or equally full bins.

    Returns:
        Shape (k,), in [0, 1]; NaN without a usable row.

    Raises:
        BadValues: if the shapes differ.
        BadChoice: if bins is less than 1.

    Example:
        >>> import numpy as np
        >>> from affectory.measure.calibration import ece_per_label
        >>> half = np.full((4, 2), 0.5)  # says 50 %, happens in 50 % and in 100 %
        >>> ece_per_label([[0, 1], [1, 1], [0, 1], [1, 1]], half).tolist()
        [0.0, 0.5]
    """
    code = np.zeros(len(np.asarray(truth)), np.int64)
    k = np.asarray(given).shape[1]
    return _each_ece(_gaps(truth, given, code, 1, bins, binning), k).ravel()


def confidence_ece(
    truth: ArrayLike, given: ArrayLike, bins: int = 15, binning: Bins = Bins.WIDTH
) -> float:
    """Return the calibration error of the greatest label's probability, in [0, 1].

    Args as in `ece_per_label`; a row of `truth` counts as right by its share at the label
    that `given` has greatest. Paper: Guo et al. 2017, "On calibration of modern networks".
    """
    true, said, usable = pair(truth, given)
    if not true.size:
        return float("nan")
    top = said.argmax(axis=1)[:, None]
    right = np.take_along_axis(true, top, axis=1)
    return ece(right[usable], said.max(axis=1)[usable, None], bins=bins, binning=binning)


def brier(truth: ArrayLike, given: ArrayLike) -> float:
    """Return the mean over rows of the squared distance of answer and truth, in [0, 2].

    Summed over the k labels, as Brier (1950) has it: two labels give twice the one-sided form.
    """
    return BRIER.value(truth, given)


def kl(truth: ArrayLike, given: ArrayLike, base: float = np.e, floor: float = 1e-12) -> float:
    """Return the mean over rows of ``sum truth log(truth / given)``, >= 0.

    Args:
        truth: Shares, each row a distribution. Shape (n, k).
        given: Shares said. Shape (n, k).
        base: Of the logarithm: e gives nats, 2 gives bits.
        floor: Least share put in place of a said zero, so that no row is infinite.
    """
    return KL.value(truth, given, base=base, floor=floor)


def js(truth: ArrayLike, given: ArrayLike, base: float = 2.0) -> float:
    """Return the mean over rows of the Jensen-Shannon divergence, in [0, 1] for base 2.

    The divergence itself (Lin 1991), not its square root, which is a distance.
    """
    return JS.value(truth, given, base=base)


def pair(truth: ArrayLike, given: ArrayLike) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return both as (n, k) floats with 0 in missing rows, and which rows are usable (n,).

    Raises:
        BadValues: if the shapes differ or are not (n, k).
    """
    true, said = np.asarray(truth, np.float64), np.asarray(given, np.float64)
    if true.ndim != 2 or true.shape != said.shape:
        found = f"truth {true.shape}, answers {said.shape}"
        raise BadValues("labels", found, "one shape (n, k)", "give one column per label")
    usable = np.asarray(~(np.isnan(true) | np.isnan(said)).any(axis=1))
    if usable.all():
        return true, said, usable
    return np.where(usable[:, None], true, 0.0), np.where(usable[:, None], said, 0.0), usable


def _gaps(
    truth: ArrayLike,
    given: ArrayLike,
    code: Codes,
    c: int,
    bins: int = 15,
    binning: Bins = Bins.WIDTH,
) -> Floats:
    """Return rows, then answer minus truth summed in each label's bins. Shape (c, 1 + k bins)."""
    if bins < 1:
        raise BadChoice("bins", bins, "1 or more, such as 15")
    true, said, usable = pair(truth, given)
    k = true.shape[1]
    place = _places(said, usable, bins, binning)  # (n, k)
    cell = (code[:, None] * k + np.arange(k)) * bins + place
    gap = np.where(usable[:, None], said - true, 0.0)
    flat = np.bincount(cell.ravel(), gap.ravel(), minlength=c * k * bins)
    count = np.bincount(code, usable.astype(np.float64), minlength=c)
    return np.hstack([count[:, None], flat.reshape(c, k * bins)]).astype(np.float64)


def _places(said: Floats, usable: NDArray[np.bool_], bins: int, binning: Bins) -> Codes:
    """Return the bin of each answer. Shape (n, k)."""
    if binning is Bins.WIDTH or not usable.any():
        # a bin holds its upper edge, as in Guo et al.: (0, 1/b], (1/b, 2/b] ...
        return np.asarray(np.clip(np.ceil(said * bins) - 1, 0, bins - 1), np.int64)
    shares = np.arange(1, bins) / bins
    edges = np.quantile(said[usable], shares, axis=0, method="inverted_cdf")  # (bins - 1, k)
    columns = [np.searchsorted(edges[:, j], said[:, j]) for j in range(said.shape[1])]
    return np.column_stack(columns).astype(np.int64)


def _each_ece(sums: Floats, k: int) -> Floats:
    return ratio(np.abs(sums[:, 1:]).reshape(len(sums), k, -1).sum(axis=2), sums[:, :1])


def _mean_gaps(
    truth: ArrayLike,
    given: ArrayLike,
    code: Codes,
    c: int,
    bins: int = 15,
    binning: Bins = Bins.WIDTH,
) -> Floats:
    """Return `_gaps` divided by k, so that their plain sum is the mean over labels."""
    sums = _gaps(truth, given, code, c, bins, binning)
    sums[:, 1:] /= np.asarray(given).shape[1]
    return sums


def _sum_gaps(sums: Floats) -> Floats:
    return _each_ece(sums, 1)[:, 0]


def _row_sums(per_row: Floats, usable: NDArray[np.bool_], code: Codes, c: int) -> Floats:
    parts = np.column_stack([usable, np.where(usable, per_row, 0.0)]).astype(np.float64)
    return gather(lambda part: parts[part], 2, code, c)


def _brier(truth: ArrayLike, given: ArrayLike, code: Codes, c: int) -> Floats:
    true, said, usable = pair(truth, given)
    return _row_sums(((true - said) ** 2).sum(axis=1), usable, code, c)


def _kl(
    truth: ArrayLike,
    given: ArrayLike,
    code: Codes,
    c: int,
    base: float = np.e,
    floor: float = 1e-12,
) -> Floats:
    true, said, usable = pair(truth, given)
    return _row_sums(_divergence(true, np.maximum(said, floor)) / np.log(base), usable, code, c)


def _js(truth: ArrayLike, given: ArrayLike, code: Codes, c: int, base: float = 2.0) -> Floats:
    true, said, usable = pair(truth, given)
    middle = (true + said) / 2
    both = (_divergence(true, middle) + _divergence(said, middle)) / 2
    return _row_sums(both / np.log(base), usable, code, c)


def _divergence(p: Floats, q: Floats) -> Floats:
    """Return ``sum p log(p / q)`` of each row, where 0 log 0 is 0. Shape (n,)."""
    held = p > 0
    ratio = np.where(held, p, 1.0) / np.where(held, q, 1.0)
    return np.asarray((p * np.log(ratio)).sum(axis=1))


BRIER = Score("brier", _brier, mean, _NO_ROW)
ECE = Score("ece", _mean_gaps, _sum_gaps, _NO_ROW, inflated=True)
JS = Score("js", _js, mean, _NO_ROW)
KL = Score("kl", _kl, mean, _NO_ROW)
