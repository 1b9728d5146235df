"""Separated values (csv, tsv): blocks of bytes -> chunks, with exact line numbers.

numpy finds the separators, quotes and line ends of a block; polars parses the rows that
have as many fields as the header; the others are rejected by line. Where the quotes of a
block do not fit together, Python's csv module reads that block row by row.
"""

__all__ = ["chunks"]

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadFile
from affectory.sources.chunks import Chunk
from affectory.sources.dialects import Dialect
from affectory.sources.reading import rejected

Ints = NDArray[np.int64]
OPEN_LIMIT = 16 * 2**20  # bytes after which an open quote is taken for a stray one
UNCLOSED = "a quoted field is never closed"
FEED, QUOTE = ord("\n"), ord('"')


@dataclass(frozen=True)
class Shape:
    """Where the rows of a block lie.

    Args:
        start: Offset of each row. Shape (n,).
        stop: Offset after each row's line feed. Shape (n,).
        line: Line feeds before each row. Shape (n,).
        fields: Number of fields of each row; 0 for an empty line. Shape (n,).
    """

    start: Ints
    stop: Ints
    line: Ints
    fields: Ints


def chunks(
    blocks: Iterator[bytes], dialect: Dialect, label: str, only: tuple[str, ...] | None = None
) -> Iterator[Chunk]:
    """Yield the rows of a file, block by block; with `only`, maybe not all columns.

    Raises:
        BadFile: if the file is empty.
    """
    if not dialect.names:
        raise BadFile(label, "it is empty", "a table with a header", "check the file")
    dialect = replace(dialect, only=only)
    rest, line, skip = b"", 0, dialect.skip
    for block in blocks:
        data = rest + block
        while skip and FEED in data:
            data, skip, line = data[data.index(b"\n") + 1 :], skip - 1, line + 1
        chunk, used = _chunk(data, dialect, label, line, last=False)
        rest, line = data[used:], line + data.count(b"\n", 0, used)
        yield chunk
    while rest:
        chunk, used = _chunk(rest, dialect, label, line, last=True)
        rest, line = rest[used:], line + rest.count(b"\n", 0, used)
        yield chunk


def _chunk(data: bytes, dialect: Dialect, label: str, line: int, last: bool) -> tuple[Chunk, int]:
    """Return the rows of `data` and how many of its bytes they took."""
    shape = None if dialect.blank else _shape(data, ord(dialect.separator))
    chunk = None if shape is None else _fast(data, shape, dialect, label, line)
    if shape is None or chunk is None:
        return _slow(data, dialect, label, line, last or len(data) > OPEN_LIMIT)
    used = int(shape.stop[-1]) if len(shape.stop) else 0
    if used < len(data) and (last or len(data) - used > OPEN_LIMIT):
        end = data.index(b"\n", used)
        place = line + data.count(b"\n", 0, used) + 1
        stray = rejected([(label, place, UNCLOSED, data[used:end].decode())])
        return replace(chunk, rejected=pl.concat([chunk.rejected, stray])), end + 1
    return chunk, used


def _shape(data: bytes, separator: int) -> Shape | None:
    """Find the rows of a block; None where its quotes do not fit together."""
    octets = np.frombuffer(data, np.uint8)
    feeds = np.flatnonzero(octets == FEED)
    marks = np.flatnonzero(octets == separator)
    quotes = np.flatnonzero(octets == QUOTE)
    ends = feeds
    if len(quotes):
        if not _paired(octets, quotes, separator):
            return None
        ends = feeds[np.searchsorted(quotes, feeds) % 2 == 0]
        marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
    start = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    fields = np.diff(np.searchsorted(marks, ends), prepend=0) + 1
    length = ends - start
    bare_return = (length == 1) & (octets[start] == ord("\r"))
    fields = np.where((length == 0) | bare_return, 0, fields)
    return Shape(start, ends + 1, np.searchsorted(feeds, start), fields)


