"""The Ray engine: the same map on the cores of a cluster.

Plain tasks, a bounded number of them under way, asked for in the order of the batches. Ray does
a batch again whose worker or machine died; an error of the function is an answer. Function,
batches and results travel as pickles of our own, so that both engines compute from the same
bytes; the function is put into the cluster once, and unpacked once by each worker.
"""

__all__ = ["run"]

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from importlib.metadata import version
from itertools import chain, islice
from typing import Any, TypeVar

from affectory.core.errors import BadValues, WorkerLost
from affectory.engine.cluster import connected, line, ours, package
from affectory.engine.environment import WORKER, inside
from affectory.engine.local import emptied, pickled
from affectory.engine.worker import outcome

T = TypeVar("T")
R = TypeVar("R")

RETRIES = 3  # how often a batch is done again whose worker died


def run(
    function: Callable[[T], R],
    batches: Iterable[T],
    workers: int | None,
    depth: int | None,
    address: str | None = None,
) -> Iterator[R]:
    """Yield `function` of every batch, in order.

    Args:
        function: What to do with a batch.
        batches: The batches, taken one by one.
        workers: How many cores, >= 1; None as many as there are. Of a cluster that runs already:
            how many batches may be under way.
        depth: How many batches may be under way or wait for their turn; None is two a core.
        address: Where a cluster runs, `auto` for the one of this machine; None for the one that
            this process is connected to or RAY_ADDRESS names, or else a new one on this machine
            that ends with the map.

    Raises:
        MissingExtra: if Ray is not installed.
        BadValues: if `function` or a batch cannot be sent, or a machine of the cluster has
            another version of the house.
        BadChoice: if no cluster answers at `address`.
        WorkerLost: if the workers of a batch died again and again.
    """
    if inside():
        return (function(batch) for batch in batches)
    package()
    return _spread(function, iter(batches), workers, depth, address)


def _spread(
    function: Callable[[T], R],
    batches: Iterator[T],
    workers: int | None,
    depth: int | None,
    address: str | None,
) -> Iterator[R]:
    """Connect where there is work to share; a single batch is not worth a cluster of its own."""
    new = ours(address)
    first = list(islice(batches, 2 if depth != 1 else 1)) if new else []
    if new and len(first) < 2:
        yield from (function(batch) for batch in chain(first, batches))
        return
    packed = _packed(function)
    with connected(address, workers) as there:
        ray = package()
        environment = None if new else {"env_vars": WORKER}
        task = ray.remote(num_cpus=1, max_retries=RETRIES, runtime_env=environment)(_work)
        sent = partial(task.remote, [ray.put(packed)], _version())
        room = depth or (2 * there if new or workers is None else max(1, workers))
        yield from _results(ray, sent, emptied(first, batches), room)


def _results(
    ray: Any, sent: Callable[[bytes], Any], batches: Iterator[Any], room: int
) -> Iterator[Any]:
    """Yield the results in the order of the batches, at most `room` of them under way."""
    pending = deque(sent(pickled("batch", batch)) for batch in islice(batches, room))
    given = 0
    try:
        while pending:
            good, value = pickle.loads(_answer(ray, pending[0], given))
            pending.popleft()  # the cluster may forget it
            if not good:
                raise value
            yield value
            del value  # the next result may take its place in memory
            given += 1
            pending.extend(sent(pickled("batch", batch)) for batch in islice(batches, 1))
    finally:
        for reference in pending:
            ray.cancel(reference)


def _answer(ray: Any, reference: Any, given: int) -> bytes:
    """Wait for one batch; what stopped it for good is told in one line."""
    try:
        answer: bytes = ray.get(reference)
    except ray.exceptions.RayTaskError as error:  # our own part could not even begin
        told = str(error).strip().splitlines()[-1]
        cure = f"install affectory {_version()} on every machine of the cluster"
        raise BadValues("engine.map: a worker", told, "a worker that can begin", cure) from None
    except ray.exceptions.RayError as error:
        raise WorkerLost(given, f"{type(error).__name__}: {line(error)}") from None
    return answer


def _work(known: list[Any], wanted: str, batch: bytes) -> bytes:
    """Answer one batch, in a worker: the pickled result, or the error that the function raised."""
    return outcome(partial(_learnt, known[0], wanted), batch)


@lru_cache(maxsize=1)
def _learnt(reference: Any, wanted: str) -> Callable[[Any], Any]:
    """Return the function that was put into the cluster, in a worker of the same version."""
    if _version() != wanted:
        got = f"affectory {_version()}"
        raise BadValues("engine.map: a worker", got, wanted, "install it on every machine")
    function: Callable[[Any], Any] = pickle.loads(package().get(reference))
    return function


def _packed(function: object) -> bytes:
    """Return the function as it travels: as Ray packs it, which knows those of a script too."""
    try:
        packed: bytes = package().cloudpickle.dumps(function)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        cure = "use a function of a module, or the engine local with workers=1"
        raise BadValues("engine.map: function", error, "something to pickle", cure) from None
    return packed


def _version() -> str:
    return version("affectory")
