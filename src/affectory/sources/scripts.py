"""Plain-text transcripts: ``Speaker: text`` lines, with or without times.

A line that names nobody continues the turn before it. Times count only where every turn
has one; otherwise the turns are counted and the written times stay in `meta`.
"""

__all__ = ["read_script"]

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from affectory.core.records import Clock
from affectory.sources.documents import Turn, read_turns
from affectory.sources.encodings import decode
from affectory.sources.files import Origin
from affectory.sources.layouts import LIKELY, MAYBE, NO, Peek, layout
from affectory.sources.names import LABEL, SOMEBODY, WIDEST, Names
from affectory.sources.reading import Columns, Reading
from affectory.sources.times import Habit, seconds

STAMP = re.compile(
    r"^\s*(?:\[\s*(?P<square>[\d:.,]*\d:\d\d[\d:.,]*)\s*\]|\((?P<round>[\d:.,]*\d:\d\d[\d:.,]*)\)"
    r"|(?P<bare>(?:\d{1,2}:)?\d{1,2}:\d\d(?:[.,]\d+)?)(?=\s))\s*[-\u2013]?\s*"
)
AFTER = re.compile(  # "Ann Smith  0:03", the text on the lines below it
    r"^\s*(?P<name>[^\W\d_][^\n:\[\]()]{0,60}?)\s+[\[(]?(?P<time>(?:\d{1,2}:)?\d{1,2}:\d\d)[\])]?\s*:?\s*$"
)
INSIDE = re.compile(r"^(\s*[^:\[(]{1,60}?)\s*[\[(]([\d:.,]*\d:\d\d[\d:.,]*)[\])]\s*:")
PARTIAL = "only some turns have a time, so turns are counted; the times are kept in meta"


@dataclass(frozen=True)
class Said:
    """A turn as it is written: who (None: nobody is named), when, what, and where."""

    actor: str | None
    time: str | None
    text: str
    line: int


def _sniff(peek: Peek) -> int:
    lines = [line for line in peek.head.split("\n")[:200] if line.strip()]
    if peek.suffix not in ("", ".txt", ".text", ".script", ".md", ".log") or not lines:
        return NO
    named = sum(
        bool(LABEL.match(_stamped(line)[1], 0, WIDEST) or AFTER.match(line)) for line in lines
    )
    if 2 * named >= len(lines) or (named > 1 and Names.of(lines).known):
        return LIKELY
    return MAYBE // 2 if peek.suffix in (".txt", ".text") else NO


@layout("script", (".txt", ".text", ".script"), _sniff)
def read_script(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a plain-text transcript.

    Without any speaker every line is a turn of the actor ``speaker``.
    """
    said, lost = _said(decode(origin.whole(), origin.label), origin.label)
    when = _times(said)
    turns = [_turn(turn, origin, when, at) for at, turn in enumerate(said)]
    used = {"actor": "label", "text": "line"} | ({"time": "stamp"} if when is not None else {})
    clock = Clock.TURNS if when is None else Clock.SECONDS
    partial = when is None and any(turn.time for turn in said)
    for reading in read_turns(origin, turns, lost, clock, used, size, "script"):
        yield replace(reading, notes=(PARTIAL,)) if partial else reading


def _said(text: str, label: str) -> tuple[list[Said], list[tuple[str, int, str, str | None]]]:
    """Return the turns of a transcript, and the lines that are nobody's."""
    lines = text.split("\n")
    names = Names.of(_stamped(line)[1] for line in lines)
    headed = sum(bool(AFTER.match(line)) for line in lines) > 1
    spoken = headed or bool(names.known)
    said: list[Said] = []
    lost: list[tuple[str, int, str, str | None]] = []
    for number, line in enumerate(lines, start=1):
        turn = _parsed(line, number, names, headed)
        if turn is None:
            continue
        if turn.actor is not None or not spoken:
            said.append(turn)
        elif said:
            said[-1] = _continued(said[-1], turn)
        else:
            lost.append((label, number, "it comes before the first speaker", line))
    return said, lost


def _parsed(line: str, number: int, names: Names, headed: bool) -> Said | None:
    """Return what one line says, None if it is empty."""
    if not line.strip():
        return None
    if headed and (head := AFTER.match(line)):
        return Said(head["name"], head["time"], "", number)
    time, rest = _stamped(line)
    actor, text = names.split(rest)
    return Said(actor, time, text, number)


def _stamped(line: str) -> tuple[str | None, str]:
    """Return the time that a line begins with (or has after the name), and the line without."""
    if hit := STAMP.match(line):
        return hit["square"] or hit["round"] or hit["bare"], line[hit.end() :]
    if hit := INSIDE.match(line):
        return hit[2], hit[1] + ":" + line[hit.end() :]
    return None, line


def _continued(turn: Said, more: Said) -> Said:
    text = f"{turn.text}\n{more.text}" if turn.text else more.text
    return replace(turn, text=text, time=turn.time or more.time)


def _times(said: list[Said]) -> list[float] | None:
    """Return the time of every turn in seconds, None unless every turn has one."""
    if not said or not all(turn.time for turn in said):
        return None
    written = pl.Series([turn.time for turn in said], dtype=pl.String)
    read = seconds(written, Habit(spans=1))
    return None if read.null_count() else read.to_list()


def _turn(turn: Said, origin: Origin, when: list[float] | None, at: int) -> Turn:
    meta = {"time": turn.time} if turn.time and when is None else None
    start = None if when is None else when[at]
    actor = turn.actor or SOMEBODY
    return Turn(origin.stem, actor, turn.text or None, start, line=turn.line, meta=meta)
