"""The share of hits among n, with Wilson's interval.

Paper: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
"""

__all__ = ["Proportion", "share", "wilson"]

import math
from statistics import NormalDist
from typing import NamedTuple

from affectory.core.errors import BadValues
from affectory.core.figure import Figure


class Proportion(NamedTuple):
    """A share and its interval, all in [0, 1].

    Attributes:
        share: Hits among all.
        low: Lower end.
        high: Upper end.
    """

    share: float
    low: float
    high: float


def wilson(hits: float, n: int, level: float = 0.95) -> Proportion:
    """Return the share of `hits` among `n` with Wilson's interval.

    Args:
        hits: How many, from 0 to `n`; no whole number where units are shares of answers.
        n: Independent units, >= 1.
        level: Share of intervals that hold the truth.

    Raises:
        BadValues: if `n` is below 1, or `hits` is not from 0 to `n`.

    Example:
        >>> from affectory.parts.proportion import wilson
        >>> [round(part, 4) for part in wilson(8, 10)]
        [0.8, 0.4902, 0.9433]
    """
    if not 0 <= hits <= n or n < 1:
        raise BadValues("wilson", f"{hits} hits of {n}", "0 <= hits <= n, n >= 1")
    z = NormalDist().inv_cdf((1 + level) / 2)
    p, z2 = hits / n, z * z
    middle, half = p + z2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = ((middle + side * half) / (1 + z2 / n) for side in (-1, 1))
    return Proportion(p, min(max(low, 0.0), p), max(min(high, 1.0), p))


def share(
    name: str, hits: int, n: int, *, setting: str = "", by: str = "", reason: str = "none"
) -> Figure:
    """Return the share of `hits` among `n` as a Figure; NaN, for `reason`, where `n` is 0.

    Example:
        >>> from affectory.parts.proportion import share
        >>> str(share("recall", 8, 10, setting="toy", by="me"))
        'recall 0.800 [0.490, 0.943] n=10'
    """
    if not n:
        return Figure(name, math.nan, n=0, setting=setting, by=by, reason=reason)
    told = f"{setting}; " if setting else ""
    return Figure(name, *wilson(hits, n), n, setting=f"{told}Wilson interval, 95%", by=by)
