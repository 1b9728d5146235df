"""Find the entries of a word list in many texts at once: words, phrases, emoji, `stem*`.

Texts and entries pass the same tokeniser (`senses.tokens`), so an entry is found wherever a
text is cut as the entry was: "self-esteem" also stands for "self esteem". An entry of which
the tokeniser drops more than spaces, hyphens and apostrophes (``8-)``, ``#tag``) could be
found only as something else; it is set aside and listed in `Index.unread`.

At each place the longest entry counts, the first one from the left, and nothing counts
twice. Time grows with the length of the texts and with nothing else.
"""

__all__ = ["Found", "Index", "Table", "find"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from affectory.senses.tokens import WORD, Tokens, join, key_of, mix, split

U64 = NDArray[np.uint64]
Places = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Table:
    """A hash table from 64-bit keys to numbers >= 0, probed for whole arrays at once.

    Args:
        key: Key in each slot. Shape (m,).
        value: Number in each slot, -1 where the slot is empty. Shape (m,).
        shift: How many low bits of a scrambled key are ignored.
        reach: How many slots a search may take.
    """

    key: U64
    value: NDArray[np.int32]
    shift: np.uint64
    reach: int

    @classmethod
    def of(cls, keys: U64, values: NDArray[np.integer]) -> Self:
        """Build the table; of a key that comes twice, one value is kept. Shapes (w,), (w,)."""
        bits = max(4, int(len(keys) * 4).bit_length())
        shift = np.uint64(64 - bits)
        order = np.argsort((keys * SCRAMBLE) >> shift, kind="stable")
        home = ((keys[order] * SCRAMBLE) >> shift).astype(np.int64)
        along = np.arange(len(keys))
        slot = along + np.maximum.accumulate(home - along) if len(keys) else home
        size = (1 << bits) + len(keys)
        table = np.zeros(size, dtype=np.uint64)
        value = np.full(size, -1, dtype=np.int32)
        table[slot], value[slot] = keys[order], values[order]
        return cls(table, value, shift, int((slot - home).max(initial=0)) + 1)

    def find(self, keys: U64) -> NDArray[np.int32]:
        """Return the number of each key, -1 where there is none. Shape of `keys`."""
        slot = ((keys * SCRAMBLE) >> self.shift).view(np.int64)
        same = self.key.take(slot) == keys
        out = np.where(same, self.value.take(slot), np.int32(-1))
        if self.reach > 1:
            # an empty slot ends a search, and holds key 0 at value -1
            left = np.flatnonzero(~same & (self.value.take(slot) >= 0))
            slot, keys = slot[left], keys[left]
            for _ in range(self.reach - 1):
                slot = slot + 1
                same = self.key[slot] == keys
                out[left[same]] = self.value[slot[same]]
                on = ~same & (self.value[slot] >= 0)
                left, slot, keys = left[on], slot[on], keys[on]
        return out


@dataclass(frozen=True, slots=True)
class Index:
    """The entries of one word list, and words of some kind, made ready to be found.

    Args:
        table: From the key of a token to its number among those that mean something.
        entry: The one-token entry of each number, -1 for none. Shape (m,).
        kind: Bits of each number: kinds of word that were given, and `OPENS` where a longer
            entry may begin. Shape (m,).
        phrases: For the first two tokens of a longer entry, the first three, ...: the entry
            that ends there, or `OPEN` where only longer ones do.
        stems: Beginnings of words that stand for all words so begun, sorted bytes.
        stem_entry: The entry of each stem. Shape (s,).
        shorter: The longest other stem that each stem begins with, -1 for none. Shape (s,).
        unread: Entries that no text can hold. Shape (u,).
        doubled: Entries that are another one to the tokeniser. Shape (d,).
    """

    table: Table
    entry: NDArray[np.int32]
    kind: Bytes
    phrases: tuple[Table, ...]
    stems: NDArray[np.bytes_]
    stem_entry: Places
    shorter: Places
    unread: Places
    doubled: Places

    @classmethod
    def of(cls, entries: Sequence[str], kinds: Mapping[str, int] | None = None) -> Self:
        """Index `entries`; a `*` at the end makes a stem of a one-word entry.

        Args:
            entries: Words, phrases, emoji.
            kinds: Words of one token whose kind is wanted in `Found.kind`, bits below `OPENS`.
        """
        starred = np.array([entry.endswith("*") for entry in entries], dtype=np.bool_)
        bare = [entry[:-1] if star else entry for entry, star in zip(entries, starred, strict=True)]
        buffer = join(bare)
        tokens = split(buffer, len(bare))
        size = np.bincount(tokens.row, minlength=len(bare))
        odd = _leaves_more_than_joints(buffer, tokens) | (starred & (size > 1))
        legal = (size > 0) & (size <= LONGEST) & ~odd
        first = np.cumsum(size) - size
        one = np.flatnonzero(legal & (size == 1) & ~starred)
        keys, kept = np.unique(tokens.key[first[one]], return_index=True)
        long = np.flatnonzero(legal & (size > 1))
        phrases, same = _levels(tokens, long, first, size)
        opens = dict.fromkeys(tokens.key[first[long]].tolist(), int(OPENS))
        marked = _marked(kinds or {}, opens)
        table, entry, kind = _numbered(keys, one[kept], marked)
        starred_at = np.flatnonzero(legal & starred)
        stems = _stems(buffer, tokens, first[starred_at], starred_at)
        doubled = np.concatenate([np.delete(one, kept), same])
        return cls(table, entry, kind, phrases, *stems, np.flatnonzero(~legal), doubled)


@dataclass(frozen=True, slots=True)
class Found:
    """Where entries stand in the texts, in reading order.

    Args:
        row: Which text. Shape (h,).
        entry: Which entry. Shape (h,).
        first: The first token of it. Shape (h,).
        last: The last token of it. Shape (h,).
        kind: Bits of every token of the texts, 0 for most. Shape (t,).
    """

    row: Places
    entry: NDArray[np.int32]
    first: Places
    last: Places
    kind: Bytes


def find(index: Index, tokens: Tokens, buffer: Bytes) -> Found:
    """Return where the entries of `index` stand among `tokens`, the pieces of `buffer`."""
    number = index.table.find(tokens.key)
    if len(tokens.held):
        lost = number[tokens.held] < 0
        number[tokens.held[lost]] = index.table.find(tokens.plain[lost])
    known = np.flatnonzero(number >= 0)
    kind = np.zeros(len(number), dtype=np.uint8)
    kind[known] = index.kind[number[known]]
    entry = index.entry[number[known]]
    if len(index.stems):
        known, entry = _with_stems(index, tokens, buffer, known, entry)
    at, which = known[entry >= 0], entry[entry >= 0]
    if not index.phrases:
        return Found(tokens.row[at], which, at, at, kind)
    return _with_phrases(index, tokens, kind, at, which)


def _with_phrases(
    index: Index, tokens: Tokens, kind: Bytes, single: Places, entry: NDArray[np.int32]
) -> Found:
    """Return the entries found, phrases before the words they are made of."""
    first, last, which = _phrases(index.phrases, tokens, np.flatnonzero(kind & OPENS != 0))
    if len(first):
        before = np.searchsorted(first, single, side="right") - 1
        free = (before < 0) | (single > last[before])
        single, entry = single[free], entry[free]
    start = np.concatenate([single, first])
    order = np.argsort(start, kind="stable")
    start, last = start[order], np.concatenate([single, last])[order]
    return Found(tokens.row[start], np.concatenate([entry, which])[order], start, last, kind)


def _phrases(
    levels: tuple[Table, ...], tokens: Tokens, opening: Places
) -> tuple[Places, Places, NDArray[np.int32]]:
    """Return first token, last token and entry of the phrases that begin at `opening`."""
    last = np.full(len(opening), -1, dtype=np.int64)
    which = np.full(len(opening), -1, dtype=np.int32)
    on = np.arange(len(opening))
    state = tokens.key[opening]
    for more, level in enumerate(levels, start=1):
        ahead = opening[on] + more
        inside = ahead < len(tokens.key)
        inside[inside] = tokens.row[ahead[inside]] == tokens.row[opening[on[inside]]]
        on, ahead = on[inside], ahead[inside]
        state = mix(state[inside], tokens.key[ahead])
        hit = level.find(state)
        ends = (hit >= 0) & (hit < OPEN)
        last[on[ends]], which[on[ends]] = ahead[ends], hit[ends]
        on, state = on[hit >= 0], state[hit >= 0]
    whole = np.flatnonzero(last >= 0)
    whole = whole[_leftmost(opening[whole], last[whole] + 1)]
    return opening[whole], last[whole], which[whole]


def _leftmost(start: Places, stop: Places) -> NDArray[np.bool_]:
    """Return which spans are met when one reads from the left and skips what overlaps.

    `onward` leads from each span to the first one behind it; the spans met are those on the
    way from the first, found by doubling the stride: n log n, however they overlap.
    """
    n = len(start)
    onward = np.append(np.searchsorted(start, stop), n)
    met = np.zeros(n + 1, dtype=np.bool_)
    met[:1] = True
    for _ in range(n.bit_length()):
        met[onward[met]] = True
        onward = onward[onward]
    return met[:n]


def _levels(
    tokens: Tokens, entries: Places, first: Places, size: Places
) -> tuple[tuple[Table, ...], Places]:
    """Return the tables of the beginnings of `entries`, and the entries that come twice."""
    if not len(entries):
        return (), entries
    state = tokens.key[first[entries]]
    levels, doubled = [], []
    for more in range(1, int(size[entries].max())):
        on = size[entries] > more
        entries, state = entries[on], mix(state[on], tokens.key[first[entries[on]] + more])
        value = np.where(size[entries] == more + 1, entries, OPEN)
        order = np.lexsort((value, state))  # a whole entry before an open end
        keys, kept = np.unique(state[order], return_index=True)
        levels.append(Table.of(keys, value[order][kept]))
        doubled.append(np.setdiff1d(entries[value < OPEN], value[order][kept]))
    return tuple(levels), np.concatenate(doubled)


def _marked(kinds: Mapping[str, int], opens: dict[int, int]) -> dict[int, int]:
    """Return the bits of each key: of its kind, and whether it opens a phrase."""
    for word, bits in kinds.items():
        key = key_of(word)
        opens[key] = opens.get(key, 0) | bits
    return opens


def _numbered(
    keys: U64, entries: Places, marked: dict[int, int]
) -> tuple[Table, NDArray[np.int32], Bytes]:
    """Return one table of sorted entry `keys` and `marked` ones; entry and bits of each number."""
    every = np.union1d(keys, np.array(list(marked), dtype=np.uint64))
    entry = np.full(len(every), -1, dtype=np.int32)
    entry[np.searchsorted(every, keys)] = entries
    kind = np.array([marked.get(key, 0) for key in every.tolist()], dtype=np.uint8)
    return Table.of(every, np.arange(len(every))), entry, kind


def _leaves_more_than_joints(buffer: Bytes, tokens: Tokens) -> NDArray[np.bool_]:
    """Return which texts hold characters that are in no token and mean something. Shape (n,)."""
    edge = np.zeros(len(buffer) + 1, dtype=np.int32)
    np.add.at(edge, tokens.start, 1)
    np.add.at(edge, tokens.stop, -1)
    lost = (np.cumsum(edge[:-1]) == 0) & ~JOINTS[buffer]
    ends = np.flatnonzero(buffer == 0)[: tokens.rows]
    total = np.append(0, np.cumsum(lost))
    return np.asarray(np.diff(total[ends], prepend=0) > 0)


def _stems(
    buffer: Bytes, tokens: Tokens, token: Places, entry: Places
) -> tuple[NDArray[np.bytes_], Places, Places]:
    """Return sorted stems, their entries, and which stem each continues."""
    stems, kept = np.unique(_letters(buffer, tokens, token), return_index=True)
    shorter = np.full(len(stems), -1, dtype=np.int64)
    open_: list[int] = []  # stems that the next may continue, shortest first
    for at, stem in enumerate(stems.tolist()):
        while open_ and not stem.startswith(stems[open_[-1]]):
            open_.pop()
        shorter[at] = open_[-1] if open_ else -1
        open_.append(at)
    return stems, entry[kept], shorter


def _with_stems(
    index: Index, tokens: Tokens, buffer: Bytes, known: Places, entry: NDArray[np.int32]
) -> tuple[Places, NDArray[np.int32]]:
    """Give words that no entry spells out the entry of the longest stem they begin with.

    The greatest stem that is not behind a word in the alphabet either begins the word, or
    one of the stems that it continues does, or none.
    """
    said = tokens.flags & WORD != 0
    said[known[entry >= 0]] = False
    lost = np.flatnonzero(said)
    _, some, back = np.unique(tokens.key[lost], return_index=True, return_inverse=True)
    words = _letters(buffer, tokens, lost[some])
    stem = np.searchsorted(index.stems, words, side="right") - 1
    todo = np.flatnonzero(stem >= 0)
    while len(todo):
        fits = np.char.startswith(words[todo], index.stems[stem[todo]])
        todo = todo[~fits]
        stem[todo] = index.shorter[stem[todo]]
        todo = todo[stem[todo] >= 0]
    hit = np.where(stem >= 0, index.stem_entry[stem], -1)[back]
    at = np.concatenate([known[entry >= 0], lost[hit >= 0]])
    which = np.concatenate([entry[entry >= 0], hit[hit >= 0].astype(np.int32)])
    order = np.argsort(at, kind="stable")
    return at[order], which[order]


def _letters(buffer: Bytes, tokens: Tokens, which: Places) -> NDArray[np.bytes_]:
    """Return the first letters of some words, in lower case. Shape (w,)."""
    start, stop = tokens.start[which], tokens.stop[which]
    letter = buffer[np.minimum(start[:, None] + np.arange(STEM), len(buffer) - 1)]
    letter |= ((letter - np.uint8(65)) < 26).view(np.uint8) << 5
    far = (letter[:, :-1] == 0xC3) & (letter[:, 1:] >= 0x80) & (letter[:, 1:] <= 0x9E)
    letter[:, 1:] += far.view(np.uint8) << 5
    letter[np.arange(STEM) >= (stop - start)[:, None]] = 0
    return np.ascontiguousarray(letter).view(f"S{STEM}").ravel()


LONGEST = 12  # tokens in an entry
STEM = 32  # bytes of a stem
OPEN = 2**31 - 1  # no entry ends here, but longer ones pass
OPENS = np.uint8(128)  # bit of a token with which a longer entry may begin
SCRAMBLE = np.uint64(0x9E3779B97F4A7C15)
JOINTS = np.zeros(256, dtype=np.bool_)
JOINTS[[0, *b" \t-'_"]] = True
JOINTS[0x80:] = True
