"""Weigh the listed words of many texts: turned by negators, moved by degree words."""

__all__ = ["Scored", "score"]

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.senses.lexicon import Lexicon
from affectory.senses.match import Found, find
from affectory.senses.tokens import MARK, PAD, SIGN, WORD, Tokens, join, split
from affectory.senses.tongue import BRAKE, HOME, NEGATOR, PUSH, STRANGE, TURN

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scored:
    """The listed words of n texts, in reading order.

    Args:
        row: Which text. Shape (h,).
        place: How many words of the text come before. Shape (h,).
        low: First byte in `buffer`. Shape (h,).
        high: One past the last byte. Shape (h,).
        values: Weights after negation and degree. Shape (h, k).
        spread: Standard deviation between raters of each word, NaN where unknown. (h, k).
        words: Words and signs in each text. Shape (n,).
        known: Listed ones among them, a phrase counted once. Shape (n,).
        strange: Whether a text is in another language than the list. Shape (n,).
        buffer: The UTF-8 of all texts, a zero byte after each.
    """

    row: Places
    place: Places
    low: Places
    high: Places
    values: Floats
    spread: Floats | None
    words: Places
    known: Places
    strange: Mask
    buffer: NDArray[np.uint8]

    @property
    def share(self) -> Floats:
        """Share of each text's words that are listed, 0 for a text without any. Shape (n,)."""
        return np.asarray(self.known / np.maximum(self.words, 1))

    def means(self) -> tuple[Floats, Floats]:
        """Return mean and standard error of each text, NaN where undefined. (n, k), (n, k)."""
        n, k = len(self.words), self.values.shape[1]
        mean, error = np.full((n, k), np.nan), np.full((n, k), np.nan)
        some, several = self.known > 0, self.known > 1
        count = self.known
        for j in range(k):
            column = np.ascontiguousarray(self.values[:, j])
            mean[some, j] = (np.bincount(self.row, column, n)[some]) / count[some]
            gap = column - mean[self.row, j]
            power = np.bincount(self.row, gap * gap, n)[several]
            error[several, j] = np.sqrt(power / (count[several] * (count[several] - 1)))
        if self.spread is not None:
            alone = count[self.row] == 1
            error[self.row[alone]] = self.spread[alone]
        return mean, error

    @classmethod
    def joined(cls, parts: Sequence["Scored"]) -> Self:
        """Return the words of all texts of all parts, at least one, in one."""
        texts = _offsets([len(part.words) for part in parts])
        size = _offsets([len(part.buffer) for part in parts])
        shift = {"row": texts, "low": size, "high": size}

        def column(name: str) -> Any:
            arrays = [getattr(part, name) for part in parts]
            if arrays[0] is None:
                return None
            by = shift.get(name, [0] * len(parts))
            return np.concatenate([a + b if b else a for a, b in zip(arrays, by, strict=True)])

        return cls(**{field.name: column(field.name) for field in fields(cls)})

    def spans(self) -> tuple[Places, Places]:
        """Return first and one past the last character of each word, in its text. (h,), (h,)."""
        opens = np.append(0, np.flatnonzero(self.buffer == 0)[: len(self.words)] + 1)
        begin = opens[self.row]
        # a character begins at every byte that continues none
        characters = np.append(0, np.cumsum((self.buffer & 0xC0) != 0x80))
        base = characters[begin]
        return characters[self.low] - base, characters[self.high] - base

    def without(self, silent: Mask) -> Self:
        """Return the same without the listed words of the `silent` texts. Shape (n,)."""
        keep = ~silent[self.row]
        columns = ("row", "place", "low", "high", "values")
        kept = {name: getattr(self, name)[keep] for name in columns}
        spread = None if self.spread is None else self.spread[keep]
        return replace(self, **kept, spread=spread, known=np.where(silent, 0, self.known))


