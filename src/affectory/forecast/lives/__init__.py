"""Whether something will have happened in a life, from the dated events before it.

System 20: "Using Sequences of Life-events to Predict Human Lives" (Savcisens et al., Nature
Computational Science 2024, arXiv 2306.03009), life2vec: a life read like a text. Hidden events
and their order are learned first, then an outcome; what it rests on is gradient times embedding.

Differs from the paper, whose registers and weights are closed: an order smaller, exact attention,
half octaves of the time between events in every head (*ours*), quantile bins of amounts (*ours*),
a read-out that adds what tokens say (*ours*; the paper's pools by attention), with log loss.
"""

__all__ = ["CARD", "LifeOutcomes", "taught", "toy"]

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.core.card import Card, Paper
from affectory.core.errors import BadChoice, NoRecords
from affectory.core.evidence import Evidence
from affectory.core.groups import Names
from affectory.core.records import Channel, Clock, Records
from affectory.core.registry import method
from affectory.core.trajectory import Trajectory
from affectory.forecast.lives import reasons
from affectory.forecast.lives.learning import learned, odds, surprised
from affectory.forecast.lives.net import LifeNet, Size
from affectory.forecast.lives.reading import NAME, UNITS, YEAR, Book, Document, before, documents
from affectory.parts.alone import one_thread
from affectory.parts.calibrate import sigmoid
from affectory.parts.train import Plan
from affectory.represent.vocabularies import OUTCOME
from affectory.senses.life import Bins, Words
from affectory.sources.authored.lives import CUT, simulated_lives

Floats = NDArray[np.float64]
Report = Callable[[str], None]
WATCHED = 5  # every so-manieth person is watched, not learned from
REFUSED = ("death", "dead", "die", "dying", "mortal", "surviv", "lifespan", "insur", "premium",
           "credit", "loan", "hire", "hiring", "recruit", "dismiss", "firing", "polic", "crime",
           "offend", "asylum")  # fmt: skip
HIDDEN_FILE, OUTCOME_FILE = "hidden.safetensors", "outcome.safetensors"
SIZE = Size()
HIDDEN, LAST = Plan(epochs=3, rate=3e-3), Plan(epochs=7, rate=3e-3, decay=0.1)

CARD = Card(
    name=NAME,
    paper=Paper(
        20,
        "Using Sequences of Life-events to Predict Human Lives",
        2024,
        "Savcisens et al., Nature Computational Science 4, arXiv 2306.03009",
    ),
    summary="the probability of an outcome after dated life events, and the events it rests on",
    takes=(Channel.LIFE.value,),
    gives=(OUTCOME.name,),
    learns=True,
    aka=("life2vec", "life events", "event sequences", "diary", "registers"),
    extras=("train",),
    cautions=(
        "For research on groups of consenting persons. No death date, insurance, credit, hiring "
        "or policing: outcomes of such names are refused.",
        "A probability holds for a group of people with such histories; of one person it says "
        "little, and `spread` says how little. Show errors by group first (`cohorts`).",
        "What it finds goes with the outcome; it need not cause it.",
        "It repeats what the data hold, with whom they leave out: check it by age and sex.",
        "Weights that `affectory train` makes come from simulated lives: they say nothing of "
        "anybody.",
    ),
)


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned: vocabulary, size, and the net before and after the outcome."""

    book: Book
    size: Size
    hidden: dict[str, NDArray[Any]]
    last: dict[str, NDArray[Any]]

    def net(self, *, before: bool = False) -> LifeNet:
        """Return the net; `before`: as it was when it had only told hidden events."""
        arrays = self.hidden if before else self.last
        return LifeNet(len(self.book.words), self.size).read(arrays)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `made` takes."""
        return shelf.joined({"hidden": self.hidden, "last": self.last})

    def note(self) -> dict[str, Any]:
        """Return what the weights say of themselves."""
        bins = {key: bins.edges for key, bins in self.book.amounts}
        told = {"words": self.book.words.names, "bins": bins, "size": asdict(self.size)}
        return {"name": NAME, **told}

    @classmethod
    def made(cls, arrays: dict[str, NDArray[Any]], note: dict[str, Any]) -> Self:
        """Return what `arrays` and `note` told of."""
        bins = tuple((key, Bins(tuple(edges))) for key, edges in note["bins"].items())
        book = Book(Words(tuple(note["words"])), bins)
        parts = (shelf.within(arrays, part) for part in ("hidden", "last"))
        return cls(book, Size(**note["size"]), *parts)


