"""Windows that look back from each moment of a person: which rows lie in them, and their sums."""

__all__ = ["TWO_WEEKS", "Windows", "of_persons", "width_of"]

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.core.groups import Names
from affectory.core.records import Clock

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
TWO_WEEKS = 14.0  # days
DAY = {Clock.DAYS: 1.0, Clock.SECONDS: 86400.0}  # clock units


@dataclass(frozen=True, eq=False)
class Windows:
    """For each row, in order of person and time, the rows of the ``width`` before it.

    Args:
        order: The rows by person and time. Shape (n,).
        low: First place in `order` of each window, which ends with its own row. Shape (n,).
        high: One past the last; rows of the same time are in it. Shape (n,).
    """

    order: Places
    low: Places
    high: Places

    @classmethod
    def of(cls, person: Places, start: Floats, width: float) -> Self:
        """Lay the windows ``(start - width, start]``. Shapes (n,), (n,)."""
        order = np.lexsort((start, person))
        who, when = person[order], start[order]
        first = np.searchsorted(who, who)
        last = np.searchsorted(who, who, side="right")
        low, high = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
        for begin in np.unique(first):
            end = last[begin]
            times = when[begin:end]
            low[begin:end] = begin + np.searchsorted(times, times - width, side="right")
            high[begin:end] = begin + np.searchsorted(times, times, side="right")
        return cls(order, low, high)

    def sums(self, rows: NDArray[Any]) -> Floats:
        """Return the sum over each window of `rows` (n, k), in `order`. Shape (n, k)."""
        total = np.cumsum(rows[self.order], axis=0, dtype=np.float64)
        total = np.concatenate([np.zeros((1, rows.shape[1])), total])
        return np.asarray(total[self.high] - total[self.low])


def of_persons(
    session: Names, actor: Names, start: Floats, width: float, across: bool
) -> tuple[Windows, dict[str, pl.Series]]:
    """Return the windows of each person, and whose and when each is.

    Args:
        session: Of n rows.
        actor: Of the same rows: a person.
        start: When each begins. Shape (n,).
        width: Length of the windows in clock units.
        across: Whether a person's sessions are read as one, called "all"; else each stands alone.

    Returns:
        The windows, and session, actor and start in their order.
    """
    person = actor.codes.astype(np.int64)
    if across:
        session = Names(np.zeros(len(start), np.int32), ("all",))
    person += session.codes.astype(np.int64) * (len(actor.names) + 1)
    windows = Windows.of(person, start, width)
    told = {name: names.take(windows.order).to_series(name)
            for name, names in (("session", session), ("actor", actor))}  # fmt: skip
    return windows, {**told, "start": pl.Series("start", start[windows.order])}


def width_of(clock: Clock, width: float | None) -> float:
    """Return a width in clock units; two weeks where none is given.

    Raises:
        BadChoice: if it is not above 0, or the clock has no days and none is given.
    """
    if width is None and clock in DAY:
        return TWO_WEEKS * DAY[clock]
    if width is None or not width > 0:
        raise BadChoice("width", width, f"a number of {clock.value} above 0")
    return width
