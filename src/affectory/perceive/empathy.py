"""How much concern and distress a writer shows after bad news about others.

System 31: "Towards More Accurate Prediction of Human Empathy and Emotion in Text and Multi-turn
Conversations" (Singh et al. 2024, arXiv 2407.18496): sentence vectors with word lists, nets and
support vectors, stratified draws, an ensemble.

Differs from the paper: no sizes are published, so all are *ours*; kernel ridge stands for support
vector regression; the shares of the ensemble are fitted on rows that no member had learned from.
Beside the vectors of MiniLM stand the states of another perceiver, listed words and topics of
TF-IDF. The turns of 2023 are not obtainable: every record is read alone.
"""

__all__ = ["CARD", "EmpathyReader", "taught", "toy"]

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
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.registry import method
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.core.verbs import Perceiver
from affectory.parts.blend import Blend, Maker, Views, blended
from affectory.parts.blocks import Block, Blocks
from affectory.parts.perceptron import Net
from affectory.parts.ridge import Curved, Straight
from affectory.represent.abreast import abreast, spoken
from affectory.represent.vocabularies import EKMAN7N, EMPATHY
from affectory.senses.hashed import HashedEncoder
from affectory.senses.lexicon import Lexicon, starter
from affectory.senses.scoring import score
from affectory.senses.tfidf import Topics
from affectory.senses.vectors import TextEncoder, encoded, name_of
from affectory.sources.reactions import read_essays

Floats = NDArray[np.float64]

CARD = Card(
    name="perceive/empathy",
    paper=Paper(
        31,
        "Towards More Accurate Prediction of Human Empathy and Emotion in Text and Multi-turn "
        "Conversations",
        2024,
        "Singh, Sharma, Ma, Goldfine, arXiv 2407.18496",
    ),
    summary="empathic concern and personal distress (1-7) that a text shows for others",
    takes=("text",),
    gives=("empathy",),
    learns=True,
    aka=("WASSA", "empathy", "empathic concern", "personal distress", "EmpathyScorer"),
    extras=("vectors", "train"),
    published=tuple(
        Figure(f"pearson/{axis}", r, n=1860, setting="10-fold, essays", by=by)
        for by, row in (
            ("CNN (Buechel et al. 2018)", (0.404, 0.444)),
            ("FFN (Buechel et al. 2018)", (0.379, 0.401)),
            ("ridge (Buechel et al. 2018)", (0.385, 0.410)),
        )
        for axis, r in zip(EMPATHY.names, row, strict=True)
    ),
    cautions=(
        "It was taught on essays of some 80 words about news stories, by crowd workers; "
        "single turns of talk are outside of what it has seen.",
        "The truth is what writers said of themselves; four fifths of its variance are not told by "
        "this method. Trust means over many texts, not one text.",
        "Answers crowd around the mean (their variance is a seventh of the ratings'); compare "
        "texts with each other, not with the ends of the scale.",
        "Concern and distress go together (r = .45). Neither is a trait of a person; never use "
        "them to judge, hire or rank people.",
    ),
)
STATES = ("goemotions28", "vad")  # of the perceiver it is handed; all of its Spaces if it has none
KINDS = (Block(1.0), Block(0.5, each=True), Block(0.3, each=True), Block(0.7))
MEMBERS: tuple[Maker, ...] = (
    Straight("ridge", "rows", 2),
    Curved("kernel", "rows", 2),
    Straight("words", "words", 2),
    Net("net", "rows", 2),
)
CHUNK = 512  # texts whose words are held as dense rows at once


class _Sight(NamedTuple):
    """How texts become rows."""

    topics: Topics
    blocks: Blocks

    def views(self, texts: list[str], plain: list[Floats]) -> Views:
        rows = self.blocks.rows([*plain, self.topics.rows(texts)])
        return {"rows": rows, "words": self.topics.words.dense(texts)}


class _Learned(NamedTuple):
    sight: _Sight
    blend: Blend
    spread: Floats  # (2,)

    def arrays(self) -> shelf.Arrays:
        """Return what `of` makes it from."""
        return shelf.joined(
            {
                "topics": self.sight.topics.arrays(),
                "blocks": self.sight.blocks.arrays(),
                "blend": self.blend.arrays(),
                "own": {"spread": self.spread},
            }
        )

    @staticmethod
    def of(arrays: shelf.Arrays, note: dict[str, Any], members: tuple[Maker, ...]) -> "_Learned":
        """Return what `arrays` told of."""
        topics, blocks, blend = (
            shelf.within(arrays, part) for part in ("topics", "blocks", "blend")
        )
        sight = _Sight(Topics.of_arrays(topics), Blocks.of(blocks))
        return _Learned(sight, Blend.of(blend, members), arrays["own/spread"])


