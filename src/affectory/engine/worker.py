"""What runs inside a worker process: one function, batch after batch."""

__all__ = ["outcome", "serve"]

import pickle
import signal
import traceback
from collections.abc import Callable
from functools import cache, partial
from multiprocessing.connection import Connection
from typing import Any

from affectory.core.errors import AffectoryError


def serve(pipe: Connection) -> None:
    """Answer every batch that comes through `pipe` until its other end is closed.

    The first message is the function; each further one is a batch and is answered by
    (True, result) or (False, error).
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        packed = pipe.recv_bytes()
        function = cache(partial(pickle.loads, packed))
        while True:
            pipe.send_bytes(outcome(function, pipe.recv_bytes()))
    except (EOFError, OSError):
        return  # whoever asked is gone, or wants no more


def outcome(function: Callable[[], Callable[[Any], Any]], batch: bytes) -> bytes:
    """Return the pickled outcome of the function for `batch`, good or bad."""
    try:
        result = function()(pickle.loads(batch))
        return pickle.dumps((True, result), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001  (nothing is swallowed: it is raised over there)
        return _packed(error)


def _packed(error: Exception) -> bytes:
    """Return (False, error), pickled; errors that are not ours tell where they come from."""
    if not isinstance(error, AffectoryError):
        error.add_note("in a worker process:\n" + "".join(traceback.format_exception(error)))
    try:
        packed = pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
        pickle.loads(packed)
    except Exception:  # noqa: BLE001  (an error that cannot travel sends its words)
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return packed
