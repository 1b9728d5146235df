"""A Gaussian process through each of many short series at irregular times, all at once.

Matern covariance of order 3/2 plus noise about the mean of the series; length and share of noise
are those of a small grid that make the series likeliest, the variance has a closed form
(Rasmussen & Williams 2006, chapters 2, 4 and 5).
"""

__all__ = ["continued"]

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LENGTHS = (1.5, 4.0, 12.0, 40.0)  # usual steps
NOISES = (0.05, 0.3, 0.7)  # of the variance
LEAST = 1e-9


def continued(y: Floats, time: Floats, later: Floats, step: Floats) -> Floats:
    """Return what follows each series. Shape (h, s).

    Args:
        y: Values, NaN where missing. Shape (t, s).
        time: When; anything where the value is missing. Shape (t, s).
        later: Times that are asked for. Shape (h, s).
        step: Usual time from value to value of each series, > 0. Shape (s,).
    """
    known = ~np.isnan(y)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, y, 0.0).sum(axis=0) / count
    away = np.where(known, y - mean, 0.0).T  # (s, t)
    seen = known.T
    both = seen[:, :, None] & seen[:, None, :]
    at, asked = (np.where(known, time, 0.0) / step).T, (later / step).T
    gap = np.abs(at[:, :, None] - at[:, None, :])
    ahead = np.abs(asked[:, :, None] - at[:, None, :])  # (s, h, t)
    best, told = np.full(len(away), -np.inf), np.zeros((len(away), later.shape[0]))
    for length in LENGTHS:
        near, far = _matern(gap / length), _matern(ahead / length) * seen[:, None, :]
        for noise in NOISES:
            like, centre = _fit(np.where(both, (1 - noise) * near, 0.0), (1 - noise) * far, away,
                                np.where(seen, noise, 1.0), count)  # fmt: skip
            better = like > best
            best = np.where(better, like, best)
            told = np.where(better[:, None], centre, told)
    return np.where(known.any(axis=0), (mean[:, None] + told).T, np.nan)


def _fit(
    near: Floats, far: Floats, away: Floats, noise: Floats, count: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Return the log-likelihood of each series (s,), and what is told of it (s, h)."""
    t = near.shape[1]
    near[:, np.arange(t), np.arange(t)] = np.where(noise < 1, 1.0, 0.0) + (noise >= 1)
    root = np.linalg.cholesky(near + LEAST * np.eye(t))
    weight = np.linalg.solve(near + LEAST * np.eye(t), away[..., None])[..., 0]
    var = np.maximum((away * weight).sum(axis=1) / count, LEAST)
    logs = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return -0.5 * count * np.log(var) - logs, np.einsum("sht,st->sh", far, weight)


def _matern(distance: Floats) -> Floats:
    reach = np.sqrt(3.0) * distance
    return np.asarray((1 + reach) * np.exp(-reach))
