"""Texts as weighted words and neighbours: TF-IDF, and its strongest directions.

``(1 + log tf) * (log((1 + n) / (1 + df)) + 1)``, rows of length one (Salton & Buckley 1988, in
the smoothed form that scikit-learn uses). Words are those of `senses.tokens`, so upper case and
held letters are folded; neighbours are pairs of words of one text. What is kept is a hash of each
word, never the word.
"""

__all__ = ["TfIdf", "Topics"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import NoRecords
from affectory.senses.tokens import MARK, join, mix, split

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
U64 = NDArray[np.uint64]
ROWS = 512  # texts whose dense rows are held at once


class Cells(NamedTuple):
    """Weights of the words of n texts, in order of row.

    Attributes:
        row: Which text. Shape (m,).
        column: Which word. Shape (m,).
        weight: Its weight. Shape (m,).
    """

    row: Places
    column: Places
    weight: Floats


@dataclass(frozen=True, eq=False)
class TfIdf:
    """A vocabulary of hashed words and pairs, and how rare each is.

    Args:
        keys: Hashes, ascending. Shape (v,).
        idf: Weight of each, > 0. Shape (v,).
    """

    keys: U64
    idf: Floats

    @classmethod
    def of(cls, texts: Sequence[str], fewest: int = 3) -> Self:
        """Learn the words and pairs that at least `fewest` of the `texts` hold.

        Raises:
            NoRecords: if there is no such word.
        """
        row, key = _seen(texts)
        once = np.unique(np.rec.fromarrays([key, row]))
        keys, df = np.unique(once["f0"], return_counts=True)
        keys, df = keys[df >= fewest], df[df >= fewest]
        if not len(keys):
            raise NoRecords("TfIdf", f"give texts that share words, {fewest} of them at least")
        return cls(keys, np.log((1 + len(texts)) / (1 + df)) + 1)

    def cells(self, texts: Sequence[str]) -> Cells:
        """Return the weights of the known words of `texts`; a text without any has none."""
        row, key = _seen(texts)
        column = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        held = self.keys[column] == key
        v = len(self.keys)
        cell, tf = np.unique(row[held] * v + column[held], return_counts=True)
        row, column = cell // v, cell % v
        weight = (1 + np.log(tf)) * self.idf[column]
        norm = np.sqrt(np.bincount(row, weight**2, len(texts)))
        return Cells(row, column, weight / norm[row])

    def dense(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row a text, of length one or of zeros. Shape (n, v)."""
        found = self.cells(texts)
        out = np.zeros((len(texts), len(self.keys)), np.float32)
        out[found.row, found.column] = found.weight
        return out


@dataclass(frozen=True, eq=False)
class Topics:
    """TF-IDF rows turned onto the directions in which some texts varied most.

    Args:
        words: The vocabulary.
        turn: The directions, orthonormal columns. Shape (v, k).
    """

    words: TfIdf
    turn: NDArray[np.float32]

    @classmethod
    def of(cls, texts: Sequence[str], k: int = 200, fewest: int = 3) -> Self:
        """Learn the `k` strongest directions (fewer where the texts have fewer).

        Raises:
            NoRecords: if no word is shared by `fewest` texts.
        """
        words = TfIdf.of(texts, fewest)
        rows = words.dense(texts)
        power, side = np.linalg.eigh((rows @ rows.T).astype(np.float64))
        strong = np.flatnonzero(power > 1e-6 * power[-1])[::-1][:k]
        turn = rows.T @ (side[:, strong] / np.sqrt(power[strong])).astype(np.float32)
        return cls(words, turn * np.sign(turn[np.abs(turn).argmax(axis=0), np.arange(len(strong))]))

    def rows(self, texts: Sequence[str]) -> Floats:
        """Return the place of each text on the directions. Shape (n, k)."""
        parts = [(self.words.dense(texts[at : at + ROWS]) @ self.turn).astype(np.float64)
                 for at in range(0, len(texts), ROWS)]  # fmt: skip
        return np.concatenate(parts) if parts else np.empty((0, self.turn.shape[1]))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of_arrays` makes it from."""
        return {"keys": self.words.keys, "idf": self.words.idf, "turn": self.turn}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        return cls(TfIdf(arrays["keys"], arrays["idf"]), arrays["turn"])


def _seen(texts: Sequence[str]) -> tuple[Places, U64]:
    """Return the text and the key of each word and of each pair of neighbours."""
    tokens = split(join(texts), len(texts))
    word = tokens.flags & MARK == 0
    row, key = tokens.row[word], tokens.key[word]
    near = row[1:] == row[:-1]
    pair = mix(key[:-1][near], key[1:][near])
    return np.concatenate([row, row[1:][near]]), np.concatenate([key, pair])
