"""Score bags of keys: each known key adds a small row, the sum goes through one hidden layer.

A text classifier in the manner of fastText (Joulin et al. 2017) that runs on numpy alone.
A key's row holds what it says directly (one number an output) and a vector; with s the sum
over the n known keys of a bag,

    ``out = bias + z direct(s) + relu(z vector(s) @ inner + lift) @ outer``, ``z = n ** -power``

Rows are bytes with one scale a column, and sums are integers, so a bag's sum is the same to
the bit in whatever company it is scored; only the last product may differ, by rounding.
"""

__all__ = ["Bag", "add_up", "padded", "product"]

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.parts.keytable import KeyTable

Places = NDArray[np.int64]
Floats = NDArray[np.float32]
# Products are cut into pieces of 8 rows and 128 columns. Each is so small that a linear algebra
# library takes it in one go on one thread and in one way: rows are then treated alike whatever
# their company, and threads that share out the texts do not wait for the library's own.
BLOCK, WIDE, LANES = 8, 128, 16


@dataclass(frozen=True, slots=True)
class Bag:
    """The learned numbers.

    Args:
        shift: Displacements of the key table. Shape (b,).
        prints: Fingerprints of the key table. Shape (m,).
        rows: What each slot adds, the last row all zeros. Shape (m + 1, o + d), int8.
        scale: Size of one unit of each column. Shape (o + d,).
        bias: Outputs of an empty bag. Shape (o,).
        inner: Shape (d, h).
        lift: Shape (h,).
        outer: Shape (h, o).
        power: How sums shrink with the number of keys. Shape (1,).
    """

    shift: NDArray[np.uint16]
    prints: NDArray[np.uint32]
    rows: NDArray[np.int8]
    scale: Floats
    bias: Floats
    inner: Floats
    lift: Floats
    outer: Floats
    power: Floats

    @property
    def keys(self) -> KeyTable:
        """The table that finds a key's row."""
        return KeyTable(self.shift, self.prints)

    def score(self, sums: NDArray[np.int16], known: Places) -> Floats:
        """Return the outputs of bags.

        Args:
            sums: Sum of the rows of each bag. Shape (n, o + d).
            known: How many known keys each bag has. Shape (n,).

        Returns:
            Shape (n, o).
        """
        n, o = len(sums), len(self.bias)
        full = padded(sums).astype(np.float32)
        full *= self.scale
        full *= np.maximum(padded(known), 1).astype(np.float32)[:, None] ** -self.power
        hidden = np.matmul(full[:, o:].reshape(-1, 1, BLOCK, len(self.inner)), _cut(self.inner.T))
        hidden += _cut(self.lift[:, None])
        np.maximum(hidden, 0, out=hidden)
        wide = self.outer.reshape(hidden.shape[1], -1, o)
        scores: Floats = np.matmul(hidden, wide).sum(axis=1).reshape(-1, o)
        scores += full[:, :o]
        scores += self.bias
        return scores[:n]

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, for a file."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[Any]]) -> Self:
        """Return the bag held in `tensors`, which may hold more."""
        return cls(**{field.name: tensors[field.name] for field in fields(cls)})


def padded(rows: NDArray[Any]) -> NDArray[Any]:
    """Return `rows` with rows of zeros up to a multiple of 16. Shape (n, ...).

    What is computed from whole blocks is the same to the bit for a row in any company.
    """
    lack = -len(rows) % LANES
    return np.concatenate([rows, np.zeros((lack, *rows.shape[1:]), rows.dtype)]) if lack else rows


def product(rows: Floats, matrix: Floats) -> Floats:
    """Return ``rows @ matrix``, block by block. Shapes (n, d), (d, k)."""
    n, d = rows.shape
    blocks: Floats = np.matmul(padded(rows).reshape(-1, BLOCK, d), matrix)
    return blocks.reshape(-1, matrix.shape[1])[:n]


def _cut(columns: Floats) -> Floats:
    """Return (h, d) as pieces of up to 128 of its rows, each turned. Shape (p, d, h / p)."""
    h, d = columns.shape
    pieces = h // WIDE if h % WIDE == 0 else 1
    return np.ascontiguousarray(columns.reshape(pieces, h // pieces, d).transpose(0, 2, 1))


def add_up(rows: NDArray[np.int8], slots: Places, counts: Places, into: NDArray[np.int16]) -> None:
    """Add to each bag's sum the rows of its slots.

    Works place by place over the bags from the fullest to the emptiest, so that each step is
    one gather and one addition over a leading block; the order does not change the sums.

    Args:
        rows: Shape (m, c).
        slots: The slots of all bags, one bag after the other. Shape (t,).
        counts: How many slots each bag has. Shape (n,).
        into: Sums to add to; fewer than 256 rows may meet in one. Shape (n, c).
    """
    order = np.argsort(-counts, kind="stable")
    full = counts[order]
    begin = (np.cumsum(counts) - counts)[order]
    widest = int(full[0]) if len(full) else 0
    reach = np.searchsorted(-full, -np.arange(1, widest + 1), side="right")
    sums = np.zeros_like(into)
    for place in range(widest):
        n = int(reach[place])
        sums[:n] += rows.take(slots[begin[:n] + place], axis=0)
    into[order] += sums
