"""Correlation at every lag, and the pull of a partner."""

__all__ = [
    "FEWEST_STEPS",
    "Move",
    "beta",
    "lagged",
    "near",
    "products",
    "strongest",
]

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from affectory.measure.partners import Grid, Steps
from affectory.measure.series import Flags, Floats, Rows

_FEWEST, FEWEST_STEPS = 4, 6
_NEARLY_ALL = 0.8  # share of the times that must still meet at the lag of a peak
_NEAR_ONE = 1 - 1e-9  # Fisher's z of 1 is infinite


@dataclass(frozen=True)
class Move:
    """What of a correlation at one lag does not depend on the second course.

    Args:
        p: How many pieces there are: pairs, or windows of pairs.
        x: Known states of the first course whose partner `lag` steps later exists. Shape (u,).
        far: Row of that partner. Shape (u,).
        code: Piece of each. Shape (u,).
        least: Fewest common times of each piece. Shape (p,).
        owner: Pair of each piece. Shape (p,).
        pairs: How many pairs there are.
    """

    p: int
    x: Floats
    far: Rows
    code: Rows
    least: Floats
    owner: Rows
    pairs: int

    @classmethod
    def of(cls, grid: Grid, lag: int, window: int | None = None) -> Self:
        """Find the rows that meet when b is read `lag` steps later, within a piece.

        Args:
            grid: Both courses of each pair.
            lag: How much later b is read, in grid steps.
            window: Steps of a piece; None: a pair is one piece.
        """
        piece, head, owner = _pieces(grid, window)
        row = np.arange(len(piece))
        far = row + lag
        inside = (far >= 0) & (far < len(row)) & ~np.isnan(grid.a)
        row, far = row[inside], far[inside]
        same = piece[row] == piece[far]
        row, far = row[same], far[same]
        least = np.maximum(_FEWEST, np.diff(head) / 2)
        return cls(len(owner), grid.a[row], far, piece[row], least, owner, len(grid.step))

    @cached_property
    def entire(self) -> bool:
        """Whether each pair is one piece."""
        return np.array_equal(self.owner, np.arange(self.pairs))

    @cached_property
    def whole(self) -> tuple[Floats, Floats, Floats]:
        """How many states of the first course meet, their sum and squares. Shapes (p,)."""
        n, total, square = _sums(self.code, self.p, None, self.x, self.x * self.x)
        return n, total, square

    def correlation(self, b: Floats) -> Floats:
        """Return the correlation with b of each pair, the mean over its pieces by Fisher's z.

        NaN where no piece has its fewest common times. Shape (pairs,).
        """
        r = self._piecewise(b)
        if self.entire:
            return r
        known = ~np.isnan(r)
        z = np.arctanh(np.clip(r[known], -_NEAR_ONE, _NEAR_ONE))
        count, total = _sums(self.owner[known], self.pairs, None, z)
        return np.where(count > 0, np.tanh(total / np.maximum(count, 1)), np.nan)

    def _piecewise(self, b: Floats) -> Floats:
        """Return the correlation with b of each piece. Shape (p,)."""
        x, y, code = self.x, b[self.far], self.code
        known = ~np.isnan(y)
        if known.all():
            n, sx, xx = self.whole
        else:
            x, y, code = x[known], y[known], code[known]
            n, sx, xx = _sums(code, self.p, None, x, x * x)
        sy, yy, xy = _sums(code, self.p, y, y * y, x * y)
        some = np.maximum(n, 1)
        vx, vy = xx - sx * sx / some, yy - sy * sy / some
        fine = (n >= self.least) & (vx > 1e-12 * xx) & (vy > 1e-12 * yy)
        r = (xy - sx * sy / some) / np.sqrt(np.where(fine, vx * vy, 1.0))
        return np.where(fine, np.clip(r, -1.0, 1.0), np.nan)


def _pieces(grid: Grid, window: int | None) -> tuple[Rows, Rows, Rows]:
    """Return the piece of each row (N,), the first row of each and the total, its pair (p,)."""
    if window is None:
        return grid.pair, grid.head, np.arange(len(grid.step))
    place = np.arange(len(grid.pair)) - grid.head[grid.pair]
    fresh = place % window == 0
    first = np.flatnonzero(fresh)
    return np.cumsum(fresh) - 1, np.append(first, len(place)), grid.pair[first]


def _sums(code: Rows, p: int, *rows: Floats | None) -> tuple[Floats, ...]:
    """Return the sums of `rows` (None: how many) over pairs. Shapes (p,)."""
    return tuple(np.bincount(code, row, minlength=p).astype(np.float64) for row in rows)


def lagged(moves: Sequence[Move], b: Floats) -> Floats:
    """Return the correlation at each lag, for each pair. Shape (p, l)."""
    return np.stack([move.correlation(b) for move in moves], axis=1)


def near(grid: Grid, lags: Rows, window: int | None = None) -> Flags:
    """Return at which lags nearly all of a pair's times still meet. Shape (p, l).

    Few common times correlate strongly by accident, so a peak is sought at the others.
    """
    length = np.diff(grid.head) if window is None else np.full(len(grid.step), window)
    return np.abs(lags) <= (1 - _NEARLY_ALL) * length[:, None]


def strongest(profile: Floats, near: Flags) -> tuple[Floats, Rows]:
    """Return the strongest correlation of each pair, signed, and its place. Shapes (p,), (p,).

    Args:
        profile: Correlation at each lag. Shape (p, l).
        near: At which lags it may be. Shape (p, l).
    """
    size = np.where(near & ~np.isnan(profile), np.abs(profile), -1.0)
    at = size.argmax(axis=1)[:, None]
    value = np.take_along_axis(profile, at, axis=1)[:, 0]
    return np.where(size.max(axis=1) >= 0, value, np.nan), at[:, 0]


def products(walk: Steps, partner: Floats) -> Floats:
    """Return steps, then products of y, own and partner about their means, by way (w, 7)."""
    w = len(walk.head) - 1

    def total(rows: Floats | None) -> Floats:
        return np.bincount(walk.way, rows, minlength=w).astype(np.float64)

    n = total(None)
    some = np.maximum(n, 1)
    y, own = (x - (total(x) / some)[walk.way] for x in (walk.now, walk.own))
    other = partner - (total(partner) / some)[walk.way]
    products = (y * y, own * own, other * other, y * own, y * other, own * other)
    return np.column_stack([n, *map(total, products)])


def beta(parts: Floats, least: int = 3) -> Floats:
    """Return the standardised coefficient of the partner beside the own last state. (r,)."""
    n, yy, oo, pp, yo, yp, op = parts.T
    scale = np.sqrt(np.where(yy * pp > 0, yy * pp, 1.0))
    free = oo * pp - op * op  # 0 where own and partner are one and the same
    fine = (n >= least) & (yy > 1e-12) & (pp > 1e-12) & (oo > 1e-12) & (free > 1e-9 * oo * pp)
    slope = (yp * oo - yo * op) / np.where(fine, free, 1.0)
    return np.where(fine, slope * pp / scale, np.nan)
