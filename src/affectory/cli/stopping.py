"""Ctrl-C: it interrupts as ever, and is remembered, since libraries make other things of it."""

__all__ = ["Stop", "dealt_with", "goes_on"]

import signal
from types import FrameType


class Stop:
    """What Ctrl-C does: it interrupts as ever, and is remembered.

    Libraries make other things of an interruption, an exit without a word or, in the middle of an
    import, an error of their own; here it is known what it was.

    Attributes:
        asked: Whether it was pressed.
        resumes: Whether the command, given again, goes on where it stopped.
    """

    def __init__(self) -> None:
        self.asked = False
        self.resumes = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Remember, and interrupt."""
        self.asked = True
        signal.default_int_handler(number, frame)


def dealt_with() -> None:
    """Note that a command has said itself what an interruption meant."""
    _stop().asked = False


def goes_on() -> None:
    """Note that this command, when it is given again, goes on where it was stopped."""
    _stop().resumes = True


def _stop() -> Stop:
    """Return what Ctrl-C does in this program; one that nobody asks where it is another's."""
    handler = signal.getsignal(signal.SIGINT)
    return handler if isinstance(handler, Stop) else Stop()
