"""What is likely: one middle, and around it margins that hold as much as they say.

Ridge regression from what is known to the coefficients of what follows gives the middle. Its
errors on groups (persons, stories) that it has not learned from, each divided by a width that a
second ridge foretells, give one table of quantiles for every step and axis (split conformal
prediction, locally weighted: Lei et al. 2018). Draws take their shapes from modes and their
margins from the table: at each step and axis the s-th smallest mode becomes the s-th quantile
(ensemble copula coupling, Schefzik et al. 2013).
"""

__all__ = ["Fan"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.forecast.eigen.codes import Codes, Looks
from affectory.parts.blend import folds_of
from affectory.parts.ridge import Ridge

F32 = NDArray[np.float32]
Floats = NDArray[np.float64]
Places = NDArray[np.int64]
FOLDS = 5
LEVELS = 199
ALPHAS = tuple(float(alpha) for alpha in 10.0 ** np.arange(-1, 4.1, 0.5))
LEAST = 1e-2  # mean steps, below which no error counts as smaller


@dataclass(frozen=True, eq=False)
class Fan:
    """A middle and its margins.

    Args:
        middles: Ridge of each kind of path.
        widths: Ridge that foretells the logarithm of the mean error.
        table: Quantiles of error / width. Shape (kinds, levels, h k).
    """

    middles: tuple[Ridge, ...]
    widths: Ridge
    table: Floats

    @classmethod
    def fit(cls, codes: Codes, looks: Looks, future: F32, group: Places, seed: int) -> Self:
        """Learn from paths and what followed, (n, h, k); groups are parted, never their paths."""
        told, free = codes.coefficients(looks, future), looks.pose.away(future)
        few = len(np.unique(group)) < 2
        parted = np.arange(len(free)) * FOLDS // len(free) if few else group
        fold = folds_of(parted, FOLDS, seed)
        said = np.empty(free.shape)
        for at in np.unique(fold):
            off = fold == at
            learned = _middles(codes, looks, told, ~off if (~off).any() else off)
            said[off] = _say(codes, _some(looks, off), learned)
        miss = free - said
        size = np.log(np.abs(miss).mean(axis=1) + LEAST * codes.pace).astype(np.float64)[:, None]
        width = np.empty(len(miss))
        for at in np.unique(fold):
            off = fold == at
            on = ~off if (~off).any() else off
            ridge = Ridge.fit(looks.inputs[on].astype(np.float64), size[on], ALPHAS)
            width[off] = np.exp(ridge.predict(looks.inputs[off].astype(np.float64)))[:, 0]
        levels = (np.arange(LEVELS) + 0.5) / LEVELS
        kinds = range(len(codes.kinds))
        scaled = miss / width[:, None]
        table = np.stack([np.quantile(scaled[looks.kind == at], levels, axis=0) for at in kinds])
        whole = np.ones(len(miss), bool)
        widths = Ridge.fit(looks.inputs.astype(np.float64), size, ALPHAS)
        return cls(_middles(codes, looks, told, whole), widths, table)

    def middle(self, codes: Codes, looks: Looks) -> Floats:
        """Return the middles, flat and without poses. Shape (n, h k)."""
        return _say(codes, looks, self.middles)

    def at(self, codes: Codes, looks: Looks, level: Floats) -> Floats:
        """Return quantiles, flat and without poses.

        Args:
            codes: What the fan was learned beside.
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
        return np.asarray(self.middle(codes, looks)[:, None] + width * drawn)

    def like(self, codes: Codes, looks: Looks, modes: F32) -> Floats:
        """Return as many equally likely draws as there are modes (n, s, h k), flat, no poses."""
        rank = modes.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
        return self.at(codes, looks, (rank + 0.5) / modes.shape[1])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        ridges = {"widths": self.widths, **{str(at): r for at, r in enumerate(self.middles)}}
        parts = (
            (f"{name}/{part}", array)
            for name, ridge in ridges.items()
            for part, array in ridge.arrays().items()
        )
        return {"table": self.table, **dict(parts)}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        names = ("weights", "shift", "alpha")
        ridges = [
            Ridge.of({name: arrays[f"{part}/{name}"] for name in names})
            for part in ("widths", *map(str, range(len(arrays["table"]))))
        ]
        return cls(tuple(ridges[1:]), ridges[0], arrays["table"])


def _some(looks: Looks, keep: NDArray[np.bool_]) -> Looks:
    return Looks(looks.pose.rows(keep), looks.kind[keep], looks.inputs[keep])


def _middles(codes: Codes, looks: Looks, told: F32, keep: NDArray[np.bool_]) -> tuple[Ridge, ...]:
    """Return a ridge for each kind, learned from the paths to keep."""
    learned = []
    for kind in range(len(codes.kinds)):
        own = keep & (looks.kind == kind)
        own = own if own.sum() > 1 else looks.kind == kind
        x, y = looks.inputs[own].astype(np.float64), told[own].astype(np.float64)
        learned.append(Ridge.fit(x, y, ALPHAS))
    return tuple(learned)


def _say(codes: Codes, looks: Looks, middles: tuple[Ridge, ...]) -> Floats:
    said = np.empty((len(looks.kind), codes.rank))
    for kind, ridge in enumerate(middles):
        own = looks.kind == kind
        said[own] = ridge.predict(looks.inputs[own].astype(np.float64))
    return codes.free(looks, said.astype(np.float32)).astype(np.float64)
