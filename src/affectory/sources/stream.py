"""The door of the room: files of any known layout -> batches of whole sessions."""

__all__ = ["read", "read_with_rejects", "stream"]

import warnings
import zlib
from collections.abc import Iterator
from dataclasses import replace
from lzma import LZMAError
from typing import Any

import polars as pl

from affectory.core.errors import (
    AffectoryError,
    BadChoice,
    BadFile,
    ClockMismatch,
    NoRecords,
)
from affectory.core.records import Records
from affectory.sources.encodings import decode
from affectory.sources.files import Origin, bare, head, spooled
from affectory.sources.finding import Paths, Sources, found
from affectory.sources.frames import as_frame, read_frame
from affectory.sources.layouts import LAYOUTS, Layout, Peek, best
from affectory.sources.reading import Columns, Reading, RowsLeftOut, rejected

ALL = 2**62  # as many records in a batch as there are
DAMAGED = (EOFError, OSError, UnicodeError, LZMAError, zlib.error, pl.exceptions.PolarsError)


def stream(
    sources: Sources,
    columns: Columns = Columns(),  # noqa: B008 - frozen
    *,
    size: int = 20_000,
    layout: str | None = None,
    without: Paths = (),
) -> Iterator[Reading]:
    """Read files batch by batch; memory does not grow with their number or length.

    A file that cannot be read gives one `Reading` without records and with one rejected
    row (line 0) that says why; the others go on. The name of a session begins with the stem
    of its file, ``<stem>/<session>``, so that equal names of two files are never merged.

    Args:
        sources: A path, a pattern, a folder, ``"-"`` for standard input, or several of these.
        columns: The names of columns where they cannot be guessed.
        size: About how many records a batch has, >= 1; a batch holds whole sessions.
        layout: The layout of all the files, where it cannot be told; a key of `LAYOUTS`.
        without: Folders and files that are passed over where a folder or pattern holds them,
            such as the folder of an output; a source that is named itself is read. Lakes, and
            reports beside them, are always passed over. `origins` lists what is left.

    Yields:
        One or more readings per file.

    Raises:
        BadChoice: if `size` is below one, or `layout` is unknown.
        MissingFile: if a path or pattern names nothing.
    """
    if size < 1:
        raise BadChoice("size", size, "an integer >= 1")
    if layout is not None and layout not in LAYOUTS:
        raise BadChoice("layout", layout, sorted(LAYOUTS))
    return _stream(found(sources, without), columns, size, layout)


def _stream(
    files: list[Origin], columns: Columns, size: int, layout: str | None
) -> Iterator[Reading]:
    for file in files:
        with spooled(file) as origin:
            yield from _guarded(origin, columns, size, layout)


def _guarded(origin: Origin, columns: Columns, size: int, layout: str | None) -> Iterator[Reading]:
    """Yield the readings of one file; what stops it becomes a rejected row."""
    entry: Layout | None = None
    try:
        entry = _layout(origin, layout)
        yield from entry.read(origin, columns, size)
    except (AffectoryError, *DAMAGED) as error:
        reason = str(_told(error, origin))
        lost = rejected([(origin.label, 0, reason, None)])
        yield Reading(origin.label, entry.name if entry else "unknown", {}, None, lost)


def _layout(origin: Origin, wanted: str | None) -> Layout:
    if origin.path.is_dir():
        return LAYOUTS[wanted or "convokit"]
    known = [entry for entry in LAYOUTS.values() if origin.suffix in entry.suffixes]
    if not origin.asked and not known:
        ending = origin.suffix or "none"
        raise BadFile(
            origin.label, f"it was left out (ending {ending})", "an ending of a known layout",
            "name the file itself if it should be read",
        )  # fmt: skip
    if wanted is None and known and known[0].binary:
        return known[0]
    name = bare(origin.path).name
    start = "" if wanted else decode(head(origin), origin.label)
    return best(origin, Peek(origin.suffix, start, name), wanted)


