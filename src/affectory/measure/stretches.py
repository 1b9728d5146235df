"""Neighbours in time resemble each other: what is drawn again is a long stretch, not a moment.

A stretch is a tenth of what there is and may begin anywhere, the end being followed by the
beginning (circular blocks, Politis & Romano 1992, "A circular block-resampling procedure for
stationary data"). It must be long beside the memory of the values, for which the block length
that their autocorrelation asks for is taken (Politis & White 2004, "Automatic block-length
selection for the dependent bootstrap", as corrected by Patton, Politis & White 2009). Where a
tenth is shorter there is no interval: one of shorter stretches would hold far too little.

Differs from the paper: its length is a lower bound, and the stretch a tenth in any case: the
ends of ten long stretches, with Student's t for ten, hold what they say more often than those of
many short ones (*ours*; `benchmarks/rating_intervals.py` counts it).
"""

__all__ = ["MANY", "circular", "memory"]

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MANY = 10  # stretches that are drawn
CELLS = 40  # places in a stretch at which it may begin


def memory(values: ArrayLike) -> float:
    """Return the block length that series ask for, as a share of their own; the longest counts.

    Infinite where they are too few to tell, 0 where they never vary.

    Args:
        values: Values in the order of time, a column a series, NaN where there is none. Shape
            (n,) or (n, k).

    Example:
        >>> import numpy as np
        >>> from affectory.measure.stretches import memory
        >>> noise = np.random.default_rng(0).normal(size=2000)
        >>> bool(memory(noise) < 0.01 < memory(np.convolve(noise, np.ones(200), "valid")))
        True
    """
    told = np.asarray(values, np.float64)
    told = told[:, None] if told.ndim == 1 else told
    return max((_share(column[~np.isnan(column)]) for column in told.T), default=np.inf)


def circular(sums: Floats) -> Floats:
    """Return the sums over each stretch of a tenth of the rows, wherever it begins.

    Args:
        sums: Parts of a measure of each row, in the order of time, n >= 10. Shape (n, m).

    Returns:
        Shape (c, m), c at most `MANY` times `CELLS`.
    """
    parts = np.add.reduceat(sums, _heads(len(sums)), axis=0)
    wide = len(parts) // MANY
    total = np.cumsum(np.vstack([np.zeros_like(parts[:1]), parts, parts[:wide]]), axis=0)
    return np.asarray(total[wide:-1] - total[: -wide - 1])


def _heads(n: int) -> NDArray[np.int64]:
    """Return where each of the cells begins that n rows fall into."""
    cells = min(n, MANY * CELLS)
    return np.arange(cells) * n // cells


def _share(values: Floats) -> float:
    """Return the block length of Politis & White for circular blocks, as a share of n."""
    if len(values) < MANY:
        return float("inf")
    heads = _heads(len(values))
    cells = np.add.reduceat(values, heads) / np.diff(np.append(heads, len(values)))
    n, away = len(cells), cells - cells.mean()
    power = np.abs(np.fft.rfft(away, 2 * n)) ** 2
    spread = np.fft.irfft(power, 2 * n)[: n // 2] / n  # autocovariance of each lag
    if spread[0] <= 1e-15 * np.square(values).mean():
        return 0.0
    reach = min(2 * _silent(spread / spread[0], n), len(spread) - 1)
    lag = np.arange(-reach, reach + 1)
    told = np.clip(2 * (1 - np.abs(lag) / reach), 0.0, 1.0) * spread[np.abs(lag)]
    slope, level = float(np.abs(lag) @ told), float(told.sum())
    if level <= 0:  # what goes to and fro within a cell or two is told soon
        return 1.0 / n
    return float(max(1.0, (1.5 * n * (slope / level) ** 2) ** (1 / 3)) / n)


def _silent(alike: Floats, n: int) -> int:
    """Return the lag from which a run of autocorrelations is no more than noise, at least 1."""
    run = max(5, int(np.ceil(np.sqrt(np.log10(n)))))
    small = np.abs(alike[1:]) < 2 * np.sqrt(np.log10(n) / n)
    whole = np.convolve(small, np.ones(run), "valid") >= run if len(small) >= run else small[:0]
    return max(1, int(np.argmax(whole)) if whole.any() else len(alike) // 2)
