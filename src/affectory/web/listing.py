"""The sessions of a trace as a list: found, sorted, each with a small picture of its course."""

__all__ = ["SORTS", "found", "page", "sparks"]

from typing import Any

import polars as pl

from affectory.core.errors import BadChoice
from affectory.web.numbers import rounded
from affectory.web.shelf import Shelf

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
    small = sparks(shelf, some["session"].to_list())
    space, axis = shelf.drawn or ("", "")
    return {
        "total": rows.height,
        "axis": axis,
        "space": space,
        "rows": [
            {**rounded(row), "spark": small.get(row["session"], [])}
            for row in some.iter_rows(named=True)
        ],
    }


def sparks(shelf: Shelf, names: list[str]) -> dict[str, list[float | None]]:
    """Return the mean of the drawn axis in each part of each named session, at most 32."""
    if not names or shelf.drawn is None:
        return {}
    space, axis = shelf.drawn
    part = (pl.int_range(pl.len()) * CELLS // pl.len().clip(CELLS)).over("session")
    told = (
        shelf.lake.scan(f"states/{space}")
        .filter(pl.col("session").is_in(names), pl.col("by") == shelf.method)
        .select("session", "start", pl.col(axis).cast(pl.Float64))
        .sort("session", "start", maintain_order=True)
        .with_columns(part.alias("part"))
        .group_by("session", "part", maintain_order=True)
        .agg(pl.col(axis).mean().round(3))
        .group_by("session", maintain_order=True)
        .agg(pl.col(axis))
        .collect(engine="streaming")
    )
    return dict(told.iter_rows())
