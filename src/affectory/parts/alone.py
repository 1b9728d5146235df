"""Torch on one thread, for nets so small that threads wait longer than they work."""

__all__ = ["one_thread", "torch_of"]

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from affectory.core.errors import MissingExtra


def torch_of() -> Any:
    """Return torch, which is asked for only where something learns.

    Raises:
        MissingExtra: if it is not there.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingExtra("torch", "train", "training a network") from error
    return torch


@contextmanager
def one_thread() -> Iterator[Any]:
    """Yield torch, held to one thread; afterwards it has as many as before.

    Raises:
        MissingExtra: if torch is not there.
    """
    torch = torch_of()
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield torch
    finally:
        torch.set_num_threads(before)
