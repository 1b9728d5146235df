"""How forecasts fare at many origins: what is known then, what came, and how far off they were.

A rolling origin (Tashman 2000): the past is cut, the forecast sees nothing after the cut, and
what came is held against it row by row: the first row that came with the first forecast.
"""

__all__ = ["Judged", "compared", "fan", "judged", "rolling", "scores"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice
from affectory.core.figure import Figure
from affectory.core.trajectory import Trajectory
from affectory.measure.bootstrap import codes_of, figures
from affectory.measure.forecasts import band, covered, crps_bounded, crps_draws, naive_scale

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST_SCALE = 1e-6  # of a past that moved


@dataclass(frozen=True, eq=False)
class Judged:
    """Forecasts held against what came, one row a state that came.

    Args:
        group: "session/actor" of each row. Length n.
        ahead: How many steps ahead it was told, from 1. Shape (n,).
        error: Absolute error. Shape (n, k).
        rival: Absolute error of persistence: the last known state goes on. Shape (n, k).
        scaled: Absolute error over the mean absolute step of the past. Shape (n, k).
        crps: Error of the whole fan, in units of the state; what a fan has beyond the bounds of
            the Space counts as at the bounds. Shape (n, k).
        inside: Whether the band holds what came: 0, 1, NaN for unknown. Shape (n, k).
    """

    group: NDArray[np.str_]
    ahead: Ints
    error: Floats
    rival: Floats
    scaled: Floats
    crps: Floats
    inside: Floats

    def __len__(self) -> int:
        """Return how many states came."""
        return len(self.ahead)

    @classmethod
    def concat(cls, parts: Sequence["Judged"]) -> "Judged":
        """Return the rows of all `parts` in one."""
        names = ("group", "ahead", "error", "rival", "scaled", "crps", "inside")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def rolling(
    felt: Trajectory, horizon: int, origins: int, first: int = 5
) -> Iterator[tuple[Trajectory, Trajectory]]:
    """Yield (past, what came) at each of `origins` places, evenly spaced within each group.

    Args:
        felt: States. Groups with fewer than `first` + `horizon` rows are left out.
        horizon: Rows after the cut that come with it, >= 1.
        origins: How many cuts, >= 1.
        first: Rows before the first cut, >= 1.

    Raises:
        BadChoice: if a number is too small.
    """
    for name, value in (("horizon", horizon), ("origins", origins), ("first", first)):
        if value < 1:
            raise BadChoice(name, value, "1 or more")
    groups = felt.groups
    place = np.arange(len(felt)) - groups.offsets[groups.of_row]
    long = groups.sizes >= first + horizon
    room = np.maximum(groups.sizes - horizon - first, 0)
    for at in range(origins):
        cut = first + np.rint(room * (at / max(origins - 1, 1))).astype(np.int64)
        here, used = cut[groups.of_row], long[groups.of_row]
        came = used & (place >= here) & (place < here + horizon)
        yield felt.rows(used & (place < here)), felt.rows(came)


def judged(past: Trajectory, told: Trajectory, came: Trajectory, level: float = 0.8) -> Judged:
    """Return `told` held against what `came`, row by row within each group.

    Args:
        past: What was known.
        told: The forecast; with draws, its fan are the draws, else its spread.
        came: What came, in the same sessions and actors; a NaN is not judged.
        level: Of the band that `inside` speaks of, in (0, 1).

    Raises:
        SpaceMismatch: if they speak of different Spaces.
    """
    told.meets(came, "judged")
    place = np.arange(len(came)) - came.groups.offsets[came.groups.of_row]
    mine, known = _keys(came), _keys(past)
    drawn = _drawn(told)
    future = {key: at for at, key in enumerate(dict.fromkeys(_keys(told)))}
    row = np.array([future.get(key, -1) for key in mine], np.int64)[came.groups.of_row]
    old = {key: at for at, key in enumerate(known)}
    before = np.array([old.get(key, -1) for key in mine], np.int64)[came.groups.of_row]
    use = (row >= 0) & (before >= 0) & (place < drawn.shape[2])
    row, before, place = row[use], before[use], place[use]
    truth = came.values[use].astype(np.float64)
    fan = drawn[row, :, place]  # (n, s, k)
    centre = np.median(fan, axis=1)
    error = np.abs(truth - centre)
    if told.draw is None:
        width = np.zeros_like(drawn[:, 0]) if told.spread is None else _shaped(told, told.spread)
        spread = width[row, place]
        crps = crps_bounded(truth, centre, spread, *told.space.bounds)
        ends = band(centre, spread, level)
    else:
        crps = crps_draws(truth, fan.swapaxes(0, 1))
        low, high = np.quantile(fan, [0.5 - level / 2, 0.5 + level / 2], axis=1)
        ends = low, high
    scale = naive_scale(past.values, past.groups.of_row)[before]
    scale = np.where(scale > LEAST_SCALE, scale, np.nan)
    names = np.array(["/".join(key) for key in mine])[came.groups.of_row][use]
    last = _last_known(past)[before]
    return Judged(
        names, place + 1, error, np.abs(truth - last), error / scale, crps, covered(truth, *ends)
    )


def fan(told: Trajectory, level: float = 0.8) -> tuple[Floats, Floats, Floats]:
    """Return the middle and the ends of a forecast's band, within the bounds of its Space.

    Args:
        told: The forecast, with a spread or as draws.
        level: Share that the band is to hold, in (0, 1).

    Returns:
        Three arrays (g, h, k), one group a session and actor, in their order.
    """
    drawn = _drawn(told)
    middle = np.median(drawn, axis=1)
    if told.draw is not None:
        low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2], axis=1)
        return middle, low, high
    width = np.zeros_like(middle) if told.spread is None else _shaped(told, told.spread)
    low, high = (np.clip(end, *told.space.bounds) for end in band(middle, width, level))
    return middle, low, high


