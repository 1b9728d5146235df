"""What the readers of a headline or a short text will feel, as shares of five emotions.

System 40: "REDAffectiveLM: Leveraging Affect Enriched Embedding and Transformer-based Neural
Language Model for Readers' Emotion Detection" (Kadan et al. 2024, arXiv 2301.08995): a context
vector of the whole text, beside a BiLSTM with attention over word vectors that were counter-fitted
to an emotion lexicon.

Differs from the paper: MiniLM instead of XLNet-large; word vectors are those of MiniLM for words
standing alone (or any that are handed); pairs come from the starter lexicon (or any that is
handed), not from NRC's. *Ours*: kernel ridge on the context vector stands beside the net, since a
few hundred texts are few; the shares of both are fitted on texts that neither had learned from.
"""

__all__ = ["CARD", "ReaderEmotions", "taught", "toy"]

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.core.card import Card, Paper
from affectory.core.errors import NoRecords
from affectory.core.evidence import Evidence, Ground
from affectory.core.records import Records
from affectory.core.registry import method
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.parts.blend import Blend, Maker, blended
from affectory.parts.branches import Branches, TwoBranches, packed
from affectory.parts.counterfit import counterfit
from affectory.parts.ridge import Curved
from affectory.represent.abreast import abreast, spoken
from affectory.represent.vocabularies import READERS5
from affectory.senses.hashed import HashedEncoder
from affectory.senses.lexicon import Lexicon, read_lexicon, starter
from affectory.senses.opposites import affect_pairs
from affectory.senses.vectors import TextEncoder, encoded, name_of
from affectory.senses.vocabulary import Vocabulary
from affectory.senses.wordvectors import EncodedWords, WordVectors, content_words
from affectory.sources.reactions import read_headlines

Floats = NDArray[np.float64]

CARD = Card(
    name="perceive/readers",
    paper=Paper(
        40,
        "REDAffectiveLM: Leveraging Affect Enriched Embedding and Transformer-based Neural "
        "Language Model for Readers' Emotion Detection",
        2024,
        "Kadan et al., Knowledge and Information Systems, arXiv 2301.08995",
    ),
    summary="the shares of anger, fear, joy, sadness and surprise that readers will feel",
    takes=("text",),
    gives=("readers5",),
    learns=True,
    aka=("REDAffectiveLM", "readers' emotion", "crowd reaction", "Affective Text", "headlines"),
    extras=("vectors", "train"),
    cautions=(
        "It was taught on 600 English headlines of 2007 and the votes of six people on each; "
        "longer texts, other times and other audiences are outside of what it has seen.",
        "It says how readers divide, not how strongly they feel: a dull headline has shares too. "
        "Disgust is not among the five.",
        "Attention shows what the net looked at, which is not proof of why it decided.",
        "Foretelling outrage can be used to stir it; audiences are not uniform. Publish means "
        "over many texts, never a target for one.",
    ),
)
LONGEST = 12  # content words of a text that the second branch reads
MEMBERS: tuple[Maker, ...] = (
    Curved("kernel", "context", READERS5.k),
    TwoBranches("net", "both", LONGEST),
)
WIDTH = 100  # of word vectors
LOUD, SOFT = 10.0, 3.0  # length of context and of word vectors on their way into the net
CHUNK = 512  # texts whose words are held at once


class _Learned(NamedTuple):
    middle: Floats  # of the context vectors (c,)
    words: Vocabulary
    blend: Blend
    spread: Floats  # (5,)

    def arrays(self) -> shelf.Arrays:
        """Return what `of` makes it from."""
        return shelf.joined(
            {
                "words": self.words.arrays(),
                "blend": self.blend.arrays(),
                "own": {"middle": self.middle, "spread": self.spread},
            }
        )

    @staticmethod
    def of(arrays: shelf.Arrays, note: dict[str, Any], members: tuple[Maker, ...]) -> "_Learned":
        """Return what `arrays` told of."""
        words, blend = (shelf.within(arrays, part) for part in ("words", "blend"))
        return _Learned(
            arrays["own/middle"],
            Vocabulary.of_arrays(words),
            Blend.of(blend, members),
            arrays["own/spread"],
        )