@method(CARD)
@dataclass(frozen=True)
class EmpathyReader:
    """Perceive empathic concern and personal distress, each from 1 to 7.

    Args:
        weights: A file that `affectory train perceive/empathy` wrote; None: where it put them.
        encoder: What turns texts into vectors; None: all-MiniLM-L6-v2, with its cache. Must be
            the one that was there in training, as must perceiver and lexicons.
        perceiver: Whose states are read beside; None: `perceive/utterance`.
        lexicons: Lists whose mean weights are read beside; none: the starter list.
        members: What the ensemble is made of.
        topics: How many directions of TF-IDF are kept.
        fewest: Texts that must share a word for it to count.
        seed: Seed of folds and nets.
        learned: What was learned. Set by `fit`; else read from `weights` when first needed.
    """

    weights: Path | None = None
    encoder: TextEncoder | None = None
    perceiver: Perceiver | None = None
    lexicons: tuple[Lexicon, ...] = ()
    members: tuple[Maker, ...] = MEMBERS
    topics: int = 100
    fewest: int = 3
    seed: int = 0
    learned: _Learned | None = field(default=None, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """Return a hash of what was learned and of what is read beside, for provenance."""
        return shelf.digest(self.learned or self._file(), self._ground())

    def perceive(self, records: Records) -> States:
        """Return a state per record in the Space empathy; blank texts have none.

        `spread` is the error (root mean square) on texts that were not learned from.

        Raises:
            NotTrained: if there are no weights.
            BadFile: if the weights are another method's, or were trained beside another encoder,
                perceiver or lexicon, with other members or other topics.
            MissingExtra: if the encoder is not there.
        """
        learned = self._learned()
        read, rows = spoken(records)
        values = np.full((len(records), 2), np.nan)
        spread = values.copy()
        low, high = EMPATHY.bounds
        values[rows] = np.clip(self._said(learned, read)[0], low, high)
        spread[rows] = learned.spread
        return States.of(Trajectory.on(records, EMPATHY, values, CARD.name, spread))

    def each(self, records: Records) -> dict[str, Floats]:
        """Return what every member says by itself, before shares and bounds. Shapes (n, 2)."""
        learned, (read, rows) = self._learned(), spoken(records)
        out = {}
        for name, said in zip(learned.blend.names, self._said(learned, read)[1], strict=True):
            out[name] = np.full((len(records), 2), np.nan)
            out[name][rows] = said
        return out

    def fit(self, records: Records, felt: Trajectory, beside: Trajectory | None = None) -> Self:
        """Return a copy that has learned from rated texts.

        Args:
            records: The texts. Those of one session never stand on both sides of a fold: make
                what they are about (an article, a writer) their session.
            felt: What was felt, in the Space empathy, one state a record.
            beside: Labels that the nets learn beside, such as emotions in ekman7n.

        Raises:
            SpaceMismatch: if `felt` is in another Space.
            NoRecords: if fewer than 20 texts or two sessions have a state.
        """
        felt.in_space(EMPATHY.name, CARD.name)
        read, _ = spoken(records)
        ratings = abreast(read, felt)
        labels = np.empty((len(read), 0)) if beside is None else abreast(read, beside)
        held = ~np.isnan(ratings).any(axis=1) & ~np.isnan(labels).any(axis=1)
        read = read.where(pl.lit(pl.Series(held)))
        if len(read) < 20 or len(read.sessions) < 2:
            raise NoRecords(f"{CARD.name}.fit", "give 20 rated texts of several sessions")
        texts, plain = read.frame["text"].to_list(), self._plain(read)
        group = np.unique(read.frame["session"].to_numpy(), return_inverse=True)[1]
        y = np.hstack([ratings, labels])[held]

        def learn(on: NDArray[np.int64]) -> _Sight:
            topics = Topics.of([texts[n] for n in on], self.topics, self.fewest)
            own = [part[on] for part in plain]
            return _Sight(topics, Blocks.fit([*own, topics.rows([texts[n] for n in on])], KINDS))

        def see(sight: _Sight, at: NDArray[np.int64]) -> Views:
            return sight.views([texts[n] for n in at], [part[at] for part in plain])

        def apart(on: NDArray[np.int64], off: NDArray[np.int64]) -> tuple[Views, Views]:
            sight = learn(on)  # words and scales are learned, so they must not see the others
            return see(sight, on), see(sight, off)

        every = np.arange(len(read))
        sight = learn(every)
        blend = blended(
            self.members, see(sight, every), y, group, asked=2, apart=apart, seed=self.seed
        )
        spread = np.sqrt(((blend.unseen - y[:, :2]) ** 2).mean(axis=0))
        return replace(self, learned=_Learned(sight, blend, spread))

    @staticmethod
    def train(data: Path, out: Path, seed: int, report: Callable[[str], None]) -> Path:
        """Learn from the essays of WASSA 2022, grouped by article; return the weights' path.

        Args:
            data: Folder that holds the folder `wassa2022_train`.
            out: Folder for the weights; they are also put where the method looks for them.
            seed: Seed of everything random.
            report: Told how far it is.

        Raises:
            MissingFile: if the data set is not there.
            MissingExtra: if what `affectory[train]` installs is not there.
        """
        records, ratings, emotions = read_essays(data / "wassa2022_train")
        report(f"{len(records)} essays on {len(records.sessions)} articles; about a minute")
        felt = Trajectory.on(records, EMPATHY, ratings, "writers")
        beside = Trajectory.on(records, EKMAN7N, emotions, "writers")
        fitted = EmpathyReader(seed=seed).fit(records, felt, beside)
        note = {**fitted._ground(), "data": DATA, "seed": seed}
        return shelf.put(CARD.name, out, fitted._learned().arrays(), note)

    def _file(self) -> Path:
        return shelf.weights_of(CARD.name, self.weights)

    def _learned(self) -> _Learned:
        if self.learned is not None:
            return self.learned
        return shelf.take(self._file(), self._ground(), _Learned.of, self.members)

    def _ground(self) -> dict[str, Any]:
        """What must be in use as it was in learning."""
        return {
            "name": CARD.name,
            "members": [maker.name for maker in self.members],
            "encoder": name_of(self.encoder),
            "perceiver": shelf.known_as(self._other),
            "lexicons": [one.digest for one in self.lexicons or (starter(),)],
            "topics": [self.topics, self.fewest],
        }

    @property
    def _other(self) -> Perceiver:
        other: Perceiver = self.perceiver or registry.make("perceive/utterance")
        return other

    def _said(self, learned: _Learned, read: Records) -> tuple[Floats, Floats]:
        """Return what all say together, and what each says. Shapes (n, 2), (m, n, 2)."""
        if not len(read):
            return np.empty((0, 2)), np.empty((len(learned.blend.names), 0, 2))
        texts, plain = read.frame["text"].to_list(), self._plain(read)
        found = []
        for low in range(0, len(texts), CHUNK):
            some = slice(low, low + CHUNK)
            views = learned.sight.views(texts[some], [part[some] for part in plain])
            found.append(learned.blend.each(views))
        each = np.concatenate(found, axis=1)
        return (each * learned.blend.shares[:, None, :]).sum(axis=0), each

    def _plain(self, read: Records) -> list[Floats]:
        """Return what nothing is learned for: vectors, states and listed words of each text."""
        texts = read.frame["text"].to_list()
        states = self._other.perceive(read)
        spaces = [space for space in states if space in STATES] or list(states)
        return [
            encoded(texts, self.encoder).astype(np.float64),
            np.hstack([abreast(read, states[space]) for space in spaces]),
            np.hstack([_listed(texts, one) for one in self.lexicons or (starter(),)]),
        ]


def toy() -> Records:
    """Return three turns: one of concern, one of none, and silence."""
    said = ["Those poor children, my heart breaks for them.", "The shop sells new red cars.", ""]
    return Records(pl.DataFrame({"session": "s1", "actor": "ann", "text": said}))


@cache
def taught() -> EmpathyReader:
    """Return the method, taught in a moment that poor children are pitied and cars are not."""
    pity = "those poor {} , my heart breaks for their {}"
    cool = "the shop sells new red {} and cheap {}"
    poor, wares = ("children", "parents", "people", "homes"), ("cars", "boats", "tools", "lamps")
    pairs = ((pity, poor), (cool, wares))
    texts = [form.format(a, b) for form, names in pairs for a in names for b in names * 2]
    talk = pl.DataFrame({"session": [str(n % 10) for n in range(len(texts))], "text": texts})
    records = Records(talk.with_columns(actor=pl.lit("ann")))
    pitied = records.frame["text"].str.contains("heart").to_numpy()
    ratings = np.where(pitied[:, None], [6.0, 5.0], [1.5, 1.5])
    bare = EmpathyReader(encoder=HashedEncoder(), members=MEMBERS[:3], topics=20, fewest=2)
    return bare.fit(records, Trajectory.on(records, EMPATHY, ratings, "toy"))


def _listed(texts: list[str], lexicon: Lexicon) -> Floats:
    """Return mean weights, the share of listed words and log(1 + words). Shape (n, k + 2)."""
    found = score(texts, lexicon)
    return np.column_stack([found.means()[0], found.share, np.log1p(found.words)])


DATA = "WASSA 2022 train (no stated licence): weights are for their owner's use, not to ship"
