"""Emptying a lake: every file is known as ours before the first one is deleted.

Nothing is deleted as a tree. What Delta writes has names of a known form; any other file, a
link, or a table that somebody else described stops the whole.
"""

__all__ = ["clear"]

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from affectory.core.errors import BadChoice, BadFile
from affectory.store.schema import FIXED, OF_SPACE, named

LOG = "_delta_log"
# A staged file of the storage layer that was killed ends in `#1`.
_IN_TABLE = re.compile(r"part-\d+-[0-9a-f-]{36}-c\d+(\.\w+)?\.parquet(#\d+)?")
_IN_LOG = re.compile(r"(\d{20}\.[\w.-]+|_last_checkpoint|_commit_[\w.-]+)(#\d+)?")


def clear(uri: str, ours: Callable[[str], bool]) -> tuple[str, ...]:
    """Delete the tables in the folder `uri` and return their names; the folder stays.

    Args:
        uri: Folder of a lake.
        ours: Whether a table of that name says of itself that it is one of ours.

    Raises:
        BadFile: if anything else lies there, or it is no folder of this machine.
    """
    if "://" in uri:
        raise _refused(uri, "an object store", "delete it with the tools of that store")
    folder = Path(uri)
    if not os.path.lexists(folder):
        return ()
    _is_folder(folder)
    tables = dict(_tables(folder))
    files = {name: _files(place) for name, place in tables.items()}
    for name, place in tables.items():
        if files[name] and not ours(name):
            raise _refused(place, "no Delta table")
    for name, place in tables.items():
        _delete(place, files[name])
    for kind in OF_SPACE:
        if (folder / kind).is_dir():
            (folder / kind).rmdir()
    return tuple(tables)


def _tables(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and place of each table; whatever else is not hidden is refused."""
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.name not in (*FIXED, *OF_SPACE):
            raise _refused(entry)
        _is_folder(entry)
        if entry.name in FIXED:
            yield entry.name, entry
            continue
        for inner in sorted(entry.iterdir()):
            try:
                yield named(f"{entry.name}/{inner.name}"), inner
            except BadChoice:
                raise _refused(inner) from None


def _files(place: Path) -> list[Path]:
    """Return the files of a table in the order in which they go: its first log entry last.

    Until then the table can be read as ours, so that clearing it can be begun again; of a
    table without files nothing can be lost.
    """
    _is_folder(place)
    data = sorted(entry for entry in place.iterdir() if entry.name != LOG)
    if os.path.lexists(place / LOG):
        _is_folder(place / LOG)
    log = sorted((place / LOG).iterdir(), reverse=True) if (place / LOG).is_dir() else []
    for entries, form in ((data, _IN_TABLE), (log, _IN_LOG)):
        for entry in entries:
            if entry.is_symlink() or not entry.is_file() or not form.fullmatch(entry.name):
                raise _refused(entry)
    return [*data, *log]


def _delete(place: Path, files: list[Path]) -> None:
    try:
        for file in files:
            file.unlink()
        if (place / LOG).is_dir():
            (place / LOG).rmdir()
        place.rmdir()
    except OSError as error:
        found = f"cannot be deleted ({error.strerror})"
        raise _refused(place, found, "see who else writes there, and clear again") from None


def _is_folder(place: Path) -> None:
    if place.is_symlink() or not place.is_dir():
        raise _refused(place, "a link" if place.is_symlink() else "a file")


def _refused(
    place: object,
    found: str = "not written by this house",
    cure: str = "move it away, or choose another folder; nothing was deleted",
) -> BadFile:
    return BadFile(place, found, "nothing but tables of a lake", cure)
