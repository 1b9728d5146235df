"""The local engine: worker processes, one pipe each.

Workers are started afresh, never forked: polars holds locks that a fork would copy shut.
Each has one batch at a time, so neither end of a pipe waits for the other to read; each sees
the end of its pipe when we are gone, and leaves. Ctrl-C reaches us alone.
"""

__all__ = ["cores", "emptied", "pickled", "run"]

import multiprocessing
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from affectory.core.errors import BadChoice, BadValues, WorkerLost
from affectory.engine.environment import WORKER, inside, setting
from affectory.engine.worker import serve

T = TypeVar("T")
R = TypeVar("R")

UNGUARDED = 3  # exit code of a worker whose script would start workers of its own
_END = object()


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
        workers: How many processes; 0 or 1 is this one, None as many as there are cores.
        depth: How many batches may be under way or wait for their turn; None is two a worker.
        address: None: this machine is not looked for.

    Raises:
        BadChoice: if an address is given.
        BadValues: if `function` or a batch cannot be sent to another process.
        WorkerLost: if a worker died.
    """
    if address is not None:
        raise BadChoice("address", address, "none with the engine local; use the engine ray")
    wanted = cores() if workers is None else workers
    if wanted < 2 or _inside_a_worker():
        return (function(batch) for batch in batches)
    packed = pickled("function", function)
    return _spread(function, packed, iter(batches), wanted, depth or 2 * wanted)


def _spread(
    function: Callable[[T], R], packed: bytes, batches: Iterator[T], workers: int, depth: int
) -> Iterator[R]:
    """Start a crew where there is work to share; a single batch is not worth a process."""
    first = list(islice(batches, 2 if depth > 1 else 1))
    if len(first) < 2:
        yield from (function(batch) for batch in chain(first, batches))
        return
    ahead = iter(emptied(first, batches))
    crew = _Crew([_started() for _ in range(min(workers, depth))], ahead, depth)
    try:
        crew.learn(packed)
        yield from crew.results()
    finally:
        crew.dismiss()


def emptied(first: list[T], rest: Iterator[T]) -> Iterator[T]:
    """Yield all of both and keep none of `first`."""
    while first:
        yield first.pop(0)
    yield from rest


@dataclass(eq=False)
class _Worker:
    """A process, our end of its pipe, and the place of the batch that it works on."""

    process: BaseProcess
    pipe: Connection
    place: int = -1


@dataclass(eq=False)
class _Crew:
    """The workers, and the outcomes that wait for their turn.

    `taken` batches were taken from `batches`, `given` results handed out, so that
    `taken - given <= depth` at all times.
    """

    workers: list[_Worker]
    batches: Iterator[Any]
    depth: int
    taken: int = 0
    given: int = 0
    waiting: dict[int, bytes] = field(default_factory=dict)

    def learn(self, packed: bytes) -> None:
        """Send every worker its function."""
        for worker in self.workers:
            self._send(worker, packed)

    def results(self) -> Iterator[Any]:
        """Yield the results in the order of the batches."""
        idle = deque(self.workers)
        while True:
            while idle and self._gave_out(idle[0]):
                idle.popleft()
            if self.given in self.waiting:
                good, value = pickle.loads(self.waiting.pop(self.given))
                if not good:
                    raise value
                yield value
                del value  # the next result may take its place in memory
                self.given += 1
            elif self.given < self.taken:
                idle.extend(self._collect())
            else:
                return

    def _gave_out(self, worker: _Worker) -> bool:
        """Give `worker` the next batch if there is one and a place for its result."""
        if self.taken - self.given >= self.depth:
            return False
        batch = next(self.batches, _END)
        if batch is _END:
            return False
        self._send(worker, pickled("batch", batch))
        worker.place = self.taken
        self.taken += 1
        return True

    def _send(self, worker: _Worker, packed: bytes) -> None:
        try:
            worker.pipe.send_bytes(packed)
        except OSError:
            raise self._lost(worker) from None

    def _collect(self) -> list[_Worker]:
        """Wait until at least one worker has finished; return those that are free again."""
        busy = {worker.pipe: worker for worker in self.workers if worker.place >= 0}
        free = [busy[pipe] for pipe in wait(list(busy)) if isinstance(pipe, Connection)]
        for worker in free:
            try:
                self.waiting[worker.place] = worker.pipe.recv_bytes()
            except (EOFError, OSError):
                raise self._lost(worker) from None
            worker.place = -1
        return free

    def _lost(self, worker: _Worker) -> WorkerLost:
        worker.process.join(2)
        code = worker.process.exitcode
        if code == UNGUARDED:
            reason = "the script starts workers while it is imported; begin it with: " + (
                'if __name__ == "__main__":'
            )
        elif code is not None and code < 0:
            reason = f"ended by {signal.Signals(-code).name}, perhaps for want of memory"
        else:
            reason = f"exit code {code}"
        return WorkerLost(self.given, reason)

    def dismiss(self) -> None:
        """End every process and wait for it: the idle see their pipe close, the busy are told."""
        for worker in self.workers:
            worker.pipe.close()
            worker.process.terminate()
        for worker in self.workers:
            worker.process.join(2)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.process.close()


def _started() -> _Worker:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=serve, args=(theirs,), daemon=True)
    with setting(WORKER), _undisturbed():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let processes that are started now be deaf to Ctrl-C, from their first instruction on."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it lifts the block below when it starts, so it starts now
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _inside_a_worker() -> bool:
    """Whether this process is a worker itself: it works alone, the cores are taken."""
    # the same mark by which the standard library knows a script that lacks its guard
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise SystemExit(UNGUARDED)
    return inside() or multiprocessing.parent_process() is not None


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def pickled(what: str, value: object) -> bytes:
    """Return `value` as it travels; `what` names it where it cannot."""
    try:
        return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        cure = "use a function of a module, or workers=1"
        raise BadValues(f"engine.map: {what}", error, "something to pickle", cure) from None
