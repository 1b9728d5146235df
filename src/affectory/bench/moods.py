"""Moods of regions, simulated: a field of valence over the city, persons who lean, and noise.

The check-ins have no affect. What is planted here is known, so that the map can be held to it.
"""

__all__ = ["mood_figures"]

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.measure.agreement import PEARSON
from affectory.measure.cohorts import region_moods
from affectory.parts.proportion import share
from affectory.represent.vocabularies import VALENCE
from affectory.senses import life
from affectory.show.regions import region_map

Floats = NDArray[np.float64]
DEPTH = 5  # letters of a cell: 32 by 32 over the city
LEAN, NOISE = 0.2, 0.3  # standard deviation between persons, and between stays of one
SETTING = "SIMULATED valence on Foursquare NYC train, cells of 32 by 32, at least five persons"


def mood_figures(stays: Records, seed: int, out: Path) -> Iterator[Figure]:
    """Yield how well the map of regions tells the planted field; write the map to `out`."""
    lat, lon = (stays.meta(name).cast(float).to_numpy() for name in ("lat", "lon"))
    box = (float(lat.min()), float(lat.max()) + 1e-6, float(lon.min()), float(lon.max()) + 1e-6)
    cells = life.quadkeys(lat, lon, DEPTH, box)
    field = 0.5 * np.sin(4 * lon) * np.cos(3 * lat)
    rng = np.random.default_rng(seed)
    sizes = np.diff(stays.offsets)
    lean = np.repeat(rng.normal(0, LEAN, len(sizes)), sizes)
    felt = np.clip(field + lean + rng.normal(0, NOISE, len(field)), -1, 1)
    moods = region_moods(
        stays,
        Trajectory.on(stays, VALENCE, felt[:, None], "simulated"),
        "valence",
        cells,
        seed=seed,
    )
    told = moods.drop_nulls()
    names = np.array(cells)
    planted = np.array([field[names == name].mean() for name in told["region"]])
    mean, low, high = (told[name].to_numpy() for name in ("mean", "low", "high"))
    yield PEARSON.figure(planted, mean, seed=seed, setting=SETTING, by="mean of a region")
    inside = int(((low <= planted) & (planted <= high)).sum())
    yield share("cover95", inside, len(told), setting=SETTING, by="interval over persons")
    yield Figure("regions refused", moods.height - len(told), n=moods.height, setting=SETTING)
    places = [_place(name) for name in moods["region"]]
    drawn = region_map(moods, VALENCE.axes[0], places, title="SIMULATED moods of regions")
    assert drawn.figure is not None
    drawn.figure.savefig(out, format="svg")  # type: ignore[union-attr]


def _place(cell: str) -> tuple[int, int]:
    """Return column and row of a cell."""
    column = sum((int(letter) & 1) << at for at, letter in enumerate(reversed(cell)))
    row = sum((int(letter) >> 1) << at for at, letter in enumerate(reversed(cell)))
    return column, row
