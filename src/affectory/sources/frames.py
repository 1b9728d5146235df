"""Tables that are typed already: parquet and Arrow files, and frames in memory."""

__all__ = ["as_frame", "read_arrow", "read_frame", "read_parquet"]

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from affectory.core.errors import BadFile, MissingExtra
from affectory.sources.chunks import Chunk
from affectory.sources.files import Origin
from affectory.sources.layouts import NO, layout
from affectory.sources.reading import Columns, Reading
from affectory.sources.tables import read_table

PIECE = 200_000  # rows taken at a time
FRAME = "<frame>"


@layout("parquet", (".parquet", ".pq"), lambda peek: NO, binary=True)
def read_parquet(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a parquet table."""
    make = partial(_chunks, partial(_scanned, pl.scan_parquet, origin))
    yield from read_table(origin, make, columns, size, "parquet")


@layout("arrow", (".arrow", ".feather", ".ipc"), lambda peek: NO, binary=True)
def read_arrow(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of an Arrow (feather) table."""
    make = partial(_chunks, partial(_scanned, pl.scan_ipc, origin))
    yield from read_table(origin, make, columns, size, "arrow")


def read_frame(frame: pl.DataFrame, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a table in memory."""
    origin = Origin(Path(FRAME), FRAME, "frame", prefix=False)
    yield from read_table(origin, partial(_chunks, frame.lazy), columns, size, "frame")


def as_frame(table: Any) -> pl.DataFrame | None:
    """Return any table in memory as a polars frame; None if `table` is no table.

    Knows polars, whatever has the Arrow C interface, pandas, mappings of columns, and lists of
    rows as mappings, such as the messages of a chat.

    Raises:
        MissingExtra: if a pandas frame needs pyarrow, which is not installed.
    """
    if isinstance(table, pl.DataFrame | pl.LazyFrame):
        return table.lazy().collect()
    if isinstance(table, list) and table and all(isinstance(row, dict) for row in table):
        return pl.DataFrame(table, strict=False, infer_schema_length=None)
    if isinstance(table, dict):
        return pl.DataFrame(table, strict=False)
    if type(table).__module__.partition(".")[0] == "pandas":
        try:
            return pl.from_pandas(table)
        except ImportError as error:
            raise MissingExtra("pyarrow", "pandas", "reading a pandas frame") from error
    if hasattr(table, "__arrow_c_stream__"):
        return pl.DataFrame(table)
    return None


def _scanned(scan: Callable[[Path], pl.LazyFrame], origin: Origin) -> pl.LazyFrame:
    try:
        lazy = scan(origin.path)
        lazy.collect_schema()
    except pl.exceptions.PolarsError as error:
        cure = "write it again, or export it as csv"
        raise BadFile(origin.label, "its schema cannot be read", "a table", cure) from error
    return lazy


def _chunks(
    open_lazily: Callable[[], pl.LazyFrame], only: tuple[str, ...] | None = None
) -> Iterator[Chunk]:
    """Yield the rows of a typed table; `line` is the number of the row, from 1."""
    lazy = open_lazily() if only is None else open_lazily().select(only)
    height = int(lazy.select(pl.len()).collect().item())
    for low in range(0, max(height, 1), PIECE):
        frame = lazy.slice(low, PIECE).collect()
        yield Chunk(frame, pl.Series("line", range(low + 1, low + frame.height + 1), pl.Int64))
