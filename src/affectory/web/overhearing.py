"""An ear beside the proxy: requests and answers are heard in order, and nobody waits for it.

One thread does all the work, so that whatever it takes never holds up an answer. What goes wrong
in it is said once, without a word of what people said.
"""

__all__ = ["Ear", "Exchange"]

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from affectory.core.errors import AffectoryError
from affectory.web.answers import Answer, turns_of
from affectory.web.conversations import Conversation, Conversations
from affectory.web.heard import Heard
from affectory.web.talk import Talk

WAITING = 2_000  # requests and answers that wait to be heard at most


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
    _told: bool = field(default=False, repr=False)


class Ear:
    """Hears what is said.

    Args:
        show: Is given the name of a conversation, and what was heard of a turn.
        trouble: Is given a sentence, once, when something could not be heard.
        folder: Where the turns are kept; None keeps them in memory alone.
    """

    def __init__(
        self,
        show: Callable[[str, Heard], None],
        trouble: Callable[[str], None],
        folder: Path | None = None,
    ) -> None:
        self.show, self.trouble = show, trouble
        self.conversations = Conversations(folder)
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue(WAITING)
        self._troubled = False
        self._put(lambda: Talk.of().warm())
        self._thread = threading.Thread(target=self._work, name="ear", daemon=True)
        self._thread.start()

    def asks(self, request: bytes, key: str | None = None) -> Exchange:
        """Take note of a request; returns at once."""
        exchange = Exchange(request, key)
        self._put(lambda: self._asked(exchange))
        return exchange

    def answers(self, exchange: Exchange, answer: Answer | None) -> None:
        """Take note of an answer, the first time that it is told; returns at once.

        Args:
            exchange: What it answers.
            answer: What came of it; None where nothing did.
        """
        if not exchange._told:
            exchange._told = True
            self._put(lambda: self._answered(exchange, answer))

    def close(self) -> None:
        """Hear what waits still, and end."""
        self._jobs.put(None)
        self._thread.join()

    def _put(self, job: Callable[[], None]) -> None:
        try:
            self._jobs.put_nowait(job)
        except queue.Full:  # the next request tells it again, with its history
            self._tell("too much is said at once")

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
        exchange.request = b""
        exchange.conversation, exchange.point = self.conversations.asked(turns, exchange.key)
        self._hear(exchange.conversation)

    def _answered(self, exchange: Exchange, answer: Answer | None) -> None:
        one = exchange.conversation
        if one is None:  # the request could not be heard
            return
        turn = None
        try:
            turn = None if answer is None else answer.turn()
        finally:
            self.conversations.answered(one, exchange.point, turn)
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
