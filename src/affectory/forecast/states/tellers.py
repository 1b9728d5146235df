"""The other models: drift, vector autoregression, Kalman filter, Gaussian process, a small net.

Each is a function from a past to what follows it; how wide its fan is, it is told by what the
same function would have said from the last origins of the past.
"""

__all__ = ["TELLERS", "Teller", "lesson", "network", "told"]

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import NoRecords
from affectory.core.trajectory import Trajectory
from affectory.forecast.states import choice
from affectory.parts import choosing, fans
from affectory.parts.gaussian import continued
from affectory.parts.lagged import lagged
from affectory.parts.padded import bundles, stacked
from affectory.parts.smallnet import SmallNet
from affectory.represent.smoothing import smooth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Teller = Callable[[Trajectory, Ints], Floats]  # past, horizons -> (h, g, k)
ORIGINS = 8  # origins of the past from which a fan learns
SHORTEST = 3  # rows of such a past
PULLS = (0.0, 0.1, 0.4)  # of a Kalman filter to the mean, per usual step
GP_ROWS = 48
LAGS = 8
LEARNED = 12  # horizons of the net; farther ones are as the last


def told(
    past: Trajectory, tellers: Sequence[Teller], horizon: int, level: float
) -> tuple[Floats, Floats]:
    """Return centres and spreads of what follows, by the best of `tellers`. Shapes (g, h, k)."""
    steps, at = np.arange(1, horizon + 1), choice.knots(horizon)
    g, k = len(past.groups), past.space.k
    every = np.stack([teller(past, steps) for teller in tellers])  # (r, h, g, k)
    missed = np.stack([_hindcast(past, teller, at) for teller in tellers])  # (r, c, t, g * k)
    total = np.nansum(np.abs(missed), axis=2).swapaxes(0, 1)  # (c, r, s)
    count = (~np.isnan(missed[0])).sum(axis=1).astype(np.float64)
    best = choosing.chosen(total, count, choosing.lore(total, count))  # (c, s)
    own = np.take_along_axis(missed, best[None, :, None], axis=0)[0]
    near = best[np.searchsorted(at, steps, side="right") - 1]
    flat = every.reshape(len(tellers), horizon, -1)
    centre = np.take_along_axis(flat, near[None], axis=0)[0].reshape(horizon, g, k)
    held = np.take_along_axis(total, best[:, None], axis=1)[:, 0]
    common = choice.common_of(choice.breadth(held.reshape(-1, g, k), count.reshape(-1, g, k), past),
                              at, past)  # fmt: skip
    width = choice.between(at, steps) @ fans.widths(own, at, np.tile(common, g), level)
    spread = np.where(np.isnan(centre), np.nan, width.reshape(horizon, g, k))
    return centre.swapaxes(0, 1), spread.swapaxes(0, 1)


def _hindcast(past: Trajectory, teller: Teller, at: Ints) -> Floats:
    """Return errors from the last origins, by the row in which they came to light. (c, t, g k)."""
    g, k = len(past.groups), past.space.k
    missed = np.full((len(at), ORIGINS, g, k), np.nan)
    place = np.arange(len(past)) - past.groups.offsets[past.groups.of_row]
    for back in range(1, ORIGINS + 1):
        left = past.groups.sizes - back
        usable = np.flatnonzero(left >= SHORTEST)
        steps = at[at <= back]
        if not len(usable) or not len(steps):
            continue
        long = (left >= SHORTEST)[past.groups.of_row]
        before = past.rows(long & (place < left[past.groups.of_row]))
        centre = teller(before, steps)
        for number, h in enumerate(steps):
            came = past.values[past.groups.offsets[usable + 1] - 1 - back + h]
            missed[number, ORIGINS - 1 - back + h, usable] = came - centre[number]
    return missed.reshape(len(at), ORIGINS, g * k)


def drift(past: Trajectory, horizons: Ints) -> Floats:
    """Go on along the line from the first known state to the last."""
    known = ~np.isnan(past.values)
    row, groups = np.arange(len(past))[:, None], past.groups
    first = groups.reduce(np.minimum, np.where(known, row, len(past)))
    last = groups.reduce(np.maximum, np.where(known, row, -1))
    some = last >= 0
    low, high = (
        np.take_along_axis(past.values, np.where(some, at, 0), axis=0).astype(np.float64)
        for at in (first, last)
    )
    slope = (high - low) / np.maximum(last - first, 1)
    gone = groups.offsets[1:, None] - 1 - last  # steps without news at the end
    ahead = high + slope * (gone + horizons[:, None, None])
    return np.where(some, ahead, np.nan)


def vector(past: Trajectory, horizons: Ints) -> Floats:
    """Let each axis depend on all axes a step before."""
    return _bundled(past, horizons, lambda y, _: lagged(y, horizons), past.space.k**2)


