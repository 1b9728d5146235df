"""Groups of sessions by what their records say besides words, and how they differ."""

__all__ = ["columns", "compared"]

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.core.figure import Figure
from affectory.measure.bootstrap import FEWEST_CLUSTERS, average, figures, ratio
from affectory.web import listing

if TYPE_CHECKING:
    from affectory.web.shelf import Shelf

Floats = NDArray[np.float64]
LOOKED = 2000  # records in which columns are looked for, besides the first of each session
MOST = 20  # groups that are shown
DISTINCT = 8  # numbers of more values than these are put into quarters


def columns(shelf: "Shelf") -> list[str]:
    """Return the names of what records say besides words and times."""
    said = shelf.lake.scan("records").select("session", "meta").drop_nulls("meta")
    first = said.unique("session", keep="first", maintain_order=True).select("meta")
    rows = pl.concat([said.select("meta").head(LOOKED).collect(), first.collect()])
    names: dict[str, None] = {}
    for text in rows["meta"].unique(maintain_order=True).to_list():
        told = json.loads(text)
        names |= dict.fromkeys(
            key for key, value in told.items() if not isinstance(value, dict | list)
        )
    return list(names)


def compared(
    shelf: "Shelf", by: str, measure: str, space: str | None = None, axis: str | None = None
) -> dict[str, Any]:
    """Return the mean of a measure in each group of sessions, with bootstrap intervals.

    A session belongs to the first value that its records have. Numbers with more than eight
    values are put into four groups of about the same size. `gap` is the difference to the largest
    group, whose interval comes from drawing the sessions of both again.

    Raises:
        BadChoice: if no record says anything of that name.
    """
    space, axis = shelf.chosen(space, axis)
    value = _values(shelf, by)
    measured = listing.arcs(shelf, space, axis).select("session", measure).drop_nulls()
    rows = measured.join(value, on="session", how="left").with_columns(
        pl.col("value").fill_null("")
    )
    quarters = _quarters(rows["value"])
    if quarters is not None:
        rows = rows.with_columns(quarters)
    sizes = rows.group_by("value").len().sort("len", "value", descending=[True, False])
    shown = sizes["value"].head(MOST).to_list()
    if quarters is not None:
        order = rows.group_by("value").agg(pl.col("order").min()).sort("order")["value"].to_list()
        shown = [one for one in order if one in shown]
    own = {one: rows.filter(pl.col("value") == one)[measure].to_numpy() for one in shown}
    largest = sizes["value"][0] if sizes.height else None
    return {
        "by": by, "measure": measure, "axis": axis, "quarters": quarters is not None,
        "n": rows.height, "left": sizes.height - len(shown), "largest": largest,
        "mean": _number(average(measure, rows[measure].to_numpy()).value) if rows.height else None,
        "groups": [_one(measure, one, own[one], own[largest], one == largest) for one in shown],
    }  # fmt: skip


def _values(shelf: "Shelf", by: str) -> pl.DataFrame:
    """Return the first value of a column in each session that has one."""
    if by not in shelf.columns:
        raise BadChoice("by", by, shelf.columns or "none: the records say nothing but words")
    return (
        shelf.lake.scan("records")
        .select("session", _said(by).alias("value"))
        .drop_nulls()
        .group_by("session", maintain_order=True)
        .agg(pl.col("value").first())
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


def _quarters(value: pl.Series) -> pl.DataFrame | None:
    """Return which quarter each number lies in, None where they are words or few; empty stays."""
    number = value.replace("", None).cast(pl.Float64, strict=False)
    held = number.drop_nulls().drop_nans()
    if len(held) < (value != "").sum() or held.n_unique() <= DISTINCT:
        return None
    ends = np.unique(np.quantile(held.to_numpy(), (0.25, 0.5, 0.75)))
    at = pl.Series("order", np.searchsorted(ends, number.fill_null(np.inf).to_numpy()), pl.Int64)
    told = pl.DataFrame({"number": number, "order": at})
    low, high = (getattr(pl.col("number"), end)().over("order") for end in ("min", "max"))
    label = pl.format("{} to {}", *(end.map_elements(_short, pl.String) for end in (low, high)))
    missing = pl.col("number").is_null()
    return told.select(
        pl.when(missing).then(pl.lit("")).otherwise(label).alias("value"),
        pl.when(missing).then(len(ends) + 1).otherwise("order").alias("order"),
    )


def _short(number: float) -> str:
    return f"{number:.6g}"


def _one(measure: str, value: str, own: Floats, other: Floats, largest: bool) -> dict[str, Any]:
    """Return what is told of one group."""
    mean = average(measure, own)
    gap = None if largest or min(len(own), len(other)) < FEWEST_CLUSTERS else _gap(own, other)
    return {
        "value": value,
        "n": len(own),
        **_told("", mean),
        **(
            dict.fromkeys(("gap_mean", "gap_low", "gap_high"))
            if gap is None
            else _told("gap_", gap)
        ),
    }


def _gap(own: Floats, other: Floats) -> Figure:
    """Return the difference of two means; sessions of both are drawn again."""
    mine, its = (np.r_[np.ones(len(own)), np.zeros(len(other))] == one for one in (1, 0))
    value = np.r_[own, other]
    sums = np.column_stack([np.ones(len(value)), mine, mine * value, its, its * value])
    return figures(("gap",), sums, _apart, ("a group is empty",))[0]


def _apart(sums: Floats) -> Floats:
    return ratio(sums[:, 2], sums[:, 1]) - ratio(sums[:, 4], sums[:, 3])


def _told(prefix: str, figure: Figure) -> dict[str, float | None]:
    told = {"mean": figure.value, "low": figure.low, "high": figure.high}
    return {f"{prefix}{name}": _number(value) for name, value in told.items()}


def _number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
