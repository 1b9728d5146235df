"""How well an outcome is told where those without a label may have it too.

``alpha`` is the share of those called negative who are positive in truth, ``beta`` that of those
called positive (positive and unlabelled: beta 1). With true and false positive rates gamma and nu
as observed, c the observed prior and theta the share that is told positive (Ramola, Jain &
Radivojac 2019; life2vec, Savcisens et al. 2024):

``gamma' = ((1 - alpha) gamma - (1 - beta) nu) / (beta - alpha)``,
``nu' = (beta nu - alpha gamma) / (beta - alpha)``, ``c' = c beta + (1 - c) alpha``,
C-MCC ``sqrt(c'(1 - c') / (theta (1 - theta))) (gamma' - nu')``, C-BAcc ``(1 + gamma' - nu') / 2``,
C-F1 ``2 c' gamma' / (c' + theta)``; with alpha 0 and beta 1 they are the usual ones. AUL counts how
often a positive's score is above that of anybody at all: ``c / 2 + (1 - c) AUC``.
"""

__all__ = [
    "CORRECTED",
    "area_figure",
    "auc",
    "aul",
    "c_bacc",
    "c_f1",
    "c_mcc",
    "corrected_figures",
]

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues
from affectory.core.figure import Figure
from affectory.measure.bootstrap import codes_of, figures, gather, ratio, wording

Floats = NDArray[np.float64]
CORRECTED = ("c_mcc", "c_bacc", "c_f1")
_WHY = "one of the two kinds is missing, or all are told alike"


def c_mcc(truth: ArrayLike, told: ArrayLike, alpha: float = 0.0, beta: float = 1.0) -> float:
    """Return the corrected Matthews correlation, NaN where all are told alike.

    Args:
        truth: Whether each is labelled positive. Shape (n,).
        told: Whether each is told to be. Shape (n,).
        alpha: Share of the true positives among those labelled negative, in [0, 1).
        beta: The same among those labelled positive, in (alpha, 1].

    Raises:
        BadChoice: if not 0 <= alpha < beta <= 1.
        BadValues: if the lengths differ.

    Example:
        >>> from affectory.measure.unlabelled import c_mcc
        >>> round(c_mcc([1, 1, 0, 0], [1, 0, 0, 0]), 4)
        0.5774
    """
    return float(_corrected(_all(truth, told), alpha, beta)[0, 0])


def c_bacc(truth: ArrayLike, told: ArrayLike, alpha: float = 0.0, beta: float = 1.0) -> float:
    """Return the corrected balanced accuracy; arguments and errors as in `c_mcc`."""
    return float(_corrected(_all(truth, told), alpha, beta)[0, 1])


def c_f1(truth: ArrayLike, told: ArrayLike, alpha: float = 0.0, beta: float = 1.0) -> float:
    """Return the corrected F1; arguments and errors as in `c_mcc`."""
    return float(_corrected(_all(truth, told), alpha, beta)[0, 2])


def corrected_figures(
    truth: ArrayLike,
    told: ArrayLike,
    alpha: float = 0.0,
    beta: float = 1.0,
    *,
    cluster: ArrayLike | None = None,
    **how: Any,
) -> tuple[Figure, ...]:
    """Return C-MCC, C-BAcc and C-F1 with intervals over persons; the rest as in `c_mcc`."""
    cells = _cells(truth, told)
    code, c = codes_of(cluster, len(cells))
    sums = gather(lambda rows: cells[rows], cells.shape[1], code, c)
    finish = partial(_corrected, alpha=alpha, beta=beta)
    return figures(CORRECTED, sums, finish, (_WHY,) * 3, drawn="persons", **how)


def auc(truth: ArrayLike, scores: ArrayLike) -> float:
    """Return how often a positive's score is above a negative's, equal ones by half.

    Raises:
        BadValues: if the lengths differ, or a score is NaN.
    """
    return _areas(truth, scores)[0]


def aul(truth: ArrayLike, scores: ArrayLike) -> float:
    """Return the mean over positives i and all j of ``[s_i > s_j] + [s_i = s_j] / 2``.

    Errors as in `auc`.
    """
    return _areas(truth, scores)[1]


