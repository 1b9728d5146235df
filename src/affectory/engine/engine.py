"""One map over batches, in order, on whichever engine is named.

A method is a frozen value that can be pickled and a batch depends on no other, so that is
all there is to scale-out: no method knows an engine. An engine is one function of the type
`Engine`; a further one is a line in `_ENGINES`.
"""

__all__ = ["Engine", "engines", "map"]

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Protocol, TypeVar

from affectory.core.errors import BadChoice
from affectory.engine import local, ray

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """Where the batches are worked on."""

    def __call__(
        self,
        function: Callable[[T], R],
        batches: Iterable[T],
        workers: int | None,
        depth: int | None,
        address: str | None,
    ) -> Iterator[R]:
        """Yield `function` of every batch, in the order of the batches."""
        ...


_ENGINES: Mapping[str, Engine] = MappingProxyType({"local": local.run, "ray": ray.run})


def engines() -> Mapping[str, Engine]:
    """Return the engines there are, by name."""
    return _ENGINES


def map(
    function: Callable[[T], R],
    batches: Iterable[T],
    *,
    on: str = "local",
    workers: int | None = None,
    depth: int | None = None,
    address: str | None = None,
) -> Iterator[R]:
    """Yield `function` of every batch, in the order of the batches.

    Batches are taken one by one, never more than `depth` ahead of the result that was last
    handed out, so memory does not grow with their number. An error that `function` raises
    comes out in its batch's turn, as it is. The results do not depend on `workers`.

    Args:
        function: What to do with a batch: a function of a module, or a method's bound verb.
            It is sent to each worker once.
        batches: Whatever `function` takes; each must stand on its own.
        on: Name of an engine.
        workers: How many processes; None as many as there are cores. 0 or 1 is this one,
            without any other, on the engine local.
        depth: How many batches may be under way or waiting for their turn; None is two a worker.
        address: Where the cluster of the engine ray runs; None for the one that RAY_ADDRESS
            names, or a new one on this machine that ends with the map.

    Raises:
        BadChoice: if there is no such engine, `workers` or `depth` is out of range, or no
            cluster answers at `address`.
        MissingExtra: if the engine is not installed.
        BadValues: if `function` cannot be sent to another process.
        WorkerLost: if a worker died; with the engine ray, if workers died again and again.

    Example:
        >>> from affectory.engine import engine
        >>> list(engine.map(abs, [-3, 2, -1], workers=1))
        [3, 2, 1]
    """
    if on not in _ENGINES:
        raise BadChoice("on", on, sorted(_ENGINES))
    if workers is not None and workers < 0:
        raise BadChoice("workers", workers, "an integer >= 0")
    if depth is not None and depth < 1:
        raise BadChoice("depth", depth, "an integer >= 1")
    return _ENGINES[on](function, batches, workers, depth, address)
