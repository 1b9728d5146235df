"""A piece of a table as it lies in the file: the source's own columns and line numbers."""

__all__ = ["Chunk", "Chunks"]

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from affectory.sources.reading import rejected


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table.

    Args:
        frame: The rows, under the names that the source gives its columns.
        line: Where each row begins in the file, from 1. Length n.
        rejected: Rows that could not be taken apart.
    """

    frame: pl.DataFrame
    line: pl.Series
    rejected: pl.DataFrame = field(default_factory=rejected)


class Chunks(Protocol):
    """The rows of one table, from its beginning at every call."""

    def __call__(self, only: tuple[str, ...] | None = None) -> Iterator[Chunk]:
        """Yield the rows; with `only`, columns of other names may be left out."""
        ...
