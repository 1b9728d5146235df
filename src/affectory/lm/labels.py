"""Which label a language model finds likeliest for a text, with its own leanings taken out.

A model likes some words better than others whatever the text says. Zhao et al., "Calibrate
Before Use" (2021), measure that liking on texts without content and take it out. Here it is
subtracted from the log-probability of each label (their diagonal W with b = 0, in logs).
"""

__all__ = ["CONTENT_FREE", "LabelScorer"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadValues
from affectory.core.space import Space
from affectory.lm.model import Ask, LanguageModel, Prompt

Floats = NDArray[np.float64]
CONTENT_FREE = ("", "N/A", "[MASK]")  # as in the paper
PINS = ("", "a")  # they part where the text begins, whatever a tokenizer does with the space


@dataclass(frozen=True, eq=False)
class LabelScorer:
    """Shares of the labels of a Space, read off the probabilities of a language model.

    What all prompts begin with (instruction, demonstrations) is read once for a call, and each
    text once for all labels, where the model can do so (`lm.local` can).

    Args:
        model: What is asked.
        space: Its axes are the labels, in order.
        prompt: Makes the prompt for one text; the label is expected right after it.
        words: What stands for each axis, spaces included; None: the names of the axes.
        free: Texts without content; none: no calibration.
        by_length: Mean log-probability per token instead of the sum, for labels of unlike
            lengths. The sum is the probability; calibration takes most of the length out too.

    Example:
        >>> from affectory.core.space import Axis, Kind, Space
        >>> from affectory.lm.labels import LabelScorer
        >>> from affectory.lm.model import chat
        >>> from affectory.lm.scripted import Scripted
        >>> axes = (Axis("joy", 0, 1), Axis("anger", 0, 1))
        >>> moods = Space("moods", Kind.DISTRIBUTION, axes)
        >>> LabelScorer(Scripted({}), moods, chat).shares([None]).shape
        (1, 2)
    """

    model: LanguageModel
    space: Space
    prompt: Callable[[str], Prompt]
    words: tuple[str, ...] | None = None
    free: tuple[str, ...] = CONTENT_FREE
    by_length: bool = False

    def __post_init__(self) -> None:
        """Refuse words that do not name each axis once."""
        if len(set(self.labels)) != self.space.k:
            expected = f"{self.space.k} distinct words, in the order of {self.space.name}"
            raise BadValues("words", self.labels, expected)

    @property
    def labels(self) -> tuple[str, ...]:
        """What stands for each axis."""
        return self.space.names if self.words is None else self.words

    @cached_property
    def leaning(self) -> Floats:
        """How much the model likes each label for no reason. Shape (k,)."""
        if not self.free:
            return np.zeros(self.space.k)
        return np.asarray(self._raw(self.free).mean(axis=0))

    def scores(self, texts: Sequence[str | None]) -> Floats:
        """Return the calibrated log-probability of each label. Shape (n, k).

        A missing or blank text has a row of NaN.
        """
        said = [at for at, text in enumerate(texts) if text and not text.isspace()]
        out = np.full((len(texts), self.space.k), np.nan)
        if said:
            out[said] = self._raw([texts[at] or "" for at in said]) - self.leaning
        return out

    def shares(self, texts: Sequence[str | None]) -> Floats:
        """Return the share of each label; rows sum to one, in the order of the axes. Shape (n, k).

        A missing or blank text has a row of NaN.
        """
        scores = self.scores(texts)
        if not len(scores):
            return scores
        grown = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: Floats = grown / grown.sum(axis=1, keepdims=True)
        return shares

    def _raw(self, texts: Sequence[str]) -> Floats:
        # questions without answers cost nothing; they keep what all begin with the same from
        # call to call, so that a model that remembers it need not read it again
        pins = [Ask(self.prompt(text), ()) for text in PINS]
        asked = [Ask(self.prompt(text), self.labels) for text in texts]
        found = self.model.score([*pins, *asked])[len(pins) :]
        total = np.array([[each.total for each in row] for row in found])
        if self.by_length:
            total /= np.array([[max(len(each.tokens), 1) for each in row] for row in found])
        return total