@method(CARD)
@dataclass(frozen=True)
class ReaderEmotions:
    """Perceive how a text's readers will divide over five emotions.

    Args:
        weights: A file that `affectory train perceive/readers` wrote; None: where it put them.
        encoder: What turns texts into context vectors; None: all-MiniLM-L6-v2, with its cache.
            Must be the one that was there in training, as must `words`.
        words: Where word vectors come from; None: the encoder, reading each word alone.
        lexicon: Whose words are drawn together and apart; None: the starter list.
        enriched: Whether word vectors are counter-fitted.
        members: What the ensemble is made of; nets read `LONGEST` words.
        folds: Parts for the shares of the members; 1: equal shares, and no spread.
        seed: Seed of folds and nets.
        learned: What was learned. Set by `fit`; else read from `weights` when first needed.
    """

    weights: Path | None = None
    encoder: TextEncoder | None = None
    words: WordVectors | None = None
    lexicon: Lexicon | None = None
    enriched: bool = True
    members: tuple[Maker, ...] = MEMBERS
    folds: int = 3
    seed: int = 0
    learned: _Learned | None = field(default=None, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """Return a hash of what was learned and of what is read beside, for provenance."""
        return shelf.digest(self.learned or self._file(), self._ground())

    def perceive(self, records: Records) -> States:
        """Return a state per record in the Space readers5; blank texts have none.

        `spread` is the error (root mean square) on texts that were not learned from.

        Raises:
            NotTrained: if there are no weights.
            BadFile: if the weights are another method's, or were trained beside another encoder,
                other word vectors or another lexicon, or with other members.
            MissingExtra: if the encoder is not there.
        """
        learned = self._learned()
        read, rows = spoken(records)
        values = np.full((len(records), READERS5.k), np.nan)
        spread = values.copy()
        for some, views in self._seen(learned, read):
            values[rows[some]] = _shares(learned.blend.predict(views))
        spread[rows] = learned.spread
        return States.of(Trajectory.on(records, READERS5, values, CARD.name, spread))

    def each(self, records: Records) -> dict[str, Floats]:
        """Return the shares that every member by itself gives. Shapes (n, 5)."""
        learned, (read, rows) = self._learned(), spoken(records)
        out = {name: np.full((len(records), READERS5.k), np.nan) for name in learned.blend.names}
        for some, views in self._seen(learned, read):
            for name, said in zip(out, learned.blend.each(views), strict=True):
                out[name][rows[some]] = _shares(said)
        return out

    def explain(
        self, records: Records, felt: Trajectory | None = None, axis: str | None = None
    ) -> tuple[Evidence, ...]:
        """Return the words that the net looks at, each with its share of attention.

        A record's weights are in [0, 1] and sum to one; a word that stands twice has both. Without
        a net among the members there is no evidence.

        Args:
            records: What was perceived.
            felt: Explain only the records that these states were read from; None: all.
            axis: What the evidence is said of; None: the greatest axis of each record.

        Raises:
            SpaceMismatch: if `felt` is in another Space.
            BadChoice: if there is no such axis.
        """
        learned = self._learned()
        if axis is not None:
            READERS5.index(axis)
        if felt is not None:
            felt.in_space(READERS5.name, CARD.name)
            asked = felt.to_polars().select("session", "seq").unique()
            records = Records(
                records.frame.join(asked, on=("session", "seq"), how="semi"), records.clock
            )
        read, _ = spoken(records)
        nets = [m for m in learned.blend.members if isinstance(m, Branches)]
        if not nets or not len(read):
            return ()
        parts = [
            (nets[0].attention(views["both"]), learned.blend.predict(views).argmax(axis=1))
            for _, views in self._seen(learned, read)
        ]
        share, best = (np.concatenate(side) for side in zip(*parts, strict=True))
        texts = read.frame["text"].to_list()
        rows = read.frame.select("session", "actor", "start", "stop", "seq").rows()
        said = content_words(texts, LONGEST)
        return tuple(
            Evidence(
                session, actor, start, stop, axis or READERS5.names[best[n]],
                float(share[n, at]), Ground.ATTENTION, seq, word.span, texts[n][slice(*word.span)],
                by=CARD.name,
            )
            for n, (session, actor, start, stop, seq) in enumerate(rows)
            for at, word in enumerate(said[n])
        )  # fmt: skip

    def fit(self, records: Records, felt: Trajectory) -> Self:
        """Return a copy that has learned from texts and what their readers felt.

        Args:
            records: The texts. Those of one session never stand on both sides of a fold.
            felt: The shares of the readers' emotions, in readers5, one state a record.

        Raises:
            SpaceMismatch: if `felt` is in another Space.
            NoRecords: if fewer than 20 texts or two sessions have a state.
        """
        felt.in_space(READERS5.name, CARD.name)
        read, _ = spoken(records)
        shares = abreast(read, felt)
        held = ~np.isnan(shares).any(axis=1)
        read, y = read.where(pl.lit(pl.Series(held))), shares[held]
        if len(read) < 20 or len(read.sessions) < 2:
            raise NoRecords(f"{CARD.name}.fit", "give 20 texts of several sessions with states")
        texts = read.frame["text"].to_list()
        middle = self._contexts(texts).mean(axis=0)
        sight = partial(self._views, middle=middle, words=self._vocabulary(texts))
        group = np.unique(read.frame["session"].to_numpy(), return_inverse=True)[1]
        blend = blended(
            self.members, sight(texts), y, group,
            asked=READERS5.k, folds=self.folds, common=True, seed=self.seed,
        )  # fmt: skip
        spread = np.sqrt(((blend.unseen - y) ** 2).mean(axis=0))
        learned = _Learned(middle, sight.keywords["words"], blend, spread)
        return replace(self, learned=learned)

    @staticmethod
    def train(data: Path, out: Path, seed: int, report: Callable[[str], None]) -> Path:
        """Learn from the headlines of SemEval-2007; return the weights' path.

        Args:
            data: Folder that holds the folder `reader_emotions_train`.
            out: Folder for the weights; they are also put where the method looks for them.
            seed: Seed of everything random.
            report: Told how far it is.

        Raises:
            MissingFile: if the data set is not there.
            MissingExtra: if what `affectory[train]` installs is not there.
        """
        records, shares = read_headlines(data / "reader_emotions_train")
        report(f"{len(records)} headlines; about half a minute")
        fitted = ReaderEmotions(seed=seed).fit(
            records, Trajectory.on(records, READERS5, shares, "readers")
        )
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
            "words": self._source.name,
            "lexicon": (self.lexicon or starter()).digest if self.enriched else "",
        }

    def _contexts(self, texts: Sequence[str]) -> Floats:
        return encoded(texts, self.encoder).astype(np.float64)

    @property
    def _source(self) -> WordVectors:
        return self.words or EncodedWords(self.encoder)

    def _vocabulary(self, texts: Sequence[str]) -> Vocabulary:
        """Return the words of texts and lexicon with their vectors, enriched where asked."""
        lexicon = self.lexicon or starter()
        said = {word.text for words in content_words(texts, LONGEST) for word in words}
        every = sorted(said | {word for word in lexicon.words if word.isalpha()})
        words = Vocabulary.of(every, self._source, WIDTH)
        if not self.enriched:
            return words
        pairs = affect_pairs(lexicon, Vocabulary.sorted_words(every))
        return words.moved(counterfit(words.table, *pairs).vectors)

    def _seen(self, learned: _Learned, read: Records) -> Iterator[tuple[slice, dict[str, Floats]]]:
        """Yield some rows after others, and their views."""
        texts = read.frame["text"].to_list()
        for low in range(0, len(texts), CHUNK):
            some = slice(low, low + CHUNK)
            yield some, self._views(texts[some], learned.middle, learned.words)

    def _views(self, texts: Sequence[str], middle: Floats, words: Vocabulary) -> dict[str, Floats]:
        """Return context vectors, and these with word vectors in order, as members read them."""
        context = self._contexts(texts) - middle
        said = content_words(texts, LONGEST)
        size = np.array([len(own) for own in said], np.int64)
        rows = np.zeros((len(texts), LONGEST, words.table.shape[1]))
        rows[np.arange(LONGEST) < size[:, None]] = words.vectors(
            [word.text for own in said for word in own], self._source
        )
        return {"context": context, "both": packed(LOUD * context, SOFT * rows, size)}


