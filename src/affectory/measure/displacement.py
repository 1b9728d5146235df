"""Leaving the home base and coming back: displacements of emotion in one dimension.

Paper: Hipson & Mohammad 2021, "Emotion dynamics in movie dialogues". The home base is the
band of `width` standard deviations about the mean; a displacement is a run of states outside.
Two readings (`Convention`):

PLAIN, ours: the standard deviation has divisor n - 1, as variability; a flip from one side
to the other, and a gap, end a displacement; each displacement counts once in every mean;
rates use the clock, from the last state before leaving to the peak and from the peak to the
first state after returning, and leave out a way that was not seen whole.

REFERENCE, as the authors' own code does it: divisor n; a flip goes on, under the name of its
first side; one displacement more is counted than the series returns home (two readings: one
too many when it ends at home); lengths, peaks and rates are weighted by steps, peaks over all
states with 0 at home; rates are per step, counted from the first displaced state to the peak
and from it to the last displaced state.
"""

__all__ = ["Convention", "Home", "Outings", "leave", "outings"]

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from affectory.core.errors import BadChoice
from affectory.measure.catalogue import Reason
from affectory.measure.columns import Column, column
from affectory.measure.series import Flags, Floats, Rows, Series

_ROUNDING = 1e-12


@dataclass(frozen=True)
class Outings:
    """Every state's place and every displacement of a Series, d of them.

    Args:
        series: The states.
        home: Centre of each group's home base. Shape (g,).
        half: Half-width of it. Shape (g,).
        side: 1 above, -1 below, 0 at home or missing, of each state. Shape (n,).
        distance: Distance from the home base, 0 within, NaN where missing. Shape (n,).
        number: Which displacement each state belongs to, -1 for none. Shape (n,).
        group: Group of each displacement. Shape (d,), as all that follow.
        first: Its first row.
        last: Its last row.
        peak: The row of its greatest distance, the first of equals.
        height: Its greatest distance.
        rise: Time, or steps, of the way out; NaN where there is none or it was not seen.
        fall: Time, or steps, of the way back.
    """

    series: Series
    home: Floats
    half: Floats
    side: Rows
    distance: Floats
    number: Rows
    group: Rows
    first: Rows
    last: Rows
    peak: Rows
    height: Floats
    rise: Floats
    fall: Floats

    @property
    def length(self) -> Rows:
        """States of each displacement. Shape (d,)."""
        return self.last - self.first + 1

    def count(self, weights: Floats | Rows | Flags | None = None) -> Floats:
        """Return the sum of `weights` (d,), or the number, over each group. Shape (g,)."""
        chosen = None if weights is None else np.asarray(weights, np.float64)
        return np.bincount(self.group, chosen, minlength=self.series.g).astype(np.float64)


class _Rules(NamedTuple):
    """What the two conventions differ in."""

    ddof: int
    flips_end: bool
    ways: Callable[[Series, Rows, Rows, Rows], tuple[Floats, Floats]]
    measure: Callable[[Outings], Mapping[str, Column]]


def leave(s: Series, home: "Home") -> Outings:
    """Find every displacement of every group from its home base."""
    rules = home.convention.value
    half = home.width * np.sqrt(s.squares / np.maximum(s.size - rules.ddof, 1))
    high, low = (s.mean + half)[s.group], (s.mean - half)[s.group]
    slack = _ROUNDING * (np.abs(s.mean) + half)[s.group]
    side = np.where(s.x > high + slack, 1, np.where(s.x < low - slack, -1, 0))
    distance = np.where(side > 0, s.x - high, np.where(side < 0, low - s.x, 0.0))
    kind = side if rules.flips_end else np.abs(side)
    other = np.ones(len(side), dtype=bool)
    other[1:] = (kind[1:] != kind[:-1]) | (s.group[1:] != s.group[:-1])
    first = np.flatnonzero(other & (side != 0))
    ends = np.append(other[1:], True)
    last = np.flatnonzero(ends & (side != 0))
    number = np.where(side != 0, np.cumsum(other & (side != 0)) - 1, -1)
    height, peak = _peaks(distance, first, number)
    return Outings(
        s, s.mean, half, side, np.where(s.known, distance, np.nan), number,
        s.group[first], first, last, peak, height, *rules.ways(s, first, last, peak),
    )  # fmt: skip


def _peaks(distance: Floats, first: Rows, number: Rows) -> tuple[Floats, Rows]:
    """Return the greatest distance of each displacement and its row. Shapes (d,), (d,)."""
    if not len(first):
        return np.zeros(0), np.zeros(0, np.int64)
    height = np.maximum.reduceat(np.where(number >= 0, distance, -np.inf), first)
    rows = np.flatnonzero(number >= 0)
    top = rows[distance[rows] == height[number[rows]]]
    _, at = np.unique(number[top], return_index=True)
    return height, top[at]


def outings(s: Series, home: "Home") -> Mapping[str, Column]:
    """Return the measures of home base and displacement of every group."""
    found = leave(s, home)
    empty, few = (s.size < 1, Reason.EMPTY), (s.size < 2, Reason.FEW)
    n = np.maximum(s.size, 1)
    alone = few if home.convention is Convention.PLAIN else empty
    return {
        "home": column(found.home, empty),
        "home_width": column(found.half, empty, alone),
        "in_home": column(s.sum(s.known & (found.side == 0)) / n, empty, alone),
        "home_distance": column(s.sum(np.nan_to_num(found.distance)) / n, empty, alone),
        **home.convention.value.measure(found),
    }


