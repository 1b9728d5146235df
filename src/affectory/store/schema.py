"""The tables of a lake, their columns, and how an older table becomes a newer one.

A table says in its own description which schema version wrote it and, for states and arcs,
which Space its numbers are in; so a lake can be read without any vocabulary.
"""

__all__ = ["FIXED", "VERSION", "About", "Table", "conform", "migrated", "named", "table"]

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import polars as pl

from affectory.core.errors import BadChoice, BadValues, NewerSchema
from affectory.core.records import COLUMNS
from affectory.core.space import Space

VERSION = 1
Columns = Mapping[str, Any]

# Every row says which job wrote it, and in which batch: the key of exactly-once appends, the
# order of rows that a Delta table does not keep, and what to delete when a job was a mistake.
WRITTEN: Columns = {"job": pl.String, "batch": pl.Int64}
WHOSE: Columns = {"session": pl.String, "actor": pl.String}
WHEN: Columns = {"start": pl.Float64, "stop": pl.Float64}

FIXED: dict[str, Columns] = {
    "records": {**COLUMNS, "clock": pl.String},
    "evidence": {
        **WHOSE,
        **WHEN,
        "space": pl.String,
        "axis": pl.String,
        "weight": pl.Float64,
        "kind": pl.String,
        "record": pl.Int64,
        "span_start": pl.Int64,
        "span_stop": pl.Int64,
        "text": pl.String,
        "region": pl.List(pl.Float64),
        "by": pl.String,
    },
    "runs": {
        "run": pl.String,
        "task": pl.String,
        "method": pl.String,
        "digest": pl.String,
        "seed": pl.Int64,
        "figure": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "n": pl.Int64,
        "unit": pl.String,
        "setting": pl.String,
        "by": pl.String,
        "reason": pl.String,
        "published": pl.Float64,
        "at": pl.Datetime("us", "UTC"),
    },
    "rejected": {"file": pl.String, "line": pl.Int64, "reason": pl.String, "raw": pl.String},
    "spaces": {"space": pl.String, "axes": pl.Int64, "json": pl.String},
}
OF_SPACE = ("states", "arcs")
WHOLE = ("runs", "spaces")  # what is said of all jobs together: a view of one keeps them whole

# Minima and maxima go into the log of a table, where deleting a row does not reach them; so
# they are kept for what readers select by, and never for what somebody said.
SKIPPING = ("session", "seq", "actor", "start", "stop", "job", "batch")

# Columns with few distinct values, worth a dictionary; words and numbers are only packed.
REPEATING = ("session", "actor", "channel", "clock", "space", "axis", "kind", "by", "job")

# MIGRATIONS[v] turns a table of version v into version v + 1. It looks at the columns that it
# finds and leaves alone what is new already: a table is rewritten in two commits, and whoever
# reads in between migrates rows that have been.
MIGRATIONS: dict[int, Callable[[str, pl.LazyFrame], pl.LazyFrame]] = {}


