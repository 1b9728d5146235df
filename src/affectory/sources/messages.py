"""Message logs of language models: OpenAI messages, ShareGPT, tau-bench trajectories.

What a user or an assistant says is on the text channel. System prompts, tool results and
calls without a word are on the trace channel; a call stands in `meta` as it was written.
"""

__all__ = ["follow", "follows", "read_messages", "read_tau_bench"]

import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

import polars as pl

from affectory.core.records import Channel, Clock
from affectory.sources.conversations import NAMES, loaded, shared
from affectory.sources.documents import Turn, read_turns
from affectory.sources.encodings import blocks
from affectory.sources.files import Origin
from affectory.sources.layouts import LIKELY, NO, SURE, Peek, layout
from affectory.sources.names import SOMEBODY
from affectory.sources.pipes import PIECE, pieces
from affectory.sources.reading import Columns, Reading
from affectory.sources.times import Habit, seconds

LISTS = ("messages", "conversations", "traj", "conversation", "items")
DISPLAY = "messages_display"  # tau-bench's few-shot examples: one string, a role a line
ACTORS = ("role", "from", "author", "speaker")
TEXTS = ("content", "value", "text")
TIMES = ("timestamp", "created_at", "time", "date", "create_time")
SAID = frozenset(ACTORS) | frozenset(TEXTS)
TIMES_SET = frozenset(TIMES)
SILENT = frozenset({"system", "developer", "tool", "function", "ipython", "observation"})
USED = {"actor": "role", "text": "content"}
ROLE_LINE = re.compile(r"^(user|assistant|system|tool|agent|customer):\s?", re.MULTILINE)
HINT = re.compile(
    r'"(?:messages|conversations|traj)"\s*:\s*\[\s*\{|"messages_display"\s*:|'
    r'^\s*\[\s*(?:\[\s*)?\{\s*"(?:role|from)"\s*:\s*"(?:system|user|assistant|human|gpt|developer)"'
)
TURN = re.compile(r'"(?:role|from)"\s*:\s*"')
Lost = list[tuple[str, int, str, str | None]]


def _sniff(peek: Peek) -> int:
    if peek.suffix not in (".json", ".jsonl", ".ndjson", "") or not HINT.search(peek.head):
        return NO
    return LIKELY + 10 if TURN.search(peek.head) or DISPLAY in peek.head else NO


def _is_tau_bench(peek: Peek) -> int:
    head = peek.head
    found = '"traj"' in head and '"reward"' in head and '"task_id"' in head
    return SURE if found and peek.suffix in (".json", "") else NO


@layout("messages", (".json", ".jsonl", ".ndjson"), _sniff)
def read_messages(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a message log: JSON lines, or one document.

    A conversation is called ``<stem>/<id>``, or ``<stem>/<number>`` where it has no id.

    Raises:
        BadFile: if it is broken as a whole.
    """
    if _is_document(origin):
        turns, lost = _of_all(_listed(loaded(origin)), origin)
        yield from _told(origin, turns, lost, size, "messages")
        return
    turns, lost, at = [], [], 0
    for block in blocks(origin):
        for text in block.decode().split("\n")[:-1]:
            at += 1
            if text.strip():
                more, bad = _of_line(text, at, origin)
                turns.extend(more)
                lost.extend(bad)
            if len(turns) >= size:
                yield from _told(origin, turns, lost, size, "messages")
                turns, lost = [], []
    if turns or lost:
        yield from _told(origin, turns, lost, size, "messages")


@layout("tau_bench", (".json",), _is_tau_bench)
def read_tau_bench(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a list of trajectories with rewards.

    A session is called ``<stem>/task-<task_id>/trial-<trial>``; reward, task and trial stand in
    the `meta` of each record.

    Raises:
        BadFile: if it is broken as a whole.
    """
    turns: list[Turn] = []
    lost: Lost = []
    for at, run in enumerate(_listed(loaded(origin)), start=1):
        name = None
        if isinstance(run, dict) and "task_id" in run:
            name = f"task-{run['task_id']}/trial-{run.get('trial', 0)}"
        more, bad = _of_one(run, at, origin, name)
        turns.extend(more)
        lost.extend(bad)
    yield from _told(origin, turns, lost, size, "tau_bench")


def follows(head: bytes) -> bool:
    """Whether what begins with `head` is a log with one conversation a line."""
    first = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n").split("\n", 1)[0]
    return first.startswith("{") and HINT.search(first) is not None


def follow(file: IO[bytes], origin: Origin) -> Iterator[Reading]:
    """Yield conversations, one a line, as soon as they have come through a pipe.

    Whatever has come by then makes one reading: a slow pipe is answered line by line.

    Args:
        file: A log that is still being written; `follows` its head.
        origin: What it is called.
    """
    held, at = [b""], 0
    for piece in pieces(file):
        *whole, rest = piece.split(b"\n")
        if not whole:
            held.append(rest)
            continue
        whole[0] = b"".join([*held, whole[0]])
        yield from _followed(whole, at, origin)
        held, at = [rest], at + len(whole)
    yield from _followed([b"".join(held)], at, origin)


def _followed(lines: list[bytes], at: int, origin: Origin) -> Iterator[Reading]:
    """Yield the readings of some lines; a name that comes again is another conversation."""
    turns: list[Turn] = []
    lost: Lost = []
    names: set[str] = set()
    for number, line in enumerate(lines, start=at + 1):
        if line.strip():
            more, bad = _of_line(line.decode("utf-8", "replace"), number, origin)
            if more and more[0].session in names:
                yield from _told(origin, turns, lost, PIECE, "messages")
                turns, lost = [], []
                names.clear()
            names.update(turn.session for turn in more[:1])
            turns.extend(more)
            lost.extend(bad)
    if turns or lost:
        yield from _told(origin, turns, lost, PIECE, "messages")


def _is_document(origin: Origin) -> bool:
    """Tell whether the file is one JSON value rather than one a line."""
    for block in blocks(origin):
        first = block.lstrip().split(b"\n", 1)[0]
        try:
            value = json.loads(first)
        except ValueError:
            return not origin.suffix.endswith("l")
        return isinstance(value, list) or block.count(b"\n") == 1
    return False


def _listed(value: Any) -> list[Any]:
    """Return the conversations of a document."""
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list) and value and isinstance(value[0], dict) and _actor(value[0]):
        return [{"messages": value}]
    return list(value) if isinstance(value, list) else []


