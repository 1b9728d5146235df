"""SQL over the tables of a lake, run by polars on lazy scans."""

__all__ = ["answer"]

import re
from collections.abc import Callable, Sequence

import polars as pl

from affectory.core.errors import BadQuery
from affectory.store.guarded import guarded


def answer(text: str, tables: Sequence[str], scan: Callable[[str], pl.LazyFrame]) -> pl.DataFrame:
    """Return the answer to the query `text`.

    Args:
        text: One SELECT, with or without WITH; functions that open files are refused.
        tables: The tables there are.
        scan: Gives a lazy view of one of them.

    Raises:
        BadQuery: if the query cannot be run, or is more than a question to these tables.
    """
    try:
        checked = guarded(text)
    except ValueError as error:
        raise BadQuery(str(error), map(_plain, tables)) from None
    known = {_plain(name): name for name in tables}
    known |= {name: name for name in tables}
    # a table that the query does not mention need not be looked at
    named = {word: name for word, name in known.items() if word.casefold() in checked.casefold()}
    seen = {name: scan(name) for name in set(named.values())}
    try:
        context = pl.SQLContext({word: seen[name] for word, name in named.items()})
        result = context.execute(checked, eager=True)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise BadQuery(_sentence(error), sorted({*map(_plain, tables)})) from None
    return result


def _plain(name: str) -> str:
    """Return the name of a table as SQL takes it without quotes."""
    return re.sub(r"\W", "_", name)


def _sentence(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
