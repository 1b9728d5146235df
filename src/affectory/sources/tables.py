"""Any table -> readings: decide the columns once, then stream whole sessions."""

__all__ = ["read_table", "readings"]

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from operator import add

import polars as pl

from affectory.core.records import Clock
from affectory.sources.batches import Survey, contiguous, dealt, records_of
from affectory.sources.chunks import Chunk, Chunks
from affectory.sources.files import Origin
from affectory.sources.guess import roles
from affectory.sources.reading import Columns, Reading, rejected
from affectory.sources.rows import Rows, Shape, mapped, sessions_of
from affectory.sources.times import Habit

UNSURE = (
    "the dates in column {!r} do not show whether the day or the month comes first; "
    "they were read day first"
)


def read_table(
    origin: Origin, chunks: Chunks, columns: Columns, size: int, layout: str, *, fixed: bool = False
) -> Iterator[Reading]:
    """Yield the readings of one table.

    A table of one chunk is sorted in memory. A longer one is read twice: first its keys
    and times, to learn how sessions and times lie, then the whole, as a stream. With `fixed`
    no column is guessed.

    Raises:
        BadColumn: if a named column is missing, or the text column cannot be told.
    """
    plain = Reading(origin.label, layout, {}, None)
    every = chunks()
    head, empty = _first_filled(every)
    if head is None:
        yield replace(plain, rejected=empty)
        return
    shape = Shape(roles(head.frame, columns, fixed=fixed))
    if next(every, None) is None:
        shape = replace(shape, habit=_habit(head, shape))
        whole = replace(head, rejected=pl.concat([empty, head.rejected]))
        pieces = iter([mapped(whole, shape, origin)])
    else:
        shape, pieces = _streamed(origin, chunks, shape, size)
    plain = replace(plain, columns=shape.columns, notes=_notes(shape))
    for rows in pieces:
        yield from readings(rows, shape.clock, size, plain)


def readings(rows: Rows, clock: Clock, size: int, plain: Reading) -> Iterator[Reading]:
    """Yield rows of whole sessions as readings of about `size` records, like `plain`."""
    records = records_of(rows, clock)
    lost = rows.rejected
    if records is None:
        if lost.height:
            yield replace(plain, rejected=lost)
        return
    for batch in records.batches(size):
        yield replace(plain, records=batch, rejected=lost)
        lost = rejected()


def _streamed(
    origin: Origin, chunks: Chunks, shape: Shape, size: int
) -> tuple[Shape, Iterator[Rows]]:
    """Return the shape of a long table and its rows in whole sessions."""
    habits = [Habit()]
    needed = {role: name for role, name in shape.columns.items() if role in ("session", "time")}

    def keys() -> Iterator[pl.Series]:
        for chunk in chunks(only=tuple(needed.values())) if needed else ():
            habits.append(_habit(chunk, shape))
            yield sessions_of(chunk.frame, shape, origin)

    survey = Survey.of(keys())
    shape = replace(shape, habit=reduce(add, habits))
    every = (mapped(chunk, shape, origin) for chunk in chunks())
    return shape, contiguous(every, size) if survey.whole else dealt(every, survey)


def _first_filled(chunks: Iterator[Chunk]) -> tuple[Chunk | None, pl.DataFrame]:
    """Return the first chunk with rows, and what was rejected before it."""
    lost = [rejected()]
    for chunk in chunks:
        if chunk.frame.height:
            return chunk, pl.concat(lost)
        lost.append(chunk.rejected)
    return None, pl.concat(lost)


def _habit(chunk: Chunk, shape: Shape) -> Habit:
    """Return how one chunk writes its times."""
    name = shape.columns.get("time")
    return Habit.of(chunk.frame[name]) if name in chunk.frame.columns else Habit()


def _notes(shape: Shape) -> tuple[str, ...]:
    return (UNSURE.format(shape.columns["time"]),) if shape.habit.ambiguous else ()