@dataclass(frozen=True, slots=True)
class About:
    """What a table says of itself.

    Args:
        version: Schema version that wrote it.
        space: The Space of its numbers, None where it has none.
    """

    version: int = VERSION
    space: Space | None = None

    def to_json(self) -> str:
        """Return one line of JSON, kept as the description of the Delta table."""
        space = None if self.space is None else json.loads(self.space.to_json())
        return json.dumps({"affectory": self.version, "space": space}, sort_keys=True)

    @classmethod
    @lru_cache(maxsize=256)  # every look at a table reads what it says of itself
    def from_json(cls, text: str | None) -> "About | None":
        """Return what `to_json` wrote, or None where the text is something else."""
        try:
            parts = json.loads(text or "")
            space = parts["space"] and Space.from_json(json.dumps(parts["space"]))
            return cls(int(parts["affectory"]), space or None)
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of table.

    Args:
        name: Its place in the lake, such as "records" or "states/vad".
        columns: Its columns, in order, without those of `WRITTEN`.
        about: What it says of itself.
        open: Whether rows may bring further columns of their own.
    """

    name: str
    columns: Columns
    about: About = field(default_factory=About)
    open: bool = False

    @property
    def skipping(self) -> str:
        """The columns whose minima and maxima the log keeps."""
        return ",".join(n for n in SKIPPING if n in {**self.columns, **WRITTEN})


def named(name: str) -> str:
    """Return `name` if a table can be called so.

    Raises:
        BadChoice: if it cannot.
    """
    kind, _, of = name.partition("/")
    # the name becomes part of a path: nothing that climbs out of the lake, nothing hidden
    spaced = kind in OF_SPACE and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", of)
    if name not in FIXED and not spaced:
        raise BadChoice("table", name, [*FIXED, *(f"{kind}/<space>" for kind in OF_SPACE)])
    return name


def table(name: str, space: Space | None = None) -> Table:
    """Return the table called `name`.

    Args:
        name: One of `FIXED`, or "states/<space>", "arcs/<space>".
        space: The Space of a table of states or arcs.

    Raises:
        BadChoice: if there is no such table, or `space` does not belong to it.
        BadValues: if an axis has the name of a column.
    """
    kind, _, of = named(name).partition("/")
    if name in FIXED:
        return Table(name, FIXED[name])
    if space is None or space.name != of:
        raise BadChoice(f"space of table {name!r}", space and space.name, [of])
    if kind == "arcs":
        return Table(name, {**WHOSE, "axis": pl.String}, About(space=space), open=True)
    return Table(name, _state_columns(space), About(space=space))


def _state_columns(space: Space) -> Columns:
    """Return the columns of the states of `space`."""
    values = {name: pl.Float32 for name in space.names}
    spreads = {f"{name}_spread": pl.Float32 for name in space.names}
    before = {**WHOSE, **WHEN, "clock": pl.String}
    after = {"draw": pl.Int32, "seq": pl.Int64, "by": pl.String}
    taken = set(values) & {*before, *spreads, *after, *WRITTEN}
    if taken:
        raise BadValues(f"space {space.name!r}", f"axes {sorted(taken)}", "names of no column")
    return {**before, **values, **spreads, **after}


def conform(frame: pl.DataFrame, to: Table) -> pl.DataFrame:
    """Return `frame` with the columns of table `to`, in order; absent ones and NaN become null.

    Raises:
        BadValues: if a column is unknown to the table, or cannot be cast to its type.
    """
    extra = [name for name in frame.columns if name not in to.columns]
    if extra and not to.open:
        raise BadValues(f"table {to.name!r}", f"columns {extra}", list(to.columns), "drop them")
    own = [_cast(frame, name, kind, to.name) for name, kind in to.columns.items()]
    return pl.DataFrame([*own, *(_plain(frame[name]) for name in extra)])


def _cast(frame: pl.DataFrame, name: str, kind: Any, where: str) -> pl.Series:
    """Return a column of `frame` as `kind`; what it holds stays out of the error."""
    if name not in frame.columns:
        return pl.Series(name, [None], dtype=kind).new_from_index(0, frame.height)
    try:
        return _undefined(frame[name].cast(kind))
    except pl.exceptions.PolarsError:
        got = f"column {name!r} of type {frame[name].dtype}"
        raise BadValues(f"table {where!r}", got, kind, "cast it") from None


def _plain(column: pl.Series) -> pl.Series:
    """Return a measure in a type that does not depend on how it was computed."""
    if column.dtype.is_integer():
        return column.cast(pl.Int64)
    if column.dtype.is_float():
        return _undefined(column.cast(pl.Float64))
    return column.cast(pl.String) if column.dtype in (pl.Categorical, pl.Enum) else column


def _undefined(column: pl.Series) -> pl.Series:
    """Return `column` with null for NaN: SQL leaves null out of a mean, and spreads NaN."""
    return column.fill_nan(None) if column.dtype.is_float() else column


def migrated(name: str, frame: pl.LazyFrame, version: int) -> pl.LazyFrame:
    """Return table `name`, written under schema `version`, as the present schema has it.

    Raises:
        NewerSchema: if a later version of the house wrote it.
    """
    if version > VERSION:
        raise NewerSchema(name, version, VERSION)
    for step in range(version, VERSION):
        frame = MIGRATIONS[step](name, frame)
    return frame
