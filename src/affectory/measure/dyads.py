"""Two people in one session: synchrony, lead and lag, contagion, each against surrogates.

Synchrony is the correlation of both courses at common times; lead and lag is where the
correlation is greatest when one course is moved against the other (positive: the first actor
leads); contagion is how much the partner's last state explains a state beyond the actor's own
last one. Short, inert courses correlate by accident, so each number stands beside surrogates
in which the partner was elsewhere.

Papers: Boker, Xu, Rotondo & King 2002 (windowed cross-correlation); Moulder, Boker, Ramseyer
& Tschacher 2018 (surrogates for synchrony); Butler 2011 (coregulation and contagion).
"""

__all__ = ["DYAD_MEANINGS", "DYAD_REASONS", "Dyads", "dyads"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.core.figure import Figure
from affectory.core.trajectory import Clock, Trajectory
from affectory.measure.bootstrap import codes_of, interval
from affectory.measure.influence import (
    FEWEST_STEPS,
    Move,
    beta,
    lagged,
    products,
    reaching,
    strongest,
    two_sided,
)
from affectory.measure.partners import Grid, Pairs, Steps, Surrogate
from affectory.measure.series import Floats, Rows, Series

DYAD_MEANINGS = {
    "synchrony": "how far two people move together: correlation at common times, -1 to 1",
    "synchrony_p": "share of surrogates at least as far from their mean, of 1",
    "peak_correlation": "correlation at the lag where it is strongest",
    "peak_p": "share of surrogates with a peak at least as strong, of 1",
    "lag": "time by which the first actor leads where the correlation is strongest",
    "contagion_ab": "what the first's last state adds to the second's own, in SDs per SD",
    "contagion_ab_p": "share of surrogates at least as far from their mean, of 1",
    "contagion_ba": "what the second's last state adds to the first's own, in SDs per SD",
    "contagion_ba_p": "share of surrogates at least as far from their mean, of 1",
}
DYAD_REASONS = (
    "",
    "fewer than four common times at which both are known and vary",
    "fewer than six steps with both last states known, or these do not vary each by itself",
    "no surrogate was made",
)
_NAMES = tuple(DYAD_MEANINGS)
_GRIDDED = 5  # the first names rest on common times, the others on steps


class Corpus(NamedTuple):
    """What holds of all pairs on one axis: the number, and that of each surrogate.

    Attributes:
        name: "synchrony" or "contagion".
        axis: Name of the axis.
        parts: Parts of the measure by session; `finish` makes the number of their sum.
            Shape (c, m).
        finish: Turns summed parts (r, m) into numbers (r,).
        surrogates: Shape (s,).
    """

    name: str
    axis: str
    parts: Floats
    finish: Callable[[Floats], Floats]
    surrogates: Floats


@dataclass(frozen=True, eq=False)
class Dyads:
    """Measures of pairs, one row for each pair of actors in a session and axis.

    Args:
        clock: Unit of times.
        keys: Columns session, a, b, axis. r rows.
        n: Common times of each row. Shape (r,).
        names: Names of the measures.
        values: NaN where undefined. Shape (r, m).
        reasons: Why, as codes into `DYAD_REASONS`. Shape (r, m).
        lags: Moves of the second course against the first, in grid steps. Shape (l,).
        profiles: Correlation at each lag. Shape (r, l).
        steps: Clock units of a grid step. Shape (r,).
        corpus: Synchrony and contagion over all pairs, with their surrogates.
        by: Whose states they are.
    """

    clock: Clock
    keys: pl.DataFrame
    n: NDArray[np.int64]
    names: tuple[str, ...]
    values: Floats
    reasons: NDArray[np.uint8]
    lags: Rows
    profiles: Floats
    steps: Floats
    corpus: tuple[Corpus, ...]
    by: str = ""

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.n)

    def table(self) -> pl.DataFrame:
        """Return one row a pair and axis: session, a, b, axis, n and each measure."""
        columns = [
            pl.Series(name, self.values[:, at]).fill_nan(None) for at, name in enumerate(self.names)
        ]
        return self.keys.with_columns(pl.Series("n", self.n), *columns)

    def profile(self, row: int) -> tuple[Floats, Floats]:
        """Return lags in clock units (positive: a leads) and the correlations of one row."""
        return self.lags * self.steps[row], self.profiles[row]

    def figures(
        self, level: float = 0.95, resamples: int = 2000, seed: int = 0
    ) -> tuple[Figure, ...]:
        """Return synchrony and contagion over all pairs, and those of the surrogates.

        For each axis: the mean synchrony, and the pooled coefficient of contagion, with
        intervals over sessions; `<name>_surrogate`, the mean and the interval of the same
        number over surrogates; `<name>_p`, the two-sided p of the former among the latter.
        """
        return tuple(
            figure
            for corpus in self.corpus
            for figure in _figures(corpus, self.by, level, resamples, seed)
        )


