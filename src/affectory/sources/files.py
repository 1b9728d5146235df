"""One file to read: what it is called, and how it is opened."""

__all__ = ["CORPUS", "STDIN", "Origin", "bare", "head", "spooled"]

import bz2
import gzip
import lzma
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import IO, Any, cast

from affectory.core.errors import BadFile

STDIN = "<stdin>"
PACKED = (".gz", ".bz2", ".xz", ".zst")
CORPUS = "utterances.jsonl"  # what makes a folder a ConvoKit corpus
WHOLE = 512 * 2**20  # bytes of a document that must be held in memory as a whole


@dataclass(frozen=True)
class Origin:
    """One file to read.

    Args:
        path: Where it lies (a folder for a ConvoKit corpus).
        label: How it is named to the user.
        stem: Its name without endings, unique among the files of one call.
        prefix: Whether the names of its sessions begin with its stem.
        asked: Whether the user named it, rather than a folder or pattern around it.
        piped: Whether it is standard input, which has no path before it is `spooled`.
    """

    path: Path
    label: str
    stem: str
    prefix: bool = True
    asked: bool = True
    piped: bool = False

    @property
    def suffix(self) -> str:
        """The ending in lower case, without that of a compression."""
        return bare(self.path).suffix.lower()

    def session(self, name: str) -> str:
        """Return the name under which session `name` of this file is known."""
        return f"{self.stem}/{name}" if self.prefix else name

    def open(self) -> IO[bytes]:
        """Open the file for reading, decompressed as a stream.

        Raises:
            BadFile: if a zstd file is met and no decompressor is installed.
        """
        kind = self.path.suffix.lower()
        if kind == ".gz":
            return cast("IO[bytes]", gzip.open(self.path))
        if kind == ".bz2":
            return cast("IO[bytes]", bz2.open(self.path))
        if kind == ".xz":
            return cast("IO[bytes]", lzma.open(self.path))
        if kind == ".zst":
            return _zstd(self.path)
        return self.path.open("rb")

    def whole(self) -> bytes:
        """Return the whole content of a document.

        Raises:
            BadFile: if it is larger than 512 MiB once decompressed.
        """
        with self.open() as file:
            data = file.read(WHOLE + 1)
        if len(data) > WHOLE:
            raise BadFile(
                self.label,
                "more than 512 MiB",
                "a document that fits in memory",
                "split it, or convert it to jsonl, which is read as a stream",
            )
        return data


def bare(path: Path) -> Path:
    """Return `path` without the ending of a compression."""
    return path.with_suffix("") if path.suffix.lower() in PACKED else path


def _zstd(path: Path) -> IO[bytes]:
    for module in ("compression.zstd", "backports.zstd", "zstandard"):
        try:
            library: Any = import_module(module)
        except ImportError:
            continue
        return cast("IO[bytes]", library.open(path, "rb"))
    raise BadFile(
        path,
        "it is compressed with zstd",
        "gzip, or a zstd library in this Python",
        "run: pip install zstandard, or decompress it first",
    )


@contextmanager
def spooled(origin: Origin) -> Iterator[Origin]:
    """Keep standard input in a temporary file for as long as it is read; a file is as it is.

    A reader may look at a file twice, which a pipe does not allow.
    """
    if not origin.piped:
        yield origin
        return
    with tempfile.TemporaryDirectory(prefix="affectory-") as folder:
        path = Path(folder) / "stdin"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file, 2**20)
        yield replace(origin, path=path, piped=False)


def head(origin: Origin, size: int = 65_536) -> bytes:
    """Return the first bytes of a file."""
    with origin.open() as file:
        return file.read(size)
