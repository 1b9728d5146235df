"""Many questions to one server: each once, several at a time, kept, counted, never lost."""

__all__ = ["Asker", "Question"]

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from threading import Event
from typing import Any

from affectory.core.errors import CapReached, ServerFailed
from affectory.lm.cache import Cache, Kept, key_of
from affectory.lm.ledger import Ledger
from affectory.lm.wire import Hopeless, Unanswered, Wire

TEMPLATE = 64  # tokens that a chat template may add to a message, and to the whole
GIVE_UP = 5  # failures in a row, with no answer between, after which a run ends


@dataclass(frozen=True, eq=False)
class Question:
    """One request, and how its reply is read.

    Args:
        path: "chat" or "completions".
        body: Its parameters.
        tokens: The most that the answer can have.
        read: Makes of a reply's choice what is kept, in JSON's types.
    """

    path: str
    body: dict[str, Any]
    tokens: int
    read: Callable[[Mapping[str, Any]], Any]

    @property
    def most(self) -> int:
        """The most tokens that the question itself can have: one a byte, and the template's."""
        texts = [one["content"] for one in self.body.get("messages", ())] or [self.body["prompt"]]
        return sum(len(text.encode("utf-8", "replace")) + TEMPLATE for text in texts) + TEMPLATE


@dataclass(frozen=True, eq=False)
class Asker:
    """Ask what is not kept.

    Args:
        wire: How a question travels.
        cache: Where answers are kept.
        ledger: Counts, and refuses what would pass a cap.
        at_once: Questions under way at the same time.
        where: Stands for the server in the cache.
        run: Name of the run that pays, "" for none.
    """

    wire: Wire
    cache: Cache
    ledger: Ledger
    at_once: int
    where: str
    run: str

    def all(self, questions: Sequence[Question]) -> list[Kept]:
        """Return what is kept of each question, having asked what was not.

        Raises:
            MissingExtra: if the `openai` client is not installed.
            CapReached: if the next call could pass a cap.
            ServerFailed: if questions got no answer.
        """
        keys = [self._key(question) for question in questions]
        kept: dict[str, Kept] = {}
        still: dict[str, Question] = {}
        for key, question in zip(keys, questions, strict=True):
            found = None if key in still else kept.get(key) or self.cache.find(key)
            if found:
                kept[key] = found
            if found or key in still:
                self.ledger.found()
            else:
                still[key] = question
        kept |= self._ask(still)
        return [kept[key] for key in keys]

    def _ask(self, still: Mapping[str, Question]) -> dict[str, Kept]:
        """Return the answers to what was never asked."""
        if not still:
            return {}
        self.wire.open()
        stop = Event()

        def work(key: str, question: Question) -> Kept | None:
            try:
                return None if stop.is_set() else self._one(key, question)
            except (Hopeless, CapReached):
                stop.set()
                raise

        kept: dict[str, Kept] = {}
        failed: list[Unanswered] = []
        running = 0  # failures since the last answer
        pool = ThreadPoolExecutor(min(self.at_once, len(still)), "affectory-remote")
        try:
            asked = {pool.submit(work, key, question): key for key, question in still.items()}
            for future in as_completed(asked):
                try:
                    told = future.result()
                    if told is not None:
                        kept[asked[future]], running = told, 0
                except Unanswered as error:
                    failed.append(error)
                    running += 1
                    if isinstance(error, Hopeless) or running >= max(GIVE_UP, self.at_once):
                        break
        finally:  # what is under way is paid for: it is waited for, and kept
            pool.shutdown(cancel_futures=True)
        if failed:
            first = next((one for one in failed if isinstance(one, Hopeless)), failed[0])
            left = f"{len(still) - len(kept):,} of {len(still):,} questions are open"
            raise ServerFailed(self.wire.endpoint, f"{first.found}; {left}", first.cure)
        return kept

    def _one(self, key: str, question: Question) -> Kept:
        """Return the answer to one question, kept on disk."""
        with self.cache.claim(key):
            found = self.cache.find(key)
            if found:  # another thread or process asked it meanwhile
                self.ledger.found()
                return found
            with self.ledger.call(question.most, question.tokens) as bills:
                reply = self.wire.send(question.path, question.body, key)
                told = json.dumps(self._read(question, reply["choices"][0]))
                usage = reply.get("usage") or {}
                counted = "prompt_tokens" in usage
                spent = (question.most, question.tokens)  # at worst
                if counted:
                    spent = usage["prompt_tokens"], usage.get("completion_tokens", 0)
                bill = self.ledger.bill(*spent)
                kept = Kept(told, *spent, bill.cost, counted)
                self.cache.keep(key, kept, self.run)
                bills.append(bill)
            return kept

    def _read(self, question: Question, choice: Mapping[str, Any]) -> Any:
        try:
            return question.read(choice)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Unanswered(
                self.wire.endpoint,
                f"a reply of another shape ({error!r})",
                "check that the server speaks OpenAI's protocol",
            ) from error

    def _key(self, question: Question) -> str:
        return key_of({"endpoint": self.where, "path": question.path, **question.body})
