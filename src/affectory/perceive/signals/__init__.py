"""Signs in conversations with agents: 25 leaf types, by phrases, repeats, errors and loops.

System 33: "Signals: Trajectory Sampling and Triage for Agentic Interactions" (Chen, Hafeez,
Paracha 2026, arXiv 2604.00356). No model, no call, nothing leaves the machine.

Differs from the paper and its open port: the phrases (`bank`) and the wording of errors
(`senses.faults`) are *ours*, as are the two conditions on likenesses (`alike`), a guard against
"not helpful" for what is glad, and where a snippet is cut. An inner mark parts words ("ok,thanks"),
apostrophes go. Not here: the arithmetic (`measure.triage`) and the picks (`measure.picking`).
"""

__all__ = ["CARD", "SignalReader", "toy"]

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

import numpy as np
import polars as pl

from affectory.core.card import Card, Paper
from affectory.core.errors import BadChoice
from affectory.core.evidence import Evidence, Ground
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.registry import method
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.measure.triage import Decay, Report, Sign, leaf
from affectory.perceive.signals import bank
from affectory.perceive.signals.reading import Settings, found
from affectory.perceive.signals.telling import beside, moods, sign
from affectory.represent.vocabularies import SIGNALS
from affectory.senses.trace import Role, Steps, steps_of, steps_told

CARD = Card(
    name="perceive/signals",
    paper=Paper(
        33,
        "Signals: Trajectory Sampling and Triage for Agentic Interactions",
        2026,
        "Chen, Hafeez & Paracha, arXiv 2604.00356",
    ),
    summary="25 signs in a log of an agent: corrections, quits, thanks, failing tools, loops ...",
    takes=("text", "trace"),
    gives=(SIGNALS.name,),
    aka=("agent triage", "trajectory sampling", "Plano signals", "tool loops", "agent traces"),
    published=(
        Figure("informativeness", 0.82, unit="share", setting="tau-bench, raters", by="signals"),
        Figure("informativeness", 0.74, unit="share", setting="tau-bench, raters", by="heuristic"),
        Figure("informativeness", 0.54, unit="share", setting="tau-bench, raters", by="random"),
    ),
    cautions=(
        "Signs say where to look, not why, nor that somebody is unhappy: thanks can be sarcasm.",
        "Phrases are English; in any other language what is said has no sign but capitals, "
        "repeated marks and repetition. Errors of tools are read in English too.",
        "Errors are told by wording: data that quotes an error looks like one.",
        "A message that opens with please, yes or thanks is never a repetition, nor its marks "
        "anger: polite despair is missed.",
        "Snippets hold what people wrote: mask them before they leave the machine (--redact).",
    ),
)


