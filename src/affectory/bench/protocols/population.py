"""Daily markers of 21 regions (Metzler et al. 2023): forecasts by rolling origin, and alerts.

From origins 40 days apart, each strategy continues anger, anxiety, sadness and positive words 60
days with what was known on that day alone; errors are in units of the past's own mean step from
week to week (MASE). Regions that contain others, or share a language area, are one cluster. The
winner of a horizon is whoever has the least mean; how far the next one is behind is told with a
paired interval, as is the gain over naive and over the season's floor. Alerts: high days that a
forecast of 14 days announced, with origins every third day.
"""

__all__ = ["PROTOCOL"]

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.errors import MissingExtra
from affectory.core.figure import Figure
from affectory.core.trajectory import Trajectory
from affectory.measure.alerts import lead, marked, periods, thresholds
from affectory.measure.bootstrap import figures, mean
from affectory.measure.forecasts import band, covered, naive_scale
from affectory.sources.populations import read_daily_emotions

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
METHOD = "forecast/population"
FLOOR, NAIVE = "seasonal naive", "naive"
STRATEGIES = (
    NAIVE, FLOOR, "smoothed", "holt-winters", "ets", "arima", "regression", "network",
)  # fmt: skip
SLOW = ("ets", "arima")  # no trials for bands: each would cost as much as the forecast
HORIZONS = (7, 14, 30, 60)
SEASON, FIRST, EVERY, AHEAD = 7, 182, 40, 14
LEVEL = 0.9
BRIEF = (7, 14, 30, 60)  # days of a past that is short
WATCHED = 3  # days between two origins of alerts
FAMILY = {"California": "USA", "LosAngeles": "USA", "NewYork": "USA", "BelgiumDutch": "Netherlands"}
WHAT = "21 regions x 4 word lists, 2019-2020"


