"""One trajectory from several raters: the evaluator-weighted estimator, and whose hand was slow.

Paper: Grimm & Kroschel 2005, "Evaluation of natural emotions using self assessment manikins".
A rater counts by the correlation with the mean of the others, none below zero; where nobody
agrees with anybody all count the same. Lags: Mariooryad & Busso 2015, "Correcting time-continuous
emotional labels by modeling the reaction lag of evaluators"; here the shift at which a rater agrees
best with a reference.

Differs from the paper: Grimm & Kroschel correlate a rater with the mean of all raters; here it
is the mean of the others, since of three raters a third of that mean is the rater, and noise
would count (*ours*). Each rater is taken without a level of their own, told from the moments that
they share with others: nobody's coming or leaving moves that mean (*ours*). Of several axes each
is put about its mean, and a scale in units of its deviation, before one weight is told from all
of them: a difference between axes is no agreement (*ours*). Of the lags: correlation in place of
mutual information; the reference of a rater is what the others say together, aligned, and shift
and reference are found in turns (*ours*).
"""

__all__ = ["Aligned", "Gold", "aligned", "fused", "lag_of"]

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues

Floats = NDArray[np.float64]


ROUNDS = 20  # by then shifts stand still, or two raters who never agree chase each other


class Gold(NamedTuple):
    """What the raters say together.

    Attributes:
        values: Weighted mean of those who rated; NaN where nobody who counts did. Shape (n,) or
            (n, k).
        spread: Weighted standard deviation between them; NaN where fewer than two who count did.
            Shaped like `values`.
        weights: How much each rater counts; they sum to 1. Shape (r,).
    """

    values: Floats
    spread: Floats
    weights: Floats


class Aligned(NamedTuple):
    """Ratings without the lags of the hands.

    Attributes:
        ratings: Moved back by their lags, NaN where nothing is left. Shaped as given.
        lags: How much later than the fastest hand each is, which has 0. Shape (r,).
        gold: What the moved ratings say together.
    """

    ratings: Floats
    lags: Floats
    gold: Gold


def fused(ratings: ArrayLike, scales: bool = True) -> Gold:
    """Return the evaluator-weighted estimate of ratings at the same times.

    Of several axes a rater has one weight, from all of them: shares of one whole stay so.

    Args:
        ratings: One column a rater, NaN where there is none. Shape (n, r) or (n, r, k), r >= 1.
        scales: Whether axes are scales of their own, each in units of its deviation. Shares and
            flags are not: a label that hardly occurs would count as much as a common one.

    Raises:
        BadValues: if there is no rater.
    """
    told = np.asarray(ratings, np.float64)
    if told.ndim not in (2, 3) or told.shape[1] < 1:
        raise BadValues("fused", f"shape {told.shape}", "(n, r) or (n, r, k), one column a rater")
    several = told[:, :, None] if told.ndim == 2 else told
    weights = _weights(several, scales)
    values, spread = _mean(_flat(several), weights)
    shape = told.shape[:1] + told.shape[2:]
    return Gold(values.reshape(shape), spread.reshape(shape), weights)


