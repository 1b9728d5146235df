"""The dynamics of the states in a lake, per session and actor or over the corpus."""

from pathlib import Path

import polars as pl

from affectory.cli.places import lake_at
from affectory.measure.arcs import arcs


def rows(lake: Path, space: str, axis: str | None, *, each: bool, seed: int = 0) -> pl.DataFrame:
    """Return the arcs of the states in `space`.

    Args:
        lake: Folder of the lake.
        space: Name of the Space.
        axis: One axis only; None for all.
        each: One row per session, actor and axis; else one per measure, with its interval.
        seed: Seed of the bootstrap.

    Raises:
        UnknownSpace: if the lake has no states in it.
        BadChoice: if the Space has no such axis.
    """
    felt = lake_at(lake).states(space)
    if axis is not None:
        felt.space.index(axis)
    found = arcs(felt)
    if each:
        table = found.table()
        return table if axis is None else table.filter(pl.col("axis") == axis)
    figures = found.figures(seed=seed)
    told = [
        {
            "measure": figure.name,
            "value": figure.value,
            "low": figure.low,
            "high": figure.high,
            "n": figure.n,
            "unit": figure.unit,
            "reason": figure.reason,
        }
        for figure in figures
    ]
    table = pl.DataFrame(told)
    return table if axis is None else table.filter(pl.col("measure").str.contains(axis))
