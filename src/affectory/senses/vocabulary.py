"""Known words and their vectors, and what stands in for words that are not known.

The vectors of a source are turned onto their strongest directions and made of length one. An
unknown word has the vector of its source, turned the same way; one that the source does not know
either has a fixed direction. Words are kept as hashes.
"""

__all__ = ["Vocabulary"]

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.senses.wordvectors import WordVectors

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words and their vectors.

    Args:
        keys: Hashes of the words, ascending. Shape (v,).
        table: Vectors of length one. Shape (v, d).
        middle: Mean of the source's vectors. Shape (e,).
        turn: Their strongest directions. Shape (e, d).
    """

    keys: NDArray[np.uint64]
    table: Floats
    middle: Floats
    turn: Floats

    @classmethod
    def of(cls, words: Sequence[str], source: WordVectors, width: int = 100) -> Self:
        """Return `words` with the vectors of `source` on its `width` strongest directions.

        The rows of `table` are in the order of `sorted_words(words)`.
        """
        ordered = cls.sorted_words(words)
        own = source.vectors(ordered).astype(np.float64)
        middle = own.mean(axis=0)
        turn = np.linalg.svd(own - middle, full_matrices=False)[2][:width].T
        return cls(_hashes(ordered), _unit((own - middle) @ turn), middle, turn)

    @staticmethod
    def sorted_words(words: Sequence[str]) -> list[str]:
        """Return the words in the order in which their rows stand."""
        return [words[at] for at in np.argsort(_hashes(words), kind="stable")]

    def moved(self, table: ArrayLike) -> Self:
        """Return the same words with other vectors. Shape (v, d)."""
        return replace(self, table=np.asarray(table, np.float64))

    def vectors(self, words: Sequence[str], source: WordVectors) -> Floats:
        """Return a vector of length one for each word. Shape (n, d)."""
        keys = _hashes(words)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found, strange = self.table[at], self.keys[at] != keys
        if strange.any():
            asked = [words[n] for n in np.flatnonzero(strange).tolist()]
            fresh = sorted(set(asked))
            own = source.vectors(fresh).astype(np.float64)
            rows = dict(zip(fresh, _unit((own - self.middle) @ self.turn), strict=True))
            found[strange] = [rows[word] for word in asked]
        return np.asarray(found)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of_arrays` makes it from."""
        table, turn = self.table.astype(np.float32), self.turn.astype(np.float32)
        return {"keys": self.keys, "table": table, "middle": self.middle, "turn": turn}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        table, turn = (arrays[name].astype(np.float64) for name in ("table", "turn"))
        return cls(arrays["keys"], table, arrays["middle"], turn)


def _unit(rows: Floats) -> Floats:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    lost = np.full(rows.shape[1], rows.shape[1] ** -0.5)
    return np.asarray(np.where(length > 1e-9, rows / np.maximum(length, 1e-9), lost))


def _hashes(words: Sequence[str]) -> NDArray[np.uint64]:
    told = (hashlib.blake2b(word.encode(errors="replace"), digest_size=8) for word in words)
    return np.frombuffer(b"".join(each.digest() for each in told), np.uint64)
