"""The sessions of a trace as a list: found, sorted, each with a small picture of its course."""

__all__ = ["SORTS", "WRITTEN", "found", "page", "sparks"]

from typing import Any

import polars as pl

from affectory.core.errors import BadChoice
from affectory.web.numbers import rounded
from affectory.web.shelf import Shelf

WRITTEN = ("batch", "last")  # where the rows of a session are: nothing for a person
CELLS = 32  # parts of the small picture of a session
SORTS = ("order", "records", "actors", "mean", "change", "variability", "missing", "crisis")


def found(shelf: Shelf, *, find: str = "", sort: str = "order", down: bool = False) -> pl.DataFrame:
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
    shelf: Shelf, *, find: str = "", sort: str = "order", down: bool = False, skip: int = 0,
    most: int = 50,
) -> dict[str, Any]:  # fmt: skip
    """Return some rows of the index and how many there are, with a small picture of each.

    Raises:
        BadChoice: if there is no such order.
    """
    rows = found(shelf, find=find, sort=sort, down=down)
    some = rows.slice(skip, most)
    small = sparks(shelf, some)
    space, axis = shelf.drawn or ("", "")
    return {
        "total": rows.height,
        "axis": axis,
        "space": space,
        "rows": [
            {**rounded(row), "spark": small.get(row["session"], [])}
            for row in some.drop(WRITTEN).iter_rows(named=True)
        ],
    }


def sparks(shelf: Shelf, some: pl.DataFrame) -> dict[str, list[float | None]]:
    """Return the mean of the drawn axis in each part of some sessions of the index, at most 32."""
    if some.is_empty() or shelf.drawn is None:
        return {}
    near = pl.col("batch").is_between(some["batch"].min(), some["last"].max())
    told = _sparks(shelf, some, near)
    if len(told) < some["mean"].count():  # states that were written in batches of their own
        told = _sparks(shelf, some, pl.lit(True))
    return told


def _sparks(shelf: Shelf, some: pl.DataFrame, near: pl.Expr) -> dict[str, list[float | None]]:
    assert shelf.drawn is not None
    space, axis = shelf.drawn
    part = (pl.int_range(pl.len()) * CELLS // pl.len().clip(CELLS)).over("session")
    told = (
        shelf.lake.scan(f"states/{space}")
        .filter(near, pl.col("by") == shelf.method)
        .select("session", "start", pl.col(axis).cast(pl.Float64))
        # a join, since a filter by many names opens every file of the table
        .join(some.lazy().select("session"), on="session", how="semi")
        .sort("session", "start", maintain_order=True)
        .with_columns(part.alias("part"))
        .group_by("session", "part", maintain_order=True)
        .agg(pl.col(axis).mean().round(3))
        .group_by("session", maintain_order=True)
        .agg(pl.col(axis))
        .collect(engine="streaming")
    )
    return dict(told.iter_rows())
