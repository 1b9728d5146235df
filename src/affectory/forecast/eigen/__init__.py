"""Several ways a path may go on, each a handful of numbers; and a fan that holds what it says.

System 29: "EigenTrajectory: Low-Rank Descriptors for Multi-Modal Trajectory Forecasting" (Bae, Oh
& Jeon 2023). Paths without their poses are written in the first singular vectors of all paths;
typical futures are anchors, which a small network moves for each path. Here a path is any
Trajectory: people on the ground, or states of valence and arousal.

Differs from the paper: the network is a perceptron of *ours* that also says how likely each mode
is; poses are left in by default, since axes of a feeling have a meaning; the middle, the margins
and equally likely draws (`fans`) are *ours*.
"""

__all__ = ["CARD", "Draws", "EigenForecast", "Modes", "taught", "toy"]

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.core.card import ANY, Card, Paper
from affectory.core.choices import one_of
from affectory.core.errors import BadChoice, NoRecords, NotFitted, SpaceMismatch
from affectory.core.figure import Figure
from affectory.core.groups import Names
from affectory.core.registry import method
from affectory.core.space import Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.forecast.eigen.codes import Codes
from affectory.forecast.eigen.learned import Learned
from affectory.forecast.eigen.sights import cut, last_seen
from affectory.represent.vocabularies import VA

F32 = NDArray[np.float32]
Report = Callable[[str], None]

CARD = Card(
    name="forecast/eigen",
    paper=Paper(
        29,
        "EigenTrajectory: Low-Rank Descriptors for Multi-Modal Trajectory Forecasting",
        2023,
        "Bae, Oh & Jeon, ICCV 2023, arXiv 2307.09306",
    ),
    summary="several possible futures of a path, from a basis of all paths and typical futures",
    takes=(),
    gives=(ANY,),
    learns=True,
    aka=("EigenTrajectory", "ET", "trajectory descriptor", "multi-modal forecast", "pedestrians"),
    extras=("train",),
    published=tuple(
        Figure(name, value, n=33654, unit="m", by="ET-LB-EBM",
               setting="ETH/UCY, leave one scene out, 8 seen, 12 ahead, best of 20, mean of scenes")
        for name, value in (("ade", 0.21), ("fde", 0.34))
    ),
    cautions=(
        "The best of twenty hides the other nineteen: read the mean of all and the likelihood too.",
        "Modes carry the habits of those it learned from, people and places alike.",
        "A forecast of a feeling says what is common after such a path; it knows nothing of what "
        "will happen, and is no ground for decisions about a person.",
    ),
)  # fmt: skip


class Draws(StrEnum):
    """What the draws of a forecast are."""

    LIKELY = "likely"  # equally likely futures, whose margins hold as much as they say
    MODES = "modes"  # typical futures, as unlike each other as they come; some are unlikely


class Modes(NamedTuple):
    """Typical futures of n paths.

    Attributes:
        values: Where each leads. Shape (n, s, h, k).
        chance: How likely each is; rows sum to one. Shape (n, s).
        blur: One standard deviation of what came around the mode it followed. Shape (n, h).
    """

    values: F32
    chance: F32
    blur: F32


