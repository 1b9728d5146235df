"""What raters are compared with: what the method said, and who spoke."""

__all__ = ["likewise", "perceived", "spoken"]

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.space import Kind, Space
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


def likewise(trace: Shelf, space: Space, axis: str) -> list[str]:
    """Return Spaces of a trace that have this axis within these bounds, the own one first.

    Of dimensions alone: a share of seven emotions is not one of twenty-eight.
    """
    if space.kind is not Kind.DIMENSIONS:
        return [space.name]

    def ends(one: Space) -> tuple[float, float, str]:
        told = one.axes[one.index(axis)]
        return told.low, told.high, told.unit

    known = [s for s in trace.lake.spaces() if s.kind is space.kind and axis in s.names]
    alike = {one.name for one in known if ends(one) == ends(space)}
    return [space.name, *(name for name in trace.spaces if name in alike - {space.name})]


def spoken(trace: Shelf, session: str) -> dict[int, str]:
    """Return who spoke each turn of a session, by its `seq`."""
    rows = trace.lake.scan("records").filter(pl.col("session") == session)
    return dict(rows.select("seq", "actor").collect().iter_rows())
