"""Forecasts by a level that returns to its mean, of many series and many rules at once.

One recursion holds persistence, the mean, AR(1), simple exponential smoothing, their common
kin (a level that is both smoothed and drawn back: ARMA(1, 1)) and the damped trend:
``f = m + back (a - m) + damp b``, then ``a = f + gain (y - f)``, ``b = damp b + slope (y - f)``,
where `m` is the mean of all that was seen before. A value that is missing moves the level as
forecast. Nothing here looks ahead: the error of a forecast is known only when its value comes.

Papers: Hyndman, Koehler, Ord & Snyder (2008), innovations state space; Gardner & McKenzie (1985),
the damped trend.
"""

__all__ = ["Rules", "centres", "errors", "growth", "totals"]

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ROOM = 1 << 16  # values of which errors are made at once


class Rules(NamedTuple):
    """How levels move; one value a rule (r, 1), or one a rule and series (r, s).

    Attributes:
        back: Share of the distance from the mean that is left after a step, 0 to 1.
        gain: Share of an error by which the level is corrected, 0 to 1.
        slope: Share of an error by which the trend is corrected; 0: there is none.
        damp: Share of the trend that is left after a step, below 1.
    """

    back: Floats
    gain: Floats
    slope: Floats
    damp: Floats

    @classmethod
    def of(cls, rules: Sequence[tuple[float, float, float, float]]) -> Self:
        """Return rules that hold for every series."""
        return cls(*np.array(rules, np.float64).T[:, :, None])

    def pick(self, chosen: Ints) -> "Rules":
        """Return for each place of `chosen` (c, s) the rule of that number."""
        return Rules(*(part[chosen, 0] for part in self))


class State(NamedTuple):
    """Where the levels of all rules are after a step; shapes (s,), (r, s), (r, s)."""

    mean: Floats
    level: Floats
    trend: Floats


def states(y: Floats, rules: Rules) -> Iterator[State]:
    """Yield the state after each row of `y` (t, s); NaN before the first known value."""
    r, s = rules.back.shape[0], y.shape[1]
    count, total, mean = np.zeros(s), np.zeros(s), np.full(s, np.nan)
    level, trend = np.full((r, s), np.nan), np.zeros((r, s))
    sloped = bool((rules.slope > 0).any())
    for row in y:
        seen = ~np.isnan(row)
        fresh = seen & (count == 0)
        told = mean + rules.back * (level - mean)
        if sloped:
            trend = rules.damp * trend
            told += trend
        if fresh.any():
            told[:, fresh] = row[fresh]
        miss = row - told
        if not (seen.all() and count.all()):
            miss = np.where(seen & (count > 0), miss, 0.0)
        level = told + rules.gain * miss
        if sloped:
            trend = trend + rules.slope * miss
        count += seen
        total += np.where(seen, row, 0.0)
        mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        yield State(mean, level, trend)


class Reach(NamedTuple):
    """What the rules make of a state some steps later: what is left of its level and trend."""

    back: Floats
    damp: Floats | None

    def told(self, state: State) -> Floats:
        """Return the forecast. Shape (r, s)."""
        ahead = state.mean + self.back * (state.level - state.mean)
        return ahead if self.damp is None else ahead + self.damp * state.trend


def reaches(rules: Rules, horizons: ArrayLike) -> Iterator[tuple[int, Reach]]:
    """Yield each horizon, ascending, and its reach."""
    steps = [int(h) for h in np.asarray(horizons)]
    sloped = bool((rules.slope > 0).any())
    back, damp, total = np.ones_like(rules.back), np.ones_like(rules.damp), 0.0 * rules.damp
    for h in range(1, max(steps) + 1):
        back, damp = back * rules.back, damp * rules.damp
        total = total + damp
        if h in steps:
            yield h, Reach(back, total if sloped else None)


