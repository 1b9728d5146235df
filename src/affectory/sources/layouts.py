"""The table of layouts: a reader enters itself here, so a new format is one new file."""

__all__ = ["LAYOUTS", "Layout", "Peek", "best", "layout"]

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from affectory.core.errors import BadChoice, BadFile
from affectory.sources.files import Origin
from affectory.sources.reading import Columns, Reading

SURE, LIKELY, MAYBE, NO = 100, 60, 20, 0  # what `sniff` answers


@dataclass(frozen=True)
class Peek:
    """What is known of a file before it is read.

    Args:
        suffix: Lower case, without any compression suffix, such as ``.csv``.
        head: The first characters, decoded.
        name: The file's name.
    """

    suffix: str
    head: str
    name: str


Reader = Callable[[Origin, Columns, int], Iterator[Reading]]


@dataclass(frozen=True)
class Layout:
    """One way in which records lie in a file.

    Args:
        name: Key in `LAYOUTS`, shown to the user as ``Reading.layout``.
        suffixes: Lower-case endings that files of this layout have.
        sniff: How surely a file is of this layout, 0 (no) to 100.
        read: Yields the readings of one file: (origin, columns, size).
        binary: Whether its files are no text; then their ending alone decides.
    """

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[Peek], int]
    read: Reader
    binary: bool = False


LAYOUTS: dict[str, Layout] = {}


def layout(
    name: str, suffixes: tuple[str, ...], sniff: Callable[[Peek], int], *, binary: bool = False
) -> Callable[[Reader], Reader]:
    """Enter the decorated reader in `LAYOUTS` under `name`."""

    def enter(read: Reader) -> Reader:
        LAYOUTS[name] = Layout(name, suffixes, sniff, read, binary)
        return read

    return enter


def best(origin: Origin, peek: Peek, wanted: str | None) -> Layout:
    """Return the layout called `wanted`, or the one that is surest of the file.

    Raises:
        BadChoice: if there is no layout called `wanted`.
        BadFile: if no layout knows the file.
    """
    if wanted is not None:
        if wanted not in LAYOUTS:
            raise BadChoice("layout", wanted, sorted(LAYOUTS))
        return LAYOUTS[wanted]
    surest = max(LAYOUTS.values(), key=lambda entry: entry.sniff(peek))
    if surest.sniff(peek) == NO:
        raise BadFile(
            origin.label,
            f"nothing in it looks like records (ending {PurePath(peek.name).suffix or 'none'})",
            "a table, a transcript, an annotation or a message log",
            "name its layout with --layout, one of: " + ", ".join(sorted(LAYOUTS)),
        )
    return surest
