"""Read the table in the file of a word list, whatever its encoding, marks and header."""

__all__ = ["table_of", "text_of"]

import gzip
import io
from pathlib import Path

import polars as pl

from affectory.core.errors import BadFile, MissingFile


def table_of(path: Path) -> pl.DataFrame:
    """Read a word list from disk as a table of strings or numbers.

    CSV, TSV and semicolons (also gzip), parquet, Arrow IPC. Without a header, the columns
    are called `column_1` and on.

    Raises:
        MissingFile: if there is no such file.
        BadFile: if it holds no table.
    """
    if not path.is_file():
        raise MissingFile(path)
    kind = path.name.removesuffix(".gz").rsplit(".", 1)[-1].lower()
    try:
        if kind == "parquet":
            return pl.read_parquet(path)
        if kind in ("arrow", "ipc", "feather"):
            return pl.read_ipc(path)
        return _delimited(text_of(path))
    except (pl.exceptions.PolarsError, OSError, EOFError) as error:
        cure = "give a CSV, TSV, parquet or Arrow file"
        raise BadFile(path, f"no readable table ({error})", "a word list", cure) from error


def text_of(path: Path) -> str:
    """Return the text of a file, gzipped or not; UTF-8 where it is that, else Windows-1252."""
    raw = path.read_bytes()
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _delimited(text: str) -> pl.DataFrame:
    """Return a delimited text as a table of strings."""
    head = text.lstrip().split("\n", 1)[0]
    mark = max("\t;,", key=lambda c: (head.count(c) > 0) * (c == "\t") * 9**9 + head.count(c))
    table = pl.read_csv(
        io.BytesIO(text.encode()),
        separator=mark,
        has_header=False,
        infer_schema=False,
        quote_char=None if mark == "\t" else '"',
        truncate_ragged_lines=True,
    )
    first = [cell or "" for cell in table.row(0)]
    if any(_is_number(cell) for cell in first[1:]):
        return table.rename({c: f"column_{at}" for at, c in enumerate(table.columns, start=1)})
    names = [cell.strip() or f"column_{at}" for at, cell in enumerate(first, start=1)]
    names = [f"{n}_{at}" if n in names[:at] else n for at, n in enumerate(names)]
    return table[1:].rename(dict(zip(table.columns, names, strict=True)))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
