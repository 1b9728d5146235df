"""Measures made readable: a title, a meaning, a unit for people, and not all of them at once."""

__all__ = [
    "KEY",
    "Column",
    "Row",
    "Table",
    "as_frame",
    "as_table",
    "figure_rows",
    "meaning",
    "shared_setting",
]

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from affectory.core.figure import Figure
from affectory.core.trajectory import Clock
from affectory.measure.catalogue import MEASURES
from affectory.measure.dyads import DYAD_MEANINGS
from affectory.show.wording import DASH, MINUS, amounts, number, quantity

KEY = (
    "mean", "change", "variability", "inertia", "instability", "peak", "trough", "half_life",
    "recovery_rate", "home_width", "above", "missing",
)  # fmt: skip
WIDE = 16  # columns that a table may have before it is cut to the key ones
_ARCS = {measure.name: measure for measure in MEASURES}
_OTHERS = {"n": "states with a reading", **DYAD_MEANINGS}


@dataclass(frozen=True)
class Column:
    """One column: its title, what it means, whether it is a number."""

    title: str
    meaning: str
    numeric: bool


@dataclass(frozen=True)
class Table:
    """Words and numbers, ready to be set.

    Args:
        columns: What stands in each column.
        rows: One (words, sort key) a cell.
        left: How many rows were left out.
        cut: How many columns were left out.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]
    left: int = 0
    cut: int = 0


@dataclass(frozen=True)
class Row:
    """One key figure, ready to be set."""

    title: str
    meaning: str
    value: str
    interval: str
    n: str
    note: str
    defined: bool


def meaning(name: str) -> str:
    """Return what a measure means, in a line; empty where it is not known.

    Example:
        >>> meaning("peak/valence")
        'greatest value'
    """
    head = name.partition("/")[0]
    words = _ARCS[head].meaning if head in _ARCS else _OTHERS.get(head, "")
    return words.replace("-1", f"{MINUS}1")


def shared_setting(figures: Sequence[Figure]) -> str:
    """Return the setting that most figures share; empty where none is shared by half of them.

    Example:
        >>> a, b, c = (Figure("a", 1.0, setting=f"{x}; seed 0") for x in ("all", "all", "half"))
        >>> shared_setting([a, b, c])
        'all; seed 0'
    """
    told = Counter(f.setting for f in figures if f.setting and not f.reason)
    setting, times = told.most_common(1)[0] if told else ("", 0)
    return setting if times > 1 and 2 * times >= told.total() else ""


def figure_rows(figures: Sequence[Figure], shared: str = "") -> tuple[Row, ...]:
    """Return figures as rows of words; of a setting, what is otherwise than in `shared`."""
    return tuple(_row(figure, shared) for figure in figures)


def _row(figure: Figure, shared: str) -> Row:
    head, _, axis = figure.name.partition("/")
    title = head.replace("_", " ") + (f" of {axis}" if axis else "")
    ends = (figure.value, figure.low, figure.high)
    (value, low, high), unit = amounts(head, ends, figure.unit)
    value = f"{value} {unit}".strip()
    interval = DASH if DASH in (low, high) else f"{low} to {high}"
    end = shared.partition("; ")[2]
    own = "" if figure.setting == shared else figure.setting.removesuffix(f"; {end}")
    note = figure.reason or own
    return Row(title, meaning(head), value, interval, f"{figure.n:,}", note, not figure.reason)


def as_frame(thing: Any) -> pl.DataFrame | None:
    """Return the polars table that `thing` is, or gives by `.table()`; None stays None."""
    if thing is None or isinstance(thing, pl.DataFrame):
        return thing
    table = thing.table() if callable(getattr(thing, "table", None)) else thing
    return table if isinstance(table, pl.DataFrame) else pl.DataFrame(table)


def as_table(frame: pl.DataFrame, clock: Clock, axis: str, most: int = 200) -> Table:
    """Return a table to read: one axis, the key columns, the first `most` rows.

    Args:
        frame: Keys and measures.
        clock: Unit of its times.
        axis: The axis to keep, where the table has several.
        most: How many rows.
    """
    if "axis" in frame.columns and frame["axis"].n_unique() > 1 and axis in frame["axis"]:
        frame = frame.filter(pl.col("axis") == axis)
    kept = [name for name in frame.columns if _worth(frame[name])]
    if len(kept) > WIDE:
        kept = [name for name in kept if name in KEY or name == "n" or name not in _ARCS][:WIDE]
    columns = tuple(
        Column(name.replace("_", " "), meaning(name), frame[name].dtype.is_numeric())
        for name in kept
    )
    rows = tuple(
        tuple(_cell(name, value, clock) for name, value in zip(kept, row, strict=True))
        for row in frame.select(kept).head(most).rows()
    )
    return Table(columns, rows, max(frame.height - most, 0), len(frame.columns) - len(kept))


def _worth(column: pl.Series) -> bool:
    return not column.dtype.is_nested() and column.null_count() < max(len(column), 1)


def _cell(name: str, value: object, clock: Clock) -> tuple[str, str]:
    """Return the words of a cell and the key to sort by; what is undefined is a dash."""
    if value is None or value != value:  # NaN
        return DASH, ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value), str(value)
    if isinstance(value, int):
        return number(value, 0), repr(value)
    unit = _ARCS[name].unit.replace("time", clock.value) if name in _ARCS else ""
    return quantity(name, value, unit), repr(value)
