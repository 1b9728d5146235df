"""The mean weight of the words that were said, per record and in a window that rolls.

Paper: Hipson & Mohammad, "Emotion dynamics in movie dialogues", PLoS ONE 16(9), 2021. A
speaker's listed words in order are averaged over a window of ten that moves one word at a
time; the measures on that trajectory (home base, displacement) are in `measure`.

Differs from the paper: negation and degree words are heeded by default (*ours*; switch them
off for the paper's reading); stop words are not removed, for a list may be read with its
neutral words dropped (`read_lexicon(neutral=...)`); the weights are on [-1, 1].
"""

__all__ = ["CARD", "LexiconEmotion", "toy"]

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.card import Card, Paper
from affectory.core.errors import BadChoice
from affectory.core.evidence import Evidence, Ground
from affectory.core.groups import Names
from affectory.core.records import Clock, Records
from affectory.core.registry import method
from affectory.core.space import Kind, Space
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.represent.vocabularies import VA, VAD, VALENCE
from affectory.senses.lexicon import Lexicon, read_lexicon, starter
from affectory.senses.scoring import Scored, score
from affectory.senses.windows import Stream

CARD = Card(
    name="perceive/lexicon",
    paper=Paper(
        0,
        "Emotion dynamics in movie dialogues",
        2021,
        "Hipson & Mohammad, PLoS ONE 16(9): e0256153, doi:10.1371/journal.pone.0256153",
    ),
    summary="the mean weight of the listed words in each record, or in a rolling window",
    takes=("text",),
    gives=("vad",),
    aka=("UED", "utterance emotion dynamics", "word list", "dictionary", "sentiment lexicon"),
    cautions=(
        "It reads words, not meaning: irony, quotation and context escape it; means over many "
        "records can be trusted further than one record.",
        "The list that comes with it is small, English and the judgement of its authors; give "
        "a published list for research.",
        "A record without a listed word has a missing state, which is not a neutral one.",
        "Another list gives another Space: valence, va, vad, or one made of its own axes.",
        "Negators and degree words are known for English alone; scripts written without spaces "
        "must come with spaces between words.",
    ),
)