def dyads(
    felt: Trajectory,
    *,
    surrogates: int = 200,
    how: Surrogate = Surrogate.SHIFT,
    lags: int = 5,
    window: int | None = None,
    seed: int = 0,
) -> Dyads:
    """Measure every two actors that share a session, on every axis.

    Args:
        felt: States of any number of sessions; sessions with one actor give no row.
        surrogates: How many worlds without influence are made, >= 0 (0: no p).
        how: How they are made.
        lags: Greatest move of one course against the other, in grid steps, >= 0.
        window: Grid steps of the pieces in which both are correlated, before the mean over
            pieces is taken, >= 4 and more than lags; None: the whole course. Pieces forgive
            a common drift.
        seed: Seed of the surrogates.

    Returns:
        Dyads, one row per pair and axis. A grid step is the span that both share over the
        number of states in it of whom has more. Needs 8 bytes a pair and surrogate.

    Raises:
        BadValues: if the states are draws of possible futures.
        BadChoice: if surrogates or lags is negative, a window is too narrow, or partners of
            other sessions are asked for and there is a single session.
    """
    _check(surrogates, lags, window)
    pairs, lag = Pairs.of(felt), np.arange(-lags, lags + 1)
    k, p, m = felt.space.k, len(pairs), len(_NAMES)
    values, n = np.empty((p, k, m)), np.zeros((p, k), np.int64)
    profiles, steps = np.empty((p, k, len(lag))), np.empty((p, k))
    corpus: list[Corpus] = []
    for at, s in enumerate(Series.each(felt)):
        worlds = _Worlds(pairs.session, how, surrogates, (seed, at))
        grid, walk = Grid.of(s, pairs), Steps.of(s, pairs)
        n[:, at], steps[:, at] = np.diff(grid.head), grid.step
        moves = [Move.of(grid, int(by), window) for by in lag]
        profiles[:, at] = lagged(moves, grid.b)
        values[:, at, :_GRIDDED], moving = _moving(profiles[:, at], grid, moves, worlds)
        values[:, at, _GRIDDED:], catching = _catching(walk, worlds)
        together = _mean_parts(profiles[:, at, lags], pairs.session)
        pooled = _by_session(products(walk, walk.partner), pairs.session)
        corpus.append(Corpus("synchrony", s.axis.name, together, _mean, moving))
        corpus.append(Corpus("contagion", s.axis.name, pooled, beta, catching))
    flat = values.reshape(p * k, m)
    return Dyads(
        felt.clock, _keys(felt, pairs), n.ravel(), _NAMES, flat, _reasons(flat, surrogates), lag,
        profiles.reshape(p * k, len(lag)), steps.ravel(), tuple(corpus), felt.by,
    )  # fmt: skip


def _check(surrogates: int, lags: int, window: int | None) -> None:
    for name, value in (("surrogates", surrogates), ("lags", lags)):
        if value < 0:
            raise BadChoice(name, value, "0 or more")
    if window is not None and window < max(4, lags + 1):
        raise BadChoice("window", window, f"{max(4, lags + 1)} or more, or None")


class _Worlds(NamedTuple):
    """How surrogates are made: of which sessions, how, how many, from which seed."""

    session: Rows
    how: Surrogate
    made: int
    seed: tuple[int, int]


def _reasons(values: Floats, surrogates: int) -> NDArray[np.uint8]:
    """Return why each measure is undefined. Shape (r, m)."""
    why = np.where(np.arange(len(_NAMES)) < _GRIDDED, 1, 2)
    tested = np.array([name.endswith("_p") for name in _NAMES])
    number = np.roll(values, 1, axis=1)  # a p stands after the number that it is of
    untested = tested & ~np.isnan(number) & (surrogates == 0)
    return np.where(np.isnan(values), np.where(untested, 3, why), 0).astype(np.uint8)


def _keys(felt: Trajectory, pairs: Pairs) -> pl.DataFrame:
    k = felt.space.k
    a, b = (felt.groups.offsets[np.repeat(side, k)] for side in (pairs.a, pairs.b))
    columns = [
        felt.session.take(a).to_series("session"),
        felt.actor.take(a).to_series("a"),
        felt.actor.take(b).to_series("b"),
        pl.Series("axis", felt.space.names * len(pairs), dtype=pl.String),
    ]
    return pl.DataFrame(columns)