class _Walk(NamedTuple):
    """What a strategy said from every origin.

    Attributes:
        region: Of each row. Length n.
        miss: Absolute errors, in the past's weekly steps; NaN where nothing came. Shape (n, 60).
        inside: Whether what came lay in the band, NaN where it did not come. Shape (n, 60).
    """

    region: NDArray[Any]
    miss: Floats
    inside: Floats


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return MASE by strategy and horizon, the winners, cover of bands, and alerts."""
    felt = read_daily_emotions(folder).felt
    walks = dict(_walks(felt))
    told: list[Figure] = []
    for h in HORIZONS:
        told += [_mase(walk, h, name, seed) for name, walk in walks.items()]
        told += _winner(walks, h, seed)
    for name, walk in walks.items():
        if name not in SLOW:
            told += [_cover(walk, h, name, seed) for h in HORIZONS]
    return (*told, *_brief(felt, seed), *_alerts(felt, seed))


PROTOCOL = Protocol(
    "population",
    "daily emotion words of 21 regions before and in the pandemic: forecasts, bands, alerts",
    "covid_twitter_emotions",
    measure,
    minutes=6,
)


def _walks(felt: Trajectory) -> Iterator[tuple[str, _Walk]]:
    """Yield each strategy that can run here with what it said from all origins."""
    for name in STRATEGIES:
        how = registry.make(
            METHOD, strategy=name, level=LEVEL, origins=0 if name in SLOW else 8
        )  # fmt: skip
        try:
            yield name, _walk(felt, how)
        except MissingExtra:
            continue


def _brief(felt: Trajectory, seed: int) -> Iterator[Figure]:
    """Yield MASE of a week from pasts of few days alone."""
    for days in BRIEF:
        for name in STRATEGIES:
            if name in SLOW:
                continue
            walk = _walk(felt, registry.make(METHOD, strategy=name, origins=0), days)
            yield _short(walk, days, name, seed)
    walk = _walk(felt, _Elsewhere(felt), BRIEF[0])
    yield _short(walk, BRIEF[0], "regression, learned in other regions", seed)


def _short(walk: "_Walk", days: int, name: str, seed: int) -> Figure:
    made = _mase(walk, min(HORIZONS), name, seed)
    return replace(made, name=f"{made.name} from {days} days")


class _Elsewhere(NamedTuple):
    """A week of lags, learned from all that other clusters of regions had told of until then."""

    felt: Trajectory

    def forecast(self, past: Trajectory, horizon: int) -> Trajectory:
        """Return `horizon` days of each region, none of whose cluster was learned from."""
        bare = registry.make(METHOD, strategy="regression", lags=SEASON, ahead=SEASON, origins=0)
        before = self.felt.rows(self.felt.start <= past.start.max())
        parts: dict[str, Trajectory] = {}
        for family in dict.fromkeys(FAMILY.get(name, name) for name in past.sessions):
            others = [name for name in before.sessions if FAMILY.get(name, name) != family]
            fitted = bare.fit(before.select(session=others))
            for name in past.sessions:
                if FAMILY.get(name, name) == family:
                    parts[name] = fitted.forecast(past.select(session=name), horizon)
        return Trajectory.concat([parts[name] for name in past.sessions])


def _walk(felt: Trajectory, how: Any, days: float = np.inf) -> _Walk:
    first, most = felt.start.min(), max(HORIZONS)
    regions: list[str] = []
    misses: list[Floats] = []
    insides: list[Floats] = []
    for origin in np.arange(first + FIRST, felt.start.max() - min(HORIZONS) + 1, EVERY):
        past = _alive(felt, origin)
        if not len(past):
            continue
        came = _came(felt, past, origin, most)  # (g, 60, k)
        ahead = how.forecast(past.rows(past.start >= origin - days), most)
        shape = len(past.groups), most, felt.space.k
        said, spread = (
            np.asarray(p, np.float64).reshape(shape) for p in (ahead.values, _wide(ahead))
        )
        scale = naive_scale(past.values, past.groups.of_row, SEASON)  # (g, k)
        low, high = band(said, spread, LEVEL)
        regions += [past.session.names[code] for code in past.groups.session] * felt.space.k
        for into, part in ((misses, np.abs(said - came) / scale[:, None]),
                           (insides, covered(came, low, high))):  # fmt: skip
            into.append(part.transpose(2, 0, 1).reshape(-1, most))
    return _Walk(np.array(regions), np.concatenate(misses), np.concatenate(insides))


def _wide(ahead: Trajectory) -> Floats:
    spread = np.zeros(ahead.values.shape) if ahead.spread is None else ahead.spread
    return np.asarray(spread, np.float64)


def _alive(felt: Trajectory, origin: float) -> Trajectory:
    """Return what was known before `origin` of regions that are still told of on that day."""
    on = felt.rows(felt.start == origin).sessions
    past = felt.select(session=on)
    return past.rows(past.start < origin)


def _came(felt: Trajectory, past: Trajectory, origin: float, h: int) -> Floats:
    """Return what came from `origin` on, NaN where nothing did. Shape (g, h, k)."""
    place = {past.session.names[code]: at for at, code in enumerate(past.groups.session)}
    told = np.full((len(place), h, felt.space.k), np.nan)
    later = felt.rows((felt.start >= origin) & (felt.start < origin + h))
    rows = np.array([place.get(later.session.names[code], -1) for code in later.session.codes])
    kept = rows >= 0
    told[rows[kept], (later.start[kept] - origin).astype(np.int64)] = later.values[kept]
    return told


def _sums(region: NDArray[Any], rows: Floats) -> Floats:
    """Return how many rows each cluster of regions has, and their total. Shape (c, 2)."""
    family = np.array([FAMILY.get(name, name) for name in region])
    names, code = np.unique(family, return_inverse=True)
    held = ~np.isnan(rows)
    sums = np.zeros((len(names), 2))
    np.add.at(sums, code, np.column_stack([held, np.where(held, rows, 0.0)]))
    return sums


def _figure(name: str, region: NDArray[Any], rows: Floats, seed: int, said: str, by: str) -> Figure:
    return figures(
        (name,), _sums(region, rows), mean, ("no row",),
        drawn="clusters of regions", seed=seed, setting=f"{WHAT}; {said}", by=by,
    )[0]  # fmt: skip


def _within(walk: _Walk, h: int) -> Floats:
    """Return the mean error of the first h days of rows whose h days all came, else NaN."""
    return np.asarray(walk.miss[:, :h].mean(axis=1))


def _mase(walk: _Walk, h: int, name: str, seed: int) -> Figure:
    rows = _within(walk, h)
    said = f"{int((~np.isnan(rows)).sum())} forecasts of {h} days, origins {EVERY} days apart"
    return _figure(f"mase/{h}", walk.region, rows, seed, said, name)


def _winner(walks: dict[str, _Walk], h: int, seed: int) -> Iterator[Figure]:
    """Yield what the best of a horizon gains over the next, the floor, and naive, paired."""
    score = {name: float(np.nanmean(_within(walk, h))) for name, walk in walks.items()}
    best, following = sorted(score, key=lambda name: score[name])[:2]
    for rival in dict.fromkeys((following, FLOOR, NAIVE)):
        if rival == best:
            continue
        gain = _within(walks[rival], h) - _within(walks[best], h)
        said = f"least mean of {len(score)}, MASE of {rival} less its own, paired"
        yield _figure(f"winner's gain/{h}", walks[best].region, gain, seed, said, best)


def _cover(walk: _Walk, h: int, name: str, seed: int) -> Figure:
    rows = np.where(np.isnan(walk.miss[:, h - 1]), np.nan, walk.inside[:, :h].mean(axis=1))
    said = f"share of {h} days within bands of {LEVEL:.0%}"
    return _figure(f"cover/{h}", walk.region, rows, seed, said, name)


class _Watch(NamedTuple):
    """Alerts of one strategy: a row a day ahead of each origin, region and marker.

    Attributes:
        region: Length n.
        came: Whether the day was high. Shape (n, 14).
        said: Whether it was foretold. Shape (n, 14).
        leads: Days of warning before each period of high days. Shape (p,).
        where: Region of each period. Length p.
    """

    region: NDArray[Any]
    came: Flags
    said: Flags
    leads: Floats
    where: NDArray[Any]


def _alerts(felt: Trajectory, seed: int) -> Iterator[Figure]:
    """Yield F1 and lead time of alerts, of the floor and of the default."""
    for name in (FLOOR, "holt-winters"):
        watch = _watched(felt, registry.make(METHOD, strategy=name, origins=0))
        share = float(watch.came.mean())
        said = f"days above the mean + 1 sd of 60 days before the origin ({share:.1%} of all)"
        parts = [(watch.came & watch.said), watch.said, watch.came]
        yield from _rates(watch, parts, seed, said, name)
        told = "days of warning before a period of high days begins, 0 where none"
        yield replace(
            _figure("lead", watch.where, watch.leads, seed, told, name), unit="days"
        )  # fmt: skip
        early = np.asarray(watch.leads > 0, np.float64)
        yield _figure("warned", watch.where, early, seed, "share of periods with warning", name)


def _rates(watch: _Watch, parts: list[Flags], seed: int, said: str, by: str) -> tuple[Figure, ...]:
    family = np.array([FAMILY.get(name, name) for name in watch.region])
    names, code = np.unique(family, return_inverse=True)
    sums = np.zeros((len(names), 4))
    row = np.column_stack([np.ones(len(code)), *(part.sum(axis=1) for part in parts)])
    np.add.at(sums, code, row.astype(np.float64))

    def finish(total: Floats) -> Floats:
        both, told, came = total[:, 1], total[:, 2], total[:, 3]
        some = [np.maximum(part, 1) for part in (told, came, told + came)]
        return np.column_stack([both / some[0], both / some[1], 2 * both / some[2]])

    return figures(
        ("alert_precision", "alert_recall", "alert_f1"), sums, finish, ("no alert",) * 3,
        drawn="clusters of regions", seed=seed,
        setting=f"{WHAT}; {said}, {AHEAD} days ahead", by=by,
    )  # fmt: skip


def _watched(felt: Trajectory, how: Any) -> _Watch:
    regions: list[str] = []
    where: list[str] = []
    came: list[Flags] = []
    said: list[Flags] = []
    leads: list[Floats] = []
    made: dict[tuple[str, int], list[tuple[float, float]]] = {}
    first = felt.start.min()
    for origin in np.arange(first + FIRST, felt.start.max() - AHEAD + 1, WATCHED):
        past = _alive(felt, origin)
        if not len(past):
            continue
        truth = _came(felt, past, origin, AHEAD)
        ahead = how.forecast(past, AHEAD).values.reshape(truth.shape)
        names = [past.session.names[code] for code in past.groups.session]
        limit = np.stack([
            thresholds(past.values[low:high])[-1]
            for low, high in zip(past.groups.offsets[:-1], past.groups.offsets[1:], strict=True)
        ])[:, None]  # fmt: skip
        whole: Flags = np.asarray(~np.isnan(truth).any(axis=(1, 2)))
        regions += [
            n for n, on in zip(names, whole, strict=True) if on for _ in range(felt.space.k)
        ]
        for into, part in ((came, truth > limit), (said, ahead > limit)):
            into.append(part[whole].transpose(0, 2, 1).reshape(-1, AHEAD))
        for row, day, axis in np.argwhere(ahead > limit):
            made.setdefault((names[row], int(axis)), []).append((origin, origin + day))
    for region, axis, begins in _periods(felt):
        alerts = np.array(made.get((region, axis), [])).reshape(-1, 2)
        days = lead(begins, alerts[:, 0], alerts[:, 1], AHEAD)
        leads.append(days)
        where += [region] * len(days)
    return _Watch(
        np.array(regions), np.concatenate(came), np.concatenate(said),
        np.concatenate(leads), np.array(where),
    )  # fmt: skip


def _periods(felt: Trajectory) -> Iterator[tuple[str, int, Floats]]:
    """Yield first days of periods of high days, once alerts could be made, by region and axis."""
    found = periods(marked(felt))
    begin = felt.start.min() + FIRST + AHEAD
    for region in felt.sessions:
        for at, axis in enumerate(felt.space.names):
            own = found.filter(session=region, axis=axis)["first"].to_numpy()
            yield region, at, own[own >= begin]
