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

import hashlib
import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.card import Card, Paper
from affectory.core.errors import BadChoice, NoRecords
from affectory.core.evidence import Evidence, Ground
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.registry import method
from affectory.core.space import Space
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.parts.bag import Bag, add_up
from affectory.parts.heads import averaged, grouped
from affectory.parts.reader import Reader
from affectory.represent.label_maps import MAPS
from affectory.represent.vocabularies import EKMAN7N, GOEMOTIONS28, POLARITY, VAD
from affectory.senses import keys
from affectory.senses.text import count, sentences, understood
from affectory.senses.tokens import join, split
from affectory.sources.rated import Rated, read_emobank, read_goemotions

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

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
SHIPPED = Path(__file__).parent.parent / "weights" / "utterance" / "model.safetensors"
CHUNK = 2048  # texts at a time: their arrays stay in the cache
WORKERS = 2
LEAST, ENOUGH = 0.3, 0.7  # share of known words at which trust is 0 and 1


@method(CARD)
@dataclass(frozen=True)
class UtteranceEmotion:
    """Perceive the emotion of each text, in four Spaces over the same rows.

    Args:
        weights: A file that `affectory train perceive/utterance` wrote; None: the one that
            comes with the package.
        reader: What was learned. Set by `fit`; else read from `weights` when first needed.

    Example:
        >>> from affectory.perceive.utterance import UtteranceEmotion, toy
        >>> felt = UtteranceEmotion().perceive(toy())
        >>> felt["vad"].axis("valence")[0] > 0 > felt["vad"].axis("valence")[1]
        np.True_
    """

    weights: Path | None = None
    reader: Reader | None = field(default=None, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """Return a hash of what was learned, for provenance."""
        file = Path(self.weights or SHIPPED)
        told = pickle.dumps(self.reader) if self.reader is not None else file.read_bytes()
        return hashlib.blake2b(told, digest_size=8).hexdigest()

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
        reader = self._learned()
        n = len(texts)
        out = tuple(
            (np.empty((n, space.k), np.float32), np.empty((n, space.k), np.float32))
            for space in SPACES
        )

        def work(low: int) -> None:
            for (value, spread), (v, s) in zip(
                out, _read(reader, texts[low : low + CHUNK]), strict=True
            ):
                value[low : low + CHUNK], spread[low : low + CHUNK] = v, s

        starts = range(0, n, CHUNK)
        if len(starts) < 2:
            for low in starts:
                work(low)
            return out
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(work, starts))
        return out

    def explain(
        self,
        records: Records,
        felt: Trajectory | None = None,
        axis: str | None = None,
        top: int = 3,
    ) -> tuple[Evidence, ...]:
        """Return the words that moved the state of each record the most.

        A word's weight is the value with it minus the value without it, so negation and
        neighbours count.

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
        cuts = [_Cuts.of(row["text"]) for row in rows]
        texts = [text for cut in cuts for text in cut.texts]
        values = self.read(texts)[CARD.gives.index(space.name)][0]
        ends = np.cumsum([len(cut.texts) for cut in cuts], dtype=np.int64)[:-1]
        place = 0 if space is VAD else None
        at = place if axis is None else space.index(axis)
        return tuple(
            reason
            for row, cut, own in zip(rows, cuts, np.split(values, ends), strict=False)
            for reason in cut.reasons(row, own, space, at, top)
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
            NoRecords: if no state belongs to a record with text.
        """
        if felt.space.name not in CARD.gives:
            raise BadChoice("space of the labels", felt.space.name, CARD.gives)
        told = felt.to_polars().drop_nulls(felt.space.names)
        asked = records.frame.select("session", "seq", "text").with_row_index("at")
        both = asked.join(told.drop("actor"), on=("session", "seq"))
        both = both.filter(pl.col("text").fill_null("") != "").sort("at")
        if not both.height:
            raise NoRecords(f"{CARD.name}.fit", "give states that have these records' seq")
        truth = both.select(felt.space.names).to_numpy()
        reader = self._learned()
        raw, known = _whole(reader.bag, both["text"].to_list())
        head = HEADS[CARD.gives.index(felt.space.name)]
        return replace(self, reader=reader.refit(head, raw, known, truth))

    @staticmethod
    def train(data: Path, out: Path, seed: int, report: Callable[[str], None]) -> Path:
        """Train words and read-outs from GoEmotions and EmoBank; return the weights' path.

        Goes on from what `out` holds of an earlier call. Words are learned from the train
        splits but `HELD` sentences of EmoBank; read-outs from the dev splits and those
        sentences, since the width of a band wants more than dev has. The test splits are not
        opened.

        Args:
            data: Folder that holds the folders `goemotions` and `emobank`.
            out: Folder for the weights and for what was done so far.
            seed: Seed of everything random.
            report: Told how far it is.

        Raises:
            MissingExtra: if what `affectory[train]` installs is not there.
            MissingFile: if a data set is not there.
        """
        # learning is rare and its rooms are large; reading must start at once
        from affectory.parts.distil import Recipe, distil
        from affectory.parts.teacher import Lessons, fine_tune

        go, emo = data / "goemotions", data / "emobank"
        labelled, (rated, held) = read_goemotions(go, "train"), _parted(read_emobank(emo, "train"))
        lessons = Lessons(labelled.texts, labelled.values, rated.texts, rated.values)
        out.mkdir(parents=True, exist_ok=True)
        teach = partial(fine_tune, lessons, out, seed, report)
        bag = distil(lessons, keys, teach, out, seed, report)
        unseen = _joined(read_emobank(emo, "dev"), held)
        reader = _read_out(bag, read_goemotions(go, "dev"), unseen)
        reader = replace(reader, note={**NOTE, "seed": seed, "recipe": asdict(Recipe())})
        reader.save(out / SHIPPED.name)
        return out / SHIPPED.name

    def _learned(self) -> Reader:
        return self.reader or _load(Path(self.weights or SHIPPED))


def toy() -> Records:
    """Return three utterances of one speaker: glad, angry, silent."""
    said = ["Thank you, I love this!", "This is awful, I hate you.", ""]
    return Records(pl.DataFrame({"session": "s1", "actor": "ann", "text": said}))


@dataclass(frozen=True)
class _Cuts:
    """A text, and the same text with each of its words cut out.

    Args:
        raw: The text as bytes.
        spans: First and one past the last byte of each word, at most `MOST_WORDS`.
        texts: The text, then the text without each word.
    """

    raw: bytes
    spans: tuple[tuple[int, int], ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Cut `text`."""
        raw = text.encode("utf-8", errors="replace")
        tokens = split(join([text]), 1)
        pairs = zip(tokens.start.tolist(), tokens.stop.tolist(), strict=True)
        spans = tuple(pairs)[:MOST_WORDS]
        cut = ((raw[:a] + b" " + raw[b:]).decode("utf-8", "replace") for a, b in spans)
        return cls(raw, spans, (text, *cut))

    def reasons(
        self, row: dict[str, Any], values: Floats, space: Space, at: int | None, top: int
    ) -> tuple[Evidence, ...]:
        """Return the words whose absence moves axis `at` (None: the greatest) the most."""
        axis = int(np.nan_to_num(values[0]).argmax()) if at is None else at
        moved = np.nan_to_num(values[0, axis] - values[1:, axis])
        order = np.argsort(-np.abs(moved), kind="stable")[:top]
        who = {key: row[key] for key in ("session", "actor", "start", "stop")}
        return tuple(
            Evidence(
                **who,
                axis=space.names[axis],
                weight=float(moved[word]),
                kind=Ground.ATTRIBUTION,
                record=row["seq"],
                span=_characters(self.raw, self.spans[word]),
                text=self.raw[slice(*self.spans[word])].decode("utf-8", "replace"),
                by=CARD.name,
            )
            for word in order.tolist()
            if abs(moved[word]) >= FELT
        )


def _characters(raw: bytes, span: tuple[int, int]) -> tuple[int, int]:
    """Return a span of bytes as a span of characters."""
    low, high = (len(raw[:end].decode("utf-8", "replace")) for end in span)
    return low, high


@cache
def _load(path: Path) -> Reader:
    return Reader.load(path)


def _read(reader: Reader, texts: Sequence[str]) -> tuple[tuple[Floats, Floats], ...]:
    """Return what `UtteranceEmotion.read` does, in one go."""
    raw, known, trust, owner, size = _scores(reader.bag, texts)
    told = reader.read(raw, known, trust)
    if len(raw) == len(texts):
        silent = size == 0
        for value, spread in told:
            value[silent] = spread[silent] = np.nan
        return told
    return tuple(averaged(value, spread, owner, size) for value, spread in told)


def _scores(bag: Bag, texts: Sequence[str]) -> tuple[Floats, Places, Floats, Places, Places]:
    """Return raw scores of each stretch, its known keys, trust, text and number of tokens."""
    table = bag.keys
    tokens = split(join(texts), len(texts))
    slots = table.find(tokens.key)
    settled = tokens.settled(slots == table.size)
    if settled is not tokens:
        slots[tokens.held] = table.find(settled.key[tokens.held])
    tokens, owner = sentences(settled)
    sums = np.zeros((tokens.rows, bag.rows.shape[1]), dtype=np.int16)
    known = np.zeros(tokens.rows, dtype=np.int64)
    others = ((table.find(key), row) for key, row in count(tokens).others())
    for found, row in ((slots, tokens.row), *others):
        have = np.flatnonzero(found < table.size)
        counts = np.bincount(row[have], minlength=tokens.rows)
        add_up(bag.rows, found[have], counts, sums)
        known += counts
    share = understood(tokens, slots < table.size)
    trust = np.clip((share - LEAST) / (ENOUGH - LEAST), 0, 1).astype(np.float32)
    size = np.bincount(tokens.row, minlength=tokens.rows)
    return bag.score(sums, known), known, trust, owner, size


def _whole(bag: Bag, texts: Sequence[str]) -> tuple[Floats, Places]:
    """Return raw scores and known keys, one row a text."""
    raw, known, _, owner, _ = _scores(bag, texts)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    mean = np.add.reduceat(raw, first) / np.diff(first, append=len(raw))[:, None]
    return mean.astype(np.float32), known[first]


def _read_out(bag: Bag, labelled: Rated, rated: Rated) -> Reader:
    """Return `bag` with read-outs fitted to texts that it has not learned from."""
    families, poles = (MAPS["goemotions28", space.name].matrix for space in (EKMAN7N, POLARITY))
    raw, known = _whole(bag, labelled.texts)
    reader = Reader.fresh(bag, families, poles).refit("flags", raw, known, labelled.values)
    for head, member in (("families", families), ("poles", poles)):
        reader = reader.refit(head, raw, known, grouped(labelled.values, member))
    return reader.refit("reals", *_whole(bag, rated.texts), rated.values)


def _parted(rated: Rated) -> tuple[Rated, Rated]:
    """Return the texts to learn from, and `HELD` chosen by chance to fit read-outs on."""
    order = np.random.default_rng(HELD).permutation(len(rated.texts))
    parts = np.sort(order[HELD:]), np.sort(order[:HELD])
    learned, held = (Rated([rated.texts[at] for at in rows], rated.values[rows]) for rows in parts)
    return learned, held


def _joined(one: Rated, other: Rated) -> Rated:
    """Return the texts of both."""
    return Rated([*one.texts, *other.texts], np.concatenate([one.values, other.values]))


NOTE = {  # travels inside the weights
    "name": CARD.name,
    "data": "GoEmotions (CC BY 4.0), EmoBank (CC BY-SA 4.0): train for words, dev and 1,000 held-out "
    "sentences of EmoBank for read-outs",
    "teacher": "all-MiniLM-L6-v2 (Apache-2.0), fine-tuned on the same data",
    "licence": "CC BY-SA 4.0, as EmoBank asks of what is made from it",
}
HELD = 1000  # sentences of EmoBank's train split that only the read-outs learn from
MOST_WORDS = 400  # of one record, in `explain`
FELT = 0.05  # least move of a state that is worth a mark
