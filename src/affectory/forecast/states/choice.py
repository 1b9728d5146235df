"""The rules among which the automatic choice chooses, and what many pasts teach about them."""

__all__ = [
    "RULES", "Choice", "Experience", "Kin", "between", "breadth", "chosen", "common_of", "knots",
    "learned", "paces", "paths", "told",
]  # fmt: skip

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import SpaceMismatch
from affectory.core.space import Space
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
    *((Kin.AR, (back, 1.0, 0.0, 0.0)) for back in (0.3, 0.5, 0.7, 0.9, 0.95)),
    *((Kin.SES, (1.0, gain, 0.0, 0.0)) for gain in (0.1, 0.2, 0.35, 0.5, 0.7)),
    *((Kin.RETURN, (back, gain, 0.0, 0.0)) for back in (0.8, 0.9, 0.95) for gain in (0.35, 0.6)),
    *((Kin.DAMPED, (1.0, gain, 0.15 * gain, 0.8)) for gain in (0.35, 0.7, 1.0)),
)
# mean absolute error of each rule over that of all, mean of three data sets, 1 to 5 steps ahead:
# what is known of a person before anything is; on the half of the persons that was tuned on
USUALLY = (
    0.94, 1.21, 1.15, 1.09, 1.01, 0.94, 0.93, 1.11, 0.99, 0.93, 0.91, 0.91,
    1.04, 1.00, 0.98, 0.94, 0.95, 0.92, 0.95, 0.99, 1.09,
)  # fmt: skip
USUALLY_COUNT = 50.0  # errors that it counts for
USUAL = RULES.index((Kin.RETURN, (0.9, 0.6, 0.0, 0.0)))


