"""What raters are compared with: what the method said, and who spoke."""

__all__ = ["perceived", "spoken"]

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.measure.panel import held
from affectory.web.shelf import Shelf

Floats = NDArray[np.float64]


def perceived(
    trace: Shelf, session: str, spaces: Sequence[str], axes: Sequence[str], at: Floats
) -> Floats | None:
    """Return what the method says at some times of a session, None where it says nothing.

    Args:
        trace: The trace.
        session: The session.
        spaces: Where to look, the best first: valence is valence in VA and in VAD.
        axes: Names of the axes; NaN for one that the method does not know.
        at: Times of the session. Shape (n,).

    Returns:
        Shape (n, k).
    """
    told: dict[str, Floats] = {}
    for name in spaces:
        if trace.method not in trace.authors(name, session):
            continue
        felt = trace.lake.states(name, session, by=trace.method)
        order = np.argsort(felt.start, kind="stable")
        for axis in {*axes} & {*felt.space.names} - {*told}:
            said = felt.axis(axis)[order].astype(np.float64)
            told[axis] = held(at, felt.start[order], said)
    none = np.full(len(at), np.nan)
    return np.column_stack([told.get(axis, none) for axis in axes]) if told else None


def spoken(trace: Shelf, session: str) -> dict[int, str]:
    """Return who spoke each turn of a session, by its `seq`."""
    rows = trace.lake.scan("records").filter(pl.col("session") == session)
    return dict(rows.select("seq", "actor").collect().iter_rows())
