"""From raw scores to states that mean what they say: three calibrated read-outs.

`Flags` are independent probabilities, `Shares` one whole split among groups of flags, `Reals`
bounded numbers. Each gives values and spreads, one standard deviation of what a rater says
about the value, fitted on data that the model has not learned from. All of them fall back to
what is usual (`prior`) as `trust`, in [0, 1], falls: a model that knows few of the words
must not pretend.
"""

__all__ = ["NORMAL_90", "Flags", "Reals", "Shares", "averaged", "grouped"]

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.parts.bag import product
from affectory.parts.calibrate import conformal, platt, sigmoid, softmax, vector

Floats = NDArray[np.float32]
Places = NDArray[np.int64]
TINY = 1e-6
NORMAL_90 = 1.6448536  # half-width of a 90 % band in standard deviations


@dataclass(frozen=True, slots=True)
class Flags:
    """Independent probabilities from logits: ``sigmoid(gain * z + shift)``.

    Args:
        gain: Shape (k,).
        shift: Shape (k,).
        prior: How often each flag holds. Shape (k,).
        noise: Residual variance as a multiple of ``p (1 - p)``. Shape (k,).
    """

    gain: Floats
    shift: Floats
    prior: Floats
    noise: Floats

    def read(self, logits: Floats, trust: Floats) -> tuple[Floats, Floats]:
        """Return probabilities and spreads. Shapes (n, k), (n, k)."""
        p = sigmoid(logits * self.gain + self.shift)
        return _trusted(p, self.prior, self.noise, trust)

    @classmethod
    def fit(cls, logits: ArrayLike, hits: ArrayLike, ridge: float = 4.0) -> Self:
        """Fit on held-out `logits` (n, k) and what holds (n, k)."""
        z, y = np.asarray(logits, dtype=np.float64), np.asarray(hits, dtype=np.float64)
        gain, shift = platt(z, y, ridge)
        return cls(*_f32(gain, shift, y.mean(axis=0), _noise(sigmoid(gain * z + shift), y)))


@dataclass(frozen=True, slots=True)
class Shares:
    """One whole, split among groups of flags.

    The evidence for a group is the log-odds that any of its flags holds, as if they were
    independent; a softmax with a gain and a shift for each group makes shares of it.

    Args:
        member: 1 where a flag belongs to a group. Shape (f, k).
        gain: Shape (k,).
        shift: Shape (k,).
        prior: Usual shares. Shape (k,).
        noise: Residual variance as a multiple of ``p (1 - p)``. Shape (k,).
    """

    member: Floats
    gain: Floats
    shift: Floats
    prior: Floats
    noise: Floats

    def read(self, flags: Floats, trust: Floats) -> tuple[Floats, Floats]:
        """Return shares and spreads from probabilities of flags (n, f). Shapes (n, k)."""
        shares = softmax(self.odds(flags) * self.gain + self.shift)
        return _trusted(shares, self.prior, self.noise, trust)

    def odds(self, flags: Floats) -> Floats:
        """Return the log-odds that any flag of each group holds. Shape (n, k)."""
        return any_odds(flags, self.member)

    @classmethod
    def fit(cls, flags: ArrayLike, shares: ArrayLike, member: ArrayLike) -> Self:
        """Fit on held-out probabilities of flags (n, f) and true shares (n, k)."""
        y = np.asarray(shares, dtype=np.float64)
        odds = any_odds(np.asarray(flags, np.float32), np.asarray(member, np.float32))
        gain, shift = vector(odds, y, ridge=1.0)
        p = softmax(gain * odds + shift)
        return cls(*_f32(member, gain, shift, y.mean(axis=0), _noise(p, y)))


