"""How many of the nine A-criteria a person's texts mention within two weeks.

DSM-5 asks for five of nine in the same two weeks, depressed mood or loss of interest among them.
Here texts are counted, not symptoms: where five are mentioned the answer is "criteria mentioned",
and it is never more than that: not a diagnosis, not a severity, and no statement about health.
"""

__all__ = ["CORE", "NEEDED", "mentioned"]

import numpy as np
import polars as pl

from affectory.core.errors import BadChoice
from affectory.core.trajectory import Trajectory
from affectory.measure.rolling import of_persons, width_of

NEEDED = 5  # of nine
CORE = ("depressed_mood", "anhedonia")  # one of which must be among them


def mentioned(
    felt: Trajectory, width: float | None = None, sure: float = 0.5, across: bool = True
) -> pl.DataFrame:
    """Return what the texts of each person mention in a window that ends at each of them.

    Args:
        felt: States in dsm5-9.
        width: Length of the window in clock units; two weeks where the clock has days.
        sure: Least probability of a mention, in (0, 1].
        across: Whether a person's sessions are read as one; else each stands alone.

    Returns:
        A row a state that is not missing, by person and time: session ("all" with `across`),
        actor, start, records (in the window), the share of them that mentions each symptom,
        `criteria` (how many symptoms are mentioned at all) and `criteria_mentioned` (at least
        five, depressed_mood or anhedonia among them).

    Raises:
        SpaceMismatch: if `felt` is in another Space.
        BadChoice: if `sure` is no share, `width` is not above 0, or the clock has no days and
            no width is given.
    """
    felt.in_space("dsm5-9", "measure.criteria.mentioned")
    if not 0 < sure <= 1:
        raise BadChoice("sure", sure, "a number in (0, 1]")
    length = width_of(felt.clock, width)
    felt = felt.rows(~felt.missing)
    windows, keys = of_persons(felt.session, felt.actor, felt.start, length, across)
    flags = felt.values >= sure
    sums = windows.sums(np.column_stack([np.ones(len(felt)), flags]))
    n, hits = sums[:, 0], sums[:, 1:]
    criteria = (hits > 0.5).sum(axis=1)
    core = (hits[:, [felt.space.index(name) for name in CORE]] > 0.5).any(axis=1)
    return pl.DataFrame(
        {
            **keys,
            "records": n.astype(np.int64),
            **{name: hits[:, at] / n for at, name in enumerate(felt.space.names)},
            "criteria": criteria.astype(np.int64),
            "criteria_mentioned": (criteria >= NEEDED) & core,
        }
    )
