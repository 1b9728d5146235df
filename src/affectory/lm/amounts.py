"""Answers that are numbers: one in a range, or several by name in a JSON object."""

__all__ = ["JsonRow", "Number"]

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from affectory.core.errors import BadValues
from affectory.core.space import Axis, Kind, Space
from affectory.lm.anchors import (
    FLAGS,
    NEAR,
    TURNS,
    Reading,
    Words,
    axes_of,
    cleaned,
    folded,
    parts,
    pointed,
    spoken,
    unread,
)

ROUNDING = 0.05  # shares of one whole that were rounded miss 1 by less


@dataclass(frozen=True)
class Number:
    """Read one number in the range of an axis.

    "0.8", ".8", "0,8", "80 %", "0.8 out of 1", "4/5", "Score: 0.8", "I would rate it 0.8". Two
    different numbers ("7; 8", "1. 0.4"), a range ("3-4") or a number off the axis leave the answer
    unread.

    Args:
        space: Of one axis.
        words: Words that stand for numbers, such as "very high" for 0.9.
        cues: Further words after which the number stands.

    Raises:
        BadValues: if the Space has more axes than one, or a word stands for a number off it.

    Example:
        >>> from affectory.core.space import Axis, Kind, Space
        >>> from affectory.lm.answers import Number
        >>> how = Number(Space("joy", Kind.FLAGS, (Axis("joy", 0, 1),)), {"very high": 0.9})
        >>> how.read("0.8 out of 1").row, how.read("Very high!").row, how.read("8").reason
        ((0.8,), (0.9,), 'off the scale')
    """

    space: Space
    words: Mapping[str, float] = field(default_factory=dict, hash=False)
    cues: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse Spaces and words that no number can be read for."""
        if self.space.k != 1:
            raise BadValues("Number", f"space {self.space.name!r} of {self.space.k} axes", "one")
        axis = self.space.axes[0]
        for word, value in self.words.items():
            if not axis.low <= value <= axis.high:
                raise BadValues(f"word {word!r}", value, f"{axis.low:g} to {axis.high:g}")

    @cached_property
    def _known(self) -> Words:
        return Words({word: repr(float(value)) for word, value in self.words.items()})

    def read(self, said: str) -> Reading:
        """Return the number as a row, or why there is none."""
        text = cleaned(said)
        rest = parts(text)[1]
        axis = self.space.axes[0]
        point = rf"(?:{self._known.pattern})|{QUANTITY}" if self.words else QUANTITY
        found = pointed(text, point, (*self.cues, axis.name, "value", "level"), REACHES)
        values = set()
        for each in found:
            if re.match(REACHES[1:], each.string[each.end("point") :], FLAGS):
                return unread("a range", rest)
            word = self._known.of(each["point"])
            values.add(float(word) if word else _on_axis(each["point"], axis))
            more = re.match(NEXT, each.string[each.end("point") :][:NEAR], FLAGS)
            if more:
                values.add(_on_axis(more["next"], axis))
        if len(values) != 1:
            return unread("several numbers" if values else "no number", rest)
        (value,) = values
        if value is None:
            return unread("off the scale", rest)
        return Reading((value,), rest=rest)


@dataclass(frozen=True)
class JsonRow:
    """Read a JSON object that has a number under the name of every axis, in whatever prose.

    A value is a number, a string that `Number` reads, or true and false. Shares of one whole may
    miss 1 by rounding. A Python literal will do. What the object says under "reasoning" or its
    like is the rest.

    Args:
        space: Its axes are the keys.
        synonyms: Further keys, each with the axis that it stands for.
        words: Words that stand for numbers.

    Raises:
        BadChoice: if a synonym stands for no axis.
    """

    space: Space
    synonyms: Mapping[str, str] = field(default_factory=dict, hash=False)
    words: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Refuse synonyms of nothing."""
        self._keys  # noqa: B018  # built once, and checked

    @cached_property
    def _keys(self) -> Words:
        return axes_of(self.space, self.synonyms)

    def read(self, said: str) -> Reading:
        """Return the object as a row, or why there is none."""
        try:
            read = [
                self._row(told)
                for told in _objects(spoken(said))
                if any(self._keys.of(str(key)) for key in told)
            ]
        except RecursionError:
            return unread("objects nested too deep")
        if not read:
            return unread("no JSON object with these keys")
        if len({each.row for each in read}) > 1:
            return unread("several objects")
        return read[-1]

    def _row(self, told: Mapping[str, Any]) -> Reading:
        rest = next((str(v) for k, v in told.items() if folded(str(k)) in REASONS), "")
        given: dict[str, float] = {}
        for key, value in told.items():
            name = self._keys.of(str(key))
            if name is None:
                continue
            number = self._number(value, self.space.axes[self.space.index(name)])
            if number is None:
                return unread(f"no number for {name}", rest)
            if given.setdefault(name, number) != number:
                return unread(f"two numbers for {name}", rest)
        lacking = [name for name in self.space.names if name not in given]
        if lacking:
            return unread(f"nothing for {lacking[0]}", rest)
        row = tuple(given[name] for name in self.space.names)
        if self.space.kind is Kind.DISTRIBUTION:
            total = sum(row)
            if abs(total - 1) > ROUNDING:
                return unread("shares that are no whole", rest)
            row = tuple(value / total for value in row)
        return Reading(row, rest=rest)

    def _number(self, value: Any, axis: Axis) -> float | None:
        if isinstance(value, bool):
            return float(axis.high if value else axis.low)
        if isinstance(value, int | float):
            return float(value) if axis.low <= value <= axis.high else None
        if isinstance(value, str):
            one = Space(axis.name, Kind.SCALE, (axis,))
            words = {w: v for w, v in self.words.items() if axis.low <= v <= axis.high}
            read = Number(one, words).read(value).row
            return read[0] if read else None
        return None


