"""Which DSM-5 A-criteria of a depressive episode a text mentions, in which sentence, and why.

System 16: "ReDSM5: A Reddit Dataset for DSM-5 Depression Detection" (Bao, Perez & Parapar 2025,
arXiv 2508.03399): nine symptoms, sentence by sentence; a post has what any sentence has.

Differs from the paper: its corpus is gated, so nothing here has learned from it. Phrases with
scopes (whose, when, whether) and a linear read-out of words stand for its SVM, BERT and LLaMA;
all sentences that were learned from are *ours* and invented. What is over is not counted, which
the paper's annotator did (`remembered=True` does). Rationales are put together by rule.
"""

__all__ = ["CARD", "SymptomReader", "toy"]

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.core.card import Card, Paper
from affectory.core.errors import NoRecords
from affectory.core.evidence import Evidence, Ground
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.registry import method
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.guard import crisis
from affectory.lm.model import LanguageModel
from affectory.parts.calibrate import sigmoid
from affectory.perceive.symptoms.cues import FIGURE, Mention
from affectory.perceive.symptoms.head import Head
from affectory.perceive.symptoms.rationale import rephrased, told
from affectory.perceive.symptoms.reading import Pages, paged, seen
from affectory.represent.vocabularies import DSM5_9
from affectory.senses.scopes import Scope

Floats = NDArray[np.float64]

CARD = Card(
    name="perceive/symptoms",
    paper=Paper(
        16,
        "ReDSM5: A Reddit Dataset for DSM-5 Depression Detection",
        2025,
        "Bao, Perez & Parapar, CIKM 2025, arXiv 2508.03399",
    ),
    summary="mentions of the nine DSM-5 A-criteria of depression, with sentence and rationale",
    takes=("text",),
    gives=(DSM5_9.name,),
    learns=True,
    aka=("ReDSM5", "DSM-5", "depression symptoms", "PHQ-9", "symptom detection"),
    published=tuple(
        Figure(f"{kind}_f1", value, n=297, setting="ReDSM5, gated, 80/20 split, seed 42", by=by)
        for by, row in (
            ("SVM (authors' notebook)", (0.39, 0.28)),
            ("CNN (authors' notebook)", (0.25, 0.19)),
            ("BERT-base (authors' notebook)", (0.51, 0.36)),
        )
        for kind, value in zip(("micro", "macro"), row, strict=True)
    ),
    cautions=(
        "A mention of a criterion is not a symptom, and nine mentions are not a diagnosis: none "
        "of it replaces a conversation with a clinician.",
        "All that it learned from was invented by its authors, and its figures on such sentences "
        "say how well it knows them, not how well it reads persons.",
        "English only; irony, slang that is not listed, and what was said before escape it.",
        "A state near 0 says that no mention was found, never that a person is well.",
        "No sentence is surer than a reader found mentions in posts to be (.86); the greatest of "
        "many sentences grows with the length of a post.",
        "Suicidal thoughts: read `notice` too. It does not depend on scopes, and a phrase not "
        "found is no all-clear.",
    ),
)
SURE = 0.5  # least probability that counts as a mention
CHUNK = 4000  # distinct sentences that are held at once


class _Read(NamedTuple):
    pages: Pages
    sides: Floats  # (distinct, 9, 5)
    mentions: dict[int, list[Mention]]  # by distinct sentence


