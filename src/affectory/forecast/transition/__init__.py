"""Next emotion = last emotion + a push from context, in the measure of a personality.

System 08: "Automatically Select Emotion for Response via Personality-affected Emotion
Transition" (Wen, Cao, Yang, Liu & Shen, Findings of ACL 2021, arXiv 2106.15846):
``E_r = E_i + dE(context) (*) (W P + b)`` in valence, arousal, dominance, with P the influence of
the Big Five (Mehrabian 1996).

Differs from the paper: its RoBERTa is replaced by the states that another perceiver reads from
what was said and heard; chances of labels start from habit, how often each emotion follows each,
and the push moves them by the likelihood of labels about their anchors (*ours*; with the paper's
tanh head the net forgot what it began with). Which label is named weighs rare ones
(`parts.deciding`, *ours*).
"""

__all__ = [
    "ANCHORS", "CARD", "LABELS", "PersonalityTransition", "influence", "nearest", "taught", "toy",
]  # fmt: skip

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from affectory.core import registry, shelf
from affectory.core.card import Card, Paper
from affectory.core.errors import BadChoice, NoRecords
from affectory.core.figure import Figure
from affectory.core.groups import Names
from affectory.core.records import Records
from affectory.core.registry import method
from affectory.core.states import States
from affectory.core.trajectory import Clock, Trajectory
from affectory.core.verbs import Perceiver
from affectory.forecast.transition.anchors import (
    ANCHORS,
    LABELS,
    influence,
    nearest,
    placed,
    returns,
)
from affectory.forecast.transition.push import Push, Step, learn
from affectory.forecast.transition.turns import Turns, labels_of, turns_of
from affectory.parts.blend import folds_of
from affectory.parts.deciding import Decision
from affectory.parts.dynamics import half_life, occupancy, second, stationary, walks
from affectory.parts.windows import latest
from affectory.represent.abreast import abreast
from affectory.represent.prototypes import prototypes_of
from affectory.represent.vocabularies import VAD
from affectory.sources.peld import read_peld

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

CARD = Card(
    name="forecast/transition",
    paper=Paper(
        8,
        "Automatically Select Emotion for Response via Personality-affected Emotion Transition",
        2021,
        "Wen, Cao, Yang, Liu & Shen, Findings of ACL 2021, arXiv 2106.15846",
    ),
    summary="the next emotion of a character with a personality, in VAD and as one of seven labels",
    takes=(),
    gives=(VAD.name,),
    learns=True,
    aka=("PELD", "emotion transition", "Big Five", "mood", "character"),
    published=(
        Figure("macro_f1", 0.110, n=651, setting="PELD, official random split, authors' log",
               by="transition, CE, RoBERTa (a collapsed run)"),
        Figure("weighted_f1", 0.556, n=651, by="transition, CE, RoBERTa (a collapsed run)",
               setting="PELD, authors' log; weighted by predicted support"),
    ),
    cautions=(
        "It was taught on six characters of one sitcom, so that personality and character cannot "
        "be told apart; personalities beyond theirs are held to three standard deviations.",
        "Nobody should be typed by Big Five from lines of a script; a simulated emotion must be "
        "said to be one.",
        "The next emotion is hardly known: the truth is named in two turns of five.",
        "Labels are points; how strong an emotion is does not show.",
    ),
)  # fmt: skip
REST = LABELS.index("neutral")
RIDGE = 0.02
INNER = 3  # folds from which the decision is learned
AVERAGE = (0.5,) * 5


class _Learned(NamedTuple):
    push: Push
    decision: Decision

    @staticmethod
    def of(arrays: shelf.Arrays, note: dict[str, Any]) -> "_Learned":
        """Return what `arrays` told of."""
        decision = shelf.within(arrays, "decision")
        push = Push.of(shelf.within(arrays, "push"))
        return _Learned(push, Decision(decision["slope"], decision["step"]))


