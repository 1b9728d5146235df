"""Weighted word lists: what each word, phrase or emoji says on some axes.

A `Lexicon` holds weights on the house's scales: [-1, 1] for dimensions such as valence, by
``x -> 2 (x - low) / (high - low) - 1`` from the list's own range, and [0, 1] for emotions
that a word carries or not. No list of others is part of this package; `read_lexicon` reads
the usual ones from where their licences let you keep them, and `starter` is a small list
of our own.
"""

__all__ = ["Lexicon", "read_lexicon", "starter"]

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, BadValues
from affectory.core.space import Axis
from affectory.senses.match import Index
from affectory.senses.tongue import kinds_of
from affectory.senses.wordfile import table_of
from affectory.senses.wordlist import WordList, make_out

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Words and their weights on some axes.

    Args:
        name: Short name, such as "labMT_English".
        words: Words, phrases, emoji; a `*` at the end of a word stands for any ending.
        weights: One row a word, within the bounds of `axes`. Shape (w, k).
        axes: What the columns mean.
        spread: Standard deviation between raters, NaN where unknown. Shape (w, k).
        language: ISO 639-1 code of the words, empty where it is not known.
        source: Where the list comes from.
        licence: What may be done with it.
        reading: How the list was read: columns, scale, what was left out.

    Raises:
        BadValues: if shapes differ, or a weight is missing or out of bounds.
    """

    name: str
    words: tuple[str, ...]
    weights: Floats
    axes: tuple[Axis, ...]
    spread: Floats | None = None
    language: str = ""
    source: str = ""
    licence: str = ""
    reading: str = ""

    def __post_init__(self) -> None:
        """Check and freeze the arrays."""
        shape = len(self.words), len(self.axes)
        for name in ("weights", "spread"):
            array = getattr(self, name)
            if array is None:
                continue
            array = np.array(array, dtype=np.float64)
            if array.shape != shape or not len(self.words):
                raise BadValues(f"lexicon {self.name}: {name}", array.shape, f"{shape}, >= 1 word")
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        low, high = self.bounds
        if not ((self.weights >= low) & (self.weights <= high)).all():
            raise BadValues(f"lexicon {self.name}", "a weight outside of its axis", "legal weights")

    def __len__(self) -> int:
        """Return how many words there are."""
        return len(self.words)

    def __eq__(self, other: object) -> bool:
        """Whether both give the same words the same weights and spreads."""
        if not isinstance(other, Lexicon):
            return NotImplemented
        mine = (self.name, self.words, self.axes, self.language)
        if mine != (other.name, other.words, other.axes, other.language):
            return False
        mine_spread, other_spread = (
            np.zeros(0) if one.spread is None else one.spread for one in (self, other)
        )
        same = np.array_equal(mine_spread, other_spread, equal_nan=True)
        return same and np.array_equal(self.weights, other.weights)

    def __hash__(self) -> int:
        """Return a hash of name and size."""
        return hash((self.name, len(self.words), self.axes))

    def __repr__(self) -> str:
        """Return name, size and axes; never the words."""
        names = ", ".join(axis.name for axis in self.axes)
        return f"Lexicon({self.name!r}, {len(self)} words, axes {names})"

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Least and greatest weight of each axis. Shapes (k,), (k,)."""
        low = np.array([axis.low for axis in self.axes])
        return low, np.array([axis.high for axis in self.axes])

    @cached_property
    def index(self) -> Index:
        """The words, made ready to be found; built on first use."""
        return Index.of(self.words, kinds_of(self.language))

    @cached_property
    def digest(self) -> str:
        """A hash of words, weights, spreads, axes and language; not of the name."""
        spread = b"" if self.spread is None else self.spread.tobytes()
        told = repr((self.words, self.axes, self.language)).encode()
        return hashlib.blake2b(told + self.weights.tobytes() + spread, digest_size=8).hexdigest()

    @property
    def unread(self) -> tuple[str, ...]:
        """Entries that no text can hold, such as faces with letters and digits."""
        return tuple(self.words[at] for at in self.index.unread)


