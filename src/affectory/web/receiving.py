"""What comes in: a file is taken whole or not at all, and never more of it than there is room for.

The name of a file is data: it travels in a header, and never becomes a path as it is.
"""

__all__ = ["PART", "SWELL", "large", "plain", "private", "taken", "whole"]

import asyncio
import os
import re
import secrets
import shutil
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

from affectory.web.holding import freed, held

PART = ".part"  # of a folder whose file has not come whole
LONG = 120  # bytes of a name that are kept
ELSEWHERE = "trace it on the command line"  # what to do with a file that is too much
SWELL = 20  # times its size that a packed file may unfold to


@contextmanager
def whole(uploads: Path, name: str) -> Iterator[Path]:
    """A path to write a file to, which is among the uploads once it is there whole, or not at all.

    Its folder ends with `.part` until then.
    """
    uploads.mkdir(parents=True, exist_ok=True, mode=0o700)
    home = uploads / f"{secrets.token_hex(8)}{PART}"
    home.mkdir(mode=0o700)
    holder = held(home)  # no other server takes it for one that a crash left
    try:
        yield home / name
        home.rename(home.with_suffix(""))
    except BaseException:  # who sent it is gone, or it is too much
        shutil.rmtree(home, ignore_errors=True)
        raise
    finally:
        freed(holder)


def plain(name: str) -> str:
    """Return a name that is a file's alone: no folder, nothing hidden, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[^\w. ()-]", "_", last).strip(" .")
    while len(kept.encode()) > LONG:
        kept = kept[1:]  # the end says what kind of file it is
    return kept.strip(" .") or "upload.txt"


async def taken(
    parts: AsyncIterator[bytes], path: Path, largest: int, cure: str = ELSEWHERE
) -> None:
    """Write what comes to `path`; refuse it as soon as it is too much, and say what to do.

    Raises:
        ValueError: if it is larger than `largest`, empty, or unfolds to too much.
    """
    size = 0
    packed = _Packed(SWELL * largest) if path.suffix.lower() == ".gz" else None
    with open(path, "xb", opener=private) as file:
        async for part in parts:
            size += len(part)
            if size > largest:
                raise ValueError(large(largest, cure))
            if packed is not None:
                await asyncio.to_thread(packed.unfold, part)
            file.write(part)
    if not size:
        raise ValueError("the file is empty")


def large(largest: int, cure: str = ELSEWHERE) -> str:
    """Return what somebody is told whose file is too large."""
    return f"the file is larger than {largest:,} bytes; {cure}"


def private(path: str, flags: int) -> int:
    """Open a file that its owner alone may read."""
    return os.open(path, flags, 0o600)


class _Packed:
    """Looks how much a packed file unfolds to, member after member, without ever holding it all.

    Args:
        room: How many bytes at most.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self.open = zlib.decompressobj(wbits=31)

    def unfold(self, part: bytes) -> None:
        """Count what the next part unfolds to.

        Raises:
            ValueError: if there is no room for it, or it is not packed at all.
        """
        rest = part
        while rest:
            try:
                self.room -= len(self.open.decompress(rest, 1 << 20))
            except zlib.error as error:
                told = "the file ends in .gz but is not packed with gzip"
                raise ValueError(told) from error
            if self.room < 0:
                raise ValueError("the file unfolds to too much; unpack it and trace it on the "
                                 "command line")  # fmt: skip
            rest = self.open.unconsumed_tail
            if self.open.eof:  # another member may follow, or zeros that fill the last block
                rest = self.open.unused_data.lstrip(b"\0")
                self.open = zlib.decompressobj(wbits=31)
