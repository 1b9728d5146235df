"""When the level of an arc changes for good, and whether that is more than noise.

Optimal partitioning into pieces of constant mean (Jackson et al. 2005) with the pruning of
PELT (Killick, Fearnhead & Eckley 2012): exact, no grid of candidates. It proposes changes at a
penalty of 3 ln n noise variances each; as the noise of few states is hardly known, a proposal
also has to survive shuffling the states of the pieces it parts. Both together let a change
into at most one course of noise in twenty, at any length. "No change" is an answer. Noise is
taken as independent: inert courses, in which states carry over, show more changes than they
have.
"""

__all__ = ["changes"]

from collections.abc import Iterator

import numpy as np
import polars as pl

from affectory.core.errors import BadChoice
from affectory.core.trajectory import Trajectory
from affectory.measure.bootstrap import Floats
from affectory.measure.series import Flags, Rows, Series, who

_CELLS = 1 << 20
_PENALTY = 3.0  # noise variances a change must save, times ln n
_SHORTEST = 2  # states of a piece
_ROUNDING = 1e-9
_PRUNE = 16  # every how many states hopeless beginnings are dropped

_Row = tuple[int, int, float | None, float | None, float | None, float | None]


def changes(
    felt: Trajectory,
    axis: str,
    *,
    penalty: float | None = None,
    permutations: int = 199,
    most_p: float = 0.05,
    seed: int = 0,
) -> pl.DataFrame:
    """Return the changes of level of every session and actor on one axis.

    Args:
        felt: States; missing ones are left out, and at least four are needed for a change.
        axis: Name of the axis.
        penalty: What a change must save, in noise variances, >= 0; None: 3 ln n.
        permutations: How often the states around a change are shuffled, >= 0 (0: no p, and
            every change that is worth its penalty is kept).
        most_p: Greatest p of a change that is kept, in (0, 1]; the least sure one is dropped
            first, and its neighbours are judged anew.
        seed: Seed of the shuffles.

    Returns:
        Columns session, actor, axis, changes (how many this group has), at (time of the first
        state of the new level), before and after (means of the pieces), p (share of
        shuffles of both pieces whose best split is at least as sharp). A group without
        change has one row: changes 0, the rest null.

    Raises:
        BadChoice: if the Space has no such axis, a setting is negative, or most_p is out of
            range.
    """
    if not 0 < most_p <= 1:
        raise BadChoice("most_p", most_p, "above 0 and at most 1, such as 0.05")
    for name, value in (("penalty", penalty or 0), ("permutations", permutations)):
        if value < 0:
            raise BadChoice(name, value, "0 or more")
    at = felt.space.index(axis)
    values = felt.values[:, at].astype(np.float64)
    s = Series(felt.space.axes[at], felt.groups.offsets, values, np.asarray(felt.start))
    rng = np.random.default_rng(seed)
    rows: list[_Row] = []
    for group, known, cuts in _cuts(s, penalty):
        x, t = s.x[known], s.t[known]
        sure = _sure(x, cuts, most_p, permutations, rng)
        if not sure:
            rows.append((group, 0, None, None, None, None))
        edges = [0, *(cut for cut, _ in sure), len(x)]
        for before, (cut, p), after in zip(edges, sure, edges[2:], strict=False):
            means = float(x[before:cut].mean()), float(x[cut:after].mean())
            rows.append((group, len(sure), float(t[cut]), *means, p))
    return _frame(felt, axis, sorted(rows, key=lambda row: row[0]))


def _frame(felt: Trajectory, axis: str, rows: list[_Row]) -> pl.DataFrame:
    names = ("group", "changes", "at", "before", "after", "p")
    types = (pl.Int64, pl.Int64, *(pl.Float64,) * 4)
    found = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
    head = felt.groups.offsets[found["group"].to_numpy()]
    return pl.DataFrame(
        [
            *who(felt, head),
            pl.Series("axis", [axis] * len(found), dtype=pl.String),
        ]
    ).hstack(found.drop("group"))


def _cuts(s: Series, penalty: float | None) -> Iterator[tuple[int, Rows, list[int]]]:
    """Yield each group, its known rows, and the places among them where the level changes."""
    known = np.flatnonzero(s.known)
    head = np.searchsorted(known, s.offsets)
    size = np.diff(head)
    order = np.argsort(size, kind="stable")
    while order.size:
        fit = np.arange(1, len(order) + 1) * np.maximum(size[order], 1) <= _CELLS
        batch, order = order[: max(1, int(fit.sum()))], order[max(1, int(fit.sum())) :]
        rows = [known[head[g] : head[g + 1]] for g in batch]
        for g, row, cuts in zip(batch, rows, _partition(s, rows, penalty), strict=True):
            yield int(g), row, cuts


