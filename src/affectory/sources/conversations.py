"""Conversations held in JSON: lists of rows, lists or mappings of turns, whole documents.

A document is flattened into a table, one row per turn, whose columns are then found as in
any other table; what is said once per conversation is repeated in the `meta` of its turns.
"""

__all__ = ["SESSION_KEY", "flat", "frame_of", "loaded", "read_json", "read_rows", "shared"]

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from affectory.core.errors import BadFile
from affectory.sources.chunks import Chunk
from affectory.sources.encodings import decode
from affectory.sources.files import Origin
from affectory.sources.layouts import MAYBE, NO, Peek, layout
from affectory.sources.reading import Columns, Reading, rejected
from affectory.sources.tables import read_table

TURNS = (
    "turns", "utterances", "dialog", "dialogue", "dialogs", "conversation", "conversations",
    "messages", "transcript", "exchanges", "segments", "rows", "data", "records", "items",
)  # fmt: skip
NAMES = ("session", "session_id", "conversation_id", "conv_id", "dialogue_id", "dialog_id", "id")
SESSION_KEY = "(session)"  # no name that a source would give
Row = dict[str, Any]


def _sniff(peek: Peek) -> int:
    if peek.suffix == ".json":
        return MAYBE + 10
    return MAYBE - 5 if peek.suffix == "" and peek.head.lstrip()[:1] in ("[", "{") else NO


@layout("json", (".json",), _sniff)
def read_json(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a JSON document that holds rows or conversations.

    Raises:
        BadFile: if it is no JSON, or holds no turns.
        BadColumn: if a named column is missing, or the text column cannot be told.
    """
    rows, lost = flat(loaded(origin), origin)
    named = any(SESSION_KEY in row for row in rows)
    yield from read_rows(origin, rows, lost, columns, size, "json", named)


def read_rows(
    origin: Origin,
    rows: list[Row],
    lost: Sequence[tuple[str, int, str, str | None]],
    columns: Columns,
    size: int,
    name: str,
    named: bool = True,
    fixed: bool = False,
) -> Iterator[Reading]:
    """Yield rows that were flattened; `line` is the number of the turn, from 1.

    With `named`, the rows have their session, final, under `SESSION_KEY`.
    """
    if named:
        origin = replace(origin, prefix=False)
        columns = replace(columns, session=SESSION_KEY)
    places = pl.Series("line", range(1, len(rows) + 1), dtype=pl.Int64)
    chunk = Chunk(frame_of(rows), places, rejected(lost))
    yield from read_table(origin, lambda only=None: iter([chunk]), columns, size, name, fixed=fixed)


def loaded(origin: Origin) -> Any:
    """Return the content of a JSON document.

    Raises:
        BadFile: if it is no JSON.
    """
    try:
        return json.loads(decode(origin.whole(), origin.label), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        found = f"broken JSON ({error})"
        raise BadFile(origin.label, found, "a JSON document", "check its last lines") from error


def flat(value: Any, origin: Origin) -> tuple[list[Row], list[tuple[str, int, str, str | None]]]:
    """Return a row per turn, and what is no turn.

    Raises:
        BadFile: if `value` holds no turns at all.
    """
    found = _conversations(value, origin)
    if found is None:
        raise BadFile(
            origin.label,
            "no list of turns in it",
            "a list of rows, or conversations with a list of turns",
            "convert it to jsonl with one turn a line",
        )
    rows: list[Row] = []
    lost: list[tuple[str, int, str, str | None]] = []
    for name, turns, common in found:
        for at, turn in enumerate(turns, start=1):
            if isinstance(turn, dict):
                session = {} if name is None else {SESSION_KEY: name}
                rows.append(common | turn | session)
            else:
                reason = f"turn {at} of {name or 'the list'} is no object"
                lost.append((origin.label, 0, reason, json.dumps(turn, ensure_ascii=False)))
    return rows, lost


def _conversations(value: Any, origin: Origin) -> list[tuple[str | None, list[Any], Row]] | None:
    """Return (name, turns, what is common to them) for each conversation of a document."""
    if isinstance(value, dict):
        if (key := _key(value)) is not None:
            return _nested(value[key], shared(value), origin)
        if value and all(_is_turns(item) for item in value.values()):
            return [(origin.session(name), _unwrapped(item), {}) for name, item in value.items()]
        if value and all(isinstance(v, dict) and _key(v) for v in value.values()):
            items = [(name, item, str(_key(item))) for name, item in value.items()]
            return [(origin.session(n), item[key], shared(item)) for n, item, key in items]
        return None
    return _nested(value, {}, origin) if isinstance(value, list) and value else None


def _nested(
    items: Any, common: Row, origin: Origin
) -> list[tuple[str | None, list[Any], Row]] | None:
    """Return the conversations of a list of rows, of conversations, or of lists of turns."""
    if not isinstance(items, list):
        return None
    keyed = [isinstance(item, dict) and _key(item) is not None for item in items]
    if keyed and all(keyed):
        return [
            (_name(item, at, origin), item[str(_key(item))], common | shared(item))
            for at, item in enumerate(items, start=1)
        ]
    if items and all(_is_turns(item) for item in items):
        return [(_nth(at, origin), list(item), common) for at, item in enumerate(items, 1)]
    return [(None, items, common)] if any(isinstance(item, dict) for item in items) else None


def _key(value: Mapping[str, Any]) -> str | None:
    """Return the key under which an object keeps its turns."""
    for name in TURNS:
        if _is_turns(value.get(name)):
            return name
    return None


def _is_turns(value: Any) -> bool:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _unwrapped(turns: list[Any]) -> list[Any]:
    return list(turns[0]) if len(turns) == 1 and isinstance(turns[0], list) else turns


def _name(item: Mapping[str, Any], at: int, origin: Origin) -> str:
    """Return the name of a conversation: what it calls itself, else its number."""
    for key in NAMES:
        if isinstance(item.get(key), str | int):
            return origin.session(str(item[key]))
    return _nth(at, origin)


def _nth(at: int, origin: Origin) -> str:
    return f"{origin.stem}/{at}"


def shared(item: Mapping[str, Any]) -> Row:
    """Return what an object says besides its turns, short enough to stand on each of them."""
    return {
        key: value
        for key, value in item.items()
        if isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) < 200)
    }


def frame_of(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return a frame from objects of any kind; what fits no type becomes JSON text."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame([_series(name, [row.get(name) for row in rows]) for name in names])


def _series(name: str, values: list[Any]) -> pl.Series:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {str}:
        clean = [v if v is None else v.encode("utf-8", "replace").decode() for v in values]
        return pl.Series(name, clean, dtype=pl.String)
    if kinds in ({bool}, {float}, {int, float}) or _small(kinds, values):
        kind = pl.Boolean if kinds == {bool} else pl.Int64 if kinds == {int} else pl.Float64
        return pl.Series(name, values, dtype=kind, strict=False)
    return pl.Series(name, [_written(value) for value in values], dtype=pl.String)


def _small(kinds: set[type], values: list[Any]) -> bool:
    return kinds == {int} and all(abs(value or 0) < 2**63 for value in values)


def _written(value: object) -> str | None:
    """Return a JSON value as text."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