def toy() -> Records:
    """Return three headlines: glad, grim, and none."""
    said = ["Team wins gold, fans celebrate", "Children killed in deadly attack", ""]
    return Records(pl.DataFrame({"session": "s1", "actor": "reader", "text": said}))


@cache
def taught() -> ReaderEmotions:
    """Return the method, taught in a moment that wins are glad and attacks are not."""
    glad, grim = "{} wins gold, fans celebrate", "{} killed in deadly attack"
    names = ("team", "children", "city", "nation", "miners", "crew")
    texts = [form.format(one) + end for form in (glad, grim) for one in names for end in ("", "!")]
    talk = pl.DataFrame({"session": [str(n) for n in range(len(texts))], "text": texts})
    records = Records(talk.with_columns(actor=pl.lit("reader")))
    wins = records.frame["text"].str.contains("wins").to_numpy()[:, None]
    shares = np.where(wins, [0.0, 0.0, 0.8, 0.0, 0.2], [0.3, 0.3, 0.0, 0.4, 0.0])
    listed = {"word": ["celebrate", "wins", "deadly", "attack"], "valence": [0.8, 0.7, -0.9, -0.8]}
    own = read_lexicon(pl.DataFrame(listed), scale=(-1.0, 1.0), name="toy")
    bare = ReaderEmotions(encoder=HashedEncoder(), lexicon=own, members=MEMBERS[:1])
    return bare.fit(records, Trajectory.on(records, READERS5, shares, "toy"))


def _shares(said: Floats) -> Floats:
    """Return rows without negatives that sum to one. Shape (n, k)."""
    kept = np.maximum(said, 1e-9)
    return np.asarray(kept / kept.sum(axis=1, keepdims=True))


DATA = "SemEval-2007 Task 14, 600 headlines (no stated licence): for their owner's use only"
