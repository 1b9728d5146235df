"""From what a model said back to a state: anchored parsers that count what they cannot read.

A label counts where it stands at the beginning of the answer, after a lead-in such as "Answer:"
or "The emotion is", or alone on the last line; a label somewhere in a sentence ("this is not
anger") is no answer. What is not read is a row of NaN with its reason, never a guess.
"""

__all__ = ["Parsed", "fields", "flags", "label", "number", "verdict"]

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadValues
from affectory.core.space import Kind, Space
from affectory.lm.model import Answer

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Parsed:
    """Answers as states.

    Args:
        values: One row an answer, NaN where it could not be read. Shape (n, k).
        reasons: Why not; empty where it was read. Length n.
    """

    values: Floats
    reasons: tuple[str, ...]

    @property
    def unread(self) -> int:
        """How many answers could not be read."""
        return sum(bool(reason) for reason in self.reasons)

    @classmethod
    def of(cls, rows: Sequence[Sequence[float] | str], k: int) -> "Parsed":
        """Return rows and reasons together; a row that is a string is a reason."""
        values = np.full((len(rows), k), np.nan)
        for at, row in enumerate(rows):
            if not isinstance(row, str):
                values[at] = row
        return cls(values, tuple(row if isinstance(row, str) else "" for row in rows))


def label(
    answers: Sequence[Answer], space: Space, synonyms: Mapping[str, str] | None = None
) -> Parsed:
    """Return one-hot rows of the label that each answer names.

    Args:
        answers: What was said.
        space: Its axes are the labels.
        synonyms: Other words for them, by the label that they stand for: word to label.

    Raises:
        BadValues: if a synonym stands for no axis.

    Example:
        >>> from affectory.core.space import Axis, Kind, Space
        >>> from affectory.lm.answers import label
        >>> from affectory.lm.model import Answer
        >>> two = Space("two", Kind.DISTRIBUTION, (Axis("joy", 0, 1), Axis("anger", 0, 1)))
        >>> said = [Answer("**Joy** - she laughs"), Answer("It is not anger.")]
        >>> label(said, two).values.tolist()
        [[1.0, 0.0], [nan, nan]]
    """
    known = _words(space, synonyms)
    rows: list[Sequence[float] | str] = []
    for answer in answers:
        found = _leading(answer.text, known)
        rows.append(_one_hot(space, [found]) if found else _why(answer, "no label leads it"))
    return Parsed.of(rows, space.k)


def flags(
    answers: Sequence[Answer],
    space: Space,
    synonyms: Mapping[str, str] | None = None,
    nothing: Sequence[str] = ("none", "neutral", "no emotion", "neutral or no emotion"),
) -> Parsed:
    """Return rows with a 1 for each label in the list that an answer is; all must be known."""
    known = _words(space, synonyms)
    empty = {_plain(word) for word in nothing}
    rows: list[Sequence[float] | str] = []
    for answer in answers:
        said = _plain(LEAD.sub("", answer.text.strip().partition("\n")[0]))
        parts = [_plain(part) for part in BETWEEN.split(said) if _plain(part)]
        if said in empty and said not in known:
            rows.append(_one_hot(space, []))
        elif parts and all(part in known for part in parts):
            rows.append(_one_hot(space, [known[part] for part in parts]))
        else:
            rows.append(_why(answer, "no list of labels"))
    return Parsed.of(rows, space.k)


def number(answers: Sequence[Answer], low: float, high: float) -> Parsed:
    """Return the one number that leads each answer, scaled to [low, high]. Shape (n, 1).

    "0.8", ".8", "0,8" and "score: 0.8" are on the scale itself; "4 out of 5" and "4/5" are that
    share of it; "80 %" is that share too. A number off the scale, or two, are unread.
    """
    rows: list[Sequence[float] | str] = []
    for answer in answers:
        said = LEAD.sub("", answer.text.strip().partition("\n")[0]).strip(" *\"'`")
        value = _number(said, low, high)
        rows.append(_why(answer, "no single number on the scale") if value is None else [value])
    return Parsed.of(rows, 1)


