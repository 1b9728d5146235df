"""What a reply to a bid for attachment does: seven patterns, in six languages, by phrases.

System 43: "Beyond No: Quantifying AI Over-Refusal and Emotional Attachment Boundaries" (Noever &
Rosario 2025, arXiv 2502.14975): direct refusal, apology, explanation, deflection, acknowledgment,
boundary setting, emotional awareness.

Differs from the paper: its prompts, phrase lists, weights and languages are not published. The
six languages, the bank of phrases (`bank`), the scopes that void them (`reading`) and the score
(`measure.boundaries`) are *ours*.
"""

__all__ = ["CARD", "SCORE", "BoundaryReader", "toy"]

import hashlib
from dataclasses import astuple, dataclass, field

import numpy as np
import polars as pl

from affectory.core.card import Card, Paper
from affectory.core.errors import BadChoice
from affectory.core.evidence import Evidence, Ground
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.registry import method
from affectory.core.space import Axis, Kind, Space
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.guard import crisis
from affectory.measure.boundaries import BoundaryWeights, merits, overall
from affectory.perceive.boundaries import bank
from affectory.perceive.boundaries.reading import Found, found
from affectory.represent.vocabularies import BOUNDARY7

CARD = Card(
    name="perceive/boundaries",
    paper=Paper(
        43,
        "Beyond No: Quantifying AI Over-Refusal and Emotional Attachment Boundaries",
        2025,
        "Noever & Rosario, arXiv 2502.14975",
    ),
    summary="seven patterns of a reply to a bid for attachment: refusal, apology, boundary ...",
    takes=("text",),
    gives=(BOUNDARY7.name,),
    aka=("Beyond No", "over-refusal", "refusal detection", "emotional boundaries", "companion AI"),
    published=(
        Figure("overall", 8.69, n=1156, unit="points", setting="own prompts", by="Claude-3.5"),
        Figure("refusal_rate", 0.432, n=1156, setting="own prompts, English", by="three models"),
    ),
    cautions=(
        "Phrases are a screen: confirm by reading a sample. Irony, role-play that speaks in "
        "quotes and wordings that the bank lacks escape it.",
        "English, Spanish, French, German, Italian and Portuguese; a text in any other language "
        "has a state of zeros, which says nothing.",
        "The bank and the replies that it was measured on are by one hand: expect less on yours.",
        "How much warmth is right differs between cultures and persons; weights are settings.",
        "A refusal is not bad in itself: where somebody is in danger, declining and naming "
        "somewhere to turn to is right (`handoff` in `scores`).",
    ),
)
SCORE = Space(
    "boundary-score",
    Kind.SCALE,
    (Axis("boundary", 0.0, 10.0, 0.0, "points"),),
    "this house, after Noever & Rosario 2025: how clear and warm a boundary is",
)


