"""Words of a speaker in the order they were said, and means over windows of them."""

__all__ = ["Stream"]

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.groups import Names
from affectory.senses.scoring import Scored

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stream:
    """Listed words, speaker by speaker, each speaker's in the order they were said.

    Sums are kept in whole numbers, so that a window's mean does not depend on what was said
    before it or by whom.

    Args:
        actor: Who says each of the n records. Length n.
        row: The record of each word. Shape (h,).
        place: How many of the speaker's words, listed or not, came before. Shape (h,).
        count: How many listed ones did. Shape (h,).
        left: How many listed ones come from here on. Shape (h,).
        values: What each word says. Shape (h, k).
    """

    actor: Names
    row: Places
    place: Places
    count: Places
    left: Places
    values: Floats

    @classmethod
    def of(cls, said: Scored, session: Names, actor: Names) -> Self:
        """Sort the words of `said` by session and speaker."""
        group = session.codes.astype(np.int64) * (len(actor.names) + 1) + actor.codes
        records = np.argsort(group, kind="stable")
        words = said.words[records]
        before = np.cumsum(words) - words
        opens = np.diff(group[records], prepend=-1) != 0
        before -= np.maximum.accumulate(np.where(opens, before, 0))
        offset = np.empty_like(before)
        offset[records] = before
        order = np.argsort(group[said.row], kind="stable")
        mine = group[said.row[order]]
        low, high = np.searchsorted(mine, mine), np.searchsorted(mine, mine, side="right")
        at = np.arange(len(mine))
        row = said.row[order]
        place = offset[row] + said.place[order]
        return cls(actor, row, place, at - low, high - at, said.values[order])

    def firsts(self, size: int, step: int, least: int) -> Places:
        """Return the words with which a window begins. Shape (m,)."""
        enough = self.count + self.left >= least
        return np.flatnonzero(enough & (self.left >= size) & (self.count % step == 0))

    def means(self, first: Places, size: int) -> tuple[Floats, Floats]:
        """Return mean and standard error of each window. Shapes (m, k), (m, k)."""
        total = _running(self.values, FINE)
        mean = (total[first + size] - total[first]) / (size * FINE)
        if size == 1:
            return mean, np.full_like(mean, np.nan)
        coarse = np.rint(self.values * COARSE)
        plain, square = _running(coarse, 1.0), _running(coarse**2, 1.0)
        whole = (plain[first + size] - plain[first]).astype(np.float64)
        power = (square[first + size] - square[first]).astype(np.float64)
        gap = np.maximum(size * power - whole * whole, 0.0)
        return mean, np.sqrt(gap / (size - 1)) / (size * COARSE)


def _running(values: Floats, unit: float) -> Places:
    """Return sums over the rows so far, exact in units of 1 / unit. Shape (h + 1, k).

    A sum that overflows comes round again, and differences of sums stay right.
    """
    whole = np.rint(values * unit).astype(np.int64)
    return np.concatenate([np.zeros((1, values.shape[1]), np.int64), np.cumsum(whole, axis=0)])


FINE, COARSE = 2.0**36, 2.0**20  # units of sums, of sums of squares
