"""The rules among which the automatic choice chooses, and what many pasts teach about them."""

__all__ = ["RULES", "Experience", "Kin", "chosen", "knots", "learned", "told"]

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.trajectory import Trajectory
from affectory.parts import choosing, fans, levels
from affectory.parts.choosing import Lore
from affectory.parts.fans import Breadth
from affectory.parts.levels import Rules
from affectory.parts.padded import bundles, stacked

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_KNOTS = 8  # horizons at which rules are weighed; between them is interpolated
START = 2  # known values before a forecast counts
LEARNED = 12  # horizons of what is learned from other persons
FIRST = 0.1  # of an axis: the error of a step of a person of whom nothing is known, ...
FIRST_COUNT = 5.0  # ... and the errors that it counts for


class Kin(StrEnum):
    """Kinds of rule, by what people call them."""

    PERSISTENCE = "persistence"
    MEAN = "mean"
    AR = "ar"
    SES = "ses"
    RETURN = "return"  # smoothed, and drawn back to the mean
    DAMPED = "damped"


RULES: tuple[tuple[Kin, tuple[float, float, float, float]], ...] = (
    (Kin.PERSISTENCE, (1.0, 1.0, 0.0, 0.0)),
    (Kin.MEAN, (0.0, 1.0, 0.0, 0.0)),
    *((Kin.AR, (back, 1.0, 0.0, 0.0)) for back in (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)),
    *((Kin.SES, (1.0, gain, 0.0, 0.0)) for gain in (0.1, 0.2, 0.35, 0.5, 0.7)),
    *((Kin.RETURN, (back, gain, 0.0, 0.0)) for back in (0.8, 0.9, 0.95) for gain in (0.35, 0.6)),
    *(
        (Kin.DAMPED, (1.0, gain, 0.15 * gain, damp))
        for gain in (0.35, 0.7, 1.0)
        for damp in (0.8, 0.95)
    ),
)
USUAL = RULES.index((Kin.RETURN, (0.9, 0.6, 0.0, 0.0)))


class Experience(NamedTuple):
    """What many series teach: which rules are good, and how wide errors are.

    Attributes:
        knots: Horizons of what follows. Shape (c,).
        lore: Relative errors of all rules.
        breadth: Mean absolute errors of each axis, in shares of its range.
    """

    knots: Ints
    lore: Lore
    breadth: Breadth

    def at(self, horizons: Ints) -> "Experience":
        """Return it for other horizons, each from the nearest that is not longer."""
        near = np.searchsorted(self.knots, horizons, side="right") - 1
        lore, breadth = self.lore, self.breadth
        return Experience(
            horizons,
            Lore(lore.relative[near], lore.count[near]),
            Breadth(breadth.mean[near], breadth.count[near]),
        )


class Choice(NamedTuple):
    """Which rule tells each group and axis at each knot, and how wide errors commonly are.

    Attributes:
        knots: Shape (c,).
        rule: Places in RULES. Shape (c, g, k).
        common: Mean absolute error of whoever has no past, by axis. Shape (c, k).
    """

    knots: Ints
    rule: Ints
    common: Floats


def knots(horizon: int) -> Ints:
    """Return the horizons at which rules are weighed: all, or ever wider apart. Shape (c,)."""
    if horizon <= MOST_KNOTS:
        return np.arange(1, horizon + 1)
    return np.unique(np.geomspace(1, horizon, MOST_KNOTS).round().astype(np.int64))


def chosen(past: Trajectory, at: Ints, among: Ints, most: int, taught: Experience | None) -> Choice:
    """Return the best of the rules `among` for each knot of `at`, group and axis.

    Args:
        past: The pasts, which also teach each other.
        at: Knots. Shape (c,).
        among: Places in RULES. Shape (r,).
        most: Rows of a past that count.
        taught: What others have taught.
    """
    total, count = _weighed(past, at, among, most)
    flat = total.reshape(len(at), len(among), -1), count.reshape(len(at), -1)
    lore = choosing.lore(*flat)
    told = None if taught is None else taught.at(at)
    if told is not None:
        lore = lore + Lore(told.lore.relative[:, among], told.lore.count)
    best = choosing.chosen(*flat, lore)
    own = np.take_along_axis(flat[0], best[:, None], axis=1)[:, 0]
    held = _breadth(own.reshape(count.shape), count, past)
    common = common_of(held if told is None else held + told.breadth, at, past)
    return Choice(at, among[best].reshape(count.shape), common)