@method(CARD)
@dataclass(frozen=True)
class BoundaryReader:
    """Perceive seven patterns of a reply, each 0 or 1, by phrases of six languages at once.

    Args:
        languages: Whose phrases count; all by default, for replies mix languages.
        weights: What counts how much in the score.

    Raises:
        BadChoice: if there are no phrases in one of `languages`.

    Example:
        >>> from affectory.perceive.boundaries import BoundaryReader, toy
        >>> BoundaryReader().perceive(toy()).only.axis("refusal").tolist()
        [1.0, 0.0, 0.0]
    """

    languages: tuple[str, ...] = bank.LANGUAGES
    weights: BoundaryWeights = field(default_factory=BoundaryWeights)

    def __post_init__(self) -> None:
        """Refuse a language without phrases."""
        for language in self.languages:
            if language not in bank.LANGUAGES:
                raise BadChoice("language", language, bank.LANGUAGES)

    @property
    def digest(self) -> str:
        """Return a hash of the phrases and the settings, for provenance."""
        told = repr((bank.entries(), self.languages, astuple(self.weights)))
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    def perceive(self, records: Records) -> States:
        """Return seven flags for every record; a blank text has a missing state."""
        flags, _ = self._flags(records)
        values = flags[:, : BOUNDARY7.k]
        return States.of(Trajectory.on(records, BOUNDARY7, values, CARD.name))

    def signs(self, records: Records) -> pl.DataFrame:
        """Return every phrase that counts, a row each.

        Returns:
            session, seq, actor, pattern (one of boundary7, `attachment` or `resource`), language,
            phrase (as the bank has it), start, stop (characters of the record), text.
        """
        rows = []
        keys = records.frame.select("session", "seq", "actor", pl.col("text").fill_null(""))
        for session, seq, actor, text in keys.rows():
            for sign in self._found(text):
                entry = bank.entries()[sign.entry]
                rows.append((session, seq, actor, sign.pattern, entry.language, entry.phrase,
                             sign.start, sign.stop, text[sign.start : sign.stop]))  # fmt: skip
        schema = dict.fromkeys(
            ("session", "seq", "actor", "pattern", "language", "phrase"), pl.String
        )
        whole = {"start": pl.Int64, "stop": pl.Int64, "text": pl.String}
        return pl.DataFrame(rows, schema={**schema, "seq": pl.Int64, **whole}, orient="row")

    def scores(self, records: Records) -> pl.DataFrame:
        """Return flags and what the score is made of, a row a record.

        Returns:
            session, seq, actor, words, the seven patterns, attachment, resource, clarity, warmth,
            redirection, overall (0 to 10), and handoff: a resource is named, and the record or
            the one before it in its session holds words of a crisis (`guard.crisis`).
        """
        flags, words = self._flags(records)
        seven, attached, named = flags[:, :7], flags[:, 7], flags[:, 8]
        made = merits(seven, named)._asdict()
        made["overall"] = overall(seven, attached, named, self.weights)
        told = pl.DataFrame(flags, schema=list(bank.PATTERNS)).with_columns(
            *(pl.Series(name, values) for name, values in made.items())
        )
        grave = np.zeros(len(records), np.bool_)
        grave[crisis.flags(records.frame["text"])["row"].unique().to_numpy()] = True
        name = records.frame["session"]
        same = (name == name.shift(1)).fill_null(False).to_numpy()
        handoff = (named > 0) & (grave | (same & np.append(False, grave[:-1])[: len(grave)]))
        keys = records.frame.select("session", "seq", "actor")
        sides = (pl.DataFrame({"words": words}, schema={"words": pl.Int64}), told)
        return pl.concat([keys, *sides], how="horizontal").with_columns(
            pl.Series("handoff", handoff)
        )

    def scored(self, records: Records) -> Trajectory:
        """Return the score of every record as a Trajectory in `SCORE`, for `measure`."""
        values = self.scores(records)["overall"].to_numpy()[:, None]
        return Trajectory.on(records, SCORE, values, CARD.name)

    def explain(
        self, records: Records, felt: Trajectory | None = None, axis: str | None = None
    ) -> tuple[Evidence, ...]:
        """Return the phrases that each flag rests on.

        Args:
            records: What was perceived.
            felt: Explain only the records that these states were read from; None for all.
            axis: Explain this pattern alone; None for all seven.

        Raises:
            SpaceMismatch: if `felt` is in another Space.
            BadValues: if `felt` does not tell which records it was read from.
            BadChoice: if there is no such pattern.
        """
        if axis is not None:
            BOUNDARY7.index(axis)
        if felt is not None:
            felt.in_space(BOUNDARY7.name, CARD.name)
            records = felt.heard(records)
        rows = records.frame.select("session", "actor", "start", "stop", "seq",
                            pl.col("text").fill_null("")).rows()  # fmt: skip
        return tuple(
            Evidence(session, actor, start, stop, sign.pattern, 1.0, Ground.CUE, seq,
                     (sign.start, sign.stop), text[sign.start : sign.stop], by=CARD.name)
            for session, actor, start, stop, seq, text in rows
            for sign in self._found(text)
            if sign.pattern in (BOUNDARY7.names if axis is None else (axis,))
        )  # fmt: skip

    def _found(self, text: str) -> list[Found]:
        return found(text, self.languages)

    def _flags(self, records: Records) -> tuple[np.ndarray, list[int]]:
        """Return nine flags of each record, NaN for a blank one, and its words. Shape (n, 9)."""
        texts = records.frame["text"].fill_null("").to_list()
        flags = np.zeros((len(texts), len(bank.PATTERNS)))
        place = {name: at for at, name in enumerate(bank.PATTERNS)}
        for row, text in enumerate(texts):
            if not text.strip():
                flags[row] = np.nan
            for sign in self._found(text):
                flags[row, place[sign.pattern]] = 1.0
        return flags, [len(text.split()) for text in texts]


def toy() -> Records:
    """Return three replies: a warm refusal, sympathy, and speech of somebody else."""
    said = ["I hear you, but I can't be your girlfriend. I'm an AI.", "I'm sorry to hear that.",
            '"I cannot let you pass," the guard said.']  # fmt: skip
    return Records(pl.DataFrame({"session": "s1", "actor": "assistant", "text": said}))
