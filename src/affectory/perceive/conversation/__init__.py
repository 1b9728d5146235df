"""The emotion of every turn of a conversation, from its history and from turns that were like it.

System 32: "Do LLMs Feel? Teaching Emotion Recognition with Prompts, Retrieval, and Curriculum
Learning" (Li, Liu, Qiao, Xu, AAAI 2026): interpretations, retrieval, order of learning.

Differs from the paper: a small net over frozen encoders stands for the fine-tuned language model;
interpretations are written by rule (`interpret`), or by a language model (`asking`). *Ours*: all
labels of 32 similar turns count beside the turn, not the texts of three; no turn finds its own
dialogue in learning; nothing after a turn is read, nor is a speaker described from the whole talk.
"""

__all__ = ["CARD", "ConversationEmotion", "taught", "toy"]

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core import registry, shelf
from affectory.core.card import Card, Paper
from affectory.core.errors import NoRecords
from affectory.core.evidence import Evidence, Ground
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.registry import method
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.core.verbs import Perceiver
from affectory.parts.blocks import Blocks
from affectory.parts.calibrate import softmax, temperature
from affectory.parts.retrieve import Index
from affectory.parts.turns import Learner, TurnNet
from affectory.perceive.conversation.interpret import interpretations
from affectory.perceive.conversation.reading import (
    KINDS,
    Known,
    Lesson,
    Readers,
    Seen,
    mended,
    tuned,
    views,
)
from affectory.represent.abreast import abreast
from affectory.represent.circumplex import Compat, hardness, labels_of
from affectory.represent.vocabularies import MELD7
from affectory.senses.hashed import HashedEncoder
from affectory.senses.vectors import TextEncoder, name_of
from affectory.sources.labelled import read_meld

Floats = NDArray[np.float64]

CARD = Card(
    name="perceive/conversation",
    paper=Paper(
        32,
        "Do LLMs Feel? Teaching Emotion Recognition with Prompts, Retrieval, and Curriculum "
        "Learning",
        2026,
        "Li, Liu, Qiao, Xu, AAAI 2026",
    ),
    summary="one of seven emotions for every turn of a conversation, read with what came before",
    takes=("text",),
    gives=("meld7",),
    learns=True,
    aka=("PRC-Emo", "ERC", "emotion recognition in conversation", "MELD", "dialogue emotion"),
    extras=("vectors", "train"),
    published=tuple(
        Figure("weighted_f1/meld7", value, n=2610, setting="MELD test, text", by=by)
        for by, value in (
            ("PRC-Emo (Qwen3-8B)", 0.7044),
            ("InstructERC", 0.6915),
            ("COSMIC", 0.6521),
            ("DialogueGCN", 0.5810),
            ("DialogueRNN", 0.5703),
        )
    ),
    cautions=(
        "It was taught on a television comedy, English, scripted and acted; real talk is plainer, "
        "and most of its turns are neutral.",
        "The labels were made from pictures and voices too: words alone often do not tell, and "
        "fear and disgust are found least.",
        "What a person seems to feel is not what they feel; ask for consent before reading real "
        "conversations.",
        "Turns are read with the five before them in the same session, in the order of `seq`; "
        "sessions that are joined or cut read differently.",
    ),
)
COLDEST = 0.5  # least temperature: a few held-out turns that are all right make none sure
FEWEST = 10  # sessions from which a tenth is held out for the temperature


class Held(NamedTuple):
    """Labelled conversations that are not learned from.

    Attributes:
        records: The turns.
        felt: Their labels.
    """

    records: Records
    felt: Trajectory