def score(
    texts: Sequence[str], lexicon: Lexicon, damping: float | None = 0.74, degree: bool = True
) -> Scored:
    """Return the listed words of `texts` with their weights.

    Texts are read in blocks that the processor's cache can hold, so that only the result
    grows with their number.

    Args:
        texts: n of them.
        lexicon: The words.
        damping: What is left of a weight that a negator turns; None leaves all as they are.
        degree: Whether degree words directly before count.
    """
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)
    cuts = np.flatnonzero(np.diff(ends // BLOCK, prepend=0)).tolist()
    edges = [0, *[cut for cut in cuts if cut > 0], len(texts)]
    blocks = [_score(texts[a:b], lexicon, damping, degree) for a, b in pairwise(edges)]
    return blocks[0] if len(blocks) == 1 else Scored.joined(blocks)


def _score(texts: Sequence[str], lexicon: Lexicon, damping: float | None, degree: bool) -> Scored:
    """Return what `score` does, in one go."""
    buffer = join(texts)
    tokens = split(buffer, len(texts))
    found = find(lexicon.index, tokens, buffer)
    values = lexicon.weights[found.entry]
    low, high = lexicon.bounds
    if degree:
        values = np.clip(values * _degree(found, tokens)[:, None], low, high)
    if damping is not None:
        flip = np.where(low < 0, -damping, 0.0)
        flip[[axis.name == "arousal" for axis in lexicon.axes]] = 1.0
        values[_negated(found, tokens, buffer)] *= flip
    counted = tokens.flags & (WORD | SIGN) != 0
    rank = np.append(0, np.cumsum(counted))
    words = np.bincount(tokens.row[counted], minlength=len(texts))
    begins = np.append(0, np.cumsum(words))
    return Scored(
        found.row,
        rank[found.first] - begins[found.row],
        tokens.start[found.first],
        tokens.stop[found.last],
        values,
        None if lexicon.spread is None else lexicon.spread[found.entry],
        words,
        np.bincount(found.row, minlength=len(texts)),
        _strange(tokens, found, len(texts)),
        buffer[:-PAD],
    )


def _offsets(sizes: list[int]) -> list[int]:
    """Return where each of some parts begins in the whole."""
    return [0, *np.cumsum(sizes[:-1]).tolist()] if sizes else []


def _negated(found: Found, tokens: Tokens, buffer: NDArray[np.uint8]) -> Mask:
    """Return which entries stand within `REACH` tokens after a negator, in the same clause."""
    turned = np.zeros(len(found.row), dtype=np.bool_)
    open_ = np.arange(len(found.row))  # entries from which one may still look further back
    for back in range(1, REACH + 1):
        open_ = open_[found.first[open_] >= back]
        at = found.first[open_] - back
        gap = CLAUSE[buffer[tokens.stop[at]]] | CLAUSE[buffer[tokens.start[at + 1] - 1]]
        ends = gap | (tokens.flags[at] & MARK != 0) | (found.kind[at] & TURN != 0)
        on = ~ends & (tokens.row[at] == found.row[open_])
        open_, at = open_[on], at[on]
        turned[open_] |= found.kind[at] & NEGATOR != 0
    return turned


def _degree(found: Found, tokens: Tokens) -> Floats:
    """Return by how much the word directly before moves each entry. Shape (h,)."""
    before = np.maximum(found.first - 1, 0)
    kind = np.where(tokens.row[before] == found.row, found.kind[before], 0)
    kind[found.first == 0] = 0
    return np.asarray(1.0 + QUARTER * ((kind & PUSH != 0) * 1.0 - (kind & BRAKE != 0)))


def _strange(tokens: Tokens, found: Found, n: int) -> Mask:
    """Return which texts hold more than two words of other languages for each own one."""
    odd = found.kind & STRANGE != 0
    odd[found.first] = False  # "die" and "war" are words of an English list
    at = np.flatnonzero(odd)
    if not len(at):
        return np.zeros(n, dtype=np.bool_)
    foreign = np.bincount(tokens.row[at], minlength=n)
    own = np.bincount(tokens.row[np.flatnonzero(found.kind & HOME != 0)], minlength=n)
    return np.asarray((foreign >= 2) & (foreign > 2 * own))


BLOCK = 250_000  # characters at a time: their arrays stay in the cache
REACH = 3
QUARTER = 0.25
CLAUSE = np.isin(np.arange(256), [*b",;:()"])
