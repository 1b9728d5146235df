"""Several raters at the same times: their samples on one grid, with holes where nobody spoke.

The grid covers whatever anybody rated, though not the silence before what lies far off. A rater
who came late, left early or was silent for longer than a second of play has no value there, and
takes none from the others.
"""

__all__ = ["Panel", "by_time", "by_turn", "fine", "held"]

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadValues
from affectory.store.sampled import HELD, latest, spans, when

Floats = NDArray[np.float64]

STEP, FEWEST, MOST = 0.1, 400, 12_000  # seconds between times, and how many times
WINDOWS, APART = 10, 6.0  # where lags are looked for in long sessions; seconds between windows
UNLIKE = 0.02  # share of a session by which two takes may differ on when something was played


@dataclass(frozen=True, slots=True)
class Panel:
    """What raters say at the same times.

    Args:
        x: Times in seconds of play where all takes know it, else in the session's own; of turns
            their number. Shape (n,).
        at: The session's own time of each. Shape (n,).
        seq: Which turn each is, None for traced takes. Shape (n,).
        table: What each says, NaN where nothing. Shape (n, r, k).
        played: Whether `x` counts seconds of play.
    """

    x: Floats
    at: Floats
    seq: NDArray[np.int64] | None
    table: Floats
    played: bool = False

    @property
    def step(self) -> float:
        """Time from one row to the next, 1 where there are not two."""
        return float(self.x[1] - self.x[0]) if len(self.x) > 1 else 1.0

    def shared(self, table: Floats, least: int = 2) -> float:
        """Return for how long so many raters or more have a value, in the unit of `x`.

        Args:
            table: What raters say on an axis. Shape (n, r).
            least: How many, >= 1.
        """
        several = (~np.isnan(table)).sum(axis=1) >= least
        return float((several[1:] & several[:-1]).sum() * self.step)


def by_turn(every: Sequence[pl.DataFrame], axes: Sequence[str]) -> Panel:
    """Return the turns that anybody rated, in order, and what each says of them.

    Args:
        every: Samples of each rater: `n` is the turn, `at` its time, and a column an axis.
        axes: Which axes; NaN where a rater has not rated one.

    Raises:
        BadValues: if there is no rater.
    """
    _some(every)
    pairs = pl.concat([rows.select("n", "at") for rows in every]).unique("n").sort("at", "n")
    seq = pairs["n"].to_numpy()
    place = pairs.select("n").with_row_index("row")
    table = np.full((len(seq), len(every), len(axes)), np.nan)
    for who, rows in enumerate(every):
        at = rows.select("n").join(place, on="n", how="left", maintain_order="left")["row"]
        table[at.to_numpy(), who] = _columns(rows, axes)
    return Panel(np.arange(float(len(seq))), pairs["at"].to_numpy(), seq, table)


def by_time(
    every: Sequence[pl.DataFrame], axes: Sequence[str], lags: Sequence[float] | None = None
) -> Panel:
    """Return regular times over all that anybody rated, and what each says then.

    Args:
        every: Samples of each rater: `n`, `at`, `play` (null where nobody told) and a column an
            axis; one sample or more each.
        axes: Which axes; NaN where a rater has not rated one.
        lags: How late each hand was, taken away before anything is put on the grid, in seconds
            of play (of the session's own time where nobody told of play); None for 0.

    Raises:
        BadValues: if there is no rater.
    """
    voices = _voices(every, axes, lags)
    return voices.on(_times(_rated(voices.spans)))


def fine(
    every: Sequence[pl.DataFrame], axes: Sequence[str], lags: Sequence[float] | None = None
) -> Panel:
    """Return times a tenth of a second apart, for the lags of hands.

    Of a session that has too many of them: windows all along it, six seconds without a value
    between. Where nobody told of play it is what `by_time` gives. Arguments as there.
    """
    voices = _voices(every, axes, lags)
    low, high = _rated(voices.spans)
    length = high - low
    if not voices.played or length.sum() / STEP < MOST:
        return voices.on(_times((low, high)))
    rows = MOST // WINDOWS
    before = np.cumsum(length) - length
    first = np.linspace(0, length.sum() - rows * STEP, WINDOWS)
    mine = np.searchsorted(before, first, side="right") - 1
    grid = (low[mine] + first - before[mine])[:, None] + STEP * np.arange(rows)
    pause = np.full((WINDOWS, round(APART / STEP)), np.nan)
    return voices.on(np.hstack([grid, pause]).ravel())


def held(grid: Floats, start: Floats, said: Floats, stop: Floats | None = None) -> Floats:
    """Return what holds at each time, NaN where nothing does.

    Args:
        grid: Times, NaN where there is none. Shape (n,).
        start: When each value was said, in order. Shape (m,), m >= 1.
        said: The values. Shape (m,) or (m, k).
        stop: Until when each holds; None: until the next one, the last for ever. Shape (m,).
    """
    place = np.searchsorted(start, grid, side="right") - 1
    there = (place >= 0) & ~np.isnan(grid)
    place = np.maximum(place, 0)
    if stop is not None:
        there &= (grid < stop[place]) | (grid == start[place])
    there = there if said.ndim == 1 else there[:, None]
    return np.where(there, said[place], np.nan)


