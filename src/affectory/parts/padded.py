"""Runs of rows of unlike length, side by side, so that one step in time is one slice.

The last row of every run stands at the bottom, what is missing above it is NaN: the origin of a
forecast is the same row for all.
"""

__all__ = ["bundles", "dealt", "stacked"]

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CELLS = 1 << 21  # of one bundle: 16 MiB


def stacked(rows: NDArray[np.floating], offsets: Ints, runs: Ints, most: int) -> Floats:
    """Return the last rows of each of `runs`, time first. Shape (longest, r, k).

    Args:
        rows: All rows. Shape (n, k).
        offsets: Where each run begins, and the total. Shape (g + 1,).
        runs: Which runs. Shape (r,).
        most: Rows of a run at most, >= 1; earlier ones are left out.
    """
    low, high = offsets[runs], offsets[runs + 1]
    longest = int(np.minimum(high - low, most).max(initial=0))
    at = high - longest + np.arange(longest)[:, None]  # (longest, r)
    inside = at >= low
    values = rows[np.where(inside, at, 0)].astype(np.float64)
    return np.where(inside[..., None], values, np.nan)


def bundles(offsets: Ints, most: int, width: int) -> Iterator[Ints]:
    """Yield the numbers of runs of about equal length, so many at once as fit in memory.

    Args:
        offsets: Where each run begins, and the total. Shape (g + 1,).
        most: Rows of a run that count.
        width: Numbers that one row of a run takes.
    """
    size = np.minimum(np.diff(offsets), most)
    order = np.argsort(size, kind="stable").astype(np.int64)
    low = 0
    while low < len(order):
        # runs are in order of length: the last of a bundle is its longest
        cells = size[order[low:]] * np.arange(1, len(order) - low + 1) * width
        high = low + max(1, int(np.searchsorted(cells, CELLS, side="right")))
        yield order[low:high]
        low = high


def dealt(
    lengths: Sequence[int], size: int, rng: np.random.Generator | None = None, loose: float = 0.0
) -> list[Ints]:
    """Return which runs belong together: `size` at most, of like length.

    Args:
        lengths: Rows of each run.
        size: Runs of a bundle at most.
        rng: Mixes runs of nearly like length and the order of the bundles; None: by length.
        loose: Rows by which lengths may differ and still be mixed.
    """
    told = np.array(lengths, np.float64)
    if rng is not None:
        told += loose * rng.random(len(told))
    order = np.argsort(told, kind="stable").astype(np.int64)
    groups = [order[low : low + size] for low in range(0, len(order), size)]
    return groups if rng is None else [groups[at] for at in rng.permutation(len(groups))]
