"""The dynamics of the states in a lake, per session and actor or over the corpus."""

from dataclasses import replace

import polars as pl

from affectory.cli.fetching import Mine, summed
from affectory.cli.places import lake_at
from affectory.core.figure import Figure
from affectory.core.records import Clock
from affectory.core.space import Space
from affectory.measure.arcs import Arcs, arcs

SCHEMA = {
    "measure": pl.String,
    "axis": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "unit": pl.String,
    "reason": pl.String,
}


def rows(lake: str, space: str, axis: str | None, *, each: bool, seed: int = 0) -> pl.DataFrame:
    """Return the arcs of the latest trace in `lake`.

    Args:
        lake: Folder of the lake, or its address.
        space: Name of the Space.
        axis: One axis only; None for all.
        each: One row per session, actor and axis; else one per measure, with its interval.
            Where sessions count in several clocks, measures of time are told by `each` only.
        seed: Seed of the bootstrap.

    Raises:
        UnknownSpace: if the lake has no states in it.
        BadChoice: if the Space has no such axis.
    """
    mine = Mine.of(lake_at(lake), None)
    known, table = _measured(mine, space)
    if axis is not None:
        known.index(axis)
        table = table.filter(pl.col("axis") == axis)
        known = replace(known, axes=(known.axes[known.index(axis)],))
    if each:
        return table.sort("session", "actor", maintain_order=True)
    return _averaged(summed(table, known, mine.method), seed)


def _averaged(measured: Arcs, seed: int) -> pl.DataFrame:
    return pl.DataFrame([_row(figure) for figure in measured.figures(seed=seed)], schema=SCHEMA)


def _row(figure: Figure) -> dict[str, object]:
    """Return a figure called `measure/axis` as a row."""
    measure, _, axis = figure.name.partition("/")
    told = {name: getattr(figure, name) for name in ("value", "low", "high", "n", "unit", "reason")}
    return {"measure": measure, "axis": axis, **told}


def _measured(mine: Mine, space: str) -> tuple[Space, pl.DataFrame]:
    """Return the arcs that the trace wrote, or measure the states of a Space it did not."""
    known = {each.name: each for each in mine.lake.spaces()}
    if space in known and f"arcs/{space}" in mine.lake.tables():
        held = mine.scan(f"arcs/{space}").drop("job", "batch").collect(engine="streaming")
        return known[space], held
    tables = []
    for clock in Clock:
        felt = mine.lake.states(space, where=mine.perceived & (pl.col("clock") == clock.value))
        told = arcs(felt).table() if len(felt) else None
        if told is not None:
            tables.append(told.with_columns(pl.lit(clock.value).alias("clock")))
    return known[space], pl.concat(tables)
