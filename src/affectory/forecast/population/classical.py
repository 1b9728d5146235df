"""Exponential smoothing and ARIMA, chosen by AICc for each series: by statsforecast."""

__all__ = ["arima", "ets"]

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import MissingExtra

Floats = NDArray[np.float64]
STILL = 1e-12


def ets(x: Floats, h: int, season: int) -> Floats:
    """Return what the ETS model of least AICc says of each series. Shapes (s, t), (s, h).

    Raises:
        MissingExtra: if statsforecast is not installed.
    """
    return _each(_models().AutoETS(season_length=season), x, h)


def arima(x: Floats, h: int, season: int) -> Floats:
    """Return what the seasonal ARIMA of least AICc says of each series. Shapes (s, t), (s, h).

    Orders up to 2 in the steps and 1 in the season are tried, stepwise (*ours*).

    Raises:
        MissingExtra: if statsforecast is not installed.
    """
    few = {"max_p": 2, "max_q": 2, "max_P": 1, "max_Q": 1, "approximation": True}
    return _each(_models().AutoARIMA(season_length=season, **few), x, h)


def _each(model: Any, x: Floats, h: int) -> Floats:
    told = []
    for row in x:
        middle, size = row.mean(), row.std()
        if size <= STILL:  # a series at rest has nothing to fit
            told.append(np.repeat(row[-1], h))
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # searches that end early still have an answer
            said = model.forecast(y=(row - middle) / size, h=h)["mean"]
        told.append(np.asarray(said, np.float64) * size + middle)
    return np.stack(told)


def _models() -> Any:
    try:
        from statsforecast import models
    except ImportError as error:
        raise MissingExtra("statsforecast", "forecast", "ETS and ARIMA") from error
    return models
