"""Tables as csv that a spreadsheet shows and never runs.

A cell of text that begins with one of `= + - @`, wide or not, a tab or an end of a line is a
formula to a spreadsheet, whoever said it. Such a cell gets an apostrophe in front, which a
spreadsheet takes for "this is text" and another reader can strip. Numbers, dates and truth
values are left as they are: a negative number stays one.
"""

__all__ = ["harmless", "write_csv"]

from pathlib import Path

import polars as pl

ARMED = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with an apostrophe before every text and column name that could be run.

    Args:
        frame: Flat columns.

    Example:
        >>> import polars as pl
        >>> from affectory.store.export import harmless
        >>> harmless(pl.DataFrame({"text": ["=1+1", "so = so"], "n": [-1, 2]})).rows()
        [("'=1+1", -1), ('so = so', 2)]
    """
    worded = (pl.String, pl.Categorical, pl.Enum)
    names = [name for name, kind in frame.schema.items() if kind in worded]
    told = frame.with_columns(_told(pl.col(name).cast(pl.String)).alias(name) for name in names)
    return told.rename({name: f"'{name}" for name in frame.columns if name.startswith(ARMED)})


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write `frame` to `path` as `harmless` has it; nested columns become JSON.

    Args:
        frame: What to write.
        path: Where to; a file that is there is replaced.
    """
    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    told = [pl.struct(name).struct.json_encode().alias(name) for name in nested]
    harmless(frame.with_columns(told)).write_csv(path)


def _told(text: pl.Expr) -> pl.Expr:
    armed = pl.any_horizontal(text.str.starts_with(sign) for sign in ARMED)
    return pl.when(armed).then(pl.lit("'") + text).otherwise(text)