@method(CARD)
@dataclass(frozen=True)
class LexiconEmotion:
    """Perceive emotion from the weights of words.

    A record's state is ``mean_i(f_i w_i)`` over its listed words i, with weights w and
    factors f: `damping` below zero after a negator, more or less than 1 after a degree word.

    Args:
        lexicon: The words and their weights, or a path for `read_lexicon`.
        negation: Whether a word within three words after a negator ("not", "never",
            "n't"; up to the next mark) is turned: its weight times ``-damping``; arousal is
            left, flags become 0.
        damping: How much of a turned weight remains, in [0, 1]; 0.74 as in VADER (2014).
        degree: Whether a degree word directly before ("very", "slightly") makes the weight
            a quarter larger or smaller, within the axis.
        coverage: Least share of a record's words that must be listed, in [0, 1]; a record
            below it has a missing state.

    Raises:
        BadChoice: if `damping` or `coverage` is out of range.

    Example:
        >>> from affectory.perceive.lexicon import LexiconEmotion, toy
        >>> LexiconEmotion().perceive(toy())["vad"].select(actor="bo").axis("valence").round(2)
        array([-0.67], dtype=float32)
    """

    lexicon: Lexicon | str | Path = field(default_factory=starter)
    negation: bool = True
    damping: float = 0.74
    degree: bool = True
    coverage: float = 0.0

    def __post_init__(self) -> None:
        """Read the list, and refuse numbers that are no shares."""
        if not isinstance(self.lexicon, Lexicon):
            object.__setattr__(self, "lexicon", read_lexicon(self.lexicon))
        for name in ("damping", "coverage"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise BadChoice(name, getattr(self, name), "0 to 1")

    @property
    def words(self) -> Lexicon:
        """The list itself."""
        assert isinstance(self.lexicon, Lexicon)
        return self.lexicon

    @property
    def space(self) -> Space:
        """The Space of the states: one of the house's, or one made of the list's axes."""
        for known in (VALENCE, VA, VAD):
            if known.axes == self.words.axes:
                return known
        flags = all(axis.low == 0.0 for axis in self.words.axes)
        kind = Kind.FLAGS if flags else Kind.DIMENSIONS
        name = "".join(c if c.isascii() and c.isalnum() else "-" for c in self.words.name.lower())
        return Space(f"lexicon-{name}", kind, self.words.axes, self.words.source)

    @property
    def by(self) -> str:
        """Who says so: this method and the list."""
        return f"{CARD.name}:{self.words.name}"

    @property
    def digest(self) -> str:
        """Return a hash of the words, their weights and the settings, for provenance."""
        words = self.words
        settings = (self.negation, self.damping, self.degree, self.coverage)
        told = repr((words.words, words.axes, settings)).encode() + words.weights.tobytes()
        return hashlib.blake2b(told, digest_size=8).hexdigest()

    def perceive(self, records: Records) -> States:
        """Return a state for every record, in the list's Space.

        `spread` is the standard error of the mean, from the SD between the listed words of
        the record; for a single listed word the raters' SD where the list has it, else NaN.
        A record without listed words, below `coverage`, or in another language is missing.
        """
        said = self._score(records)
        values, spread = said.means()
        silent = self._silent(said)
        values[silent] = spread[silent] = np.nan
        return States.of(Trajectory.on(records, self.space, values, self.by, spread))

    def covered(self, records: Records) -> pl.DataFrame:
        """Return session, seq, actor, words, known, strange and coverage, a row a record.

        `coverage` is known / words, null where there are no words; `strange` tells records
        that are in another language than the list.
        """
        said = self._score(records)
        counts = pl.DataFrame({"words": said.words, "known": said.known, "strange": said.strange})
        share = pl.when(pl.col("words") > 0).then(pl.col("known") / pl.col("words"))
        keys = records.frame.select("session", "seq", "actor")
        return pl.concat([keys, counts.with_columns(coverage=share)], how="horizontal")

    def windows(
        self,
        records: Records,
        size: int = 10,
        step: int = 1,
        least: int | None = None,
        clock: Clock = Clock.STEPS,
        across: bool = False,
    ) -> Trajectory:
        """Return each speaker's listed words, averaged over a rolling window.

        Args:
            records: Whole sessions.
            size: Listed words in a window; 10 as in the authors' own package.
            step: Listed words from one window to the next.
            least: A speaker with fewer listed words has no window; `size` by default.
            clock: STEPS counts windows from 0; TOKENS counts all of the speaker's words, and
                a window lasts from its first word to the end of its last.
            across: Whether a speaker's words run on over all sessions, which then appear
                under the name "all"; else each session stands alone.

        Returns:
            One state a window, speaker by speaker; `seq` is the record of the window's last
            word, as in the authors' own series (-1 with `across`), `spread` the standard
            error of the mean.

        Raises:
            BadChoice: if a number is below 1, or the clock counts neither steps nor tokens.
        """
        least = size if least is None else least
        for name, number in (("size", size), ("step", step), ("least", least)):
            if number < 1:
                raise BadChoice(name, number, "an integer >= 1")
        if clock not in (Clock.STEPS, Clock.TOKENS):
            raise BadChoice("clock", clock, (Clock.STEPS, Clock.TOKENS))
        said = self._score(records)
        said = said.without(said.strange)
        session = Names(np.zeros(len(records), np.int32), ("all",))
        if not across:
            session = Names.of(records.frame["session"])
        stream = Stream.of(said, session, Names.of(records.frame["actor"]))
        first = stream.firsts(size, step, least)
        values, spread = stream.means(first, size)
        row = stream.row[first + size - 1]
        token = clock is Clock.TOKENS
        start = stream.place[first] if token else stream.count[first] // step
        stop = stream.place[first + size - 1] + 1 if token else start + 1
        seq = records.frame["seq"].to_numpy()[row]
        return Trajectory(
            self.space,
            clock,
            session.take(row),
            stream.actor.take(row),
            start.astype(np.float64),
            stop.astype(np.float64),
            values.astype(np.float32),
            spread.astype(np.float32),
            by=self.by,
            seq=np.full(len(row), -1) if across else seq,
        )

    def explain(
        self, records: Records, felt: Trajectory | None = None, axis: str | None = None
    ) -> tuple[Evidence, ...]:
        """Return what each listed word adds to the state of its record.

        The weights of a record's words add up to its state.

        Args:
            records: What was perceived.
            felt: Explain only the records that these states were read from; None for all.
            axis: Explain this axis alone; None for all of them.

        Raises:
            BadValues: if `felt` does not tell which records it was read from.
            BadChoice: if the Space has no such axis.
        """
        if felt is not None:
            records = felt.heard(records)
        said = self._score(records)
        said = said.without(self._silent(said))
        axes = range(self.space.k) if axis is None else (self.space.index(axis),)
        share = said.values / said.known[said.row][:, None]
        low, high = said.spans()
        rows = records.frame.select("session", "actor", "start", "stop", "seq", "text").rows()
        return tuple(
            Evidence(
                session, actor, begin, end, self.space.names[j], float(share[i, j]),
                Ground.CUE, seq, (begins, ends), text[begins:ends], by=self.by,
            )
            for i, (row, begins, ends) in enumerate(
                zip(said.row.tolist(), low.tolist(), high.tolist(), strict=True)
            )
            for session, actor, begin, end, seq, text in (rows[row],)
            for j in axes
        )  # fmt: skip

    def _score(self, records: Records) -> Scored:
        said = records.frame["text"].fill_null("").to_list()
        damping = self.damping if self.negation else None
        return score(said, self.words, damping, self.degree)

    def _silent(self, said: Scored) -> NDArray[np.bool_]:
        """Return which texts are in another language, or hold too few listed words."""
        return said.strange | (said.known < self.coverage * said.words)


def toy() -> Records:
    """Return three turns: 0.9 in valence, then ``-0.74 * 0.9 = -0.67``, then no listed word."""
    talk = {
        "session": ["s1"] * 3,
        "actor": ["ann", "bo", "ann"],
        "text": ["What a joy!", "No joy.", "The table has four legs."],
    }
    return Records(pl.DataFrame(talk))
