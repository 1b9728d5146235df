"""All the keys of many texts in one table, and a phrase for each: what a learner needs.

Reading needs none of this; it counts key by key kind (`senses.text`). Learning needs to see the
same keys as reading will, hence the same functions below and the same settling of held words.
"""

__all__ = ["Keyed", "keys", "phrases", "words"]

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.senses.text import NOT, Counted, count
from affectory.senses.tokens import Tokens, join, mix, split

U64 = NDArray[np.uint64]
CHUNK = 4096


class Keyed(NamedTuple):
    """Every key of n texts, by text.

    Attributes:
        key: Shape (t,).
        row: Its text, ascending. Shape (t,).
        token: Whether it is a single token's. Shape (t,).
    """

    key: U64
    row: NDArray[np.int64]
    token: NDArray[np.bool_]


def words(texts: Sequence[str], least: int = 2) -> U64:
    """Return the keys of tokens that occur at least `least` times, sorted."""
    every = np.concatenate([split(buffer, n).key for _, buffer, n in _chunks(texts)])
    key, often = np.unique(every, return_counts=True)
    return key[often >= least]


def keys(texts: Sequence[str], known: U64) -> Keyed:
    """Return every key of `texts`; `known` are the words that hold their held letters."""
    none = (np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.bool_))
    told: list[tuple[U64, NDArray[np.int64], NDArray[np.bool_]]] = [none]
    for low, _, counted in _counted(texts, known):
        row = counted.tokens.row + low
        key = (counted.tokens.key, counted.pairs, counted.ends, counted.extra)
        rows = (row, row, row[counted.last], row[counted.at])
        token = np.repeat([True, False], [len(row), sum(map(len, key[1:]))])
        told.append((np.concatenate(key), np.concatenate(rows), token))
    every, row, token = (np.concatenate(parts) for parts in zip(*told, strict=True))
    order = np.argsort(row, kind="stable")
    return Keyed(every[order], row[order], token[order])


def phrases(texts: Sequence[str], known: U64) -> dict[int, str]:
    """Return words that each key of `texts` can stand for, as first seen.

    A pair is its two words, a negated word has "not" before it, any other key is its word.
    """
    found: dict[int, str] = {}
    for _, buffer, counted in _counted(texts, known):
        tokens, raw = counted.tokens, buffer.tobytes()
        spans = zip(tokens.start.tolist(), tokens.stop.tolist(), strict=True)
        said = [raw[a:b].decode("utf-8", "replace") for a, b in spans]
        first = np.diff(tokens.row, prepend=-1) != 0
        pairs = [
            word if begins else f"{before} {word}"
            for before, word, begins in zip(["", *said], said, first.tolist(), strict=False)
        ]
        not_it = mix(np.full(len(counted.at), NOT), tokens.key[counted.at]) == counted.extra
        extra = [
            f"not {said[at]}" if turned else said[at]
            for at, turned in zip(counted.at.tolist(), not_it.tolist(), strict=True)
        ]
        ends = [said[at] for at in counted.last.tolist()]
        for key, names in (
            (tokens.key, said), (counted.pairs, pairs), (counted.ends, ends), (counted.extra, extra)
        ):  # fmt: skip
            for one, name in zip(key.tolist(), names, strict=True):
                found.setdefault(one, name)
    return found


def _counted(texts: Sequence[str], known: U64) -> Iterator[tuple[int, NDArray[np.uint8], Counted]]:
    for low, buffer, n in _chunks(texts):
        tokens: Tokens = split(buffer, n)
        place = np.minimum(np.searchsorted(known, tokens.key), max(len(known) - 1, 0))
        strange = known[place] != tokens.key if len(known) else np.ones(len(place), np.bool_)
        yield low, buffer, count(tokens.settled(strange))


def _chunks(texts: Sequence[str]) -> Iterator[tuple[int, NDArray[np.uint8], int]]:
    for low in range(0, len(texts), CHUNK):
        part = texts[low : low + CHUNK]
        yield low, join(part), len(part)
