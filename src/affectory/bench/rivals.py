"""Forecasts by another library, as Trajectories, to be held against our own."""

__all__ = ["auto_ets", "frame_of"]

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import MissingExtra
from affectory.core.trajectory import Trajectory
from affectory.measure.forecasts import band

LEVEL = 80
WIDEST = 10.0  # ranges of an axis; its intervals can be infinite


def frame_of(past: Trajectory) -> pl.DataFrame:
    """Return one row a series and step: `unique_id`, `ds`, `y`; the last known value fills gaps.

    Nothing stands before the first known value, where the library could not begin.
    """
    groups, k = past.groups, past.space.k
    place = np.arange(len(past)) - groups.offsets[groups.of_row]
    series = groups.of_row[:, None] * k + np.arange(k)
    table = pl.DataFrame(
        {
            "unique_id": series.T.ravel(),
            "ds": np.tile(place, k),
            "y": past.values.T.astype(np.float64).ravel(),
        }
    ).sort("unique_id", "ds")
    filled = pl.col("y").fill_nan(None).forward_fill().over("unique_id")
    return table.with_columns(filled).drop_nulls("y")


def auto_ets(past: Trajectory, horizon: int) -> Trajectory:
    """Return what statsforecast's AutoETS says, persistence where it cannot be fitted.

    Its 80 % interval becomes a spread; values are cut to the bounds of the Space.

    Raises:
        MissingExtra: if statsforecast is not installed.
    """
    try:
        from statsforecast import StatsForecast
        from statsforecast.models import AutoETS, Naive
    except ImportError as error:
        raise MissingExtra("statsforecast", "forecast", "the rival AutoETS") from error
    table = frame_of(past)
    asked = StatsForecast(
        models=[AutoETS(season_length=1)], freq=1, fallback_model=Naive(), n_jobs=1
    )
    with np.errstate(divide="ignore", invalid="ignore"):  # it fits short series to the last digit
        told = asked.forecast(df=table, h=horizon, level=[LEVEL]).sort("unique_id", "ds")
    g, k = len(past.groups), past.space.k
    centre = np.full((g * k, horizon), np.nan)
    spread = centre.copy()
    series = told["unique_id"].to_numpy()[::horizon]
    ends = [told[f"AutoETS-{end}-{LEVEL}"].to_numpy().reshape(-1, horizon) for end in ("lo", "hi")]
    centre[series] = told["AutoETS"].to_numpy().reshape(-1, horizon)
    spread[series] = (ends[1] - ends[0]) / 2 / float(band(0.0, 1.0, LEVEL / 100)[1])
    values = np.clip(_by_group(centre, g, k), *past.space.bounds)
    most = WIDEST * (past.space.bounds[1] - past.space.bounds[0])
    width = np.clip(np.nan_to_num(_by_group(spread, g, k)), 0.0, most)
    return past.ahead(values, "statsforecast AutoETS", width)


def _by_group(series: NDArray[np.float64], g: int, k: int) -> NDArray[np.float64]:
    """Return (g * k, h) as (g, h, k)."""
    return series.reshape(g, k, -1).swapaxes(1, 2)
