"""The ways in which daily markers are continued, on arrays: one call for many series."""

__all__ = ["LEARNED", "STATISTICAL", "Series", "Strategy", "continued", "learnt"]

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.forecast.population.classical import arima, ets
from affectory.parts.recent import Look, Net, Recent, learn
from affectory.parts.seasonal import holt_winters, persisted, seasoned, smoothed

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


class Strategy(StrEnum):
    """How a marker is continued."""

    NAIVE = "naive"  # as it was last
    SEASONAL = "seasonal naive"  # as it was a week ago
    SMOOTHED = "smoothed"  # simple exponential smoothing
    HOLT_WINTERS = "holt-winters"  # level, damped trend and weekday
    ETS = "ets"  # the best of exponential smoothing, by statsforecast
    ARIMA = "arima"  # the best seasonal ARIMA, by statsforecast
    REGRESSION = "regression"  # ridge on lags and weekday, one for all markers
    NETWORK = "network"  # a small net on lags and weekday, one for all markers


LEARNED = (Strategy.REGRESSION, Strategy.NETWORK)  # one model for all series
STATISTICAL = (Strategy.ETS, Strategy.ARIMA)  # need the extra `forecast`


class Series(NamedTuple):
    """Whole, equally spaced series, each with a season.

    Attributes:
        x: Values of each. Shapes (t_i,).
        phase: Place in the season of each one's first step.
    """

    x: list[Floats]
    phase: list[int]

    def until(self, back: int) -> "Series":
        """Return the series without their last `back` steps, those that have more."""
        kept = [(x[: len(x) - back], p) for x, p in zip(*self, strict=True) if len(x) > back]
        return Series([x for x, _ in kept], [p for _, p in kept])


def continued(
    strategy: Strategy, series: Series, h: int, season: int, model: Recent | None = None
) -> Floats:
    """Return the next `h` steps of every series. Shape (s, h).

    Args:
        strategy: How.
        series: Their past.
        h: Steps ahead, >= 1.
        season: Steps of a season.
        model: What `learnt` returned, for those of `LEARNED`; a series too short for it, or no
            model at all, is continued by its last season.
    """
    out = np.empty((len(series.x), h))
    size = np.array([len(x) for x in series.x], np.int64)
    for t in np.unique(size):
        rows = np.flatnonzero(size == t)
        x = np.stack([series.x[row] for row in rows])
        if strategy in LEARNED:
            phase = (np.array(series.phase, np.int64)[rows] + t) % season
            short = model is None or t < model.look.lags
            out[rows] = seasoned(x, h, season) if short or model is None else model.follow(
                x, phase, h
            )  # fmt: skip
        else:
            out[rows] = _WAYS[strategy](x, h, season)
    return out


def learnt(strategy: Strategy, series: Series, look: Look, net: Net) -> Recent | None:
    """Return a model of all series; None for a strategy that has none, or too short a past."""
    if strategy not in LEARNED or not series.x:
        return None
    longest = max(len(x) for x in series.x)
    room = longest - look.season  # at least a season of windows
    look = look._replace(lags=min(look.lags, max(room // 2, look.season)))
    look = look._replace(ahead=max(1, min(look.ahead, room - look.lags)))
    return learn(*series, look, net=net if strategy is Strategy.NETWORK else None)


_WAYS: dict[Strategy, Callable[[Floats, int, int], Floats]] = {
    Strategy.NAIVE: lambda x, h, season: persisted(x, h),
    Strategy.SEASONAL: seasoned,
    Strategy.SMOOTHED: lambda x, h, season: smoothed(x, h),
    Strategy.HOLT_WINTERS: holt_winters,
    Strategy.ETS: ets,
    Strategy.ARIMA: arima,
}
