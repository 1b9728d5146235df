"""Find the row of each of many 64-bit keys with one look, in numpy alone.

A perfect hash by displacement (Belazzougui, Botelho, Dietzfelbinger 2009, "Hash, displace,
and compress"): keys fall into small buckets; each bucket has a displacement that sends its
keys to slots which no other key has. A key is found, or known to be absent, after reading
one displacement and one fingerprint, whatever the table's size.
"""

__all__ = ["KeyTable"]

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadValues

U64 = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class KeyTable:
    """A set of keys, each with a slot of its own.

    Args:
        shift: Displacement of each bucket; a power of two of them. Shape (b,).
        prints: Fingerprint of the key in each slot, 0 where the slot is empty. Shape (m,).

    Example:
        >>> import numpy as np
        >>> from affectory.parts.keytable import KeyTable
        >>> table = KeyTable.of(np.array([3, 5, 8], dtype=np.uint64))
        >>> slots = table.find(np.array([5, 6], dtype=np.uint64))
        >>> slots[0] < table.size, slots[1] == table.size
        (np.True_, np.True_)
    """

    shift: NDArray[np.uint16]
    prints: NDArray[np.uint32]

    @property
    def size(self) -> int:
        """How many slots there are; also what `find` says of an absent key."""
        return len(self.prints)

    def find(self, keys: U64) -> NDArray[np.int64]:
        """Return the slot of each key, `size` for a key that is absent. Shape (n,)."""
        stirred = keys * TURN
        stirred ^= stirred >> np.uint64(32)
        bucket = (stirred & np.uint64(len(self.shift) - 1)).view(np.int64)
        slots = _slots(stirred, self.shift[bucket], self.size)
        absent = self.prints[slots] != _prints(stirred)
        slots[absent] = self.size
        return slots

    @classmethod
    def of(cls, keys: U64, fill: float = 0.9) -> Self:
        """Build the table of distinct `keys`.

        Args:
            keys: Shape (n,), n >= 1, without repeats.
            fill: Share of slots to use, in (0, 1).

        Raises:
            BadValues: if a key occurs twice.
        """
        if len(np.unique(keys)) < len(keys) or not len(keys):
            raise BadValues("KeyTable.of", f"{len(keys)} keys with repeats", "distinct keys, >= 1")
        size = int(len(keys) / fill) + 1
        stirred = keys * TURN
        stirred ^= stirred >> np.uint64(32)
        count = 1 << max(int(len(keys) / 3).bit_length(), 0)
        bucket = stirred & np.uint64(count - 1)
        shift = _displaced(stirred, bucket, count, size)
        prints = np.zeros(size, dtype=np.uint32)
        prints[_slots(stirred, shift[bucket.view(np.int64)], size)] = _prints(stirred)
        return cls(shift, prints)


def _displaced(stirred: U64, bucket: U64, count: int, size: int) -> NDArray[np.uint16]:
    """Choose for each bucket the least displacement that sends its keys to free slots."""
    order = np.argsort(bucket, kind="stable")
    edges = np.searchsorted(bucket[order], np.arange(count + 1, dtype=np.uint64))
    taken = np.zeros(size, dtype=np.bool_)
    shift = np.zeros(count, dtype=np.uint16)
    trials = np.arange(1 << 16, dtype=np.uint16)
    for place in np.argsort(-np.diff(edges), kind="stable"):  # the fullest first
        mine = stirred[order[edges[place] : edges[place + 1]]]
        if not len(mine):
            break
        shift[place] = _least(mine, taken, trials)
        taken[_slots(mine, shift[place], size)] = True
    return shift


def _least(mine: U64, taken: NDArray[np.bool_], trials: NDArray[np.uint16]) -> np.uint16:
    for low in range(0, len(trials), 64):
        tried = trials[low : low + 64]
        slots = _slots(mine[None, :], tried[:, None], len(taken))
        free = ~taken[slots].any(axis=1)
        for at in np.flatnonzero(free):
            if len(np.unique(slots[at])) == len(mine):
                return np.uint16(tried[at])
    raise BadValues("KeyTable.of", "a bucket without free slots", "fewer keys", "lower `fill`")


def _slots(stirred: U64, shift: NDArray[np.uint16] | np.uint16, size: int) -> NDArray[np.int64]:
    moved = (stirred ^ (np.asarray(shift).astype(np.uint64) * STEP)) * TURN
    moved >>= np.uint64(32)
    moved *= np.uint64(size)
    moved >>= np.uint64(32)
    return moved.view(np.int64)


def _prints(stirred: U64) -> NDArray[np.uint32]:
    """Return a fingerprint of each key, never 0."""
    return (stirred >> np.uint64(32)).astype(np.uint32) | np.uint32(1)


TURN = np.uint64(0x9E3779B97F4A7C15)
STEP = np.uint64(0xD1B54A32D192ED03)
