"""Groups of sessions by what their records say besides words, and how they differ."""

__all__ = ["compared"]

import json
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.core.figure import Figure
from affectory.measure.bootstrap import FEWEST_CLUSTERS, average
from affectory.measure.groups import Quarters, gap, quarters
from affectory.web.indexing import arcs
from affectory.web.numbers import number
from affectory.web.shelf import Shelf

Floats = NDArray[np.float64]
MOST = 20  # groups that are shown
DISTINCT = 8  # numbers of more values than these are put into quarters


def compared(
    shelf: Shelf,
    by: str,
    measure: str,
    space: str | None = None,
    axis: str | None = None,
    actor: str | None = None,
) -> dict[str, Any]:
    """Return the mean of a measure in each group of sessions, with bootstrap intervals.

    A session belongs to the first value that its records have. Numbers with more than eight
    values are put into four groups of about the same size. `mixed` is how many sessions say several
    values: a column of turns, not of sessions. `gap` is the difference to the largest group, whose
    interval comes from drawing the sessions of both again. With `actor`, the measure is that of
    one speaker, and so is the value, where the records of that speaker have one.

    Raises:
        BadChoice: if no record says anything of that name.
    """
    space, axis = shelf.chosen(space, axis)
    each = arcs(shelf.lake, shelf.method, space, axis, actor)
    rows = each.select("session", measure).drop_nulls()
    rows = rows.join(_values(shelf, by, actor), on="session", how="left")
    mixed = int(rows["mixed"].sum())
    cut = _quarters(rows["value"].fill_null(""))
    label = rows["value"].fill_null("") if cut is None else _labels(cut)
    rows = rows.with_columns(label.alias("value"))
    sizes = rows.group_by("value").len().sort("len", "value", descending=[True, False])
    shown = sizes["value"].head(MOST).to_list()
    if cut is not None:
        shown = [one for one in (*cut.labels, "") if one in shown]
    own = {one: rows.filter(pl.col("value") == one)[measure].to_numpy() for one in shown}
    largest = sizes["value"][0] if sizes.height else None
    return {
        "by": by, "measure": measure, "axis": axis, "quarters": cut is not None,
        "n": rows.height, "left": sizes.height - len(shown), "largest": largest, "mixed": mixed,
        "mean": number(average(measure, rows[measure].to_numpy()).value) if rows.height else None,
        "groups": [_one(measure, one, own[one], own[largest], one == largest) for one in shown],
    }  # fmt: skip


def _values(shelf: Shelf, by: str, actor: str | None) -> pl.DataFrame:
    """Return the first value of a column in each session that has one, and whether it has more.

    What `actor` says goes before what others say.
    """
    if by not in shelf.columns:
        raise BadChoice("by", by, shelf.columns or "none: the records say nothing but words")
    value, own = pl.col("value"), pl.lit(True) if actor is None else pl.col("actor") == actor
    mine = value.filter(pl.col("own"))
    heard = pl.when(pl.col("own").any()).then(mine.n_unique()).otherwise(value.n_unique())
    return (
        shelf.lake.scan("records")
        .select("session", _said(by).alias("value"), own.alias("own"))
        .drop_nulls("value")
        .group_by("session", maintain_order=True)
        .agg(pl.coalesce(mine.first(), value.first()), (heard > 1).alias("mixed"))
        .collect(engine="streaming")
    )


def _said(name: str) -> pl.Expr:
    """Return what records say under a name, which may be anything; null where nothing."""
    if name.isprintable() and not set(name) & set("'\"\\"):
        return pl.col("meta").str.json_path_match(f'$["{name}"]')

    def found(text: str) -> str | None:
        value = json.loads(text).get(name)
        return value if value is None or isinstance(value, str) else json.dumps(value)

    return pl.col("meta").map_elements(found, pl.String)  # no path can spell such a name


def _quarters(value: pl.Series) -> Quarters | None:
    """Return the quarters of numbers, None where they are words or few; empty ones are in none."""
    figure = value.replace("", None).cast(pl.Float64, strict=False)
    held = figure.filter(figure.is_finite())
    if len(held) < (value != "").sum() or held.n_unique() <= DISTINCT:
        return None
    return quarters(figure.fill_null(np.nan).to_numpy())


def _labels(cut: Quarters) -> pl.Series:
    """Return what each number's quarter is called, nothing where there is no number."""
    return pl.Series([cut.labels[at] if at >= 0 else "" for at in cut.of.tolist()], dtype=pl.String)


def _one(measure: str, value: str, own: Floats, other: Floats, largest: bool) -> dict[str, Any]:
    """Return what is told of one group."""
    mean = average(measure, own)
    few = min(len(own), len(other)) < FEWEST_CLUSTERS
    return {
        "value": value,
        "n": len(own),
        **_told("", mean),
        **(
            dict.fromkeys(("gap_mean", "gap_low", "gap_high"))
            if largest or few
            else _told("gap_", gap(own, other))
        ),
    }


def _told(prefix: str, figure: Figure) -> dict[str, float | None]:
    told = {"mean": figure.value, "low": figure.low, "high": figure.high}
    return {f"{prefix}{name}": number(value) for name, value in told.items()}
