"""Records and their states side by side, row for row.

A Trajectory sorts its rows by actor; what learns from states wants them in the order of the
records that they were read from.
"""

__all__ = ["abreast", "spoken"]

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.records import Records
from affectory.core.trajectory import Trajectory


def abreast(records: Records, felt: Trajectory) -> NDArray[np.float64]:
    """Return the states of `records`, in their order; NaN for one without. Shape (n, k).

    States are found by session and `seq`; a `felt` that has no `seq` belongs to no record.

    Example:
        >>> from affectory.perceive.lexicon import LexiconEmotion, toy
        >>> from affectory.represent.abreast import abreast
        >>> abreast(toy(), LexiconEmotion().perceive(toy())["vad"])[:, 0].round(2).tolist()
        [0.9, -0.67, nan]
    """
    names = felt.space.names
    if felt.seq is None:
        return np.full((len(records), len(names)), np.nan)
    table = felt.to_polars().select("session", "seq", *names)
    keys = records.frame.select("session", "seq")
    both = keys.join(table, on=("session", "seq"), how="left", maintain_order="left")
    return both.select(pl.col(names).cast(pl.Float64).fill_null(np.nan)).to_numpy()


def spoken(records: Records) -> tuple[Records, NDArray[np.int64]]:
    """Return the records whose text is not blank, and their places among all."""
    says = pl.col("text").fill_null("").str.strip_chars() != ""
    at = records.frame.select(says.arg_true()).to_series().to_numpy()
    return records.where(says), at.astype(np.int64)