def _on_axis(quantity: str, axis: Axis) -> float | None:
    """Return the number that a quantity is on `axis`; None where it is off it, or of another."""
    found = re.fullmatch(QUANTITY, quantity, FLAGS)
    assert found
    number, percent, whole = _float(found["number"]), found["percent"], found["whole"]
    if percent or (whole and _float(whole) != axis.high):
        if axis.low != 0:  # a share of a scale that does not begin at nothing
            return None
        under = 100.0 if percent else _float(whole)
        if under <= 0 or not 0 <= number <= under:
            return None
        number = axis.high * number / under
    return number if axis.low <= number <= axis.high else None


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield every JSON object or Python dict in `text`, outermost ones only."""
    decoder, at = json.JSONDecoder(), text.find("{")
    for _ in range(TRIES):
        if at < 0:
            return
        try:
            told, stop = decoder.raw_decode(text, at)
        except ValueError:
            told, stop = _literal(text, at)
        if isinstance(told, dict):
            yield told
        at = text.find("{", max(stop, at + 1))


def _literal(text: str, at: int) -> tuple[Any, int]:
    stop = text.find("}", at) + 1
    try:
        return ast.literal_eval(text[at:stop]), stop
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None, at + 1


def _float(text: str) -> float:
    return float(re.sub(r"^minus\s+", "-", text.lower()).replace(",", "."))


NUMERAL = r"(?:[-+]|minus\s+)?(?:\d+(?:[.,]\d+)?|[.,]\d+)"
QUANTITY = (
    rf"(?<![\w.])(?P<number>{NUMERAL})(?![\w]|[.,]\d)"
    r"(?:\s*(?P<percent>%|percent\b|per cent\b)"
    rf"|\s*(?:/|out of)\s*(?P<whole>{NUMERAL})(?![\w]|[.,]\d))?"
)
REACHES = rf"|\s*(?:-|\u2013|to\b|or\b|and\b)\s*{NUMERAL}"
NEXT = rf"[^\w\n]{{0,9}}?(?:{TURNS}[^\w\n]{{0,9}}?){{0,4}}(?P<next>{QUANTITY})"
TRIES = 1000  # braces of one answer that are looked at
REASONS = ("reasoning", "reason", "explanation", "rationale", "justification")
