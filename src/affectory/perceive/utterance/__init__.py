"""What an utterance says of its speaker: 28 emotions, seven families, polarity and VAD at once.

Paper: Demszky et al., "GoEmotions: A Dataset of Fine-Grained Emotions", ACL 2020, whose labels
these are; valence, arousal and dominance follow Buechel & Hahn, "EmoBank", EACL 2017.

Differs from the paper: not BERT but a bag of words, neighbours and negated words, taught by a
fine-tuned transformer (`parts.distil`): fast enough to read archives, blind to what only order
can say. *Ours*: long texts are read sentence by sentence and averaged; a text whose words are
mostly unknown is drawn toward what is usual, with a wide spread; EmoBank's ratings
(x - 3) / 2 are predicted with their full variance, not shrunk to the middle.
"""

__all__ = ["CARD", "UtteranceEmotion", "toy"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.core.card import Card, Paper
from affectory.core.choices import one_of
from affectory.core.errors import BadChoice, BadValues, NoRecords
from affectory.core.evidence import Evidence, Ground
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.registry import method
from affectory.core.space import Space
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.parts.reader import Reader
from affectory.perceive.utterance import reading
from affectory.represent.vocabularies import EKMAN7N, GOEMOTIONS28, POLARITY, VAD
from affectory.senses.omission import Cuts

Floats = NDArray[np.float32]

CARD = Card(
    name="perceive/utterance",
    paper=Paper(
        0,
        "GoEmotions: A Dataset of Fine-Grained Emotions",
        2020,
        "Demszky et al., ACL 2020, doi:10.18653/v1/2020.acl-main.372",
    ),
    summary="28 emotions, seven families, polarity and valence-arousal-dominance of each text",
    takes=("text",),
    gives=("goemotions28", "ekman7n", "polarity", "vad"),
    learns=True,
    aka=("GoEmotions", "emotion classification", "sentiment", "EmoBank", "VAD"),
    published=(
        Figure(
            "macro_f1/goemotions28", 0.46, n=5427, setting="GoEmotions test", by="BERT-base (paper)"
        ),
        Figure("macro_f1/ekman7n", 0.64, n=5427, setting="GoEmotions test", by="BERT-base (paper)"),
    ),
    cautions=(
        "English only; what it does not know it draws toward the usual, with a wide spread.",
        "It was taught on Reddit comments and their raters' habits, and reads each utterance "
        "alone: irony, quotation and what was said before escape it.",
        "An emotion that a text expresses is not a diagnosis of the person who wrote it.",
        "Grief, relief, pride and nervousness have few examples; trust them least.",
    ),
)
SPACES = (GOEMOTIONS28, EKMAN7N, POLARITY, VAD)
HEADS = ("flags", "families", "poles", "reals")  # of the reader, in the order of SPACES
SHIPPED = Path(__file__).parents[2] / "weights" / "utterance" / "model.safetensors"
FEWEST = 20  # labelled records for `fit`; some hundred are better
FELT = 0.05  # least move of a state that is worth a mark


class Size(StrEnum):
    """How much is done for a text."""

    LIGHT = "light"  # a bag of words: 200,000 texts a second
    ACCURATE = "accurate"  # a transformer beside it: better, some hundred texts a second


@method(CARD)
@dataclass(frozen=True)
class UtteranceEmotion:
    """Perceive the emotion of each text, in four Spaces over the same rows.

    Args:
        size: "light" needs numpy alone; "accurate" what `affectory[encoder]` installs.
        weights: A file that `affectory train perceive/utterance` wrote (for "accurate" the
            light one too, beside it); None: what comes with the package.
        reader: What was learned. Set by `fit`; else read from `weights` when first needed.

    Example:
        >>> from affectory.perceive.utterance import UtteranceEmotion, toy
        >>> felt = UtteranceEmotion().perceive(toy())
        >>> felt["vad"].axis("valence")[0] > 0 > felt["vad"].axis("valence")[1]
        np.True_
    """

    resumes: ClassVar[bool] = True  # training goes on from what an earlier call left
    size: Size = Size.LIGHT
    weights: Path | None = None
    reader: Reader | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a size that there is not."""
        object.__setattr__(self, "size", one_of(Size, "size", self.size))

    @property
    def digest(self) -> str:
        """Return a hash of what was learned, for provenance."""
        files = [shelf.digest_of(path) for path in self._files()]
        return shelf.digest(self.reader, {"size": self.size, "files": files})

    def perceive(self, records: Records) -> States:
        """Return a state per record in goemotions28, ekman7n, polarity and vad.

        `spread` is one standard deviation of a rater about the value. A record without a
        word, mark or sign to read has a missing state.
        """
        texts = records.frame["text"].fill_null("").to_list()
        values = self.read(texts)
        return States(
            tuple(
                Trajectory.on(records, space, value, CARD.name, spread)
                for space, (value, spread) in zip(SPACES, values, strict=True)
            )
        )

    def read(self, texts: Sequence[str]) -> tuple[tuple[Floats, Floats], ...]:
        """Return (values, spread) in each of the four Spaces, without any records.

        Args:
            texts: n utterances; an empty one has rows of NaN.

        Returns:
            Pairs of arrays of shape (n, k), in the order of `CARD.gives`.
        """
        if self.size is Size.ACCURATE:
            return reading.read_carefully(self._careful(), texts)
        return reading.read(self._learned(), texts)

    def explain(
        self,
        records: Records,
        felt: Trajectory | None = None,
        axis: str | None = None,
        top: int = 3,
    ) -> tuple[Evidence, ...]:
        """Return the words that moved the state of each record the most.

        A word's weight is the value with it minus the value without it (what is usual, where
        nothing is left), so negation and neighbours count. The first 400 words of a text are
        looked at.

        Args:
            records: What to explain; meant for chosen rows, since each word is read once more.
            felt: Explain only the records that these states were read from, in their Space;
                None: all of them, in goemotions28.
            axis: Explain this axis; None: the greatest of each record, valence in vad.
            top: Words per record, >= 1.

        Raises:
            BadChoice: if the Space is not one that this method gives, or has no such axis.
        """
        space = GOEMOTIONS28 if felt is None else felt.space
        if space.name not in CARD.gives:
            raise BadChoice("space", space.name, CARD.gives)
        frame = records.frame.filter(pl.col("text").fill_null("") != "")
        if felt is not None:
            asked = felt.to_polars().select("session", "seq").unique()
            frame = frame.join(asked, on=("session", "seq"), how="semi")
        rows = frame.drop("samples", "meta").to_dicts()
        cuts = [Cuts.of(row["text"]) for row in rows]
        texts = [text for cut in cuts for text in cut.texts]
        values = self.read(texts)[CARD.gives.index(space.name)][0]
        silent = np.isnan(values).any(axis=1)
        ends = np.cumsum([len(cut.texts) for cut in cuts], dtype=np.int64)[:-1]
        place = 0 if space.name == VAD.name else None
        usual = getattr(self._learned(), HEADS[CARD.gives.index(space.name)]).prior
        at = place if axis is None else space.index(axis)
        values[silent] = usual
        return tuple(
            reason
            for row, cut, own in zip(rows, cuts, np.split(values, ends), strict=False)
            for reason in _reasons(cut, row, own, space, at, top)
        )

    def fit(self, records: Records, felt: Trajectory) -> Self:
        """Return a copy whose read-out of one Space is calibrated on labelled records.

        The words keep their weights; only gains, shifts and spreads are fitted, for which some
        hundred records suffice. To learn words, use `affectory train perceive/utterance`.

        Args:
            records: Labelled utterances.
            felt: What their raters said, in one of `CARD.gives`, one state a record.

        Raises:
            BadChoice: if `felt` is in another Space.
            NoRecords: if fewer than 20 states belong to a record with text.
            BadValues: if ratings in vad do not vary.
        """
        if felt.space.name not in CARD.gives:
            raise BadChoice("space of the labels", felt.space.name, CARD.gives)
        told = felt.to_polars().drop_nulls(felt.space.names)
        asked = records.frame.select("session", "seq", "text").with_row_index("at")
        both = asked.join(told.drop("actor"), on=("session", "seq"))
        both = both.filter(pl.col("text").fill_null("") != "").sort("at")
        if both.height < FEWEST:
            cure = f"give {FEWEST} states or more that have these records' seq; {both.height} have"
            raise NoRecords(f"{CARD.name}.fit", cure)
        truth = both.select(felt.space.names).to_numpy()
        if felt.space.name == VAD.name and not np.ptp(truth, axis=0).all():
            raise BadValues(f"{CARD.name}.fit", "ratings that are all the same", "some that differ")
        reader = self._learned()
        texts = both["text"].to_list()
        if self.size is Size.ACCURATE:
            raw, known, _, _ = reading.mixed(self._careful(), texts)
        else:
            raw, known = reading.scores(reader.bag, texts)
        head = HEADS[CARD.gives.index(felt.space.name)]
        return replace(self, reader=reader.refit(head, raw, known, truth))

    @staticmethod
    def train(data: Path, out: Path, seed: int, report: Callable[[str], None]) -> Path:
        """Train both sizes from GoEmotions and EmoBank; return the path of the light weights.

        See `recipe.train`; goes on from what `out` holds of an earlier call.
        """
        # learning is rare and its rooms are large; reading must start at once
        from affectory.perceive.utterance import recipe

        return recipe.train(data, out, seed, report)

    def _files(self) -> tuple[Path, ...]:
        """The files of the weights: the size's own first, then the light one."""
        own = Path(self.weights or SHIPPED)
        if self.size is Size.LIGHT:
            return (own,)
        return (own.with_name("accurate.safetensors"), own.with_name(SHIPPED.name))

    def _learned(self) -> Reader:
        if self.size is Size.ACCURATE:
            return self._careful().reader
        return self.reader or reading.load(*self._files())

    def _careful(self) -> reading.Careful:
        careful = reading.load_careful(*self._files())
        return careful._replace(reader=self.reader) if self.reader is not None else careful


def toy() -> Records:
    """Return three utterances of one speaker: glad, angry, silent."""
    said = ["Thank you, I love this!", "This is awful, I hate you.", ""]
    return Records(pl.DataFrame({"session": "s1", "actor": "ann", "text": said}))


def _reasons(
    cut: Cuts, row: dict[str, Any], values: Floats, space: Space, at: int | None, top: int
) -> tuple[Evidence, ...]:
    """Return the words whose absence moves axis `at` (None: the greatest) the most."""
    axis = int(values[0].argmax()) if at is None else at
    moved = values[0, axis] - values[1:, axis]
    order = np.argsort(-np.abs(moved), kind="stable")[:top]
    who = {key: row[key] for key in ("session", "actor", "start", "stop")}
    return tuple(
        Evidence(
            **who,
            axis=space.names[axis],
            weight=float(moved[word]),
            kind=Ground.ATTRIBUTION,
            record=row["seq"],
            span=cut.span(word),
            text=cut.word(word),
            by=CARD.name,
        )
        for word in order.tolist()
        if abs(moved[word]) >= FELT
    )