def learned(past: Trajectory, most: int) -> Experience:
    """Return what `past` teaches about all rules."""
    at, among = np.arange(1, LEARNED + 1), np.arange(len(RULES))
    total, count = _weighed(past, at, among, most)
    flat = total.reshape(len(at), len(among), -1), count.reshape(len(at), -1)
    lore = choosing.lore(*flat)
    best = choosing.chosen(*flat, lore)
    own = np.take_along_axis(flat[0], best[:, None], axis=1)[:, 0]
    return Experience(at, lore, _breadth(own.reshape(count.shape), count, past))


def common_of(held: Breadth, at: Ints, past: Trajectory) -> Floats:
    """Return the mean absolute errors of whoever has no past, in units of the axes. (c, k)."""
    low, high = past.space.bounds
    rise = levels.growth(Rules.of([RULES[USUAL][1]]), at)[:, 0]  # (c, 1)
    first = Breadth(
        np.broadcast_to(FIRST * rise, held.mean.shape), np.full_like(held.count, FIRST_COUNT)
    )
    return np.asarray((held + first).mean * (high - low))


def told(
    past: Trajectory, choice: Choice, horizons: Ints, most: int, level: float
) -> tuple[Floats, Floats]:
    """Return centres and spreads of what follows. Shapes (g, h, k).

    Args:
        past: The pasts.
        choice: Which rules tell them.
        horizons: Steps ahead.
        most: Rows of a past that count.
        level: Share of what comes that the band of that level is to hold.
    """
    g, k = len(past.groups), past.space.k
    centre, spread = (np.empty((len(horizons), g, k)) for _ in range(2))
    rules = Rules.of([rule for _, rule in RULES])
    near = np.searchsorted(choice.knots, horizons, side="right") - 1
    mix = between(choice.knots, horizons)
    for runs in bundles(past.groups.offsets, most, k * len(choice.knots)):
        y = stacked(past.values, past.groups.offsets, runs, most)
        y = y.reshape(len(y), -1)
        rule = choice.rule[:, runs].reshape(len(choice.knots), -1)
        mine = rules.pick(rule)
        each = levels.centres(y, mine, horizons)  # (h, c, s)
        picked = np.take_along_axis(each, near[:, None, None], axis=1)[:, 0]
        missed = levels.errors(y, mine, choice.knots, START)
        common = np.tile(choice.common, len(runs))
        width = mix @ fans.widths(missed, common, level)
        centre[:, runs] = picked.reshape(len(horizons), len(runs), k)
        spread[:, runs] = width.reshape(len(horizons), len(runs), k)
    return centre.swapaxes(0, 1), np.where(np.isnan(centre), np.nan, spread).swapaxes(0, 1)


def between(at: Ints, horizons: Ints) -> Floats:
    """Return the weights of the knots `at` for each horizon, straight lines. Shape (h, c)."""
    return np.stack([np.interp(horizons, at, one) for one in np.eye(len(at))], axis=1)


def _weighed(past: Trajectory, at: Ints, among: Ints, most: int) -> tuple[Floats, Floats]:
    """Return sums of absolute errors of rules (c, r, g, k), and how many (c, g, k)."""
    g, k = len(past.groups), past.space.k
    some = Rules.of([RULES[rule][1] for rule in among])
    total, count = np.zeros((len(at), len(among), g, k)), np.zeros((len(at), g, k))
    for runs in bundles(past.groups.offsets, most, k * len(among)):
        y = stacked(past.values, past.groups.offsets, runs, most)
        sums, seen = levels.totals(y.reshape(len(y), -1), some, at, START)
        total[:, :, runs] = sums.reshape(len(at), len(among), len(runs), k)
        count[:, runs] = seen.reshape(len(at), len(runs), k)
    return total, count


def _breadth(total: Floats, count: Floats, past: Trajectory) -> Breadth:
    """Return the mean absolute errors by axis, in shares of its range, from sums (c, g, k)."""
    low, high = past.space.bounds
    seen = count.sum(axis=1)
    return Breadth(total.sum(axis=1) / np.maximum(seen, 1) / (high - low), seen)