def _noise(x: Floats) -> float:
    """Return the standard deviation of the noise, from differences, untouched by few jumps."""
    steps = np.diff(x)
    if len(steps) < _SHORTEST:
        return 0.0
    robust = float(np.median(np.abs(steps - np.median(steps)))) * 1.4826
    return (robust or float(steps.std())) / 2**0.5


def _partition(s: Series, rows: list[Rows], penalty: float | None) -> list[list[int]]:
    """Return where the level changes in each of the series, padded to one length."""
    size = np.array([len(row) for row in rows])
    longest = int(size.max(initial=0))
    total, square = (np.zeros((len(rows), longest + 1)) for _ in range(2))
    for at, row in enumerate(rows):
        x = s.x[row] - s.x[row].mean() if len(row) else s.x[row]
        noise = _noise(x)
        x = x / noise if noise > 0 else np.zeros(len(x))
        total[at, 1 : len(x) + 1], square[at, 1 : len(x) + 1] = np.cumsum(x), np.cumsum(x * x)
    cost = (
        _PENALTY * np.log(np.maximum(size, 2)) if penalty is None else np.full(len(rows), penalty)
    )
    source = _sources(total, square, cost + _ROUNDING, size)
    return [_trace(source[at], n) for at, n in enumerate(size)]


def _sources(total: Floats, square: Floats, cost: Floats, size: Rows) -> Rows:
    """Return for each length where its last piece begins. Shape (series, longest + 1)."""
    longest = total.shape[1] - 1
    best = np.full(total.shape, np.inf)
    best[:, 0] = -cost
    source = np.zeros(total.shape, np.int64)
    alive = doomed = np.zeros(0, np.int64)
    for stop in range(_SHORTEST, longest + 1):
        if best[:, stop - _SHORTEST].min() < np.inf:
            alive = np.append(alive, stop - _SHORTEST)
        apart = total[:, stop, None] - total[:, alive]
        error = square[:, stop, None] - square[:, alive] - apart**2 / (stop - alive)
        tried = best[:, alive] + error
        at = tried.argmin(axis=1)
        least = np.take_along_axis(tried, at[:, None], axis=1)
        best[:, stop], source[:, stop] = least[:, 0] + cost, alive[at]
        if stop % _PRUNE == 0:
            doomed = alive[~_hopeful(tried, best[:, stop], stop <= size)]
        elif stop % _PRUNE == 1:  # a step later, when a piece that begins at `stop` may end
            alive = alive[~np.isin(alive, doomed)]
    return source


def _hopeful(tried: Floats, best: Floats, running: Flags) -> Flags:
    """Return which beginnings may still be part of a best partition of any series."""
    return np.asarray(((tried <= best[:, None]) & running[:, None]).any(axis=0))


def _trace(source: Rows, n: int) -> list[int]:
    cuts: list[int] = []
    at = int(source[n]) if n else 0
    while at > 0:
        cuts.append(at)
        at = int(source[at])
    return cuts[::-1]


def _sure(
    x: Floats, cuts: list[int], most_p: float, permutations: int, rng: np.random.Generator
) -> list[tuple[int, float | None]]:
    """Return the cuts that survive, with their p, dropping the least sure one at a time."""
    edges = [0, *cuts, len(x)]
    p = {cut: _p(x[a:b], cut - a, permutations, rng) for a, cut, b in _around(edges)}
    while permutations and len(edges) > 2:
        weakest = max(edges[1:-1], key=lambda cut: p[cut] or 0.0)
        if (p[weakest] or 0.0) <= most_p:
            break
        at = edges.index(weakest)
        edges.pop(at)
        for a, cut, b in _around(edges[max(at - 2, 0) : at + 2]):
            p[cut] = _p(x[a:b], cut - a, permutations, rng)
    return [(cut, p[cut]) for cut in edges[1:-1]]


def _around(edges: list[int]) -> Iterator[tuple[int, int, int]]:
    """Yield each inner edge with the ones before and after."""
    return zip(edges, edges[1:], edges[2:], strict=False)


def _p(x: Floats, cut: int, permutations: int, rng: np.random.Generator) -> float | None:
    """Return the share of shuffles of x whose sharpest split is as sharp as that at `cut`."""
    if not permutations:
        return None
    n = len(x)
    x = x - x.mean()
    place = np.arange(1, n)
    scale = 1 / np.sqrt(place * (n - place) / n)
    seen = abs(x[:cut].sum()) * scale[cut - 1]
    reached, done, at_once = 0, 0, max(1, _CELLS // n)
    while done < permutations:
        many = min(at_once, permutations - done)
        shuffled = rng.permuted(np.tile(x, (many, 1)), axis=1)
        sharpest = (np.abs(np.cumsum(shuffled, axis=1)[:, :-1]) * scale).max(axis=1)
        reached += int((sharpest >= seen * (1 - _ROUNDING)).sum())
        done += many
    return (1 + reached) / (1 + permutations)
