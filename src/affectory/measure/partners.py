"""Two actors of one session laid side by side.

Turns alternate and times are irregular, so what a partner feels at some time is the last
state known by then; a missing state says that it is not known until the next one.
"""

__all__ = ["FEWEST_STATES", "Grid", "Pairs", "Steps", "last_row"]

from dataclasses import dataclass
from typing import Self

import numpy as np

from affectory.core.errors import BadValues
from affectory.core.trajectory import Trajectory
from affectory.measure.series import Flags, Floats, Rows, Series

FEWEST_STATES = 8  # of either actor within the span of both
_DENSEST = 4  # times for each state, where most intervals are much shorter than the others
_EARLY = 1e-9  # share of a grid step by which rounding may put a time too early


@dataclass(frozen=True)
class Pairs:
    """The two actors of each pair that is measured, p pairs.

    Args:
        a: Group of the one. Shape (p,).
        b: Group of the other, later in the order of actors. Shape (p,).
        session: Code of their session. Shape (p,).
        left: How many pairs of the same sessions are left out.
    """

    a: Rows
    b: Rows
    session: Rows
    left: int = 0

    @classmethod
    def of(cls, felt: Trajectory, most: int = 50) -> Self:
        """Find the pairs of `felt`, in each session the `most` with most common states.

        They are sought among those actors of a session who have most states, twice as many
        as make `most` pairs, so that a crowd costs no more than its most talkative.

        Args:
            felt: States of any number of sessions.
            most: How many pairs of a session are kept, >= 1.

        Raises:
            BadValues: if the states are draws of possible futures.
        """
        if felt.draw is not None:
            raise BadValues("dyads", "states with draws", "one course per actor", "choose a draw")
        states = _Crowd.of(felt)
        one, other = states.pairs(2 * _actors_of(most))
        session = states.session[one]
        order = np.lexsort((other, one, -states.common(one, other), session))
        place = np.arange(len(order)) - np.searchsorted(session[order], session[order])
        kept = np.sort(order[place < most])
        by_actor = kept[np.lexsort((other[kept], one[kept]))]
        a, b = one[by_actor], other[by_actor]
        _, crowd = np.unique(states.session, return_counts=True)
        every = int((crowd * (crowd - 1) // 2).sum())
        return cls(a, b, states.session[a], every - len(a))

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self.a)


@dataclass(frozen=True)
class _Crowd:
    """When each group has states on any axis, g groups.

    Args:
        session: Code of its session. Shape (g,).
        count: Known states. Shape (g,).
        series: The states, as one Series whose values only tell whether there is one.
    """

    session: Rows
    count: Rows
    series: Series

    @classmethod
    def of(cls, felt: Trajectory) -> Self:
        some = np.where(np.isnan(felt.values).all(axis=1), np.nan, 0.0)
        start = np.asarray(felt.start)
        s = Series(felt.space.axes[0], felt.groups.offsets, some, start)
        return cls(felt.groups.session.astype(np.int64), s.size.astype(np.int64), s)

    def pairs(self, most: int) -> tuple[Rows, Rows]:
        """Return every two of the `most` groups with most states of each session. (q,), (q,)."""
        order = np.lexsort((-self.count, self.session))
        place = np.arange(len(order)) - np.searchsorted(self.session[order], self.session[order])
        kept = np.sort(order[place < most])
        session = self.session[kept]
        found: list[Rows] = [np.zeros((2, 0), np.int64)]
        apart = 1
        while (one := np.flatnonzero(session[apart:] == session[: len(session) - apart])).size:
            found.append(np.stack([kept[one], kept[one + apart]]))
            apart += 1
        both = np.concatenate(found, axis=1)
        return both[0], both[1]

    def common(self, one: Rows, other: Rows) -> Rows:
        """Return the known states of whom has fewer, within the span of both. Shape (q,)."""
        return np.minimum(*_known_within(self.series, one, other))


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
        """Lay the pairs of one axis on even times, as dense as the denser of both is sampled.

        The times run over the span in which both have a state, by the lesser of their median
        intervals; a pair with fewer than `FEWEST_STATES` of either in it gets none.
        """
        start, stop = _shared(s, pairs.a, pairs.b)
        span, enough = stop - start, _enough(s, pairs)
        rows = np.maximum(*(_within(s, side, start, stop) for side in (pairs.a, pairs.b)))
        pace = np.fmin(s.pace[pairs.a], s.pace[pairs.b])
        step = np.maximum(pace, span / (_DENSEST * np.maximum(rows, 1)))
        enough &= step > 0
        step = np.where(enough, step, np.nan)
        size = np.floor(np.where(enough, span, 0.0) / np.where(enough, step, 1.0) + _EARLY) + 1
        size = np.where(enough, size, 0).astype(np.int64)
        head = np.append(0, np.cumsum(size))
        pair = np.repeat(np.arange(len(pairs)), size)
        place = np.arange(head[-1]) - head[pair]
        time = start[pair] + (place + _EARLY) * step[pair]
        held = (_held(s, side[pair], time) for side in (pairs.a, pairs.b))
        return cls(pair, head, step, *held)


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
        fine &= (source >= 0) & s.known[source] & np.tile(_enough(s, pairs), 2)[way]
        row, way, source = row[fine], way[fine], source[fine]
        head = np.searchsorted(way, np.arange(len(taker) + 1))
        return cls(way, head, s.off[row], s.off[row - 1], s.off[source])


def last_row(s: Series, group: Rows, time: Floats, *, before: bool) -> Rows:
    """Return the last row of each `group` by `time` (before it, or at it), -1 for none (q,)."""
    low, high = s.offsets[group], s.offsets[group + 1]
    while (open_ := low < high).any():
        middle = np.where(open_, (low + high) // 2, 0)
        early = s.t[middle] < time if before else s.t[middle] <= time
        low = np.where(open_ & early, middle + 1, low)
        high = np.where(open_ & ~early, middle, high)
    return np.where(low > s.offsets[group], low - 1, -1)


def _actors_of(most: int) -> int:
    """Return how many actors make `most` pairs."""
    return int(np.ceil((1 + np.sqrt(1 + 8 * most)) / 2))


def _enough(s: Series, pairs: Pairs) -> Flags:
    """Return which pairs have states enough of either to be compared. Shape (p,)."""
    return np.minimum(*_known_within(s, pairs.a, pairs.b)) >= FEWEST_STATES


def _shared(s: Series, one: Rows, other: Rows) -> tuple[Floats, Floats]:
    """Return from when to when both have known states, NaN for never. Shapes (q,), (q,)."""
    begin, end = s.pick(s.t, s.first(s.known)), s.pick(s.t, s.last(s.known))
    return np.maximum(begin[one], begin[other]), np.minimum(end[one], end[other])


def _known_within(s: Series, one: Rows, other: Rows) -> tuple[Rows, Rows]:
    """Return the known states of each in the span of both. Shapes (q,), (q,)."""
    start, stop = _shared(s, one, other)
    so_far = np.append(0, np.cumsum(s.known))

    def known(group: Rows) -> Rows:
        last, rows = _until(s, group, stop), _within(s, group, start, stop)
        return np.where(rows > 0, so_far[last + 1] - so_far[last + 1 - np.maximum(rows, 0)], 0)

    return known(one), known(other)


def _until(s: Series, group: Rows, stop: Floats) -> Rows:
    """Return the last row of each group until `stop`, the one before the group for none. (q,)."""
    last = last_row(s, group, np.where(np.isnan(stop), -np.inf, stop), before=False)
    return np.maximum(last, s.offsets[group] - 1)


def _within(s: Series, group: Rows, start: Floats, stop: Floats) -> Rows:
    """Return how many rows of each group lie from start to stop. Shape (p,)."""
    begin = np.where(np.isnan(start), -np.inf, start)
    first = last_row(s, group, begin, before=True)
    return _until(s, group, stop) - np.maximum(first, s.offsets[group] - 1)


def _held(s: Series, group: Rows, time: Floats) -> Floats:
    row = last_row(s, group, time, before=False)
    fine = (row >= 0) & (s.known[row] if len(s.x) else row >= 0)
    return np.where(fine, s.off[row] if len(s.x) else 0.0, np.nan)
