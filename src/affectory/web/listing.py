"""The sessions of a trace as a list: found, sorted, each with a small picture of its course."""

__all__ = [
    "MEASURES",
    "SORTS",
    "arcs",
    "found",
    "index",
    "mean_of",
    "measured",
    "page",
    "rounded",
    "sparks",
]

from typing import TYPE_CHECKING, Any

import polars as pl

from affectory.core.errors import BadChoice
from affectory.guard import crisis

if TYPE_CHECKING:
    from affectory.web.shelf import Shelf

URGENT = tuple(f"crisis/{kind}" for kind in crisis.URGENT)
CELLS = 32  # parts of the small picture of a session
SORTS = ("order", "records", "actors", "mean", "change", "variability", "missing", "crisis")
MEASURES = ("mean", "change", "variability")
EMPTY = {"session": pl.String, **dict.fromkeys((*MEASURES, "missing"), pl.Float64)}


def index(shelf: "Shelf") -> pl.DataFrame:
    """One row a session, in the order in which they were read."""
    records = shelf.lake.scan("records").with_row_index("row")
    told = records.group_by("session").agg(
        pl.col("row").min(),
        pl.col("batch").min(),
        pl.len().cast(pl.Int64).alias("records"),
        pl.col("actor").n_unique().cast(pl.Int64).alias("actors"),
        pl.col("start").min(),
        pl.col("stop").max(),
        pl.col("clock").first(),
    )
    every = told.collect(engine="streaming").sort("batch", "row").drop("row", "batch")
    own = arcs(shelf, shelf.spaces[0], shelf.axis) if shelf.spaces else pl.DataFrame(schema=EMPTY)
    every = every.join(own, on="session", how="left", maintain_order="left")
    every = every.join(_crises(shelf), on="session", how="left", maintain_order="left")
    return every.with_row_index("number").with_columns(
        pl.col("number").cast(pl.Int64), pl.col("crisis").fill_null(0)
    )


def found(
    shelf: "Shelf", *, find: str = "", sort: str = "order", down: bool = False
) -> pl.DataFrame:
    """Return the rows of the index whose name has a part, in an order.

    Raises:
        BadChoice: if there is no such order.
    """
    if sort not in SORTS:
        raise BadChoice("sort", sort, SORTS)
    rows = shelf.index
    if find:
        wanted = pl.col("session").str.to_lowercase().str.contains(find.lower(), literal=True)
        rows = rows.filter(wanted)
    by = "number" if sort == "order" else sort
    return rows.sort(by, "number", descending=[down, False], nulls_last=True)


def page(
    shelf: "Shelf", *, find: str = "", sort: str = "order", down: bool = False, skip: int = 0,
    most: int = 50,
) -> dict[str, Any]:  # fmt: skip
    """Return some rows of the index and how many there are, with a small picture of each.

    Raises:
        BadChoice: if there is no such order.
    """
    rows = found(shelf, find=find, sort=sort, down=down)
    some = rows.slice(skip, most)
    small = sparks(shelf, some["session"].to_list())
    return {
        "total": rows.height,
        "axis": shelf.axis,
        "space": shelf.spaces[0],
        "rows": [
            {**rounded(row), "spark": small.get(row["session"], [])}
            for row in some.iter_rows(named=True)
        ],
    }


def sparks(shelf: "Shelf", names: list[str]) -> dict[str, list[float | None]]:
    """Return the mean of the drawn axis in each part of each named session, at most 32."""
    if not names:
        return {}
    part = (pl.int_range(pl.len()) * CELLS // pl.len().clip(CELLS)).over("session")
    told = (
        shelf.lake.scan(f"states/{shelf.spaces[0]}")
        .filter(pl.col("session").is_in(names), pl.col("by") == shelf.method)
        .select("session", "start", pl.col(shelf.axis).cast(pl.Float64))
        .sort("session", "start", maintain_order=True)
        .with_columns(part.alias("part"))
        .group_by("session", "part", maintain_order=True)
        .agg(pl.col(shelf.axis).mean().round(3))
        .group_by("session", maintain_order=True)
        .agg(pl.col(shelf.axis))
        .collect(engine="streaming")
    )
    return dict(told.iter_rows())


def arcs(shelf: "Shelf", space: str, axis: str) -> pl.DataFrame:
    """Return the mean measures of each session on an axis, weighted by states.

    The lake has them for some Spaces; for the others they are found in its states.
    """
    table = f"arcs/{space}"
    if table in shelf.lake.tables():
        return mean_of(shelf.lake.scan(table).filter(pl.col("axis") == axis))
    return mean_of(measured(shelf, space, axis))


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


def measured(shelf: "Shelf", space: str, axis: str) -> pl.LazyFrame:
    """Return the measures of each speaker of each session, from their states."""
    value = pl.col("value")
    return (
        shelf.lake.scan(f"states/{space}")
        .filter(pl.col("by") == shelf.method)
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


def _crises(shelf: "Shelf") -> pl.DataFrame:
    """Return in how many records of each session crisis language was found."""
    if "evidence" not in shelf.lake.tables():
        return pl.DataFrame(schema={"session": pl.String, "crisis": pl.Int64})
    return (
        shelf.lake.scan("evidence")
        .filter(pl.col("by") == "guard/crisis", pl.col("axis").is_in(list(URGENT)))
        .group_by("session")
        .agg(pl.col("record").n_unique().cast(pl.Int64).alias("crisis"))
        .collect(engine="streaming")
    )


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with numbers of four digits, as pages show it."""
    return {name: round(v, 4) if isinstance(v, float) else v for name, v in row.items()}
