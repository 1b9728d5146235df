"""The trace of a file that came from elsewhere: counted first, bounded, gone with its server.

A server runs this module as a process of its own, and says on its standard input what to trace:
the name of a file is somebody's, and whoever lists the processes of a machine reads what stands
on a command line. When the server is gone, however that was, the input ends, and so does this.
"""

__all__ = ["counted", "main"]

import json
import os
import sys
import threading
from pathlib import Path

import polars as pl
import typer

from affectory.core.errors import AffectoryError, BadFile

PIECE = 20_000  # rows that are looked at together
PARQUET = (".parquet", ".pq")
TABLES = (*PARQUET, ".arrow", ".feather", ".ipc")
HELD = 1_000_000_000  # bytes of words of such a table, which are held in memory


def main() -> None:
    """Trace the file that standard input names, as `affectory trace --json` does."""
    from affectory.cli.main import main as command

    wish = json.loads(_line())
    threading.Thread(target=_watched, daemon=True).start()
    _bounded(wish["room"])
    path = Path(wish["path"])
    try:
        counted(path, wish["rows"], wish["letters"])
    except (AffectoryError, MemoryError) as error:
        told = str(error) if isinstance(error, AffectoryError) else "it unfolds to too much"
        typer.echo(f"affectory: {told}", err=True)
        sys.exit(2)
    sys.argv = ["affectory", "trace", str(path), "--out", wish["out"], "--json", *wish["columns"]]
    command()


def counted(path: Path, rows: int, letters: int) -> None:
    """Count what a file holds before anything of it is kept.

    Args:
        path: The file.
        rows: How many it may have.
        letters: How many bytes of words it may have, however small it is packed.

    Raises:
        BadFile: if it has more.
    """
    if path.stat().st_size <= rows and path.suffix.lower() in (".csv", ".tsv", ".jsonl", ".txt"):
        return  # a row is a byte at least
    if path.suffix.lower() in TABLES:
        _light(path, min(letters, HELD))
    from affectory.sources import stream

    n = size = 0
    for reading in stream([path], size=PIECE):
        n += len(reading) + reading.rejected.height
        if reading.records is not None:
            size += int(reading.records.frame["text"].str.len_bytes().sum() or 0)
        if n > rows:
            cure = "split it, or trace it on the command line"
            raise BadFile(path.name, f"more than {rows:,} rows", "fewer", cure)
        if size > letters:
            raise _heavy(path, letters)


def _light(path: Path, letters: int) -> None:
    """Count the words of a table without unfolding them: a word that returns is stored once."""
    words = pl.selectors.string().str.len_bytes().cast(pl.Int64).sum()
    try:
        table = pl.scan_parquet(path) if path.suffix.lower() in PARQUET else pl.scan_ipc(path)
        told = table.select(words).collect(engine="streaming")
    except pl.exceptions.PolarsError:
        return  # it is no such table, which the reader tells better
    if sum(told.row(0)) > letters:
        raise _heavy(path, letters)


def _heavy(path: Path, letters: int) -> BadFile:
    cure = "trace it on the command line"
    return BadFile(path.name, "it unfolds to too much", f"{letters:,} bytes of words at most", cure)


def _line() -> bytes:
    """Return the first line of standard input, and not a byte more."""
    said = b""
    while not said.endswith(b"\n"):
        letter = os.read(0, 1)
        if not letter:
            break
        said += letter
    return said


def _watched() -> None:
    """End at once when the server is gone: another may go on with the file by now."""
    while os.read(0, 1):
        pass
    os._exit(3)


def _bounded(room: int) -> None:
    """Let no file take all memory."""
    try:
        import resource
    except ImportError:  # no such limit on this machine
        return
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4
    resource.setrlimit(resource.RLIMIT_DATA, (min(room, memory),) * 2)


if __name__ == "__main__":
    main()
