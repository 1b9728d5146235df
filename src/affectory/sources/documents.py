"""What a document yields: turns that are known one by one, gathered into readings."""

__all__ = ["Turn", "read_turns"]

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from affectory.core.records import Clock
from affectory.sources.files import Origin
from affectory.sources.reading import Reading, rejected
from affectory.sources.rows import Rows
from affectory.sources.tables import readings

SCHEMA = {
    "session": pl.String,
    "actor": pl.String,
    "channel": pl.String,
    "start": pl.Float64,
    "stop": pl.Float64,
    "text": pl.String,
    "meta": pl.String,
    "order": pl.Float64,
}
Lost = Sequence[tuple[str, int, str, str | None]]


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was said or done.

    Args:
        session: Which conversation.
        actor: Who.
        text: What; None for something that is not said.
        start: When it began, in units of the reading's clock; None on the turn clock.
        stop: When it ended.
        line: Where it lies in the file, from 1.
        meta: Whatever else is known; None for nothing.
        channel: The sense through which it came.
    """

    session: str
    actor: str
    text: str | None
    start: float | None = None
    stop: float | None = None
    line: int = 0
    meta: Mapping[str, object] | None = None
    channel: str = "text"


def read_turns(
    origin: Origin,
    turns: Sequence[Turn],
    lost: Lost,
    clock: Clock,
    columns: Mapping[str, str],
    size: int,
    layout: str,
) -> Iterator[Reading]:
    """Yield the turns of a document as readings of whole sessions."""
    frame = pl.DataFrame(list(_rows(turns)), schema=SCHEMA, orient="row")
    plain = Reading(origin.label, layout, columns, None)
    any_reading = False
    for reading in readings(Rows(frame, rejected(lost)), clock, size, plain):
        any_reading = True
        yield reading
    if not any_reading:
        empty = [(origin.label, 0, "there is nothing in it that was said", None)]
        yield Reading(origin.label, layout, columns, None, rejected(empty))


def _rows(turns: Sequence[Turn]) -> Iterator[tuple[object, ...]]:
    """Yield turns as rows; a meta that neighbours share is written once."""
    last: Mapping[str, object] | None = None
    meta = None
    for turn in turns:
        if turn.meta is not last:
            last = turn.meta
            meta = _written(last) if last else None
        text = turn.text or None
        yield (
            turn.session,
            turn.actor,
            turn.channel,
            turn.start,
            turn.stop,
            text,
            meta,
            turn.start,
        )


_written = json.JSONEncoder(ensure_ascii=False, default=str).encode
