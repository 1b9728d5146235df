"""Two people in one session: synchrony, lead and lag, contagion, each against surrogates.

Synchrony is the correlation of both courses at common times; lead and lag is where the
correlation is greatest when one course is moved against the other (positive: the first actor
leads); contagion is how much the partner's last state explains a state beyond the actor's own
last one. Short, inert courses correlate by accident, so each number stands beside surrogates
in which the partner was elsewhere. Pairs with fewer than eight states of either are not
measured: hardly a world without influence could be told from what was seen.

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
from affectory.measure.bootstrap import codes_of, interval, mean, wording
from affectory.measure.influence import (
    FEWEST_STEPS,
    Move,
    beta,
    lagged,
    near,
    products,
    strongest,
)
from affectory.measure.partners import Grid, Pairs, Steps
from affectory.measure.series import Flags, Floats, Rows, Series
from affectory.measure.surrogates import Reached, Surrogate, Worlds, reachable, two_sided

DYAD_MEANINGS = {
    "synchrony": "how far two people move together: correlation at common times, -1 to 1",
    "synchrony_p": "share of distinct worlds without influence that are at least as far out",
    "peak_correlation": "correlation at the lag where it is strongest",
    "peak_p": "share of distinct worlds without influence whose peak is at least as strong",
    "lag": "time by which the first actor leads where the correlation is strongest",
    "contagion_ab": "what the first's last state adds to the second's own, in SDs per SD",
    "contagion_ab_p": "share of distinct worlds without influence that are at least as far out",
    "contagion_ba": "what the second's last state adds to the first's own, in SDs per SD",
    "contagion_ba_p": "share of distinct worlds without influence that are at least as far out",
}
DYAD_REASONS = (
    "",
    "fewer than eight known states of either, or these do not vary at common times",
    "fewer than eight known states of either, or six steps with both last states known that "
    "vary each by itself",
    "no surrogate was made",
    "too few distinct surrogates for a p of .05",
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
        left: Pairs that were not measured.
    """

    name: str
    axis: str
    parts: Floats
    finish: Callable[[Floats], Floats]
    surrogates: Floats
    left: int


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
        left: Pairs of the same sessions that were not measured, as they have fewer states.
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
    left: int = 0

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
        number over surrogates; `<name>_p`, the two-sided p of the former among the latter. The
        setting says how many pairs were left out.
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
    pairs: int = 50,
    seed: int = 0,
) -> Dyads:
    """Measure the actors that share a session, two and two, on every axis.

    Args:
        felt: States of any number of sessions; sessions with one actor give no row.
        surrogates: How many worlds without influence are made at most, >= 0 (0: no p).
        how: How they are made.
        lags: Greatest move of one course against the other, in grid steps, >= 0.
        window: Grid steps of the pieces in which both are correlated, before the mean over
            pieces is taken, >= 4 and more than lags; None: the whole course. Pieces forgive
            a common drift.
        pairs: How many pairs of a session are measured, those with most common states, >= 1.
        seed: Seed of the surrogates.

    Returns:
        Dyads, one row per pair and axis. A grid step is the median interval between states of
        whom has the shorter one. A p is NaN where there are too few distinct surrogates for
        .05: 19, or 39 partners of other sessions.

    Raises:
        BadValues: if the states are draws of possible futures.
        BadChoice: if surrogates or lags is negative, pairs below 1, a window is too narrow, or
            partners of other sessions are asked for and there is a single session.
    """
    _check(surrogates, lags, window, pairs)
    found, lag = Pairs.of(felt, pairs), np.arange(-lags, lags + 1)
    if how is Surrogate.PARTNER and len(np.unique(found.session)) == 1:
        raise BadChoice("surrogate", how, "SHIFT, as there is a single session")
    k, p, m = felt.space.k, len(found), len(_NAMES)
    values, n = np.empty((p, k, m)), np.zeros((p, k), np.int64)
    profiles, steps = np.empty((p, k, len(lag))), np.empty((p, k))
    corpus: list[Corpus] = []
    for at, s in enumerate(Series.each(felt)):
        plan = _Plan(found.session, how, surrogates, (seed, at))
        grid, walk = Grid.of(s, found), Steps.of(s, found)
        n[:, at], steps[:, at] = np.diff(grid.head), grid.step
        moves = [Move.of(grid, int(by), window) for by in lag]
        profiles[:, at] = lagged(moves, grid.b)
        close = near(grid, lag, window)
        values[:, at, :_GRIDDED], moving = _moving(profiles[:, at], grid, moves, close, plan)
        values[:, at, _GRIDDED:], catching = _catching(walk, plan)
        together = _mean_parts(profiles[:, at, lags], found.session)
        pooled = _by_session(products(walk, walk.partner), found.session)
        corpus.append(Corpus("synchrony", s.axis.name, together, mean, moving, found.left))
        corpus.append(Corpus("contagion", s.axis.name, pooled, beta, catching, found.left))
    flat = values.reshape(p * k, m)
    return Dyads(
        felt.clock, _keys(felt, found), n.ravel(), _NAMES, flat, _reasons(flat, surrogates), lag,
        profiles.reshape(p * k, len(lag)), steps.ravel(), tuple(corpus), felt.by, found.left,
    )  # fmt: skip


