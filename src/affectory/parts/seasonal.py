"""What follows many equally spaced series: persistence, seasons, smoothing with a season.

All series are continued in one pass. Holt-Winters has an additive season and a damped trend
(Gardner & McKenzie 1985); its weights are those of a grid that predict the past best, one step
ahead, each series its own. Series must be whole: `filled` mends gaps before.
"""

__all__ = ["filled", "holt_winters", "persisted", "seasoned", "smoothed"]

from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVELS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
TRENDS = ((0.0, 1.0), (0.05, 0.8), (0.1, 0.9))  # weight and damping; none, short, longer
SEASONS = (0.0, 0.05, 0.15, 0.3)
BURNT = 2  # seasons that are not scored, since they set the start


def filled(x: Floats, season: int) -> Floats:
    """Return series without gaps: what is missing is as it was a season before, else after.

    Args:
        x: NaN where nothing is known. Shape (s, t).
        season: Steps of a season, >= 1.

    Returns:
        Shape (s, t); 0 throughout for a series in which nothing is known.
    """
    out = x.copy()
    t = out.shape[1]
    for at in (*range(season, t), *range(t - season - 1, -1, -1)):
        other = at - season if at >= season else at + season
        out[:, at] = np.where(np.isnan(out[:, at]), out[:, other], out[:, at])
    for at in (*range(1, t), *range(t - 2, -1, -1)):
        other = at - 1 if at else 1
        out[:, at] = np.where(np.isnan(out[:, at]), out[:, other], out[:, at])
    return np.nan_to_num(out)


def persisted(x: Floats, h: int) -> Floats:
    """Return the last value, `h` times. Shapes (s, t) and (s, h)."""
    return np.repeat(x[:, -1:], h, axis=1)


def seasoned(x: Floats, h: int, season: int) -> Floats:
    """Return the last season, again and again; the last value where there is no whole season.

    Example:
        >>> import numpy as np
        >>> from affectory.parts.seasonal import seasoned
        >>> seasoned(np.array([[9.0, 1.0, 2.0, 3.0]]), 4, 3).tolist()
        [[1.0, 2.0, 3.0, 1.0]]
    """
    if x.shape[1] < season:
        return persisted(x, h)
    return x[:, x.shape[1] - season + np.arange(h) % season]


def smoothed(x: Floats, h: int) -> Floats:
    """Return the smoothed level, `h` times: simple exponential smoothing. Shape (s, h)."""
    return holt_winters(x, h, 1, TRENDS[:1])


def holt_winters(
    x: Floats, h: int, season: int, trends: tuple[tuple[float, float], ...] = TRENDS
) -> Floats:
    """Return what smoothing of level, damped trend and additive season says. Shape (s, h).

    ``l = a (x - s) + (1 - a) (l + f b)``, ``b = c (l - l') + (1 - c) f b``,
    ``s = g (x - l) + (1 - g) s``; forecasts ``l + (f + ... + f^j) b + s``. Fewer than two
    seasons and one step: the last season repeated.

    Args:
        x: Whole series. Shape (s, t).
        h: Steps ahead, >= 1.
        season: Steps of a season; 1: none, which is smoothing of level and trend.
        trends: Weights and dampings to choose from; a weight of 0 is no trend.
    """
    t = x.shape[1]
    if t < 2 * season + 1:
        return seasoned(x, h, season)
    shares = SEASONS if season > 1 else (0.0,)
    grid = np.array([(a, *trend, g) for a, trend, g in product(LEVELS, trends, shares)]).T
    alpha, beta, damp, gamma = grid[:, None, :]  # (1, w) each
    level, season_now = _start(x, season, grid.shape[1])
    trend, error = np.zeros_like(level), np.zeros_like(level)
    for at in range(t):
        now, here = x[:, at, None], season_now[at % season]
        said = level + damp * trend + here
        if at >= min(BURNT * season, t // 2):
            error += (now - said) ** 2
        before = level
        level = alpha * (now - here) + (1 - alpha) * (before + damp * trend)
        trend = beta * (level - before) + (1 - beta) * damp * trend
        season_now[at % season] = gamma * (now - level) + (1 - gamma) * here
    best = error.argmin(axis=1)
    row = np.arange(len(x))
    level, trend, damp = level[row, best], trend[row, best], grid[2, best]
    reach = np.cumsum(damp[:, None] ** np.arange(1, h + 1), axis=1)
    waves = np.stack([season_now[(t + j) % season][row, best] for j in range(h)], axis=1)
    return np.asarray(level[:, None] + reach * trend[:, None] + waves)


def _start(x: Floats, season: int, w: int) -> tuple[Floats, list[Floats]]:
    """Return the first level and season: mean of two seasons, and what each place adds to it."""
    two = x[:, : 2 * season].reshape(len(x), 2, season)
    mean = two.mean(axis=(1, 2))
    add = two.mean(axis=1) - mean[:, None]
    return np.repeat(mean[:, None], w, axis=1), [
        np.repeat(add[:, at, None], w, axis=1) for at in range(season)
    ]
