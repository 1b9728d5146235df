"""The columns of a Trajectory: typed, checked, sorted, frozen."""

__all__ = ["check", "floats", "frozen", "matrix", "named", "order", "take", "typed"]

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadValues
from affectory.core.groups import Names
from affectory.core.space import Space

KINDS: dict[str, Any] = {
    "start": np.float64,
    "stop": np.float64,
    "values": np.float32,
    "spread": np.float32,
    "draw": np.int32,
    "seq": np.int64,
}


def typed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns in their own types, without copying what is right already."""
    names = {key: Names.of(fields[key]) for key in ("session", "actor")}
    arrays = {
        key: None if fields[key] is None else np.asarray(fields[key], kind)
        for key, kind in KINDS.items()
    }
    return {**names, **arrays}


def take(table: Mapping[str, Any], rows: NDArray[Any] | slice) -> dict[str, Any]:
    """Return every column restricted to `rows`; an absent column stays absent."""
    taken = {
        key: column.take(rows) if isinstance(column, Names) else column[rows]
        for key, column in table.items()
        if column is not None
    }
    return {key: taken.get(key) for key in table}


def check(space: Space, table: dict[str, Any], n: int) -> None:
    """Raise BadValues where the columns contradict each other or the Space."""
    for name, column in table.items():
        if column is not None and len(column) != n:
            raise BadValues(f"trajectory: {name}", f"{len(column)} rows", f"{n} rows, as in start")
    start, stop = table["start"], table["stop"]
    if not (np.isfinite(start).all() and np.isfinite(stop).all()):
        raise BadValues("trajectory: times", "NaN or infinity", "finite times")
    if (stop < start).any():
        row = int(np.flatnonzero(stop < start)[0])
        raise BadValues("trajectory", f"stop before start in row {row}", "stop >= start")
    offence = space.offence(table["values"])
    if offence:
        raise BadValues(f"states in space {space.name!r}", offence, "legal states", "rescale them")
    spread = table["spread"]
    if spread is not None and (spread.shape != table["values"].shape or (spread < 0).any()):
        raise BadValues("trajectory: spread", f"shape {spread.shape}", "values' shape, all >= 0")


def order(*keys: NDArray[Any]) -> NDArray[np.int64] | None:
    """Return the order that sorts by `keys`, first key first, or None where it holds already."""
    undecided = np.ones(max(len(keys[0]) - 1, 0), dtype=bool)
    for key in keys:
        if (undecided & (key[1:] < key[:-1])).any():
            return np.lexsort(keys[::-1])
        undecided &= key[1:] == key[:-1]
    return None


def frozen(column: Any) -> Any:
    """Return `column` so that nobody can write to it.

    A writeable array is copied, since its owner may go on to change it.
    """
    if isinstance(column, Names):
        return Names(frozen(column.codes), column.names)
    if isinstance(column, np.ndarray) and column.flags.writeable:
        column = column.copy()
        column.flags.writeable = False
    return column


def named(column: Names, wanted: str | Collection[str] | None) -> NDArray[np.bool_]:
    """Return which rows carry one of the `wanted` names."""
    if wanted is None:
        return np.ones(len(column), dtype=bool)
    chosen = {wanted} if isinstance(wanted, str) else set(wanted)
    hit = np.array([name in chosen for name in column.names], dtype=bool)
    return hit[column.codes] if len(hit) else np.zeros(0, dtype=bool)


def floats(series: pl.Series) -> NDArray[np.float64]:
    """Return a column as float64, NaN where it was null. Shape (n,)."""
    return series.cast(pl.Float64).fill_null(np.nan).to_numpy()


def matrix(table: pl.DataFrame, names: Sequence[str]) -> NDArray[np.float32]:
    """Return the columns `names` side by side, NaN where they were null. Shape (n, k)."""
    columns = [pl.col(name).cast(pl.Float32).fill_null(np.nan) for name in names]
    return table.select(columns).to_numpy().astype(np.float32, copy=False).reshape(-1, len(names))
