"""What the environment of a worker process says, on whichever engine."""

__all__ = ["WORKER", "inside", "setting"]

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_MARK = "AFFECTORY_WORKER"
# One thread a worker: the cores are shared out among the processes already.
WORKER = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "RAYON")
} | {
    "VECLIB_MAXIMUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    _MARK: "1",
}


def inside() -> bool:
    """Whether this process is a worker itself: it works alone, the cores are taken."""
    return _MARK in os.environ


@contextmanager
def setting(values: Mapping[str, str]) -> Iterator[None]:
    """Let processes that are started now find `values`; most must be said before they start."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
