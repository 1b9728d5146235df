"""Several kinds of numbers about the same rows, scaled so that none drowns another."""

__all__ = ["Block", "Blocks"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Block(NamedTuple):
    """One kind of numbers.

    Attributes:
        weight: Root mean square length of its rows after scaling, beside the other blocks.
        each: Whether its columns are first put on one scale; else they keep their proportions.
    """

    weight: float = 1.0
    each: bool = False


@dataclass(frozen=True, eq=False)
class Blocks:
    """What was learned of the scales; NaN counts as the mean of its column.

    Args:
        middle: Shape (d,).
        scale: What each column is multiplied with. Shape (d,).
    """

    middle: Floats
    scale: Floats

    @classmethod
    def fit(cls, parts: Sequence[Floats], kinds: Sequence[Block]) -> Self:
        """Learn from one array (n, d_b) a block; the mean squared length of all becomes 1."""
        total = np.sqrt(sum(kind.weight**2 for kind in kinds))
        middles, scales = [], []
        for part, kind in zip(parts, kinds, strict=True):
            middle, spread = _middle(part)
            moves = np.where(spread > 1e-9, spread, np.inf)  # a column that never moves is still
            length = np.sqrt(np.isfinite(moves).sum() if kind.each else (spread**2).sum())
            columns = 1 / moves if kind.each else np.isfinite(moves).astype(np.float64)
            middles.append(middle)
            scales.append(columns * kind.weight / (max(length, 1e-9) * total))
        return cls(np.concatenate(middles), np.concatenate(scales))

    def rows(self, parts: Sequence[Floats]) -> Floats:
        """Return the blocks side by side, scaled. Shape (n, d)."""
        whole = np.concatenate(parts, axis=1)
        return np.asarray(np.nan_to_num((whole - self.middle) * self.scale))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        return {"middle": self.middle, "scale": self.scale}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        return cls(arrays["middle"], arrays["scale"])


def _middle(part: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of what is there, 0 where nothing is. (d,), (d,)."""
    held = ~np.isnan(part)
    count = np.maximum(held.sum(axis=0), 1)
    mean = np.where(held, part, 0.0).sum(axis=0) / count
    return mean, np.sqrt((np.where(held, part - mean, 0.0) ** 2).sum(axis=0) / count)