def scores(
    judged: Judged, *, cluster: ArrayLike | None = None, drawn: str = "persons",
    setting: str = "", by: str = "", seed: int = 0,
) -> tuple[Figure, ...]:  # fmt: skip
    """Return MASE, CRPS, the cover of the band and the skill against persistence.

    Args:
        judged: What was judged.
        cluster: What the interval draws again: the person of each row; None: its group.
        drawn: What clusters are, in a word.
        setting: Words on data and method.
        by: Who forecast.
        seed: Seed of the draws.
    """
    code, c = codes_of(judged.group if cluster is None else cluster, len(judged))
    parts = (judged.scaled, judged.crps, judged.inside, judged.error, judged.rival)
    sums = _sums(parts, judged, code, c)

    def finish(total: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            means = [total[:, 2 * at + 2] / total[:, 2 * at + 1] for at in range(4)]
            skill = 1 - total[:, 8] / total[:, 10]
        return np.column_stack([*means[:3], skill])

    names = ("mase", "crps", "cover", "skill")
    why = ("no past has moved", "nothing came", "nothing came", "persistence has no error")
    how: dict[str, Any] = {"drawn": drawn, "setting": setting, "by": by, "seed": seed}
    return figures(names, sums, finish, why, **how)


def compared(
    mine: Judged, other: Judged, *, cluster: ArrayLike | None = None, drawn: str = "persons",
    setting: str = "", by: str = "", seed: int = 0,
) -> tuple[Figure, ...]:  # fmt: skip
    """Return how much less MASE and CRPS `mine` has than `other` over the same rows, in percent.

    Positive numbers speak for `mine`; arguments as in `scores`.
    """
    code, c = codes_of(mine.group if cluster is None else cluster, len(mine))
    parts = (mine.scaled, other.scaled, mine.crps, other.crps)
    sums = _sums(parts, mine, code, c)

    def finish(total: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.column_stack(
                [100 * (1 - total[:, 2] / total[:, 4]), 100 * (1 - total[:, 6] / total[:, 8])]
            )

    names, why = ("mase_saved", "crps_saved"), ("no past has moved", "nothing came")
    how: dict[str, Any] = {"drawn": drawn, "setting": setting, "by": by, "seed": seed}
    return figures(names, sums, finish, why, unit="%", **how)


def _sums(parts: Sequence[Floats], judged: Judged, code: Ints, c: int) -> Floats:
    """Return per cluster: rows, then count and total of each part. Shape (c, 1 + 2 parts)."""
    known = ~np.isnan(judged.error)
    columns = [known.any(axis=1).astype(np.float64)]
    for part in parts:
        seen = known & ~np.isnan(part)
        columns += [seen.sum(axis=1), np.where(seen, part, 0.0).sum(axis=1)]
    return np.stack([np.bincount(code, column, c) for column in columns], axis=1)


def _keys(states: Trajectory) -> list[tuple[str, str]]:
    groups = states.groups
    return [
        (states.session.names[s], states.actor.names[a])
        for s, a in zip(groups.session, groups.actor, strict=True)
    ]


def _drawn(told: Trajectory) -> Floats:
    """Return the forecast with its draws, one where it has none. Shape (g, s, h, k)."""
    futures = len(dict.fromkeys(_keys(told)))
    draws = len(told.groups) // max(futures, 1)
    return told.values.astype(np.float64).reshape(futures, draws, -1, told.space.k)


def _shaped(told: Trajectory, column: NDArray[np.float32]) -> Floats:
    return column.astype(np.float64).reshape(len(told.groups), -1, told.space.k)


def _last_known(past: Trajectory) -> Floats:
    """Return the last known value of each axis of each group, NaN for none. Shape (g, k)."""
    known = ~np.isnan(past.values)
    row = np.where(known, np.arange(len(past))[:, None], -1)
    last = past.groups.reduce(np.maximum, row)
    value = np.take_along_axis(past.values, np.maximum(last, 0), axis=0).astype(np.float64)
    return np.where(last >= past.groups.offsets[:-1, None], value, np.nan)
