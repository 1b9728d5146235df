"""What comes through a pipe, as it comes: at once where it is slow, in large pieces where not."""

__all__ = ["PIECE", "pieces"]

import io
import os
from collections.abc import Callable, Iterator
from threading import Condition, Thread
from typing import IO

PIECE = 1 << 20  # bytes that are held at most, before whoever writes must wait
BEAT = 0.25  # seconds


def pieces(file: IO[bytes], most: int = PIECE) -> Iterator[bytes]:
    """Yield whatever has come since the last piece was taken; at the end of `file`, stop.

    A thread goes on reading while a piece is worked on, so what is done once a piece is done the
    more seldom, the faster things come.

    Args:
        file: Binary, buffered or not.
        most: How many bytes wait at most.
    """
    read: Callable[[int], bytes] = getattr(file, "read1", file.read)
    try:
        place = file.fileno()
    except (io.UnsupportedOperation, AttributeError):
        while piece := read(most):
            yield piece
        return
    if isinstance(file, io.BufferedReader):
        head = file.peek()  # what was looked at already is not in the pipe any more
        yield read(len(head))
        if not head:
            return
    yield from _Box(place, most).pieces()


class _Box:
    """Bytes that wait between a thread that reads and whoever works."""

    def __init__(self, place: int, most: int) -> None:
        self.place, self.most = place, most
        self.held: list[bytes] = []
        self.size, self.ended = 0, False
        self.turn = Condition()
        # past the buffer of the file: a thread that waits in it would hold its lock at exit
        Thread(target=self._fetch, daemon=True).start()

    def pieces(self) -> Iterator[bytes]:
        """Yield all that waits, again and again."""
        while True:
            with self.turn:
                while not self.turn.wait_for(lambda: self.held or self.ended, timeout=BEAT):
                    pass  # a signal that another thread was handed is heard at the next beat
                piece = b"".join(self.held)
                self.held.clear()
                self.size = 0
                self.turn.notify_all()
            if not piece:
                return
            yield piece

    def _fetch(self) -> None:
        try:
            while piece := os.read(self.place, 1 << 16):
                with self.turn:
                    self.turn.wait_for(lambda: self.size < self.most)
                    self.held.append(piece)
                    self.size += len(piece)
                    self.turn.notify_all()
        finally:
            with self.turn:
                self.ended = True
                self.turn.notify_all()
