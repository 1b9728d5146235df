"""Five affect tasks of a text at once: intensity of four emotions, valence, which of eleven hold.

System 15: "EmoLLMs: A Series of Emotional Large Language Models and Annotation Tools for
Comprehensive Affective Analysis" (Liu et al. 2024, arXiv 2401.08508). Tasks and forms are those
of SemEval-2018 Task 1; the two ordinal tasks are read off the two reals (`represent.affect_tasks`).

Differs from the paper: not a tuned language model but five heads on one shared layer over the
states of another perceiver and the mean weight of listed words; handed a language model, it asks
that one by the same forms instead. *Ours*: SemEval's tweets are not open, so what comes with the
package has learned from stand-ins: GoEmotions labels mapped and graded by hand
(`represent.affect_grades`) and EmoBank's valence. See `MODEL.md` beside the weights.
"""

__all__ = ["CARD", "InstructReader", "taught", "toy"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core import registry, shelf
from affectory.core.card import Card, Paper
from affectory.core.choices import one_of
from affectory.core.errors import BadChoice, NoRecords
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.registry import method
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.core.verbs import Perceiver
from affectory.lm.model import LanguageModel
from affectory.parts.trunk import Recipe
from affectory.perceive.instruct import reading
from affectory.perceive.instruct.asking import Told, ask
from affectory.represent.abreast import abreast, spoken
from affectory.represent.affect_tasks import EMOTIONS, LABELS, Task, answer_of, class_of
from affectory.represent.vocabularies import AFFECT11, INTENSITY4, VALENCE
from affectory.senses.lexicon import Lexicon, starter
from affectory.senses.vectors import TextEncoder

Floats = NDArray[np.float64]

CARD = Card(
    name="perceive/instruct",
    paper=Paper(
        15,
        "EmoLLMs: A Series of Emotional Large Language Models and Annotation Tools for "
        "Comprehensive Affective Analysis",
        2024,
        "Liu et al., KDD 2024, arXiv 2401.08508",
    ),
    summary="intensity of four emotions, valence, and which of eleven emotions a text expresses",
    takes=("text",),
    gives=("intensity4", "valence", "affect11"),
    learns=True,
    aka=("EmoLLMs", "AAID", "SemEval-2018 Task 1", "EI-reg", "V-reg", "E-c", "affect in tweets"),
    published=tuple(
        Figure(f"pearson/valence/{name}", value, n=1000, setting="a sample of each set", by=by)
        for by, row in (
            ("VADER (paper)", (0.565, 0.446, 0.464, 0.862)),
            ("GPT-4 (paper)", (0.616, 0.727, 0.510, 0.778)),
            ("EmoLLaMA-chat-7B (paper)", (0.885, 0.835, 0.797, 0.910)),
        )
        for name, value in zip(("amazon", "movies", "nyt", "tweets"), row, strict=True)
    ),
    cautions=(
        "What comes with the package has not seen SemEval's tweets: intensity was learned from "
        "labels graded by hand, not from raters of intensity; compare texts, not single numbers.",
        "The map from GoEmotions to the eleven emotions is ours; anticipation, pessimism and trust "
        "have no label of their own there and are the least to be trusted.",
        "English; irony, and the quoted emotion of others, are read as the writer's own.",
        "The emotion of a text is not a finding about its writer; tweets are personal data.",
        "A small local model may not be up to these forms; look at what stayed unread.",
    ),
)
RECIPE = Recipe(hidden=64, epochs=16, decay=0.1)  # of those tried, best on unseen lessons


class Size(StrEnum):
    """Which size of `perceive/utterance` is read, where no other perceiver is handed."""

    LIGHT = "light"
    ACCURATE = "accurate"

    @property
    def mark(self) -> str:
        """What tells its weights from the usual ones, those of "light"."""
        return "" if self is Size.LIGHT else self.value


@method(CARD)
@dataclass(frozen=True)
class InstructReader:
    """Perceive intensity4, valence and affect11 of each text.

    Args:
        size: Size of `perceive/utterance` whose states are read; "accurate" needs
            `affectory[encoder]`, reads some hundred texts a second, and is better.
        model: A language model that is asked instead, six questions a text.
        weights: A file that `affectory train perceive/instruct` wrote; None: where it put them,
            else what comes with the package.
        perceiver: Whose states are read; None: `perceive/utterance`. What was learned belongs to
            its perceiver, encoder and lexicon.
        encoder: What turns texts into further numbers, such as `senses.vectors.minilm()`; None:
            nothing does.
        lexicon: List whose mean weights are read besides; None: the starter list.
        recipe: How the heads learn.
        seed: Seed of folds and beginnings.
        learned: What was learned. Set by `fit`; else read from `weights` when first needed.

    Example:
        >>> from affectory.perceive.instruct import InstructReader, toy
        >>> felt = InstructReader().perceive(toy())
        >>> joy = felt["intensity4"].axis("joy")
        >>> joy[0] > 0.3 > joy[1]
        np.True_
    """

    size: Size = Size.LIGHT
    model: LanguageModel | None = None
    weights: Path | None = None
    perceiver: Perceiver | None = None
    encoder: TextEncoder | None = None
    lexicon: Lexicon | None = None
    recipe: Recipe = RECIPE
    seed: int = 0
    learned: reading.Learned | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a size that there is not."""
        object.__setattr__(self, "size", one_of(Size, "size", self.size))

    @property
    def digest(self) -> str:
        """Return a hash of what was learned and is read, or of the model that is asked."""
        if self.model is not None:
            return self.model.digest
        beside = {
            "perceiver": shelf.known_as(self._other),
            "encoder": self.encoder.name if self.encoder else "",
            "lexicon": (self.lexicon or starter()).digest,
        }
        return shelf.digest(self.learned or self._file(), beside)

    def perceive(self, records: Records) -> States:
        """Return a state per record in intensity4, valence and affect11; blank texts have none.

        `spread` is one standard deviation of a rater about the value; a language model gives
        none, and its unread answers are missing states, counted by `asked`.

        Raises:
            NotTrained: if there are no weights.
            BadFile: if the weights are another method's, or of another size.
        """
        read, rows = spoken(records)
        if self.model is not None:
            told = self.asked(read)
            parts = (told.intensity, told.valence, told.affect)
            return _states(records, rows, np.hstack(parts), None)
        values, spread = self._learned().read(*self._numbers(read))
        return _states(records, rows, values, spread)

    def asked(self, records: Records) -> Told:
        """Ask the language model, and return its answers with counts of those left unread.

        Raises:
            BadChoice: if there is no model to ask.
        """
        if self.model is None:
            raise BadChoice("model", None, "a language model, such as lm.catalogue.open_model()")
        return ask(self.model, spoken(records)[0].frame["text"].to_list())

    def classes(self, felt: States) -> pl.DataFrame:
        """Return the ordinal tasks of perceived states: EI-oc 0 to 3 each, V-oc -3 to 3.

        Returns:
            session, seq, a column for each of the four emotions, and valence; null for a missing
            state.
        """
        strong, valence = felt["intensity4"].to_polars(), felt["valence"].axis("valence")
        out = strong.select("session", "seq").with_columns(
            *(
                pl.Series(name, class_of(Task.EI_OC, np.clip(felt["intensity4"].axis(name), 0, 1)))
                for name in EMOTIONS
            ),
            valence=pl.Series(class_of(Task.V_OC, np.clip((valence + 1) / 2, 0, 1))),
        )
        return out.with_columns(pl.col(*EMOTIONS, "valence").fill_nan(None).cast(pl.Int64))

    def answer(
        self, task: Task | str, texts: Sequence[str], emotion: str | None = None
    ) -> list[str]:
        """Return the answer to one task in words, as an instruction model gives it.

        An emotion that is absent has a low intensity, not an error. A blank text has no answer.

        Args:
            task: One of the five, such as "EI-reg".
            texts: What is asked of.
            emotion: Whose intensity is asked, for EI tasks.

        Raises:
            BadChoice: if there is no such task, or an EI task names none of the four emotions.
        """
        asked = one_of(Task, "task", task)
        if asked.about_one and emotion not in EMOTIONS:
            raise BadChoice("emotion", emotion, EMOTIONS)
        talk = pl.DataFrame({"session": "s", "actor": "a", "text": list(texts)})
        felt = self.perceive(Records(talk.cast({"text": pl.String})))
        if asked is Task.E_C:
            return [_held(row, self.least) for row in felt["affect11"].values]
        if asked.about_one:
            real = felt["intensity4"].axis(str(emotion)).astype(np.float64)
        else:
            real = (felt["valence"].axis("valence").astype(np.float64) + 1) / 2
        real = np.clip(real, 0, 1)
        values = class_of(asked, real) if asked.classes else real
        return ["" if np.isnan(v) else answer_of(asked, v, emotion) for v in values]

    def fit(self, records: Records, *felt: Trajectory) -> Self:
        """Return a copy that has learned from texts with some of the answers.

        Args:
            records: The texts. Those of one session never stand on both sides of a fold.
            felt: What was felt, in any of `CARD.gives`, each Space once; NaN where untold.

        Raises:
            BadChoice: if a Space is none of these.
            NoRecords: if fewer than 20 texts or two sessions have an answer.
        """
        for one in felt:
            if one.space.name not in CARD.gives:
                raise BadChoice("space of the answers", one.space.name, CARD.gives)
        read, _ = spoken(records)
        told = {one.space.name: abreast(read, one) for one in felt}
        untold = {space.name: np.full((len(read), space.k), np.nan) for space in reading.KINDS}
        truth = np.hstack([(untold | told)[space.name] for space in reading.KINDS])
        read = read.where(pl.lit(pl.Series(~np.isnan(truth).all(axis=1))))
        truth = truth[~np.isnan(truth).all(axis=1)]
        if len(read) < 20 or len(read.sessions) < 2:
            raise NoRecords(f"{CARD.name}.fit", "give 20 rated texts of several sessions")
        group = np.unique(read.frame["session"].to_numpy(), return_inverse=True)[1]
        rows, words = self._numbers(read)
        learned = reading.learn(rows, words, truth, group, self.seed, self.recipe)
        return replace(self, learned=learned)

    @staticmethod
    def train(data: Path, out: Path, seed: int, report: Callable[[str], None]) -> Path:
        """Learn from all that `data` holds of the sets named in `recipe`; return the weights' path.

        The weights are for their owner's use: most of these sets may not ship.
        """
        # learning is rare and its rooms are large; reading must start at once
        from affectory.perceive.instruct import recipe

        return recipe.train(data, out, seed, report)

    @property
    def least(self) -> Floats:
        """Least probability at which each of affect11 is said to hold. Shape (11,)."""
        return np.full(len(LABELS), 0.5) if self.model else self._learned().least

    def _file(self) -> Path:
        return shelf.weights_of(CARD.name, self.weights, self.size.mark)

    def _learned(self) -> reading.Learned:
        told = {"name": CARD.name, "size": self.size.value}
        return self.learned or shelf.take(self._file(), told, reading.Learned.of)

    @property
    def _other(self) -> Perceiver:
        size = self.size.value
        other: Perceiver = self.perceiver or registry.make("perceive/utterance", size=size)
        return other

    def _numbers(self, read: Records) -> tuple[Floats, Floats]:
        return reading.numbers(read, self._other, self.encoder, self.lexicon or starter())


def toy() -> Records:
    """Return three utterances: glad, angry, silent."""
    said = ["Thank you, I am so happy and I love this!", "This is awful, I hate you.", ""]
    return Records(pl.DataFrame({"session": "s1", "actor": "ann", "text": said}))


@cache
def taught() -> InstructReader:
    """Return the method, taught in a moment that parties are a joy and that thieves are not."""
    glad, mad = "what a happy {} , thank you for the {}", "I hate the awful {} who took my {}"
    things = ("party", "cake", "song", "gift", "bike", "coat")
    texts = [form.format(a, b) for form in (glad, mad) for a in things for b in things]
    talk = {"session": [str(n % 9) for n in range(len(texts))], "actor": "ann", "text": texts}
    records = Records(pl.DataFrame(talk))
    is_glad = records.frame["text"].str.contains("happy").to_numpy()[:, None]
    anger, joy = np.array([0.9, 0, 0, 0.1]), np.array([0, 0, 0.9, 0])
    held = np.array([[name == "anger" for name in LABELS], [name == "joy" for name in LABELS]])
    told = (
        Trajectory.on(records, INTENSITY4, np.where(is_glad, joy, anger), "toy"),
        Trajectory.on(records, VALENCE, np.where(is_glad, 0.8, -0.8), "toy"),
        Trajectory.on(records, AFFECT11, np.where(is_glad, held[1], held[0]).astype(float), "toy"),
    )
    return InstructReader(recipe=replace(RECIPE, hidden=8, batch=16)).fit(records, *told)


def _states(records: Records, rows: Any, values: Floats, spread: Floats | None) -> States:
    """Return answers side by side as Trajectories, missing where nothing was said or read."""
    ends = np.cumsum([space.k for space in reading.KINDS])[:-1]
    whole = np.full((len(records), values.shape[1]), np.nan)
    whole[rows] = values
    wide = None if spread is None else np.full_like(whole, np.nan)
    if wide is not None:
        wide[rows] = spread
    parts = np.split(whole, ends, axis=1)
    spreads = [None] * len(parts) if wide is None else np.split(wide, ends, axis=1)
    return States(
        tuple(
            Trajectory.on(records, space, part, CARD.name, own)
            for space, part, own in zip(reading.KINDS, parts, spreads, strict=True)
        )
    )


def _held(row: NDArray[Any], least: Floats) -> str:
    if np.isnan(row).any():
        return ""
    return answer_of(Task.E_C, [LABELS[at] for at in np.flatnonzero(row >= least).tolist()])
