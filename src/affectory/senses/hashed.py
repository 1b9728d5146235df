"""An encoder of texts that has learned nothing: hashed words with signs, summed.

Texts that share words are near one another, and that is all it knows (Weinberger et al. 2009). It
stands in for a trained encoder wherever none may be loaded: in tests, and for languages that no
trained one reads.
"""

__all__ = ["HashedEncoder"]

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectory.senses.tokens import join, split


@dataclass(frozen=True)
class HashedEncoder:
    """Encode texts by their words alone.

    Args:
        dimensions: Length of a vector.

    Example:
        >>> from affectory.senses.hashed import HashedEncoder
        >>> HashedEncoder(32).encode(["so glad", "glad so", ""]).shape
        (3, 32)
    """

    dimensions: int = 64

    @property
    def name(self) -> str:
        """What tells its vectors from another's."""
        return f"hashed-{self.dimensions}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector of length one for each text, zeros for one without words. (n, d)."""
        tokens = split(join(texts), len(texts))
        spot = tokens.row * self.dimensions + (tokens.key >> np.uint64(8)).astype(np.int64) % (
            self.dimensions
        )
        sign = 1.0 - 2.0 * (tokens.key & np.uint64(1)).astype(np.float64)
        flat = np.bincount(spot, sign, len(texts) * self.dimensions)
        rows = flat.reshape(len(texts), self.dimensions)
        length = np.sqrt((rows**2).sum(axis=1, keepdims=True))
        return (rows / np.where(length > 0, length, 1.0)).astype(np.float32)
