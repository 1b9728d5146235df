"""What a turn says outright, and what it may hide: by rule, as numbers and as sentences.

The paper has a language model write an explicit and an implicit interpretation of every turn
(`asking` does that); here the explicit one counts listed words, marks and capitals, and the
implicit one looks at how a speaker has moved since the turn before. Nothing names a label.
"""

__all__ = ["COUNTED", "Interpretation", "interpretations", "numbers"]

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.records import Records
from affectory.senses.lexicon import starter
from affectory.senses.scoring import score

Floats = NDArray[np.float64]
COUNTED = ("valence", "arousal", "listed", "length", "exclaims", "asks", "trails", "capitals")
FELT, MOVED = 0.2, 0.4  # least valence that is heard, least change of it that is a turn
CAPS = re.compile(r"\b[A-Z]{3,}\b")


class Interpretation(NamedTuple):
    """Two readings of one turn.

    Attributes:
        explicit: What it shows.
        implicit: What may lie beneath, given what its speaker said before.
    """

    explicit: str
    implicit: str


def numbers(texts: Sequence[str]) -> Floats:
    """Return `COUNTED` for each text, 0 where nothing is listed. Shape (n, 8).

    Mean valence and arousal of listed words, their share, log(1 + words), and log(1 + times) of
    exclamation marks, question marks, dots that trail off, and words in capitals.
    """
    found = score(texts, starter())
    marks = [(t.count("!"), t.count("?"), t.count("..."), len(CAPS.findall(t))) for t in texts]
    counts = np.array(marks, np.float64).reshape(len(texts), 4)
    mean = np.nan_to_num(found.means()[0][:, :2])
    return np.column_stack([mean, found.share, np.log1p(found.words), np.log1p(counts)])


def interpretations(records: Records) -> list[Interpretation]:
    """Return two readings of every record, from its own session up to it; empty for blank ones."""
    seen = numbers(records.frame["text"].fill_null("").to_list())
    columns = records.frame.select("session", "actor", "text").rows()
    return list(_read(columns, seen))


def _read(rows: list[tuple[str, str, str | None]], seen: Floats) -> Iterator[Interpretation]:
    last: dict[tuple[str, str], float] = {}
    before: tuple[str, str, float] | None = None  # session, actor and valence of the turn before
    for (session, actor, text), counted in zip(rows, seen, strict=True):
        if not (text or "").strip():
            yield Interpretation("", "")
            continue
        mood = float(counted[0])
        other = before if before and before[0] == session and before[1] != actor else None
        own = last.get((session, actor))
        yield Interpretation(_explicit(counted), _implicit(own, mood, other and other[2]))
        last[session, actor], before = mood, (session, actor, mood)


def _explicit(counted: Floats) -> str:
    valence, _, listed, _, exclaims, asks, trails, capitals = counted.tolist()
    if not listed:
        tone = "The words themselves carry no listed feeling"
    elif abs(valence) < FELT:
        tone = "The words lean neither to the pleasant nor to the unpleasant side"
    else:
        side = "pleasant" if valence > 0 else "unpleasant"
        tone = f"The words are {'strongly ' * (abs(valence) > 3 * FELT)}on the {side} side"
    signs = [
        sign
        for there, sign in (
            (exclaims, "raised by exclamation"),
            (asks, "put as a question"),
            (trails, "left to trail off"),
            (capitals, "shouted in capitals"),
        )
        if there
    ]
    return f"{tone}; the line is {' and '.join(signs)}." if signs else f"{tone}; the line is plain."


def _implicit(own: float | None, mood: float, other: float | None) -> str:
    if own is None:
        story = "The speaker has said nothing before, so a first bearing is all there is"
    elif mood - own >= MOVED:
        story = "The speaker has brightened since the turn before, as if something was lifted"
    elif own - mood >= MOVED:
        story = "The speaker has darkened since the turn before, as if something had struck"
    else:
        story = "The speaker keeps to the bearing of the turn before, so it likely lasts"
    if other is None or abs(other) < FELT:
        return f"{story}."
    if abs(mood) >= FELT and (mood > 0) != (other > 0):
        return f"{story}, against what the other has just shown."
    return (
        f"{story}, in answer to the other, who was on the {'' if other > 0 else 'un'}pleasant side."
    )