@method(CARD)
@dataclass(frozen=True)
class PersonalityTransition:
    """Forecast the next emotions of characters: habit, context, and personality.

    `forecast` continues paths where nothing is said yet, among contexts as they usually are;
    `expected` reads what was said; `paths` draws possible moods.

    Args:
        traits: O, C, E, A, N in [0, 1] of whoever is not in `cast`.
        cast: Traits of actors by name.
        stability: Whether 1 - N stands for N; see `influence`.
        weights: A file that `affectory train forecast/transition` wrote; None: where it put them.
        perceiver: Whose states are the context; None: `perceive/utterance`. Must be the one that
            was there in training.
        ridge: Penalty on what is learned, >= 0.
        weight: What accuracy is worth beside macro-F1 when a label is named.
        personal: Whether the personality counts.
        learned: What was learned. Set by `fit`; else read from `weights` when first needed.

    Raises:
        BadChoice: if traits are no five numbers in [0, 1].
    """

    traits: tuple[float, ...] = AVERAGE
    cast: tuple[tuple[str, tuple[float, ...]], ...] = ()
    stability: bool = False
    weights: Path | None = None
    perceiver: Perceiver | None = None
    ridge: float = RIDGE
    weight: float = 0.5
    personal: bool = True
    learned: _Learned | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse traits that are none."""
        for name, traits in (("traits", self.traits), *self.cast):
            if len(traits) != 5 or not all(0 <= trait <= 1 for trait in traits):
                raise BadChoice(f"traits of {name}", traits, "five numbers from 0 to 1: O C E A N")

    @property
    def digest(self) -> str:
        """Return a hash of what was learned and of the settings, for provenance."""
        learned = self.learned or shelf.weights_of(CARD.name, self.weights)
        return shelf.digest(learned, {"traits": self.traits, "cast": self.cast,
                                      "stability": self.stability})  # fmt: skip

    def forecast(self, past: Trajectory, horizon: int) -> Trajectory:
        """Return `horizon` states that follow the last known one of each group, in vad.

        A state is the mean of the anchors of what may come, `spread` their standard deviation. A
        group without any known state begins at neutral.

        Raises:
            BadChoice: if horizon is less than 1.
            SpaceMismatch: if `past` is not in vad.
            NotTrained: if there are no weights.
        """
        shares = self.shares(past, horizon)
        if not len(shares):
            return replace(past, by=CARD.name)
        mean, spread = placed(shares)
        return past.ahead(mean, CARD.name, spread)

    def shares(self, past: Trajectory, horizon: int) -> Floats:
        """Return how likely each label is after 1 to `horizon` steps. Shape (g, horizon, 7).

        The errors are those of `forecast`.
        """
        begin, own, tables = self._begun(past, horizon)
        every = [occupancy(np.eye(LABELS.k), table, horizon) for table in tables]
        return np.stack(every)[own, begin] if every else np.empty((0, horizon, LABELS.k))

    def paths(self, past: Trajectory, horizon: int, draws: int = 100, seed: int = 0) -> Trajectory:
        """Return possible moods: each draw walks from label to label, and stands at its anchor.

        Args:
            past: States in vad.
            horizon: Steps of a walk, >= 1.
            draws: Walks of each group, >= 1.
            seed: Seed of chance.
        """
        if draws < 1:
            raise BadChoice("draws", draws, "1 or more")
        begin, own, tables = self._begun(past, horizon)
        if not len(begin):
            return replace(past, by=CARD.name)
        rng = np.random.default_rng(seed)
        told = np.empty((len(begin), draws, horizon), np.int64)
        for at, table in enumerate(tables):
            mine = own == at
            told[mine] = walks(np.eye(LABELS.k)[begin[mine]], table, horizon, draws, rng)
        return past.ahead(ANCHORS[told], CARD.name)

    def table(self, traits: Sequence[float] | None = None) -> Floats:
        """Return the chain of a personality among usual contexts: rows sum to one. Shape (7, 7)."""
        felt = influence(self.traits if traits is None else traits, self.stability)
        return self._learned().push.alone(felt)

    def rest(self, traits: Sequence[float] | None = None) -> Floats:
        """Return how a personality spends its time in the long run. Shape (7,)."""
        return stationary(self.table(traits))

    def half_life(self, traits: Sequence[float] | None = None) -> float:
        """Return after how many own turns half of any difference from rest is left."""
        return half_life(second(self.table(traits)))

    def recovery(
        self, traits: Sequence[float] | None = None, horizon: int = 50
    ) -> dict[str, float]:
        """Return after how many own turns half of each emotion is gone, by label.

        The distance is that of the expected place in VAD from where it comes to rest; between two
        turns it is drawn as a line.
        """
        return returns(self.table(traits), horizon)

    def expected(self, records: Records, felt: Trajectory) -> States:
        """Return what each turn was expected to feel, from before it was said: vad and ekman7n.

        Args:
            records: A conversation.
            felt: What was felt, in ekman7n or vad. Of each turn, only earlier states are read:
                its actor's own last one, neutral at the first turn.

        Returns:
            A state for every record; labels are chances, vad their mean place, with spread.

        Raises:
            NotTrained: if there are no weights.
        """
        step, _ = self._step(records, felt)
        shares = self.chances(step) if len(records) else np.empty((0, LABELS.k))
        mean, spread = placed(shares)
        return States.of(
            Trajectory.on(records, VAD, mean, CARD.name, spread),
            Trajectory.on(records, LABELS, shares, CARD.name),
        )

    def fit(self, records: Records, felt: Trajectory) -> Self:
        """Return a copy that has learned from conversations.

        Args:
            records: Conversations; those of one session never stand on both sides of a fold.
            felt: What was felt, in ekman7n or vad. Learned from is every turn whose actor has
                an earlier one in its session.

        Raises:
            NoRecords: if there are fewer than 20 such turns, or two sessions.
        """
        step, turns = self._step(records, felt)
        after = labels_of(records, felt)
        held = (turns.own >= 0) & (after >= 0)
        group = np.unique(records.frame["session"].to_numpy(), return_inverse=True)[1][held]
        if held.sum() < 20 or len(np.unique(group)) < 2:
            raise NoRecords(f"{CARD.name}.fit", "give 20 turns of several conversations")
        return self.taught_by(step.rows(held), after[held], group)

    def taught_by(self, step: Step, after: Places, group: Places, seed: int = 0) -> Self:
        """Return a copy that has learned from rows, as `fit` does. Shapes (n,), (n,)."""
        every: dict[str, Any] = {"ridge": self.ridge, "seed": seed, "personal": self.personal}
        sd = prototypes_of(LABELS.name).sd
        fold = folds_of(group, min(INNER, len(np.unique(group))), seed)
        unseen = np.empty((len(after), LABELS.k))
        for at in np.unique(fold):
            on = fold != at
            push = learn(step.rows(on), after[on], ANCHORS, sd, **every)
            unseen[~on] = push.chances(step.rows(~on))
        push = learn(step, after, ANCHORS, sd, **every)
        return replace(self, learned=_Learned(push, Decision.learn(unseen, after, self.weight)))

    def lesson(
        self, before: Places, said: Sequence[str], heard: Sequence[str], traits: ArrayLike
    ) -> Step:
        """Return n rows to learn from, or to say what follows.

        Args:
            before: Label of the last own emotion, in the order of ekman7n. Shape (n,).
            said: Last own words. Length n.
            heard: The other's words since. Length n.
            traits: O, C, E, A, N in [0, 1]. Shape (n, 5).
        """
        context = np.hstack([self._read(said), self._read(heard)])
        return Step(before, context, influence(traits, self.stability))

    def chances(self, step: Step) -> Floats:
        """Return how likely each label is after each row of `lesson`. Shape (n, 7)."""
        return self._learned().push.chances(step)

    def decide(self, chances: ArrayLike) -> Places:
        """Return the label to name for chances (n, 7), so that rare ones are not forgotten. (n,).

        Which is best for macro-F1 and accuracy together was learned; see `weight`.
        """
        return self._learned().decision.choose(chances)

    @staticmethod
    def train(data: Path, out: Path, seed: int, report: Callable[[str], None]) -> Path:
        """Learn from PELD; return the path of the weights.

        Args:
            data: Folder that holds the folder `peld`.
            out: Folder for the weights; they are also put where the method looks for them.
            seed: Seed of everything random.
            report: Told how far it is.

        Raises:
            MissingFile: if the data set is not there.
        """
        triples = read_peld(data / "peld")
        bare = PersonalityTransition()
        report(f"reading {2 * len(triples.said):,} utterances")
        names = np.array(LABELS.names)
        codes = (triples.emotions[..., None] == names).argmax(axis=-1)
        step = bare.lesson(codes[:, 0], triples.said, triples.heard, triples.traits)
        report("learning")
        own = bare.taught_by(step, codes[:, 2], triples.dialogue, seed)._learned()
        decision = {"slope": own.decision.slope, "step": own.decision.step}
        arrays = shelf.joined({"push": own.push.arrays(), "decision": decision})
        return shelf.put(CARD.name, out, arrays, bare._told())

    def _told(self) -> dict[str, Any]:
        """Return what must be in use as it was in learning."""
        return {"name": CARD.name, "perceiver": shelf.known_as(self._other),
                "stability": self.stability}  # fmt: skip

    def _learned(self) -> _Learned:
        if self.learned is not None:
            return self.learned
        return shelf.take(shelf.weights_of(CARD.name, self.weights), self._told(), _Learned.of)

    @property
    def _other(self) -> Perceiver:
        other: Perceiver = self.perceiver or registry.make("perceive/utterance")
        return other

    def _read(self, texts: Sequence[str]) -> Floats:
        names = [str(at) for at in range(len(texts))]
        kinds = {"session": pl.String, "actor": pl.String, "text": pl.String}
        frame = pl.DataFrame({"session": names, "actor": "x", "text": list(texts)}, schema=kinds)
        records = Records(frame)
        states = self._other.perceive(records)
        return np.nan_to_num(np.hstack([abreast(records, states[space]) for space in states]))

    def _step(self, records: Records, felt: Trajectory) -> tuple[Step, Turns]:
        """Return a row per record: own last emotion, last own and last heard words, personality."""
        turns = turns_of(records)
        labels = np.append(labels_of(records, felt), REST)
        before = labels[turns.own]  # -1: neutral
        cast = dict(self.cast)
        traits = [cast.get(name, self.traits) for name in records.frame["actor"].to_list()]
        table = np.array(traits, np.float64).reshape(-1, 5)
        return self.lesson(
            np.where(before < 0, REST, before), turns.said, turns.heard, table
        ), turns

    def _begun(self, past: Trajectory, horizon: int) -> tuple[Places, Places, list[Floats]]:
        """Return the label that each group begins with, which chain it has, and all chains."""
        if horizon < 1:
            raise BadChoice("horizon", horizon, "1 or more")
        past.in_space(VAD.name, CARD.name)
        begin = np.full(len(past.groups), REST)
        last = latest(past.groups.offsets, ~past.missing, 1)[:, 0]
        begin[last >= 0] = nearest(past.values[last[last >= 0]])
        cast, chains = dict(self.cast), dict[tuple[float, ...], int]()
        names = (past.actor.names[code] for code in past.groups.actor)
        traits = [tuple(cast.get(name, self.traits)) for name in names]
        own = np.array([chains.setdefault(each, len(chains)) for each in traits], np.int64)
        return begin, own, [self.table(each) for each in chains]


def toy() -> Trajectory:
    """Return three turns of two speakers: ann grows angry, bo was glad and fell silent."""
    values = np.array([[0, 0, 0], [0, 0, 0], ANCHORS[0], ANCHORS[3], ANCHORS[3], [np.nan] * 3])
    turns = np.tile(np.arange(3.0), 2)
    who = Names(np.repeat(np.arange(2, dtype=np.int32), 3), ("ann", "bo"))
    talk = Names(np.zeros(6, np.int32), ("s1",))
    return Trajectory(VAD, Clock.TURNS, talk, who, turns, turns + 1, values.astype(np.float32))


@cache
def taught() -> PersonalityTransition:
    """Return the method, taught in a moment that joy is answered with joy and insults anger."""
    lines = (("what a joy", "I love you", "joy", "joy"),
             ("I hate this", "you are bad", "anger", "anger"),
             ("the table has legs", "it does", "neutral", "neutral"),
             ("what a joy", "you are bad", "joy", "neutral"))  # fmt: skip
    said, heard, first, last = zip(*(lines * 8), strict=True)
    bare = PersonalityTransition(perceiver=registry.make("perceive/lexicon"))
    before, after = (np.array([LABELS.index(name) for name in side]) for side in (first, last))
    traits = np.tile([[0.4] * 5, [0.6] * 5], (16, 1))
    step = bare.lesson(before, said, heard, traits)
    return bare.taught_by(step, after, np.arange(32) // 4)
