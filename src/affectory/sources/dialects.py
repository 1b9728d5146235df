"""How a file of separated values is written: separator, header, blanks before values."""

__all__ = ["Dialect", "dialect_of", "header_of", "is_table"]

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from affectory.sources.guess import COMMON, looks_like_header, plain

SEPARATORS = ",;\t|"
COUNT = 40  # rows by which a table is judged


@dataclass(frozen=True)
class Dialect:
    """How a file separates its values.

    Args:
        separator: One character.
        names: Of the columns.
        skip: Lines before the first row of values.
        only: The columns that are wanted; None for all.
        blank: Whether blanks between a separator and a value, as in ``a, "b, c"``, are no
            part of the value.
    """

    separator: str
    names: tuple[str, ...]
    skip: int
    only: tuple[str, ...] | None = None
    blank: bool = False


def dialect_of(head: str, suffix: str, named: tuple[str, ...] = ()) -> Dialect:
    """Return the separator and the header of the file that begins with `head`.

    Args:
        head: First characters of the file.
        suffix: Its ending; ``.tsv`` settles the separator.
        named: Column names that the user gave; a first line that has one is a header.
    """
    skip = 0
    if head[:4].lower() == "sep=" and head[5:6] in "\r\n":  # written by spreadsheets
        separator, head, skip = head[4], head.split("\n", 1)[-1], 1
    else:
        separator = "\t" if suffix in (".tsv", ".tab") else _separator(head, named)
    blank = _blank(head, separator)
    rows = header_of(head, separator, blank=blank)
    if not rows:
        return Dialect(separator, (), skip)
    if looks_like_header(rows, named):
        taken = len(head[: _end_of_first(head, separator)].splitlines())
        return Dialect(separator, _unique(rows[0]), skip + taken, blank=blank)
    names = tuple(f"column_{place + 1}" for place in range(len(rows[0])))
    return Dialect(separator, names, skip, blank=blank)


def is_table(head: str) -> bool:
    """Tell whether the first row names a usual column and the next have as many fields."""
    rows = header_of(head, _separator(head))
    widths = {len(row) for row in rows[:-1]}
    return len(widths) == 1 and widths.pop() > 1 and any(plain(c) in COMMON for c in rows[0])


def header_of(
    head: str, separator: str, count: int = COUNT, *, blank: bool = False
) -> list[list[str]]:
    """Return the first rows of a file, empty lines left out; `blank` as in `Dialect`."""
    text = io.StringIO(head, newline="")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(text, delimiter=separator, skipinitialspace=blank):
            if row:
                rows.append(row)
            if len(rows) == count:
                break
    except csv.Error:  # judged by the rows before it
        pass
    return rows


def _separator(head: str, named: tuple[str, ...] = ()) -> str:
    """Return the separator that makes a header, else cuts the first rows most evenly."""

    def score(separator: str) -> tuple[bool, float, int]:
        rows = header_of(head, separator)
        widths = Counter(len(row) for row in rows[:-1] or [[]])
        width, times = widths.most_common(1)[0]
        first = [cell.strip() for cell in rows[0]] if rows else []
        known = any(cell in named or plain(cell) in COMMON for cell in first)
        even = times / widths.total() if width > 1 else 0.0
        return known and len(first) > 1, even, width

    return max(SEPARATORS, key=score)


def _blank(head: str, separator: str) -> bool:
    """Tell whether values are quoted behind a blank, and all fits together if blanks go."""
    text = io.StringIO(head, newline="")
    without: list[list[str]] = []
    try:
        reader = csv.reader(text, delimiter=separator, skipinitialspace=True, strict=True)
        without.extend(row for row in islice(reader, COUNT) if row)
    except csv.Error as error:
        if "unexpected end" not in str(error):  # the head may end within quotes
            return False
    whole = without[:-1] if len(without) > 2 else without  # its last row may be cut off
    if len({len(row) for row in whole}) != 1:
        return False
    as_is = header_of(head, separator)
    return any(
        cell not in row and re.match(' +"', cell)
        for row, cells in zip(whole, as_is, strict=False)
        for cell in cells
    )


def _unique(names: list[str]) -> tuple[str, ...]:
    """Return column names without blanks around them, none empty, none twice."""
    unique: list[str] = []
    for at, given in enumerate(names):
        name = first = given.strip().strip("\ufeff") or f"column_{at + 1}"
        while name in unique:
            name = f"{first}_{unique.count(first) + 1}" if name == first else f"{name}_2"
        unique.append(name)
    return tuple(unique)


def _end_of_first(head: str, separator: str) -> int:
    """Return the offset after the first row that is not empty."""
    lines = head.splitlines(keepends=True)
    reader = csv.reader(lines, delimiter=separator)
    for row in reader:
        if row:
            break
    return sum(map(len, lines[: reader.line_num]))