def _told(error: BaseException, origin: Origin) -> AffectoryError:
    """Return an error of the house for whatever stopped a file."""
    if isinstance(error, AffectoryError):
        return error
    cure = "check that it opens elsewhere, or get it again"
    return BadFile(origin.label, f"it is damaged ({error})", "a file that can be read", cure)


def read(
    source: Any,
    columns: Columns = Columns(),  # noqa: B008 - frozen
    *,
    layout: str | None = None,
    session: str | None = None,
    actor: str | None = None,
    text: str | None = None,
    time: str | None = None,
) -> Records:
    """Read files, or a table in memory, into one set of records.

    Rows that cannot be used are left out with a warning; `read_with_rejects` hands them back.

    Args:
        source: What `stream` takes, or a pandas, polars or Arrow table, or a mapping of
            columns.
        columns: The names of columns where they cannot be guessed.
        layout: The layout of the files, where it cannot be told; a key of `LAYOUTS`.
        session: Short for ``Columns(session=...)``.
        actor: Short for ``Columns(actor=...)``.
        text: Short for ``Columns(text=...)``.
        time: Short for ``Columns(time=...)``.

    Raises:
        BadChoice: if `layout` is unknown.
        MissingFile: if a path or pattern names nothing.
        BadFile: if a file cannot be read at all.
        BadColumn: if a named column is missing, or the text column cannot be told.
        NoRecords: if not one row could be used.
        ClockMismatch: if some of the files have times and others have not.

    Example:
        >>> from affectory.sources import read
        >>> talk = {"speaker": ["ann", "bo"], "text": ["How are you?", "Fine."]}
        >>> read(talk).actors
        ('ann', 'bo')
    """
    given = {"session": session, "actor": actor, "text": text, "time": time}
    short = {role: name for role, name in given.items() if name is not None}
    reading = read_with_rejects(source, replace(columns, **short), layout=layout)
    if reading.records is None:
        first = reading.rejected["reason"].head(1).to_list() or ["there is no row in it"]
        raise NoRecords(f"{reading.source} ({first[0]})", "check its columns and its layout")
    if len(reading.rejected):
        warnings.warn(RowsLeftOut(len(reading.rejected), reading.source), stacklevel=2)
    return reading.records


def read_with_rejects(
    source: Any,
    columns: Columns = Columns(),  # noqa: B008 - frozen
    *,
    layout: str | None = None,
) -> Reading:
    """Read as `read` does, and return the rejected rows, columns and notes as well.

    Raises:
        BadChoice: if `layout` is unknown.
        MissingFile: if a path or pattern names nothing.
        BadFile: if a file cannot be read at all.
        BadColumn: if a named column is missing, or the text column cannot be told.
        ClockMismatch: if some of the files have times and others have not.
    """
    if layout is not None and layout not in LAYOUTS:
        raise BadChoice("layout", layout, sorted(LAYOUTS))
    frame = as_frame(source)
    if frame is not None:
        return _joined(list(read_frame(frame, columns, max(frame.height, 1))))
    return _joined([part for file in found(source) for part in _strict(file, columns, layout)])


def _strict(origin: Origin, columns: Columns, layout: str | None) -> Iterator[Reading]:
    """Yield the readings of one file; raise what stops it if the user named the file."""
    with spooled(origin) as here:
        if not here.asked:
            yield from _guarded(here, columns, ALL, layout)
            return
        try:
            yield from _layout(here, layout).read(here, columns, ALL)
        except DAMAGED as error:
            raise _told(error, here) from error


def _joined(parts: list[Reading]) -> Reading:
    """Return several readings as one; layouts and columns are those of the first."""
    full = [part for part in parts if part.records is not None]
    first = (full or parts)[0]
    clocks = {part.records.clock: part.source for part in full if part.records is not None}
    if len(clocks) > 1:
        found = ", ".join(f"{source} in {clock}" for clock, source in clocks.items())
        raise ClockMismatch.between(found)
    return replace(
        first,
        source=", ".join(dict.fromkeys(part.source for part in parts)),
        records=Records.concat([part.records for part in full if part.records]) if full else None,
        rejected=pl.concat([part.rejected for part in parts]),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )
