"""The talks beside a lake: those that were typed, and those that `affectory live` overhears."""

__all__ = ["Listed", "listed"]

from contextlib import suppress
from pathlib import Path
from threading import Lock

from pydantic import BaseModel

from affectory.web.naming import FOLDER, overheard, place
from affectory.web.transcript import Told

MOST = 50  # talks that are listed
WORDS = 80  # letters of a talk that are listed


class Listed(BaseModel):
    """A talk, as a list has it."""

    talk: str
    overheard: bool  # by `affectory live`; else typed on the page
    turns: int
    words: str  # how it begins
    last: float  # when it was written to, in seconds since 1970


def listed(out: Path) -> list[Listed]:
    """Return the talks that have turns, the one that was written to last first."""
    found = []
    for path in (out / FOLDER).glob("*.jsonl"):
        with suppress(OSError):  # it may be deleted at any moment
            told = path.stat()
            if place(out, path.stem) == path and told.st_size and not path.is_symlink():
                found.append((told.st_mtime, told.st_size, path))
    rows = []
    for last, size, path in sorted(found, reverse=True)[:MOST]:
        with suppress(OSError, ValueError):  # one that holds no turns is not listed
            turns, words = _COUNTED.of(path, size)
            row = Listed(
                talk=path.stem, overheard=overheard(path.stem), turns=turns, words=words, last=last
            )
            rows.append(row)
    return rows


class _Counted:
    """How many turns files have and how they begin; a file that has grown is read on."""

    def __init__(self) -> None:
        self.turn = Lock()
        self.known: dict[Path, tuple[int, int, str]] = {}  # bytes read, turns, words

    def of(self, path: Path, size: int) -> tuple[int, str]:
        with self.turn:
            read, turns, words = self.known.get(path, (0, 0, ""))
            if size < read:
                read, turns, words = 0, 0, ""
            if size > read:
                with path.open("rb") as file:
                    file.seek(read)
                    came = file.read(size - read)
                whole = came[: came.rfind(b"\n") + 1]
                if turns == 0 and whole:
                    words = _begins(whole)
                read, turns = read + len(whole), turns + whole.count(b"\n")
                self.known[path] = (read, turns, words)
            return turns, words


_COUNTED = _Counted()


def _begins(lines: bytes) -> str:
    """Return the first words of a talk.

    Raises:
        ValueError: if it holds something else than turns.
    """
    for line in lines.split(b"\n")[:-1]:
        told = Told.of(line)
        if told.text.strip():
            words = " ".join(told.text.split())
            return words if len(words) <= WORDS else f"{words[: WORDS - 1]}…"
    return ""
