"""Who works on an upload: a lock on its folder that ends with the last process that holds it.

The lock is handed to the trace of the upload, so that a server that is started after another was
killed waits until nothing of the other is left; and two servers over one lake leave each
other's uploads alone. It is the system's own, and there is nothing to tidy up after a crash.
"""

__all__ = ["FREE", "freed", "held"]

import os
from pathlib import Path

FREE = -1  # where the system has no such locks


def held(folder: Path) -> int | None:
    """Return what holds `folder`, for `freed` and for a process that shares it.

    Args:
        folder: Folder of an upload.

    Returns:
        A file descriptor; `FREE` where the system knows no locks; None where another works on it,
        or it is gone.
    """
    try:
        import fcntl
    except ImportError:  # pragma: no cover
        return FREE
    try:
        holder = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(holder)
        return None
    except OSError:  # a disk of another machine may have none
        os.close(holder)
        return FREE
    return holder


def freed(holder: int | None) -> None:
    """Give back what `held` returned."""
    if holder is not None and holder != FREE:
        os.close(holder)
