"""From the words and cues of a sentence to nine probabilities: one logistic read-out a symptom.

``p_k = c sigmoid(r_1 (bias_k + x . w_k) + r_2 own_k + r_3 figure_k + r_4 outer_k + r_5)``: x are
TF-IDF weights of words, their beginnings and pairs, own_k is the strongest cue of symptom k that
is the writer's, and figure_k, outer_k tell of figures of speech and outer causes. Words that are
another person's, over, supposed or quoted are not in x; denied words are other words. `read` is
fitted on authored sentences, which are clearer than what persons write; c makes up for that: of
210 mentions in posts, read by hand, 181 stood. Fitted on a user's own texts, c is 1.
"""

__all__ = ["Head", "Seen", "grams"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from affectory.parts.calibrate import sigmoid
from affectory.senses.scopes import Scope, Scoped

Floats = NDArray[np.float64]
CEILING = 0.86  # see above; `affectory bench symptoms` prints it as "stood"


class Seen(NamedTuple):
    """What is known of n sentences.

    Attributes:
        grams: Keys of words, beginnings and pairs, sentence by sentence. Length n.
        own: Strength of the strongest cue that is the writer's, 0 for none. Shape (n, 9).
        figure: Whether a figure of speech hides a cue. Shape (n, 9).
        outer: Whether an outer cause stands beside a cue. Shape (n, 9).
    """

    grams: list[list[int]]
    own: Floats
    figure: Floats
    outer: Floats

    def rows(self, keep: NDArray[Any]) -> "Seen":
        """Return some of the sentences, by index."""
        return Seen([self.grams[at] for at in keep], self.own[keep], self.figure[keep],
                    self.outer[keep])  # fmt: skip

    def without_cues(self) -> "Seen":
        """Return the same sentences as if no cue were known."""
        none = np.zeros_like(self.own)
        return self._replace(own=none, figure=none, outer=none)


def grams(told: Scoped, blocked: int, kept: Sequence[tuple[int, int]]) -> list[int]:
    """Return keys of the words, their beginnings and pairs that are the writer's own.

    Args:
        told: A sentence with its scopes.
        blocked: Scopes whose words do not count, bits of `Scope`.
        kept: Stretches of characters that count whatever reaches them.
    """
    spared = {at for span in kept for at in range(*told.places(*span))}
    out, before = [], ""
    for at, word in enumerate(told.words):
        if told.flags[at] & blocked and at not in spared:
            before = ""
            continue
        said = "!" + word if told.flags[at] & Scope.DENIED else word
        out.append(crc32(said.encode()))
        if len(word) > STEM:
            out.append(crc32(f"{said[: STEM + 1]}*".encode()))
        out.append(crc32(f"{before} {said}".encode()))
        before = said
    return out


@dataclass(frozen=True, eq=False)
class Head:
    """Weights of words, and how words and cues are read together.

    Args:
        keys: Keys of grams, ascending. Shape (v,).
        idf: How rare each is. Shape (v,).
        words: Shape (v, 9).
        bias: Shape (9,).
        read: Weights of the words' log-odds, own, figure, outer, and a shift. Shape (5,).
        ceiling: The greatest probability, in (0, 1].
    """

    keys: NDArray[np.uint32]
    idf: NDArray[np.float32]
    words: NDArray[np.float32]
    bias: Floats
    read: Floats
    ceiling: float = CEILING

    @classmethod
    def fit(cls, seen: Seen, truth: Floats, fewest: int = 3, ridge: float = 0.3) -> Self:
        """Learn weights of words from sentences, as if no cue were known.

        Args:
            seen: n sentences.
            truth: 1 where a symptom holds. Shape (n, 9).
            fewest: Sentences that must share a gram for it to count.
            ridge: Penalty of the weights of words, in rows.
        """
        k = truth.shape[1]
        once = [np.unique(np.array(row, np.uint32)) for row in seen.grams]
        held, counts = np.unique(np.concatenate(once), return_counts=True)
        keys = held[counts >= fewest]
        idf = np.log((1 + len(truth)) / (1 + counts[counts >= fewest])) + 1
        none = np.zeros((len(keys), k), np.float32)
        bare = cls(keys, idf.astype(np.float32), none, np.full(k, -2.0), REST)
        x = np.zeros((len(truth), len(keys)), np.float32)
        for at, row in enumerate(seen.grams):
            column, weight = bare._weighted(row)
            x[at, column] = weight
        words, bias = _logistic(x, truth, ridge)
        return replace(bare, words=words, bias=bias)

    def logits(self, seen: Seen) -> Floats:
        """Return the log-odds that words alone give. Shape (n, 9)."""
        out = np.empty((len(seen.grams), len(self.bias)))
        for at, row in enumerate(seen.grams):
            column, weight = self._weighted(row)
            out[at] = weight @ self.words[column]
        return out + self.bias

    def sides(self, seen: Seen) -> Floats:
        """Return what `read` weighs. Shape (n, 9, 5)."""
        words = self.logits(seen)
        return np.stack([words, seen.own, seen.figure, seen.outer, np.ones_like(words)], axis=-1)

    def chances(self, sides: Floats) -> Floats:
        """Return probabilities from words and cues together. Shape (n, 9)."""
        return np.asarray(self.ceiling * sigmoid(sides @ self.read))

    def calibrated(self, sides: Floats, truth: Floats, ridge: float = 1.0) -> Self:
        """Return the head with `read` fitted to sentences that it has not learned from.

        Newton's method on the log loss over all symptoms at once; `ridge` holds it near a
        reading in which a cue outweighs words.

        Args:
            sides: Of n sentences. Shape (n, 9, 5).
            truth: 1, 0, or NaN where nobody looked. Shape (n, 9).
            ridge: How many rows the resting point is worth.
        """
        known = ~np.isnan(truth)
        x, y = sides[known], truth[known]
        read = REST.copy()
        for _ in range(50):
            p = sigmoid(x @ read)
            slope = x.T @ (p - y) + ridge * (read - REST)
            curve = (x * (p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(read))
            step = np.clip(np.linalg.solve(curve, slope), -1, 1)
            read = read - step
            if np.abs(step).max() < 1e-9:
                break
        return replace(self, read=read)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `made` makes it from."""
        return {
            "keys": self.keys,
            "idf": self.idf.astype(np.float16),
            "words": self.words.astype(np.float16),
            "bias": self.bias,
            "read": self.read,
        }

    @staticmethod
    def made(arrays: Mapping[str, NDArray[Any]], note: Mapping[str, Any]) -> "Head":
        """Return what `arrays` told of."""
        idf, words = (arrays[name].astype(np.float32) for name in ("idf", "words"))
        return Head(arrays["keys"], idf, words, arrays["bias"], arrays["read"])

    def _weighted(self, row: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return which grams are known and their weights, of length one together."""
        keys = np.unique(np.array(row, np.uint32))
        if not len(keys):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        column = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        known = column[self.keys[column] == keys]
        weight = self.idf[known]
        return known, weight / max(float(np.sqrt((weight**2).sum())), 1e-9)


def _logistic(
    x: NDArray[np.float32], truth: Floats, ridge: float
) -> tuple[NDArray[np.float32], Floats]:
    """Minimise the log loss by accelerated steps; return weights and bias."""
    n, k = truth.shape
    words: NDArray[np.float32] = np.zeros((x.shape[1], k), np.float32)
    bias = np.full(k, -2.0)
    w, b = words, bias
    for turn in range(STEPS):
        miss = sigmoid(x @ w + b) - truth
        down = x.T @ miss.astype(np.float32) + ridge * w
        new_words = np.asarray(w - (FAST / n) * down, np.float32)
        new_bias = b - RATE * miss.sum(axis=0) / n
        push = turn / (turn + 3)
        w = np.asarray(new_words + push * (new_words - words), np.float32)
        b = new_bias + push * (new_bias - bias)
        words, bias = new_words, new_bias
    return words, bias


STEM = 5  # letters of a word's beginning
STEPS, FAST, RATE = 150, 15.0, 3.0  # steps; their length for words and for bias
REST = np.array([1.0, 5.0, -1.0, -1.0, 0.0])  # a reading in which a cue outweighs words
