"""Messages that say again what was said: nearly letter by letter, or in other words.

Whether two messages share nine trigrams in ten is asked of every pair that is near enough. A
message has a sketch, a row of bits of which its trigrams set some: two that are alike differ in
few bits, so only pairs whose sketches do are compared letter by letter.
"""

__all__ = ["Again", "again", "reworded"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.perceive.signals.plain import SPACE, Bytes

Places = NDArray[np.int64]


class Again(NamedTuple):
    """A message that repeats another.

    Attributes:
        row: Which message.
        before: Which one it repeats.
        share: Share of trigrams that both have.
    """

    row: int
    before: int
    share: float


def again(
    buffer: Bytes, rows: Sequence[str], pairs: Places, least: float = 0.85, words: int = 5
) -> list[Again]:
    """Return which of `pairs` share at least `least` of their trigrams.

    Args:
        buffer: The messages in plain form, a zero byte between two.
        rows: The same, one by one.
        pairs: A message and one before it. Shape (m, 2).
        least: Share of trigrams, in (0, 1].
        words: How many words each must have.
    """
    if not len(pairs):
        return []
    ends = np.append(np.flatnonzero(buffer == 0), len(buffer))
    starts = np.append(0, ends[:-1] + 1)
    spaces = np.append(0, np.cumsum(buffer == SPACE))
    long = spaces[ends] - spaces[starts] > words  # a space before, between and after
    pairs = pairs[long[pairs[:, 0]] & long[pairs[:, 1]]]
    size = ends - starts
    both = size[pairs].sum(axis=1) - 8  # trigrams of both, at most
    sketch = _sketches(buffer, starts, ends)
    out = []
    for low in range(0, len(pairs), BLOCK):
        part = pairs[low : low + BLOCK]
        apart = np.count_nonzero(sketch[part[:, 0]] != sketch[part[:, 1]], axis=1)
        near = apart <= both[low : low + BLOCK] * (1 - least) / (1 + least)
        for row, before in part[near].tolist():
            share = _share(rows[row], rows[before])
            if share >= least:
                out.append(Again(row, before, share))
    return out


def reworded(
    now: str, before: str, stop: frozenset[str], share: float = 0.75, new: float = 0.5
) -> float:
    """Return the overlap of two messages without the words of `stop`, 0 where it is no rephrase.

    ``|A & B| / min(|A|, |B|)`` of at least `share`, each with four words or more, and at most
    `new` of the words of the later one new.

    Args:
        now: The later message, in plain form.
        before: The earlier.
        stop: Words that count for nothing.
        share: Least overlap, in (0, 1].
        new: Largest share of new words, in [0, 1].
    """
    mine = set(now.split()) - stop
    if len(mine) < LEAST:
        return 0.0
    yours = set(before.split()) - stop
    both = len(mine & yours)
    if len(yours) < LEAST or len(mine) - both > new * len(mine):
        return 0.0
    overlap = both / min(len(mine), len(yours))
    return overlap if overlap >= share else 0.0


def _sketches(buffer: Bytes, starts: Places, ends: Places) -> NDArray[np.bool_]:
    """Return which bits each message sets; those of trigrams at its edges are left out."""
    out = np.zeros((len(starts), BITS), dtype=np.bool_)
    if len(buffer) < SHORT:
        return out
    wide = buffer.astype(np.uint32)
    code = wide[:-2] * TURN_A + wide[1:-1] * TURN_B + wide[2:] * TURN_C
    bit = (code >> np.uint32(12)) & np.uint32(BITS - 1)
    row = np.repeat(np.arange(len(starts), dtype=np.int64) * BITS, ends - starts + 1)[: len(bit)]
    inner = np.ones(len(bit), dtype=np.bool_)
    for edge in (starts, ends - 3, ends - 2, ends - 1, ends):
        inner[edge[(edge >= 0) & (edge < len(bit))]] = False
    out.ravel()[(row + bit)[inner]] = True
    return out


def _share(one: str, other: str) -> float:
    if one == other:
        return 1.0
    a, b = (_trigrams(text.strip()) for text in (one, other))
    both = len(a & b)
    return both / (len(a) + len(b) - both) if a or b else 0.0


def _trigrams(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}


BITS = 1024
BLOCK = 4096  # pairs that are compared at once
SHORT = 8  # bytes below which no message has a trigram
LEAST = 4  # words of weight
TURN_A, TURN_B, TURN_C = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D)
