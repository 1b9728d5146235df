"""Dated events, such as a lockdown or an election: a table of dates and names."""

__all__ = ["Event", "read_events"]

import csv
from datetime import date
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from affectory.core.errors import BadFile, MissingFile
from affectory.sources.encodings import decode
from affectory.sources.published import content

EPOCH = date(1970, 1, 1)
CURE = "write one event a line: 2020-03-20,lockdown"


class Event(NamedTuple):
    """One event.

    Attributes:
        day: Days since 1970-01-01.
        name: What it is called.
    """

    day: float
    name: str


def read_events(path: Path) -> tuple[Event, ...]:
    """Return the events of a file, in order of time.

    A line is a date (2020-03-20), a comma, tab or semicolon, and a name; a first line without a
    date is a header.

    Raises:
        MissingFile: if there is no such file.
        BadFile: if a line has no date, or there is no event.
    """
    if not path.is_file():
        raise MissingFile(path)
    text = decode(content(path), str(path))
    mark = max("\t;,", key=text.count)
    found: list[Event] = []
    for number, row in enumerate(csv.reader(StringIO(text), delimiter=mark), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        try:
            day = (date.fromisoformat(cells[0]) - EPOCH).days
        except ValueError as error:
            if number == 1:
                continue
            raise BadFile(path, f"line {number} has no date", "dates", CURE) from error
        found.append(Event(float(day), cells[1] if len(cells) > 1 else ""))
    if not found:
        raise BadFile(path, "no event", "dates and names", CURE)
    return tuple(sorted(found))
