"""What was asked for of late stays in memory: made once, whoever asks."""

__all__ = ["Lately"]

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(eq=False)
class Lately(Generic[K, V]):
    """The last few things that were asked for; what was asked for longest ago gives way.

    Args:
        most: How many are held.

    Example:
        >>> from affectory.web.lately import Lately
        >>> squares = Lately(most=8)
        >>> squares.get(3, lambda: 9), squares.get(3, lambda: 0)
        (9, 9)
    """

    most: int = 8
    _held: dict[K, V] = field(default_factory=dict, repr=False)
    _making: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return what is held by `key`, which `make` makes where it is not; others wait for it."""
        with self._making:
            made = self._held.pop(key) if key in self._held else make()
            while len(self._held) >= self.most:
                del self._held[next(iter(self._held))]
            self._held[key] = made
            return made
