"""Cut many texts into tokens at once: one byte buffer in, arrays of spans and keys out.

No token is ever a Python object. A text is bytes; a byte has a kind (quiet, word, mark,
sign, face); a token is a run of one kind, and its key is a 64-bit hash of its folded bytes.
Every step is one pass over the buffer, so time grows with the bytes and with nothing else.

What is folded: ASCII and Latin-1 letters to lower case; typographic apostrophes to ``'``;
letters held for three or more (``soooo``) to two; web addresses to ``http``; ``@name``,
``u/name`` and ``r/name`` to one key; skin tones and presentation selectors vanish. Commas,
brackets and quotes are quiet. Words are not stemmed; other scripts stay as they are.
"""

__all__ = ["CAPS", "HELD", "MARK", "SIGN", "WORD", "Tokens", "join", "key_of", "mix", "split"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
Places = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]

WORD, MARK, SIGN, CAPS, HELD = 1, 2, 4, 8, 16  # bits of `Tokens.flags`
PAD = 40  # zero bytes after the last text, so that no read runs over the end


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of many texts, in reading order.

    Args:
        row: Which text each token is from, ascending. Shape (t,).
        start: First byte of each token in the buffer that was split. Shape (t,).
        stop: One past its last byte. Shape (t,).
        key: Hash of its folded bytes. Shape (t,).
        flags: Bits `WORD`, `MARK`, `SIGN`, `CAPS`, `HELD`. Shape (t,).
        held: Which tokens are `HELD`. Shape (m,).
        plain: Keys of those with the held letters once (``so``, not ``soo``). Shape (m,).
        rows: How many texts there are.
    """

    row: Places
    start: Places
    stop: Places
    key: U64
    flags: Bytes
    held: Places
    plain: U64
    rows: int

    def settled(self, unknown: Mask) -> Self:
        """Return the tokens with held words that are `unknown` written plainly. Shape (t,)."""
        strange = unknown[self.held]
        if not strange.any():
            return self
        key = self.key.copy()
        key[self.held[strange]] = self.plain[strange]
        return replace(self, key=key)


def join(texts: Sequence[str]) -> Bytes:
    """Return the UTF-8 of `texts`, one zero byte after each, padded with zeros.

    Lone surrogates become question marks and zero bytes become spaces: neither is text.
    """
    whole = "\0".join(texts)
    if whole.count("\0") != max(len(texts) - 1, 0):
        whole = "\0".join([text.replace("\0", " ") for text in texts])
    raw = whole.encode("utf-8", errors="replace")
    buffer = np.zeros(len(raw) + 1 + PAD, dtype=np.uint8)
    buffer[: len(raw)] = np.frombuffer(raw, dtype=np.uint8)
    return buffer


def split(buffer: Bytes, rows: int) -> Tokens:
    """Return the tokens of the `rows` texts in `buffer`, which `join` wrote."""
    upper = (buffer - np.uint8(65)) < 26
    low = buffer + (upper.view(np.uint8) << 5)
    kind = np.frombuffer(bytearray(buffer).translate(KINDS), dtype=np.uint8)
    _fold_apostrophes(low, kind)
    drop = np.zeros(len(buffer), dtype=np.bool_)
    lead = np.flatnonzero(buffer >= 0xC0)
    if len(lead):
        _fold_far(buffer, low, kind, drop, lead)
    _find_faces(low, kind)
    _fold_addresses(low, kind)
    held = _find_held(low, kind, drop)
    place = np.flatnonzero(~drop) if drop.any() else None
    if place is not None:
        low, kind, buffer = low[place], kind[place], buffer[place]
    return _describe(buffer, low, kind, place, held, rows)


def mix(first: U64, second: U64) -> U64:
    """Return one hash of two, which depends on their order."""
    mixed = first * TURN_A
    mixed ^= second * TURN_B
    mixed ^= mixed >> HALF
    mixed *= TURN_C
    mixed ^= mixed >> HALF
    return mixed


def key_of(token: str) -> int:
    """Return the key of one token, or 0 if `token` has none."""
    tokens = split(join([token]), 1)
    return int(tokens.key[0]) if len(tokens.key) else 0


def _fold_apostrophes(low: Bytes, kind: Bytes) -> None:
    """Count an apostrophe between two word bytes as a word byte."""
    at = np.flatnonzero(low == APOSTROPHE)
    inner = (kind[at - 1] == WORD) & (kind[at + 1] == WORD)
    kind[at[inner]] = WORD


def _fold_far(raw: Bytes, low: Bytes, kind: Bytes, drop: Mask, lead: Places) -> None:
    """Give every character beyond ASCII its kind; `lead` are the first bytes of each."""
    first, second, third = raw[lead], raw[lead + 1], raw[lead + 2]
    capital = (first == 0xC3) & (second <= 0x9E) & (second != 0x97)
    low[lead[capital] + 1] += 0x20
    _paint(kind, lead[first == 0xC2], 2, 0)
    point = (first == 0xE2) & ((second == 0x80) | (second == 0x81))
    _paint(kind, lead[point | ((first == 0xE3) & (second == 0x80))], 3, 0)
    _fold_points(low, kind, drop, lead[point], third[point])
    sign = (first == 0xE2) & (SYMBOLS[second])
    _paint(kind, lead[sign], 3, SIGN_BODY)
    kind[lead[sign]] = SIGN
    face = (first == 0xF0) & (second == 0x9F)
    _paint(kind, lead[face], 4, SIGN_BODY)
    kind[lead[face]] = SIGN
    _paint(drop, lead[(first == 0xEF) & (second == 0xB8)], 3, True)
    tone = face & (third == 0x8F) & (raw[lead + 3] >= 0xBB)
    _paint(drop, lead[tone], 4, True)


def _fold_points(low: Bytes, kind: Bytes, drop: Mask, at: Places, third: Bytes) -> None:
    """Turn typographic apostrophes and dots into plain ones. Shapes (p,), (p,)."""
    quote = at[(third == 0x99) | (third == 0x98)]
    quote = quote[(kind[quote - 1] == WORD) & (kind[quote + 3] == WORD)]
    low[quote], kind[quote] = APOSTROPHE, WORD
    drop[quote + 1] = drop[quote + 2] = True
    dots = at[third == 0xA6]
    _paint(low, dots, 3, ord("."))
    _paint(kind, dots, 3, MARK)


def _find_faces(low: Bytes, kind: Bytes) -> None:
    """Mark typed faces such as ``:)`` ``;-P`` and the typed heart ``<3``."""
    eyes = np.flatnonzero((low == 58) | (low == 59) | (low == 61) | (low == 60))
    eyes = eyes[kind[eyes - 1] != WORD]
    mouth = eyes + 1 + (low[eyes + 1] == ord("-"))
    heart = low[eyes] == ord("<")
    letter = MOUTH_LETTERS[low[mouth]] & (kind[mouth + 1] != WORD)
    smiles = np.where(heart, low[mouth] == ord("3"), MOUTHS[low[mouth]] | letter)
    eyes, mouth = eyes[smiles], mouth[smiles]
    for at in (eyes, mouth - 1, mouth):
        kind[at] = FACE
    for _ in range(2):  # ":)))" is one face; what follows more of the same is quiet
        mouth = mouth[low[mouth + 1] == low[mouth]] + 1
        kind[mouth] = FACE


def _fold_addresses(low: Bytes, kind: Bytes) -> None:
    """Leave nothing of a web address but its scheme."""
    at = np.flatnonzero((low[:-2] == 58) & (low[1:-1] == 47) & (low[2:] == 47))
    if not len(at):
        return
    white = np.flatnonzero(low <= 32)
    stop = white[np.searchsorted(white, at)]
    depth = np.zeros(len(low) + 1, dtype=np.int32)
    np.add.at(depth, at, 1)
    np.add.at(depth, stop, -1)
    kind[np.cumsum(depth[:-1]) > 0] = 0


def _find_held(low: Bytes, kind: Bytes, drop: Mask) -> Places:
    """Drop the third and later of equal letters, the fourth of equal marks.

    Returns where a letter was dropped first, once per run.
    """
    same = low[1:] == low[:-1]
    third = np.flatnonzero(same[1:] & same[:-1]) + 2
    third = third[kind[third] != 0]
    letters = third[LETTERS[low[third]] & (kind[third] == WORD)]
    marks = third[(kind[third] == MARK) & (low[third] == low[third - 3])]
    drop[letters] = drop[marks] = True
    return np.asarray(letters[np.diff(letters, prepend=-2) > 1])


def _describe(
    raw: Bytes, low: Bytes, kind: Bytes, place: Places | None, held: Places, rows: int
) -> Tokens:
    """Return the runs of `kind` as tokens; `place` leads back to the buffer before drops."""
    start, stop = _runs(kind)
    key, capital = _keys(raw, low, start, stop)
    before = low[start - 1]
    named = (before == ord("@")) | (
        (before == ord("/")) & FORUM[low[start - 2]] & (kind[start - 3] != WORD)
    )
    key[named] = NAME_KEY
    flags = KIND_FLAGS[kind[start]]
    flags[capital & (before != ord("["))] |= CAPS
    ends = np.flatnonzero(low == 0)[:rows]
    row = np.repeat(np.arange(rows), np.diff(np.searchsorted(start, ends), prepend=0))
    if place is None:
        none = np.zeros(0, dtype=np.int64)
        return Tokens(row, start, stop, key, flags, none, key[:0], rows)
    origin, end = place[start], place[stop]
    which = np.unique(np.searchsorted(origin, held, side="right") - 1)
    flags[which] |= HELD
    plain = _plain_keys(low, place, start[which], stop[which])
    return Tokens(row, origin, end, key, flags, which, plain, rows)


def _runs(kind: Bytes) -> tuple[Places, Places]:
    """Return where each run of one kind that is not quiet begins and ends."""
    edge = kind[1:] != kind[:-1]
    edge &= kind[1:] != SIGN_BODY
    edges = np.flatnonzero(edge)
    edges += 1
    if kind[0]:
        edges = np.append(0, edges)
    loud = kind[edges] != 0
    return edges[loud], edges[1:][loud[:-1]]


def _keys(raw: Bytes, low: Bytes, start: Places, stop: Places) -> tuple[U64, Mask]:
    """Return a hash of each token and whether it is written in capitals."""
    length = stop - start
    eight = MASKS[np.minimum(length, 8)]
    words = _words(low)[start]
    capital = (_words(raw)[start] ^ words) & eight == eight & CASE_BITS
    capital &= length > 1
    words &= eight
    key = mix(words, words)
    long = np.flatnonzero(length > 8)
    for offset in (8, 16, 24):  # bytes beyond the 32nd count by their number alone
        long = long[length[long] > offset]
        more = _words(low)[start[long] + offset] & MASKS[np.minimum(length[long] - offset, 8)]
        key[long] = mix(key[long], more)
    long = long[length[long] > 32]
    key[long] = mix(key[long], length[long].astype(np.uint64))
    return key, capital


def _plain_keys(low: Bytes, place: Places, start: Places, stop: Places) -> U64:
    """Return the keys of held tokens with each held letter written once. Shape (m,)."""
    length = stop - start
    ends = np.cumsum(length)
    at = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(stop - ends, length)
    # the last of a shortened run is the one after which bytes were dropped
    single = ~((place[at + 1] != place[at] + 1) & (low[at] == low[at - 1]))
    short = np.append(low[at[single]], np.zeros(PAD, dtype=np.uint8))
    sizes = length - np.add.reduceat(~single, ends - length) if len(length) else length
    stops = np.cumsum(sizes)
    return _keys(short, short, stops - sizes, stops)[0]


def _words(buffer: Bytes) -> U64:
    """View the eight bytes that begin at every byte as one integer. Shape (n - 7,)."""
    return np.ndarray((len(buffer) - 7,), dtype="<u8", buffer=buffer, strides=(1,))


def _paint(target: NDArray[Any], at: Places, width: int, value: int | bool) -> None:
    for offset in range(width):
        target[at + offset] = value


def _table(members: str) -> Mask:
    table = np.zeros(256, dtype=np.bool_)
    table[[ord(member) for member in members]] = True
    return table


def _kinds() -> bytes:
    kinds = bytearray(256)
    for byte in [*b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]:
        kinds[byte] = WORD
    for byte in b"!?.":
        kinds[byte] = MARK
    kinds[0x80:] = bytes([WORD]) * 0x80
    return bytes(kinds)


FACE, SIGN_BODY = 3, 5  # kinds of bytes, beside 0 quiet, WORD, MARK and SIGN
KINDS = _kinds()
KIND_FLAGS = np.array([0, WORD, MARK, SIGN, SIGN, SIGN], dtype=np.uint8)
APOSTROPHE = 39
LETTERS = _table("abcdefghijklmnopqrstuvwxyz")
MOUTHS = _table(")(/\\|][*")
MOUTH_LETTERS = _table("dpo3cxs")
FORUM = _table("ur")
SYMBOLS = np.isin(np.arange(256), [*range(0x98, 0x9F), 0xAC, 0xAD])
MASKS = np.array([(1 << (8 * n)) - 1 for n in range(9)], dtype=np.uint64)
CASE_BITS = np.uint64(0x2020202020202020)
HALF = np.uint64(32)
TURN_A, TURN_B, TURN_C = (
    np.uint64(turn) for turn in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93)
)
NAME_KEY = np.uint64(0x6E616D65)