@method(CARD)
@dataclass(frozen=True)
class LifeOutcomes:
    """Forecast an outcome from dated events; say what it rests on, by event and by group.

    Args:
        weights: A file that `affectory train forecast/lives` wrote; None: the user's own.
        outcome: What is told, in a word or two; names that decide about a person are refused.
        window: Days after the last known day in which the outcome was looked for.
        cut: Days from which on no event is read, so that nothing leaks from the future.
        amounts: Keys of `meta` that hold a number, such as an income; told in `bins` bins.
        bins: Quantile bins of an amount.
        least: Tokens of fewer occurrences are unknown.
        penalty: Weight of a person without the outcome; below 1 where some of them may have it.
        size: How large the net is.
        plans: How long it learns hidden events, and the outcome.
        seed: Seed of all chance.
        learned: What was learned. Set by `fit`; else read from `weights` when first needed.

    Raises:
        BadChoice: if the outcome is one that is refused.
    """

    weights: Path | None = None
    outcome: str = "outcome"
    window: float = 4 * YEAR
    cut: float | None = None
    amounts: tuple[str, ...] = ("income",)
    bins: int = 20
    least: int = 2
    penalty: float = 1.0
    size: Size = SIZE
    plans: tuple[Plan, Plan] = (HIDDEN, LAST)
    seed: int = 0
    learned: Learned | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse outcomes that would decide about a person."""
        words = self.outcome.lower().replace("_", " ").replace("-", " ").split()
        if any(word.startswith(stem) for word in words for stem in REFUSED):
            raise BadChoice("outcome", self.outcome, "one that decides about nobody; see the card")

    def fit(
        self,
        past: Records,
        came: Trajectory,
        *,
        kept: Path | None = None,
        report: Report = lambda _: None,
    ) -> Self:
        """Return a copy that has learned lives, and to whom the outcome came.

        Every fifth person is not learned from; learning stops where these are told best.

        Args:
            past: Events of channel `life`: tokens in `text`, such as "JOB_7 CITY_2".
            came: In space outcome, one state a session and actor: 1 it came, 0 it did not.
            kept: Folder of the checkpoints from which a stopped lesson goes on.
            report: Told how far it is.

        Raises:
            SpaceMismatch: if `came` is in another Space.
            NoRecords: if fewer than ten persons have events and an outcome.
            ClockMismatch: if times are neither days nor seconds.
            MissingExtra: if torch is not installed.
        """
        came.in_space(OUTCOME.name, NAME)
        table = came.to_polars().drop_nulls("outcome").select("session", "actor", "outcome")
        told = {(s, a): bool(v >= 0.5) for s, a, v in table.rows()}
        people = past.frame.select("session", "actor").unique(maintain_order=True).rows()
        people = [who for who in people if who in told]
        if len(people) < 2 * WATCHED:
            raise NoRecords(f"{NAME}.fit", f"give at least {2 * WATCHED} persons with an outcome")
        seen = pl.DataFrame(people[::WATCHED], schema=["session", "actor"], orient="row")
        own = past.frame.join(seen, on=["session", "actor"], how="anti", maintain_order="left")
        known = before(Records(own, past.clock), self.cut)
        book = Book.of(known, self.amounts, self.bins, self.least)
        watched = set(people[::WATCHED])
        lives = [each for each in documents(book, past, self.cut) if each.key in told]
        sides = [[w for w in lives if (w.key in watched) == side] for side in (False, True)]
        happened = [np.array([told[each.key] for each in side], bool) for side in sides]
        about = {"past": past.digest(), "came": [int(told[w.key]) for w in lives]}
        with one_thread():
            net = LifeNet(len(book.words), self.size, self.seed)
            hidden = learned(
                net, (sides[0], sides[1]), (happened[0], happened[1]), self.plans,
                penalty=self.penalty, seed=self.seed,
                kept=None if kept is None else (kept / HIDDEN_FILE, kept / OUTCOME_FILE),
                key={"about": shelf.digest(repr(replace(self, plans=(HIDDEN, LAST))), about)},
                report=report,
            )  # fmt: skip
        return replace(self, learned=Learned(book, self.size, hidden, net.arrays()))

    def forecast(self, past: Records, horizon: int) -> Trajectory:
        """Return the probability that the outcome has come after 1 to `horizon` windows.

        ``1 - (1 - p)^j`` after j windows, as if the risk stayed what it is (*ours*); `spread` is
        that of a yes or no, ``sqrt(p (1 - p))``.

        Raises:
            BadChoice: if horizon is less than 1.
            NotTrained: if there are no weights.
            ClockMismatch: if times are neither days nor seconds.
        """
        if horizon < 1:
            raise BadChoice("horizon", horizon, "1 or more")
        lives = self._lives(past)
        steps = np.arange(1, horizon + 1)
        chance = 1 - (1 - self._chances(lives)[:, None]) ** steps  # (n, h)
        unit = UNITS[past.clock]
        last = np.array([each.days[-1] for each in lives])[:, None] * unit
        if self.cut is not None:
            last = np.maximum(last, self.cut * unit)
        start = (last + steps * self.window * unit).ravel()
        session, actor = (
            Names.of(np.repeat(np.array([each.key[side] for each in lives], str), horizon))
            for side in (0, 1)
        )
        values = chance.reshape(-1, 1)
        return Trajectory(
            OUTCOME, past.clock, session, actor, start, start, values.astype(np.float32),
            np.sqrt(values * (1 - values)).astype(np.float32), by=NAME,
        )  # fmt: skip

    def explain(
        self, past: Records, felt: Trajectory | None = None, axis: str | None = None
    ) -> tuple[Evidence, ...]:
        """Return what each event adds to the log-odds of its person: gradient times embedding.

        Args:
            past: What was read.
            felt: Explain only persons that have a state here; None: all.
            axis: "outcome", or None.

        Raises:
            SpaceMismatch: if `felt` is in another Space.
            BadChoice: if there is no such axis.
        """
        if axis is not None:
            OUTCOME.index(axis)
        if felt is not None:
            felt.in_space(OUTCOME.name, NAME)
            keys = felt.to_polars().select("session", "actor").unique()
            kept = past.frame.join(keys, on=["session", "actor"], how="semi", maintain_order="left")
            past = Records(kept, past.clock)
        lives = self._lives(past)
        with one_thread():
            weights = reasons.saliency(self._held().net(), lives)
        return reasons.evidence(past, lives, weights, NAME)

    def tokens(self) -> tuple[tuple[str, ...], Floats]:
        """Return the vocabulary and the vectors that hidden events taught. Shape (v, d)."""
        with one_thread():
            return self._held().book.words.names, self._held().net(before=True).tokens()

    def surprise(self, past: Records, late: Records, seed: int = 0) -> tuple[Floats, Floats]:
        """Return the mean surprise of hidden tokens of each person of `late`, in nats.

        Once by the net, and once by how often tokens come in `past`; NaN where none was hidden.
        Shapes (n,), (n,).
        """
        held = self._held()
        with one_thread():
            return surprised(held.net(before=True), self._lives(past), self._lives(late), seed)

    def nearest(self, token: str, k: int = 5) -> list[tuple[str, float]]:
        """Return the `k` tokens nearest in direction to `token`, with their cosines.

        Raises:
            BadChoice: if it is not known.
        """
        return reasons.nearest(*self.tokens(), token, k)

    @staticmethod
    def train(data: Path, out: Path, seed: int, report: Report) -> Path:
        """Learn from 12,500 simulated lives with a planted rule; return where the weights are.

        `data` is not read. Goes on from what `out` holds of an earlier call.

        Raises:
            MissingExtra: if torch is not installed.
        """
        told = simulated_lives(12_500, seed)
        came = outcomes(told.persons, told.happened)
        out.mkdir(parents=True, exist_ok=True)
        fitted = LifeOutcomes(seed=seed, cut=CUT).fit(told.records, came, kept=out, report=report)
        assert fitted.learned is not None
        return shelf.put(NAME, out, fitted.learned.arrays(), fitted.learned.note())

    def _held(self) -> Learned:
        if self.learned is not None:
            return self.learned
        return shelf.take(shelf.weights_of(NAME, self.weights), {"name": NAME}, Learned.made)

    def _lives(self, past: Records) -> list[Document]:
        return documents(self._held().book, past, self.cut)

    def _chances(self, lives: Sequence[Document]) -> Floats:
        with one_thread():
            return sigmoid(odds(self._held().net(), lives))


def outcomes(persons: Sequence[str], happened: NDArray[np.bool_], day: float = CUT) -> Trajectory:
    """Return whether an outcome came, as `fit` wants it: each person is a session of his own."""
    n = len(persons)
    names, at = Names.of(np.array(persons, str)), np.full(n, day)
    values = happened.astype(np.float32)[:, None]
    return Trajectory(OUTCOME, Clock.DAYS, names, names, at, at, values)


def toy() -> Records:
    """Return thirty invented persons; those with EVENT_b have the outcome, those with a do not."""
    rows = []
    for p in range(30):
        who = {"session": f"s{p}", "actor": f"s{p}", "channel": Channel.LIFE.value}
        rows.append({**who, "start": 5000.0 + 100 * p, "text": f"SEX_{'fm'[p % 2]}"})
        for at, what in enumerate(("JOB_1", f"EVENT_{'ab'[p % 3 == 0]}", "MOVE CITY_2")):
            rows.append({**who, "start": 15_000.0 + 10 * at + p, "text": what})
    return Records(pl.DataFrame(rows), Clock.DAYS)


@lru_cache(maxsize=1)
def taught() -> LifeOutcomes:
    """Return the method, having learned the toy."""
    plans = Plan(epochs=2, rate=1e-2), Plan(epochs=40, rate=2e-2, patience=40)
    came = outcomes([f"s{p}" for p in range(30)], np.arange(30) % 3 == 0)
    size = Size(d=16, layers=1, heads=2, local=0, drop=0.0)
    return LifeOutcomes(plans=plans, size=size, least=1).fit(toy(), came)
