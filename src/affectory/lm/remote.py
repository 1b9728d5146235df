"""A model behind an address: any server that speaks OpenAI's protocol, here or far away.

Every answer is kept (`lm.cache`) before it is handed on, under model, prompt, parameters and
endpoint: a run that was killed is started again and asks only what was never answered. Retries
with growing pauses are those of the `openai` client. The key is read from the environment when
the first call is made, and is kept nowhere.

Each request carries its cache key as `Idempotency-Key`. An answer that the server sent while
this process was being killed is asked for again; a server that honours the header bills it once.
"""

__all__ = ["Remote"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

from affectory.core.errors import BadChoice, NotServed, ServerFailed
from affectory.lm.asking import Asker
from affectory.lm.cache import Cache, Kept, key_of
from affectory.lm.errand import Errand, Question
from affectory.lm.keeper import Keeper
from affectory.lm.ledger import Caps, Ledger, Prices, Usage
from affectory.lm.likely import Walk, scored
from affectory.lm.model import Answer, Ask, Hidden, Message, Place, Prompt, Push, Sampling, Scored
from affectory.lm.wire import Wire, address


@dataclass(frozen=True, eq=False)
class Remote:
    """Ask a server, at most `at_once` questions at a time, each question once.

    Args:
        model: What the server calls the model.
        endpoint: The server's address, such as "http://127.0.0.1:8000/v1".
        key_from: Name of the environment variable that holds the key. "" sends none; only to
            OpenAI's own servers goes OPENAI_API_KEY unasked. A server on this machine needs none.
        cache: Where answers are kept.
        caps: The most that this run may use.
        prices: What a million tokens cost.
        run: Name of the run. With a name, what earlier processes spent in that run counts
            toward the caps; without, only what this object spends.
        at_once: Questions under way at the same time, >= 1.
        retries: How often a question is repeated after 408, 409, 429, 5xx or silence.
        patience: Seconds that one try may take.
        redact: Applied to every message before it is sent or kept, such as `guard.redact`
            wrapped for one text. Not applied to the answers that `score` asks about.
        limit: What the server calls the most tokens of an answer.
        extra: More parameters of the request; a value None leaves a parameter out.
        top: Likeliest tokens that `score` asks for.
        prefill: Whether the server goes on with an unfinished message of the assistant
            (llama.cpp and vLLM do); `score` needs it for answers of several tokens.
        plain: Writes a prompt as the text that the model reads. With it, `score` has prompt
            and answer echoed by the completions endpoint (vLLM), one call an answer.
        known_as: Stands for the endpoint in the cache; for servers whose port changes.
        apart: Whether a process of its own asks, which outlives this one until the answers
            under way are kept (`lm.keeper`). Else a kill loses those: at most `at_once` calls.
        asker: Sends, keeps and counts. Set from the above.

    Raises:
        BadChoice: if the endpoint is no address, or a number is out of range.
        BadValues: if a key would leave this machine over plain http.

    Example:
        >>> from affectory.lm.remote import Remote
        >>> Remote("smollm2", "http://127.0.0.1:8000/v1").usage.calls
        0
    """

    model: str
    endpoint: str
    key_from: str = ""
    cache: Cache = field(default_factory=Cache)
    caps: Caps = field(default_factory=Caps)
    prices: Prices = field(default_factory=Prices)
    run: str = ""
    at_once: int = 8
    retries: int = 6
    patience: float = 120.0
    redact: Callable[[str], str] | None = None
    limit: str = "max_tokens"
    extra: Mapping[str, Any] = field(default_factory=dict)
    top: int = 20
    prefill: bool = False
    plain: Callable[[Prompt], str] | None = None
    known_as: str = ""
    apart: bool = True
    asker: Asker = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Open the books; nothing is sent."""
        for name, least in (("at_once", 1), ("retries", 0), ("top", 1)):
            if getattr(self, name) < least:
                raise BadChoice(name, getattr(self, name), f"whole numbers >= {least}")
        endpoint = address(self.endpoint)
        before = Usage()
        if self.run:
            calls, asked, said, cost = self.cache.spent(self.run)
            before = Usage(calls, 0, asked, said, cost)
        wire = Wire(endpoint, self.key_from, self.retries, self.patience)
        errand = Errand(wire, self.cache, self.prices, self.run)
        asker = Asker(
            Keeper(errand, self.at_once) if self.apart else errand,
            self.cache,
            Ledger(self.caps, self.prices, before),
            self.at_once,
            endpoint,
            self.known_as or endpoint,
        )
        object.__setattr__(self, "endpoint", endpoint)
        object.__setattr__(self, "asker", asker)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process without connection and books, which are made anew there."""
        return _made, ({one.name: getattr(self, one.name) for one in fields(self) if one.init},)

    @property
    def name(self) -> str:
        """Return what the server calls the model."""
        return self.model

    @property
    def digest(self) -> str:
        """Return a hash of address, model and parameters; what the server runs is its own."""
        return key_of({"endpoint": self.known_as or self.endpoint, **self._body()})[:16]

    @property
    def usage(self) -> Usage:
        """Return what this object used so far."""
        return self.asker.ledger.usage

    def generate(
        self, prompts: Sequence[Prompt], how: Sampling | None = None
    ) -> tuple[Answer, ...]:
        """Return the server's answer to each prompt.

        Questions that fail do not stop the others, unless all would fail; then the failure is
        raised, and a second call asks only what is still open.

        Raises:
            MissingExtra: if the `openai` client is not installed.
            CapReached: if the next call could pass a cap.
            ServerFailed: if questions got no answer.
        """
        how = how or Sampling()
        drawn: dict[str, Any] = {"temperature": how.temperature, "top_p": how.top_p}
        drawn |= {"seed": how.seed, **({"stop": list(how.stop)} if how.stop else {})}
        kept = self.asker.all(
            [self._chat(self._clean(one), how.tokens, "words", drawn) for one in prompts]
        )
        return tuple(_answer(one) for one in kept)

    def score(self, asked: Sequence[Ask]) -> tuple[tuple[Scored, ...], ...]:
        """Return how likely each answer is, from the likeliest tokens that the server shows.

        Without `plain`, one call per question and, with `prefill`, some more for an answer of
        several tokens; what several answers share is asked once. An answer is taken to the
        letter, a space before it included, and cut into tokens in the likeliest way shown.

        Raises:
            NotServed: if the server shows no likelihoods, or not that of a token in question.
            MissingExtra, CapReached, ServerFailed: as `generate`.
        """
        if self.plain is not None:
            return self._echoes(asked, self.plain)
        rows = [[(self._clean(ask.prompt), Walk(text)) for text in ask.answers] for ask in asked]
        while under_way := [pair for row in rows for pair in row if pair[1].place is not None]:
            kept = self._seen([self._next(prompt, walk) for prompt, walk in under_way])
            for (_, walk), one in zip(under_way, kept, strict=True):
                self._step(walk, one.value)
        return tuple(tuple(scored(walk.whole or ()) for _, walk in row) for row in rows)

    def hidden(
        self, texts: Sequence[str], layers: Sequence[int], place: Place = Place.RESIDUAL
    ) -> tuple[Hidden, ...]:
        """Refuse: a server does not show its states."""
        raise NotServed(self._who, "show its states", "lm.local")

    def steered(self, pushes: Sequence[Push]) -> Self:
        """Refuse: a server cannot be pushed."""
        raise NotServed(self._who, "be steered", "lm.local")

    @property
    def _who(self) -> str:
        return f"{self.model} at {self.endpoint}"

    def _chat(self, prompt: Prompt, tokens: int, read: str, more: Mapping[str, Any]) -> Question:
        """Return the question that asks for an answer of at most `tokens` to `prompt`."""
        messages = [{"role": one.role, "content": one.text} for one in prompt]
        body = self._body(messages=messages, **{self.limit: tokens}, **more)
        return Question("chat", body, tokens, read)

    def _next(self, prompt: Prompt, walk: Walk) -> Question:
        """Return the question which tokens may follow the place where `walk` is."""
        more = {"temperature": 0, "logprobs": True, "top_logprobs": self.top}
        if walk.place:
            more |= {"continue_final_message": True, "add_generation_prompt": False}
            prompt = (*prompt, Message("assistant", walk.answer[: walk.place]))
        return self._chat(prompt, 1, "shown", more)

    def _seen(self, questions: Sequence[Question]) -> list[Kept]:
        """Return what is kept of each question, or say that likelihoods are not to be had."""
        try:
            return self.asker.all(questions)
        except ServerFailed as error:
            if "logprob" in str(error):  # a server that takes their name for a mistake
                raise NotServed(self._who, f"score ({error})", "lm.local") from error
            raise

    def _step(self, walk: Walk, seen: list[tuple[str, float]] | None) -> None:
        """Lead `walk` on by one token, or say why it cannot reach its end."""
        if seen is None:
            raise NotServed(self._who, "score: it shows no likelihoods", "lm.local")
        walk.step(seen)
        if not self.prefill:
            walk.known |= walk.ways.keys()  # one step is all there is
        if walk.place is not None or walk.whole is not None:
            return
        if len(walk.ways) > 1 and not self.prefill:
            act = f"score {walk.answer!r}, which is several tokens, in one step"
            cure = "`prefill` if the server goes on with unfinished messages, or lm.local"
            raise NotServed(self._who, act, cure)
        first = ", ".join(repr(token) for token, _ in seen[:3])
        act = f"score {walk.answer!r}: {len(seen)} tokens shown ({first}, ...) do not spell it"
        cure = "a larger `top`, the very spelling (a space before it?), or lm.local"
        raise NotServed(self._who, act, cure)

    def _echoes(
        self, asked: Sequence[Ask], plain: Callable[[Prompt], str]
    ) -> tuple[tuple[Scored, ...], ...]:
        """Return what `score` does, from answers that the server gives back."""
        befores = [plain(self._clean(ask.prompt)) for ask in asked]
        more = {"echo": True, "logprobs": self.top, "max_tokens": 0, "temperature": 0}
        questions = [
            Question("completions", self._body(prompt=before + answer, **more), 1, "echoed")
            for ask, before in zip(asked, befores, strict=True)
            for answer in ask.answers
        ]
        told = [one.value for one in self._seen(questions)]
        if None in told:
            raise NotServed(self._who, "score: it does not echo likelihoods", "lm.local")
        rows = iter(told)
        return tuple(
            tuple(
                scored([step for end, *step in next(rows) if end > len(before)])
                for _ in ask.answers
            )
            for ask, before in zip(asked, befores, strict=True)
        )

    def _clean(self, prompt: Prompt) -> Prompt:
        """Return `prompt` without what must not leave, and without halves of signs."""
        pass_on = self.redact or str
        texts = [one.text.encode("utf-8", "replace").decode() for one in prompt]
        return tuple(
            Message(one.role, pass_on(text)) for one, text in zip(prompt, texts, strict=True)
        )

    def _body(self, **parameters: Any) -> dict[str, Any]:
        whole = {"model": self.model, **parameters, **self.extra}
        return {name: value for name, value in whole.items() if value is not None}


def _answer(kept: Kept) -> Answer:
    """Return a kept answer, with the server's own counts or none."""
    text, ending = kept.value
    counts = (kept.asked, kept.said) if kept.counted else (0, 0)
    return Answer(text, *counts, ending)


def _made(parameters: dict[str, Any]) -> Remote:
    return Remote(**parameters)