def _paired(octets: NDArray[np.uint8], quotes: Ints, separator: int) -> bool:
    """Tell whether every quote opens or closes a whole field, or is doubled within one."""
    edge = np.zeros(256, bool)
    edge[[separator, FEED, ord("\r"), QUOTE]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    before = octets[opening - 1]  # at offset 0 this wraps round to the last byte
    after = octets[np.minimum(closing + 1, len(octets) - 1)]
    return bool((edge[before] | (opening == 0)).all() and edge[after].all())


def _fast(data: bytes, shape: Shape, dialect: Dialect, label: str, line: int) -> Chunk | None:
    """Parse with polars; None where polars sees other rows than we do."""
    good = shape.fields == len(dialect.names)
    frame = _parsed(_kept(data, shape, good), dialect)
    if frame is None or frame.height != int(good.sum()):
        return None
    bad = np.flatnonzero(~good & (shape.fields > 0))
    lost = [
        (
            label,
            line + int(shape.line[at]) + 1,
            _ragged(int(shape.fields[at]), dialect),
            data[shape.start[at] : shape.stop[at]].decode().rstrip("\r\n"),
        )
        for at in bad
    ]
    return Chunk(frame, pl.Series("line", shape.line[good] + line + 1, pl.Int64), rejected(lost))


def _kept(data: bytes, shape: Shape, good: NDArray[np.bool_]) -> bytes:
    """Return the bytes of the good rows."""
    if good.all():
        return data[: shape.stop[-1]] if len(good) else b""
    edges = np.flatnonzero(np.diff(good, prepend=False, append=False))
    runs = zip(edges[0::2], edges[1::2], strict=True)
    return b"".join(data[shape.start[low] : shape.stop[high - 1]] for low, high in runs)


def _parsed(data: bytes, dialect: Dialect) -> pl.DataFrame | None:
    """Return what polars reads, None where it cannot."""
    wanted = [n for n in dialect.names if dialect.only is None or n in dialect.only]
    if not data:
        return pl.DataFrame(schema=dict.fromkeys(dialect.names, pl.String))
    try:
        frame = pl.read_csv(
            data,
            has_header=False,
            separator=dialect.separator,
            infer_schema=False,
            columns=[dialect.names.index(name) for name in wanted],
        )
    except pl.exceptions.PolarsError:
        return None
    return frame.rename(dict(zip(frame.columns, wanted, strict=True)))


def _slow(data: bytes, dialect: Dialect, label: str, line: int, last: bool) -> tuple[Chunk, int]:
    """Read row by row; a row that cannot be read costs its first line only."""
    lines = data.decode().split("\n")[:-1]
    rows, places, lost = [], [], []
    at, reason = 0, None
    while at < len(lines) and (reason != UNCLOSED or last):
        for first, after, row, reason in _rows(lines, at, dialect):
            if reason == UNCLOSED and not last:
                break
            at = after
            if reason is not None:
                raw = "\n".join(lines[first:after])
                lost.append((label, line + first + 1, reason, raw))
            elif row:
                rows.append(row)
                places.append(line + first + 1)
    used = sum(len(text.encode()) + 1 for text in lines[:at])
    frame = pl.DataFrame(rows, schema=dict.fromkeys(dialect.names, pl.String), orient="row")
    frame = frame.with_columns(pl.all().replace("", None))
    return Chunk(frame, pl.Series("line", places, pl.Int64), rejected(lost)), used


def _rows(
    lines: list[str], at: int, dialect: Dialect
) -> Iterator[tuple[int, int, list[str], str | None]]:
    """Yield (first line, line after it, fields, what is wrong) up to the first broken row."""
    csv.field_size_limit(2**31 - 1)  # the default refuses fields of 128 KiB
    text = (lines[place].removesuffix("\r") + "\n" for place in range(at, len(lines)))
    reader = csv.reader(
        text, delimiter=dialect.separator, skipinitialspace=dialect.blank, strict=True
    )
    first = at
    try:
        for row in reader:
            after = at + reader.line_num
            ragged = bool(row) and len(row) != len(dialect.names)
            yield first, after, row, _ragged(len(row), dialect) if ragged else None
            first = after
    except csv.Error as error:
        open_end = "unexpected end" in str(error)
        yield first, first + 1, [], UNCLOSED if open_end else "quotes that do not fit together"


def _ragged(fields: int, dialect: Dialect) -> str:
    return f"{fields} fields, the table has {len(dialect.names)} columns"
