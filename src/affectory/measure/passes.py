"""pass^k: how likely k trials of one task all succeed (Yao et al. 2024, tau-bench).

Where c of n trials of a task succeeded, ``C(c, k) / C(n, k)``, averaged over tasks. Not pass@k,
which asks whether one of k does.
"""

__all__ = ["passes"]

from collections import defaultdict
from collections.abc import Hashable, Sequence
from math import comb
from typing import Any

import numpy as np

from affectory.core.errors import BadChoice, BadValues
from affectory.core.figure import Figure
from affectory.measure.bootstrap import figures


def passes(
    task: Sequence[Hashable],
    success: Sequence[bool],
    k: int,
    *,
    seed: int = 0,
    resamples: int = 2000,
    setting: str = "",
    by: str = "",
) -> Figure:
    """Return pass^k with its interval; tasks are drawn again, whole.

    Args:
        task: Which task each trial is of. n trials.
        success: Whether it succeeded. n trials.
        k: How many trials must all succeed, >= 1.
        seed: Seed of the draws.
        resamples: How often the tasks are drawn.
        setting: Words to put before those on the interval.
        by: Who was tried.

    Raises:
        BadChoice: if k is below 1, or a task has fewer than k trials.
        BadValues: if the lengths differ.

    Example:
        >>> from affectory.measure.passes import passes
        >>> round(passes(["a", "a", "b", "b"], [True, False, True, True], 2).value, 3)
        0.5
    """
    if len(task) != len(success):
        raise BadValues("passes", f"{len(task)} tasks, {len(success)} outcomes", "as many")
    told: dict[Hashable, list[bool]] = defaultdict(list)
    for name, done in zip(task, success, strict=True):
        told[name].append(bool(done))
    fewest = min(map(len, told.values()), default=0)
    if not 1 <= k <= fewest:
        raise BadChoice("k", k, f"1 to {fewest}, the fewest trials of a task")
    share = [comb(sum(tries), k) / comb(len(tries), k) for tries in told.values()]
    sums = np.column_stack([np.ones(len(share)), share])
    how: dict[str, Any] = {"seed": seed, "resamples": resamples, "setting": setting, "by": by}
    undefined = ("no task",)
    return figures(
        (f"pass^{k}",), sums, lambda s: s[:, 1] / s[:, 0], undefined, drawn="tasks", **how
    )[0]
