"""A label and its reason: what is claimed of a text, and the words of the text that say so.

Paper: system 09, Yang et al., "Towards Interpretable Mental Health Analysis with Large Language
Models", EMNLP 2023. A language model answers with a label and its reasoning, by a ladder of
prompts (`prompting`). Without a model the reason is extractive: listed words, or the words that
a perceiver misses (`extracting`), in the same two parts.

Differs from the paper: every quote is looked up in the text and a doubt is raised where it is not
there, where the word list contradicts the label, or where the model's label is not the state that
was to be explained; a text with urgent crisis phrases is shown to no model and gets a notice.
"""

__all__ = [
    "CARD",
    "Doubt",
    "Example",
    "Grain",
    "Interpretation",
    "InterpretedText",
    "Question",
    "Quote",
    "Strategy",
    "toy",
]

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import polars as pl

from affectory.core.card import Card, Paper
from affectory.core.choices import one_of
from affectory.core.errors import BadChoice, BadValues
from affectory.core.evidence import Evidence, Ground
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.registry import method
from affectory.core.space import Space
from affectory.core.trajectory import Trajectory
from affectory.core.verbs import Perceiver
from affectory.explain.interpret import claims
from affectory.explain.interpret.asking import answered, likeliest
from affectory.explain.interpret.claims import Doubt, Interpretation
from affectory.explain.interpret.extracting import Grain, Quote, by_omission, by_words
from affectory.explain.interpret.prompting import (
    Example,
    Question,
    Strategy,
    prompts,
    sentiment_words,
)
from affectory.guard import crisis
from affectory.lm.answers import Reading
from affectory.lm.model import LanguageModel, Prompt, Sampling
from affectory.represent.vocabularies import EKMAN7N
from affectory.senses.lexicon import Lexicon, starter

CARD = Card(
    name="explain/interpret",
    paper=Paper(
        9,
        "Towards Interpretable Mental Health Analysis with Large Language Models",
        2023,
        "Yang et al., EMNLP 2023, arXiv:2304.03347",
    ),
    summary="a label and a two-part reason that quotes the text, from a model or from the words",
    takes=("text",),
    gives=("evidence",),
    aka=("MentalLLaMA", "rationale", "explanation", "interpretable", "occlusion"),
    published=(
        Figure("rating/overall", 2.576, n=121, setting="ChatGPT, correct cases, 0-3", by="people"),
        Figure("rating/overall", 1.566, n=43, setting="ChatGPT, wrong cases, 0-3", by="people"),
        Figure("rating/overall", 0.421, n=121, setting="GPT-3 curie, 0-3", by="people"),
    ),
    cautions=(
        "For research on texts; it makes no diagnosis and must decide about nobody.",
        "A fluent reason is not a true one: in the paper's ratings wrong explanations are as "
        "fluent as right ones. Read the doubts.",
        "A quote shows what a state rests on, not why somebody feels it.",
        "Without a model, words are weighed one by one; English with the list that comes with it.",
    ),
)