def _check(surrogates: int, lags: int, window: int | None, pairs: int) -> None:
    if pairs < 1:
        raise BadChoice("pairs", pairs, "1 or more")
    for name, value in (("surrogates", surrogates), ("lags", lags)):
        if value < 0:
            raise BadChoice(name, value, "0 or more")
    if window is not None and window < max(4, lags + 1):
        raise BadChoice("window", window, f"{max(4, lags + 1)} or more, or None")


class _Plan(NamedTuple):
    """How surrogates are made: of which sessions, how, how many, from which seed."""

    session: Rows
    how: Surrogate
    made: int
    seed: tuple[int, int]

    @property
    def fold(self) -> Callable[[Floats], Floats]:
        """What makes a correlation a distance from chance: about 0 for rotations only."""
        return np.abs if self.how is Surrogate.SHIFT else np.asarray

    def p(self, reached: Reached) -> Floats:
        """Return the p of folded numbers. Shape (p,)."""
        one = self.how is Surrogate.SHIFT
        return reached.one_sided() if one else reached.two_sided()


def _reasons(values: Floats, surrogates: int) -> NDArray[np.uint8]:
    """Return why each measure is undefined. Shape (r, m)."""
    why = np.where(np.arange(len(_NAMES)) < _GRIDDED, 1, 2)
    tested = np.array([name.endswith("_p") for name in _NAMES])
    number = np.roll(values, 1, axis=1)  # a p stands after the number that it is of
    untested = tested & ~np.isnan(number)
    why = np.where(untested, 4 if surrogates else 3, why)
    return np.where(np.isnan(values), why, 0).astype(np.uint8)


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
    profile: Floats, grid: Grid, moves: list[Move], close: Flags, plan: _Plan
) -> tuple[Floats, Floats]:
    """Return the measures on common times (p, 5) and the surrogates' mean synchrony (s,)."""
    now, p = len(moves) // 2, len(profile)
    worlds = Worlds(grid.head, plan.session, plan.how, plan.made, plan.seed)
    peak, at = strongest(profile, close)
    still = tops = Reached.none(p)
    means = np.full(worlds.made, np.nan)
    for count, world in enumerate(worlds):
        drawn = lagged(moves, grid.b[world.source])
        top = np.abs(strongest(drawn, close)[0])
        still = still.add(plan.fold(drawn[:, now]), plan.fold(profile[:, now]), world.fresh)
        tops = tops.add(top, np.abs(peak), world.fresh)
        known = ~np.isnan(drawn[:, now])
        if world.parted and known.any():
            means[count] = drawn[known, now].mean()
    lag = np.where(np.isnan(peak), np.nan, (at - now) * grid.step)
    alike = np.where(np.isnan(peak), np.nan, plan.p(still)), tops.one_sided()
    return np.column_stack([profile[:, now], alike[0], peak, alike[1], lag]), means


def _catching(walk: Steps, plan: _Plan) -> tuple[Floats, Floats]:
    """Return contagion and its p, both ways (p, 4), and the surrogates' pooled one (s,)."""
    ways = len(walk.head) - 1
    both = np.concatenate([plan.session, plan.session])
    worlds = Worlds(walk.head, both, plan.how, plan.made, (*plan.seed, 1))
    seen = beta(products(walk, walk.partner), least=FEWEST_STEPS)
    reached, pooled = Reached.none(ways), np.full(worlds.made, np.nan)
    for count, world in enumerate(worlds):
        parts = products(walk, walk.partner[world.source])
        drawn = beta(parts, least=FEWEST_STEPS)
        reached = reached.add(plan.fold(drawn), plan.fold(seen), world.fresh)
        if world.parted:
            pooled[count] = beta(parts.sum(axis=0)[None])[0]
    p, half = np.where(np.isnan(seen), np.nan, plan.p(reached)), ways // 2
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
    words = wording(n, "sessions", level, resamples, seed)
    left = f"; {corpus.left} pairs with fewer common states left out" if corpus.left else ""
    seen = Figure(label[""], value, float(low[0]), float(high[0]), n, setting=words + left, by=by)
    drawn = corpus.surrogates[~np.isnan(corpus.surrogates)]
    if not len(drawn):
        return (seen,)
    tails = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    made = f"{len(drawn)} surrogates"
    apart = Figure(
        label["_surrogate"], float(drawn.mean()), float(tails[0]), float(tails[1]),
        n, setting=f"{made}, {level:.0%} of them{left}", by=by,
    )  # fmt: skip
    why = "" if reachable(len(drawn)) else DYAD_REASONS[4]
    p = two_sided(drawn, value)
    words = f"two-sided among {made}{left}"
    return seen, apart, Figure(label["_p"], p, n=n, setting=words, by=by, reason=why)
