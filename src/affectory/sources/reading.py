"""What a reader is told, and what it hands back: column names, records, rejected rows."""

__all__ = ["REJECTED", "Columns", "Reading", "RowsLeftOut", "rejected"]

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl

from affectory.core.records import Records

REJECTED: dict[str, Any] = {
    "file": pl.String,
    "line": pl.Int64,  # from 1; 0 means the file as a whole
    "reason": pl.String,
    "raw": pl.String,
}
LONGEST = 65_536  # characters of a rejected row that are kept


@dataclass(frozen=True)
class Columns:
    """The user's own names for the roles of a table; None leaves the choice to the reader.

    Args:
        session: Which conversation a row belongs to.
        actor: Who speaks or feels.
        text: What was said.
        time: When it began: a date and time, seconds, or ``hh:mm:ss``.
        stop: When it ended, in the same form.
        seq: Place within the session; it outranks `time` as the order of the rows.

    Example:
        >>> from affectory.sources import Columns
        >>> Columns(text="body").named
        {'text': 'body'}
    """

    session: str | None = None
    actor: str | None = None
    text: str | None = None
    time: str | None = None
    stop: str | None = None
    seq: str | None = None

    @property
    def named(self) -> dict[str, str]:
        """The roles that were given a name."""
        return {role: name for role, name in asdict(self).items() if name is not None}


def rejected(rows: Iterable[tuple[str, int, str, str | None]] = ()) -> pl.DataFrame:
    """Return a frame of rejected rows from (file, line, reason, raw) tuples."""
    return pl.DataFrame(list(rows), schema=REJECTED, orient="row").with_columns(
        pl.col("raw").str.head(LONGEST)
    )


class RowsLeftOut(UserWarning):
    """Some rows of a source could not be used."""

    def __init__(self, count: int, source: str) -> None:
        rows = "1 row" if count == 1 else f"{count:,} rows"
        super().__init__(f"{source}: {rows} left out; sources.read_with_rejects says which and why")


@dataclass(frozen=True)
class Reading:
    """One batch that was read.

    Args:
        source: The file, or ``<frame>``, or ``<stdin>``.
        layout: Which reader read it; a key of `LAYOUTS`.
        columns: Which column was used for which role, guessed or named.
        records: Whole sessions only; None where nothing usable was found.
        rejected: Rows that were not used: file, line (from 1; 0 is the file as a whole),
            reason and raw.
        notes: What was assumed where the file did not say, in whole sentences.
    """

    source: str
    layout: str
    columns: Mapping[str, str]
    records: Records | None
    rejected: pl.DataFrame = field(default_factory=rejected)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return how many records there are."""
        return 0 if self.records is None else len(self.records)
