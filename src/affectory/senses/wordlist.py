"""Make out what a table of weighted words says: which column is what, on which scale.

Known by their shape: NRC-VAD (word, valence, arousal, dominance in [0, 1] or [-1, 1], with
or without a header), NRC-EmoLex and NRC intensity (word, emotion, number: the long form),
Warriner et al. (``V.Mean.Sum`` ..., 1 to 9, with SDs), labMT (word, happiness, 1 to 9, no
header; also its full table), VADER (token, mean, SD, ratings; -4 to 4), and any table with
a header that names its columns. Every guess is told in `WordList.reading` and can be
overruled by naming it.
"""

__all__ = ["WordList", "make_out"]

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, BadColumn

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WordList:
    """What a table of weighted words says, in its own units.

    Args:
        words: The entries. Length w.
        names: Names of the axes. Length k.
        weights: In the units of the list. Shape (w, k).
        spread: Standard deviations between raters, NaN where unknown. Shape (w, k).
        scale: Least and greatest weight that the list could hold.
        flags: Whether the weights are presence or strength in [0, 1], with 0 for none.
        reading: What was taken for what.
    """

    words: tuple[str, ...]
    names: tuple[str, ...]
    weights: Floats
    spread: Floats | None
    scale: tuple[float, float]
    flags: bool
    reading: str


@dataclass(frozen=True, slots=True)
class _Roles:
    """Which column is what."""

    word: str
    axes: dict[str, str]  # axis -> column
    spread: dict[str, str]  # axis -> column of its SD


def make_out(
    table: pl.DataFrame,
    word: str | None = None,
    axes: Mapping[str, str] | Sequence[str] | None = None,
    scale: tuple[float, float] | None = None,
) -> WordList:
    """Return what `table` says; what is not named is guessed.

    Args:
        table: One row an entry, or one row an entry and emotion.
        word: The column of the entries.
        axes: Columns that hold weights, as axis -> column, or columns that name themselves.
        scale: Least and greatest weight that the list could hold.

    Raises:
        BadColumn: if no column of entries or of weights can be told, or a named one is absent.
        BadChoice: if the scale cannot be told, or a weight lies outside of a named one.
    """
    long = axes is None and word is None and _is_long(table)
    wide = _widened(table) if long else table
    roles = _roles(wide, word, axes)
    held = wide.select(
        pl.col(roles.word).cast(pl.String).alias("word"),
        *[_number(wide, column).alias(f"w{i}") for i, column in enumerate(roles.axes.values())],
        *[_number(wide, column).alias(f"s:{axis}") for axis, column in roles.spread.items()],
    ).filter(pl.col("word").str.strip_chars().str.len_chars() > 0)
    columns = [f"w{i}" for i in range(len(roles.axes))]
    weighed = held.filter(pl.all_horizontal(pl.col(columns).is_finite()))
    weights = weighed.select(columns).to_numpy().astype(np.float64).reshape(-1, len(columns))
    span = _scale(weights, scale)
    signed = set(roles.axes) & {"valence", "arousal", "dominance"}
    flags = not signed and span == (0.0, 1.0)
    told = [f"{column} is {axis}" for axis, column in roles.axes.items()]
    how = f"{roles.word} is the word; {', '.join(told)}; scale {span[0]:g} to {span[1]:g}"
    how += f"; {held.height - weighed.height} rows without weights" * (held.height > weighed.height)
    return WordList(
        tuple(weighed["word"].str.strip_chars().to_list()),
        tuple(roles.axes),
        weights,
        _spread(weighed, tuple(roles.axes)),
        span,
        flags,
        how,
    )


def _roles(
    table: pl.DataFrame, word: str | None, axes: Mapping[str, str] | Sequence[str] | None
) -> _Roles:
    """Return which column is what: as named, else by its name, else by its place."""
    word = word or _word_column(table)
    named = axes if isinstance(axes, Mapping) else {a: a for a in axes or ()}
    for column in (word, *named.values()):
        if column not in table.columns:
            raise BadColumn(column, table.columns, "name columns that it has")
    if named:
        return _Roles(word, dict(named), _spread_columns(table, named))
    rest = [c for c in table.columns if c != word and _is_numeric(table, c)]
    known = {}
    for column in rest:
        axis = AXES.get(_plain(column))
        if axis and axis not in known:
            known[axis] = column
    if known:
        order = [a for a in ("valence", "arousal", "dominance") if a in known]
        known = {axis: known[axis] for axis in order}
        return _Roles(word, known, _spread_columns(table, known))
    if rest and rest[0].startswith("column_"):
        return _by_place(table, word, rest)
    free = {_plain(c): c for c in rest if not ASIDE.search(c.lower())}
    if not free:
        raise BadColumn("weights", table.columns, "name them: axes={'valence': 'column'}")
    return _Roles(word, free, {})


def _by_place(table: pl.DataFrame, word: str, rest: list[str]) -> _Roles:
    """Return the roles in a table without a header."""
    if _holds_lists(table):  # VADER: mean, SD, the ratings themselves
        return _Roles(word, {"valence": rest[0]}, {"valence": rest[1]})
    if len(rest) not in (1, 2, 3):
        cure = "name them: axes={'valence': 'column_2'}"
        raise BadColumn("weights (the table has no header)", table.columns, cure)
    return _Roles(word, dict(zip(("valence", "arousal", "dominance"), rest, strict=False)), {})


