"""What a short message is like: phrases by shared trigrams and shared words, all at once.

A message is compared as a whole, so only a short one can be like a phrase. Each phrase stands in
an index under its trigrams of letters, and under its words: only phrases that share some with a
message are looked at, by counting over the index. Jaccard's share of trigrams allows for slips of
the keys, the cosine of word counts for other orders and a word more.

Ours: a likeness is void where one side has a word that turns what is said ("not", "what", "if")
and the other has not; and one of words where a word of weight in the phrase is missing ("get me a
refund" is not "get me a human"); a phrase without any is found by its letters alone.
"""

__all__ = ["Alike", "Near"]

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.senses.match import Table
from affectory.senses.tokens import Tokens, join, key_of, mix, split

Places = NDArray[np.int64]
Floats = NDArray[np.float64]


class Near(NamedTuple):
    """One likeness.

    Attributes:
        row: Which message.
        phrase: Which phrase.
        share: How alike, in (0, 1].
    """

    row: int
    phrase: int
    share: float


class _Index(NamedTuple):
    """From a number to the phrases that are looked up by it: those in `phrase` from `first` on."""

    first: Places
    size: Places
    phrase: Places

    @classmethod
    def of(cls, held: Sequence[Sequence[int]], n: int) -> "_Index":
        """Index phrases under the numbers, below n, that each is `held` under."""
        pairs = sorted((number, at) for at, numbers in enumerate(held) for number in numbers)
        size = np.bincount([number for number, _ in pairs], minlength=n).astype(np.int64)
        return cls(np.cumsum(size) - size, size, np.array([at for _, at in pairs], dtype=np.int64))

    def pairs(self, row: Places, number: Places) -> tuple[Places, Places]:
        """Return the row and the phrase of each entry that is met, doubles too."""
        size = self.size[number]
        total = np.cumsum(size)
        at = np.arange(int(total[-1]) if len(total) else 0)
        at += np.repeat(self.first[number] - (total - size), size)
        return np.repeat(row, size), self.phrase[at]