def read_lexicon(
    source: str | Path | pl.DataFrame,
    word: str | None = None,
    axes: Mapping[str, str] | Sequence[str] | None = None,
    scale: tuple[float, float] | None = None,
    neutral: tuple[float, float] | None = None,
    name: str | None = None,
    language: str | None = None,
    licence: str = "",
) -> Lexicon:
    """Read any weighted word list; what is not named is guessed and told in `reading`.

    Args:
        source: A CSV, TSV, parquet or Arrow file (CSV and TSV also as .gz), or a table.
        word: The column of the words.
        axes: Columns that hold weights, as axis -> column, or columns that name themselves.
        scale: Least and greatest weight that the list could hold, in its units. Guessed as
            the first of 0..1, -1..1, 1..5, 1..7, 1..9, -3..3, -4..4, -5..5, 0..10, 0..100
            that holds every weight.
        neutral: Drop words whose first weight lies strictly between these, in the list's
            units; (4, 6) is the usual one for labMT.
        name: Name of the list; the file's name by default.
        language: ISO 639-1 code; texts in another listed language are then not scored.
            By default "en" for lists whose form exists in English alone, else unknown.
        licence: What may be done with the list, for your own record.

    Raises:
        MissingFile: if there is no such file.
        BadFile: if it holds no table.
        BadColumn: if a column cannot be told, or a named one is absent.
        BadChoice: if a scale cannot be told, or `neutral` leaves no word.

    Example:
        >>> import polars as pl
        >>> from affectory.senses.lexicon import read_lexicon
        >>> table = pl.DataFrame({"word": ["joy", "grief"], "valence": [8.2, 1.8]})
        >>> read_lexicon(table, scale=(1, 9)).weights.round(2).tolist()
        [[0.8], [-0.8]]
    """
    table = source if isinstance(source, pl.DataFrame) else table_of(Path(source))
    held = make_out(table, word, axes, scale)
    keep = _outside(held, neutral)
    file = "" if isinstance(source, pl.DataFrame) else str(source)
    stem = Path(file).name.split(".")[0] if file else "words"
    dropped = int((~keep).sum())
    reading = held.reading + f"; {dropped} neutral words dropped" * (dropped > 0)
    return Lexicon(
        name or stem,
        tuple(w for w, on in zip(held.words, keep.tolist(), strict=True) if on),
        _rescaled(held)[keep],
        tuple(Axis(axis, 0.0 if held.flags else -1.0, 1.0) for axis in held.names),
        None if held.spread is None else held.spread[keep] * _stretch(held),
        _english(table) if language is None else language,
        file,
        licence,
        reading,
    )


@cache
def starter() -> Lexicon:
    """Return the house's own small list: common English emotion words and emoji in `vad`.

    Weights are the judgement of its authors, to one decimal; no rater study stands behind
    them. It makes the first run work; for research, read a published list.
    """
    with as_file(files("affectory.senses") / "starter_lexicon.csv") as path:
        own = read_lexicon(path, scale=(-1.0, 1.0), name="starter", language="en")
    return replace(own, source="affectory, own judgement", licence="Apache-2.0")


def _stretch(held: WordList) -> float:
    """Return how many house units one unit of the list is."""
    low, high = held.scale
    return (1.0 if held.flags else 2.0) / (high - low)


def _rescaled(held: WordList) -> Floats:
    """Return the weights on the house's scale, rounded to twelve decimals."""
    base = 0.0 if held.flags else -1.0
    return np.round(base + (held.weights - held.scale[0]) * _stretch(held), 12)


def _outside(held: WordList, neutral: tuple[float, float] | None) -> NDArray[np.bool_]:
    """Return which words are outside of the neutral band. Shape (w,)."""
    if neutral is None:
        return np.ones(len(held.words), dtype=np.bool_)
    first = held.weights[:, 0]
    keep = (first <= neutral[0]) | (first >= neutral[1])
    if not keep.any():
        raise BadChoice("neutral", neutral, "a narrower band: this one holds every word")
    return np.asarray(keep)


def _english(table: pl.DataFrame) -> str:
    """Return "en" for the forms of Warriner and VADER, which exist in English alone."""
    warriner = "V.Mean.Sum" in table.columns
    first: tuple[Any, ...] = table.row(0) if table.height else ()
    vader = len(first) == 4 and str(first[3]).startswith("[")
    return "en" if warriner or vader else ""
