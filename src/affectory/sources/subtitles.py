"""Subtitles (SubRip and WebVTT) -> one record per cue and speaker.

A speaker is taken from a WebVTT voice (``<v Name>``) or from a name before a colon; a dash
begins a new turn. Where nothing says who speaks, the actor is ``speaker``. Text is stripped
of markup. The files are parsed here rather than by pysubs2, which has no
line numbers for what it skips, drops voices and stops at the first damaged time.
"""

__all__ = ["read_srt", "read_vtt"]

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from affectory.core.records import Clock
from affectory.sources.documents import Turn, read_turns
from affectory.sources.encodings import decode
from affectory.sources.files import Origin
from affectory.sources.layouts import LIKELY, NO, SURE, Peek, layout
from affectory.sources.names import SOMEBODY, Names
from affectory.sources.reading import Columns, Reading

STAMP = r"(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,6}))?"
TIMES = re.compile(rf"^\s*{STAMP}\s*-+>\s*{STAMP}(?:\s|$)")
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^<>]+)>", re.IGNORECASE)
MARKUP = re.compile(r"<[^<>\n]*>|\{\\[^{}\n]*\}")
DASH = re.compile(r"^\s*[-\u2013\u2014]\s*(?=\S)")


@dataclass(frozen=True)
class Cue:
    """One block of a subtitle file: its times, its lines, and where it begins."""

    start: float
    stop: float
    lines: tuple[str, ...]
    line: int


def _is_srt(peek: Peek) -> int:
    if peek.suffix == ".srt":
        return SURE
    return LIKELY if "-->" in peek.head and not _is_vtt(peek) and _has_cue(peek.head) else NO


def _is_vtt(peek: Peek) -> int:
    return SURE if peek.suffix == ".vtt" or peek.head.startswith("WEBVTT") else NO


def _has_cue(head: str) -> bool:
    return any(TIMES.match(line) for line in head.split("\n"))


@layout("srt", (".srt",), _is_srt)
def read_srt(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a SubRip file, times in seconds of the recording."""
    yield from _read(origin, size, "srt")


@layout("vtt", (".vtt",), _is_vtt)
def read_vtt(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a WebVTT file, times in seconds of the recording."""
    yield from _read(origin, size, "vtt")


def _read(origin: Origin, size: int, name: str) -> Iterator[Reading]:
    cues, lost = _cues(decode(origin.whole(), origin.label), origin.label)
    names = Names.of(_bare(row) for cue in cues for row in cue.lines)
    turns = [turn for cue in cues for turn in _turns(cue, origin.stem, names)]
    used = {"text": "cue", "time": "start", "stop": "end", "actor": "voice or name"}
    yield from read_turns(origin, turns, lost, Clock.SECONDS, used, size, name)


def _cues(text: str, label: str) -> tuple[list[Cue], list[tuple[str, int, str, str | None]]]:
    """Return the cues of a file and the blocks that are none."""
    cues: list[Cue] = []
    lost: list[tuple[str, int, str, str | None]] = []
    for line, block in _blocks(text):
        at = next((n for n, row in enumerate(block[:3]) if "->" in row), None)
        if at is None:
            if not _is_note(block[0]):
                lost.append((label, line, "no line with a start and an end", "\n".join(block)))
            continue
        times = TIMES.match(block[at])
        if times is None:
            lost.append((label, line + at, "the times cannot be read", "\n".join(block)))
            continue
        start, stop = _seconds(times.groups()[:4]), _seconds(times.groups()[4:])
        if stop < start:
            lost.append((label, line + at, "it ends before it starts", "\n".join(block)))
            continue
        cues.append(Cue(start, stop, tuple(block[at + 1 :]), line + at))
    return cues, lost


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, lines) of each block between empty lines.

    A line with times begins a block even where the empty line before it is missing.
    """
    block: list[str] = []
    first = 1
    for number, row in enumerate(text.split("\n"), start=1):
        runs_on = TIMES.match(row) and any("->" in held for held in block)
        if block and (not row.strip() or runs_on):
            number_line = [block.pop()] if runs_on and block[-1].strip().isdigit() else []
            yield first, block
            block, first = number_line, number - len(number_line)
        if row.strip():
            first = first if block else number
            block.append(row)
    if block:
        yield first, block


def _is_note(row: str) -> bool:
    return row.strip().startswith(("WEBVTT", "NOTE", "STYLE", "REGION", "X-TIMESTAMP"))


def _seconds(parts: tuple[str | None, ...]) -> float:
    hour, minute, second, fraction = parts
    return 3600 * int(hour or 0) + 60 * int(minute or 0) + float(f"{second}.{fraction or 0}")


def _turns(cue: Cue, session: str, names: Names) -> Iterator[Turn]:
    """Yield one turn per speaker of a cue; they share its times."""
    parts: list[tuple[str, list[str]]] = []
    for row in "\n".join(cue.lines).replace("<v", "\n<v").split("\n"):
        actor, said = _speaker(row, names)
        if parts and actor is None:
            parts[-1][1].append(said)
        elif said or actor:
            parts.append((actor or SOMEBODY, [said]))
    for actor, said_by in parts or [(SOMEBODY, [])]:
        text = " ".join(filter(None, said_by))
        yield Turn(session, actor, text or None, cue.start, cue.stop, line=cue.line)


def _speaker(row: str, names: Names) -> tuple[str | None, str]:
    """Return who a line says is speaking (None: as before), and what is said."""
    text = _bare(row)
    if voice := VOICE.search(row):
        return html.unescape(voice[1]).strip(), text
    actor, said = names.split(text)
    if actor is not None:
        return actor, said
    if dash := DASH.match(text):
        return SOMEBODY, text[dash.end() :].strip()
    return None, text


def _bare(row: str) -> str:
    """Return a line without markup."""
    return html.unescape(MARKUP.sub("", row)).strip()
