"""What an agent did, step by step: who spoke, which tool was called with what, what came back.

A conversation becomes one list of steps, whatever it was logged as: a message of an assistant
with words and two calls is three steps, a system prompt is none. Steps are counted from 0 within
their conversation, and keep the number when only the last of them are read.
"""

__all__ = ["Call", "Role", "Steps", "call_of", "role_of", "steps_of", "steps_told"]

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.records import Channel, Records

Places = NDArray[np.int64]


class Role(IntEnum):
    """Whose step it is."""

    HUMAN = 0
    AGENT = 1
    CALL = 2
    RESULT = 3


class Call(NamedTuple):
    """One call of a tool.

    Attributes:
        name: Which tool.
        arguments: JSON with sorted keys; the words themselves where they are no JSON.
    """

    name: str
    arguments: str


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The steps of many conversations, in order.

    Args:
        session: Which conversation each step is of, ascending. Shape (t,).
        index: Its place in that conversation, from 0. Shape (t,).
        record: Which record, or message of all those that were given, it is of. Shape (t,).
        role: Whose it is; a `Role`. Shape (t,).
        text: What was said or came back; empty for a call. Length t.
        calls: The calls, in order; one for each step of `Role.CALL`.
        names: The names of the conversations. Length c.
        lengths: How many steps each has, those not kept too. Shape (c,).
    """

    session: Places
    index: Places
    record: Places
    role: NDArray[np.int8]
    text: list[str]
    calls: list[Call]
    names: tuple[str, ...]
    lengths: Places

    def __len__(self) -> int:
        """Return how many steps there are."""
        return len(self.text)

    def of(self, *roles: Role) -> Places:
        """Return where the steps of `roles` are. Shape (m,)."""
        kept = self.role == roles[0]
        for role in roles[1:]:
            kept = kept | (self.role == role)
        return np.flatnonzero(kept)


def role_of(actor: str, agents: frozenset[str] = frozenset()) -> Role | None:
    """Return whose steps somebody called `actor` takes, None for a prompt nobody said.

    A name that is no role is a person's.
    """
    name = actor.strip().lower()
    if name in agents:
        return Role.AGENT
    return ROLES.get(name, Role.HUMAN)


def call_of(value: Any) -> Call:
    """Return a call from an object with name and arguments, JSON of one, or ``name(arguments)``."""
    if isinstance(value, str):
        read = _loaded(value)
        if not isinstance(read, Mapping):
            name, _, rest = value.partition("(")
            return Call(name.strip(), _canonical(rest.strip().removesuffix(")")))
        value = read
    if not isinstance(value, Mapping):
        return Call(str(value), "")
    inner = value.get("function")
    if isinstance(inner, Mapping):  # OpenAI: {"id", "type", "function": {"name", "arguments"}}
        value = inner
    name = next((str(value[key]) for key in NAMES if value.get(key)), "unknown")
    given = next((value[key] for key in ARGUMENTS if value.get(key) is not None), "")
    return Call(name, _canonical(given))


def steps_of(
    records: Records, window: int | None = None, longest: int = 2000, agents: Iterable[str] = ()
) -> Steps:
    """Return the steps of `records`.

    Args:
        records: Whole sessions. Calls stand in `meta` under tool_calls or function_call, as
            `sources` leaves them, or are what an actor called function_call says.
        window: How many of the last steps of a session are kept; None for all.
        longest: Characters of a text that are kept: a fifth from its head, the rest from its end.
        agents: Names of actors that are agents, beside the common ones.
    """
    told = frozenset(agent.strip().lower() for agent in agents)
    frame = records.frame
    names = frame["actor"].to_list()
    roles = {name: role_of(name, told) for name in set(names)}
    made = _Made(longest)
    code = np.repeat(np.arange(len(records.offsets) - 1), np.diff(records.offsets)).tolist()
    columns = (frame[name].to_list() for name in ("text", "channel", "meta"))
    for row, (session, actor, text, channel, meta) in enumerate(
        zip(code, names, *columns, strict=True)
    ):
        role = roles[actor]
        if role is None:
            continue
        if role is Role.HUMAN and channel == Channel.TRACE and actor.strip().lower() not in ROLES:
            role = Role.RESULT
        calls = _calls(meta) if meta and "_call" in meta else ()
        made.add(session, row, role, text, calls)
    return made.steps(records.sessions, window)


def steps_told(
    conversations: Sequence[Sequence[Mapping[str, Any]]],
    names: Sequence[str] | None = None,
    window: int | None = None,
    longest: int = 2000,
    agents: Iterable[str] = (),
) -> Steps:
    """Return the steps of conversations that are lists of messages, as a gateway holds them.

    Args:
        conversations: Messages with role and content (OpenAI), or from and value (ShareGPT).
        names: Names of the conversations; None for their numbers.
        window: As in `steps_of`.
        longest: As in `steps_of`.
        agents: As in `steps_of`.
    """
    told = frozenset(agent.strip().lower() for agent in agents)
    made = _Made(longest)
    row = 0
    for session, messages in enumerate(conversations):
        for message in messages:
            said = message.get("role") or message.get("from") or "user"
            role = ROLES.get(said, said) if not told else role_of(str(said), told)
            if isinstance(role, str):
                role = role_of(role)
            if role is not None:
                calls = message.get("tool_calls") or message.get("function_call") or ()
                calls = calls if isinstance(calls, list | tuple) else (calls,)
                made.add(session, row, role, words_of(message), [call_of(call) for call in calls])
            row += 1
    given = tuple(map(str, range(len(conversations)))) if names is None else tuple(names)
    return made.steps(given, window)


def words_of(message: Mapping[str, Any]) -> str | None:
    """Return what a message says; parts that are no words are passed over."""
    content = message.get("content")
    if content is None:
        content = message.get("value")
    if content is None or isinstance(content, str):
        return content
    if not isinstance(content, list):
        return json.dumps(content, ensure_ascii=False)
    parts = [part if isinstance(part, str) else part.get("text") for part in content
             if isinstance(part, str | Mapping)]  # fmt: skip
    return "\n".join(part for part in parts if isinstance(part, str))


class _Made:
    """Steps while they are gathered."""

    def __init__(self, longest: int) -> None:
        self.head, self.tail = longest // 5, longest - longest // 5 - 1
        self.longest = longest
        self.session: list[int] = []
        self.record: list[int] = []
        self.role: list[int] = []
        self.text: list[str] = []
        self.calls: list[Call] = []

    def add(
        self, session: int, record: int, role: Role, text: str | None, calls: Iterable[Call]
    ) -> None:
        """Add what one message amounts to."""
        if role is Role.CALL:
            self._put(session, record, Role.CALL, "")
            self.calls.append(call_of(text or ""))
        elif role is not Role.AGENT or (text and not text.isspace()):
            self._put(session, record, role, text or "")
        for call in calls:
            self._put(session, record, Role.CALL, "")
            self.calls.append(call)

    def _put(self, session: int, record: int, role: Role, text: str) -> None:
        if len(text) > self.longest:
            text = f"{text[: self.head]} {text[-self.tail :]}"
        self.session.append(session)
        self.record.append(record)
        self.role.append(role)
        self.text.append(text)

    def steps(self, names: tuple[str, ...], window: int | None) -> Steps:
        """Return the steps, of each conversation the last `window`."""
        session = np.array(self.session, dtype=np.int64)
        record = np.array(self.record, dtype=np.int64)
        role = np.array(self.role, dtype=np.int8)
        lengths = np.bincount(session, minlength=len(names)).astype(np.int64)
        begin = np.cumsum(lengths) - lengths
        index = np.arange(len(session)) - begin[session]
        text, calls = self.text, self.calls
        if window is not None and len(lengths) and lengths.max() > window:
            keep = index >= lengths[session] - window
            called = keep[role == Role.CALL]
            calls = [call for call, kept in zip(calls, called.tolist(), strict=True) if kept]
            text = [text[at] for at in np.flatnonzero(keep).tolist()]
            session, index, record, role = session[keep], index[keep], record[keep], role[keep]
        return Steps(session, index, record, role, text, calls, names, lengths)


def _calls(meta: str) -> list[Call]:
    """Return the calls that the `meta` of a record tells of."""
    read = _loaded(meta)
    if not isinstance(read, Mapping):
        return []
    told = read.get("tool_calls") or read.get("function_call") or ()
    told = told if isinstance(told, list | tuple) else (told,)
    return [call_of(call) for call in told]


def _canonical(arguments: Any) -> str:
    """Return arguments as JSON with sorted keys, or as they are; nothing for none."""
    if isinstance(arguments, str):
        read = _loaded(arguments)
        if not isinstance(read, dict | list):
            return arguments.strip()
        arguments = read
    if not arguments:
        return ""
    try:
        return json.dumps(arguments, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError):
        return str(arguments)


def _loaded(text: str) -> Any:
    """Return what JSON says, None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


NAMES = ("name", "tool", "tool_name")
ARGUMENTS = ("arguments", "args", "input", "parameters")
ROLES: dict[str, Role | None] = {
    **dict.fromkeys(("user", "human", "customer", "client", "caller", "visitor"), Role.HUMAN),
    **dict.fromkeys(
        ("assistant", "gpt", "chatgpt", "agent", "bot", "chatbot", "ai", "model", "llm"),
        Role.AGENT,
    ),
    **dict.fromkeys(("function_call", "tool_call", "action"), Role.CALL),
    **dict.fromkeys(
        ("tool", "function", "observation", "ipython", "tool_result", "function_response"),
        Role.RESULT,
    ),
    **dict.fromkeys(("system", "developer"), None),
}
