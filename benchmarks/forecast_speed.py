"""Forecasts of 1,000 series of 50 points, 5 steps ahead with a fan: ours and statsforecast's.

Rounds alternate; CPU seconds of all threads; medians. Run:

    OMP_NUM_THREADS=1 POLARS_MAX_THREADS=1 python benchmarks/forecast_speed.py

and, for many short series by ours alone, with `--series 300000 --points 12 --alone --rounds 1`.
"""

import argparse
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from affectory.bench.rivals import frame_of
from affectory.core.records import Clock
from affectory.core.trajectory import Trajectory
from affectory.forecast.states import StatesForecast
from affectory.represent.vocabularies import VALENCE

SERIES, POINTS, HORIZON = 1000, 50, 5


def walks(series: int, points: int) -> Trajectory:
    """Return drifting valences with noise."""
    draw = np.random.default_rng(0)
    level = np.zeros((series, points))
    for at in range(1, points):
        level[:, at] = 0.9 * level[:, at - 1] + draw.normal(0, 0.1, series)
    value = np.clip(level + draw.normal(0, 0.05, level.shape), -1, 1)
    frame = {
        "session": np.repeat([f"s{at}" for at in range(series)], points),
        "actor": ["a"] * (series * points),
        "start": np.tile(np.arange(float(points)), series),
        "valence": value.ravel(),
    }
    return Trajectory.from_frame(pl.DataFrame(frame), VALENCE, Clock.STEPS)


def rivals(past: Trajectory) -> dict[str, Callable[[], Any]]:
    """Return the rivals that are timed; the library gets its table ready made."""
    told: dict[str, Callable[[], Any]] = {}
    try:
        from statsforecast import StatsForecast
        from statsforecast.models import AutoETS
    except ImportError:
        print("statsforecast is not installed: pip install 'affectory[forecast]'")
        return told
    table = frame_of(past)
    for name, level in (("AutoETS with 80 % band", [80]), ("AutoETS, points only", None)):
        told[name] = lambda level=level: StatsForecast(
            models=[AutoETS(season_length=1)], freq=1, n_jobs=1
        ).forecast(df=table, h=HORIZON, level=level)
    return told


def main() -> None:
    """Time all and print series a second and ratios."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--series", type=int, default=SERIES)
    asked.add_argument("--points", type=int, default=POINTS)
    asked.add_argument("--alone", action="store_true", help="without the rival")
    given = asked.parse_args()
    past = walks(given.series, given.points)
    timed: dict[str, Callable[[], Any]] = {
        "forecast/states": lambda: StatesForecast().forecast(past, HORIZON)
    }
    if not given.alone:
        timed |= rivals(past)
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for one in timed.values():
        one()
    for _ in range(given.rounds):
        for name, one in timed.items():
            begin = time.process_time()
            one()
            seconds[name].append(time.process_time() - begin)
    ours = np.array(seconds["forecast/states"])
    for name, took in seconds.items():
        ratio = np.array(took) / ours
        print(
            f"{name:24s} {given.series / np.median(took):>9,.0f} series/s, "
            f"{np.median(took):.3f} CPU s; ours is {np.median(ratio):.1f} times as fast "
            f"({ratio.min():.1f} to {ratio.max():.1f} in {given.rounds} rounds)"
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
