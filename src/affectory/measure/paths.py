"""How far several possible paths are from the one that was taken.

Arrays first, one value a path, so that any mean and any interval can follow. The best of s draws
hides the other s - 1: read the mean of all and the likelihood beside it.

ADE, FDE: mean and final displacement (Pellegrini et al. 2009), best of s as in Gupta et al. 2018;
TCC, COL: Bae, Park & Jeon 2022, as the code of EigenTrajectory computes them.
"""

__all__ = ["best_of", "collisions", "far", "mean_of", "mixture_nll", "tcc"]

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadValues

Floats = NDArray[np.float64]
_BLOCK = 2048  # paths at once
NEAR = 0.2  # m
PARTS = 4  # points that a step is cut into
STEPS = 3  # steps within which collisions are counted


def far(draws: ArrayLike, truth: ArrayLike) -> Floats:
    """Return how far each draw is at each step. Shape (n, s, h).

    Args:
        draws: Possible paths. Shape (n, s, h, k).
        truth: The paths that were taken. Shape (n, h, k).

    Raises:
        BadValues: if the shapes do not fit.
    """
    drawn, came = np.asarray(draws), np.asarray(truth)
    if drawn.ndim != 4 or came.shape != (len(drawn), *drawn.shape[2:]):
        raise BadValues("paths", f"{drawn.shape}, {came.shape}", "(n, s, h, k) and (n, h, k)")
    out = np.empty(drawn.shape[:3])
    for low in range(0, len(drawn), _BLOCK):
        part = slice(low, low + _BLOCK)
        apart = drawn[part].astype(np.float64) - came[part, None]
        out[part] = np.sqrt(np.einsum("nshk,nshk->nsh", apart, apart))
    return out


def best_of(draws: ArrayLike, truth: ArrayLike) -> tuple[Floats, Floats]:
    """Return ADE and FDE of the best draw, each its own best. Shapes (n,), (n,).

    ``ADE = min_s mean_t |d_st|``, ``FDE = min_s |d_sT|``

    Example:
        >>> from affectory.measure.paths import best_of
        >>> ahead = [[[[1.0, 0.0], [2.0, 0.0]], [[0.0, 1.0], [0.0, 2.0]]]]
        >>> came = [[[0.0, 1.0], [0.0, 3.0]]]
        >>> [float(error[0]) for error in best_of(ahead, came)]
        [0.5, 1.0]
    """
    away = far(draws, truth)
    return away.mean(axis=2).min(axis=1), away[..., -1].min(axis=1)


def mean_of(
    draws: ArrayLike, truth: ArrayLike, chance: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Return the expected ADE and FDE of a draw. Shapes (n,), (n,).

    Args:
        draws: Possible paths. Shape (n, s, h, k).
        truth: The paths that were taken. Shape (n, h, k).
        chance: How likely each draw is; None: all alike. Shape (n, s).
    """
    away = far(draws, truth)
    share = np.full(away.shape[:2], 1 / away.shape[1]) if chance is None else np.asarray(chance)
    return (share * away.mean(axis=2)).sum(axis=1), (share * away[..., -1]).sum(axis=1)


def tcc(draws: ArrayLike, truth: ArrayLike) -> Floats:
    """Return Pearson's r over time of the draw with the best end, mean over axes. Shape (n,).

    0 on an axis where either does not move.
    """
    drawn, came = np.asarray(draws, np.float64), np.asarray(truth, np.float64)
    at = far(drawn, came)[..., -1].argmin(axis=1)
    best = drawn[np.arange(len(drawn)), at]
    x, y = best - best.mean(axis=1, keepdims=True), came - came.mean(axis=1, keepdims=True)
    both = (x * y).sum(axis=1)
    size = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    return np.asarray(np.where(size > 0, both / np.where(size > 0, size, 1), 0).mean(axis=1))


def collisions(draws: ArrayLike, scene: ArrayLike) -> Floats:
    """Return in which share of draws each path comes nearer than 0.2 to another. Shape (n,).

    The s-th draws of a scene happen together; each step is cut into 4, and the first 3 steps and
    a quarter count.

    Args:
        draws: Possible paths. Shape (n, s, h, k).
        scene: Which paths happen together. Shape (n,).
    """
    drawn = np.asarray(draws, np.float64)
    part = np.arange(PARTS) / PARTS
    steps = np.diff(drawn, axis=2)
    dense = drawn[:, :, :-1, None] + part[:, None] * steps[:, :, :, None]
    n, s, _, _, k = dense.shape
    dense = np.concatenate([dense.reshape(n, s, -1, k), drawn[:, :, -1:]], axis=2)
    dense = dense[:, :, : STEPS * PARTS + 2]
    hit = np.zeros(n)
    _, code = np.unique(np.asarray(scene), return_inverse=True)
    order = np.argsort(code, kind="stable")
    for one in np.split(order, np.flatnonzero(np.diff(code[order])) + 1):
        own = dense[one].transpose(1, 2, 0, 3)  # (s, t, m, k)
        gap = np.square(own[:, :, :, None] - own[:, :, None]).sum(axis=-1).min(axis=1)
        gap[:, np.arange(len(one)), np.arange(len(one))] = np.inf
        hit[one] = (gap.min(axis=-1) < NEAR**2).mean(axis=0)
    return hit


def mixture_nll(truth: ArrayLike, centres: ArrayLike, chance: ArrayLike, sd: ArrayLike) -> Floats:
    """Return minus the log density of what came, at each step, under a mixture of normals.

    Shape (n, h). The k axes of a component are independent and equally wide.

    Args:
        truth: The paths that were taken. Shape (n, h, k).
        centres: Middle of each component. Shape (n, s, h, k).
        chance: Its weight; rows sum to one. Shape (n, s).
        sd: Its width, > 0. Shape (n, h).
    """
    width = np.asarray(sd, np.float64)
    k = np.asarray(truth).shape[-1]
    with np.errstate(divide="ignore"):
        share = np.log(np.asarray(chance, np.float64))
    log = share[:, :, None] - 0.5 * (far(centres, truth) / width[:, None]) ** 2
    peak = log.max(axis=1, keepdims=True)
    whole = peak[:, 0] + np.log(np.exp(log - peak).sum(axis=1))
    return np.asarray(k * np.log(width) + 0.5 * k * np.log(2 * np.pi) - whole)