@dataclass(frozen=True, slots=True)
class Reals:
    """Bounded numbers with a band as wide as the text deserves.

    ``value = gain * z + shift``; ``log spread = width @ (1, log n, |z| / scale)`` with n the
    number of known keys, widened until ``+- 1.645 spread`` covers nine of ten (split
    conformal); where nothing is trusted, the spread of a number of which nothing is known.

    Args:
        gain: Shape (k,).
        shift: Shape (k,).
        prior: Usual values. Shape (k,).
        width: Shape (3, k).
        low: Least legal value.
        high: Greatest legal value.
    """

    gain: Floats
    shift: Floats
    prior: Floats
    width: Floats
    bound: Floats

    def read(self, raw: Floats, known: Places, trust: Floats) -> tuple[Floats, Floats]:
        """Return values and spreads from raw scores (n, k). Shapes (n, k), (n, k)."""
        sure = trust[:, None]
        value = sure * (raw * self.gain + self.shift) + (1 - sure) * self.prior
        np.clip(value, -self.bound, self.bound, out=value)
        spread = np.exp(product(cues(raw, known), self.width))
        # of a text that is not understood nothing is known: as wide as if all were as likely
        ignorant = np.maximum(spread, self.bound / np.float32(np.sqrt(3)))
        spread = sure * spread + (1 - sure) * ignorant
        return value, spread

    @classmethod
    def fit(cls, raw: ArrayLike, known: Places, truth: ArrayLike, bound: float = 1.0) -> Self:
        """Fit on held-out raw scores (n, k), counts of known keys (n,) and truth (n, k).

        The gain makes the values vary as much as the truth does: least squares would shrink
        them toward the middle, which reads as flatness. It lowers no correlation.
        """
        z, y = np.asarray(raw, np.float64), np.asarray(truth, np.float64)
        gain = y.std(axis=0) / z.std(axis=0)
        shift = y.mean(axis=0) - gain * z.mean(axis=0)
        miss = np.abs(y - gain * z - shift)
        cue = cues(z.astype(np.float32), known).astype(np.float64)
        ridge = 10.0 * np.diag([0.0, 1.0, 1.0])
        width = np.linalg.solve(cue.T @ cue + ridge, cue.T @ np.log(miss + 0.02))
        width[0] += np.log(conformal(miss / np.exp(cue @ width), 0.9) / NORMAL_90)
        return cls(*_f32(gain, shift, y.mean(axis=0), width, bound))


def averaged(value: Floats, spread: Floats, owner: Places, size: Places) -> tuple[Floats, Floats]:
    """Average the stretches of each text by their size; that they differ widens the spread.

    Args:
        value: Shape (s, k).
        spread: Shape (s, k).
        owner: The text of each stretch, ascending. Shape (s,).
        size: Tokens of each stretch. Shape (s,).

    Returns:
        Shapes (n, k), (n, k); NaN for a text without tokens.
    """
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    mean, wide = value[first], spread[first]
    mean[size[first] == 0] = wide[size[first] == 0] = np.nan
    many = np.diff(first, append=len(owner)) > 1
    some = many[owner]
    text, weight = (np.cumsum(many) - 1)[owner[some]], size[some].astype(np.float64)[:, None]
    total = _summed(weight, text)
    middle = _summed(value[some] * weight, text) / total
    apart = (value[some] - middle[text]) ** 2 + spread[some].astype(np.float64) ** 2
    mean[many], wide[many] = middle, np.sqrt(_summed(apart * weight, text) / total)
    return mean, wide


def _summed(rows: NDArray[np.float64], group: Places) -> NDArray[np.float64]:
    """Sum rows within groups, one after the other, so that company changes no digit."""
    sums = np.zeros((int(group[-1]) + 1 if len(group) else 0, rows.shape[1]))
    np.add.at(sums, group, rows)
    return sums


def grouped(flags: NDArray[Any], member: NDArray[Any]) -> NDArray[np.float64]:
    """Return equal shares of the groups of which a flag holds. Shapes (n, f), (f, k)."""
    has = (flags @ member > 0).astype(np.float64)
    return np.asarray(has / np.maximum(has.sum(axis=1, keepdims=True), 1))


def any_odds(flags: Floats, member: Floats) -> Floats:
    """Return the log-odds that any flag of each group holds. Shape (n, k)."""
    # log P(none of the group)
    none = product(np.log1p(-np.clip(flags, TINY, 1 - 1e-4)), member)
    return np.log(-np.expm1(none)) - none


def cues(raw: Floats, known: Places) -> Floats:
    """Return what the width of a band goes by. Shape (n, 3)."""
    size = np.log1p(known.astype(np.float32))
    far = np.sqrt(np.square(raw).sum(axis=1))
    return np.stack([np.ones_like(size), size, far], axis=1)


def _trusted(p: Floats, prior: Floats, noise: Floats, trust: Floats) -> tuple[Floats, Floats]:
    """Mix `p` with what is usual, and say how far a rater is from it."""
    low = np.flatnonzero(trust < 1)  # the others stay as they are, to the last digit
    if len(low):
        p[low] = prior + trust[low, None] * (p[low] - prior)
    return p, np.sqrt(p * (1 - p) * noise)


def _noise(p: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(((y - p) ** 2).mean(axis=0) / (p * (1 - p)).mean(axis=0))


def _f32(*arrays: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.asarray(array, dtype=np.float32) for array in arrays)
