"""The one interval of the house: an expanded percentile bootstrap over clusters.

States of one session resemble each other, so a session, not a row, is what is drawn again
(Efron & Tibshirani 1993; Field & Welsh 2007). Every measure here is a sum over rows followed
by a closed form; hence its number, its interval and its value over chunks come from one
definition, and a resample is a matrix product, never a loop over rows.

Percentiles of few clusters are too narrow, as the normal law is for Student's t and as the
divisor c is for c - 1; their levels are moved outwards by both (Hesterberg 2015, "What
teachers should know about the bootstrap"). Fewer than five clusters get no interval. Rows in
the order of time are drawn as long stretches: `stretches`.
"""

__all__ = [
    "FEWEST_CLUSTERS",
    "MOST_CLUSTERS",
    "Score",
    "average",
    "codes_of",
    "figures",
    "gather",
    "interval",
    "mean",
    "ratio",
    "wording",
]

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues
from affectory.core.figure import Figure
from affectory.measure.stretches import MANY, circular, memory

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

MOST_CLUSTERS = 16_384  # beyond it, clusters are dealt at random into this many blocks
FEWEST_CLUSTERS = 5
_MANY = MOST_CLUSTERS  # degrees of freedom beyond which Student's t is normal
_ANGLES = 1 << 16  # a quantile is off by less than 1e-4
_CELLS = 1 << 22  # float64 cells held at once: 32 MiB


@dataclass(frozen=True, slots=True)
class Score:
    """A measure of answers against a truth that is a sum over rows, then a closed form.

    Args:
        name: Name of the figure.
        sums: Given (truth, given, code, c, **options), returns the parts summed over each of
            c clusters, shape (c, m). Column 0 counts the usable rows.
        finish: Turns summed parts (r, m) into numbers (r,).
        undefined: Why `finish` gives NaN where it does.
        unit: Unit of the number.
        inflated: Whether drawing again adds to the number, as to a sum of absolute gaps; the
            interval is then moved back by what it adds on average.
    """

    name: str
    sums: Callable[..., Floats]
    finish: Callable[[Floats], Floats]
    undefined: str
    unit: str = ""
    inflated: bool = False

    def value(self, truth: ArrayLike, given: ArrayLike, **options: Any) -> float:
        """Return the number, NaN where it is undefined."""
        code = np.zeros(len(np.asarray(truth)), np.int64)
        return float(self.finish(self.sums(truth, given, code, 1, **options))[0])

    def figure(
        self,
        truth: ArrayLike,
        given: ArrayLike,
        *,
        cluster: ArrayLike | None = None,
        in_time: bool = False,
        level: float = 0.95,
        resamples: int = 2000,
        seed: int = 0,
        setting: str = "",
        by: str = "",
        **options: Any,
    ) -> Figure:
        """Return the number with its interval; n counts the clusters that have usable rows.

        Args:
            truth: What is so. n rows.
            given: What was said of it. n rows.
            cluster: What is drawn again, such as the session of each row; None: each row.
                Length n.
            in_time: Whether rows are in the order of time and resemble their neighbours: then
                stretches are drawn, and n counts these.
            level: Share of resamples within the interval, in (0, 1).
            resamples: How often the clusters are drawn, >= 1.
            seed: Seed of the draws.
            setting: Words to put before those on the interval.
            by: Whose answers these are.
            options: What the measure itself takes, such as `thresholds`.

        Raises:
            BadValues: if lengths or shapes differ.
            BadChoice: if level or resamples is out of range.
        """
        code, c = codes_of(cluster, len(np.asarray(truth)))
        return figures(
            (self.name,),
            self.sums(truth, given, code, c, **options),
            self.finish,
            (self.undefined,),
            unit=self.unit,
            drawn="rows" if cluster is None else "clusters",
            level=level,
            resamples=resamples,
            seed=seed,
            setting=setting,
            by=by,
            inflated=self.inflated,
            memory=memory(_both(truth, given)) if in_time else None,
        )[0]


