"""Records whose copies share a session, so that no fold parts them."""

__all__ = ["Grouped", "grouped"]

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.records import Records
from affectory.parts.alike import together


class Grouped(NamedTuple):
    """The same records, some of whose sessions are one now.

    Attributes:
        records: Session, actor and text of each, and nothing else.
        order: Which of the records given each one is. Shape (n,).
    """

    records: Records
    order: NDArray[np.int64]


def grouped(records: Records) -> Grouped:
    """Return records of which those whose texts read the same are of one session."""
    frame = records.frame.select("session", "actor", "text")
    names = together(frame["text"].fill_null("").to_list(), frame["session"].to_list())
    frame = frame.with_columns(session=pl.Series(names)).with_row_index("at")
    frame = pl.concat(frame.partition_by("session", maintain_order=True))  # as Records will sort
    return Grouped(Records(frame.drop("at")), frame["at"].to_numpy().astype(np.int64))
