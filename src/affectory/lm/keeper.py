"""A process that asks and keeps, so that answers under way outlive whoever wanted them.

The one who asks may be killed at any moment, `kill -9` and lack of memory included; the keeper
then hears that nobody writes to it any more, waits for the answers under way, keeps them, and
ends. Who asks the same questions again meanwhile waits for its claims (`lm.cache`) and finds
the answers. What no process can prevent is the end of keeper or machine: then the questions under
way, and only these, are asked again.
"""

__all__ = ["Keeper", "main"]

import json
import os
import subprocess
import sys
import traceback
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from io import StringIO
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TextIO

from affectory.core import errors
from affectory.core.errors import AffectoryError
from affectory.lm.cache import Cache, Kept
from affectory.lm.errand import Errand, Question
from affectory.lm.ledger import Prices
from affectory.lm.wire import AGAIN, Hopeless, Unanswered, Wire

Told = dict[str, Any]  # one line of the pipe


@dataclass(eq=False)
class Keeper:
    """Run errands in a process of their own; it starts with the first one.

    Args:
        errand: What is to be done there.
        at_once: Questions under way at the same time.
    """

    errand: Errand
    at_once: int = 8
    turn: Lock = field(default_factory=Lock, repr=False)
    line: "_Line | None" = field(default=None, repr=False)

    def open(self) -> None:
        """Start the process, where there is none, or it died, or it is that of a parent."""
        with self.turn:
            if self.line is None or not self.line.alive:
                self.line = _start(self.errand, self.at_once)
                weakref.finalize(self, _end, self.line.process)

    def fetch(self, key: str, question: Question) -> tuple[Kept, bool]:
        """Return what `Errand.fetch` does, raise what it raises.

        Raises:
            Unanswered: also if the process dies.
        """
        line = self.line
        if line is None:
            raise _dead(self.errand.wire.endpoint)
        told = line.ask({"key": key, "question": asdict(question)}).result()
        if "error" in told:
            raise _revived(told)
        return Kept(*told["kept"]), told["fresh"]


def main() -> None:
    """Be the process: read questions until nobody writes any more, then end what is under way."""
    shape = json.loads(sys.stdin.readline())
    errand = Errand(
        Wire(**shape["wire"]), Cache(Path(shape["cache"])), Prices(*shape["prices"]), shape["run"]
    )
    turn, replies = Lock(), _replies()
    pool = ThreadPoolExecutor(shape["at_once"])
    for line in sys.stdin:
        if line.endswith("\n"):  # else cut off in the middle
            told = json.loads(line)
            future = pool.submit(errand.fetch, told["key"], Question(**told["question"]))
            future.add_done_callback(partial(_tell, told["n"], turn, replies))
    pool.shutdown()
    os._exit(0)  # the output may be gone, and nothing is left to be written


def _replies() -> TextIO:
    """Return the way to the caller; whatever else is printed here goes with the errors."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    replies.write("\n")  # ends a line that was printed before
    return replies


def _tell(number: int, turn: Lock, replies: TextIO, future: "Future[tuple[Kept, bool]]") -> None:
    """Tell how an errand ended, to whoever still listens."""
    error = future.exception()
    told: Told = {"n": number}
    if error is None:
        kept, fresh = future.result()
        told |= {"kept": kept, "fresh": fresh}
    elif isinstance(error, AffectoryError):
        told |= {"error": type(error).__name__, "args": error.args, "state": vars(error)}
    else:
        told |= {"error": "", "args": traceback.format_exception(error), "state": {}}
    with turn, suppress(OSError):  # nobody listens: the answer is kept
        replies.write(f"{json.dumps(told, default=str)}\n")
        replies.flush()


@dataclass(eq=False)
class _Line:
    """The way to the process: who waits for it, who started it, whether it is cut."""

    process: "subprocess.Popen[str]"
    where: str
    owner: int = field(default_factory=os.getpid)
    waiting: "dict[int, Future[Told]]" = field(default_factory=dict)
    turn: Lock = field(default_factory=Lock)
    asked: int = 0
    cut: bool = False

    @property
    def alive(self) -> bool:
        """Whether it may be asked from here."""
        return not self.cut and self.owner == os.getpid()

    def ask(self, told: Told) -> "Future[Told]":
        """Send one question."""
        future: Future[Told] = Future()
        with self.turn:
            if self.cut:
                raise _dead(self.where)
            self.asked += 1
            self.waiting[self.asked] = future
            with suppress(OSError):  # it has died: the listener says so to all who wait
                self.write({"n": self.asked, **told})
        return future

    def write(self, told: Told) -> None:
        """Write one line."""
        if self.process.stdin is not None:
            self.process.stdin.write(f"{json.dumps(told)}\n")
            self.process.stdin.flush()

    def listen(self) -> None:
        """Hand each reply to whoever waits for it, until the process is gone."""
        try:
            with self.process.stdout or StringIO() as replies:
                for reply in replies:
                    self._hand_on(reply)
        finally:
            with self.turn:
                self.cut = True
            for future in self.waiting.values():
                future.set_exception(_dead(self.where))

    def _hand_on(self, reply: str) -> None:
        """Give a reply to whoever waits for it; pass over a line that is none."""
        try:
            told = json.loads(reply)
            future = self.waiting.pop(told["n"])
        except (ValueError, LookupError, TypeError, RecursionError):
            return
        future.set_result(told)


def _start(errand: Errand, at_once: int) -> _Line:
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", f"from {__name__} import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,  # what is typed at a terminal does not end it
    )
    line = _Line(process, errand.wire.endpoint)
    with suppress(OSError):  # it died at once: the listener says so
        line.write(_shape(errand, at_once))
    Thread(target=line.listen, daemon=True, name="affectory-keeper").start()
    return line


def _shape(errand: Errand, at_once: int) -> Told:
    """Return all that the process must know; the key it finds in its own environment."""
    wire = errand.wire
    return {
        "wire": {
            "endpoint": wire.endpoint,
            "key_from": wire.key_from,
            "retries": wire.retries,
            "patience": wire.patience,
        },
        "cache": str(errand.cache.place),
        "prices": list(errand.prices),
        "run": errand.run,
        "at_once": at_once,
    }


def _end(process: "subprocess.Popen[str]") -> None:
    """Let the process go, once it has kept what is under way."""
    with suppress(OSError):  # it may be gone already
        if process.stdin is not None:
            process.stdin.close()
    process.wait()


def _dead(where: str) -> Unanswered:
    return Unanswered(where, "the process that asks has died", AGAIN)


def _revived(told: Told) -> BaseException:
    """Return the error that the process met."""
    kinds = {**vars(errors), "Unanswered": Unanswered, "Hopeless": Hopeless, "": RuntimeError}
    kind: type[BaseException] = kinds[told["error"]]
    error = kind.__new__(kind)
    error.args = ("".join(told["args"]),)
    error.__dict__.update(told["state"])
    return error
