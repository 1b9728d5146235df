"""What a language model is to the house: four things it can do, whoever serves it.

Methods are handed a `LanguageModel` and never learn whether it runs here (`lm.local`), behind
an address (`lm.remote`), or is a double for tests (`lm.scripted`, `lm.recorded`). What a model
cannot do it refuses with `NotServed`, which names one that can.
"""

__all__ = [
    "Answer",
    "Ask",
    "Hidden",
    "LanguageModel",
    "Message",
    "Place",
    "Prompt",
    "Push",
    "Sampling",
    "Scored",
    "chat",
    "quoted",
]

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SHOWN = 60  # characters of a prompt that an error quotes


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation with a model.

    Args:
        role: "system", "user" or "assistant".
        text: What is said.
    """

    role: str
    text: str


Prompt = tuple[Message, ...]


def chat(user: str, system: str = "") -> Prompt:
    """Return the prompt of one question, after an instruction where there is one."""
    asked = Message("user", user)
    return (Message("system", system), asked) if system else (asked,)


def quoted(prompt: Prompt) -> str:
    """Return the beginning of a prompt's last message, as an error quotes it."""
    text = prompt[-1].text if prompt else ""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}...")


@dataclass(frozen=True, slots=True)
class Sampling:
    """How an answer is drawn.

    Args:
        temperature: 0 takes the likeliest token each time.
        top_p: Share of the probability that is drawn from, in (0, 1].
        tokens: Tokens of the answer at most.
        stop: Strings that end the answer; they are not part of it.
        seed: Seed of the draws.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    tokens: int = 256
    stop: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said.

    Args:
        text: The words, without stop strings and special tokens.
        asked: Tokens of the prompt; 0 where the server does not count them.
        said: Tokens of the answer.
        ending: "stop", "length" (the limit cut it) or "refused" (the server's filter did).
    """

    text: str
    asked: int = 0
    said: int = 0
    ending: str = "stop"


@dataclass(frozen=True, slots=True)
class Ask:
    """A prompt and answers whose probability is wanted; the prompt is read once for all.

    Args:
        prompt: What stands before.
        answers: Possible beginnings of the answer, such as labels.
    """

    prompt: Prompt
    answers: tuple[str, ...]


class Scored(NamedTuple):
    """How likely each token of one answer was.

    Attributes:
        tokens: The tokens as text. Length t.
        logp: Natural log-probability of each. Shape (t,).
        rank: How many tokens were likelier, from 0. Shape (t,).
    """

    tokens: tuple[str, ...]
    logp: Floats
    rank: NDArray[np.int32]

    @property
    def total(self) -> float:
        """Log-probability of the whole answer."""
        return float(self.logp.sum(dtype=np.float64))


class Place(StrEnum):
    """Where in a block of a transformer a state is read, or a push is added."""

    RESIDUAL = "residual"  # what leaves the block
    ATTENTION = "attention"  # what attention adds
    MLP = "mlp"  # what the feed-forward part adds


class Hidden(NamedTuple):
    """States inside a model while it reads one text.

    Attributes:
        tokens: The tokens as text. Length t.
        values: States at the asked layers, in their order. Shape (t, layers, d).
    """

    tokens: tuple[str, ...]
    values: Floats


@dataclass(frozen=True, eq=False)
class Push:
    """A vector that is added inside a model at every token.

    Args:
        layer: Block, from 0.
        vector: What is added. Shape (d,).
        place: Where in the block.
    """

    layer: int
    vector: Floats
    place: Place = Place.RESIDUAL


@runtime_checkable
class LanguageModel(Protocol):
    """Anything that answers, scores, shows its states, and can be pushed.

    Everything is asked in batches; answers come in the order of the questions.
    """

    @property
    def name(self) -> str:
        """What a person calls the model."""
        ...

    @property
    def digest(self) -> str:
        """A hash of all that its answers depend on, for caches and provenance."""
        ...

    def generate(
        self, prompts: Sequence[Prompt], how: Sampling | None = None
    ) -> tuple[Answer, ...]:
        """Return an answer to each prompt."""
        ...

    def score(self, asked: Sequence[Ask]) -> tuple[tuple[Scored, ...], ...]:
        """Return, for each question, how likely each of its answers is, token by token."""
        ...

    def hidden(
        self, texts: Sequence[str], layers: Sequence[int], place: Place = Place.RESIDUAL
    ) -> tuple[Hidden, ...]:
        """Return the states at `layers` (negative ones from the end) while reading each text."""
        ...

    def steered(self, pushes: Sequence[Push]) -> Self:
        """Return the model with `pushes` added to its states."""
        ...
