"""Answers of a language model, read back into states; what cannot be read is counted.

A reader is anchored (`lm.anchors`): it takes what an answer says as its point, and nothing that
merely occurs in it. An answer that is not read is a row of NaN with a reason, never a guess.

Readers: `OneLabel`, `ManyLabels`, `YesNo` (`lm.choices`), `Number`, `JsonRow` (`lm.amounts`).
"""

__all__ = [
    "JsonRow",
    "ManyLabels",
    "Number",
    "OneLabel",
    "Parsed",
    "Reader",
    "Reading",
    "YesNo",
    "parse",
]

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from affectory.core.figure import Figure
from affectory.core.space import Space
from affectory.lm.amounts import JsonRow, Number
from affectory.lm.anchors import Reading, unread
from affectory.lm.choices import ManyLabels, OneLabel, YesNo
from affectory.lm.model import Answer
from affectory.parts.proportion import wilson

Floats = NDArray[np.float64]


@runtime_checkable
class Reader(Protocol):
    """Anything that reads one answer into a Space."""

    @property
    def space(self) -> Space:
        """Where the answers belong."""
        ...

    def read(self, said: str) -> Reading:
        """Return a row of the Space, or why there is none."""
        ...


@dataclass(frozen=True, eq=False)
class Parsed:
    """Answers read back into a Space.

    Args:
        space: What the numbers mean.
        values: One state an answer, a row of NaN where it was not read. Shape (n, k).
        reasons: Why an answer was not read; empty where it was. Length n.
        rests: What each answer says besides, such as its reasoning. Length n.
        said: The answers themselves. Length n.
    """

    space: Space
    values: Floats
    reasons: tuple[str, ...]
    rests: tuple[str, ...]
    said: tuple[str, ...]

    def __len__(self) -> int:
        """Return how many answers there are."""
        return len(self.reasons)

    @property
    def read(self) -> NDArray[np.bool_]:
        """Which answers were read. Shape (n,)."""
        return np.array([not reason for reason in self.reasons], dtype=np.bool_)

    @property
    def unparsed(self) -> int:
        """How many answers were not read."""
        return sum(map(bool, self.reasons))

    @property
    def counts(self) -> dict[str, int]:
        """How often each reason held, the most frequent first."""
        return dict(Counter(filter(None, self.reasons)).most_common())

    def figure(self, by: str = "", setting: str = "") -> Figure:
        """Return the share of answers that were not read, with Wilson's 95 % interval."""
        n, name = len(self), "unparsed"
        if not n:
            return Figure(name, np.nan, n=0, setting=setting, by=by, reason="no answer")
        told = f"{setting}; " if setting else ""
        told += "answers, Wilson 95%"
        return Figure(name, *wilson(self.unparsed, n), n, setting=told, by=by)


def parse(reader: Reader, answers: Sequence[Answer | str | None]) -> Parsed:
    """Return `answers` as rows of the reader's Space.

    Args:
        reader: How an answer is read.
        answers: What was said; None where there was no answer.

    Example:
        >>> from affectory.core.space import Axis, Kind, Space
        >>> from affectory.lm.answers import YesNo, parse
        >>> glad = Space("glad", Kind.FLAGS, (Axis("glad", 0, 1),))
        >>> read = parse(YesNo(glad), ["Yes.", "No.", "Who knows?"])
        >>> read.values[:, 0], read.counts
        (array([ 1.,  0., nan]), {'no yes or no': 1})
    """
    readings = [_read(reader, answer) for answer in answers]
    missing = (np.nan,) * reader.space.k
    rows = [missing if one.row is None else one.row for one in readings]
    values = np.array(rows, dtype=np.float64).reshape(len(rows), reader.space.k)
    values.flags.writeable = False
    reasons = tuple(one.reason for one in readings)
    said = tuple(each.text if isinstance(each, Answer) else each or "" for each in answers)
    return Parsed(reader.space, values, reasons, tuple(one.rest for one in readings), said)


def _read(reader: Reader, answer: Answer | str | None) -> Reading:
    if answer is None:
        return unread("no answer")
    if isinstance(answer, Answer) and answer.ending == "refused":
        return unread("refused", answer.text)
    text = answer.text if isinstance(answer, Answer) else answer
    if not text.strip():
        return unread("an empty answer")
    return reader.read(text)