def _word_column(table: pl.DataFrame) -> str:
    for column in table.columns:
        if _plain(column) in WORD_NAMES:
            return column
    for column in table.columns:
        if not _is_numeric(table, column):
            return column
    raise BadColumn("the words", table.columns, "name it: word='column'")


def _spread_columns(table: pl.DataFrame, axes: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that hold the SD of each axis, where they can be told by name."""
    by_name = {_plain(column): column for column in table.columns}
    out = {}
    for axis, column in axes.items():
        base = re.sub(r"_?(mean|average|avg)", "", _plain(column)).replace("_sum", "")
        for name in (f"{base}_sd_sum", f"{base}_sd", f"{base}_std", f"{base}_standard_deviation"):
            if name in by_name:
                out[axis] = by_name[name]
    return out


def _is_long(table: pl.DataFrame) -> bool:
    """Whether rows are word, emotion, number, with few emotions for many rows."""
    if table.width != 3:
        return False
    number = [_is_numeric(table, column) for column in table.columns]
    kinds = [table[column].n_unique() for column in table.columns]
    return number.count(True) == 1 and min(kinds[1], kinds[2]) <= 64 and kinds[0] > 1


def _widened(table: pl.DataFrame) -> pl.DataFrame:
    """Return a long table with one column an emotion; an emotion that is not told is 0."""
    word = table.columns[0]
    number = next(c for c in table.columns[1:] if _is_numeric(table, c))
    kind = next(c for c in table.columns[1:] if c != number)
    cells = table.select(pl.col(word), pl.col(kind), _number(table, number).alias(number))
    wide = cells.drop_nulls().pivot(kind, index=word, values=number, aggregate_function="first")
    return wide.with_columns(pl.exclude(word).fill_null(0.0))


def _number(table: pl.DataFrame, column: str) -> pl.Expr:
    """Return a column as numbers; what is none becomes null."""
    if table[column].dtype == pl.String:
        return pl.col(column).str.strip_chars().cast(pl.Float64, strict=False)
    return pl.col(column).cast(pl.Float64, strict=False)


def _is_numeric(table: pl.DataFrame, column: str) -> bool:
    """Whether nine in ten of the cells that hold something hold a number."""
    held = table[column].drop_nulls()
    if held.dtype == pl.String:
        held = held.filter(held.str.strip_chars() != "")
    if held.is_empty() or not (held.dtype.is_numeric() or held.dtype == pl.String):
        return False
    read = table.select(_number(table, column)).to_series().is_not_null().sum()
    return bool(read >= 0.9 * len(held))


def _holds_lists(table: pl.DataFrame) -> bool:
    cells = [table[column].cast(pl.String, strict=False)[0] for column in table.columns]
    return any((cell or "").startswith("[") for cell in cells)


def _plain(column: str) -> str:
    """Return a column's name in lower case with underscores."""
    return re.sub(r"[^0-9a-z]+", "_", column.lower()).strip("_")


def _spread(table: pl.DataFrame, axes: tuple[str, ...]) -> Floats | None:
    have = [f"s:{axis}" in table.columns for axis in axes]
    if not any(have):
        return None
    nothing = pl.lit(None, pl.Float64)
    columns = [
        (pl.col(f"s:{axis}") if ok else nothing).fill_null(np.nan).alias(axis)
        for axis, ok in zip(axes, have, strict=True)
    ]
    return table.select(columns).to_numpy().astype(np.float64).reshape(-1, len(axes))


def _scale(weights: Floats, named: tuple[float, float] | None) -> tuple[float, float]:
    """Return the range that weights could take: as named, or the least usual one that fits."""
    if not weights.size:
        raise BadChoice("scale", "of a list without weights", "a list with at least one number")
    low, high = float(weights.min()), float(weights.max())
    if named is not None:
        if not (named[0] < named[1] and named[0] <= low and high <= named[1]):
            raise BadChoice("scale", named, f"a range that holds {low:g} to {high:g}")
        return float(named[0]), float(named[1])
    for least, greatest in SCALES:
        if least <= low and high <= greatest:
            return least, greatest
    raise BadChoice("scale", None, f"a range that holds {low:g} to {high:g}: scale=(low, high)")


SCALES: tuple[tuple[float, float], ...] = (
    (0.0, 1.0), (-1.0, 1.0), (1.0, 5.0), (1.0, 7.0), (1.0, 9.0), (-3.0, 3.0), (-4.0, 4.0),
    (-5.0, 5.0), (0.0, 10.0), (0.0, 100.0),
)  # fmt: skip
WORD_NAMES = frozenset(("word", "words", "term", "token", "lemma", "entry", "phrase", "ngram"))
AXES: dict[str, str] = {
    name: axis
    for axis, names in {
        "valence": "valence v v_mean_sum v_mean valence_mean val pleasure happiness "
        "happiness_average sentiment polarity score",
        "arousal": "arousal a a_mean_sum a_mean arousal_mean activation",
        "dominance": "dominance d d_mean_sum d_mean dominance_mean control potency",
    }.items()
    for name in names.split()
}
ASIDE = re.compile(
    r"(\bsd\b|std|stdev|deviation|rank|count|freq|\bn\b|rating|^column_|index|\bid\b)"
)