class Experience(NamedTuple):
    """What many series teach: which rules are good, and how wide errors are.

    Attributes:
        space: Whose axes they speak of.
        knots: Horizons of what follows. Shape (c,).
        lore: Relative errors of all rules, by knot and axis. Shapes (c * k, r), (c * k,).
        breadth: Mean absolute errors of each axis, in shares of its range.
    """

    space: Space
    knots: Ints
    lore: Lore
    breadth: Breadth

    def at(self, horizons: Ints) -> "Experience":
        """Return it for other horizons, each from the nearest that is not longer."""
        near = np.searchsorted(self.knots, horizons, side="right") - 1
        lore, breadth = self.lore, self.breadth
        k = breadth.mean.shape[1]
        every = (near[:, None] * k + np.arange(k)).ravel()
        return Experience(
            self.space,
            horizons,
            Lore(lore.relative[every], lore.count[every]),
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

    Raises:
        SpaceMismatch: if they taught it in another Space.
    """
    total, count = _weighed(past, at, among, most)
    lore = choosing.lore(total, count) + _usual(len(count), among)
    if taught is not None and taught.space != past.space:
        raise SpaceMismatch(past.space.name, taught.space.name, "what other persons taught")
    told = None if taught is None else taught.at(at)
    if told is not None:
        lore = lore + Lore(told.lore.relative[:, among], told.lore.count)
    best = choosing.chosen(total, count, lore)  # (c * k, g)
    held = _held(total, count, best, past)
    common = common_of(held if told is None else held + told.breadth, at, past)
    rule = among[best].reshape(len(at), past.space.k, -1).swapaxes(1, 2)
    return Choice(at, rule, common)


def learned(past: Trajectory, most: int) -> Experience:
    """Return what `past` teaches about all rules."""
    at, among = np.arange(1, LEARNED + 1), np.arange(len(RULES))
    total, count = _weighed(past, at, among, most)
    lore = choosing.lore(total, count)
    best = choosing.chosen(total, count, lore + _usual(len(count), among))
    return Experience(past.space, at, lore, _held(total, count, best, past))


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
        picked = levels.centres(y, mine, horizons, near)  # (h, s)
        missed = levels.errors(y, mine, choice.knots, START)
        common = np.tile(choice.common, len(runs))
        width = mix @ fans.widths(missed, choice.knots, common, level)
        centre[:, runs] = picked.reshape(len(horizons), len(runs), k)
        spread[:, runs] = width.reshape(len(horizons), len(runs), k)
    return centre.swapaxes(0, 1), np.where(np.isnan(centre), np.nan, spread).swapaxes(0, 1)


def between(at: Ints, horizons: Ints) -> Floats:
    """Return the weights of the knots `at` for each horizon, straight lines. Shape (h, c)."""
    return np.stack([np.interp(horizons, at, one) for one in np.eye(len(at))], axis=1)


def paths(rule: Ints, horizon: int, draws: int, seed: int) -> Floats:
    """Return errors of unit variance at each horizon that go together as those of a rule do.

    Args:
        rule: Places in RULES, one a group and axis. Shape (g, k).
        horizon: Steps ahead.
        draws: How many.
        seed: Of the draws.

    Returns:
        Shape (g, draws, horizon, k).
    """
    mine = Rules.of([each for _, each in RULES]).pick(rule.reshape(1, -1))
    rise = levels.growth(mine, np.arange(1, horizon + 1))[:, 0].reshape(horizon, *rule.shape)
    back, gain, slope, damp = (part.reshape(*rule.shape, 1) for part in mine)
    draw = np.random.default_rng(seed)
    out = np.empty((*rule.shape, draws, horizon))
    level, trend = np.zeros((*rule.shape, draws)), np.zeros((*rule.shape, draws))
    for h in range(horizon):
        new = draw.standard_normal(level.shape)
        trend = damp * trend
        level = back * level + trend
        out[..., h] = level + new
        level, trend = level + gain * new, trend + slope * new
    out /= np.moveaxis(rise, 0, -1)[:, :, None]
    return np.moveaxis(out, 1, -1)


def _held(total: Floats, count: Floats, best: Ints, past: Trajectory) -> Breadth:
    """Return how wide the errors of the best rules are, from sums (c * k, r, g)."""
    g, k = len(past.groups), past.space.k
    own = np.take_along_axis(total, best[:, None], axis=1)[:, 0]
    mine, seen = (part.reshape(-1, k, g).swapaxes(1, 2) for part in (own, count))
    return breadth(mine, seen, past)


def _usual(places: int, among: Ints) -> Lore:
    """Return what is known of rules before anything is, for so many knots and axes."""
    return Lore(np.tile(np.array(USUALLY)[among], (places, 1)), np.full(places, USUALLY_COUNT))


def _weighed(past: Trajectory, at: Ints, among: Ints, most: int) -> tuple[Floats, Floats]:
    """Return sums of absolute errors of rules (c * k, r, g), and how many (c * k, g)."""
    g, k = len(past.groups), past.space.k
    some = Rules.of([RULES[rule][1] for rule in among])
    total, count = np.zeros((len(at), len(among), g, k)), np.zeros((len(at), g, k))
    for runs in bundles(past.groups.offsets, most, k * len(among)):
        y = stacked(past.values, past.groups.offsets, runs, most)
        sums, seen = levels.totals(y.reshape(len(y), -1), some, at, START)
        total[:, :, runs] = sums.reshape(len(at), len(among), len(runs), k)
        count[:, runs] = seen.reshape(len(at), len(runs), k)
    by_axis = np.moveaxis(total, -1, 1).reshape(len(at) * k, len(among), g)
    return by_axis, np.moveaxis(count, -1, 1).reshape(len(at) * k, g)


def breadth(total: Floats, count: Floats, past: Trajectory) -> Breadth:
    """Return the mean absolute errors by axis, in shares of its range, from sums (c, g, k)."""
    low, high = past.space.bounds
    seen = count.sum(axis=1)
    return Breadth(total.sum(axis=1) / np.maximum(seen, 1) / (high - low), seen)


def paces(past: Trajectory) -> Floats:
    """Return the usual time from row to row of each group, that of all where it has one row."""
    moves = past.delta()
    moved = moves.elapsed[moves.elapsed > 0]
    usual = float(np.median(moved)) if len(moved) else 1.0
    pace = np.full(len(past.groups), usual)
    if len(moves.group):
        order = np.lexsort((moves.elapsed, moves.group))
        group, first, count = np.unique(moves.group[order], return_index=True, return_counts=True)
        middle = moves.elapsed[order][first + count // 2]
        pace[group] = np.where(middle > 0, middle, usual)
    return pace