def _plain_ways(s: Series, first: Rows, last: Rows, peak: Rows) -> tuple[Floats, Floats]:
    """Return the times out and back, from and to the neighbouring states. Shapes (d,), (d,)."""
    before, after = np.maximum(first - 1, 0), np.minimum(last + 1, len(s.t) - 1)
    rise = np.where((first > 0) & s.paired[before], s.t[peak] - s.t[before], np.nan)
    fall = np.where(s.paired[last], s.t[after] - s.t[peak], np.nan)
    return np.where(rise > 0, rise, np.nan), np.where(fall > 0, fall, np.nan)


def _reference_ways(s: Series, first: Rows, last: Rows, peak: Rows) -> tuple[Floats, Floats]:
    """Return the steps before and after the peak, NaN where there is none. Shapes (d,), (d,)."""
    up, down = (peak - first).astype(np.float64), (last - peak).astype(np.float64)
    return np.where(up > 0, up, np.nan), np.where(down > 0, down, np.nan)


def _plain(o: Outings) -> Mapping[str, Column]:
    s = o.series
    unless = (s.size < 1, Reason.EMPTY), (s.size < 2, Reason.FEW)
    count = o.count()
    away = (count < 1, Reason.AT_HOME)
    some = np.maximum(count, 1)
    above = o.side[o.first] > 0
    parts = {"": above | ~above, "_high": above, "_low": ~above}
    rise, fall = (Reason.NO_RISE, *unless, away), (Reason.NO_RETURN, *unless, away)
    return {
        "displacements": column(count, *unless),
        "displacements_high": column(o.count(above), *unless),
        "displacements_low": column(o.count(~above), *unless),
        "displacement_length": column(o.count(o.length) / some, *unless, away),
        "peak_distance": column(o.count(o.height) / some, *unless, away),
        **{f"rise_rate{part}": _rate(o, o.rise, w, *rise) for part, w in parts.items()},
        **{f"recovery_rate{part}": _rate(o, o.fall, w, *fall) for part, w in parts.items()},
    }


def _rate(
    o: Outings, way: Floats, weight: Floats | Flags, reason: Reason, *unless: tuple[Flags, Reason]
) -> Column:
    """Return the mean of height / way over displacements weighted by `weight` (d,)."""
    seen = np.where(np.isnan(way), 0.0, weight)
    total = o.count(seen)
    rate = o.height / np.where(np.isnan(way), 1.0, way)
    mean = o.count(seen * rate) / np.where(total > 0, total, 1.0)
    return column(mean, *unless, (total <= 0, reason))


def _reference(o: Outings) -> Mapping[str, Column]:
    s = o.series
    empty, away = (s.size < 1, Reason.EMPTY), (o.count() < 1, Reason.AT_HOME)
    returned = o.last < s.offsets[1:][o.group] - 1  # counted when the next state is home
    side = o.side[o.last]
    steps = np.maximum(o.count(o.length), 1)
    lower, upper = _steps(o, before=True), _steps(o, before=False)
    rise, fall = (Reason.NO_RISE, empty, away), (Reason.NO_RETURN, empty, away)
    return {
        "displacements": column(1 + o.count(returned), empty),
        "displacements_high": column(1 + o.count(returned & (side > 0)), empty),
        "displacements_low": column(1 + o.count(returned & (side < 0)), empty),
        "displacement_length": column(o.count(o.length**2) / steps, empty, away),
        "peak_distance": column(o.count(o.height * o.length) / np.maximum(s.size, 1), empty),
        **{f"rise_rate{part}": _rate(o, o.rise, w, *rise) for part, w in lower.items()},
        **{f"recovery_rate{part}": _rate(o, o.fall, w, *fall) for part, w in upper.items()},
    }


def _steps(o: Outings, *, before: bool) -> Mapping[str, Floats]:
    """Return how many steps before or after its peak each displacement has, by side (d,)."""
    d = len(o.first)
    rows = np.flatnonzero(o.number >= 0)
    to = o.peak[o.number[rows]]
    rows = rows[rows < to] if before else rows[rows > to]
    number, side = o.number[rows], o.side[rows]

    def count(chosen: Rows) -> Floats:
        return np.bincount(chosen, minlength=d).astype(np.float64)

    return {"": count(number), "_high": count(number[side > 0]), "_low": count(number[side < 0])}


class Convention(Enum):
    """Whose reading of home base and displacement is followed; see the module."""

    PLAIN = _Rules(1, True, _plain_ways, _plain)
    REFERENCE = _Rules(0, False, _reference_ways, _reference)


@dataclass(frozen=True, slots=True)
class Home:
    """How the home base is drawn.

    Args:
        width: Standard deviations from its centre to its edge, > 0; 1 holds 68 % of a normal.
        convention: Whose reading of displacements is followed.

    Raises:
        BadChoice: if width is not above 0.
    """

    width: float = 1.0
    convention: Convention = Convention.PLAIN

    def __post_init__(self) -> None:
        """Refuse a home base without inside."""
        if not self.width > 0:
            raise BadChoice("width", self.width, "a number above 0, such as 1")