@method(CARD)
@dataclass(frozen=True)
class SymptomReader:
    """Perceive mentions of nine symptoms, each a probability, per text.

    Args:
        weights: A file that `affectory train perceive/symptoms` wrote; None: the user's own, or
            what comes with the package.
        remembered: Whether what is over counts as well ("I used to cut").
        writer: A language model that may rephrase rationales.
        head: What was learned. Set by `fit`; else read from `weights` when first needed.

    Example:
        >>> from affectory.perceive.symptoms import SymptomReader, toy
        >>> SymptomReader().perceive(toy()).only.axis("sleep_issues").round().tolist()
        [1.0, 0.0, 0.0, nan]
    """

    weights: Path | None = None
    remembered: bool = False
    writer: LanguageModel | None = field(default=None, repr=False, compare=False)
    head: Head | None = field(default=None, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """Return a hash of what was learned and of the settings, for provenance."""
        learned = self.head or shelf.weights_of(CARD.name, self.weights)
        return shelf.digest(learned, {"remembered": self.remembered})

    def perceive(self, records: Records) -> States:
        """Return a state per record: the greatest probability of any of its sentences.

        `spread` is that of a yes or no with this probability, ``sqrt(p (1 - p))``. A blank text
        has a missing state.

        Raises:
            NotTrained: if there are no weights.
        """
        read = self._read(records.frame["text"].fill_null("").to_list())
        chances = self._head().chances(read.sides)
        values = _greatest(chances[read.pages.which], read.pages.row, len(records))
        spread = np.sqrt(values * (1 - values))
        return States.of(Trajectory.on(records, DSM5_9, values, CARD.name, spread))

    def sentences(self, records: Records) -> pl.DataFrame:
        """Return session, seq, actor, number, start, stop and nine probabilities, a row a sentence.

        `number` counts within the record from 0; `start` and `stop` are characters of its text.
        """
        read = self._read(records.frame["text"].fill_null("").to_list())
        chances = self._head().chances(read.sides)[read.pages.which]
        keys = records.frame.select(pl.col("session", "seq", "actor").gather(read.pages.row))
        places = {"start": [s.start for s in read.pages.sentences],
                  "stop": [s.stop for s in read.pages.sentences]}  # fmt: skip
        number = pl.int_range(pl.len()).over("session", "seq").alias("number")
        sides = (pl.DataFrame(places, schema={"start": pl.Int64, "stop": pl.Int64}),
                 pl.DataFrame(chances, schema=list(DSM5_9.names)))  # fmt: skip
        return pl.concat([keys.with_columns(number), *sides], how="horizontal")

    def explain(
        self, records: Records, felt: Trajectory | None = None, axis: str | None = None
    ) -> tuple[Evidence, ...]:
        """Return the cue and the rationale of each symptom that is mentioned or only named.

        A rationale quotes the cue, gives the criterion and the scope; its span is the sentence
        that speaks loudest, its weight the probability. What is named but denied, another's,
        over, supposed, quoted or a figure of speech has a rationale that says so.

        Args:
            records: What was perceived.
            felt: Explain only the records that these states were read from; None for all.
            axis: Explain this symptom alone; None for all.

        Raises:
            SpaceMismatch: if `felt` is in another Space.
            BadValues: if `felt` does not tell which records it was read from.
            BadChoice: if there is no such symptom.
        """
        if felt is not None:
            felt.in_space(DSM5_9.name, CARD.name)
            records = felt.heard(records)
        axes = range(DSM5_9.k) if axis is None else (DSM5_9.index(axis),)
        found = tuple(self._reasons(records, tuple(axes)))
        if self.writer is None:
            return found
        at = [i for i, each in enumerate(found) if each.kind is Ground.RATIONALE]
        said = [found[i].text for i in at]
        quotes = [words[1:].partition('" ')[0] for words in said]
        places = [DSM5_9.index(found[i].axis) for i in at]
        spoken = dict(zip(at, rephrased(self.writer, quotes, places, said), strict=True))
        return tuple(replace(e, text=spoken.get(i, e.text)) for i, e in enumerate(found))

    def each(self, records: Records) -> dict[str, Floats]:
        """Return what parts of the method say by themselves, greatest of each text. Shapes (n, 9).

        "named": 1 where a phrase stands, whatever its scopes; "cues": 1 where one is the writer's;
        "words": the probability that words alone give, as they were learned.
        """
        read = self._read(records.frame["text"].fill_null("").to_list())
        named = np.zeros((len(read.pages.distinct), DSM5_9.k))
        for row, cues in read.mentions.items():
            named[row, [cue.axis for cue in cues]] = 1.0
        parts = {"named": named, "cues": (read.sides[:, :, 1] > 0).astype(np.float64),
                 "words": sigmoid(read.sides[:, :, 0])}  # fmt: skip
        pages, n = read.pages, len(records)
        return {name: _greatest(part[pages.which], pages.row, n) for name, part in parts.items()}

    def notice(self, records: Records, language: str = "en") -> str | None:
        """Return what `guard.crisis` says to show beside these texts, or None.

        Asked for every text, whatever its scopes. Where its table finds nothing, a state of
        suicidal thoughts of one half or more, or a phrase that is no figure of speech, will do.
        """
        flags = crisis.flags(records.frame["text"])
        if flags.is_empty():
            flags = pl.DataFrame({"kind": self._spoken(records)}, schema={"kind": pl.String})
        return crisis.notice(flags, language)

    def fit(self, records: Records, felt: Trajectory) -> Self:
        """Return a copy whose reading of words and cues is calibrated on labelled texts.

        Phrases and the weights of words stay; some hundred texts suffice. Labels of single
        sentences are the best; of a longer text, the sentence that speaks loudest counts.

        Args:
            records: Labelled texts.
            felt: 1 present, 0 examined and absent, in dsm5-9; a missing state is not used.

        Raises:
            SpaceMismatch: if `felt` is in another Space.
            NoRecords: if no state belongs to a record with text.
        """
        felt.in_space(DSM5_9.name, CARD.name)
        keys = records.frame.select("session", "seq", "text")
        table = felt.to_polars().select("session", "seq", *DSM5_9.names)
        both = keys.join(table, on=("session", "seq"), how="inner", maintain_order="left")
        both = both.filter(pl.col("text").fill_null("").str.strip_chars() != "")
        if not both.height:
            raise NoRecords(f"{CARD.name}.fit", "give states that have these records' seq")
        head, read = self._head(), self._read(both["text"].to_list())
        truth = both.select(pl.col(DSM5_9.names).cast(pl.Float64).fill_null(np.nan)).to_numpy()
        loudest = _loudest(head.chances(read.sides)[read.pages.which], read.pages.row)
        sides = read.sides[read.pages.which[loudest], np.arange(DSM5_9.k)]  # (n, 9, 5)
        held = np.unique(read.pages.row)
        # the user's own texts are no stand-in for others: what they say is not held back
        return replace(self, head=replace(head.calibrated(sides, truth[held]), ceiling=1.0))

    @staticmethod
    def train(data: Path, out: Path, seed: int, report: Callable[[str], None]) -> Path:
        """Make the weights anew from the house's own invented sentences; return their path.

        See `recipe.train`; `data` is not read.
        """
        # learning is rare; reading must start at once
        from affectory.perceive.symptoms import recipe

        return recipe.train(data, out, seed, report)

    def _head(self) -> Head:
        if self.head is not None:
            return self.head
        return shelf.take(shelf.weights_of(CARD.name, self.weights), {"name": CARD.name}, Head.made)

    def _read(self, texts: list[str]) -> _Read:
        """Cut texts into sentences and look at each distinct one once."""
        head, pages = self._head(), paged(texts)
        sides = [np.empty((0, DSM5_9.k, len(head.read)))]
        found: dict[int, list[Mention]] = {}
        for low in range(0, len(pages.distinct), CHUNK):
            some, cues = seen(pages.distinct[low : low + CHUNK], self.remembered)
            sides.append(head.sides(some))
            for cue in cues:
                found.setdefault(cue.row + low, []).append(cue)
        return _Read(pages, np.concatenate(sides), found)

    def _spoken(self, records: Records) -> list[str]:
        """Return the kinds of crisis that phrases and words find beyond the table of the guard."""
        at = DSM5_9.index("suicidal_thoughts")
        read = self._read(records.frame["text"].fill_null("").to_list())
        if (self._head().chances(read.sides)[:, at] >= SURE).any():
            return ["suicide"]
        named = (cue for cues in read.mentions.values() for cue in cues if cue.axis == at)
        return ["another"] if any(not cue.reach & FIGURE for cue in named) else []

    def _reasons(self, records: Records, axes: tuple[int, ...]) -> Iterator[Evidence]:
        texts = records.frame["text"].fill_null("").to_list()
        rows = records.frame.select("session", "actor", "start", "stop", "seq").rows()
        read = self._read(texts)
        chances = self._head().chances(read.sides)
        own: dict[int, list[int]] = {}
        for at, sentence in enumerate(read.pages.sentences):
            own.setdefault(sentence.row, []).append(at)
        for row, places in own.items():
            for axis in axes:
                yield from self._one(read, chances, places, axis, texts[row], rows[row])

    def _one(
        self,
        read: _Read,
        chances: Floats,
        places: list[int],
        axis: int,
        text: str,
        who: tuple[str, str, float, float, int],
    ) -> Iterator[Evidence]:
        """Yield cue and rationale of one symptom in one record, if it is so much as named."""
        p = [float(chances[read.pages.sentences[at].which, axis]) for at in places]
        best = read.pages.sentences[places[int(np.argmax(p))]]
        named = [
            (read.pages.sentences[at], cue)
            for at in places
            for cue in read.mentions.get(read.pages.sentences[at].which, ())
            if cue.axis == axis
        ]
        sure = max(p) >= SURE
        if sure:
            named = [(at, cue) for at, cue in named if at == best and not self._blocked(cue)]
        if not sure and not named:
            return
        sentence, cue = named[0] if named else (best, None)
        start, stop = (cue.start, cue.stop) if cue else (0, sentence.stop - sentence.start)
        span = sentence.start + start, sentence.start + stop
        session, actor, begin, end, seq = who
        weight, name = float(chances[sentence.which, axis]), DSM5_9.names[axis]
        quote = text[span[0] : span[1]]
        if sure:
            yield Evidence(session, actor, begin, end, name, weight, Ground.CUE, seq, span,
                           quote, by=CARD.name)  # fmt: skip
        yield Evidence(session, actor, begin, end, name, weight, Ground.RATIONALE, seq,
                       (sentence.start, sentence.stop), told(axis, quote, cue, self.remembered),
                       by=CARD.name)  # fmt: skip

    def _blocked(self, cue: Mention) -> bool:
        return bool(cue.reach & ~(int(Scope.PAST) if self.remembered else 0))


def toy() -> Records:
    """Return four texts: sleep is the writer's, a sister's, denied; the last is blank."""
    said = ["I can't sleep at all. I lie awake until four.", "My sister cannot sleep.",
            "I have no trouble sleeping.", " "]  # fmt: skip
    return Records(pl.DataFrame({"session": "s1", "actor": "ann", "text": said}))


def _greatest(values: Floats, row: NDArray[np.int64], n: int) -> Floats:
    """Return the greatest value of each text, NaN for one without sentences. Shape (n, 9)."""
    out = np.full((n, values.shape[1]), -1.0)
    np.maximum.at(out, row, values)
    return np.where(out < 0, np.nan, out)


def _loudest(values: Floats, row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which sentence of each text has the greatest value. Shape (texts, 9)."""
    starts = np.flatnonzero(np.diff(row, prepend=-1))
    ends = np.append(starts[1:], len(row))
    return np.stack([low + values[low:high].argmax(axis=0)
                     for low, high in zip(starts, ends, strict=True)])  # fmt: skip
