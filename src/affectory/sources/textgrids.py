"""Praat TextGrids: every interval with a label, and every point, is a record.

Praat reads a text file as a row of free-standing numbers, quoted strings and flags and
takes all else for decoration; so does this reader, which therefore takes the long form,
the short form and whatever other programs write. Intervals without a label are the gaps
between the others and give no record.
"""

__all__ = ["read_textgrid"]

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from affectory.core.errors import BadFile
from affectory.core.records import Clock
from affectory.sources.documents import Turn, read_turns
from affectory.sources.encodings import decode
from affectory.sources.files import Origin
from affectory.sources.layouts import NO, SURE, Peek, layout
from affectory.sources.reading import Columns, Reading

TOKEN = re.compile(r'"((?:[^"]|"")*)"|<(exists|absent)>|(?<!\S)!.*|(\S+)')
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?$")
TIERS = ("IntervalTier", "TextTier")


@dataclass
class Tokens:
    """The numbers and strings of a file, taken one after the other."""

    label: str
    values: list[tuple[float | str, int]]  # the token and its line
    at: int = 0

    def take(self, kind: type) -> tuple[float | str, int]:
        """Return the next token and its line.

        Raises:
            BadFile: if it is of another kind, or there is none.
        """
        if self.at >= len(self.values):
            raise BadFile(self.label, "it ends too early", "a TextGrid", "save it again in Praat")
        value, line = self.values[self.at]
        if not isinstance(value, kind):
            wanted = "a number" if kind is float else "a quoted text"
            found = f"{'a text' if kind is float else 'a number'} in line {line}"
            raise BadFile(self.label, found, wanted, "save it again in Praat")
        self.at += 1
        return value, line

    def number(self) -> float:
        """Return the next token, a number."""
        return float(self.take(float)[0])

    def text(self) -> tuple[str, int]:
        """Return the next token, a string, and its line."""
        value, line = self.take(str)
        return str(value), line


@layout("textgrid", (".textgrid",), lambda peek: _sniff(peek))
def read_textgrid(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a TextGrid, its tiers as actors, times in seconds.

    Raises:
        BadFile: if it is no TextGrid in text form, or breaks off.
    """
    data = origin.whole()
    if data.startswith(b"ooBinaryFile"):
        cure = "save it as a text file in Praat"
        raise BadFile(origin.label, "a binary TextGrid", "one in text form", cure)
    tokens = Tokens(origin.label, _tokens(decode(data, origin.label)))
    turns: list[Turn] = []
    lost: list[tuple[str, int, str, str | None]] = []
    for turn in _turns(tokens, origin.stem):
        if turn.start is not None and turn.stop is not None and turn.stop < turn.start:
            lost.append((origin.label, turn.line, "it ends before it starts", turn.text))
        elif turn.text:
            turns.append(turn)
    used = {"actor": "tier", "text": "label", "time": "xmin", "stop": "xmax"}
    yield from read_turns(origin, turns, lost, Clock.SECONDS, used, size, "textgrid")


def _sniff(peek: Peek) -> int:
    if peek.suffix == ".textgrid":
        return SURE
    return SURE if "ooTextFile" in peek.head[:200] and "TextGrid" in peek.head[:400] else NO


def _tokens(text: str) -> list[tuple[float | str, int]]:
    feeds = [at for at, letter in enumerate(text) if letter == "\n"]
    values: list[tuple[float | str, int]] = []
    for hit in TOKEN.finditer(text):
        line = bisect_right(feeds, hit.start()) + 1
        if hit[1] is not None:
            values.append((hit[1].replace('""', '"'), line))
        elif hit[3] and NUMBER.match(hit[3]):
            values.append((float(hit[3].rstrip("%")), line))
    return values


def _turns(tokens: Tokens, session: str) -> Iterator[Turn]:
    """Yield every interval and point, those without a label too."""
    first = next((n for n, (value, _) in enumerate(tokens.values) if value == "TextGrid"), None)
    if first is None:
        cure = "save the TextGrid alone, as a text file"
        raise BadFile(tokens.label, "no object of class TextGrid", "a TextGrid", cure)
    tokens.at = first + 1
    tokens.number(), tokens.number()  # from and to
    for _ in range(int(tokens.number())):
        kind, line = tokens.text()
        if kind not in TIERS:
            cure = "save it again in Praat"
            raise BadFile(tokens.label, f"a tier of class {kind!r} in line {line}", TIERS[0], cure)
        name = tokens.text()[0]
        tokens.number(), tokens.number()
        for _ in range(int(tokens.number())):
            yield _turn(tokens, kind == TIERS[0], session, name or "tier")


def _turn(tokens: Tokens, interval: bool, session: str, actor: str) -> Turn:
    start = tokens.number()
    stop = tokens.number() if interval else start
    text, line = tokens.text()
    return Turn(session, actor, text.strip() or None, start, stop, line)
