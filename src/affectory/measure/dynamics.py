"""How an arc moves from state to state: inertia, half-life, instability.

Papers: Kuppens, Allen & Sheeber 2010, "Emotional inertia and psychological maladjustment";
Jahng, Wood & Trull 2008, "Analysis of affective instability in ecological momentary
assessment". Differs from the latter: the median interval is that of the group, not of the
sample (ours), so that a batch never changes the number of a person.

The correlation of m neighbouring pairs lies about (1 + 3 inertia) / m too low (Marriott & Pope
1954; Kendall 1954), which a mean over many short arcs would show as a sure negative inertia.
It is undone, and fewer than six pairs, for which that is too coarse, get no inertia.
"""

__all__ = ["dynamics"]

from collections.abc import Mapping

import numpy as np

from affectory.measure.catalogue import Reason
from affectory.measure.columns import Column, column
from affectory.measure.series import Flags, Floats, Series

_FEWEST_PAIRS = 6
_GRID = np.linspace(0.02, 0.995, 12)
_STEPS = 24  # golden sections: the last bracket is 0.2 * 0.618^24, about 2e-6 wide
_GOLD = (5**0.5 - 1) / 2
_EDGE = 1e-4


def dynamics(s: Series) -> Mapping[str, Column]:
    """Return inertia, half-life, MSSD, RMSSD and time-adjusted MSSD of every group."""
    empty, few = (s.size < 1, Reason.EMPTY), (s.size < 2, Reason.FEW)
    no_pair = (s.pairs < 1, Reason.NO_PAIR)
    mssd = s.sum(s.step**2) / np.maximum(s.pairs, 1)
    timed, timeless = _timed(s)
    return {
        "inertia": _inertia(s, empty, few, no_pair),
        "half_life": _half_life(s, empty, few, no_pair),
        "instability": column(mssd, empty, few, no_pair),
        "rmssd": column(np.sqrt(mssd), empty, few, no_pair),
        "timed_instability": column(timed, empty, few, no_pair, (timeless, Reason.NO_TIME)),
    }


def _inertia(s: Series, *unless: tuple[Flags, Reason]) -> Column:
    """Return the Pearson correlation of neighbours, freed from the bias of short series."""
    n = np.maximum(s.pairs, 1)
    now = np.where(s.paired, s.off, 0.0)
    then = s.ahead(s.off)
    now = np.where(s.paired, now - (s.sum(now) / n)[s.group], 0.0)
    then = np.where(s.paired, then - (s.sum(then) / n)[s.group], 0.0)
    square = s.sum(now * now), s.sum(then * then)
    still = np.minimum(*square) <= 1e-24 * np.maximum(s.mean, 1.0) ** 2 * n
    r = s.sum(now * then) / np.where(still, 1.0, np.sqrt(square[0]) * np.sqrt(square[1]))
    free = (n * r + 1) / np.maximum(n - 3, 1)
    few = (s.pairs < _FEWEST_PAIRS, Reason.FEW_PAIRS)
    return column(np.clip(free, -1.0, 1.0), *unless, few, (still, Reason.FLAT))


def _timed(s: Series) -> tuple[Floats, Flags]:
    """Return the time-adjusted MSSD, and where no time passes. Shapes (g,), (g,)."""
    apart = s.elapsed > 0
    still = ~(s.sum(apart) > 0)
    share = np.where(apart, s.elapsed / np.where(still, 1.0, s.typical)[s.group], 1.0)
    square = np.where(apart, s.step**2 / share, 0.0)
    return s.sum(square) / np.maximum(s.sum(apart), 1), still


def _half_life(s: Series, *unless: tuple[Flags, Reason]) -> Column:
    """Return ln 2 / theta, theta the rate at which deviations from the mean fade.

    With equal intervals the carry-over has a closed form, the least-squares slope through
    0; else its sum of squares is searched on a grid and by golden sections, for all groups
    at once.
    """
    apart = s.elapsed > 0
    still = ~(s.sum(apart) > 0)
    typical = np.where(still, 1.0, s.typical)
    now, then = np.where(apart, s.off, 0.0), np.where(apart, s.ahead(s.off), 0.0)
    square = s.sum(now * now)
    closed = s.sum(now * then) / np.where(square > 0, square, 1.0)
    ratio = np.where(apart, s.elapsed / typical[s.group], 1.0)
    uneven = s.sum(np.abs(ratio - 1) > 1e-9) > 0
    carry = np.where(uneven, _search(s, uneven, now, then, ratio), closed)
    inner = np.clip(carry, _EDGE, 1 - _EDGE)
    return column(
        -np.log(2.0) * typical / np.log(inner),
        *unless,
        (s.pairs < _FEWEST_PAIRS, Reason.FEW_PAIRS),
        (s.flat, Reason.FLAT),
        (still, Reason.NO_TIME),
        (square <= 0, Reason.FLAT),
        (carry <= _EDGE, Reason.NO_CARRY),
        (carry >= 1 - _EDGE, Reason.NO_DECAY),
    )


def _search(s: Series, uneven: Flags, now: Floats, then: Floats, ratio: Floats) -> Floats:
    """Return the carry-over per typical interval of least squared error, in (0, 1). Shape (g,).

    Groups with equal intervals are left out and get 0.
    """
    found = np.zeros(s.g)
    rows = uneven[s.group] & (now != 0)
    if not rows.any():
        return found
    names, code = np.unique(s.group[rows], return_inverse=True)
    x, y, power = now[rows], then[rows], ratio[rows]

    def error(carry: Floats) -> Floats:
        guess = np.exp(np.log(carry)[code] * power) * x
        return np.bincount(code, (y - guess) ** 2, minlength=len(names)).astype(np.float64)

    tried = np.stack([error(np.full(len(names), point)) for point in _GRID])  # (grid, g')
    best = tried.argmin(axis=0)
    edges = np.concatenate([[_EDGE / 2], _GRID, [1 - _EDGE / 2]])
    low, high = edges[best], edges[best + 2]
    left, right = high - _GOLD * (high - low), low + _GOLD * (high - low)
    at_left, at_right = error(left), error(right)
    for _ in range(_STEPS):
        down = at_left < at_right
        low, high = np.where(down, low, left), np.where(down, right, high)
        fresh = np.where(down, high - _GOLD * (high - low), low + _GOLD * (high - low))
        value = error(fresh)
        left, right = np.where(down, fresh, right), np.where(down, left, fresh)
        at_left, at_right = np.where(down, value, at_right), np.where(down, at_left, value)
    found[names] = (low + high) / 2
    return found