def _moving(
    profile: Floats, grid: Grid, moves: list[Move], worlds: _Worlds
) -> tuple[Floats, Floats]:
    """Return the measures on common times (p, 5) and the surrogates' mean synchrony (s,)."""
    now, p = len(moves) // 2, len(profile)
    rng = np.random.default_rng(worlds.seed)
    peak, at = strongest(profile)
    some = worlds.made if len(grid.pair) else 0
    still, tops = (np.empty((some, p), np.float32) for _ in range(2))
    means = np.empty(some)
    for world in range(some):
        drawn = lagged(moves, grid.parted(worlds.how, worlds.session, rng))
        still[world], (tops[world], _) = drawn[:, now], strongest(drawn)
        means[world] = _mean(_mean_parts(drawn[:, now], worlds.session).sum(axis=0)[None])[0]
    lag = np.where(np.isnan(peak), np.nan, (at - now) * grid.step)
    alike = two_sided(still, profile[:, now]), reaching(np.abs(tops), np.abs(peak))
    return np.column_stack([profile[:, now], alike[0], peak, alike[1], lag]), means


def _catching(walk: Steps, worlds: _Worlds) -> tuple[Floats, Floats]:
    """Return contagion and its p, both ways (p, 4), and the surrogates' pooled one (s,)."""
    ways = len(walk.head) - 1
    rng = np.random.default_rng((*worlds.seed, 1))
    seen = beta(products(walk, walk.partner), least=FEWEST_STEPS)
    some = worlds.made if len(walk.way) else 0
    drawn, pooled = np.empty((some, ways)), np.empty(some)
    for world in range(some):
        parts = products(walk, walk.parted(worlds.how, worlds.session, rng))
        drawn[world] = beta(parts, least=FEWEST_STEPS)
        pooled[world] = beta(parts.sum(axis=0)[None])[0]
    p, half = two_sided(drawn, seen), ways // 2
    return np.column_stack([seen[:half], p[:half], seen[half:], p[half:]]), pooled


def _by_session(parts: Floats, session: Rows) -> Floats:
    """Return parts of both ways (2 p, m) summed over sessions. Shape (c, m)."""
    code, c = codes_of(np.concatenate([session, session]), len(parts))
    sums = np.zeros((c, parts.shape[1]))
    np.add.at(sums, code, parts)
    return sums[sums[:, 0] > 0]


def _mean_parts(values: Floats, session: Rows) -> Floats:
    """Return how many values are defined and their sum, by session. Shape (c, 2)."""
    known = ~np.isnan(values)
    code, c = codes_of(session, len(values))
    count = np.bincount(code, known, minlength=c).astype(np.float64)
    total = np.bincount(code, np.where(known, values, 0.0), minlength=c)
    sums = np.column_stack([count, total]).astype(np.float64)
    return sums[count > 0] if (count > 0).any() else np.zeros((1, 2))


def _mean(sums: Floats) -> Floats:
    count = sums[:, 0]
    return np.where(count > 0, sums[:, 1] / np.where(count > 0, count, 1.0), np.nan)


def _figures(
    corpus: Corpus, by: str, level: float, resamples: int, seed: int
) -> tuple[Figure, ...]:
    """Return the number over all pairs, that of the surrogates, and its p."""
    label = {name: f"{corpus.name}{name}/{corpus.axis}" for name in ("", "_surrogate", "_p")}
    value = float(corpus.finish(corpus.parts.sum(axis=0)[None])[0])
    if np.isnan(value):
        why = DYAD_REASONS[1 if corpus.name == "synchrony" else 2]
        return tuple(Figure(name, np.nan, reason=why, by=by) for name in label.values())
    low, high = interval(
        corpus.parts, corpus.finish, level=level, resamples=resamples, seed=seed
    )  # (1,), (1,)
    n = len(corpus.parts)
    words = f"bootstrap over sessions, {level:.0%}, {resamples} resamples, seed {seed}"
    seen = Figure(label[""], value, float(low[0]), float(high[0]), n, setting=words, by=by)
    if not len(corpus.surrogates):
        return (seen,)
    tails = np.quantile(corpus.surrogates, [(1 - level) / 2, (1 + level) / 2])
    p = float(two_sided(corpus.surrogates[:, None], np.array([value]))[0])
    made = f"{len(corpus.surrogates)} surrogates"
    apart = Figure(
        label["_surrogate"], float(corpus.surrogates.mean()), float(tails[0]), float(tails[1]),
        n, setting=f"{made}, {level:.0%} of them", by=by,
    )  # fmt: skip
    return seen, apart, Figure(label["_p"], p, n=n, setting=f"two-sided among {made}", by=by)
