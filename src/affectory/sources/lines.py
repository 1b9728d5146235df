"""One JSON object a line (jsonl, ndjson): blocks of bytes -> chunks, with line numbers."""

__all__ = ["json_chunks", "read_jsonl"]

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from affectory.sources.chunks import Chunk
from affectory.sources.conversations import frame_of
from affectory.sources.encodings import blocks
from affectory.sources.files import Origin
from affectory.sources.layouts import LIKELY, MAYBE, NO, Peek, layout
from affectory.sources.reading import Columns, Reading, rejected
from affectory.sources.tables import read_table

WIDEST = 300  # different keys above which a block is read object by object
SAMPLED = 1_000  # lines of a block in which they are counted


def _sniff(peek: Peek) -> int:
    if peek.suffix in (".jsonl", ".ndjson"):
        return LIKELY
    first = peek.head.lstrip().split("\n", 1)[0].rstrip()
    one_line = first.startswith("{") and first.endswith("}")
    return MAYBE if peek.suffix in ("", ".txt", ".json", ".log") and one_line else NO


@layout("jsonl", (".jsonl", ".ndjson"), _sniff)
def read_jsonl(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a table with one JSON object a line."""
    yield from read_table(origin, partial(json_chunks, origin), columns, size, "jsonl")


def json_chunks(origin: Origin, only: tuple[str, ...] | None = None) -> Iterator[Chunk]:
    """Yield the rows of a file with one JSON object a line.

    Raises:
        BadFile: if the file is no text.
    """
    line = 0
    for data in blocks(origin):
        yield _fast(data, line, only) or _slow(data, line, origin.label)
        line += data.count(b"\n")


def _fast(data: bytes, line: int, only: tuple[str, ...] | None) -> Chunk | None:
    """Parse a block with polars; None where it holds anything but one object a line."""
    octets = np.frombuffer(data, np.uint8)
    feeds = np.flatnonzero(octets == ord("\n"))
    starts = np.concatenate([[0], feeds[:-1] + 1])
    filled = np.flatnonzero(octets[starts] == ord("{"))
    if len(filled) != len(feeds) or (only is None and _varied(data)):
        return None
    try:
        schema = None if only is None else dict.fromkeys(only, pl.String)
        frame = pl.read_ndjson(data, schema=schema, infer_schema_length=None)
    except pl.exceptions.PolarsError:
        return None
    if frame.height != len(filled) or not 0 < frame.width <= WIDEST:
        return None
    return Chunk(frame, pl.Series("line", filled + line + 1, pl.Int64))


def _varied(data: bytes) -> bool:
    """Tell whether objects have ever new keys, as a mapping by id has.

    As columns they would take the square of their number in memory.
    """
    seen: set[str] = set()
    for text in data[: 512 * SAMPLED].split(b"\n", SAMPLED)[:SAMPLED]:
        try:
            _collect(json.loads(text), "", seen)
        except (ValueError, RecursionError):
            continue
    return len(seen) > WIDEST


def _collect(value: Any, path: str, seen: set[str]) -> None:
    """Add the paths of all the keys within `value` to `seen`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            seen.add(f"{path}/{key}")
            _collect(inner, f"{path}/{key}", seen)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, f"{path}[]", seen)


def _slow(data: bytes, line: int, label: str) -> Chunk:
    """Read line by line; a bad line costs only itself."""
    good: list[dict[str, Any]] = []
    places: list[int] = []
    lost: list[tuple[str, int, str, str | None]] = []
    for at, text in enumerate(data.decode().split("\n")[:-1], start=line + 1):
        if not text.strip():
            continue
        try:
            value = json.loads(text, parse_constant=lambda _: None)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            lost.append((label, at, f"not JSON: {reason}", text))
            continue
        if isinstance(value, dict) and value:
            good.append(value)
            places.append(at)
        else:
            lost.append((label, at, "not a JSON object with fields", text))
    return Chunk(frame_of(good), pl.Series("line", places, pl.Int64), rejected(lost))
