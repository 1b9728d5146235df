"""Two actors of one session laid side by side, and surrogates in which they never met.

Turns alternate and times are irregular, so what a partner feels at some time is the last
state known by then; a missing state says that it is not known until the next one.
"""

__all__ = ["Grid", "Pairs", "Steps", "Surrogate", "last_row"]

from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, BadValues
from affectory.core.trajectory import Trajectory
from affectory.measure.series import Floats, Rows, Series

_EARLY = 1e-9  # share of a grid step by which rounding may put a time too early


class Surrogate(Enum):
    """How a world without influence is made from the data."""

    SHIFT = auto()  # the partner's own course, rotated by a random time: keeps its inertia
    PARTNER = auto()  # the course of a partner from another session: keeps a common script


@dataclass(frozen=True)
class Pairs:
    """Every two actors of one session, p pairs.

    Args:
        a: Group of the one. Shape (p,).
        b: Group of the other, later in the order of actors. Shape (p,).
        session: Code of their session. Shape (p,).
    """

    a: Rows
    b: Rows
    session: Rows

    @classmethod
    def of(cls, felt: Trajectory) -> Self:
        """Find the pairs of `felt`.

        Raises:
            BadValues: if the states are draws of possible futures.
        """
        if felt.draw is not None:
            raise BadValues("dyads", "states with draws", "one course per actor", "choose a draw")
        session = felt.groups.session.astype(np.int64)
        found: list[Rows] = []
        apart = 1
        while (one := np.flatnonzero(session[apart:] == session[: len(session) - apart])).size:
            found.append(np.stack([one, one + apart]))
            apart += 1
        both = np.concatenate(found, axis=1) if found else np.zeros((2, 0), np.int64)
        both = both[:, np.lexsort(both[::-1])]
        return cls(both[0], both[1], session[both[0]])

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self.a)


@dataclass(frozen=True)
class Grid:
    """Both courses of each pair at common, even times, N in all.

    Args:
        pair: Which pair each time belongs to. Shape (N,).
        head: First row of each pair, and the total. Shape (p + 1,).
        step: Clock units between two times of each pair. Shape (p,).
        a: Deviation of the one from its mean, NaN where not known. Shape (N,).
        b: The same of the other. Shape (N,).
    """

    pair: Rows
    head: Rows
    step: Floats
    a: Floats
    b: Floats

    @classmethod
    def of(cls, s: Series, pairs: Pairs) -> Self:
        """Lay the pairs of one axis on even times, as many as the denser of both has states.

        The times run over the span in which both have a state; under three of them a pair
        gets none.
        """
        first, last = s.first(s.known), s.last(s.known)
        begin, end = s.pick(s.t, first), s.pick(s.t, last)
        start = np.maximum(begin[pairs.a], begin[pairs.b])
        span = np.minimum(end[pairs.a], end[pairs.b]) - start
        stop = start + span
        size = np.maximum(*(_within(s, side, start, stop) for side in (pairs.a, pairs.b)))
        size = np.where((span > 0) & (size >= 3), size, 0)
        step = np.where(size > 0, span / np.maximum(size - 1, 1), np.nan)
        head = np.append(0, np.cumsum(size))
        pair = np.repeat(np.arange(len(pairs)), size)
        place = np.arange(head[-1]) - head[pair]
        time = start[pair] + (place + _EARLY) * step[pair]
        held = (_held(s, side[pair], time) for side in (pairs.a, pairs.b))
        return cls(pair, head, step, *held)

    def parted(self, how: Surrogate, session: Rows, rng: np.random.Generator) -> Floats:
        """Return `b` of a surrogate. Shape (N,)."""
        return self.b[_elsewhere(self.head, self.pair, how, session, rng)]


