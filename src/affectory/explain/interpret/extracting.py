"""Which words of a text speak for a state: listed words, or what a perceiver misses without them.

Omission (occlusion): a word's weight is the value with it minus the value without it. Listed
words: how far a word's place lies in the direction of the label.
"""

__all__ = ["Grain", "Quote", "by_omission", "by_words", "leaning"]

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import SpaceMismatch, UnknownSpace
from affectory.core.records import Records
from affectory.core.space import Space
from affectory.core.verbs import Perceiver
from affectory.represent.prototypes import prototypes_of
from affectory.represent.vocabularies import VAD
from affectory.senses.lexicon import Lexicon
from affectory.senses.omission import Cuts
from affectory.senses.scoring import score
from affectory.senses.sentences import cut as sentences

Floats = NDArray[np.float64]
AT_ONCE = 20_000  # texts that a perceiver is handed together
LEAST = 1e-9  # a weight below it speaks for nothing


class Grain(StrEnum):
    """What is quoted."""

    WORDS = "words"  # words, neighbours joined
    SENTENCES = "sentences"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a state rests on.

    Args:
        text: The words.
        span: First and one past the last character in the record; None: they are not in it.
        weight: How much they speak for the state, in units of its axis; for listed words in
            units of the list; NaN where a model quoted them.
    """

    text: str
    span: tuple[int, int] | None
    weight: float = float("nan")


def leaning(space: Space, axis: str) -> Floats:
    """Return where a label pulls in valence, arousal, dominance, of length one. Shape (3,).

    Labels of an unknown Space (symptoms, severity) are taken as unpleasant.
    """
    if axis in VAD.names:
        return np.asarray(np.eye(3)[VAD.index(axis)])
    try:
        known = prototypes_of(space.name)
        place = known.mean[known.labels.index(axis)]
    except UnknownSpace:
        place = np.array([-1.0, 0.0, 0.0])
    size = float(np.linalg.norm(place))
    return np.asarray(place / size) if size else np.zeros(3)


def by_words(
    texts: Sequence[str],
    space: Space,
    axes: Sequence[str],
    signs: Sequence[float],
    lexicon: Lexicon,
    most: int,
    grain: Grain = Grain.WORDS,
) -> list[tuple[Quote, ...]]:
    """Return the listed words that speak for a state of each text.

    Args:
        texts: n texts.
        space: Space of the states.
        axes: The axis that is claimed of each text. Length n.
        signs: 1 where it is claimed to be high, -1 where low. Length n.
        lexicon: The words.
        most: Quotes of a text at most.
        grain: What is quoted.
    """
    said = score(texts, lexicon)
    low, high = said.spans()
    names = [axis.name for axis in lexicon.axes]
    ends = np.searchsorted(said.row, np.arange(len(texts) + 1))  # words stand in order of the texts
    out = []
    for row, (text, axis, sign) in enumerate(zip(texts, axes, signs, strict=True)):
        here = slice(ends[row], ends[row + 1])
        weights = sign * (said.values[here] @ _direction(names, space, axis))
        spans = list(zip(low[here].tolist(), high[here].tolist(), strict=True))
        out.append(_chosen(text, spans, weights, most, grain))
    return out


def by_omission(
    texts: Sequence[str],
    space: Space,
    axes: Sequence[str],
    signs: Sequence[float],
    perceiver: Perceiver,
    most: int,
    grain: Grain = Grain.WORDS,
) -> list[tuple[Quote, ...]]:
    """Return the words without which `perceiver` sees less of a state; arguments as in `by_words`.

    Each text stands alone: what was said before it is not seen.

    Raises:
        SpaceMismatch: if the perceiver does not give states in `space`.
    """
    spans, variants = [], []
    for text in texts:
        if grain is Grain.WORDS:
            cuts = Cuts.of(text)
            spans.append([cuts.span(at) for at in range(len(cuts.spans))])
            variants.append(list(cuts.texts))
        else:
            spans.append(sentences(text))
            variants.append([text, *(f"{text[:a]} {text[b:]}" for a, b in spans[-1])])
    values = _perceived(perceiver, [each for some in variants for each in some], space)
    out, at = [], 0
    for text, some, places, axis, sign in zip(texts, variants, spans, axes, signs, strict=True):
        told = values[at : at + len(some), space.index(axis)]
        at += len(some)
        told = np.where(np.isnan(told), space.rest[space.index(axis)], told)  # nothing left to see
        weights = sign * (told[0] - told[1:])
        weights[[not text[low:high].strip(MARKS) for low, high in places]] = 0.0
        out.append(_chosen(text, places, weights, most, grain))
    return out


def _direction(names: Sequence[str], space: Space, axis: str) -> Floats:
    """Return how much each axis of a list counts for `axis`. Shape (k,)."""
    if axis in names:
        return np.asarray(np.eye(len(names))[names.index(axis)])
    pull = leaning(space, axis)
    return np.array([pull[VAD.index(name)] if name in VAD.names else 0.0 for name in names])


def _perceived(perceiver: Perceiver, texts: Sequence[str], space: Space) -> Floats:
    """Return the state of each text, read alone. Shape (n, k)."""
    parts = [np.empty((0, space.k))]
    for low in range(0, len(texts), AT_ONCE):
        some = texts[low : low + AT_ONCE]
        names = [f"{at:09d}" for at in range(len(some))]
        records = Records(pl.DataFrame({"session": names, "actor": "one", "text": some}))
        states = perceiver.perceive(records)
        if space.name not in states:
            raise SpaceMismatch(", ".join(states), space.name, "omission")
        felt = states[space.name]
        place = np.array([int(felt.session.names[code]) for code in felt.session.codes])
        values = np.full((len(some), space.k), np.nan)
        values[place] = felt.values
        parts.append(values)
    return np.concatenate(parts)


def _chosen(
    text: str, spans: Sequence[tuple[int, int]], weights: Floats, most: int, grain: Grain
) -> tuple[Quote, ...]:
    """Return the quotes that weigh most, in the order of the text."""
    if grain is Grain.SENTENCES:
        whole = sentences(text)
        weights = np.array(
            [sum(w for (a, b), w in zip(spans, weights, strict=True) if low <= a < high)
             for low, high in whole]
        )  # fmt: skip
        spans = whole
    best = [at for at in np.argsort(-weights, kind="stable")[:most] if weights[at] > LEAST]
    joined: list[tuple[int, int, float]] = []
    for at in sorted(best):
        low, high = spans[at]
        if joined and grain is Grain.WORDS and not text[joined[-1][1] : low].strip():
            joined[-1] = joined[-1][0], high, joined[-1][2] + float(weights[at])
        else:
            joined.append((low, high, float(weights[at])))
    return tuple(Quote(text[low:high], (low, high), weight) for low, high, weight in joined)


MARKS = " .,;:!?\u2026'\"()[]-\u2013\u2014*"