def centres(y: Floats, rules: Rules, horizons: ArrayLike, chosen: Ints) -> Floats:
    """Return the forecasts after the last row of `y` (t, s), nearest first. Shape (h, s).

    Args:
        y: Values, NaN where missing. Shape (t, s).
        rules: r rules.
        horizons: Steps ahead, h of them, ascending.
        chosen: Number of the rule that tells each horizon. Shape (h,).
    """
    last = deque(states(y, rules), maxlen=1)[0]
    told = zip(chosen, reaches(rules, horizons), strict=True)
    return np.stack([reach.told(last)[rule] for rule, (_, reach) in told])


def totals(y: Floats, rules: Rules, horizons: ArrayLike, start: int = 1) -> tuple[Floats, Floats]:
    """Return the sum of absolute errors of every rule, and how many there are.

    Args:
        y: Values, NaN where missing. Shape (t, s).
        rules: r rules.
        horizons: Steps ahead, h of them, ascending.
        start: Known values that a series must have before its forecasts count, >= 1.

    Returns:
        Shapes (h, r, s) and (h, s).
    """
    steps = [int(h) for h in np.asarray(horizons)]
    total = np.zeros((len(steps), rules.back.shape[0], y.shape[1]))
    count = np.zeros((len(steps), y.shape[1]))
    for at, _, miss in _misses(y, rules, steps, start):
        seen = ~np.isnan(miss[:, 0])
        away = np.abs(miss, out=miss)
        away = away if seen.all() else np.where(seen[:, None], away, 0.0)
        total[at] = np.concatenate([total[at : at + 1], away]).sum(axis=0)
        count[at] += seen.sum(axis=0)
    return total, count


def errors(y: Floats, rules: Rules, horizons: ArrayLike, start: int = 1) -> Floats:
    """Return the errors of one rule a horizon, by the row in which they came to light.

    Args:
        y: Values, NaN where missing. Shape (t, s).
        rules: h rules, each for one horizon.
        horizons: Steps ahead, h of them, ascending.
        start: As in `totals`.

    Returns:
        What came minus what was told, NaN where unknown. Shape (h, t, s).
    """
    steps = [int(h) for h in np.asarray(horizons)]
    told = np.full((len(steps), *y.shape), np.nan)
    for at, first, miss in _misses(y, rules, steps, start):
        told[at, first : first + len(miss)] = miss[:, at]
    return told


def growth(rules: Rules, horizons: ArrayLike) -> Floats:
    """Return the spread of an error of h steps, in units of that of one. Shape (h, r, s or 1)."""
    steps = [int(h) for h in np.asarray(horizons)]
    var, out = np.ones_like(rules.back + rules.gain), {}
    slopes = np.zeros_like(var)
    for h in range(1, max(steps) + 1):
        out[h] = np.sqrt(var)
        slopes = slopes + rules.slope * rules.damp**h
        var = var + (rules.gain * rules.back**h + slopes) ** 2
    return np.stack([out[h] for h in steps])


def _misses(
    y: Floats, rules: Rules, steps: Sequence[int], start: int
) -> Iterator[tuple[int, int, Floats]]:
    """Yield (number of the horizon, first row, errors (n, r, s)), a few rows at a time.

    A row has its errors once in each horizon, and rows come in order.
    """
    reach = dict(reaches(rules, steps))
    ready = np.cumsum(~np.isnan(y), axis=0) >= start
    every = states(y, rules)
    rows = max(1, ROOM // (rules.back.shape[0] * max(1, y.shape[1])))
    for low in range(0, len(y), rows):
        mean, level, trend = (np.stack(part) for part in zip(*islice(every, rows), strict=True))
        state = State(mean[:, None], level, trend)
        known = ready[low : low + rows, None]
        for at, h in enumerate(steps):
            came = y[low + h : low + h + rows, None]
            told = reach[h].told(state)[: len(came)]
            if len(came):
                mine = known[: len(came)]
                yield at, low + h, came - (told if mine.all() else np.where(mine, told, np.nan))