def verdict(answers: Sequence[Answer]) -> Parsed:
    """Return 1 for a leading yes, 0 for a leading no. Shape (n, 1)."""
    rows: list[Sequence[float] | str] = []
    for answer in answers:
        found = YES_NO.match(LEAD.sub("", answer.text.strip()).lstrip(" *\"'`"))
        rows.append([float(found[1].lower() == "yes")] if found else _why(answer, "no yes or no"))
    return Parsed.of(rows, 1)


def fields(answer: Answer, names: Sequence[str]) -> dict[str, Any] | None:
    """Return the JSON object in an answer that has `names`, whatever prose is around it; or None.

    The first object that can be read and has all names counts.
    """
    reader = json.JSONDecoder()
    for start in re.finditer(r"\{", answer.text):
        try:
            found, _ = reader.raw_decode(answer.text, start.start())
        except json.JSONDecodeError:
            continue
        if isinstance(found, dict) and set(names) <= set(found):
            return {name: found[name] for name in names}
    return None


def _words(space: Space, synonyms: Mapping[str, str] | None) -> dict[str, str]:
    """Return the label of each word that may stand for one."""
    lost = sorted(set((synonyms or {}).values()) - set(space.names))
    if lost:
        raise BadValues("synonyms", f"labels {lost}", f"axes of {space.name}: {space.names}")
    own = {_plain(name): name for name in space.names}
    return {**{_plain(word): name for word, name in (synonyms or {}).items()}, **own}


def _leading(text: str, known: Mapping[str, str]) -> str | None:
    """Return the label at the beginning of an answer, or alone on its last line."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    if not lines:
        return None
    longest = sorted(known, key=len, reverse=True)
    pattern = re.compile(rf"({'|'.join(map(re.escape, longest))})(?![\w-])(?!\s*/|\s+(?:or|and)\b)")
    found = pattern.match(_plain(LEAD.sub("", lines[0].strip())))
    if found:
        return known[found[1]]
    return known.get(_plain(LEAD.sub("", lines[-1].strip())))


def _number(said: str, low: float, high: float) -> float | None:
    share = SHARE.match(said)
    if share:
        part, whole = (float(each.replace(",", ".")) for each in share.groups())
        return low + (high - low) * part / whole if 0 <= part <= whole and whole > 0 else None
    found = NUMBER.findall(said)
    if len(found) != 1 or not NUMBER.match(said):
        return None
    value = float(found[0].replace(",", "."))
    if PERCENT.match(said):
        value = low + (high - low) * value / 100
    return value if low <= value <= high else None


def _one_hot(space: Space, names: Sequence[str]) -> list[float]:
    row = [float(name in names) for name in space.names]
    total = float(sum(row))
    return [value / total for value in row] if space.kind is Kind.DISTRIBUTION and total else row


def _why(answer: Answer, found: str) -> str:
    if answer.ending == "refused":
        return "the server refused"
    return found if answer.text.strip() else "an empty answer"


def _plain(text: str) -> str:
    """Return text in lower case, without marks around it."""
    return re.sub(r"\s+", " ", text.lower().replace("_", " ")).strip(" \t\n.,!:;*#\"'`()[]{}")


LEAD = re.compile(
    r"^[*#\s\"'`-]*(?:(?:the |my )?(?:final )?(?:answer|label|emotion|score|rating|output)"
    r"(?: is| would be)?\s*[:=-]?\s*\**\s*)",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"[,;/&|]|\band\b")
NUMERAL = r"[-+]?(?:\d+(?:[.,]\d+)?|[.,]\d+)"
NUMBER = re.compile(rf"{NUMERAL}(?![\w])")
SHARE = re.compile(rf"({NUMERAL})\s*(?:/|out of)\s*({NUMERAL})")
PERCENT = re.compile(rf"{NUMERAL}\s*(?:%|percent\b|per cent\b)")
YES_NO = re.compile(r"(yes|no)\b(?!\s+(?:or|and)\s)", re.IGNORECASE)