@dataclass(frozen=True)
class Alike:
    """Phrases made ready to be likened to.

    A phrase is looked up under its rarest trigrams and words alone: so many that none can be like
    it that holds none of them (Chaudhuri, Ganti & Kaushik 2006, prefix filtering).

    Args:
        phrases: In plain form, a space between two words.
        trigrams: Least share of trigrams, in (0, 1].
        cosine: Least cosine of word counts, in (0, 1].
        turning: Words that turn what is said.
        small: Words that a likeness of words can do without.
        strict: Whether the two conditions of ours hold; without, the rule of the port.
        common: Trigrams that many texts hold, the commonest first: phrases are looked up by
            others. They change the time, never the answer.
    """

    phrases: tuple[str, ...]
    trigrams: float = 0.65
    cosine: float = 0.60
    turning: frozenset[str] = frozenset()
    small: frozenset[str] = frozenset()
    strict: bool = True
    common: tuple[str, ...] = ()

    def find(self, texts: Sequence[str]) -> list[Near]:
        """Return every likeness of `texts`, which are in plain form; the best first of each row.

        A message is compared up to the length of the longest phrase, divided by the share of
        trigrams, or by the square of the cosine, four times that by the rule of the port: a longer
        one is like it only by repeating itself.

        Args:
            texts: Messages in plain form, without spaces at their ends.
        """
        longest = max(map(len, self.phrases), default=0)
        out: dict[tuple[int, int], float] = {}
        for least, alike in ((self.trigrams, self._by_letters), (self.cosine**2, self._by_words)):
            most = int(longest / least * (1 if self.strict else 4))
            short = [at for at, text in enumerate(texts) if text and len(text) <= most]
            for low in range(0, len(short), BLOCK):
                part = [texts[at] for at in short[low : low + BLOCK]]
                for row, phrase, share in alike(part):
                    key = short[low + row], phrase
                    out[key] = max(share, out.get(key, 0.0))
        found = [Near(row, phrase, share) for (row, phrase), share in out.items()]
        return sorted(found, key=lambda near: (near.row, -near.share, near.phrase))

    def _by_letters(self, texts: list[str]) -> list[tuple[int, int, float]]:
        row, code = _trigrams(texts)
        mine = np.bincount(row, minlength=len(texts))
        number = self._letters.number[code]
        row, number = row[number >= 0], number[number >= 0]
        some, phrase = self._letters.held.pairs(row, number)
        size = self._letters.size
        near = (mine[some] >= self.trigrams * size[phrase]) & (
            size[phrase] >= self.trigrams * mine[some]
        )
        some, phrase = _once(some[near], phrase[near], len(size))
        held = np.zeros((len(texts), self._letters.n + 1), dtype=np.uint8)
        held[row, number] = 1
        both = held[some[:, None], self._letters.numbers[phrase]].sum(axis=1, dtype=np.int64)
        share = both / np.maximum(mine[some] + size[phrase] - both, 1)
        kept = share >= self.trigrams
        found = zip(some[kept].tolist(), phrase[kept].tolist(), share[kept].tolist(), strict=True)
        return [
            one for one in found
            if not self.strict or self._turns[one[1]] == self._turn(texts[one[0]])
        ]  # fmt: skip

    def _by_words(self, texts: list[str]) -> list[tuple[int, int, float]]:
        tokens = split(join(texts), len(texts))
        number = self._words.table.find(tokens.key).astype(np.int64)
        row, known = tokens.row[number >= 0], number[number >= 0]
        held = np.zeros((len(texts), self._words.n + 1), dtype=np.uint8)
        np.add.at(held, (row, known), 1)
        some, phrase = self._words.held.pairs(row, known)
        few = np.bincount(tokens.row, minlength=len(texts))  # >= the square of the norm, at least
        near = few[some] * self.cosine**2 <= self._words.square[phrase] * 4
        some, phrase = _once(some[near], phrase[near], len(self.phrases))
        counts = held[some[:, None], self._words.numbers[phrase]]
        dot = (counts * self._words.counts[phrase]).sum(axis=1)
        norm = np.sqrt(self._squares(texts, tokens, some))
        share = np.minimum(dot / (norm * np.sqrt(self._words.square[phrase])), 1.0)
        kept = share >= self.cosine - 1e-9
        found = zip(some[kept].tolist(), phrase[kept].tolist(), share[kept].tolist(), strict=True)
        if not self.strict:
            return list(found)
        return [one for one in found if self._same(texts[one[0]], one[1])]

    @staticmethod
    def _squares(texts: list[str], tokens: Tokens, some: Places) -> Floats:
        """Return the squared norm of the word counts of `some` of the texts."""
        wanted = np.zeros(len(texts), dtype=np.bool_)
        wanted[some] = True
        kept = wanted[tokens.row]
        row = tokens.row[kept]
        own = mix(tokens.key[kept], row.astype(np.uint64))
        _, first, many = np.unique(own, return_index=True, return_counts=True)
        return np.asarray(np.bincount(row[first], many * many, len(texts))[some])

    def _same(self, text: str, phrase: int) -> bool:
        """Whether a text has all words of weight of a phrase, and turns as it does."""
        said = set(text.split())
        return self._weighty[phrase] <= said and self._turns[phrase] == said & self.turning

    def _turn(self, text: str) -> frozenset[str]:
        return self.turning.intersection(text.split())

    @cached_property
    def _turns(self) -> tuple[frozenset[str], ...]:
        return tuple(self._turn(phrase) for phrase in self.phrases)

    @cached_property
    def _weighty(self) -> tuple[frozenset[str], ...]:
        said = [frozenset(phrase.split()) for phrase in self.phrases]
        return tuple(each - self.small for each in said)

    @cached_property
    def _letters(self) -> "_Letters":
        return _Letters.of(self.phrases, self.trigrams, self.common)

    @cached_property
    def _words(self) -> "_Words":
        must = self._weighty if self.strict else None
        return _Words.of(self.phrases, self.cosine, must)