@dataclass(frozen=True, slots=True)
class _Voices:
    """Samples in order, and from when to when each holds, on the axis of time of a grid."""

    rows: tuple[pl.DataFrame, ...]
    spans: tuple[tuple[Floats, Floats], ...]
    said: tuple[Floats, ...]
    played: bool

    def on(self, x: Floats) -> Panel:
        """Return what each says at times."""
        every = zip(self.spans, self.said, strict=True)
        told = [held(x, start, said, stop) for (start, stop), said in every]
        at = when(_course(self.rows), x) if self.played else x
        return Panel(x, at, None, np.stack(told, axis=1), self.played)


def _voices(
    every: Sequence[pl.DataFrame], axes: Sequence[str], lags: Sequence[float] | None
) -> _Voices:
    _some(every)
    told = [latest(rows) for rows in every]
    played = _same_play(told)
    rows = tuple(one.sort("play", "n") for one in told) if played else tuple(told)
    moved = zip(rows, lags or [0.0] * len(rows), strict=True)
    ends = tuple(_played(one, lag) if played else spans(one, lag) for one, lag in moved)
    return _Voices(rows, ends, tuple(_columns(one, axes) for one in rows), played)


def _played(rows: pl.DataFrame, lag: float) -> tuple[Floats, Floats]:
    """Return from when to when each sample holds, in seconds of play."""
    play = rows["play"].to_numpy()
    following = np.append(play[1:], play[-1:])
    return play - lag, np.minimum(following, play + HELD) - lag


def _rated(every: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Return from when to when somebody rated. Shapes (m,).

    Of what is too long for a tenth of a second between times, a silence longer than all that was
    rated is left out: one sample far from the others would have the times of the grid.
    """
    start, stop = (np.concatenate([one[side] for one in every]) for side in (0, 1))
    order = np.argsort(start, kind="stable")
    start, until = start[order], np.maximum.accumulate(stop[order])
    silent = start[1:] - until[:-1]
    low, high = start[0], start[-1]
    most = max((high - low) - silent[silent > 0].sum(), APART)
    breaks = np.flatnonzero(silent > most)
    if (high - low) / STEP < MOST or len(breaks) > MOST // 10:
        breaks = breaks[:0]
    return np.append(low, start[breaks + 1]), np.append(until[breaks], high)


def _times(rated: tuple[Floats, Floats]) -> Floats:
    """Return regular times over stretches; of several, each ends in a time without a value."""
    low, high = rated
    length = high - low
    if len(low) == 1:
        n = min(MOST, max(FEWEST, round(length[0] / STEP) + 1)) if length[0] > 0 else 1
        return np.linspace(low[0], high[0], n)
    step = max(STEP, length.sum() / (MOST - 2 * len(low)))
    return np.concatenate([
        one + step * np.arange(int(size / step) + 2) for one, size in zip(low, length, strict=True)
    ])  # fmt: skip


def _course(every: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return when what was played: as the longest take tells it, beyond it as the others do."""
    ranges = [(rows["play"][0], rows["play"][-1]) for rows in every]
    longest = max(range(len(every)), key=lambda at: ranges[at][1] - ranges[at][0])
    low, high = ranges[longest]
    beyond = [rows.filter(~pl.col("play").is_between(low, high)) for rows in every]
    return pl.concat([rows.select("at", "play") for rows in (every[longest], *beyond)])


def _same_play(every: Sequence[pl.DataFrame]) -> bool:
    """Whether all takes know when they were played, and mean the same by it."""
    if any(rows["play"].null_count() for rows in every):
        return False
    first = every[0].unique("play", keep="first").sort("play")
    play, at = first["play"].to_numpy(), first["at"].to_numpy()
    reach = UNLIKE * max(float(np.ptp(at)), 1e-9)
    for rows in every[1:]:
        near = rows.filter(pl.col("play").is_between(play[0], play[-1]))
        gap = np.abs(np.interp(near["play"].to_numpy(), play, at) - near["at"].to_numpy())
        if len(gap) and np.median(gap) > reach:
            return False
    return True


def _columns(rows: pl.DataFrame, axes: Sequence[str]) -> Floats:
    """Return what was said on each axis, NaN where it was not rated. Shape (n, k)."""
    none = np.full(rows.height, np.nan)
    return np.column_stack([rows[a].to_numpy() if a in rows.columns else none for a in axes])


def _some(every: Sequence[pl.DataFrame]) -> None:
    if not every or not all(rows.height for rows in every):
        raise BadValues("panel", "a rater without samples", "one sample or more of each rater")
