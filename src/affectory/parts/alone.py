"""Torch on one thread, for nets so small that threads wait longer than they work."""

__all__ = ["one_thread"]

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from affectory.core.errors import MissingExtra


@contextmanager
def one_thread() -> Iterator[Any]:
    """Yield torch, held to one thread; afterwards it has as many as before.

    Raises:
        MissingExtra: if torch is not there.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingExtra("torch", "train", "training a network") from error
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield torch
    finally:
        torch.set_num_threads(before)
