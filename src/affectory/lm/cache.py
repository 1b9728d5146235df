"""Answers of paid models, kept on disk: what was answered once is never paid for again.

One SQLite file in WAL mode. An answer counts when its transaction is on disk, so a process may
be killed at any moment; threads and processes on one machine share the file. Questions are kept
as hashes only; answers in plain text, readable by their owner alone. Not for network drives,
where WAL does not work.
"""

__all__ = ["Cache", "Kept", "key_of"]

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, RLock
from types import ModuleType
from typing import Any, NamedTuple

from affectory.core import shelf
from affectory.core.errors import BadFile

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows: one process at a time
    fcntl = None


class Kept(NamedTuple):
    """One paid answer.

    Attributes:
        told: What the server said, as text.
        asked: Tokens of the question.
        said: Tokens of the answer.
        cost: What it cost, in the currency of the caller's prices.
        counted: Whether the server counted the tokens; else they are the most there can be.
    """

    told: str
    asked: int = 0
    said: int = 0
    cost: float = 0.0
    counted: bool = True

    @property
    def value(self) -> Any:
        """What the server said, where it is kept as JSON."""
        return json.loads(self.told)


@dataclass(frozen=True)
class Cache:
    """Keep answers by key.

    Args:
        path: The file; it is made when first needed. None: `answers.sqlite` among the things
            that the house keeps for its user.

    Example:
        >>> import tempfile
        >>> from affectory.lm.cache import Cache, Kept
        >>> cache = Cache(Path(tempfile.mkdtemp()) / "answers.sqlite")
        >>> cache.keep("k", Kept("joy", asked=12, said=1))
        >>> cache.find("k").told
        'joy'
        >>> cache.close()
    """

    path: Path | None = None

    @property
    def place(self) -> Path:
        """Return where the file is."""
        return (self.path or shelf.home() / "answers.sqlite").resolve()

    def find(self, key: str) -> Kept | None:
        """Return what is kept under `key`."""
        row = self._open().one(
            "select told, asked, said, cost, counted from answers where key = ?", key
        )
        if row is None:
            return None
        told, asked, said, cost, counted = row
        return Kept(told, asked, said, cost, bool(counted))

    def keep(self, key: str, kept: Kept, run: str = "") -> None:
        """Keep an answer; when this returns, it is on disk. The first answer of a key stays."""
        row = (key, run, *kept, time.time())
        self._open().one("insert or ignore into answers values (?, ?, ?, ?, ?, ?, ?, ?)", *row)

    def spent(self, run: str) -> tuple[int, int, int, float]:
        """Return calls, tokens asked, tokens said and cost of all that `run` has paid for."""
        row = self._open().one(
            "select count(*), total(asked), total(said), total(cost) from answers where run = ?",
            run,
        )
        calls, asked, said, cost = row or (0, 0, 0, 0.0)
        return calls, int(asked), int(said), cost

    def __len__(self) -> int:
        """Return how many answers are kept."""
        return int((self._open().one("select count(*) from answers") or (0,))[0])

    @contextmanager
    def claim(self, key: str) -> Iterator[None]:
        """Wait until nobody else asks `key`, thread or process, and keep others from it.

        The system drops the claim of a process that dies.
        """
        door = self._open()
        with door.changed:
            door.changed.wait_for(lambda: key not in door.held)
            door.held.add(key)
        try:
            while not door.lock(key):
                time.sleep(POLL)
            try:
                yield
            finally:
                door.unlock(key)
        finally:
            with door.changed:
                door.held.discard(key)
                door.changed.notify_all()

    def close(self) -> None:
        """Close the file; it opens again when needed. No claim may be held."""
        door = DOORS.pop((self.place, os.getpid()), None)
        if door is not None:
            door.close()

    def _open(self) -> "_Door":
        """Return this process's one door to the file: claims would not survive a second."""
        at = (self.place, os.getpid())
        with OPENING:
            if at not in DOORS:
                DOORS[at] = _Door(at[0])
            return DOORS[at]


def key_of(question: Mapping[str, Any]) -> str:
    """Return a hash of a question that is the same in every process."""
    told = json.dumps(question, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(eq=False)
class _Door:
    """One process's connection to one file, and the claims that it holds."""

    path: Path
    held: set[str] = field(default_factory=set)
    changed: Condition = field(default_factory=Condition)
    turn: RLock = field(default_factory=RLock)

    def __post_init__(self) -> None:
        """Open the file, or make it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        claims = self.path.with_name(f"{self.path.name}.claims")
        self.locks = os.open(claims, os.O_RDWR | os.O_CREAT, 0o600)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        for ending in OURS:
            with suppress(OSError):  # not there, or somebody else's
                self.path.with_name(f"{self.path.name}{ending}").chmod(0o600)
        self.file = sqlite3.connect(
            self.path, timeout=WAIT, isolation_level=None, check_same_thread=False
        )
        while not self.lock(""):  # two who make the file at once would trip over each other
            time.sleep(POLL)
        try:
            for line in SCHEMA:
                self.file.execute(line)
        except sqlite3.DatabaseError as error:
            self.close()
            cure = "name another file, or delete this one if nothing in it is needed"
            raise BadFile(self.path, str(error), "a cache of answers", cure) from error
        self.unlock("")

    def one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        """Run one statement, which commits itself; return its first row."""
        try:
            with self.turn:
                row: tuple[Any, ...] | None = self.file.execute(sql, values).fetchone()
        except sqlite3.DatabaseError as error:
            cure = "free the disk, or name another file"
            raise BadFile(self.path, str(error), "a cache of answers that works", cure) from error
        return row

    def lock(self, key: str) -> bool:
        """Return whether the claim of `key` is now this process's."""
        if fcntl is None:
            return True
        try:
            fcntl.lockf(self.locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _byte(key))
        except OSError:
            return False
        return True

    def unlock(self, key: str) -> None:
        """Give up the claim of `key`."""
        if fcntl is not None:
            fcntl.lockf(self.locks, fcntl.LOCK_UN, 1, _byte(key))

    def close(self) -> None:
        """Close what is open."""
        self.file.close()
        os.close(self.locks)


def _byte(key: str) -> int:
    """Return the byte of the claims file that stands for `key`."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=7).digest()) >> 1


DOORS: dict[tuple[Path, int], _Door] = {}
OPENING = RLock()
POLL = 0.05  # seconds between looks at a claim that another process holds
OURS = ("", "-wal", "-shm", ".claims")  # endings of the files that belong together
WAIT = 60.0  # seconds that SQLite waits for another process to finish writing
SCHEMA = (
    "pragma journal_mode = wal",
    "pragma synchronous = full",  # an answer survives the power cut as well as the kill
    "create table if not exists answers (key text primary key, run text not null, "
    "told text not null, asked integer not null, said integer not null, cost real not null, "
    "counted integer not null, at real not null) without rowid",
    "create index if not exists runs on answers (run)",
)
