"""From what the user names (paths, patterns, folders, standard input) to files to open."""

__all__ = ["CORPUS", "Origin", "Sources", "head", "origins", "spooled"]

import bz2
import gzip
import lzma
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob as matches
from glob import has_magic
from importlib import import_module
from pathlib import Path
from typing import IO, Any, cast

from affectory.core.errors import BadFile, MissingFile

Sources = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
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
    """

    path: Path
    label: str
    stem: str
    prefix: bool = True
    asked: bool = True

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
def spooled() -> Iterator[Origin]:
    """Keep standard input in a temporary file for as long as it is read.

    A reader may look at a file twice, which a pipe does not allow.
    """
    with tempfile.TemporaryDirectory(prefix="affectory-") as folder:
        path = Path(folder) / "stdin"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file, 2**20)
        yield Origin(path, STDIN, "stdin")


def origins(sources: Sources) -> list[Origin]:
    """Return the files that `sources` names, sorted within each folder and pattern.

    Raises:
        MissingFile: if a path or pattern names nothing.
    """
    named = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    found = [pair for source in named for pair in _found(source)]
    paths = list(dict.fromkeys(path for path, _ in found))
    asked = dict(found)
    stems = _stems(paths)
    return [
        Origin(path, str(path), stem, asked=asked[path])
        for path, stem in zip(paths, stems, strict=True)
    ]


def _found(source: str | os.PathLike[str]) -> list[tuple[Path, bool]]:
    """Return (path, whether it was named itself) for one source."""
    path = Path(source).expanduser()
    if path.is_dir():
        inside = list(_inside(path))
        if not inside:
            raise MissingFile(source, "the folder holds no file; name a folder with files")
        return [(file, False) for file in inside]
    if path.exists():
        return [(path, True)]
    hits = sorted(matches(str(path), recursive=True)) if has_magic(str(path)) else []
    if not hits:
        raise MissingFile(source)
    return [(file, False) for hit in hits for file in _expanded(Path(hit))]


def _expanded(path: Path) -> Iterator[Path]:
    return _inside(path) if path.is_dir() else iter([path])


def _inside(folder: Path) -> Iterator[Path]:
    """Yield the visible files under `folder`; a ConvoKit corpus counts as one."""
    if (folder / CORPUS).is_file():
        yield folder
        return
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and not entry.is_symlink():  # a link to a folder may be a circle
            yield from _inside(entry)
        elif entry.is_file():
            yield entry


def _stems(paths: list[Path]) -> list[str]:
    """Return a short unique name per path: its place under the folder common to all."""
    if len(paths) == 1:
        return [_stem(Path(paths[0].absolute().name), paths[0])]
    common = Path(os.path.commonpath([path.absolute().parent for path in paths]))
    short = [_stem(path.absolute().relative_to(common), path) for path in paths]
    times = Counter(short)
    return [
        name if times[name] == 1 else path.absolute().relative_to(common).as_posix()
        for name, path in zip(short, paths, strict=True)
    ]


def _stem(short: Path, path: Path) -> str:
    """Return a path without its endings; the name of a folder may hold points."""
    return short.as_posix() if path.is_dir() else bare(short).with_suffix("").as_posix()


def head(origin: Origin, size: int = 65_536) -> bytes:
    """Return the first bytes of a file."""
    with origin.open() as file:
        return file.read(size)
