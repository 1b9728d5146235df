"""Published data files: found in a folder by the names they were handed out under, and unpacked."""

__all__ = ["AGAIN", "content", "published"]

from pathlib import Path

from affectory.core.errors import MissingFile
from affectory.sources.files import Origin

AGAIN = "fetch the published file again"  # the cure for a file of another form


def published(folder: Path, *names: str) -> Path:
    """Return the first of `names` that lies in `folder`, plain or gzipped.

    Raises:
        MissingFile: if none does.
    """
    for name in names:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    raise MissingFile(folder / names[0], "put the published file there, plain or gzipped")


def content(path: Path) -> bytes:
    """Return what a file holds, decompressed."""
    return Origin(path, str(path), path.stem).whole()
