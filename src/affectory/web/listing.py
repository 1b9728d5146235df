"""The sessions of a trace as a list: found, sorted, each with a small picture of its course."""

__all__ = ["SORTS", "index", "page", "rounded", "sparks"]

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
    every = every.join(_arcs(shelf), on="session", how="left", maintain_order="left")
    every = every.join(_crises(shelf), on="session", how="left", maintain_order="left")
    return every.with_row_index("number").with_columns(
        pl.col("number").cast(pl.Int64), pl.col("crisis").fill_null(0)
    )


def page(
    shelf: "Shelf", *, find: str = "", sort: str = "order", down: bool = False, skip: int = 0,
    most: int = 50,
) -> dict[str, Any]:  # fmt: skip
    """Return some rows of the index and how many there are, with a small picture of each.

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
    rows = rows.sort(by, "number", descending=[down, False], nulls_last=True)
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


def _arcs(shelf: "Shelf") -> pl.DataFrame:
    """Return the mean measures of each session on the drawn axis, weighted by states."""
    table = f"arcs/{shelf.spaces[0]}" if shelf.spaces else ""
    empty = {"session": pl.String, **dict.fromkeys((*MEASURES, "missing"), pl.Float64)}
    if table not in shelf.lake.tables():
        return pl.DataFrame(schema=empty)
    n = pl.col("n").cast(pl.Float64)
    return (
        shelf.lake.scan(table)
        .filter(pl.col("axis") == shelf.axis)
        .group_by("session")
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
