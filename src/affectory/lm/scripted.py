"""A model that says what it was told to say, for tests: no weights, no network, no chance.

It refuses whatever it was not told (`NotServed`), keeps what it was asked, and obeys `Sampling`
as far as words go: stop strings end an answer, and more words than `tokens` are cut.
"""

__all__ = ["Heard", "Rule", "Scripted", "luck"]

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np

from affectory.core.errors import NotServed
from affectory.lm.model import (
    Answer,
    Ask,
    Floats,
    Hidden,
    Place,
    Prompt,
    Push,
    Sampling,
    Scored,
    quoted,
)

Said = str | Answer
Rule = Said | Sequence[Said] | Mapping[str, Said] | Callable[[Prompt], Said | None]
Likelihood = Mapping[str, float] | Callable[[Prompt, str], float | None]
States = Callable[[str, int], Floats]

ELSE = "a scripted model that is told so, or lm.local"


class Heard(NamedTuple):
    """One question to `generate`.

    Attributes:
        prompt: What was asked.
        how: How the answer was to be drawn.
    """

    prompt: Prompt
    how: Sampling


@dataclass(frozen=True, eq=False)
class Scripted:
    """Answer by rule, score by table or by hash.

    Args:
        answers: One answer to everything; or answers in the order of the questions; or, by a
            piece of the prompt's text, the answer to the prompts that hold it (the first piece
            found counts, "" is in every prompt); or a function that returns None where it
            has no answer. None: `generate` is refused.
        scores: Log-probability of each answer, or a function of prompt and answer, such as
            `luck`. It is shared out evenly among the answer's words. None: `score` is refused.
        states: Function of one text and a layer that returns states, shape (words, d).
            None: `hidden` is refused.
        name: What a person calls it.
        heard: What `generate` was asked, in order; filled as it goes.
        scored: What `score` was asked.
        read: Texts that `hidden` was asked about.

    Example:
        >>> from affectory.lm.model import chat
        >>> from affectory.lm.scripted import Scripted
        >>> Scripted({"happy": "joy", "": "neutral"}).generate([chat("I am happy")])[0].text
        'joy'
    """

    answers: Rule | None = None
    scores: Likelihood | None = None
    states: States | None = None
    name: str = "scripted"
    heard: list[Heard] = field(default_factory=list, init=False, repr=False)
    scored: list[Ask] = field(default_factory=list, init=False, repr=False)
    read: list[str] = field(default_factory=list, init=False, repr=False)

    @property
    def digest(self) -> str:
        """Return a hash of the script; of a function its name and code, not what it closes over."""
        told = "\n".join(map(_shape, (self.name, self.answers, self.scores, self.states)))
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    def generate(
        self, prompts: Sequence[Prompt], how: Sampling | None = None
    ) -> tuple[Answer, ...]:
        """Return the scripted answer to each prompt.

        Raises:
            NotServed: if the script has none.
        """
        return tuple(self._answer(prompt, how or Sampling()) for prompt in prompts)

    def score(self, asked: Sequence[Ask]) -> tuple[tuple[Scored, ...], ...]:
        """Return the scripted likelihood of each answer; each word counts as a token.

        A token's rank is the greatest that its probability leaves room for.

        Raises:
            NotServed: if the script has none.
        """
        self.scored.extend(asked)
        return tuple(tuple(self._score(ask.prompt, text) for text in ask.answers) for ask in asked)

    def hidden(
        self, texts: Sequence[str], layers: Sequence[int], place: Place = Place.RESIDUAL
    ) -> tuple[Hidden, ...]:
        """Return the scripted states of each text, the same at every `place`.

        Raises:
            NotServed: if the script has none.
        """
        if self.states is None:
            raise NotServed(self.name, "show its states", ELSE)
        self.read.extend(texts)
        told = self.states
        return tuple(
            Hidden(tuple(text.split()), np.stack([told(text, at) for at in layers], axis=1))
            for text in texts
        )

    def steered(self, pushes: Sequence[Push]) -> Self:
        """Refuse: a script has nothing to push."""
        raise NotServed(self.name, "be steered", "lm.local")

    def _answer(self, prompt: Prompt, how: Sampling) -> Answer:
        at = len(self.heard)
        self.heard.append(Heard(prompt, how))
        said = _said(self.answers, prompt, at)
        if said is None:
            raise NotServed(self.name, f"answer question {at} ({quoted(prompt)})", ELSE)
        if isinstance(said, Answer):
            return said
        text, ending = _cut(said, how)
        return Answer(text, len(_text(prompt).split()), len(text.split()), ending)

    def _score(self, prompt: Prompt, answer: str) -> Scored:
        told = self.scores
        logp = told(prompt, answer) if callable(told) else (told or {}).get(answer)
        if logp is None:
            raise NotServed(self.name, f"score {answer!r} after {quoted(prompt)}", ELSE)
        words = tuple(answer.split()) or (answer,)
        each = np.full(len(words), logp / len(words), dtype=np.float32)
        rank = max(0, math.ceil(math.exp(min(-logp / len(words), MOST))) - 2)
        return Scored(words, each, np.full(len(words), rank, dtype=np.int32))


def luck(prompt: Prompt, answer: str) -> float:
    """Return a log-probability in (-5, 0] that only prompt and answer decide, like a hash."""
    told = hashlib.blake2b(f"{_text(prompt)}\0{answer}".encode(), digest_size=6).digest()
    return -5 * int.from_bytes(told) / 256**6


def _said(rule: Rule | None, prompt: Prompt, at: int) -> Said | None:
    """Return what `rule` answers to `prompt`, the question number `at`."""
    if rule is None or isinstance(rule, str | Answer):
        return rule
    if callable(rule):
        return rule(prompt)
    if isinstance(rule, Mapping):
        text = _text(prompt)
        return next((said for piece, said in rule.items() if piece in text), None)
    return rule[at] if at < len(rule) else None


def _cut(text: str, how: Sampling) -> tuple[str, str]:
    """Return `text` up to the first stop string and the limit of words, and why it ends."""
    text = text[: min((at for stop in how.stop if (at := text.find(stop)) >= 0), default=None)]
    words = text.split(maxsplit=how.tokens)
    if len(words) <= how.tokens:
        return text, "stop"
    return text[: len(text) - len(words[-1])].rstrip(), "length"


def _text(prompt: Prompt) -> str:
    return "\n".join(message.text for message in prompt)


def _shape(told: object) -> str:
    """Return what of `told` is the same in every process."""
    if not callable(told):
        return repr(told)
    code = getattr(told, "__code__", None)
    body = (code.co_code.hex(), code.co_names) if code else ""
    return f"{getattr(told, '__module__', '')}.{getattr(told, '__qualname__', '')}{body}"


MOST = 10.0  # -log-probability of a token beyond which its rank no longer grows