def area_figure(
    truth: ArrayLike,
    scores: ArrayLike,
    rival: ArrayLike | None = None,
    *,
    name: str = "auc",
    resamples: int = 2000,
    seed: int = 0,
    setting: str = "",
    by: str = "",
) -> Figure:
    """Return the AUC, or by how much it is above that of `rival`, with an interval over persons.

    Args:
        truth: Whether each is positive. Shape (n,).
        scores: Shape (n,).
        rival: Other scores of the same persons; None: the area itself. Shape (n,).
        name: Name of the figure.
        resamples: How often persons are drawn.
        seed: Seed of the draws.
        setting: Data and split.
        by: Whose scores.

    Raises:
        BadValues: if the lengths differ, or a score is NaN.
    """
    rng = np.random.default_rng(seed)
    ranks = [_ranked(truth, one)[1] for one in (scores, rival) if one is not None]
    held = np.asarray(truth, bool)

    def gap(count: NDArray[np.int64] | None = None) -> float:
        areas = [_weighted(held, rank, count) for rank in ranks]
        return areas[0] - (areas[1] if len(areas) > 1 else 0.0)

    n, value = len(held), gap()
    words = wording(n, "persons", 0.95, resamples, seed)
    setting = f"{setting}; {words}" if setting else words
    if np.isnan(value):
        return Figure(name, value, n=n, setting=setting, by=by, reason=_WHY)
    drawn = [gap(np.bincount(rng.integers(0, n, n), minlength=n)) for _ in range(resamples)]
    low, high = np.nanquantile(drawn, (0.025, 0.975)) if n >= 5 else (np.nan, np.nan)
    return Figure(name, value, float(low), float(high), n=n, setting=setting, by=by)


def _areas(truth: ArrayLike, scores: ArrayLike) -> tuple[float, float]:
    held, rank = _ranked(truth, scores)
    area = _weighted(held, rank, None)
    c = held.mean() if len(held) else np.nan
    return area, float(c / 2 + (1 - c) * area) if held.any() and not held.all() else float(area)


def _ranked(truth: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return who is positive, and the rank of each score, equal ones alike."""
    held, told = np.asarray(truth, bool), np.asarray(scores, np.float64)
    if held.shape != told.shape:
        raise BadValues("auc", f"{told.shape} scores", f"{held.shape}, one for each")
    if np.isnan(told).any():  # else it would count as the greatest
        raise BadValues("auc", "NaN among the scores", "a number for each")
    return held, np.unique(told, return_inverse=True)[1]


def _weighted(
    held: NDArray[np.bool_], rank: NDArray[np.int64], count: NDArray[np.int64] | None
) -> float:
    """Return the AUC of persons who count so many times each."""
    weight = np.ones(len(held)) if count is None else count.astype(np.float64)
    k = int(rank.max(initial=-1)) + 1
    up = np.bincount(rank, weight * held, k)
    down = np.bincount(rank, weight * ~held, k)
    if not (up.sum() > 0 and down.sum() > 0):
        return float("nan")
    below = np.cumsum(down) - down
    return float((up * (below + down / 2)).sum() / (up.sum() * down.sum()))


def _cells(truth: ArrayLike, told: ArrayLike) -> Floats:
    """Return 1, hit, false alarm, miss of each person. Shape (n, 4)."""
    held, said = np.asarray(truth, bool), np.asarray(told, bool)
    if held.shape != said.shape or held.ndim != 1:
        raise BadValues("c_mcc", f"shapes {held.shape}, {said.shape}", "one row each")
    rows = [np.ones(len(held)), held & said, ~held & said, held & ~said]
    return np.asarray(np.stack(rows, axis=1), np.float64)


def _all(truth: ArrayLike, told: ArrayLike) -> Floats:
    return np.asarray(_cells(truth, told).sum(axis=0)[None], np.float64)


def _corrected(sums: Floats, alpha: float, beta: float) -> Floats:
    """Return C-MCC, C-BAcc and C-F1 of summed cells. Shape (r, 3)."""
    if not 0 <= alpha < beta <= 1:
        raise BadChoice("alpha, beta", (alpha, beta), "0 <= alpha < beta <= 1")
    n, hits, alarms, misses = sums.T
    positive = hits + misses
    gamma, nu = ratio(hits, positive), ratio(alarms, n - positive)
    wide = beta - alpha
    up = ((1 - alpha) * gamma - (1 - beta) * nu) / wide
    down = (beta * nu - alpha * gamma) / wide
    c, theta = ratio(positive, n), ratio(hits + alarms, n)
    prior = c * beta + (1 - c) * alpha
    mcc = np.sqrt(np.maximum(ratio(prior * (1 - prior), theta * (1 - theta)), 0)) * (up - down)
    return np.column_stack([mcc, (1 + up - down) / 2, ratio(2 * prior * up, prior + theta)])