def kalman(past: Trajectory, horizons: Ints, pull: float) -> Floats:
    """Lead on the level that a Kalman filter sees behind the states, in clock time."""
    h = int(horizons.max())
    g, k = len(past.groups), past.space.k
    pace = choice.paces(past)
    blank = past.ahead(np.full((g, h, k), np.nan), past.by, step=pace)
    whole = Trajectory.concat([past, blank])
    try:
        seen = smooth(whole, pull=pull / float(np.median(pace)))
    except NoRecords:  # nothing to learn the noise from
        return drift(past, np.zeros_like(horizons))
    row = seen.groups.offsets[1:] - 1 - h + horizons[:, None]
    known = past.groups.reduce(np.logical_or, ~np.isnan(past.values))
    return np.where(known, seen.values[row].astype(np.float64), np.nan)


def gaussian(past: Trajectory, horizons: Ints) -> Floats:
    """Lead on a Gaussian process, in clock time."""
    pace, k = choice.paces(past), past.space.k

    def tell(y: Floats, runs: Ints) -> Floats:
        time = stacked(past.start[:, None], past.groups.offsets, runs, GP_ROWS)[..., 0]
        later = time[-1] + pace[runs] * horizons[:, None]
        parts = [np.repeat(part, k, axis=-1) for part in (time, later, pace[runs])]
        return continued(y.reshape(len(y), -1), *parts).reshape(len(horizons), len(runs), k)

    return _bundled(past, horizons, tell, k * GP_ROWS * 4, GP_ROWS)


def network(past: Trajectory, horizons: Ints, net: SmallNet) -> Floats:
    """Ask a net that has learned from other persons."""
    low, high = past.space.bounds

    def tell(y: Floats, runs: Ints) -> Floats:
        rows, last = _features(y, high - low)
        said = net.predict(rows[-1].reshape(-1, rows.shape[-1]))
        said = said.reshape(len(runs), past.space.k, LEARNED)[
            ..., np.minimum(horizons, LEARNED) - 1
        ]
        return np.asarray(np.moveaxis(last[-1][..., None] + said * (high - low)[:, None], -1, 0))

    return _bundled(past, horizons, tell, past.space.k * 2 * LAGS)


def lesson(past: Trajectory, most: int = 500) -> tuple[Floats, Floats]:
    """Return rows and answers for a net: (n, LAGS + 2) and (n, LEARNED), in ranges of the axes.

    Horizons that no past is long enough for have the answers of the last one.

    Raises:
        NoRecords: if no past has two known states.
    """
    low, high = past.space.bounds
    rows, answers = [], []
    for runs in bundles(past.groups.offsets, most, past.space.k * 2 * LAGS):
        y = stacked(past.values, past.groups.offsets, runs, most)
        x, last = _features(y, high - low)
        gone = np.concatenate([y, np.full((LEARNED, *y.shape[1:]), np.nan)])
        later = np.stack([gone[h : h + len(y)] for h in range(1, LEARNED + 1)], axis=-1)
        told = (later - last[..., None]) / (high - low)[:, None]
        use = ~np.isnan(last) & ~np.isnan(told).all(axis=-1)
        rows.append(x[use])
        answers.append(told[use])
    if not sum(map(len, rows)):
        raise NoRecords("forecast/states.fit", "give pasts of two known states or more")
    whole = np.concatenate(answers)
    far = int(np.flatnonzero(~np.isnan(whole).all(axis=0)).max())
    whole[:, far + 1 :] = whole[:, [far]]
    return np.concatenate(rows), whole


def _features(y: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Return (t, g, k, LAGS + 2) and the last known values (t, g, k), NaN before the first."""
    known = ~np.isnan(y)
    at = np.maximum.accumulate(np.where(known, np.arange(len(y))[:, None, None], -1), axis=0)
    last = np.where(at >= 0, np.take_along_axis(y, np.maximum(at, 0), axis=0), np.nan)
    count = known.cumsum(axis=0)
    mean = np.where(known, y, 0.0).cumsum(axis=0) / np.maximum(count, 1)
    away = []
    for lag in range(1, LAGS + 1):
        old = np.concatenate([np.full((lag, *y.shape[1:]), np.nan), last[:-lag]])[: len(y)]
        away.append(np.nan_to_num((old - last) / size))
    gone = np.arange(len(y))[:, None, None] - at
    extra = [np.nan_to_num((mean - last) / size), 1 / (1 + np.minimum(gone, 50)) + 1 / (1 + count)]
    return np.stack([*away, *extra], axis=-1), last


def _bundled(
    past: Trajectory, horizons: Ints, tell: Callable[[Floats, Ints], Floats], width: int,
    most: int = 500,
) -> Floats:  # fmt: skip
    out = np.full((len(horizons), len(past.groups), past.space.k), np.nan)
    for runs in bundles(past.groups.offsets, most, width):
        out[:, runs] = tell(stacked(past.values, past.groups.offsets, runs, most), runs)
    return out


TELLERS: Mapping[str, tuple[Teller, ...]] = MappingProxyType(
    {
        "drift": (drift,),
        "var": (vector,),
        "gp": (gaussian,),
        "kalman": tuple(partial(kalman, pull=pull) for pull in PULLS),
    }
)
