"""Which conversation a request goes on with, told by its messages alone.

A chat completion carries the whole history each time. The longest beginning of it that is known
tells the conversation, and what follows is new. Two people may begin with the same words, so a
beginning counts only from the first answer that was heard on: until then a request is a
conversation of its own, but for one whose answer failed and is asked for again.

- An answer asked for again, and a turn that was edited, go on in the same conversation: what was
  said before stays said. The first answer asked for again is a conversation of its own.
- Of two that said and heard the same, one of which has gone on, the one that stands there is meant.
- An answer that comes back shortened (thoughts cut off, a stream that was stopped) is the same.
- A history whose first turns were dropped is known by its last turns, down to an answer.
- A name that the caller gives overrides all this.
"""

__all__ = ["Asked", "Conversation", "Conversations"]

import hashlib
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from affectory.core.errors import BadFile
from affectory.senses.trace import call_of
from affectory.web.naming import coined, overheard
from affectory.web.talk import Talk
from affectory.web.transcript import Told, Transcript

MOST = 500  # conversations that are remembered
FEWEST = 2  # turns of a history without its beginning that are enough to know it
ANSWERER = "assistant"
ROOT = ""


@dataclass
class Asked:
    """What was asked at one point of a conversation.

    Args:
        open: How many answers are on their way.
        answers: What was answered.
    """

    open: int = 0
    answers: list[str] = field(default_factory=list)

    def gave(self, text: str) -> bool:
        """Whether these words were answered, or stand in what was answered."""
        return bool(text.strip()) and any(text.strip() in answer for answer in self.answers)


@dataclass(eq=False)
class Conversation:
    """One conversation that is overheard.

    Args:
        name: Its name.
        talk: What hears it.
        head: The point at which it stands.
        items: Digests of its turns, in its present course.
        live: Points from the first answer that was heard on, by which it is known.
        asked: What was asked, by point.
        nodes: Every point.
        new: Turns that are to be heard.
    """

    name: str
    talk: Talk
    head: str = ROOT
    items: list[str] = field(default_factory=list)
    live: set[str] = field(default_factory=set)
    asked: dict[str, Asked] = field(default_factory=dict)
    nodes: set[str] = field(default_factory=set)
    new: list[Told] = field(default_factory=list)


