"""How many bytes may be held at once, whoever holds them."""

__all__ = ["Budget"]

import threading


class Budget:
    """Bytes that several take and give back.

    Args:
        most: How many there are.
    """

    def __init__(self, most: int) -> None:
        self.most, self.taken = most, 0
        self._turn = threading.Lock()

    def take(self, size: int) -> bool:
        """Take `size` bytes; return whether there were so many."""
        with self._turn:
            fits = self.taken + size <= self.most
            self.taken += size if fits else 0
            return fits

    def give(self, size: int) -> None:
        """Give back `size` bytes that were taken."""
        with self._turn:
            self.taken -= size
