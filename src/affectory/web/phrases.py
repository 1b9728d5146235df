"""How something moves, in a few words: "rising fear then relief".

A phrase has parts, put apart by "then", "followed by", a comma or an arrow. A part names one axis
and how it moves: "rising fear", "valence down and up again", "sadness peak". A part without an
axis goes on with the one before it, the first with the axis that is looked at. "Relief" alone
means that valence rises. Each movement takes the same share of a session. Nothing else is
understood, and what is not is said.
"""

__all__ = ["Part", "read"]

import re
from collections.abc import Mapping
from itertools import groupby
from typing import NamedTuple, TypeVar

import numpy as np

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.shapes import PARTS

Axes = Mapping[str, tuple[str, ...]]
T = TypeVar("T")
UP, DOWN, LEVEL = 1, -1, 0
MOST = 5  # movements of a phrase: each has three of the sixteen parts of a session at least
APART = re.compile(r"\bthen\b|\bfollowed by\b|\bafterwards\b|[,;→]|->")
WORD = re.compile(r"\w[\w'-]*")
TOLD = {UP: "rises", DOWN: "falls", LEVEL: "stays level"}
RELIEF = "relief"


class Part(NamedTuple):
    """One axis over a stretch of a session.

    Attributes:
        space: Its Space.
        axis: Its name.
        moves: 1 up, -1 down, 0 level, one after the other.
        first: The part of sixteen in which it begins.
        last: The part before which it ends.
    """

    space: str
    axis: str
    moves: tuple[int, ...]
    first: int
    last: int

    @property
    def line(self) -> list[float]:
        """The drawn line, from -1 to 1, a point where it turns."""
        points = np.cumsum([0, *self.moves])
        return [float(v) for v in 2 * (points - points.min()) / np.ptp(points) - 1]

    @property
    def said(self) -> str:
        """What it means, in words."""
        return f"{self.axis} " + ", then ".join(TOLD[move] for move in self.moves)


def read(words: str, axes: Axes, space: str, axis: str) -> tuple[Part, ...]:
    """Return what a phrase asks for, in the order of time.

    Args:
        words: The phrase.
        axes: The axes of each Space that there are states in.
        space: The Space that is looked at: an axis of it goes before one of another.
        axis: The axis that is looked at.

    Raises:
        BadValues: if a word is not understood, an axis does not move, or there are two in a part.
        BadChoice: if it has no movement, or more than five.
    """
    at, runs = (space, axis), []
    for text in APART.split(words.lower()):
        if WORD.search(text):
            at, moves = _one(WORD.findall(text), axes, at)
            runs += [(at, move) for move in moves]
    if not 1 <= len(runs) <= MOST:
        raise BadChoice("movements of a phrase", len(runs), f"1 to {MOST}, such as {POSSIBLE}")
    out, done = [], 0
    for (where, what), same in groupby(runs, key=lambda run: run[0]):
        moves = tuple(move for _, move in same)
        if not any(moves):
            raise BadValues(
                "search", f"{what} that stays level", "an axis that moves", f"say {POSSIBLE}"
            )
        ends = [round(PARTS * n / len(runs)) for n in (done, done + len(moves))]
        out.append(Part(where, what, moves, *ends))
        done += len(moves)
    return tuple(out)


def _one(
    words: list[str], axes: Axes, before: tuple[str, str]
) -> tuple[tuple[str, str], tuple[int, ...]]:
    """Return the axis of one part, and how it moves."""
    moves: tuple[int, ...] = tuple(move for word in words for move in MOVES.get(word, ()))
    named = [word for word in words if word not in MOVES and word not in FILLING]
    if named == [RELIEF] and not moves:
        named, moves = ["valence"], (UP,)
    if len(named) > 1 and all(_found(word, axes, before) for word in named):
        raise BadValues("search", f"{' and '.join(named)} in one part", "one axis a part",
                        'put "then" between them')  # fmt: skip
    for word in named:
        if _found(word, axes, before) is None:
            raise BadValues("search", f"{word!r}, which is not understood", _possible(axes, before))
    at = _found(named[0], axes, before) if named else before
    assert at is not None
    if not moves:
        raise BadValues("search", f"{at[1]} and no movement", "how it moves", f"say {POSSIBLE}")
    return at, moves


def _found(word: str, axes: Axes, before: tuple[str, str]) -> tuple[str, str] | None:
    """Return the axis that a word names, in the Space of the part before it where that has one."""
    for name in (word, ALIASES.get(word, word)):
        for space in (before[0], *axes):
            if name in axes[space]:
                return space, name
    return None


def _possible(axes: Axes, before: tuple[str, str]) -> str:
    names = dict.fromkeys(name for space in (before[0], *axes) for name in axes[space])
    shown = ", ".join(list(names)[:12]) + (" ..." if len(names) > 12 else "")
    return f"{POSSIBLE}; of {shown}"


def _by_word(table: Mapping[T, str]) -> dict[str, T]:
    return {word: value for value, words in table.items() for word in words.split()}


POSSIBLE = "rising, falling, peak, dip, up, down or level"
MOVES = _by_word(
    {
        (UP,): "rise rises rising rose up upward upwards increase increases increasing grow grows "
        "growing climb climbs climbing recovery recovers recovering",
        (DOWN,): "fall falls falling fell down downward downwards decrease decreases decreasing "
        "drop drops dropping sink sinks sinking decline declines declining",
        (LEVEL,): "level flat steady stable constant unchanged",
        (UP, DOWN): "peak peaks peaking spike spikes hump",
        (DOWN, UP): "dip dips dipping valley trough",
    }
)
FILLING = frozenset(_by_word({"": "a an the of in is and again back goes go with first"}))
ALIASES = _by_word(
    {
        "valence": "mood sentiment pleasantness",
        "arousal": "energy activation excitement",
        "dominance": "control",
        "fear": "anxiety anxious afraid scared fearful",
        "joy": "happiness happy joyful",
        "sadness": "sad sorrow grief",
        "anger": "angry",
        "disgust": "disgusted",
        "surprise": "surprised",
    }
)
