"""Vector autoregression of order one, of many short series at once, each drawn to all of them.

``y_t - m = A (y_{t-1} - m) + e`` with a ridge that draws A to what all series have in common, so
that a short series has the common dynamics and a long one its own (the shrinkage is *ours*; the
model is Sims 1980).
"""

__all__ = ["lagged"]

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
WEIGHT = 10.0  # steps that what is common counts for
LEAST = 1e-9


def lagged(y: Floats, horizons: ArrayLike) -> Floats:
    """Return what follows `y` (t, g, k) at each horizon. Shape (h, g, k).

    Where the last rows are missing, the last known one is led on through them; the forecast of
    an axis that was never seen is NaN.
    """
    known = np.asarray(~np.isnan(y))
    count = known.sum(axis=0)
    mean = np.where(known, y, 0.0).sum(axis=0) / np.maximum(count, 1)  # (g, k)
    away = y - mean
    whole = np.asarray(known.all(axis=2))
    pair = whole[1:] & whole[:-1]
    now, before = (np.where(pair[..., None], part, 0.0) for part in (away[1:], away[:-1]))
    own = np.einsum("tgi,tgj->gij", before, before)
    cross = np.einsum("tgi,tgj->gij", before, now)
    k = y.shape[2]
    size = own.trace(axis1=1, axis2=2) / k / np.maximum(pair.sum(axis=0), 1)  # variance (g,)
    scale = np.maximum(size, LEAST)[:, None, None]
    flat = np.eye(k) * LEAST
    common = np.linalg.solve((own / scale).sum(axis=0) + flat, (cross / scale).sum(axis=0))
    ridge = WEIGHT * scale * np.eye(k)
    rule = np.linalg.solve(own + ridge, cross + ridge @ common)  # (g, k, k)
    state = np.zeros_like(mean)
    for row, seen in zip(away, known, strict=True):
        state = np.where(seen, row, _led(state, rule))
    steps, told = [int(h) for h in np.asarray(horizons)], {}
    for h in range(1, max(steps) + 1):
        state = _led(state, rule)
        told[h] = mean + state
    return np.where(count > 0, np.stack([told[h] for h in steps]), np.nan)


def _led(state: Floats, rule: Floats) -> Floats:
    return np.asarray(np.einsum("gi,gij->gj", state, rule))