def _told(origin: Origin, turns: list[Turn], lost: Lost, size: int, name: str) -> Iterator[Reading]:
    timed = bool(turns) and all(turn.start is not None for turn in turns)
    clock = Clock.SECONDS if timed else Clock.TURNS
    if not timed:
        turns = [_timeless(turn) for turn in turns]
    yield from read_turns(origin, turns, lost, clock, USED, size, name)


def _timeless(turn: Turn) -> Turn:
    if turn.start is None:
        return turn
    meta = {**(turn.meta or {}), "time": turn.start}
    return Turn(turn.session, turn.actor, turn.text, None, None, turn.line, meta, turn.channel)


def _of_all(items: list[Any], origin: Origin) -> tuple[list[Turn], Lost]:
    turns: list[Turn] = []
    lost: Lost = []
    for at, item in enumerate(items, start=1):
        more, bad = _of_one(item, at, origin)
        turns.extend(more)
        lost.extend(bad)
    return turns, lost


def _of_line(text: str, at: int, origin: Origin) -> tuple[list[Turn], Lost]:
    try:
        item = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return [], [(origin.label, at, "not JSON", text)]
    return _of_one(item, at, origin)


def _of_one(item: Any, at: int, origin: Origin, name: str | None = None) -> tuple[list[Turn], Lost]:
    """Return the turns of one conversation, and the messages that are none."""
    messages = _messages(item)
    if messages is None:
        raw = json.dumps(item, ensure_ascii=False)
        return [], [(origin.label, at, "no list of messages in it", raw)]
    common = shared(item) if isinstance(item, dict) else {}
    common = {key: value for key, value in common.items() if key != DISPLAY}
    given = next((str(common[key]) for key in NAMES if key in common), None)
    named = name or given
    session = origin.session(named) if named else f"{origin.stem}/{at}"
    turns: list[Turn] = []
    lost: Lost = []
    for message in messages:
        actor = _actor(message) if isinstance(message, dict) else None
        if actor:
            turns.append(_turn(message, actor, session, common, at))
        else:
            raw = json.dumps(message, ensure_ascii=False)
            lost.append((origin.label, at, "a message without a role", raw))
    return turns, lost


def _messages(item: Any) -> list[Any] | None:
    """Return the messages of a conversation; None if it has none."""
    if isinstance(item, list):
        return item
    if not isinstance(item, dict):
        return None
    for key in LISTS:
        if isinstance(item.get(key), list):
            return list(item[key])
    if isinstance(item.get(DISPLAY), str):
        parts = ROLE_LINE.split(item[DISPLAY])[1:]
        pairs = zip(parts[0::2], parts[1::2], strict=True)
        return [{"role": role, "content": _said(text)} for role, text in pairs]
    return [item] if _actor(item) else None


def _said(text: str) -> str | None:
    """Return what a printed message says; ``None`` was printed for a call without words."""
    return None if text.strip() == "None" else text.strip()


def _actor(message: Mapping[str, Any]) -> str | None:
    """Return who a message is from."""
    for key in ACTORS:
        value = message.get(key)
        if isinstance(value, dict):
            value = value.get("role") or value.get("name")
        if isinstance(value, str) and value.strip():
            return value.strip()
    return SOMEBODY if "content" in message else None


def _turn(
    message: Mapping[str, Any], actor: str, session: str, common: dict[str, Any], at: int
) -> Turn:
    text, rest = _text(message)
    more = message.keys() - SAID
    kept = {key: message[key] for key in message if key in more and message[key] is not None}
    # one that adds nothing shares what is said of all, which is then written once
    meta = common | kept | ({"parts": rest} if rest else {}) if kept or rest else common
    silent = actor.lower() in SILENT or text is None
    channel = Channel.TRACE if silent else Channel.TEXT
    return Turn(session, actor, text, _time(message), None, at, meta, channel.value)


def _text(message: Mapping[str, Any]) -> tuple[str | None, list[Any]]:
    """Return the words of a message, and the parts of it that are not words."""
    content = message.get("content")
    if isinstance(content, str):
        return content or None, []
    content = next((message[key] for key in TEXTS if message.get(key) is not None), None)
    if isinstance(content, dict):
        content = content.get("parts", [content])
    if not isinstance(content, list):
        text = content if content is None or isinstance(content, str) else json.dumps(content)
        return (text or None), []
    words = [_words(part) for part in content]
    rest = [part for part, said in zip(content, words, strict=True) if said is None]
    between = "" if any(isinstance(part, str) for part in content) else "\n"
    return between.join(said for said in words if said) or None, rest


def _words(part: Any) -> str | None:
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and isinstance(part.get("text"), str):
        return str(part["text"])
    return None


def _time(message: Mapping[str, Any]) -> float | None:
    """Return when a message was sent, in seconds since 1970."""
    if TIMES_SET.isdisjoint(message):
        return None
    written = next((message[key] for key in TIMES if message.get(key) is not None), None)
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        return None
    read: float | None = seconds(pl.Series([str(written)]), Habit(dates=1)).item()
    return read
