"""Comma, tab, semicolon and bar separated tables."""

__all__ = ["read_csv"]

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from affectory.sources.chunks import Chunk
from affectory.sources.dialects import Dialect, dialect_of, is_table
from affectory.sources.encodings import blocks, decode
from affectory.sources.files import Origin, head
from affectory.sources.layouts import LIKELY, MAYBE, NO, Peek, layout
from affectory.sources.reading import Columns, Reading
from affectory.sources.separated import chunks
from affectory.sources.tables import read_table

BLANKS = "values are quoted behind a blank; blanks before a value were left out"


def _sniff(peek: Peek) -> int:
    if peek.suffix in (".csv", ".tsv", ".tab"):
        return LIKELY
    return MAYBE if peek.suffix in ("", ".txt", ".dat") and is_table(peek.head) else NO


@layout("csv", (".csv", ".tsv", ".tab"), _sniff)
def read_csv(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a separated-value table; see `tables.read_table`."""
    dialect = _dialect(origin, columns)
    notes = (BLANKS,) if dialect.blank else ()
    make = partial(_chunks, origin, dialect)
    for reading in read_table(origin, make, columns, size, "csv"):
        yield replace(reading, notes=notes + reading.notes)


def csv_chunks(
    origin: Origin, columns: Columns, only: tuple[str, ...] | None = None
) -> Iterator[Chunk]:
    """Yield the rows of a separated-value table.

    Raises:
        BadFile: if the file is empty or no text.
    """
    yield from _chunks(origin, _dialect(origin, columns), only)


def _chunks(
    origin: Origin, dialect: Dialect, only: tuple[str, ...] | None = None
) -> Iterator[Chunk]:
    yield from chunks(blocks(origin), dialect, origin.label, only)


def _dialect(origin: Origin, columns: Columns) -> Dialect:
    start = decode(head(origin), origin.label)
    return dialect_of(start, origin.suffix, tuple(columns.named.values()))