def lag_of(
    rating: ArrayLike, reference: ArrayLike, step: float, most: float = 6.0, least: float = 0.0
) -> float:
    """Return by how much a rating follows a reference, 0 where no shift agrees better.

    At least half of the times must be left to compare; of shifts that agree alike the
    shortest counts. Of several axes the mean of their correlations counts.

    Args:
        rating: Values at regular times. Shape (n,) or (n, k).
        reference: Values at the same times. Shape (n,) or (n, k).
        step: Time from one to the next, > 0.
        most: The longest lag that is looked at, in the unit of `step`, >= 0.
        least: The shortest, <= 0: below 0, a rating may also be ahead.

    Raises:
        BadChoice: if `step`, `most` or `least` is out of range.
    """
    if step <= 0 or most < 0 or least > 0:
        raise BadChoice("step, most, least", (step, most, least), "step > 0, most >= 0 >= least")
    own, truth = (np.asarray(side, np.float64) for side in (rating, reference))
    own, truth = own.reshape(len(own), -1), truth.reshape(len(truth), -1)
    low, high = (min(round(end / step), len(own) // 2) for end in (-least, most))
    shifts = sorted(range(-low, high + 1), key=abs)
    each = np.array([_at_shifts(own[:, k], truth[:, k], shifts) for k in range(own.shape[1])])
    known = ~np.isnan(each)
    mean = np.where(known, each, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    told = np.where(known.any(axis=0), mean.round(9), -np.inf)  # alike but for rounding is alike
    return shifts[int(np.argmax(told))] * step if known.any() else 0.0


def aligned(ratings: ArrayLike, step: float, most: float = 6.0) -> Aligned:
    """Return ratings moved back by the lag of each hand, and what they say together then.

    Each rater in turn is moved to where they agree best with what the others, as they stand,
    say together, until nobody moves. A lag that all raters share cannot be seen among them:
    it takes a reference, and `lag_of`.

    Args:
        ratings: One column a rater at regular times, NaN where there is none. Shape (n, r) or
            (n, r, k), r >= 1.
        step: Time from one to the next, > 0.
        most: How far a hand may be from the others, in the unit of `step`, >= 0.

    Raises:
        BadChoice: if `step` or `most` is out of range.
        BadValues: if there is no rater.
    """
    given = np.asarray(ratings, np.float64)
    start = fused(given)
    told = given.reshape(*given.shape[:2], -1)
    r = told.shape[1]
    shifts = np.zeros(r, np.int64)
    if r == 1:
        return Aligned(given, np.zeros(1), start)
    table, seen = told.copy(), set[tuple[int, ...]]()
    for _ in range(ROUNDS):
        for at in range(r):
            rest = fused(np.delete(table, at, axis=1)).values
            shifts[at] = round(lag_of(told[:, at], rest, step, most, -most) / step)
            table[:, at] = _moved(told[:, at], int(shifts[at]))
        if (state := tuple((shifts - shifts[0]).tolist())) in seen:
            break
        seen.add(state)
    shifts -= shifts.min()
    for at in range(r):
        table[:, at] = _moved(told[:, at], int(shifts[at]))
    moved = table.reshape(given.shape)
    return Aligned(moved, np.asarray(shifts * step, np.float64), fused(moved))


def _moved(told: Floats, by: int) -> Floats:
    """Return values `by` places earlier, NaN where nothing is left. Shape (n, k)."""
    out = np.full_like(told, np.nan)
    n = len(told)
    if by >= 0:
        out[: n - by] = told[by:]
    else:
        out[-by:] = told[: n + by]
    return out


def _at_shifts(own: Floats, truth: Floats, shifts: list[int]) -> Floats:
    """Return the correlation of a rating, moved by each shift, with the truth. Shape (s,).

    Every sum over the pairs that a shift leaves is a cross-correlation, hence a product of
    spectra; NaN where fewer than two pairs are left or a side does not vary in them.
    """
    sides = [_powers(side) for side in (own, truth)]
    wide = 2 * len(own)
    one, other = (np.fft.rfft(side, wide, axis=1) for side in sides)
    at = np.array(shifts) % wide

    def over(i: int, j: int) -> Floats:
        return np.asarray(np.fft.irfft(one[i] * other[j].conj(), wide)[at])

    n = over(0, 0).round()
    some = np.maximum(n, 1)
    x, y = over(1, 0), over(0, 1)
    xx, yy = over(2, 0) - x * x / some, over(0, 2) - y * y / some
    least = [1e-10 * max(side[2].sum(), 1e-300) for side in sides]
    fine = (n > 1) & (xx > least[0]) & (yy > least[1])
    return np.where(
        fine, (over(1, 1) - x * y / some) / np.sqrt(np.where(fine, xx * yy, 1.0)), np.nan
    )


def _powers(values: Floats) -> Floats:
    """Return where values are, they about their mean, and their squares; 0 for NaN. (3, n)."""
    known = ~np.isnan(values)
    away = np.where(known, values, 0.0)
    away = np.where(known, away - away.sum() / max(int(known.sum()), 1), 0.0)
    return np.stack([known.astype(np.float64), away, away**2])


def _flat(several: Floats) -> Floats:
    """Return ratings of several axes (n, r, k) as those of one, axis after axis. (n k, r)."""
    n, r, k = several.shape
    return several.transpose(0, 2, 1).reshape(n * k, r)


def _mean(told: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the weighted mean and deviation of those who rated. Shapes (n,), (n,)."""
    held = ~np.isnan(told) & (weights > 0)
    share = np.where(held, weights, 0.0)
    total = share.sum(axis=1, keepdims=True)
    share = np.divide(share, total, out=np.full_like(share, np.nan), where=total > 0)
    mean = (share * np.where(held, told, 0.0)).sum(axis=1)
    away = np.where(held, told - mean[:, None], 0.0)
    several = held.sum(axis=1) > 1
    return mean, np.where(several, np.sqrt((share * away**2).sum(axis=1)), np.nan)


def _weights(several: Floats, scales: bool) -> Floats:
    """Return how much each rater of (n, r, k) counts. Shape (r,)."""
    r = several.shape[1]
    if r == 1:
        return np.ones(1)
    rows = np.ascontiguousarray(several.T)  # (k, r, n): sums along what lies side by side
    held = ~np.isnan(rows)
    said = np.where(held, rows, 0.0)
    told = np.where(held, said - _levels(said, held)[:, :, None], 0.0)
    count, total = held.sum(axis=1), told.sum(axis=1)
    unit = _units(said, held) if scales else np.ones(len(rows))
    least = 1e-24 * (said**2).sum(axis=(1, 2))  # what varies less is rounding
    agreed = np.zeros(r)
    for at in range(r):  # a handful of raters
        others = count - held[:, at]
        both = held[:, at] & (others > 0)
        rest = (total - told[:, at]) / np.maximum(others, 1)
        agreed[at] = _alike(rest, told[:, at], both, unit, least)
    agreed = np.maximum(agreed, 0.0)
    return agreed / agreed.sum() if agreed.sum() > 0 else np.full(r, 1 / r)


def _alike(
    rest: Floats, own: Floats, both: NDArray[np.bool_], unit: Floats, least: Floats
) -> float:
    """Return the correlation over all axes, each about its mean of the moments that both share.

    Sides are (k, n). 0 where one does not vary.
    """
    n = np.maximum(both.sum(axis=1, keepdims=True), 1)
    x, y = (both * (one - (one * both).sum(axis=1, keepdims=True) / n) for one in (rest, own))
    xx, yy = (np.where((sq := (s * s).sum(axis=1)) > least, sq, 0.0) / unit**2 for s in (x, y))
    under = np.sqrt(xx.sum() * yy.sum())
    return float(((x * y).sum(axis=1) / unit**2).sum() / under) if under > 0 else 0.0


def _levels(said: Floats, held: NDArray[np.bool_]) -> Floats:
    """Return how much higher each rater is than the others at the moments they share. (k, r).

    By least squares of a course that all hear and a level of each rater's own: who comes late or
    leaves early does not move the mean of those who stay. Where all are there it does not count.

    Args:
        said: Ratings, 0 where there is none. Shape (k, r, n).
        held: Where there is one.
    """
    out = np.zeros(said.shape[:2])
    for axis in np.flatnonzero(~held.all(axis=(1, 2))):
        there = held[axis].astype(np.float64)
        count = np.maximum(there.sum(axis=0), 1.0)
        away = there * (said[axis] - said[axis].sum(axis=0) / count)
        apart = np.diag(there.sum(axis=1)) - (there / count) @ there.T
        out[axis] = np.linalg.pinv(apart, 1e-9, hermitian=True) @ away.sum(axis=1)
    return out


def _units(said: Floats, held: NDArray[np.bool_]) -> Floats:
    """Return the deviation of each axis about the means of its raters, or 1. Shape (k,)."""
    count = held.sum(axis=2)
    mean = said.sum(axis=2) / np.maximum(count, 1)
    square = (held * (said - mean[:, :, None])) ** 2
    spread = np.sqrt(square.sum(axis=(1, 2)) / np.maximum(count.sum(axis=1), 1))
    return np.where(spread > 0, spread, 1.0)
