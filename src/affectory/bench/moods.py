"""Moods of regions, simulated: a field of valence over the city, persons who lean, and noise.

The check-ins have no affect. What is planted here is known, so that means of regions can be held to
it; `show.regions` draws them.
"""

__all__ = ["SETTING", "mood_figures", "place_of", "simulated_moods"]

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.measure.agreement import PEARSON
from affectory.measure.cohorts import region_moods
from affectory.parts.proportion import share
from affectory.represent.vocabularies import VALENCE
from affectory.senses import life

Floats = NDArray[np.float64]
DEPTH = 5  # letters of a cell: 32 by 32 over the city
LEAN, NOISE = 0.2, 0.3  # standard deviation between persons, and between stays of one
SETTING = "SIMULATED valence on Foursquare NYC train, cells of 32 by 32, at least five persons"


def simulated_moods(stays: Records, seed: int) -> tuple[pl.DataFrame, Floats]:
    """Return moods of regions as they are found, and the mean that was planted in each. (r,)."""
    lat, lon = (stays.meta(name).cast(float).to_numpy() for name in ("lat", "lon"))
    box = (float(lat.min()), float(lat.max()) + 1e-6, float(lon.min()), float(lon.max()) + 1e-6)
    cells = life.quadkeys(lat, lon, DEPTH, box)
    field = 0.5 * np.sin(4 * lon) * np.cos(3 * lat)
    rng = np.random.default_rng(seed)
    sizes = np.diff(stays.offsets)
    lean = np.repeat(rng.normal(0, LEAN, len(sizes)), sizes)
    felt = np.clip(field + lean + rng.normal(0, NOISE, len(field)), -1, 1)
    states = Trajectory.on(stays, VALENCE, felt[:, None], "simulated")
    moods = region_moods(stays, states, "valence", cells, seed=seed)
    names = np.array(cells)
    return moods, np.array([field[names == name].mean() for name in moods["region"]])


def mood_figures(stays: Records, seed: int) -> Iterator[Figure]:
    """Yield how well means of regions tell the planted field, and how many were refused."""
    moods, planted = simulated_moods(stays, seed)
    known = moods["mean"].is_not_null().to_numpy()
    mean, low, high = (moods[name].to_numpy()[known] for name in ("mean", "low", "high"))
    yield PEARSON.figure(planted[known], mean, seed=seed, setting=SETTING, by="mean of a region")
    inside = int(((low <= planted[known]) & (planted[known] <= high)).sum())
    yield share("cover95", inside, len(mean), setting=SETTING, by="interval over persons")
    yield Figure("regions refused", int((~known).sum()), n=moods.height, setting=SETTING)


def place_of(cell: str) -> tuple[int, int]:
    """Return column and row of a cell.

    Example:
        >>> place_of("3"), place_of("10")
        ((1, 1), (2, 0))
    """
    column = sum((int(letter) & 1) << at for at, letter in enumerate(reversed(cell)))
    row = sum((int(letter) >> 1) << at for at, letter in enumerate(reversed(cell)))
    return column, row
