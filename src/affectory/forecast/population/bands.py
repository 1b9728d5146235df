"""Bands from the past: how far forecasts that could be checked have missed (split-conformal).

Lei et al. 2018, "Distribution-free predictive inference for regression": the k-th smallest of n
misses, ``k = ceil((n + 1) level)``, holds the next one with probability `level` if it is like
them. Misses of all series are pooled in units of each series' own steps, a step ahead at a
time, and a band never narrows with time (*ours*).
"""

__all__ = ["conformal", "quantile"]

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from affectory.forecast.population.strategies import Series
from affectory.parts.recent import Recent, scale_of

Floats = NDArray[np.float64]
STRIDE = 3  # days between two origins; with a week, they meet all weekdays
NORMAL = 1.2533  # sqrt(pi / 2): standard deviations a mean absolute step


def conformal(
    learn: Callable[[Series], Recent | None],
    follow: Callable[[Series, Recent | None], Floats],
    series: Series,
    h: int,
    season: int,
    origins: int,
    level: float,
) -> Floats:
    """Return the half-width of bands 1 to `h` steps ahead, in units of each series' steps. (h,).

    Args:
        learn: What makes a model of a past.
        follow: What continues series by it, `h` steps.
        series: The past.
        h: Steps ahead.
        season: Steps of a season.
        origins: How many ends of a past are tried; fewer where the past is short.
        level: Share of steps that a band is to hold.
    """
    longest = max((len(x) for x in series.x), default=0)
    room = (longest - h - 2 * season - 1) // STRIDE + 1  # pasts of two seasons at least
    backs = [h + STRIDE * at for at in range(max(min(origins, room), 0))]
    if not backs:  # nothing can be tried: a random walk from season to season
        far = NormalDist().inv_cdf(0.5 + level / 2) * NORMAL
        return np.asarray(far * np.sqrt(1 + np.arange(h) // season))
    model = learn(series.until(backs[-1]))
    misses: list[Floats] = []
    for back in backs:
        past = series.until(back)
        came = [x[len(x) - back : len(x) - back + h] for x in series.x if len(x) > back]
        unit = np.array([scale_of(x[None], season)[0] for x in past.x])
        moved = [np.ptp(x) > 0 for x in past.x]  # one at rest says nothing of those that move
        missed = np.abs(follow(past, model) - np.stack(came)) / unit[:, None]
        misses.append(missed[moved] if any(moved) else missed)
    return np.maximum.accumulate(quantile(np.concatenate(misses), level))


def quantile(misses: Floats, level: float) -> Floats:
    """Return the conformal quantile of each column; the greatest where there are too few. (h,)."""
    n = len(misses)
    at = min(int(np.ceil((n + 1) * level)), n) - 1
    return np.asarray(np.sort(misses, axis=0)[at])
