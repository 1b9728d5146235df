"""What is likely: one middle, and around it margins that hold as much as they say.

Linear medians of what follows, given what is known, are the middle; they are believed as far as
this helps on groups (persons, stories, films) from which they have not learned, down to no change
at all. Errors on these groups, each divided by a width that a ridge foretells, give one table of
quantiles for every step and axis (split conformal prediction, locally weighted: Lei et al. 2018).
Draws take their shapes from modes and their margins from the table: at each step and axis the
s-th smallest mode becomes the s-th quantile (ensemble copula coupling, Schefzik et al. 2013).
"""

__all__ = ["Fan"]

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.shelf import joined, within
from affectory.forecast.eigen.codes import Codes, Looks
from affectory.parts.blend import folds_of
from affectory.parts.median import Median
from affectory.parts.ridge import Ridge

F32 = NDArray[np.float32]
Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Names = NDArray[np.str_]
FOLDS = 5
BELIEFS = 11
LEVELS = 199
ALPHAS = tuple(float(alpha) for alpha in 10.0 ** np.arange(-1, 4.1, 0.5))
LEAST = 1e-2  # mean steps, below which no error counts as smaller


@dataclass(frozen=True, eq=False)
class Fan:
    """A middle and its margins.

    Args:
        middles: Linear medians of each kind of path.
        belief: How far each kind's are believed, in [0, 1]. Shape (kinds,).
        widths: Ridge that foretells the logarithm of the mean error.
        table: Quantiles of error / width. Shape (kinds, levels, h k).
    """

    middles: tuple[Median, ...]
    belief: Floats
    widths: Ridge
    table: Floats

    @classmethod
    def fit(cls, codes: Codes, looks: Looks, future: F32, group: Names, seed: int) -> Self:
        """Learn from paths and what followed, (n, h, k); groups are parted, never their paths."""
        free, kinds = looks.pose.away(future), len(codes.kinds)
        few = len(np.unique(group)) < 2
        parted = np.arange(len(free)) * FOLDS // len(free) if few else group
        fold = folds_of(parted, FOLDS, seed)
        said = np.empty(free.shape)
        for off in _folds(fold):
            said[off] = _say(_some(looks, off), _middles(looks, free, ~off, kinds))
        belief = _belief(looks, free, said)
        miss = free - belief[looks.kind, None] * said
        size = np.log(np.abs(miss).mean(axis=1) + LEAST * codes.pace)[:, None]
        width = np.empty((len(miss), 1))
        inputs = looks.inputs.astype(np.float64)
        for off in _folds(fold):
            width[off] = Ridge.fit(inputs[~off], size[~off], ALPHAS).predict(inputs[off])
        scaled = miss / np.exp(width)
        levels = (np.arange(LEVELS) + 0.5) / LEVELS
        table = [np.quantile(scaled[looks.kind == at], levels, axis=0) for at in range(kinds)]
        whole = _middles(looks, free, np.ones(len(miss), bool), kinds)
        return cls(whole, belief, Ridge.fit(inputs, size, ALPHAS), np.stack(table))

    def middle(self, looks: Looks) -> Floats:
        """Return the middles, flat and without poses. Shape (n, h k)."""
        return self.belief[looks.kind, None] * _say(looks, self.middles)

    def at(self, looks: Looks, level: Floats) -> Floats:
        """Return quantiles, flat and without poses.

        Args:
            looks: The paths.
            level: Which quantile, for each path, of as many draws, at each place: (n, s, h k).
        """
        place = np.clip(level * LEVELS - 0.5, 0, LEVELS - 1)
        low = np.minimum(place.astype(np.int64), LEVELS - 2)
        share, column = place - low, np.arange(self.table.shape[2])
        kind = looks.kind[:, None, None]
        under, over = self.table[kind, low, column], self.table[kind, low + 1, column]
        width = np.exp(self.widths.predict(looks.inputs.astype(np.float64)))[:, :, None]
        drawn = under + share * (over - under)
        return np.asarray(self.middle(looks)[:, None] + width * drawn)

    def like(self, looks: Looks, modes: F32) -> Floats:
        """Return as many equally likely draws as there are modes (n, s, h k), flat, no poses."""
        rank = modes.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
        return self.at(looks, (rank + 0.5) / modes.shape[1])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        parts = {"widths": self.widths.arrays()}
        parts |= {str(at): median.arrays() for at, median in enumerate(self.middles)}
        return {"table": self.table, "belief": self.belief, **joined(parts)}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        middles = (Median.of(within(arrays, str(at))) for at in range(len(arrays["table"])))
        widths = Ridge.of(within(arrays, "widths"))
        return cls(tuple(middles), arrays["belief"], widths, arrays["table"])


def _folds(fold: Places) -> Iterator[NDArray[np.bool_]]:
    """Yield which paths are left out, fold by fold."""
    for at in np.unique(fold):
        yield fold == at


def _belief(looks: Looks, free: F32, said: Floats) -> Floats:
    """Return the share of what was said that brings the least error, for each kind."""
    shares = np.linspace(0, 1, BELIEFS)
    told = np.empty((len(shares), int(looks.kind.max()) + 1))
    for at, share in enumerate(shares):
        error = np.abs(free - share * said).mean(axis=1)
        count = np.bincount(looks.kind, minlength=told.shape[1])
        told[at] = np.bincount(looks.kind, error, told.shape[1]) / np.maximum(count, 1)
    return np.asarray(shares[told.argmin(axis=0)])


def _some(looks: Looks, keep: NDArray[np.bool_]) -> Looks:
    return Looks(looks.pose.rows(keep), looks.kind[keep], looks.inputs[keep])


def _middles(looks: Looks, free: F32, keep: NDArray[np.bool_], kinds: int) -> tuple[Median, ...]:
    """Return the medians of each kind, learned from the paths to keep."""
    learned = []
    for kind in range(kinds):
        own = keep & (looks.kind == kind)
        own = own if own.any() else looks.kind == kind
        learned.append(Median.fit(looks.inputs[own], free[own]))
    return tuple(learned)


def _say(looks: Looks, middles: tuple[Median, ...]) -> Floats:
    said = np.empty((len(looks.kind), len(middles[0].shift)))
    for kind, median in enumerate(middles):
        own = looks.kind == kind
        said[own] = median.predict(looks.inputs[own])
    return said