@method(CARD)
@dataclass(frozen=True)
class InterpretedText:
    """Explain states by a label and a reason that quotes the text.

    Args:
        model: Who writes the reasons; None: they are put together from the words.
        strategy: What the model is told besides the question.
        question: What it is asked, in words about the Space of the states or with a Space of its
            own; None: the plain question about the Space of the states.
        space: What the model's labels are about where no states are given; None: seven emotions.
        perceiver: Whose states are explained, by omission, without a model (a method, handed
            over); None: by listed words.
        lexicon: The words for cues and quotes.
        examples: For the few-shot strategy, as text, label and reasoning; none may be of the
            texts that are explained.
        axis: Explain this axis; None: the one that stands out most.
        grain: Whether words or sentences are quoted, without a model.
        most: Quotes of a record at most, without a model.
        longest: Characters of a text that a model is shown, cut at a blank.
        how: How the model's answers are drawn.
        scored: Whether the model's label is read off the probabilities of the labels, which even
            a model that keeps to no format has; reasons are then put together from the words.

    Raises:
        BadChoice: if a strategy or grain is none, or a number is below 1.

    Example:
        >>> from affectory.explain.interpret import InterpretedText, toy
        >>> records, felt = toy()
        >>> [each.rationale for each in InterpretedText().interpret(records, felt)][0]
        'sadness. Reasoning: "sad" and "alone" speak for it.'
    """

    model: LanguageModel | None = None
    strategy: Strategy = Strategy.EMOTION_CHAIN
    question: Question | str | None = None
    space: Space | None = None
    perceiver: Perceiver | None = None
    lexicon: Lexicon = field(default_factory=starter)
    examples: tuple[Example, ...] = ()
    axis: str | None = None
    grain: Grain = Grain.WORDS
    most: int = 3
    longest: int = 8000
    how: Sampling = field(default_factory=Sampling)
    scored: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no choice."""
        for name, kind in (("strategy", Strategy), ("grain", Grain)):
            object.__setattr__(self, name, one_of(kind, name, getattr(self, name)))
        object.__setattr__(self, "examples", tuple(Example(*each) for each in self.examples))
        for name in ("most", "longest"):
            if getattr(self, name) < 1:
                raise BadChoice(name, getattr(self, name), "1 or more")

    def explain(self, records: Records, felt: Trajectory | None = None) -> tuple[Evidence, ...]:
        """Return the reason of each state, the words it quotes, its doubts and its notice.

        The reason is a rationale without a span; quotes have spans; each doubt is a rationale of
        weight 0 that begins with "doubt: "; a notice is by guard/crisis. Arguments and errors as
        in `interpret`.
        """
        ground = Ground.CUE if self.perceiver is None else Ground.ATTRIBUTION
        ground = ground if self.model is None else Ground.RATIONALE
        told = self.interpret(records, felt)
        return tuple(each for one in told for each in claims.evidence_of(one, ground, self.by))

    @property
    def by(self) -> str:
        """Who says so."""
        return CARD.name if self.model is None else f"{CARD.name}:{self.model.name}"

    def interpret(
        self, records: Records, felt: Trajectory | None = None
    ) -> tuple[Interpretation, ...]:
        """Return what is claimed of each record with text, and why.

        A text with urgent crisis phrases is shown to no model and gets no reason, but a notice.
        Where the model's answer is not read, or has no reason, that is put together from the words.

        Args:
            records: What was perceived.
            felt: The states to explain; a record without one is left out. None: what the model
                answers, or what the perceiver sees.

        Raises:
            BadValues: if the states do not tell their records, or there is nobody to give any.
            BadChoice: if the Space has no axis of that name.
            SpaceMismatch: if the perceiver gives no states in that Space.
        """
        if felt is None and self.model is None:
            felt = self._seen(records)
        space = self._question(None).space if felt is None else felt.space
        drafts, texts, states = claims.texts_of(records, felt)
        flagged = crisis.flags(texts)
        urgent = set(flagged.filter(pl.col("kind").is_in(crisis.URGENT))["row"].to_list())
        notices = {
            row: crisis.notice(part, crisis.language_of(texts[row]))
            for (row,), part in flagged.group_by("row")
        }
        answers = self._answers(texts, urgent, felt)
        for at, one in enumerate(drafts):
            notice = notices.get(at) or ""
            state = states[at] if felt is not None or at not in answers else answers[at].row
            one = claims.claimed(replace(one, notice=notice), space, state, self.axis)
            drafts[at] = self._answered(one, space, answers.get(at), texts[at])
        self._extract(drafts, space, texts, urgent)
        leans = self._leans(texts)
        return tuple(
            claims.doubted(one, space, lean) for one, lean in zip(drafts, leans, strict=True)
        )

    def prompts(self, texts: Sequence[str], space: Space | None = None) -> tuple[Prompt, ...]:
        """Return what a model is asked about each text, as it is or to be recorded.

        Args:
            texts: n texts.
            space: Space of the states; None: that of the question.
        """
        shown = [text if len(text) <= self.longest else self._cut(text) for text in texts]
        question = self._question(space)
        return prompts(question, self.strategy, shown, self.lexicon, self.examples)

    def _cut(self, text: str) -> str:
        return text[: self.longest].rsplit(maxsplit=1)[0]

    def _seen(self, records: Records) -> Trajectory:
        if self.perceiver is None:
            cure = "hand over the states, a perceiver or a model"
            raise BadValues("interpret", "no states", "states to explain", cure)
        states = self.perceiver.perceive(records)
        asked = isinstance(self.question, Question)
        return states[self._question(None).space.name if asked else next(iter(states))]

    def _question(self, space: Space | None) -> Question:
        """Return the question, about `space` where it has no Space of its own."""
        if isinstance(self.question, Question):
            return self.question
        space = space or self.space or EKMAN7N
        plain = Question.about(space)
        return plain if self.question is None else replace(plain, ask=self.question)

    def _answers(
        self, texts: Sequence[str], urgent: set[int], felt: Trajectory | None
    ) -> dict[int, Reading]:
        """Return how the model's answer about each text was read, by the text's place."""
        asked = [at for at in range(len(texts)) if at not in urgent]
        if self.model is None or not asked:
            return {}
        space = None if felt is None else felt.space
        some = [texts[at] for at in asked]
        question = self._question(space)
        if self.scored:
            one = partial(self._prompt, space)
            return dict(zip(asked, likeliest(self.model, question, some, one), strict=True))
        told = answered(self.model, question, self.prompts(some, space), self.how)
        return dict(zip(asked, told, strict=True))

    def _prompt(self, space: Space | None, text: str) -> Prompt:
        return self.prompts([text], space)[0]

    def _answered(
        self, one: Interpretation, space: Space, answer: Reading | None, text: str
    ) -> Interpretation:
        """Return a claim with the model's reason, where it gave one that was read."""
        if answer is None:
            return one
        doubts = [Doubt.CUT] if len(text) > self.longest else []
        if answer.row is None:
            return replace(one, doubts=(*doubts, Doubt.UNREAD))
        own = self._question(space).space
        said = claims.standing(own, np.asarray(answer.row), None)[2]
        if own == space and self.axis is None and said != one.label:
            doubts.append(Doubt.DIFFERS)
        one = replace(one, doubts=tuple(doubts))
        if not answer.rest:
            return one
        reason = f"{said}. Reasoning: {answer.rest}"
        return replace(one, rationale=reason, quotes=claims.quoted(answer.rest, text))

    def _extract(
        self, drafts: list[Interpretation], space: Space, texts: Sequence[str], urgent: set[int]
    ) -> None:
        """Fill in reasons, put together from the words, where there is a claim and none yet."""
        open_ = [at for at, one in enumerate(drafts) if one.axis and not one.rationale]
        bare = [at for at in open_ if at not in urgent]
        axes, signs = [drafts[at].axis for at in bare], [drafts[at].sign for at in bare]
        some = [texts[at] for at in bare]
        if self.perceiver is not None:
            told = by_omission(some, space, axes, signs, self.perceiver, self.most, self.grain)
        else:
            told = by_words(some, space, axes, signs, self.lexicon, self.most, self.grain)
        noun = "word" if self.perceiver is not None else "listed word"
        noun = noun if self.grain is Grain.WORDS else "sentence"
        for at, quotes in zip(bare, told, strict=True):
            reason = claims.reason(drafts[at].label, quotes, noun)
            drafts[at] = replace(drafts[at], quotes=quotes, rationale=reason)

    def _leans(self, texts: Sequence[str]) -> list[int]:
        """Return -1, 0 or 1 for the sentiment of each text's words."""
        if "valence" not in [axis.name for axis in self.lexicon.axes]:
            return [0] * len(texts)
        poles = ("negative", "neutral", "positive")
        return [poles.index(word) - 1 for word in sentiment_words(texts, self.lexicon)]


def toy() -> tuple[Records, Trajectory]:
    """Return two turns and their states: sadness for "sad" and "alone", joy for "happy"."""
    talk = {
        "session": ["s1"] * 2,
        "actor": ["ann", "bo"],
        "text": ["I am sad, and so alone.", "The train is late, but I am happy."],
    }
    records = Records(pl.DataFrame(talk))
    values = np.zeros((2, EKMAN7N.k), np.float32)
    values[0, EKMAN7N.index("sadness")] = values[1, EKMAN7N.index("joy")] = 1.0
    return records, Trajectory.on(records, EKMAN7N, values, "toy")
