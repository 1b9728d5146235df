"""What went wrong with a call, by the wording of what came back: families of errors.

The engine beneath polars has no backtracking: no answer of a tool, however hostile, takes more
than linear time. A family is a word for an error, never a bare word that policies and data hold
too: "timed out", not "timeout"; "409 conflict", not "conflict".
"""

__all__ = ["Fault", "families", "faults"]

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import polars as pl


class Fault(NamedTuple):
    """One error that a text tells of.

    Attributes:
        row: Which text.
        family: Which of `families`.
        start: First character of the wording.
        stop: One past the last.
        text: The wording.
    """

    row: int
    family: str
    start: int
    stop: int
    text: str


def faults(texts: Sequence[str], kind: str) -> list[Fault]:
    """Return the first family of errors that each text tells of, and where.

    Args:
        texts: Answers of tools.
        kind: `failures` of the call, or of its `environment`.
    """
    if not texts:
        return []
    rows = pl.int_range(len(texts), eager=True)
    every = pl.DataFrame({"row": rows, "text": pl.Series(list(texts), dtype=pl.String)})
    left = every.filter(
        pl.col("text").str.contains_any(_table()["hints"], ascii_case_insensitive=True)
    )
    out: list[Fault] = []
    for family, rule in families(kind).items():
        if left.is_empty():
            break
        hit = pl.col("text").str.contains(rule)
        found = left.filter(hit).with_columns(
            at=pl.col("text").str.find(rule), said=pl.col("text").str.extract(f"({rule})", 1)
        )
        for row, text, at, said in found.rows():
            start = len(text.encode()[:at].decode(errors="ignore"))
            out.append(Fault(row, family, start, start + len(said), said))
        left = left.filter(~hit)
    return sorted(out)


@cache
def families(kind: str) -> dict[str, str]:
    """Return regular expressions by family: of `failures` of a call, or of its `environment`.

    They are listed in the order in which they are tried.
    """
    return {family: r"(?i)\b(?:" + "|".join(ways) + ")" for family, ways in _table()[kind].items()}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("faults.toml").read_text(encoding="utf-8"))
