"""Groups of sessions by what their records say besides words, and how they differ."""

__all__ = ["columns", "compared"]

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from affectory.core.errors import BadChoice
from affectory.measure.bootstrap import average

if TYPE_CHECKING:
    from affectory.web.shelf import Shelf

LOOKED = 2000  # records in which columns are looked for
MOST = 20  # groups that are shown


def columns(shelf: "Shelf") -> list[str]:
    """Return the names of what records say besides words and times."""
    rows = shelf.lake.scan("records").select("meta").drop_nulls().head(LOOKED).collect()
    names: dict[str, None] = {}
    for text in rows["meta"].to_list():
        told = json.loads(text)
        names |= dict.fromkeys(
            key for key, value in told.items() if not isinstance(value, dict | list)
        )
    return list(names)


def compared(shelf: "Shelf", by: str, measure: str) -> list[dict[str, Any]]:
    """Return the mean of a measure in each group of sessions, with a bootstrap interval.

    A session belongs to the value that its first record with any has.

    Raises:
        BadChoice: if no record says anything of that name.
    """
    known = columns(shelf)
    if by not in known:
        raise BadChoice("by", by, known or "none: the records say nothing but words")
    first = (
        shelf.lake.scan("records")
        .select("session", "meta")
        .drop_nulls()
        .group_by("session", maintain_order=True)
        .agg(pl.col("meta").first())
        .collect(engine="streaming")
    )
    values = [str(json.loads(text).get(by, "")) for text in first["meta"].to_list()]
    told = first.select("session").with_columns(pl.Series("value", values))
    rows = shelf.index.join(told, on="session").drop_nulls(measure)
    sizes = rows.group_by("value").len().sort("len", "value", descending=[True, False]).head(MOST)
    out = []
    for value, n in sizes.iter_rows():
        own = rows.filter(pl.col("value") == value)[measure].to_numpy()
        figure = average(measure, own)
        out.append({"value": value, "n": n, **{
            name: round(float(number), 4) if np.isfinite(number) else None
            for name, number in (("mean", figure.value), ("low", figure.low), ("high", figure.high))
        }})  # fmt: skip
    return out