@method(CARD)
@dataclass(frozen=True)
class ConversationEmotion:
    """Perceive the emotion of each turn, as shares of seven labels.

    Args:
        weights: A file that `affectory train perceive/conversation` wrote; None: where it put them.
        encoder: Vectors that find similar turns; None: all-MiniLM-L6-v2, with its cache. Must be
            the one that was there in training, as must tuned and perceiver.
        tuned: Vectors that know emotions; None: the transformer of `perceive/utterance`.
        perceiver: Whose states are read beside; None: `perceive/utterance`.
        learner: How the net learns, and in which order (`learner.plan`).
        window: Turns before that are read; 0 reads each turn alone.
        near: Similar turns whose labels count; 0 for none.
        compat: Whose rules say how hard a conversation is.
        seed: Seed of everything random.
        learned: What was learned. Set by `fit`; else read from `weights` when first needed.
    """

    weights: Path | None = None
    encoder: TextEncoder | None = None
    tuned: TextEncoder | None = None
    perceiver: Perceiver | None = None
    learner: Learner = field(default_factory=Learner)
    window: int = 5
    near: int = 32
    compat: Compat = Compat.PAPER
    seed: int = 0
    learned: Known | None = field(default=None, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """Return a hash of what was learned and of what is read beside, for provenance."""
        return shelf.digest(self.learned or self._file(), self._ground())

    def perceive(self, records: Records) -> States:
        """Return a state per record in the Space of the labels; blank texts have none.

        `spread` is that of a yes or no with this probability, ``sqrt(p (1 - p))``.

        Raises:
            NotTrained: if there are no weights.
            BadFile: if the weights are another method's, or were trained beside another encoder,
                tuned encoder or perceiver.
            MissingExtra: if an encoder is not there.
        """
        known = self._known()
        read, rows = mended(records)
        values = np.full((len(records), known.space.k), np.nan)
        if len(rows):
            values[rows] = softmax(self.logits(self.see(read)) / known.heat)
        spread = np.sqrt(values * (1 - values))
        return States.of(Trajectory.on(records, known.space, values, CARD.name, spread))

    def explain(
        self, records: Records, felt: Trajectory | None = None, axis: str | None = None
    ) -> tuple[Evidence, ...]:
        """Return two sentences on each turn, what it shows and what may lie beneath, by rule.

        They say what a reader would look at, not what the net looked at.

        Args:
            records: Whole sessions.
            felt: States that these records were perceived in; None: perceives them.
            axis: What the evidence is said of; None: the strongest emotion of each turn.

        Raises:
            BadChoice: if there is no such axis.
        """
        states = self.perceive(records).only if felt is None else felt
        rows, space = abreast(records, states), states.space
        place = None if axis is None else space.index(axis)
        at = np.nan_to_num(rows).argmax(axis=1) if place is None else np.full(len(rows), place)
        weights = rows[np.arange(len(rows)), at]
        frame = records.frame.select("session", "actor", "start", "stop", "seq").rows()
        return tuple(
            Evidence(
                session, actor, start, stop, space.names[best], weight, Ground.RATIONALE, seq,
                text=text, by=CARD.name,
            )
            for (session, actor, start, stop, seq), best, weight, said in zip(
                frame, at.tolist(), weights.tolist(), interpretations(records), strict=True
            )
            if not np.isnan(weight)
            for text in said
            if text
        )  # fmt: skip

    def fit(self, records: Records, felt: Trajectory, held: Held | None = None) -> Self:
        """Return a copy that has learned from labelled conversations.

        Args:
            records: Whole conversations; a session is one.
            felt: Labels of the turns, in a Space that lies on the circle of emotions: meld7,
                ekman7n, iemocap6. A turn without a state is read, not learned from.
            held: Others, by which shares are made to come true; None: a tenth of the sessions.

        Raises:
            NoRecords: if no turn that says something has a label.
            BadValues: if a label has no place on the circle.
            MissingExtra: if what `affectory[train]` installs is not there.
        """
        if held is None:
            records, held = _parted(records, self.seed, felt)
        fitted = self.learn(self.prepare(records, felt))
        if held is None:
            return fitted
        seen = fitted.see(held.records)
        return fitted.cooled(seen, labels_of(seen.records, held.felt))

    def prepare(self, records: Records, felt: Trajectory) -> Lesson:
        """Return labelled conversations, ready for `learn`: what every net would read of them.

        Raises:
            NoRecords: if no turn that says something has a label.
            BadValues: if a label has no place on the circle.
        """
        read, _ = mended(records)
        label = labels_of(read, felt)
        sure = label >= 0
        if not sure.any():
            raise NoRecords(f"{CARD.name}.fit", "give states that have these records' seq")
        hard = hardness(read, felt, self.compat)
        parts = views(read, self._readers())
        group = np.repeat(np.arange(len(read.sessions)), np.diff(read.offsets))
        known = Known(
            felt.space,
            Blocks.fit(parts, KINDS),
            TurnNet(()),
            Index(parts[0][sure], group[sure]),
            np.eye(felt.space.k)[label[sure]],
            1.0,
            self.window,
            self.near,
        )
        seen = Seen(read, parts, known.beside(parts[0], group))
        return Lesson(seen, label, hard, known)

    def learn(self, lesson: Lesson) -> Self:
        """Return a copy with a net that has learned `lesson`, shares not yet made to come true."""
        known = lesson.known._replace(window=self.window, near=self.near)
        talk, space = known.talk(lesson.seen), known.space
        about = (lesson.label, lesson.seen.records.offsets, lesson.hard)
        net = self.learner.fit(talk, *about, space.k, self.seed)
        return replace(self, learned=known._replace(net=net))

    def see(self, records: Records) -> Seen:
        """Return what is read of the turns that say something."""
        read, _ = mended(records)
        parts = views(read, self._readers())
        return Seen(read, parts, self._known().beside(parts[0]))

    def logits(self, seen: Seen) -> Floats:
        """Return log-odds of each turn, before they are made to come true. Shape (n, k)."""
        known = self._known()
        return known.net.logits(known.talk(seen))

    def cooled(self, seen: Seen, label: NDArray[np.int64]) -> Self:
        """Return a copy with the temperature at which the shares of labelled turns come true."""
        known, sure = self._known(), label >= 0
        if not sure.any():
            return self
        truth = np.eye(known.space.k)[label[sure]]
        heat = max(temperature(self.logits(seen)[sure], truth), COLDEST)
        return replace(self, learned=known._replace(heat=heat))

    @staticmethod
    def train(data: Path, out: Path, seed: int, report: Callable[[str], None]) -> Path:
        """Learn from MELD's train split, with the temperature from dev; return the weights' path.

        Args:
            data: Folder that holds the folder `meld`.
            out: Folder for the weights; they are also put where the method looks for them.
            seed: Seed of everything random.
            report: Told how far it is.

        Raises:
            MissingFile: if the data set is not there.
            MissingExtra: if what `affectory[train]` installs is not there.
        """
        lesson, dev = (read_meld(data / "meld", split, MELD7) for split in ("train", "dev"))
        report(f"{len(lesson.records)} turns of {len(lesson.records.sessions)} dialogues; minutes")
        fitted = ConversationEmotion(seed=seed).fit(*lesson, held=Held(*dev))
        known = fitted._known()
        note = {**fitted._ground(), **known.note(), "data": DATA, "seed": seed}
        return shelf.put(CARD.name, out, known.arrays(), note)

    def _file(self) -> Path:
        return shelf.weights_of(CARD.name, self.weights)

    def _known(self) -> Known:
        return self.learned or shelf.take(self._file(), self._ground(), Known.of)

    def _ground(self) -> dict[str, Any]:
        """What must be in use as it was in learning."""
        who = self._readers()
        return {
            "name": CARD.name,
            "encoder": name_of(who.encoder),
            "tuned": who.tuned.name,
            "perceiver": shelf.known_as(who.perceiver),
        }

    def _readers(self) -> Readers:
        other = self.perceiver or registry.make("perceive/utterance")
        return Readers(self.encoder, self.tuned or tuned(), other)


def toy() -> Records:
    """Return four turns of two: glad, surprised, angry, silent."""
    said = ["I'm so happy, we won!", "What? Really?", "No! You are lying again!", ""]
    frame = {"session": "s1", "actor": ["ann", "bo", "bo", "ann"], "text": said}
    return Records(pl.DataFrame(frame))


@cache
def taught() -> ConversationEmotion:
    """Return the method, taught in a moment that winning is a joy and lying a nuisance."""
    lines = (
        ("We {} at last, I'm so happy!", "joy"),
        ("The {} is on the table.", "neutral"),
        ("You {} again, I hate it!", "anger"),
    )
    words = ("won", "lied", "sang", "bus", "cake")
    rows = [
        (f"s{n}", f"p{at % 2}", line.format(words[n % 5]), label)
        for n in range(12)
        for at, (line, label) in enumerate(lines[n % 3 :] + lines[: n % 3])
    ]
    table = pl.DataFrame(rows, schema=["session", "actor", "text", "label"], orient="row")
    records = Records(table.drop("label"))
    states = table["label"].to_numpy()[:, None] == np.array(MELD7.names)
    quick = Learner(hidden=16, dropout=0.1, rate=1e-2, epochs=8, copies=1)
    plain = HashedEncoder()
    bare = ConversationEmotion(encoder=plain, tuned=plain, learner=quick, near=3)
    return bare.fit(records, Trajectory.on(records, MELD7, states.astype(np.float32), "toy"))


def _parted(records: Records, seed: int, felt: Trajectory) -> tuple[Records, Held | None]:
    """Return the records without a tenth of their sessions, and that tenth; none of a few."""
    names = records.sessions
    if len(names) < FEWEST:
        return records, None
    drawn = np.random.default_rng(seed).permutation(len(names))[: len(names) // 10]
    inside = pl.col("session").is_in([names[at] for at in drawn])
    return records.where(~inside), Held(records.where(inside), felt)


DATA = "MELD train (research only): weights are for their owner's use, not to ship"