@method(CARD)
@dataclass(frozen=True)
class EigenForecast:
    """Forecast several futures of every path; `fit` learns from any Trajectory.

    Args:
        seen: States that are looked at, >= 3.
        ahead: Steps ahead that are learned; no horizon may be longer.
        rank: Numbers that stand for a path.
        many: Anchors, and draws.
        turned: Whether headings are taken out of paths; in the plane only.
        scaled: Whether the lengths of last steps are taken out of moving paths.
        still: Last step below which a path stands, in the Space's units; what stands has modes
            and margins of its own. 0: there is one kind of path.
        together: Whether the actors of a session are in one place: a gap then ends a path, and
            learning leaves out who is alone, and in the plane the network looks at who is near.
            Otherwise missing states are passed over.
        draws: Equally likely futures, or modes.
        epochs: Passes over all paths in which the network learns; 0: anchors stay as they are.
        hidden: Width of its two layers.
        seed: Seed of all chance.
        weights: A file that `save` or `affectory train forecast/eigen` wrote; None: the user's own.
        learned: What was learned. Set by `fit`; else read from `weights` when first needed.

    Raises:
        BadChoice: if a number is too small, or draws are of no known kind.

    Example:
        >>> from affectory.forecast.eigen import EigenForecast, toy
        >>> method = EigenForecast(seen=4, ahead=3, rank=3, many=4).fit(toy())
        >>> method.forecast(toy(), 2).values.shape
        (96, 2)
    """

    seen: int = 8
    ahead: int = 12
    rank: int = 6
    many: int = 20
    turned: bool = False
    scaled: bool = False
    still: float = 0.0
    together: bool = False
    draws: Draws = Draws.LIKELY
    epochs: int = 0
    hidden: int = 128
    seed: int = 0
    weights: Path | None = None
    learned: Learned | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be learned."""
        least = {"seen": 3, "ahead": 1, "rank": 1, "many": 1, "epochs": 0, "hidden": 1}
        for name, number in least.items():
            if getattr(self, name) < number:
                raise BadChoice(name, getattr(self, name), f"{number} or more")
        if self.scaled and not self.still > 0:
            raise BadChoice("still", self.still, "more than 0, where paths are scaled")
        object.__setattr__(self, "draws", one_of(Draws, "draws", self.draws))

    def fit(
        self,
        past: Trajectory,
        watched: Trajectory | None = None,
        kept: Path | None = None,
        report: Report = lambda _: None,
    ) -> Self:
        """Return a copy that has learned from every window of `past`.

        Args:
            past: Paths, each at least `seen` + `ahead` states long.
            watched: Paths on which the network is watched and margins are taken, but from which
                it does not learn; None: a tenth of `past`, and margins by folds.
            kept: Where the network is kept after each epoch, to go on from; None: nowhere.
            report: Told how far the network is.

        Raises:
            NoRecords: if no path is long enough.
            SpaceMismatch: if both are not in one Space.
            MissingExtra: if the network is to learn and torch is not there.
        """
        if watched is not None:
            past.meets(watched, CARD.name)
        lesson = cut(past, self.seen, self.ahead, self.together)
        if not len(lesson.future):
            wanted = f"give paths of {self.seen + self.ahead} states or more"
            raise NoRecords(f"{CARD.name}.fit", wanted)
        beside = None if watched is None else cut(watched, self.seen, self.ahead, self.together)
        flags = self.turned, self.scaled, self.still
        both = lesson if beside is None else lesson.joined(beside)
        codes = Codes.fit(both.sight, both.future, self.rank, self.many, self.seed, flags)
        learned = Learned.fit(past.space, codes, lesson, beside, self.seed)
        if self.epochs:
            # learning is rare; forecasting must start at once
            from affectory.forecast.eigen import teaching

            looks = self.together and past.space.k == 2
            plan = teaching.Lesson(self.epochs, self.hidden, self.seed, looks, kept, report)
            learned = teaching.taught(learned, lesson, beside, plan)
        return replace(self, learned=learned)

    def forecast(self, past: Trajectory, horizon: int) -> Trajectory:
        """Return `many` draws of `horizon` states that follow the last state of every group.

        Steps are as far apart as the group's own are on the middle. A state that is missing is
        passed over; where a group has fewer states than are looked at, its first is repeated; one
        with none begins where a person at rest is.

        Raises:
            BadChoice: if the horizon is less than 1 or longer than what was learned.
            NotTrained: if there is nothing learned.
            SpaceMismatch: if it was learned in another Space.
        """
        self._legal(horizon)
        learned = self._learned(past)
        if not len(past):
            return replace(past, by=CARD.name, seq=None)
        sight = last_seen(past, self.seen)
        looks = learned.codes.look(sight)
        free = learned.modes(looks, sight)[0]
        if self.draws is Draws.LIKELY:
            free = learned.fan.like(looks, free).astype(np.float32)
        values = past.space.nearest(looks.pose.back(free, past.space.k)[:, :, :horizon])
        return past.ahead(values, CARD.name, step=_pace(past))

    def modes(self, past: Trajectory) -> Modes:
        """Return the typical futures of every group, how likely each is, and how surely.

        Raises:
            NotTrained: if there is nothing learned.
            SpaceMismatch: if it was learned in another Space.
        """
        learned = self._learned(past)
        sight = last_seen(past, self.seen)
        looks = learned.codes.look(sight)
        free, chance = learned.modes(looks, sight)
        values = looks.pose.back(free, past.space.k)
        size = np.abs(looks.pose.turn)[:, None]
        return Modes(values, chance, (learned.blur[looks.kind] / size).astype(np.float32))

    def fan(
        self, past: Trajectory, level: float = 0.8
    ) -> tuple[Trajectory, Trajectory, Trajectory]:
        """Return the middle of what follows, and the ends between which a share of it lies.

        Each step and axis by itself. Where headings are taken out, ends are those of draws.

        Args:
            past: What is continued.
            level: Share of what comes that lies between the ends, in (0, 1).

        Raises:
            BadChoice: if level is not in (0, 1).
            NotTrained: if there is nothing learned.
            SpaceMismatch: if it was learned in another Space.
        """
        if not 0 < level < 1:
            raise BadChoice("level", level, "a number between 0 and 1")
        learned = self._learned(past)
        ends = np.array([0.5, 0.5 - level / 2, 0.5 + level / 2])
        told: NDArray[np.float32]
        if learned.codes.turned:
            drawn = replace(self, draws=Draws.LIKELY).forecast(past, self.ahead).values
            shape = (len(past.groups), self.many, self.ahead, past.space.k)
            quantiles = np.quantile(drawn.reshape(shape), ends, axis=1)
            told = quantiles.astype(np.float32)
        else:
            sight = last_seen(past, self.seen)
            looks = learned.codes.look(sight)
            wide = learned.fan.table.shape[2]
            level_of = np.broadcast_to(ends[:, None], (len(sight.known), 3, wide))
            free = learned.fan.at(looks, level_of)
            told = looks.pose.back(free.astype(np.float32), past.space.k).swapaxes(0, 1)
        told = np.clip(told, *past.space.bounds).astype(np.float32)  # each axis by itself
        middle, low, high = (past.ahead(one, CARD.name, step=_pace(past)) for one in told)
        return middle, low, high

    @staticmethod
    def train(data: Path, out: Path, seed: int, report: Report) -> Path:
        """Learn from rated stories, without a network; return the path of the weights.

        See `recipe.train`. Of `data`, the folder `stories_va` is read.
        """
        # learning is rare; forecasting must start at once
        from affectory.forecast.eigen import recipe

        def fitted(felt: Trajectory, seed: int) -> tuple[shelf.Arrays, dict[str, object]]:
            made = EigenForecast(still=1e-3, seed=seed).fit(felt)
            assert made.learned is not None
            return made.learned.arrays(), made._note(felt.space)

        return recipe.train(fitted, data, out, seed, report)

    def save(self, path: Path) -> None:
        """Write what was learned as safetensors, for `weights`.

        Raises:
            NotFitted: if `fit` was not called.
        """
        if self.learned is None:
            raise NotFitted(CARD.name)
        shelf.save(path, self.learned.arrays(), self._note(self.learned.space))

    def _note(self, space: Space) -> dict[str, object]:
        return {"name": CARD.name, "space": space.to_json(), "seen": self.seen,
                "ahead": self.ahead, "many": self.many}  # fmt: skip

    def _legal(self, horizon: int) -> None:
        if not 1 <= horizon <= self.ahead:
            raise BadChoice("horizon", horizon, f"1 to {self.ahead}, as far as it has learned")

    def _learned(self, past: Trajectory) -> Learned:
        learned = self.learned
        if learned is None:
            told = {"name": CARD.name, "seen": self.seen, "ahead": self.ahead, "many": self.many}
            learned = shelf.take(shelf.weights_of(CARD.name, self.weights), told, Learned.made)
        if past.space != learned.space:
            raise SpaceMismatch(past.space.name, learned.space.name, CARD.name)
        return learned


def toy() -> Trajectory:
    """Return twelve persons whose feelings go round in circles, 15 degrees a step, two rounds."""
    who, step = np.repeat(np.arange(12), 48), np.tile(np.arange(48.0), 12)
    angle, size = np.pi / 12 * (step + who), (4 + who) / 16
    values = np.column_stack([size * np.cos(angle), size * np.sin(angle)]).astype(np.float32)
    session, actor = Names.of(["s"] * len(who)), Names.of([f"p{number}" for number in who])
    return Trajectory(VA, Clock.STEPS, session, actor, step, step + 1, values)


def taught() -> EigenForecast:
    """Return the method having learned circles, without a network."""
    return EigenForecast(seen=6, ahead=6, rank=4, many=8).fit(toy())


def _pace(past: Trajectory) -> NDArray[np.float64]:
    """Return the middle distance of each group's starts, 1 where there is none. Shape (g,)."""
    steps = past.delta()
    pace = np.ones(len(past.groups))
    order = np.lexsort((steps.elapsed, steps.group))
    group, elapsed = steps.group[order], steps.elapsed[order]
    told, first, count = np.unique(group, return_index=True, return_counts=True)
    middle = elapsed[first + (count - 1) // 2] if len(told) else elapsed
    pace[told] = np.where(middle > 0, middle, 1.0)
    return pace
