"""The turns of a talk on the disk, a line each, and beside them what was heard of each.

Turns are the truth: a line is safe before it is answered, and `affectory trace` reads the file.
What was heard can be computed again, so it is believed only where every turn up to it, and the
methods that read it, are the same; whatever is missing, torn or older is left out.
"""

__all__ = ["Recollection", "Told", "Transcript"]

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from affectory.core.errors import BadFile
from affectory.web.holding import alone
from affectory.web.receiving import private


@dataclass(frozen=True, slots=True)
class Told:
    """One turn as it is kept.

    Args:
        actor: Who speaks.
        text: What is said; empty where a turn has no words.
        time: When, in seconds since 1970.
        id: The sender's own number; None where it has none.
        calls: Calls of tools, as they were written.
        result: What a tool answered; it is nobody's words, and so no text.
        node: By which a conversation is known that goes on from here; None where nothing follows.
        asked: The node of what this answers; None where it is no answer that was overheard.
    """

    actor: str
    text: str
    time: float | None = None
    id: int | None = None
    calls: tuple[Any, ...] = ()
    result: str | None = None
    node: str | None = None
    asked: str | None = None

    @property
    def silent(self) -> bool:
        """Whether nobody says anything: a tool is called, or answers."""
        return self.result is not None or (bool(self.calls) and not self.text.strip())

    @property
    def sent(self) -> tuple[int, str, str] | None:
        """By what it is known that is sent again: its sender's number, and what it says."""
        return None if self.id is None else (self.id, self.actor, self.text)

    @property
    def line(self) -> bytes:
        """The line of the file."""
        told: dict[str, Any] = {
            "actor": self.actor,
            "text": None if self.silent else self.text,
            "time": self.time,
            "id": self.id,
        }
        more = {"tool_calls": self.calls, "result": self.result, "node": self.node,
                "asked": self.asked}  # fmt: skip
        told |= {name: value for name, value in more.items() if value not in (None, ())}
        return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace") + b"\n"

    @classmethod
    def of(cls, line: bytes) -> Self:
        """Return the turn of a line.

        Raises:
            ValueError: if the line holds no turn.
        """
        try:
            told = json.loads(line)
            text = told["text"]
            return cls(
                str(told["actor"]), "" if text is None else str(text), told.get("time"),
                told.get("id"), tuple(told.get("tool_calls", ())), told.get("result"),
                told.get("node"), told.get("asked"),
            )  # fmt: skip
        except (LookupError, TypeError, AttributeError) as error:
            raise ValueError(f"no turn ({type(error).__name__})") from error


@dataclass
class Transcript:
    """A file of turns that any number of processes write and follow.

    Args:
        path: The file; made when the first turn is kept.
        read: Bytes of it that are known already.
    """

    path: Path
    read: int = 0
    _last: bytes = field(default=b"", repr=False)  # the line that ends there
    _seen: int = field(default=0, repr=False)  # bytes that there were at the last look

    @property
    def grown(self) -> bool:
        """Whether the file is another than at the last look."""
        return self._size() != self._seen

    def news(self) -> list[tuple[bytes, Told]]:
        """Return what stands in the file since the last look, without a torn last line.

        A file that was cut, or deleted and begun again, is all news.

        Raises:
            BadFile: if it is something else than turns.
        """
        if not self.grown:
            return []
        came = self._after()
        whole = came[: came.rfind(b"\n") + 1]
        lines = [line + b"\n" for line in whole.split(b"\n")[:-1]]  # a text may have other ends
        try:
            told = [(line, Told.of(line)) for line in lines]
        except ValueError as error:
            cure = "name another file to keep the turns in"
            raise BadFile(self.path.name, str(error), "turns of a talk", cure) from error
        self.read, self._seen = self.read + len(whole), self.read + len(came)
        self._last = lines[-1] if lines else self._last
        return told

    def keep(self, told: Told) -> list[tuple[bytes, Told]]:
        """Put a turn on the disk, once; return what stands there since the last look, it too.

        Nobody else writes meanwhile. What is left of a line that was torn when a process died is
        cut off first: it was never answered.

        Raises:
            BadFile: if the file is something else than turns.
        """
        with alone(self.path, lambda: self.path.touch(mode=0o600)):
            came = self.news()
            if told.sent and any(other.sent == told.sent for _, other in came):
                return came
            if self._seen > self.read:
                os.truncate(self.path, self.read)
                self._seen = self.read
            with open(self.path, "ab", opener=private) as file:
                file.write(told.line)
                file.flush()
                os.fsync(file.fileno())
            return [*came, *self.news()]

    def _after(self) -> bytes:
        """Return the bytes that follow what is known."""
        came = self._from(self.read - len(self._last))
        if not came.startswith(self._last):
            self.read, self._last = 0, b""
            return self._from(0)
        return came.removeprefix(self._last)

    def _from(self, place: int) -> bytes:
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            file.seek(place)
            return file.read()
        return b""

    def _size(self) -> int:
        with suppress(FileNotFoundError):
            return self.path.stat().st_size
        return 0


@dataclass
class Recollection:
    """What was heard of a transcript, in a hidden file beside it.

    Args:
        path: The file.
        by: What says which methods heard, and in which version.
    """

    path: Path
    by: str
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    read: int = 0

    @classmethod
    def of(cls, transcript: Path, by: str) -> Self:
        """Return what is known of a transcript; nothing where there is no file."""
        one = cls(transcript.with_name(f".{transcript.name}.heard"), by)
        one.look()
        return one

    def look(self) -> None:
        """Learn what has been noted since the last look."""
        with suppress(OSError), self.path.open("rb") as file:
            file.seek(self.read)
            came = file.read()
            whole = came[: came.rfind(b"\n") + 1]
            self.read += len(whole)
            self.known |= _whole(whole.split(b"\n"))

    def key(self, before: str | None, line: bytes) -> str:
        """Return by what a line is known: its own words, all before it, and who heard."""
        told = (self.by if before is None else before).encode()
        return hashlib.blake2b(line, key=told[:64], digest_size=12).hexdigest()

    def note(self, key: str, heard: dict[str, Any]) -> None:
        """Keep what was heard; where the disk is full it is computed again another time."""
        line = json.dumps({"key": key, **heard}, ensure_ascii=False, separators=(",", ":"))
        with suppress(OSError), open(self.path, "ab", opener=private) as file:
            torn = file.tell() and not _ends(self.path)
            file.write((b"\n" if torn else b"") + line.encode("utf-8", "replace") + b"\n")


def _whole(lines: Iterable[bytes]) -> Iterable[tuple[str, dict[str, Any]]]:
    for line in lines:
        with suppress(ValueError, LookupError, TypeError, AttributeError):
            told = json.loads(line)
            yield told.pop("key"), told


def _ends(path: Path) -> bool:
    """Whether a file that is not empty ends with a whole line."""
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
