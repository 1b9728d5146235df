"""Learning the gain, temperature and priors of a mixture from people's own distributions.

Part of system 06 (`mixtures`), *ours*: the paper learns a network instead. Ratings of text lie
near the middle of their scales, where the Gaussians of single terms say little; a stretch of the
axes, a temperature and priors make up for it, and are learned here by quasi-Newton descent.
"""

__all__ = ["learned"]

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from affectory.represent.term_gaussians import log_density

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]


def learned(
    x: Floats, target: Floats, mean: Floats, covariance: Floats, ridge: float
) -> tuple[tuple[float, float, float], float, tuple[float, ...]]:
    """Return gain, temperature and priors with the least penalised cross-entropy.

    Args:
        x: Complete points. Shape (n, 3).
        target: Distributions. Shape (n, k).
        mean: Shape (k, 3).
        covariance: Shape (k, 3, 3).
        ridge: Weight of the squared parameters.
    """
    precision = np.linalg.inv(covariance)

    def objective(theta: Floats) -> tuple[float, Floats]:
        gain, warmth, log_prior = np.exp(theta[:3]), np.exp(-theta[3]), theta[4:]
        fit = log_density(x * gain, mean, covariance) * warmth
        score = fit + log_prior
        score -= score.max(axis=1, keepdims=True)
        log_p = score - np.log(np.exp(score).sum(axis=1, keepdims=True))
        miss = (np.exp(log_p) - target) / len(x)  # of the loss by the scores, (n, k)
        # d score_c / d log gain_d = -warmth x_d gain_d [precision_c (x gain - mu_c)]_d
        stretched = x * gain
        summed = np.einsum("nk,kij->nij", miss, precision)
        pulled = miss @ np.einsum("kij,kj->ki", precision, mean)
        by_gain = -warmth * stretched * (np.einsum("nij,nj->ni", summed, stretched) - pulled)
        slope = np.concatenate([by_gain.sum(axis=0), [-(miss * fit).sum()], miss.sum(axis=0)])
        centred = np.concatenate([theta[:4], log_prior - log_prior.mean()])
        loss = -(target * log_p).sum() / len(x) + ridge * float(centred @ centred)
        return loss, slope + 2 * ridge * centred

    theta = _descend(objective, np.zeros(4 + len(mean)))
    gain = np.exp(theta[:3]).tolist()
    priors = np.exp(theta[4:] - theta[4:].max())
    return (gain[0], gain[1], gain[2]), float(np.exp(theta[3])), tuple(priors.tolist())


def _descend(objective: Objective, theta: Floats, steps: int = 500) -> Floats:
    """Return the minimum that BFGS with a backtracking line search reaches from `theta`."""
    inverse = np.eye(len(theta))
    loss, slope = objective(theta)
    for _ in range(steps):
        if np.abs(slope).max() < 1e-8:
            break
        way = -inverse @ slope
        if way @ slope >= 0:  # rounding has spoilt the curvature: start it anew
            inverse, way = np.eye(len(theta)), -slope
        length = 1.0
        while length > 1e-12:
            with np.errstate(over="ignore", invalid="ignore"):  # a step too far: NaN, halved
                new_loss, new_slope = objective(theta + length * way)
            if new_loss <= loss + 1e-4 * length * (way @ slope):
                break
            length /= 2
        else:
            break
        move, turn = length * way, new_slope - slope
        theta, loss, slope = theta + move, new_loss, new_slope
        inverse = _updated(inverse, move, turn)
    return theta


def _updated(inverse: Floats, move: Floats, turn: Floats) -> Floats:
    """Return the inverse curvature after a move along which the slope turned by `turn`."""
    along = float(move @ turn)
    if along <= 1e-14:
        return inverse
    side = np.eye(len(move)) - np.outer(move, turn) / along
    return np.asarray(side @ inverse @ side.T + np.outer(move, move) / along)