def figures(
    names: Sequence[str],
    sums: Floats,
    finish: Callable[[Floats], Floats],
    undefined: Sequence[str],
    *,
    unit: str = "",
    drawn: str = "clusters",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    setting: str = "",
    by: str = "",
    inflated: bool = False,
    memory: float | None = None,
) -> tuple[Figure, ...]:
    """Return q figures that rest on the same sums, with intervals from the same draws.

    Args:
        names: Their names. Length q.
        sums: Parts summed over each cluster; column 0 counts usable rows. Shape (c, m).
        finish: Turns summed parts (r, m) into numbers (r, q), or (r,) for a single one.
        undefined: Why each is NaN where it is. Length q.
        unit: Unit of all.
        drawn: What a cluster is, for the setting.
        level: Share of resamples within the interval, in (0, 1).
        resamples: How often clusters are drawn, >= 1.
        seed: Seed of the draws.
        setting: Words to put before those on the interval.
        by: Whose answers these are.
        inflated: Whether drawing again adds to the numbers; see `Score`.
        memory: Where clusters are rows in the order of time: the share of them that their
            neighbours resemble (`stretches.memory`); stretches are drawn then.
    """
    used = sums[sums[:, 0] > 0]
    value = finish(used.sum(axis=0)[None]).reshape(-1)
    how: dict[str, Any] = {"level": level, "resamples": resamples, "seed": seed}
    how["about"] = value if inflated else None
    words, n = wording(len(used), drawn, level, resamples, seed), len(used)
    if memory is not None:
        used, words, n = _in_time(used, memory, wording(MANY, "stretches", level, resamples, seed))
        how["many"] = MANY
    low, high = interval(used, finish, **how)
    low, high = (np.where(np.isnan(value), np.nan, end) for end in (low, high))
    return tuple(
        Figure(
            name,
            float(value[at]),
            float(low[at]),
            float(high[at]),
            n=n,
            unit=unit,
            setting=f"{setting}; {words}" if setting else words,
            by=by,
            reason=undefined[at] if np.isnan(value[at]) else "",
        )
        for at, name in enumerate(names)
    )


def average(name: str, values: ArrayLike, **how: Any) -> Figure:
    """Return the mean of one value a cluster, without NaN; the rest as in `figures`."""
    told = np.asarray(values, np.float64)
    held = told[~np.isnan(told)]
    sums = np.column_stack([np.ones(len(held)), held])
    return figures((name,), sums, mean, ("there is no value",), **how)[0]


def wording(clusters: int, drawn: str, level: float, resamples: int, seed: int) -> str:
    """Return what a setting says of the interval over so many clusters, or of its absence."""
    if clusters < FEWEST_CLUSTERS:
        return f"no interval: fewer than {FEWEST_CLUSTERS} {drawn}"
    return f"bootstrap over {drawn}, {level:.0%}, {resamples} resamples, seed {seed}"


def ratio(over: Floats, under: Floats) -> Floats:
    """Return over / under, NaN where under is not greater than 0."""
    return np.where(under > 0, over / np.where(under > 0, under, 1.0), np.nan)


def mean(sums: Floats) -> Floats:
    """Return the mean of summed parts that are counts and totals, (r, 2). Shape (r,)."""
    return ratio(sums[:, 1], sums[:, 0])


def codes_of(cluster: ArrayLike | None, n: int) -> tuple[Codes, int]:
    """Return the number of each row's cluster and how many there are. Shape (n,).

    Raises:
        BadValues: if there is not one cluster for each of the n rows.
    """
    if cluster is None:
        return np.arange(n), n
    names, code = np.unique(np.asarray(cluster), return_inverse=True)
    if code.shape != (n,):
        raise BadValues("cluster", f"shape {code.shape}", f"({n},)", "give one per row")
    return code.astype(np.int64), len(names)


