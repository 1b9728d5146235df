"""Who works on a file or folder: a lock on it that ends with the last process that holds it.

That of an upload is handed to its trace, so that a server that is started after another was
killed waits until nothing of the other is left; and two servers over one lake leave each
other's uploads alone. Those of a talk and of a recording are held for a moment, while they are
written. All are the system's own, and there is nothing to tidy up after a crash.
"""

__all__ = ["FREE", "alone", "freed", "held"]

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def alone(path: Path, make: Callable[[], object]) -> Iterator[None]:
    """Wait until nobody else has `path`, and keep every other thread and process from it.

    Only those that ask here are kept from it; where the system knows no locks nobody is.

    Args:
        path: A file or a folder.
        make: Makes it where it is not there.

    Raises:
        OSError: if it cannot be made or opened.
    """
    holder = _waited(path, make)
    try:
        yield
    finally:
        freed(holder)


def _waited(path: Path, make: Callable[[], object]) -> int:
    """Return what holds `path`, once nobody else does."""
    while True:
        make()
        try:
            import fcntl
        except ImportError:  # pragma: no cover
            return FREE
        kind = os.O_RDONLY if path.is_dir() else os.O_RDWR  # some disks lock only what is written
        try:
            holder = os.open(path, kind)
        except FileNotFoundError:  # deleted in this moment
            continue
        try:
            fcntl.flock(holder, fcntl.LOCK_EX)
        except OSError:  # a disk of another machine may have none
            os.close(holder)
            return FREE
        if _there(holder, path):
            return holder
        os.close(holder)  # deleted while it was waited for


def _there(holder: int, path: Path) -> bool:
    """Whether what is held is what stands there now."""
    try:
        return os.path.samestat(os.fstat(holder), path.stat())
    except FileNotFoundError:
        return False
