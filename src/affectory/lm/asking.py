"""Many questions to one server: each once, several at a time, counted, none lost."""

__all__ = ["Asker"]

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from threading import Event

from affectory.core.errors import CapReached, ServerFailed
from affectory.lm.cache import Cache, Kept, key_of
from affectory.lm.errand import Errand, Question
from affectory.lm.keeper import Keeper
from affectory.lm.ledger import Ledger
from affectory.lm.wire import Hopeless, Unanswered

GIVE_UP = 5  # failures in a row, with no answer between, after which a run ends


@dataclass(frozen=True, eq=False)
class Asker:
    """Ask what is not kept.

    Args:
        errand: Who asks: in this process, or in one of its own.
        cache: Where answers are kept.
        ledger: Counts, and refuses what would pass a cap.
        at_once: Questions under way at the same time.
        endpoint: The server.
        where: Stands for the server in the cache.
    """

    errand: Errand | Keeper
    cache: Cache
    ledger: Ledger
    at_once: int
    endpoint: str
    where: str

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
        self.errand.open()
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
            stop.set()
            pool.shutdown(cancel_futures=True)
        if failed:
            first = next((one for one in failed if isinstance(one, Hopeless)), failed[0])
            left = f"{len(still) - len(kept):,} of {len(still):,} questions are open"
            raise ServerFailed(self.endpoint, f"{first.found}; {left}", first.cure)
        return kept

    def _one(self, key: str, question: Question) -> Kept:
        """Return the answer to one question, kept on disk and counted."""
        try:
            with self.ledger.call(question.most, question.tokens) as bills:
                kept, fresh = self.errand.fetch(key, question)
                if fresh:
                    bills.append(self.ledger.bill(kept.asked, kept.said))
        except CapReached:  # but perhaps another has paid for it meanwhile
            found, fresh = self.cache.find(key), False
            if found is None:
                raise
            kept = found
        if not fresh:
            self.ledger.found()
        return kept

    def _key(self, question: Question) -> str:
        return key_of({"endpoint": self.where, "path": question.path, **question.body})