def gather(rows: Callable[[slice], Floats], m: int, code: Codes, c: int) -> Floats:
    """Sum what `rows` returns for slices of rows, shape (s, m), over clusters. Shape (c, m)."""
    sums = np.zeros((c, m))
    step = max(1, _CELLS // m)
    for first in range(0, len(code), step):
        part = slice(first, first + step)
        near, parts = code[part], rows(part)
        if c == 1:
            sums[0] += parts.sum(axis=0)
            continue
        order = np.argsort(near, kind="stable")
        head = np.flatnonzero(np.diff(near[order], prepend=-1))
        sums[near[order][head]] += np.add.reduceat(parts[order], head, axis=0)
    return sums


def interval(
    sums: Floats,
    finish: Callable[[Floats], Floats],
    *,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    about: Floats | None = None,
    clusters: Codes | None = None,
    many: int | None = None,
) -> tuple[Floats, Floats]:
    """Return the lower and upper ends of the expanded percentile interval of `finish(total)`.

    Clusters are drawn with replacement. More than `MOST_CLUSTERS` of them are first dealt at
    random into that many blocks: the width of the interval is then off by less than 1 % and
    memory stays bounded. Resamples in which the number is undefined are left out.

    Args:
        sums: Parts of the measure, summed over each cluster. Shape (c, m).
        finish: Turns summed parts (r, m) into numbers (r,) or (r, q).
        level: Share of resamples within the interval, in (0, 1).
        resamples: How often the clusters are drawn, >= 1.
        seed: Seed of the draws.
        about: Numbers of the whole sample, where drawing again adds to them on average; the
            ends are moved back by that, not below 0. Shape (q,).
        clusters: How many of the c clusters each number rests on; None: on all. Shape (q,).
        many: How many of them are drawn at once; None: c. They rest on so many then.

    Returns:
        Two arrays of shape (q,), q = 1 for a single number; NaN for fewer than
        `FEWEST_CLUSTERS` clusters.

    Raises:
        BadChoice: if level or resamples is out of range.

    Example:
        >>> import numpy as np
        >>> from affectory.measure.bootstrap import interval
        >>> rows = np.column_stack([np.ones(100), np.tile([0.0, 1.0], 50)])  # count, value
        >>> low, high = interval(rows, lambda s: s[:, 1] / s[:, 0])
        >>> bool(0.38 < low[0] < 0.42), bool(0.58 < high[0] < 0.62)
        (True, True)
    """
    if not 0 < level < 1:
        raise BadChoice("level", level, "a share between 0 and 1, such as 0.95")
    if resamples < 1:
        raise BadChoice("resamples", resamples, "1 or more, such as 2000")
    if len(sums) < FEWEST_CLUSTERS:
        q = finish(sums.sum(axis=0)[None]).reshape(1, -1).shape[1]
        return np.full(q, np.nan), np.full(q, np.nan)
    rng = np.random.default_rng(seed)
    blocks = _blocks(sums, rng)
    draws = _weights(len(blocks), resamples, rng, many or len(blocks))
    drawn = np.concatenate([finish(w @ blocks) for w in draws])
    drawn = drawn.reshape(resamples, -1)
    if about is not None:
        drawn = np.maximum(drawn - np.nanmean(drawn, axis=0) + about, 0.0)
    rests = np.full(drawn.shape[1], many or len(sums)) if clusters is None else clusters
    return _ends(drawn, level, rests)


def _in_time(used: Floats, memory: float, words: str) -> tuple[Floats, str, int]:
    """Return what is drawn of rows in time, in which words, and how many there are."""
    if len(used) < MANY or memory * MANY > 1:
        return used[:0], "no interval: too short for how slowly the values move", 0
    return circular(used), words, MANY


def _both(truth: ArrayLike, given: ArrayLike) -> Floats:
    """Return the values of rows where both sides have one. Shape (n, 2)."""
    both = np.column_stack([np.asarray(side, np.float64) for side in (truth, given)])
    return np.asarray(both[~np.isnan(both).any(axis=1)])


def _ends(drawn: Floats, level: float, clusters: Codes) -> tuple[Floats, Floats]:
    """Return the ends of the interval of each column of draws (r, q). Shapes (q,), (q,)."""
    low, high = np.full(drawn.shape[1], np.nan), np.full(drawn.shape[1], np.nan)
    for c in np.unique(clusters[clusters >= FEWEST_CLUSTERS]):
        same = clusters == c
        low[same], high[same] = _quantiles(drawn[:, same], _tails(level, int(c)))
    return low, high


def _tails(level: float, c: int) -> Floats:
    """Return the shares below the lower and the upper end for c clusters."""
    reach = _student((1 + level) / 2, c - 1) * np.sqrt(c / (c - 1))
    below = NormalDist().cdf(-reach)
    return np.array([below, 1 - below])


def _student(share: float, df: int) -> float:
    """Return the quantile of Student's t, by its law in the angle atan(t / sqrt(df))."""
    df = min(df, _MANY)
    angle = np.linspace(0, np.pi / 2, _ANGLES)
    mass = np.cumsum(np.cos(angle) ** (df - 1))
    mass = (mass - mass[0] / 2) - np.cos(angle) ** (df - 1) / 2
    at = np.interp(abs(2 * share - 1), mass / mass[-1], angle)
    return float(np.copysign(np.tan(at) * np.sqrt(df), share - 0.5))


def _blocks(sums: Floats, rng: np.random.Generator) -> Floats:
    if len(sums) <= MOST_CLUSTERS:
        return sums
    deal = rng.permutation(len(sums)) % MOST_CLUSTERS
    order = np.argsort(deal, kind="stable")
    head = np.flatnonzero(np.diff(deal[order], prepend=-1))
    return np.asarray(np.add.reduceat(sums[order], head, axis=0))


def _weights(c: int, resamples: int, rng: np.random.Generator, many: int) -> Iterator[Floats]:
    """Yield how often each of c clusters is drawn, shape (r, c), until `resamples` are done."""
    at_once = max(1, _CELLS // c)
    for first in range(0, resamples, at_once):
        r = min(at_once, resamples - first)
        cell = rng.integers(0, c, (r, many)) + c * np.arange(r)[:, None]
        yield np.bincount(cell.ravel(), minlength=r * c).reshape(r, c).astype(np.float64)


def _quantiles(drawn: Floats, tails: Floats) -> tuple[Floats, Floats]:
    """Return the tails of each column, without its NaN. Shapes (q,), (q,)."""
    ends = np.full((2, drawn.shape[1]), np.nan)
    whole = ~np.isnan(drawn).any(axis=0)
    if whole.any():
        ends[:, whole] = np.quantile(drawn[:, whole], tails, axis=0)
    for column in np.flatnonzero(~whole & ~np.isnan(drawn).all(axis=0)):
        ends[:, column] = np.nanquantile(drawn[:, column], tails)
    return ends[0], ends[1]
