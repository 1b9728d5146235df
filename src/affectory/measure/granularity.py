"""How finely a person tells emotions of one sign apart.

Paper: Tugade, Fredrickson & Feldman Barrett 2004; Erbas et al. 2014: the intraclass
correlation of emotions of like valence over time is high in a person whose emotions rise and
fall together. Granularity is 1 minus it.
"""

__all__ = ["granularity"]

from collections.abc import Sequence

import numpy as np
import polars as pl

from affectory.core.errors import BadChoice
from affectory.core.trajectory import Trajectory
from affectory.measure.raters import Icc, Parts, icc_parts
from affectory.measure.series import who


def granularity(felt: Trajectory, axes: Sequence[str], kind: Icc = Icc.THREE_MEAN) -> pl.DataFrame:
    """Return how finely each session and actor tells the emotions `axes` apart.

    Args:
        felt: States in a Space that has `axes`; states with one of them missing are left out.
        axes: Two axes or more of like valence, such as anger, fear and sadness.
        kind: Which intraclass correlation; consistency of the mean by default.

    Returns:
        Columns session, actor, n (states used), granularity (1 - icc, 0 where all emotions
        move as one), and reason, where it is null: too few states, no variation, or a
        negative icc, which is outside what the measure is defined for.

    Raises:
        BadChoice: if the Space lacks an axis, or fewer than two are named.
    """
    if len(axes) < 2:
        raise BadChoice("axes", tuple(axes), "two axes or more of like valence")
    columns = [felt.space.index(axis) for axis in axes]
    x = felt.values[:, columns].astype(np.float64)
    known = np.asarray(~np.isnan(x).any(axis=1))
    groups = felt.groups
    n = groups.reduce(np.add, known.astype(np.float64))
    some = np.maximum(n, 1)[:, None]
    x = np.where(known[:, None], x, 0.0)
    mean = (groups.reduce(np.add, x) / some).mean(axis=1)  # (g,)
    x = np.where(known[:, None], x - mean[groups.of_row][:, None], 0.0)
    row, column = x.mean(axis=1), groups.reduce(np.add, x) / some
    rest = np.where(known[:, None], x - row[:, None] - column[groups.of_row], 0.0)
    k = len(axes)
    parts = Parts(
        n,
        k,
        k * groups.reduce(np.add, row**2),
        n * (column**2).sum(axis=1),
        groups.reduce(np.add, (rest**2).sum(axis=1)),
    )
    found = icc_parts(parts, kind)
    few, still, odd = n < 2, np.isnan(found), found < 0
    words = ["fewer than two states with all axes known", "the states do not vary"]
    reason = np.select([few, still, odd], [*words, "the axes move against each other"], "")
    head = groups.offsets[:-1]
    return pl.DataFrame(
        [
            *who(felt, head),
            pl.Series("n", n.astype(np.int64)),
            pl.Series("granularity", np.where(odd, np.nan, 1 - found)).fill_nan(None),
            pl.Series("reason", reason, dtype=pl.String),
        ]
    )
