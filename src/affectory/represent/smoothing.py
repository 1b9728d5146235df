"""A smoother path through states at irregular times, with the spread that is left.

A Kalman filter and Rauch-Tung-Striebel smoother for one latent level per axis. The level
drifts, ``x(t + d) = m + e^(-a d) (x(t) - m) + noise`` with noise of variance
``q (1 - e^(-2 a d)) / (2 a)``: a random walk for a = 0, with ``q d``, an Ornstein-Uhlenbeck
process otherwise. Each state observes the level with the variance of its spread. All groups
march together, one position at a time.

The arithmetic is in `kalman`.

Papers: Kalman (1960); Rauch, Tung & Striebel (1965); a random walk begins diffuse, as in
Durbin & Koopman (2012), "Time Series Analysis by State Space Methods", chapter 5.

*Ours*: `m` is the precision-weighted mean of the group, taken as known.
"""

__all__ = ["smooth"]

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, NoRecords
from affectory.core.space import Kind
from affectory.core.trajectory import Trajectory
from affectory.represent.kalman import LEAST_SD, March

Floats = NDArray[np.float64]
COARSE = np.concatenate([[-np.inf], np.arange(-6.0, 4.0)])  # powers of ten, and none at all
ROUNDS = 5  # each looks four times closer


def smooth(
    trajectory: Trajectory,
    process: ArrayLike | None = None,
    noise: float | None = None,
    pull: float = 0.0,
    pooled: bool = False,
    fill: bool = True,
) -> Trajectory:
    """Return the smoothed states at the same times, with their spread.

    In a distribution all axes share one process variance, and one noise per row, so that the
    sum of each row stays one.

    Args:
        trajectory: What to smooth. Its spread says how badly each state is known.
        process: Variance q that the level gains in a clock unit, one for all axes or one each;
            None: by maximum likelihood.
        noise: One standard deviation of every observation, where the states have no spread (or
            instead of it); None: the spread, or by maximum likelihood where there is none.
        pull: Rate a at which the level returns to its mean, per clock unit, >= 0.
        pooled: Learn one process variance (and noise) for all groups, rather than one for each.
            A group with too few states to learn from always takes the pooled one.
        fill: Whether missing states are predicted, with a spread that grows with the distance
            from what is known; else they stay missing.

    Raises:
        BadChoice: if `process`, `noise` or `pull` is out of range, `process` has a wrong shape,
            or is given without anything that tells the noise.
        NoRecords: if there is too little to learn the variances from: two known states of a
            group, or three where the noise is to be learned too.
    """
    _check(trajectory, process, noise, pull)
    tied = trajectory.space.kind is Kind.DISTRIBUTION
    march = March.of(trajectory, noise, pull, tied)
    if process is not None:
        g, k = len(trajectory.groups), trajectory.space.k
        q = np.broadcast_to(np.asarray(process, dtype=np.float64), (g, k))
        scale = np.ones((g, k))
    else:
        q, scale = _learned(march, trajectory.spread is None and noise is None, pooled, tied)
    mean, var = march.smoothed(q, scale)
    values = np.clip(mean, *trajectory.space.bounds)
    spread = np.sqrt(np.maximum(var, 0.0))
    lost = ~np.isfinite(spread).all(axis=1)
    lost |= trajectory.missing & (not fill)
    values[lost], spread[lost] = np.nan, np.nan
    return replace(trajectory, values=values.astype(np.float32), spread=spread.astype(np.float32))


def _check(
    trajectory: Trajectory, process: ArrayLike | None, noise: float | None, pull: float
) -> None:
    if not 0 <= pull < np.inf:
        raise BadChoice("pull", pull, "a rate >= 0")
    if noise is not None and not 0 < noise < np.inf:
        raise BadChoice("noise", noise, "a standard deviation > 0, or None")
    if process is None:
        return
    q = np.asarray(process, dtype=np.float64)
    if q.shape not in ((), (trajectory.space.k,)) or not (q >= 0).all():
        raise BadChoice("process", process, f"a variance >= 0, or {trajectory.space.k} of them")
    if trajectory.space.kind is Kind.DISTRIBUTION and len(np.unique(q)) > 1:
        raise BadChoice("process", process, "one variance for all shares of a distribution")
    if trajectory.spread is None and noise is None:
        raise BadChoice("noise", noise, "a standard deviation > 0, since the states have no spread")


def _learned(march: March, noise: bool, pooled: bool, tied: bool) -> tuple[Floats, Floats]:
    """Return process variance and scale of the noise by maximum likelihood. Shapes (g, k)."""
    need = 3 if noise else 2
    enough = march.known >= need
    if not enough.any():
        cure = "give process and noise, or longer groups"
        raise NoRecords(f"smooth: groups of {need} known states", cure)
    alone = _climbed(march, noise, tied, pooled)
    if pooled or enough.all():
        return alone
    together, each = _climbed(march, noise, tied, pooled=True), enough[:, None]
    return np.where(each, alone[0], together[0]), np.where(each, alone[1], together[1])


def _climbed(march: March, noise: bool, tied: bool, pooled: bool) -> tuple[Floats, Floats]:
    """Return the best of a grid of powers of ten, looked at ever more closely."""
    unit = march.unit(noise)
    over = ((1,) if pooled else ()) + ((2,) if tied else ())
    if over:
        unit = np.broadcast_to(
            unit.mean(axis=tuple(a - 1 for a in over), keepdims=True), unit.shape
        )
    grid = np.broadcast_to(COARSE[:, None, None], (len(COARSE), *unit.shape))
    width = 1.0
    for _ in range(ROUNDS):
        fit, scale = _likelihood(march, unit * 10.0**grid, noise, over)
        best = fit.argmax(axis=0)[None]
        centre = np.maximum(np.take_along_axis(grid, best, axis=0), COARSE[1])
        power = np.take_along_axis(grid, best, axis=0)[0]
        level = np.take_along_axis(scale, best, axis=0)[0]
        fine = centre + np.linspace(-width, width, 9)[:, None, None]
        grid = np.concatenate([np.full_like(centre, -np.inf), fine])
        width /= 4
    return level * unit * 10.0**power, level


def _likelihood(
    march: March, q: Floats, noise: bool, over: tuple[int, ...]
) -> tuple[Floats, Floats]:
    """Return log-likelihood and scale of the noise of each candidate q. Shapes (c, g, k)."""
    surprise, square, count = march.innovations(q)
    if over:
        shape = surprise.shape
        surprise, square, count = (
            np.broadcast_to(part.sum(axis=over, keepdims=True), shape)
            for part in (surprise, square, count)
        )
    if not noise:
        return -0.5 * (surprise + square), np.ones_like(square)
    level = np.maximum(square / np.maximum(count, 1), LEAST_SD**2)
    return -0.5 * (surprise + count * np.log(level)), level
