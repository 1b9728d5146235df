"""Recordings beside conversations: found in one folder by name, or added and kept beside the lake.

No name of a session or of an upload ever becomes a path. Of the folder, files are known by an
index that is made once; a path that leads out of it, by a link or otherwise, is not served. What
is added lies in a folder named by a digest; a small note there says which file counts, so that a
recording is replaced whole or not at all.
"""

__all__ = ["Found", "Kept", "Library", "Recording", "Recordings"]

import hashlib
import json
import os
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from affectory.web.containers import KINDS, Container, container
from affectory.web.holding import alone, freed, held
from affectory.web.receiving import PART, whole

NOTE = "note.json"
WAYS = ("whole", "named", "last")  # in which a file is found, the surest in front


@dataclass(frozen=True, slots=True)
class Recording:
    """The recording of one session.

    Args:
        path: Where it lies.
        what: What kind of file it is.
        added: Whether it was added on the page, and can be removed there.
    """

    path: Path
    what: Container
    added: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What there is for a session: a recording or none, how late it is, and why none.

    Args:
        recording: The recording, None where there is none.
        offset: Seconds by which turns come later in the recording than their times say.
        note: A sentence where several files could be meant.
    """

    recording: Recording | None
    offset: float = 0.0
    note: str = ""


@dataclass(frozen=True)
class Library:
    """The recordings in one folder, which is looked through once.

    Args:
        home: The folder.
    """

    home: Path

    @cached_property
    def files(self) -> dict[tuple[str, str], tuple[Path, ...]]:
        """Files by their path without ending, by their name, and by their stem."""
        root = self.home.resolve()
        told: dict[tuple[str, str], list[Path]] = {}
        for path in _walked(root):
            inner = PurePosixPath(path.relative_to(root).as_posix())
            for how, key in zip(WAYS, (inner.with_suffix(""), inner.name, inner.stem), strict=True):
                told.setdefault((how, _same(str(key))), []).append(path)
        return {key: tuple(paths) for key, paths in told.items()}

    def find(self, session: str, named: str | None = None) -> tuple[Path | None, str]:
        """Return the file of a session, and a sentence where it cannot be told which.

        Args:
            session: Its name; all of it counts first, its last part last.
            named: The name of a file that its source gives.
        """
        keys = (session, named or "", session.rpartition("/")[2])
        for how, key in zip(WAYS, keys, strict=True):
            paths = self.files.get((how, _same(key)), ())
            if len(paths) > 1 and len({path.parent / path.stem for path in paths}) > 1:
                return None, (f"{len(paths)} recordings in the folder could be meant; give one the "
                              "whole name of the session, with / as folder")  # fmt: skip
            if paths:  # of one name, what can be seen goes before what can only be heard
                return min(paths, key=lambda path: (KINDS[_end(path)].kind == "audio", path)), ""
        return None, ""

    def safe(self, path: Path) -> Path | None:
        """Return where a file really lies, None where that is not in the folder any more."""
        with suppress(OSError, RuntimeError):
            real = path.resolve(strict=True)
            inside = real.is_relative_to(self.home.resolve()) and _end(real) == _end(path)
            return real if inside and real.is_file() and os.access(real, os.R_OK) else None
        return None


@dataclass(frozen=True)
class Kept:
    """The recordings that were added to the sessions of one lake.

    Args:
        home: Their folder; made when first written to.
    """

    home: Path

    def place(self, job: str, session: str) -> Path:
        """Return the folder of a session, whose name says nothing of it."""
        told = json.dumps([job, session]).encode()
        return self.home / hashlib.sha256(told).hexdigest()[:32]

    def note(self, place: Path) -> dict[str, Any]:
        """Return what is noted of a session; nothing where nothing is."""
        try:
            told = json.loads((place / NOTE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    def find(self, place: Path) -> Path | None:
        """Return the recording that counts, None where there is none."""
        told = self.note(place)
        path = place / str(told.get("file", "")) / f"recording{told.get('ending', '')}"
        return path if told.get("file") and path.is_file() else None

    def write(self, place: Path, **told: object) -> None:
        """Change what is noted of a session, at once or not at all, and while nobody else does."""
        with self._alone(place):
            self._write(place, told)

    def _write(self, place: Path, told: dict[str, object]) -> None:
        part = place / f"{secrets.token_hex(4)}.note"
        part.touch(mode=0o600)
        part.write_text(json.dumps({**self.note(place), **told}), encoding="utf-8")
        part.replace(place / NOTE)

    @contextmanager
    def adding(self, place: Path, ending: str) -> Iterator[Path]:
        """A path to write a recording to; it counts once it is whole, and what was there goes."""
        self._ready(place)
        with ExitStack() as stack:
            with whole(place, f"recording{ending}") as path:
                yield path
                stack.enter_context(self._alone(place))  # until it is noted that it is whole
            token = path.parent.name.removesuffix(PART)
            self._write(place, {"file": token, "ending": ending, "offset": 0.0})
            for one in _whole(place):
                if one.name != token:
                    shutil.rmtree(one, ignore_errors=True)

    def remove(self, place: Path) -> None:
        """Remove a recording; how late it was is forgotten with it."""
        with self._alone(place):
            with suppress(FileNotFoundError):
                (place / NOTE).unlink()
            for one in _whole(place):
                shutil.rmtree(one, ignore_errors=True)
            with suppress(OSError):  # another is being added at this moment
                place.rmdir()

    def resume(self) -> None:
        """Remove what came in half when the last server stopped; what another takes in stays."""
        for torn in self.home.glob(f"*/*{PART}"):
            holder = held(torn)
            if holder is not None:
                shutil.rmtree(torn, ignore_errors=True)
                freed(holder)

    def _alone(self, place: Path) -> AbstractContextManager[None]:
        """Keep every other thread and process from changing what is kept of a session."""
        return alone(place, lambda: self._ready(place))

    def _ready(self, place: Path) -> None:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):  # and deleted in this moment: who waits looks once more
            place.mkdir(mode=0o700)


@dataclass(frozen=True)
class Recordings:
    """All recordings of one explorer: what was added counts before what lies in the folder.

    Args:
        kept: What was added on the page.
        library: The folder that was named at the start, None where none was.
    """

    kept: Kept
    library: Library | None = field(default=None)

    @classmethod
    def of(cls, out: Path, media: Path | None) -> "Recordings":
        """Return the recordings beside a lake, and in a folder."""
        return cls(Kept(out / "media"), Library(media) if media else None)

    def find(self, job: str, session: str, named: str | None = None) -> Found:
        """Return what there is for a session."""
        place = self.kept.place(job, session)
        offset = float(self.kept.note(place).get("offset", 0.0))
        path = self.kept.find(place)
        what = container(path.name) if path else None
        if path and what:
            return Found(Recording(path, what, added=True), offset)
        if self.library is None:
            return Found(None)
        path, note = self.library.find(session, named)
        path = self.library.safe(path) if path else None
        what = container(path.name) if path else None
        return Found(Recording(path, what, added=False) if path and what else None, offset, note)


def _walked(root: Path) -> Iterator[Path]:
    """Yield the recordings under a folder; folders behind links are not entered."""
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and container(name):
                yield Path(folder, name)


def _whole(place: Path) -> list[Path]:
    return [one for one in place.glob("*") if one.is_dir() and one.suffix != PART]


def _end(path: Path) -> str:
    return path.suffix.lower()


def _same(name: str) -> str:
    """Some systems write an accent as a letter of its own: both are one name."""
    return unicodedata.normalize("NFC", name)
