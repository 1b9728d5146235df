"""From what the user names (paths, patterns, folders, standard input) to the files to read.

What affectory has written is no source: a second walk over a folder must not read the lake
and the report that the first has left there.
"""

__all__ = ["PIPE", "Paths", "Sources", "found", "origins"]

import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from glob import glob as matches
from glob import has_magic
from pathlib import Path

from affectory.core.errors import MissingFile
from affectory.sources.files import CORPUS, STDIN, Origin, bare

Sources = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
Paths = Collection[str | os.PathLike[str]]
PIPE = "-"  # a file of this name is had as "./-"
TABLE = "_delta_log"  # what makes a folder a Delta table
LAKE = Path("lake")
REPORT = frozenset(("report.html", "report.json", "report.arcs.csv"))
CORPUS_FILES = (CORPUS, "conversations.json", "speakers.json")


def origins(sources: Sources, without: Paths = ()) -> tuple[Path, ...]:
    """Return the files that `stream` reads, in its order, without opening any.

    A ConvoKit corpus is listed by its files, standard input as ``Path("-")``.

    Args:
        sources: What `stream` takes.
        without: Folders and files to pass over; see `stream`.

    Raises:
        MissingFile: if a path or pattern names nothing.

    Example:
        >>> from affectory.sources import origins
        >>> [path.name for path in origins(["-"])]
        ['-']
    """
    listed: list[Path] = []
    for origin in found(sources, without):
        parts = [origin.path / name for name in CORPUS_FILES] if origin.path.is_dir() else []
        listed += [part for part in parts if part.is_file()] or [origin.path]
    return tuple(listed)


def found(sources: Sources, without: Paths = ()) -> list[Origin]:
    """Return what `sources` names, sorted within each folder and pattern, each file once.

    Raises:
        MissingFile: if a path or pattern names nothing.
    """
    named = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    barred = frozenset(Path(path).expanduser().resolve() for path in without)
    asked: dict[Path | None, bool] = {}  # None is standard input
    for source in named:
        for path, self_named in _named(source, barred):
            asked[path] = asked.get(path, False) or self_named
    stems = _stems([path for path in asked if path is not None])
    return [_origin(path, stems, asked[path]) for path in asked]


def _origin(path: Path | None, stems: dict[Path, str], asked: bool) -> Origin:
    if path is not None:
        return Origin(path, str(path), stems[path], asked=asked)
    stem = "stdin" if "stdin" not in stems.values() else STDIN
    return Origin(Path(PIPE), STDIN, stem, piped=True)


def _named(
    source: str | os.PathLike[str], barred: frozenset[Path]
) -> list[tuple[Path | None, bool]]:
    """Return (path, whether it was named itself) for one source."""
    if isinstance(source, str) and source == PIPE:
        return [(None, True)]
    path = Path(source).expanduser()
    if path.is_dir():
        inside = list(_inside(path, barred))
        if not inside:
            cure = "the folder holds no file but what affectory wrote; name a folder with files"
            raise MissingFile(source, cure)
        return [(file, False) for file in inside]
    if path.exists():
        return [(path, True)]
    hits = list(_matched(path, barred)) if has_magic(str(path)) else []
    if not hits:
        raise MissingFile(source)
    return [(hit, False) for hit in hits]


def _matched(pattern: Path, barred: frozenset[Path]) -> Iterator[Path]:
    """Yield the files that a pattern names, and those in the folders that it names."""
    fixed = next(at for at, part in enumerate(pattern.parts) if has_magic(part))
    for hit in map(Path, sorted(matches(str(pattern), recursive=True))):
        way = [Path(*hit.parts[:end]) for end in range(fixed + 1, len(hit.parts) + 1)]
        if any(_passed(step, barred) for step in way):
            continue
        yield from _inside(hit, barred) if hit.is_dir() else (hit,)


def _inside(folder: Path, barred: frozenset[Path]) -> Iterator[Path]:
    """Yield the files to read under `folder`; a ConvoKit corpus counts as one."""
    if (folder / CORPUS).is_file():
        yield folder
        return
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or _passed(entry, barred):
            continue
        if entry.is_dir() and not entry.is_symlink():  # a link to a folder may be a circle
            yield from _inside(entry, barred)
        elif entry.is_file():
            yield entry


def _passed(path: Path, barred: frozenset[Path]) -> bool:
    """Tell whether a file or folder is barred, or was written by affectory."""
    if barred and path.resolve() in barred:
        return True
    if path.name in REPORT:
        return _is_lake(path.parent / LAKE)
    return path.name == TABLE or (path / TABLE).is_dir() or _is_lake(path)


def _is_lake(folder: Path) -> bool:
    return (folder / "records" / TABLE).is_dir() or (folder / "rejected" / TABLE).is_dir()


def _stems(paths: list[Path]) -> dict[Path, str]:
    """Return a short unique name per path: its place under the folder common to all."""
    if len(paths) < 2:
        return {path: _stem(Path(path.absolute().name), path) for path in paths}
    common = Path(os.path.commonpath([path.absolute().parent for path in paths]))
    short = [_stem(path.absolute().relative_to(common), path) for path in paths]
    times = Counter(short)
    return {
        path: name if times[name] == 1 else path.absolute().relative_to(common).as_posix()
        for name, path in zip(short, paths, strict=True)
    }


def _stem(short: Path, path: Path) -> str:
    """Return a path without its endings; the name of a folder may hold points."""
    return short.as_posix() if path.is_dir() else bare(short).with_suffix("").as_posix()
