"""Comma, tab, semicolon and bar separated tables."""

__all__ = ["read_csv"]

from collections.abc import Iterator
from functools import partial

from affectory.sources.chunks import Chunk
from affectory.sources.encodings import blocks, decode
from affectory.sources.files import Origin, head
from affectory.sources.layouts import LIKELY, MAYBE, NO, Peek, layout
from affectory.sources.reading import Columns, Reading
from affectory.sources.separated import chunks, dialect_of, is_table
from affectory.sources.tables import read_table


def _sniff(peek: Peek) -> int:
    if peek.suffix in (".csv", ".tsv", ".tab"):
        return LIKELY
    return MAYBE if peek.suffix in ("", ".txt", ".dat") and is_table(peek.head) else NO


@layout("csv", (".csv", ".tsv", ".tab"), _sniff)
def read_csv(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a separated-value table; see `tables.read_table`."""
    yield from read_table(origin, partial(csv_chunks, origin, columns), columns, size, "csv")


def csv_chunks(
    origin: Origin, columns: Columns, only: tuple[str, ...] | None = None
) -> Iterator[Chunk]:
    """Yield the rows of a separated-value table.

    Raises:
        BadFile: if the file is empty or no text.
    """
    start = decode(head(origin), origin.label)
    dialect = dialect_of(start, origin.suffix, tuple(columns.named.values()))
    yield from chunks(blocks(origin), dialect, origin.label, only)