@dataclass(frozen=True)
class Steps:
    """Each state, its own last one and the partner's last one before it; both directions.

    Args:
        way: Directed pair of each step: pair p as a to b, p + number of pairs as b to a.
            Shape (M,).
        head: First step of each way, and the total. Shape (2 p + 1,).
        now: State that is explained, as a deviation from its group's mean. Shape (M,).
        own: The same actor's last state. Shape (M,).
        partner: The partner's last state before `now`. Shape (M,).
    """

    way: Rows
    head: Rows
    now: Floats
    own: Floats
    partner: Floats

    @classmethod
    def of(cls, s: Series, pairs: Pairs) -> Self:
        """Find the steps of one axis whose three states are all known."""
        giver = np.concatenate([pairs.a, pairs.b])
        taker = np.concatenate([pairs.b, pairs.a])
        size = np.diff(s.offsets)[taker]
        way = np.repeat(np.arange(len(taker)), size)
        row = np.arange(len(way)) - (np.cumsum(size) - size)[way] + s.offsets[taker][way]
        row, way = row[1:], way[1:]  # the very first row has no row before it
        source = last_row(s, giver[way], s.t[row], before=True)
        fine = s.paired[row - 1] & (s.group[row] == s.group[row - 1])
        fine &= (source >= 0) & s.known[source]
        row, way, source = row[fine], way[fine], source[fine]
        head = np.searchsorted(way, np.arange(len(taker) + 1))
        return cls(way, head, s.off[row], s.off[row - 1], s.off[source])

    def parted(self, how: Surrogate, session: Rows, rng: np.random.Generator) -> Floats:
        """Return `partner` of a surrogate. Shape (M,)."""
        both = np.concatenate([session, session])
        return self.partner[_elsewhere(self.head, self.way, how, both, rng)]


def last_row(s: Series, group: Rows, time: Floats, *, before: bool) -> Rows:
    """Return the last row of each `group` by `time` (before it, or at it), -1 for none (q,)."""
    low, high = s.offsets[group], s.offsets[group + 1]
    while (open_ := low < high).any():
        middle = np.where(open_, (low + high) // 2, 0)
        early = s.t[middle] < time if before else s.t[middle] <= time
        low = np.where(open_ & early, middle + 1, low)
        high = np.where(open_ & ~early, middle, high)
    return np.where(low > s.offsets[group], low - 1, -1)


def _within(s: Series, group: Rows, start: Floats, stop: Floats) -> Rows:
    """Return how many rows of each group lie from start to stop. Shape (p,)."""
    known = ~np.isnan(start + stop)
    first = last_row(s, group, np.where(known, start, -np.inf), before=True)
    last = last_row(s, group, np.where(known, stop, -np.inf), before=False)
    head = s.offsets[group]
    return np.maximum(last, head - 1) - np.maximum(first, head - 1)


def _held(s: Series, group: Rows, time: Floats) -> Floats:
    row = last_row(s, group, time, before=False)
    fine = (row >= 0) & (s.known[row] if len(s.x) else row >= 0)
    return np.where(fine, s.off[row] if len(s.x) else 0.0, np.nan)


def _elsewhere(
    head: NDArray[np.int64],
    part: Rows,
    how: Surrogate,
    session: Rows,
    rng: np.random.Generator,
) -> Rows:
    """Return for each row the row of a surrogate that stands in its place."""
    size = np.diff(head)
    place = np.arange(len(part)) - head[part]
    if how is Surrogate.SHIFT:
        shift = rng.integers(1, np.maximum(size, 2))  # never 0: that would be the data itself
        return np.asarray(head[part] + (place + shift[part]) % np.maximum(size, 1)[part])
    other = _strangers(size, session, rng)[part]
    return np.asarray(head[other] + place * size[other] // size[part])


def _strangers(size: Rows, session: Rows, rng: np.random.Generator) -> Rows:
    """Return for each part one of another session that has rows. Shape (p,)."""
    full = np.flatnonzero(size > 0)
    if len(np.unique(session[full])) < 2:
        raise BadChoice("surrogate", Surrogate.PARTNER, "SHIFT, as there is a single session")
    other = full[rng.integers(0, len(full), len(size))]
    while (same := (session[other] == session)).any():
        other = np.where(same, full[rng.integers(0, len(full), len(size))], other)
    return np.asarray(other)