class Conversations:
    """Those that are remembered, the one that spoke last at the end.

    Args:
        folder: Where their turns are kept; what it holds is gone on with. None: in memory alone.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.known: dict[str, Conversation] = {}
        self._at: dict[str, dict[str, Conversation]] = {}  # by point, then by name
        for path in _latest(folder):
            self._recall(path)

    def asked(self, turns: Sequence[Told], key: str | None = None) -> tuple[Conversation, str]:
        """Return the conversation that a request goes on with, and the point at which it asks.

        Its `new` are the turns that nobody has heard yet.

        Args:
            turns: The turns of the request.
            key: A name that the caller gave.
        """
        items = [_item(turn) for turn in turns]
        nodes = _chain(items)
        name = None if key is None else coined(key)
        one, known, course = self._found(turns, items, nodes, name) or (None, 0, items)
        if one is None:
            one = self._begun(coined() if name is None else name)
        self.known[one.name] = self.known.pop(one.name)
        for node in nodes[known:]:
            self._note(one, node, live=known > 0)
        one.items, one.head = course, nodes[-1] if nodes else ROOT
        one.asked.setdefault(one.head, Asked()).open += 1
        one.new = [
            replace(turn, node=node, time=time.time())
            for turn, node in zip(turns[known:], nodes[known:], strict=True)
        ]
        return one, one.head

    def answered(self, one: Conversation, point: str, turn: Told | None) -> None:
        """Note the answer to what was asked at a point; None: it failed.

        Its `new` is the answer, where nobody has heard it yet.
        """
        asked = one.asked[point]
        asked.open -= 1
        one.new = []
        if turn is None:
            return
        item = _item(turn)
        (node,) = _chain([item], point)
        asked.answers.append(turn.text)
        if node not in one.nodes:
            one.new = [replace(turn, node=node, asked=point, time=time.time())]
        self._note(one, node, live=True)
        if one.head == point:
            one.head, one.items = node, [*one.items, item]

    def _found(
        self, turns: Sequence[Told], items: list[str], nodes: list[str], name: str | None
    ) -> tuple[Conversation, int, list[str]] | None:
        """Return a conversation, how many of the turns it knows, and its course with the rest."""
        standing = self._standing(turns, nodes, name)
        if standing is not None:
            return *standing, items
        for known in range(len(nodes), 0, -1):
            here = [one for one in self._of(nodes[known - 1], name)
                    if name is not None or nodes[known - 1] in one.live]  # fmt: skip
            if here:
                best = max(here, key=lambda one: one.head == nodes[known - 1])
                return best, known, items
            if known > 1 and turns[known - 1].actor == ANSWERER:
                before = nodes[known - 2]
                for one in self._of(before, name):
                    asked = one.asked.get(before)
                    if asked is not None and asked.gave(turns[known - 1].text):
                        return one, known, items
                    if asked is not None and asked.open:  # who asked is faster than our ear
                        return one, known - 1, items
        for one in self._of(nodes[-1], name) if nodes else ():
            asked = one.asked.get(nodes[-1])
            if asked is not None and not asked.open and not asked.answers:
                return one, len(nodes), items
        return self._cut(turns, items, name)

    def _standing(
        self, turns: Sequence[Told], nodes: list[str], name: str | None
    ) -> tuple[Conversation, int] | None:
        """Return who stands where a request goes on, and how many of its turns that one knows.

        That is at a turn whose answer failed, else at the last answer. Another may have been there
        before, with the same words and answers, and have gone on: it is not meant.
        """
        last = max((at for at, turn in enumerate(turns, 1) if turn.actor == ANSWERER), default=0)
        for known in (len(nodes), last):
            point = nodes[known - 1] if known else ROOT
            for one in self._of(point, name):
                asked = one.asked.get(point)
                if one.head == point and point in one.live and not (asked and asked.open):
                    return one, known
        return None

    def _cut(
        self, turns: Sequence[Told], items: list[str], name: str | None
    ) -> tuple[Conversation, int, list[str]] | None:
        """Return the conversation of a history without its first turns."""
        known = max((at for at, turn in enumerate(turns, 1) if turn.actor == ANSWERER), default=0)
        if known < FEWEST:
            return None
        for one in reversed(self.known.values()):
            if name in (None, one.name) and one.live and one.items[-known:] == items[:known]:
                return one, known, one.items + items[known:]
        return None

    def _of(self, node: str, name: str | None) -> list[Conversation]:
        """Return who has been at a point, the one that spoke last first."""
        here = self._at.get(node, {})
        return [one for one in reversed(self.known.values()) if one.name in here
                and name in (None, one.name)] if here else []  # fmt: skip

    def _note(self, one: Conversation, node: str, live: bool) -> None:
        one.nodes.add(node)
        self._at.setdefault(node, {})[one.name] = one
        if live:
            one.live.add(node)

    def _begun(self, name: str) -> Conversation:
        """Return a conversation of that name; the one that spoke first of all may be forgotten."""
        path = None if self.folder is None else self.folder / f"{name}.jsonl"
        if path is not None and path.exists():
            self._recall(path)
        if name not in self.known:
            self.known[name] = Conversation(name, Talk.of(path))
        for old in list(self.known.values())[: max(0, len(self.known) - MOST)]:
            if not any(asked.open for asked in old.asked.values()):
                del self.known[old.name]
                for node in old.nodes:
                    self._at[node].pop(old.name)
                    if not self._at[node]:
                        del self._at[node]
        return self.known[name]

    def _recall(self, path: Path) -> None:
        """Know again a conversation that was kept; a file of something else is passed over."""
        with suppress(BadFile, OSError):
            one = Conversation(path.stem, Talk.of(path))
            for _, told in Transcript(path).news():
                if told.node is None:
                    continue
                self._note(one, told.node, live=told.asked is not None or bool(one.live))
                if told.asked is not None:
                    one.asked.setdefault(told.asked, Asked()).answers.append(told.text)
                one.head = told.node
                one.items.append(_item(told))
            self.known[one.name] = one


def _latest(folder: Path | None) -> list[Path]:
    """Return the files of the conversations that spoke last, the last at the end."""
    if folder is None or not folder.is_dir():
        return []
    found = [path for path in folder.glob("*.jsonl") if overheard(path.stem)]
    return sorted(found, key=lambda path: path.stat().st_mtime)[-MOST:]


def _item(turn: Told) -> str:
    """Return a digest of who says what; white space around it makes no difference."""
    calls = [call_of(call) for call in turn.calls]
    told = [turn.actor, turn.text.strip(), turn.result and turn.result.strip(), calls]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()


def _chain(items: Sequence[str], before: str = ROOT) -> list[str]:
    """Return the point to which each turn leads."""
    nodes = []
    for item in items:
        before = hashlib.blake2b(f"{before}{item}".encode(), digest_size=16).hexdigest()
        nodes.append(before)
    return nodes