@method(CARD)
@dataclass(frozen=True)
class SignalReader:
    """Perceive 25 signs of how a conversation with an agent goes.

    Who is called user, human, customer ... or by any name that is no role is a person;
    assistant, gpt, agent, bot ... is an agent; tool, function, observation ... what a tool
    answers. System prompts are left out.

    Args:
        agents: Names of actors that are agents, beside these.
        window: How many of the last messages of a session are read, None for all; those before
            have a missing state.
        longest: Characters of a message that are read: a fifth from its head, the rest from its
            end. At least 10.
        decay: How efficiency falls with the turns of the user.
        trigrams: Share of trigrams from which a short message is like a phrase, in (0, 1].
        cosine: Cosine of word counts from which it is, in (0, 1].
        strict: Whether a likeness also needs the words that turn a phrase, and those of weight.
        empty: Whether equal calls without arguments make a retry.

    Raises:
        BadChoice: if a number is out of range.

    Example:
        >>> from affectory.perceive.signals import SignalReader, toy
        >>> [report.summary for report in SignalReader().reports(toy())]
        ['poor (37): 1 failure, 1 loops', 'good (62): 1 satisfaction']
    """

    agents: tuple[str, ...] = ()
    window: int | None = 100
    longest: int = 2000
    decay: Decay = field(default_factory=Decay)
    trigrams: float = 0.65
    cosine: float = 0.60
    strict: bool = True
    empty: bool = True

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing."""
        for name in ("trigrams", "cosine"):
            if not 0 < getattr(self, name) <= 1:
                raise BadChoice(name, getattr(self, name), "a share in (0, 1]")
        if self.window is not None and self.window < 1:
            raise BadChoice("window", self.window, "a number >= 1, or None")
        if self.longest < SHORTEST:
            raise BadChoice("longest", self.longest, f"a number >= {SHORTEST}")

    @property
    def digest(self) -> str:
        """Return a hash of the phrases and the settings, for provenance."""
        told = repr((bank.digest(), astuple(self)))
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    def perceive(self, records: Records) -> States:
        """Return 25 flags for every record: how surely each type is signed there.

        A record without words and without calls, or before the window, has a missing state.
        """
        values = np.full((len(records), SIGNALS.k), np.nan)
        for low, part in _parts(records):
            steps = self._steps(part)
            read = np.zeros(len(part), dtype=np.bool_)
            read[steps.record] = True
            silent = part.frame["text"].fill_null("").str.strip_chars().str.len_bytes() == 0
            called = np.zeros(len(part), dtype=np.bool_)
            called[steps.record[steps.of(Role.CALL)]] = True
            values[low : low + len(part)][read & (~silent.to_numpy() | called)] = 0.0
            for one in found(steps, self._settings)[0]:
                row = low + int(steps.record[one.step])
                axis = SIGNALS.index(one.kind)
                values[row, axis] = np.fmax(values[row, axis], one.confidence)
        return States.of(Trajectory.on(records, SIGNALS, values, CARD.name))

    def reports(
        self, records: Records, felt: Trajectory | None = None, context: int = 50
    ) -> Iterator[Report]:
        """Yield a report for every session.

        Args:
            records: Whole sessions.
            felt: States of the same records, such as valence and arousal of what users say: each
                turn of a user is put beside the signs.
            context: Characters of a snippet before and after the words of a sign.
        """
        mood = moods(records, felt)
        for low, part in _parts(records):
            steps = self._steps(part)
            seq = part.frame["seq"].to_list()
            yield from self._told(steps, context, seq, mood, low)

    def report(self, messages: Sequence[Mapping[str, Any]], session: str = "0") -> Report:
        """Return the report of one conversation, as a gateway holds it.

        Args:
            messages: Mappings with role and content (OpenAI), or from and value (ShareGPT).
            session: Its name.
        """
        return next(iter(self.told([messages], [session])))

    def told(
        self,
        conversations: Sequence[Sequence[Mapping[str, Any]]],
        names: Sequence[str] | None = None,
    ) -> Iterator[Report]:
        """Yield a report for every list of messages.

        Args:
            conversations: As in `report`.
            names: Their names; None for their numbers.
        """
        given = list(map(str, range(len(conversations)))) if names is None else list(names)
        for low in range(0, len(conversations), MANY):
            part = conversations[low : low + MANY]
            steps = steps_told(
                part, given[low : low + MANY], self.window, self.longest, self.agents
            )
            yield from self._told(steps, CONTEXT)

    def signs(self, records: Records) -> pl.DataFrame:
        """Return every sign, a row each.

        Returns:
            session, seq, message_index, type, confidence, snippet.
        """
        rows = [
            (report.session, sign.seq, sign.message_index, sign.type, sign.confidence, sign.snippet)
            for report in self.reports(records)
            for sign in report.signs
        ]
        schema = {"session": pl.String, "seq": pl.Int64, "message_index": pl.Int64,
                  "type": pl.String, "confidence": pl.Float64, "snippet": pl.String}  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")

    def explain(
        self, records: Records, felt: Trajectory | None = None, axis: str | None = None
    ) -> tuple[Evidence, ...]:
        """Return the words that each sign rests on.

        Args:
            records: What was perceived.
            felt: Explain only the records that these states were read from; None for all. Whole
                sessions are read in any case.
            axis: Explain this sign alone; None for all 25.

        Raises:
            SpaceMismatch: if `felt` is in another Space.
            BadValues: if `felt` does not tell which records it was read from.
            BadChoice: if there is no such sign.
        """
        if axis is not None:
            SIGNALS.index(axis)
        wanted = None
        if felt is not None:
            felt.in_space(SIGNALS.name, CARD.name)
            heard = felt.heard(records).frame
            wanted = set(heard.select("session", "seq").rows())
        keys = ("session", "seq", "actor", "start", "stop")
        rows = {row[:2]: row[2:] for row in records.frame.select(keys).rows()}
        out = []
        for report in self.reports(records, context=0):
            for one in report.signs:
                key, kind = (report.session, one.seq), leaf(one.type)
                if axis in (None, kind) and (wanted is None or key in wanted):
                    actor, start, stop = rows[key]
                    out.append(
                        Evidence(
                            report.session,
                            actor,
                            start,
                            stop,
                            kind,
                            one.confidence,
                            Ground.CUE,
                            one.seq,
                            one.span,
                            one.snippet,
                            by=CARD.name,
                        )
                    )
        return tuple(out)  # fmt: skip

    @property
    def _settings(self) -> Settings:
        return Settings(self.decay, self.trigrams, self.cosine, self.strict, self.empty)

    def _steps(self, records: Records) -> Steps:
        return steps_of(records, self.window, self.longest, self.agents)

    def _told(
        self,
        steps: Steps,
        context: int,
        seq: Sequence[int] = (),
        mood: Mapping[int, Mapping[str, float]] | None = None,
        low: int = 0,
    ) -> Iterator[Report]:
        """Yield the reports of steps; `low` is the row of their first record."""
        signs, turns = found(steps, self._settings)
        record, index = steps.record.tolist(), steps.index.tolist()
        held: list[list[Sign]] = [[] for _ in steps.names]
        session = steps.session.tolist()
        for one in signs:
            at = seq[record[one.step]] if seq else -1
            made = sign(steps, one, index[one.step], at, context)
            if made.span and len(steps.text[one.step]) >= self.longest < 5 * made.span[1]:
                made = made._replace(span=None)  # cut out of a longer text: it is elsewhere there
            held[session[one.step]].append(made)
        felt = beside(steps, mood or {}, low)
        lengths = steps.lengths.tolist()
        for at, name in enumerate(steps.names):
            yield Report(name, tuple(held[at]), turns[at], lengths[at], tuple(felt.get(at, ())))


def _parts(records: Records) -> Iterator[tuple[int, Records]]:
    """Yield whole sessions, about so many records at a time, and the row of the first."""
    low = 0
    for part in records.batches(ROWS) if len(records) else ():
        yield low, part
        low += len(part)


def toy() -> Records:
    """Return a tool that fails and is called three times in other words, and a thank you."""
    call = '{"tool_calls": [{"function": {"name": "find", "arguments": "{\\"name\\": \\"%s\\"}"}}]}'
    rows = [
        ("s1", "user", "Where does Zoe live?", None),
        *(("s1", "assistant", None, call % name) for name in ("zoe", "Zoe", "Zoë")),
        ("s1", "tool", "Error: user not found", None),
        ("s2", "user", "Which street is it?", None),
        ("s2", "assistant", "It is Elm Street.", None),
        ("s2", "user", "Thank you, bye.", None),
    ]
    return Records(pl.DataFrame(rows, schema=["session", "actor", "text", "meta"], orient="row"))


ROWS = 8192  # records that are read at once
MANY = 512  # conversations that are read at once
CONTEXT = 50  # characters
SHORTEST = 10
