"""One question to a server, from "is it kept?" to "now it is"."""

__all__ = ["Errand", "Question"]

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from affectory.lm.cache import Cache, Kept
from affectory.lm.ledger import Prices
from affectory.lm.likely import echoed, shown
from affectory.lm.wire import Unanswered, Wire


@dataclass(frozen=True)
class Question:
    """One request, and how its reply is read.

    Args:
        path: "chat" or "completions".
        body: Its parameters.
        tokens: The most that the answer can have.
        read: Name of what makes of a reply's choice what is kept: one of `READERS`.
    """

    path: str
    body: dict[str, Any]
    tokens: int
    read: str

    @property
    def most(self) -> int:
        """The most tokens that the question itself can have: one a byte, and the template's."""
        texts = [one["content"] for one in self.body.get("messages", ())] or [self.body["prompt"]]
        return sum(len(text.encode("utf-8", "replace")) + TEMPLATE for text in texts) + TEMPLATE


@dataclass(frozen=True)
class Errand:
    """Fetch answers, and keep them before they are handed on.

    Args:
        wire: How a question travels.
        cache: Where answers are kept.
        prices: What tokens cost.
        run: Name of the run that pays, "" for none.
    """

    wire: Wire
    cache: Cache = field(default_factory=Cache)
    prices: Prices = field(default_factory=Prices)
    run: str = ""

    def open(self) -> None:
        """Say what is missing before anything starts."""
        self.wire.open()

    def fetch(self, key: str, question: Question) -> tuple[Kept, bool]:
        """Return what is kept under `key`, and whether it was asked and paid for just now.

        Raises:
            MissingExtra: if the `openai` client is not installed.
            Unanswered: if there is no usable answer.
        """
        with self.cache.claim(key):
            found = self.cache.find(key)
            if found:  # another thread or process asked it meanwhile
                return found, False
            reply = self.wire.send(question.path, question.body, key)
            told = json.dumps(self._read(question, reply["choices"][0]))
            usage = reply.get("usage") or {}
            counted = "prompt_tokens" in usage
            spent = (question.most, question.tokens)  # at worst
            if counted:
                spent = usage["prompt_tokens"], usage.get("completion_tokens", 0)
            kept = Kept(told, *spent, self.prices.of(*spent), counted)
            self.cache.keep(key, kept, self.run)
            return kept, True

    def _read(self, question: Question, choice: Mapping[str, Any]) -> Any:
        try:
            return READERS[question.read](choice, question)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            found = f"a reply of another shape ({error!r})"
            cure = "check that the server speaks OpenAI's protocol"
            raise Unanswered(self.wire.endpoint, found, cure) from error


def _words(choice: Mapping[str, Any], question: Question) -> list[str]:
    """Return the words of a choice and its ending."""
    message = choice.get("message") or {}
    if message.get("refusal"):
        return [str(message["refusal"]), "refused"]
    return [
        str(message.get("content") or ""),
        ENDINGS.get(str(choice.get("finish_reason")), "stop"),
    ]


READERS: dict[str, Callable[[Mapping[str, Any], Question], Any]] = {
    "words": _words,
    "shown": lambda choice, question: shown(choice),
    "echoed": lambda choice, question: echoed(choice, question.body["prompt"]),
}
ENDINGS = {"length": "length", "content_filter": "refused"}
TEMPLATE = 64  # tokens that a chat template may add to a message, and to the whole
