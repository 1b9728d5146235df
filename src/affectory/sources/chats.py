"""Exported chats of WhatsApp: ``31/12/23, 21:05 - Ann: text`` and its relatives."""

__all__ = ["read_whatsapp"]

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from affectory.core.errors import BadFile
from affectory.core.records import Clock
from affectory.sources.documents import Turn, read_turns
from affectory.sources.encodings import decode
from affectory.sources.files import Origin
from affectory.sources.layouts import LIKELY, NO, Peek, layout
from affectory.sources.reading import Columns, Reading
from affectory.sources.tables import UNSURE
from affectory.sources.times import Habit, seconds

DATE = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
TIME = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s*[AaPp]\.?\s?[Mm]\.?)?"
OPENING = re.compile(
    rf"^[\u200e\u200f]*(?:\[({DATE}),?\s+({TIME})\]\s*|({DATE}),?\s+({TIME})\s+[-\u2013]\s+)"
)
SENDER = re.compile(r"^[\u200e\u200f~ ]*([^:\n]{1,80}?):\s")
MEDIA = re.compile(
    r"^(?:<[^<>\n]{3,60}>|\u200e.{2,60}|.{0,80}\((?:file attached|Datei angeh.ngt)\))$"
)
NOTICE = "a notice of the app, nobody said it"


@dataclass(frozen=True)
class Message:
    """One message: when, the rest of its first line and the lines after it, and where."""

    time: str
    text: str
    line: int


def _sniff(peek: Peek) -> int:
    lines = [line for line in peek.head.split("\n")[:50] if line.strip()]
    hits = sum(bool(OPENING.match(line)) for line in lines)
    return LIKELY + 10 if peek.suffix in ("", ".txt") and hits > 0.3 * len(lines) else NO


@layout("whatsapp", (".txt",), _sniff)
def read_whatsapp(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of an exported chat; its times, without a zone, are taken as UTC.

    Attachments are kept as records without text.

    Raises:
        BadFile: if no line begins with a date and a time.
    """
    messages, lost = _messages(decode(origin.whole(), origin.label), origin.label)
    if not messages:
        cure = "export it without media as text, or read it as layout script"
        raise BadFile(origin.label, "no line begins with a date", "an exported chat", cure)
    written = pl.Series([message.time for message in messages], dtype=pl.String)
    habit = Habit.of(written)
    turns: list[Turn] = []
    for message, when in zip(messages, seconds(written, habit).to_list(), strict=True):
        sender = SENDER.match(message.text + " ")
        if when is None or sender is None:
            reason = NOTICE if when is not None else "the date cannot be read"
            lost.append((origin.label, message.line, reason, message.text))
        else:
            turns.append(_turn(message, sender[1].strip(), sender.end(), when, origin.stem))
    used = {"actor": "sender", "text": "message", "time": "date"}
    notes = (UNSURE.format("date"),) if habit.ambiguous else ()
    for reading in read_turns(origin, turns, lost, Clock.SECONDS, used, size, "whatsapp"):
        yield replace(reading, notes=notes)


def _turn(message: Message, actor: str, start: int, when: float, session: str) -> Turn:
    text = message.text[start:].strip()
    if MEDIA.match(text):
        return Turn(session, actor, None, when, line=message.line, meta={"attachment": text})
    return Turn(session, actor, text, when, line=message.line)


def _messages(
    text: str, label: str
) -> tuple[list[Message], list[tuple[str, int, str, str | None]]]:
    """Return the messages; a line without a date continues the one before it."""
    messages: list[Message] = []
    lost: list[tuple[str, int, str, str | None]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.replace("\u202f", " ").replace("\xa0", " ")
        if hit := OPENING.match(line):
            date, time = hit[1] or hit[3], hit[2] or hit[4]
            messages.append(Message(f"{date} {time}", line[hit.end() :], number))
        elif messages and line.strip():
            last = messages[-1]
            messages[-1] = Message(last.time, f"{last.text}\n{line}", last.line)
        elif line.strip():
            lost.append((label, number, "it comes before the first message", line))
    return messages, lost
