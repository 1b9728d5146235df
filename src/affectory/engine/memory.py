"""Hand freed memory back to the system between batches.

glibc keeps what threads have freed for later, in pieces that fit no later batch; a walk over a
large corpus would seem to grow although it holds one batch.
"""

__all__ = ["give_back"]

import ctypes
import sys
from functools import cache
from typing import Any


def give_back() -> None:
    """Return freed memory to the system where the C library can (Linux with glibc)."""
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