class _Letters(NamedTuple):
    """Trigrams of phrases: the number of each code, -1 for none; those of each phrase, padded."""

    n: int
    number: Places
    numbers: Places
    size: Places
    held: _Index

    @classmethod
    def of(cls, phrases: Sequence[str], least: float, common: Sequence[str]) -> "_Letters":
        row, code = _trigrams(list(phrases))
        codes, each, many = np.unique(code, return_inverse=True, return_counts=True)
        number = np.full(1 << 15, -1, dtype=np.int64)
        number[codes] = np.arange(len(codes))
        rank = np.zeros(1 << 15, dtype=np.int64)
        for place, trigram in enumerate(common):
            rank[_trigrams([trigram])[1]] = len(common) - place
        weight = rank[codes]
        own = _grouped(row.tolist(), each.tolist(), len(phrases))
        rare = [sorted(held, key=lambda at: (weight[at], many[at], at)) for held in own]
        size = np.array([len(held) for held in own], dtype=np.int64)
        kept = [held[: len(held) - ceil(least * len(held) - 1e-9) + 1] for held in rare]
        index = _Index.of([held if own else [] for held, own in zip(kept, own, strict=True)],
                          len(codes))  # fmt: skip
        return cls(len(codes), number, _padded(own, len(codes)), size, index)


class _Words(NamedTuple):
    """Words of phrases: the number of each key; those of each phrase and how often, padded."""

    n: int
    table: Table
    numbers: Places
    counts: Places
    square: Places
    held: _Index

    @classmethod
    def of(
        cls, phrases: Sequence[str], least: float, must: Sequence[frozenset[str]] | None
    ) -> "_Words":
        bags = [Counter(phrase.split()) for phrase in phrases]
        spread = Counter(word for bag in bags for word in bag)
        words = sorted(spread)
        place = {word: at for at, word in enumerate(words)}
        table = Table.of(np.array([key_of(word) for word in words], np.uint64),
                         np.arange(len(words)))  # fmt: skip
        own = [[place[word] for word in bag] for bag in bags]
        square = [sum(many * many for many in bag.values()) for bag in bags]
        held = []
        for at, bag in enumerate(bags):
            rare = sorted(bag, key=lambda word: (spread[word], word))
            if must is None:  # what is left out weighs less than the cosine asks for
                left = least**2 * square[at]
                while rare and bag[rare[-1]] ** 2 < left - 1e-9:
                    left -= bag[rare.pop()] ** 2
            else:
                rare = [word for word in rare if word in must[at]][:1]
            held.append([place[word] for word in rare])
        counts = _padded([list(bag.values()) for bag in bags], 0)
        index = _Index.of(held, len(words))
        return cls(len(words), table, _padded(own, len(words)), counts, np.array(square), index)


def _once(row: Places, phrase: Places, n: int) -> tuple[Places, Places]:
    """Return pairs of a row and one of n phrases, each once, in order."""
    pair = row * n + phrase
    pair.sort()
    pair = pair[np.append(True, pair[1:] != pair[:-1])[: len(pair)]]
    return pair // n, pair % n


def _grouped(row: list[int], value: list[int], n: int) -> list[list[int]]:
    out: list[list[int]] = [[] for _ in range(n)]
    for at, one in zip(row, value, strict=True):
        out[at].append(one)
    return out


def _padded(rows: Sequence[Sequence[int]], fill: int) -> Places:
    """Return rows of unlike length as one array, filled up."""
    wide = max(map(len, rows), default=0)
    out = np.full((len(rows), wide), fill, dtype=np.int64)
    for at, row in enumerate(rows):
        out[at, : len(row)] = row
    return out


def _trigrams(texts: list[str]) -> tuple[Places, Places]:
    """Return row and code of every distinct trigram of letters, spaces and others, sorted."""
    raw = "\0".join(texts).encode("utf-8", "replace")
    kind = np.frombuffer(raw.translate(LETTERS), dtype=np.uint8)
    if len(kind) < 3:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    wide = kind.astype(np.int32)
    code = wide[:-2] << 10 | wide[1:-1] << 5 | wide[2:]
    row = np.cumsum(kind == 0, dtype=np.int32)[2:]
    whole = (kind[:-2] > 0) & (kind[1:-1] > 0) & (kind[2:] > 0)
    key = row[whole] << 15 | code[whole]  # a block of texts and 15 bits are below 2^31
    key.sort()
    key = key[np.append(True, key[1:] != key[:-1])[: len(key)]]
    return (key >> 15).astype(np.int64), (key & 0x7FFF).astype(np.int64)


BLOCK = 1024  # messages that are likened at once
LETTERS = bytes(
    at - 96
    if 97 <= at <= 122
    else 0
    if at == 0
    else 27
    if at == 32
    else 28
    if 48 <= at <= 57
    else 29
    for at in range(256)
)
