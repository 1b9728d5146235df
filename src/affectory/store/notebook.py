"""One file of SQLite: made when first written to, brought to the present version when opened.

What was acknowledged is on the disk. Not here: what stands in it.
"""

__all__ = ["Notebook"]

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from affectory.core.errors import BadFile

HOW = (
    "pragma journal_mode = wal",
    "pragma synchronous = full",  # what was acknowledged survives the power cut as well
)
Rows = list[tuple[Any, ...]]


class Notebook:
    """A file of SQLite that several threads and processes write to.

    Args:
        path: Where it lies; whoever only reads makes none.
        what: What to call it, such as "a file of takes".
        steps: Lines of SQL from each version of the file to the next.
        after: What to do once it has the present version, within the same transaction.

    Raises:
        BadFile: if the file is there and is no such file, or a later version wrote it.
    """

    def __init__(
        self, path: Path, what: str, steps: Sequence[Sequence[str]],
        after: Callable[[sqlite3.Connection], None],
    ) -> None:  # fmt: skip
        self.path, self.what, self.steps, self.after = path, what, steps, after
        self._turn = threading.Lock()
        self._file: sqlite3.Connection | None = None
        if path.exists():
            self._opened()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    @contextmanager
    def whole(self) -> Iterator[sqlite3.Connection]:
        """Do all of a change or nothing, while nobody else changes anything."""
        with self._turn:
            file = self._opened()
            with file:
                file.execute("begin immediate")
                yield file

    def run(self, sql: str, values: Sequence[object]) -> Rows:
        """Return the rows that a line of SQL gives; none where there is no file yet."""
        with self._turn:
            if self._file is None and not self.path.exists():
                return []
            return self._opened().execute(sql, values).fetchall()

    def _opened(self) -> sqlite3.Connection:
        if self._file is not None:
            return self._file
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        file = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            for line in HOW:
                file.execute(line)
            self._upgrade(file)
        except sqlite3.DatabaseError as error:
            file.close()
            raise BadFile(self.path, str(error), self.what, "move it away") from error
        except BadFile:
            file.close()
            raise
        self._file = file
        return file

    def _upgrade(self, file: sqlite3.Connection) -> None:
        """Bring an older file to the present version."""
        with file:
            file.execute("begin immediate")
            version = int(file.execute("pragma user_version").fetchone()[0])
            if version > len(self.steps):
                cure = "take the version of the house that made it"
                found, most = f"version {version}", f"{len(self.steps)} at most"
                raise BadFile(self.path, found, most, cure)
            for line in (line for step in self.steps[version:] for line in step):
                file.execute(line)
            if version < len(self.steps):
                file.execute(f"pragma user_version = {len(self.steps)}")
            self.after(file)
