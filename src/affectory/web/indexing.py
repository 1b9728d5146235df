"""What a trace holds, as one pass over its tables tells: its sessions, and what else is said."""

__all__ = ["MEASURES", "actors", "arcs", "columns", "index", "mean_of", "measured"]

import json

import polars as pl

from affectory.guard import crisis
from affectory.store.lake import Lake
from affectory.web.shapes import FEWEST

URGENT = tuple(f"crisis/{kind}" for kind in crisis.URGENT)
MEASURES = ("mean", "change", "variability")
EMPTY = {"session": pl.String, **dict.fromkeys((*MEASURES, "missing"), pl.Float64)}
ACTORS = 20  # who can be chosen, of those who speak in several sessions
LOOKED = 2000  # records in which columns are looked for, besides the first of each session


def index(lake: Lake, method: str, drawn: tuple[str, str] | None) -> pl.DataFrame:
    """Return one row a session, in the order in which they were read.

    `batch` and `last` are those that wrote it: whoever asks for some sessions need not read others.

    Args:
        lake: A view of one trace.
        method: Who perceived.
        drawn: The Space and the axis that measures are of; without, they are null.
    """
    records = lake.scan("records").with_row_index("row")
    told = records.group_by("session").agg(
        pl.col("row").min(),
        pl.col("batch").min(),
        pl.col("batch").max().alias("last"),
        pl.len().cast(pl.Int64).alias("records"),
        pl.col("actor").n_unique().cast(pl.Int64).alias("actors"),
        pl.col("start").min(),
        pl.col("stop").max(),
        pl.col("clock").first(),
    )
    every = told.collect(engine="streaming").sort("batch", "row").drop("row")
    own = pl.DataFrame(schema=EMPTY) if drawn is None else arcs(lake, method, *drawn)
    every = every.join(own, on="session", how="left", maintain_order="left")
    every = every.join(_crises(lake), on="session", how="left", maintain_order="left")
    return every.with_row_index("number").with_columns(
        pl.col("number").cast(pl.Int64), pl.col("crisis").fill_null(0)
    )


def columns(lake: Lake) -> list[str]:
    """Return the names of what records say besides words and times.

    What tells sessions apart stands before what differs from turn to turn.
    """
    said = lake.scan("records").select("session", "meta").drop_nulls("meta")
    first = said.unique("session", keep="first", maintain_order=True)
    rows = pl.concat([said.head(LOOKED).collect(), first.collect()]).unique(maintain_order=True)
    names: dict[str, None] = {}
    held: dict[tuple[str, str], object] = {}
    turning: set[str] = set()
    for session, text in rows.iter_rows():
        for key, value in json.loads(text).items():
            if isinstance(value, dict | list):
                continue
            names[key] = None
            if held.setdefault((session, key), value) != value:
                turning.add(key)
    return sorted(names, key=turning.__contains__)


def actors(lake: Lake, method: str, drawn: tuple[str, str] | None) -> pl.DataFrame:
    """Return who has a course in two sessions or more, and in how many, most first.

    Args:
        lake: A view of one trace.
        method: Whose states.
        drawn: The Space and the axis that courses are of; without, nobody has one.

    Returns:
        Columns `actor` and `sessions`, the first twenty.
    """
    if drawn is None:
        return pl.DataFrame(schema={"actor": pl.String, "sessions": pl.Int64})
    space, axis = drawn
    told = (
        lake.scan(f"states/{space}")
        .filter(pl.col("by") == method)
        .drop_nulls(axis)
        .group_by("actor", "session")
        .agg(pl.len().alias("n"))
        .filter(pl.col("n") >= FEWEST)
        .group_by("actor")
        .agg(pl.len().cast(pl.Int64).alias("sessions"))
        .filter(pl.col("sessions") > 1)
        .collect(engine="streaming")
    )
    return told.sort("sessions", "actor", descending=[True, False]).head(ACTORS)


def arcs(lake: Lake, method: str, space: str, axis: str, actor: str | None = None) -> pl.DataFrame:
    """Return the mean measures of each session on an axis, weighted by states.

    The lake has them for some Spaces; for the others they are found in its states. With `actor`,
    those of one speaker alone.
    """
    table = f"arcs/{space}"
    whose = pl.lit(True) if actor is None else pl.col("actor") == actor
    if table in lake.tables():
        kept = mean_of(lake.scan(table).filter(whose, pl.col("axis") == axis))
        if kept.height:  # else it is of other traces alone
            return kept
    return mean_of(measured(lake, method, space, axis).filter(whose))


def mean_of(each: pl.LazyFrame) -> pl.DataFrame:
    """Return the measures of each session: the mean over its speakers, weighted by states."""
    n = pl.col("n").cast(pl.Float64)
    return (
        each.group_by("session")
        .agg(
            *(
                ((pl.col(name) * n).sum() / n.filter(pl.col(name).is_not_null()).sum())
                .fill_nan(None)
                .alias(name)
                for name in MEASURES
            ),
            pl.col("missing").cast(pl.Float64).mean(),
        )
        .collect(engine="streaming")
    )


def measured(lake: Lake, method: str, space: str, axis: str) -> pl.LazyFrame:
    """Return the measures of each speaker of each session, from their states."""
    value = pl.col("value")
    return (
        lake.scan(f"states/{space}")
        .filter(pl.col("by") == method)
        .select("session", "actor", "start", pl.col(axis).cast(pl.Float64).alias("value"))
        .sort("session", "actor", "start", maintain_order=True)
        .group_by("session", "actor", maintain_order=True)
        .agg(
            value.count().alias("n"),
            value.mean().alias("mean"),
            (value.drop_nulls().last() - value.drop_nulls().first()).alias("change"),
            value.std().alias("variability"),
            value.is_null().mean().alias("missing"),
        )
    )


def _crises(lake: Lake) -> pl.DataFrame:
    """Return in how many records of each session crisis language was found."""
    if "evidence" not in lake.tables():
        return pl.DataFrame(schema={"session": pl.String, "crisis": pl.Int64})
    return (
        lake.scan("evidence")
        .filter(pl.col("by") == "guard/crisis", pl.col("axis").is_in(list(URGENT)))
        .group_by("session")
        .agg(pl.col("record").n_unique().cast(pl.Int64).alias("crisis"))
        .collect(engine="streaming")
    )
