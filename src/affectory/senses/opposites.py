"""Which listed words mean alike and which are opposed, by the weights of a lexicon.

On emotions: words that carry the same one at 0.5 or more, against those of the opposite one
(joy and sadness, trust and disgust, anger and fear, surprise and anticipation; Plutchik 1980).
On valence: words of one sign at 0.5 or more, against those of the other. Of many partners the
nearest by all weights are taken; of equally near ones, those that chance puts first.
"""

__all__ = ["AffectPairs", "affect_pairs"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.senses.lexicon import Lexicon

Floats = NDArray[np.float64]
Pairs = NDArray[np.int64]
STRONG = 0.5


class AffectPairs(NamedTuple):
    """Pairs of places in a list of words, each pair once, the lesser place first.

    Attributes:
        alike: Shape (m, 2).
        opposed: Shape (l, 2).
    """

    alike: Pairs
    opposed: Pairs


def affect_pairs(
    lexicon: Lexicon, words: Sequence[str], most: int = 6, seed: int = 0
) -> AffectPairs:
    """Return the pairs among `words` that `lexicon` tells of.

    Args:
        lexicon: Weights on a valence axis, or on emotions.
        words: n distinct words in lower case.
        most: Partners of each kind that one word chooses.
        seed: Seed of the choice among equals.

    Raises:
        BadChoice: if the lexicon has neither valence nor opposite emotions.
    """
    place = {word: at for at, word in enumerate(words)}
    both = [(place[word], at) for at, word in enumerate(lexicon.words) if word in place]
    both = [both[at] for at in np.random.default_rng(seed).permutation(len(both))]
    own, listed = np.array(both, np.int64).reshape(-1, 2).T
    weights = np.asarray(lexicon.weights)[listed]
    main, against, mirrored = _sides(lexicon, weights)
    alike = _chosen(weights, weights, main, main, most)
    opposed = _chosen(mirrored, weights, against, main, most)
    return AffectPairs(
        *(np.unique(np.sort(own[found], axis=1), axis=0) for found in (alike, opposed))
    )


def _sides(lexicon: Lexicon, weights: Floats) -> tuple[Pairs, Pairs, Floats]:
    """Return the side of each word, the opposite one (-1: none), and its weights mirrored."""
    names = [axis.name for axis in lexicon.axes]
    if "valence" in names:
        at = names.index("valence")
        main = np.where(np.abs(weights[:, at]) >= STRONG, (weights[:, at] > 0).astype(int), -1)
        mirrored = weights.copy()
        mirrored[:, at] *= -1
        return main, np.where(main >= 0, 1 - main, -1), mirrored
    other = np.array([names.index(OPPOSITE[n]) if OPPOSITE.get(n) in names else -1 for n in names])
    if (other < 0).all():
        raise BadChoice("lexicon", names, "one with valence, or with opposite emotions")
    main = np.where(weights.max(axis=1, initial=0) >= STRONG, weights.argmax(axis=1), -1)
    mirrored = np.where(other >= 0, weights[:, other], 0.0)
    return main, np.where(main >= 0, other[main], -1), mirrored


def _chosen(aim: Floats, weights: Floats, wanted: Pairs, main: Pairs, most: int) -> Pairs:
    """Return, for each word, the `most` others of the wanted side nearest to its aim. (m, 2)."""
    found = [np.empty((0, 2), np.int64)]
    for side in np.unique(wanted[wanted >= 0]):
        asks, have = np.flatnonzero(wanted == side), np.flatnonzero(main == side)
        far = ((aim[asks, None, :] - weights[None, have, :]) ** 2).sum(axis=2)
        far[asks[:, None] == have[None, :]] = np.inf
        near = np.argsort(far, axis=1, kind="stable")[:, :most]
        row = np.repeat(asks, near.shape[1])
        pairs = np.column_stack([row, have[near].ravel()])
        found.append(pairs[np.isfinite(np.take_along_axis(far, near, axis=1)).ravel()])
    return np.concatenate(found)


_PLUTCHIK = ("joy sadness", "trust disgust", "anger fear", "surprise anticipation")
OPPOSITE = {
    one: other for pair in _PLUTCHIK for one, other in (pair.split(), reversed(pair.split()))
}
