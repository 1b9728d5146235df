"""What can be counted in a text: words, neighbours, negated words, emphasis.

`gather` turns texts into keys, each a 64-bit hash that names a thing seen in a text; which
keys matter, and for what, is learned elsewhere. Nothing here knows an emotion.

- a word, a mark, a sign (emoji or typed face): its own key;
- two neighbours, with a key for where a text begins and ends;
- a word within three words after a negator, up to the next mark: its negated key;
- a word in capitals: its shouted key, and one key for shouting at all;
- a word with held letters: one key for that.

Texts of any length: `sentences` cuts the long ones first.
"""

__all__ = ["Counted", "count", "gather", "sentences", "understood"]

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from affectory.senses.tokens import CAPS, MARK, WORD, Tokens, join, key_of, mix, split

U64 = NDArray[np.uint64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counted:
    """Keys of all things but single tokens, with the token at which each ends.

    Args:
        tokens: The tokens themselves; their keys are the first kind of thing.
        pairs: Key of each token with the one before it in its text (or with the text's
            beginning). Shape (t,).
        ends: Key of each text's last token with the text's end. Shape (e,).
        last: Those last tokens. Shape (e,).
        extra: Keys of negated, shouted and held things. Shape (x,).
        at: Their tokens. Shape (x,).
    """

    tokens: Tokens
    pairs: U64
    ends: U64
    last: Places
    extra: U64
    at: Places

    def others(self) -> tuple[tuple[U64, Places], ...]:
        """Return the keys of all things but single tokens, each with its texts, ascending."""
        row = self.tokens.row
        return (
            (self.pairs, row),
            (self.ends, row[self.last]),
            (self.extra, row[self.at]),
        )


def gather(texts: Sequence[str]) -> Counted:
    """Return everything that can be counted in `texts`, one row per text."""
    return count(split(join(texts), len(texts)))


def count(tokens: Tokens) -> Counted:
    """Return everything that can be counted in texts that were split already."""
    first = np.ones(len(tokens.key), dtype=np.bool_)
    first[1:] = tokens.row[1:] != tokens.row[:-1]
    before = np.empty_like(tokens.key)
    before[1:] = tokens.key[:-1]
    before[first] = BEGIN
    last = np.flatnonzero(np.append(first[1:], True)[: len(first)])
    ends = mix(tokens.key[last], np.full(len(last), END))
    negated, shouted = _negated(tokens), np.flatnonzero(tokens.flags & CAPS)
    loud, held = _once(tokens, shouted), _once(tokens, tokens.held)
    key = tokens.key
    extra = (
        mix(np.full(len(negated), NOT), key[negated]),
        mix(np.full(len(shouted), SHOUT), key[shouted]),
        np.full(len(loud), SHOUT),
        np.full(len(held), HOLD),
    )
    at = np.concatenate([negated, shouted, loud, held])
    order = np.argsort(at, kind="stable")
    return Counted(tokens, mix(before, key), ends, last, np.concatenate(extra)[order], at[order])


def sentences(tokens: Tokens, most: int = 60) -> tuple[Tokens, Places]:
    """Cut texts of more than `most` tokens after each mark, so that none outgrows its words.

    What has no marks is cut every `most` tokens.

    Returns:
        The tokens, their rows renumbered to stretches, and the text of each stretch. Every
        text keeps at least one stretch. Shape (s,).
    """
    sizes = np.bincount(tokens.row, minlength=tokens.rows)
    if sizes.max(initial=0) <= most:
        return tokens, np.arange(tokens.rows)
    begin = np.cumsum(sizes) - sizes
    long = (sizes > most)[tokens.row]
    mark = tokens.flags & MARK != 0
    after = np.zeros(len(tokens.row), dtype=np.bool_)
    after[1:] = mark[:-1] & ~mark[1:]
    place = np.arange(len(after))
    since = place - np.maximum.accumulate(np.where(after, place, begin[tokens.row]))
    cut = long & (after | (since % most == 0)) & (place != begin[tokens.row])
    stretch = tokens.row + np.cumsum(cut)
    owner = np.repeat(
        np.arange(tokens.rows), 1 + np.bincount(tokens.row[cut], minlength=tokens.rows)
    )
    return replace(tokens, row=stretch, rows=len(owner)), owner


def understood(tokens: Tokens, known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the share of each text's words and signs that are `known`, 1 where it has none.

    Marks do not count: every language has them.

    Args:
        tokens: Of n texts.
        known: Which tokens are known. Shape (t,).

    Returns:
        Shape (n,), in [0, 1].
    """
    said = tokens.flags & MARK == 0
    words = np.bincount(tokens.row[said], minlength=tokens.rows)
    heard = np.bincount(tokens.row[said & known], minlength=tokens.rows)
    return np.where(words > 0, heard / np.maximum(words, 1), 1.0)


def _once(tokens: Tokens, which: Places) -> Places:
    """Keep the first of each text's tokens among `which`."""
    return np.asarray(which[np.diff(tokens.row[which], prepend=-1) != 0])


def _negated(tokens: Tokens) -> Places:
    """Return which words stand within three tokens after a negator, before any mark."""
    place = np.arange(len(tokens.key))
    found = np.minimum(np.searchsorted(NEGATORS, tokens.key), len(NEGATORS) - 1)
    negator = np.where(NEGATORS[found] == tokens.key, place, -9)
    since = place - np.maximum.accumulate(negator)
    close = np.flatnonzero((since > 0) & (since <= REACH))
    whence = close - since[close]
    marks = np.cumsum(tokens.flags & MARK != 0)
    open_ = (marks[close] == marks[whence]) & (tokens.row[close] == tokens.row[whence])
    return np.asarray(close[open_ & (tokens.flags[close] & WORD != 0)])


REACH = 3
NEGATING = (
    "not no never none nobody nothing neither nor without hardly barely cannot cant dont wont "
    "isnt doesnt didnt wasnt arent shouldnt wouldnt couldnt aint nope don't won't isn't doesn't "
    "didn't wasn't aren't shouldn't wouldn't couldn't can't ain't haven't hasn't hadn't weren't"
)
NEGATORS = np.sort(
    np.array([key_of(word) for word in NEGATING.split()], dtype=np.uint64),
)
BEGIN, END, NOT, SHOUT, HOLD = (np.uint64(0x5EED0000 + n) for n in range(5))
