"""What a chat completion says: the turns of a request, and the answer, whole or in a stream.

Only what is needed to hear a conversation is read: the first choice, its words, its calls of
tools. Not here: how bytes travel (`web.proxy`), and which conversation they are of.
"""

__all__ = ["Answer", "turns_of"]

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from affectory.senses.trace import Role, role_of, words_of
from affectory.web.budget import Budget
from affectory.web.transcript import Told

LARGEST = 32_000_000  # bytes of one answer that are heard
TAIL = 64  # bytes in which the sign of an end may be cut by two parts
END = re.compile(rb"^data:\s*\[DONE\]", re.MULTILINE)


def turns_of(request: bytes) -> list[Told]:
    """Return the turns of the messages of a request; prompts of the system are none.

    Raises:
        ValueError: if it is no JSON, or has no list of messages.
    """
    read = json.loads(request)
    messages = read.get("messages") if isinstance(read, dict) else None
    if not isinstance(messages, list):
        raise ValueError("no list of messages")
    turns = (_turn(message) for message in messages if isinstance(message, dict))
    return [turn for turn in turns if turn is not None]


@dataclass
class Answer:
    """An answer while it passes.

    Args:
        status: Its status.
        headers: Its headers.
        budget: Bytes that may be held; `held` of them are taken, for who hears it to give back.
    """

    status: int
    headers: httpx.Headers
    budget: Budget = field(default_factory=lambda: Budget(LARGEST))
    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    held: int = 0
    tail: bytes = b""

    def add(self, part: bytes) -> bool:
        """Keep a part; return whether nothing that is said can follow it.

        Who asked may go on as soon as he has the last word, before the stream is closed.
        """
        late, self.tail = self.tail + part, (self.tail + part)[-TAIL:]
        whole = self.held == self.size  # of what was cut nothing more is kept
        self.size += len(part)
        if whole and self.size <= LARGEST and self.budget.take(len(part)):
            self.parts.append(part)
            self.held = self.size
        if self.streams:
            return END.search(late) is not None
        return bool(self.headers.get("content-length") == str(self.size))

    @property
    def streams(self) -> bool:
        """Whether it is a stream of events."""
        return str(self.headers.get("content-type", "")).startswith("text/event-stream")

    def turn(self) -> Told | None:
        """Return what it says; None where it is no answer.

        Raises:
            ValueError: if it is not what it claims to be.
        """
        if self.status != 200:
            return None
        raw = httpx.Response(200, headers=self.headers, content=b"".join(self.parts)).content
        choices = _streamed(raw) if self.streams else _first(json.loads(raw))
        said: dict[str, Any] = {"role": "assistant", "content": ""}
        calls: dict[int, dict[str, Any]] = {}
        for message in choices:
            said["content"] += words_of(message) or str(message.get("refusal") or "")
            for at, call in enumerate(message.get("tool_calls") or ()):
                _merge(calls, at, call)
        said["tool_calls"] = [calls[at] for at in sorted(calls)]
        turn = _turn(said)
        return turn if turn is not None and (turn.text or turn.calls) else None


def _turn(message: Mapping[str, Any]) -> Told | None:
    """Return what a message is as a turn; None where it is nobody's."""
    actor = str(message.get("role") or "user")
    role = role_of(actor)
    if role is None:
        return None
    words = words_of(message) or ""
    if role is Role.RESULT:
        return Told(actor, "", result=words)
    calls = message.get("tool_calls") or message.get("function_call") or ()
    calls = tuple(calls) if isinstance(calls, list | tuple) else (calls,)
    return Told(actor, words or str(message.get("refusal") or ""), calls=calls)


def _first(read: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the message of the first choice, or what a part of a stream adds to it."""
    choices = read.get("choices") if isinstance(read, dict) else None
    for choice in choices or ():
        if choice.get("index", 0) == 0:
            yield choice.get("message") or choice.get("delta") or {}


def _streamed(raw: bytes) -> Iterator[Mapping[str, Any]]:
    """Yield what each event adds; an event that was cut is left out."""
    for line in raw.split(b"\n"):
        name, _, data = line.strip().partition(b":")
        if name == b"data" and data.strip() != b"[DONE]":
            try:
                read = json.loads(data)
            except ValueError:
                continue
            yield from _first(read)


def _merge(calls: dict[int, dict[str, Any]], at: int, call: Mapping[str, Any]) -> None:
    """Add a piece of a call: its name comes first, its arguments word by word."""
    one = calls.setdefault(int(call.get("index", at)), {"function": {"name": "", "arguments": ""}})
    one |= {name: call[name] for name in ("id", "type") if call.get(name)}
    for name, words in (call.get("function") or {}).items():
        one["function"][name] = f"{one['function'].get(name) or ''}{words or ''}"
