"""An ear beside the proxy: requests and answers are heard in order, and nobody waits for it.

One thread does all the work, so that whatever it takes never holds up an answer. What goes wrong
in it is said once, without a word of what people said.
"""

__all__ = ["Ear", "Exchange"]

import queue
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from affectory.core.errors import AffectoryError
from affectory.web.answers import Answer, turns_of
from affectory.web.budget import Budget
from affectory.web.conversations import Conversation, Conversations
from affectory.web.heard import Heard
from affectory.web.talk import Talk

WAITING = 2_000  # requests and answers that wait, above which no request is heard
LARGEST = 32_000_000  # bytes of one request that are heard
HELD = 96_000_000  # bytes of requests and answers that are held to be heard
MUCH = "too much is said at once"


@dataclass(eq=False)
class Exchange:
    """One request and its answer.

    Args:
        request: Its bytes.
        key: The name of the conversation, where the caller gave one.
        conversation: Whose it is, once it is heard.
        point: Where it was asked.
    """

    request: bytes
    key: str | None = None
    conversation: Conversation | None = None
    point: str = ""


class Ear:
    """Hears what is said.

    Args:
        show: Is given the name of a conversation, and what was heard of a turn.
        trouble: Is given a sentence, once, when something could not be heard.
        folder: Where the turns are kept; None keeps them in memory alone.
        held: How many bytes of requests and answers may be held.
    """

    def __init__(
        self,
        show: Callable[[str, Heard], None],
        trouble: Callable[[str], None],
        folder: Path | None = None,
        held: int = HELD,
    ) -> None:
        self.show, self.trouble = show, trouble
        self.conversations = Conversations(folder)
        self.budget = Budget(held)
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._troubled = False
        self._jobs.put(lambda: Talk.of().warm())
        self._thread = threading.Thread(target=self._work, name="ear", daemon=True)
        self._thread.start()

    async def body(self, parts: AsyncIterator[bytes]) -> tuple[bytes, bool]:
        """Return what a request says as far as there is room for it, and whether that is all.

        What it says in whole is taken from the budget until it is heard.
        """
        held, size = [], 0
        try:
            async for part in parts:
                held.append(part)
                if size + len(part) > LARGEST or not self.budget.take(len(part)):
                    self._tell(MUCH)  # its history comes again with the next
                    self.budget.give(size)
                    return b"".join(held), False
                size += len(part)
        except BaseException:  # who speaks is gone
            self.budget.give(size)
            raise
        return b"".join(held), True

    def asks(self, request: bytes, key: str | None = None) -> Exchange | None:
        """Take note of a request; returns at once, None where too many wait.

        Args:
            request: What `body` returned in whole.
            key: The name of the conversation, where the caller gave one.
        """
        if self._jobs.qsize() >= WAITING:
            self._tell(MUCH)
            self.budget.give(len(request))
            return None
        exchange = Exchange(request, key)
        self._jobs.put(lambda: self._asked(exchange))
        return exchange

    def answers(self, exchange: Exchange, answer: Answer | None) -> None:
        """Take note of the one answer to what was asked, however many wait; returns at once.

        Args:
            exchange: What it answers.
            answer: What came of it; None where nothing did.
        """
        self._jobs.put(lambda: self._answered(exchange, answer))

    def close(self) -> None:
        """Hear what waits still, and end."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        for job in iter(self._jobs.get, None):
            try:
                job()
            except AffectoryError as error:
                self._tell(str(error))
            except Exception as error:  # noqa: BLE001  (told once; the proxy must go on)
                self._tell(type(error).__name__)

    def _asked(self, exchange: Exchange) -> None:
        try:
            turns = turns_of(exchange.request)
        except ValueError:
            return  # it is no conversation, which the server will say
        finally:
            self.budget.give(len(exchange.request))
            exchange.request = b""
        exchange.conversation, exchange.point = self.conversations.asked(turns, exchange.key)
        self._hear(exchange.conversation)

    def _answered(self, exchange: Exchange, answer: Answer | None) -> None:
        one, turn = exchange.conversation, None
        try:
            turn = None if answer is None or one is None else answer.turn()
        finally:
            self.budget.give(0 if answer is None else answer.held)
            if one is not None:  # else the request could not be heard
                self.conversations.answered(one, exchange.point, turn)
        if one is not None:
            self._hear(one)

    def _hear(self, one: Conversation) -> None:
        new, one.new = one.new, []
        for turn in new:
            self.show(one.name, one.talk.overhear(turn))

    def _tell(self, why: str) -> None:
        if not self._troubled:
            self._troubled = True
            self.trouble(f"something was not heard ({why}); answers pass on as before, and this "
                         "is said once")  # fmt: skip
