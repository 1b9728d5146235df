"""Continue any Trajectory, with a fan: the model is chosen for each series, or named.

The automatic choice weighs persistence, the mean, AR(1), simple exponential smoothing, its kin
that returns to the mean, and the damped trend, by their past errors at each horizon, for every
group and axis (a series) apart; a short past borrows what all series of the batch, and those of
`fit`, say of the rules. No error of the weighing has seen what it forecasts.

The fan is conformal: `spread` is such that its `level` band held that share of past errors, those
of the series as far as it has some, those of all series otherwise.

Rows are steps: a missing state is a step without news, and silence between rows counts for
nothing, but for `kalman` and `gp`, which read the clock; `step` puts states on a regular grid
first.

Paper: Hyndman & Khandakar (2008), automatic time series forecasting; Vovk, Gammerman & Shafer
(2005), conformal prediction. *Ours*: what series borrow from each other.
"""

__all__ = ["CARD", "Model", "StatesForecast", "toy"]

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.card import ANY, Card, Paper
from affectory.core.choices import one_of
from affectory.core.errors import BadChoice, NotFitted
from affectory.core.groups import Names
from affectory.core.records import Clock
from affectory.core.registry import method
from affectory.core.trajectory import Trajectory
from affectory.forecast.states import choice
from affectory.forecast.states.choice import RULES, Experience
from affectory.forecast.states.tellers import TELLERS, lesson, network, told
from affectory.parts.smallnet import SmallNet
from affectory.represent.alignment import resample
from affectory.represent.vocabularies import VA

Floats = NDArray[np.float64]

CARD = Card(
    name="forecast/states",
    paper=Paper(
        0,
        "Automatic Time Series Forecasting: The forecast Package for R",
        2008,
        "Hyndman & Khandakar, Journal of Statistical Software 27(3)",
    ),
    summary="what follows any trajectory, with a calibrated fan; the model chooses itself",
    takes=(),
    gives=(ANY,),
    learns=True,
    aka=("ETS", "AR", "VAR", "Kalman", "Gaussian process", "forecast", "conformal"),
    cautions=(
        "a forecast of a person's mood is an estimate from a few past numbers, often hardly "
        "better than a guess at the mean: not for decisions about people",
        "the fan holds its share of what comes over many persons, not for each, and only as "
        "long as things go on as they did",
        "rows are steps: put irregular times on a grid first (step=...), or name kalman or gp",
    ),
)


class Model(StrEnum):
    """How a trajectory is continued."""

    AUTO = "auto"  # the best of the next six, for each series and horizon
    PERSISTENCE = "persistence"
    MEAN = "mean"
    AR = "ar"
    SES = "ses"
    RETURN = "return"
    DAMPED = "damped"
    DRIFT = "drift"
    VAR = "var"
    KALMAN = "kalman"
    GP = "gp"
    NEURAL = "neural"  # learns from other persons: fit first


@method(CARD)
@dataclass(frozen=True)
class StatesForecast:
    """Forecast the states that follow each group of a trajectory, in whatever Space.

    Args:
        model: A Model or its name.
        level: The share that a band of the fan is to hold, in (0, 1); a band of another level
            follows from the normal law.
        draws: How many possible futures to return instead of a spread; 0: none.
        step: Clock units of a regular grid on which states are put first; None: rows are steps.
        memory: Rows of a past that count, >= 3.
        seed: Seed of the draws.
        experience: What other persons taught. Set by `fit`.
        net: What a net learned from them. Set by `fit`, for `neural`.

    Example:
        >>> from affectory.forecast.states import StatesForecast, toy
        >>> ahead = StatesForecast("persistence").forecast(toy().select(actor="ann"), 3)
        >>> ahead.axis("valence").round(2).tolist()
        [0.5, 0.5, 0.5]
    """

    model: Model | str = Model.AUTO
    level: float = 0.8
    draws: int = 0
    step: float | None = None
    memory: int = 500
    seed: int = 0
    experience: Experience | None = field(default=None, repr=False, compare=False)
    net: SmallNet | None = field(default=None, repr=False, compare=False)

    def fit(self, past: Trajectory) -> Self:
        """Return a copy that has learned from the pasts of other persons.

        Which rules are good and how wide errors are; for `neural`, the net too.

        Raises:
            NoRecords: if a net is to learn where no past has two known states.
        """
        grid = self._gridded(past)
        net = SmallNet.fit(*lesson(grid, self.memory), seed=self.seed) if self._is_net else None
        return replace(self, experience=choice.learned(grid, self.memory), net=net)

    def forecast(self, past: Trajectory, horizon: int) -> Trajectory:
        """Return `horizon` states that follow each group of `past`, with spread or as draws.

        A group is followed from one known state on; one without any gets missing states.

        Raises:
            BadChoice: if a parameter is out of range.
            SpaceMismatch: if it has learned from states of another Space.
            NotFitted: if a net is asked that has not learned.
        """
        model = one_of(Model, "model", self.model)
        self._check(horizon)
        by = CARD.name if model is Model.AUTO else f"{CARD.name}:{model.value}"
        grid = self._gridded(past)
        if not len(grid):
            return replace(grid, by=by, seq=None)
        centre, spread, rule = self._told(grid, model, horizon)
        pace = choice.paces(grid)
        if not self.draws:
            return grid.ahead(grid.space.nearest(centre), by, spread, step=pace)
        noise = choice.paths(rule, horizon, self.draws, self.seed)
        futures = centre[:, None] + spread[:, None] * noise
        return grid.ahead(grid.space.nearest(futures), by, step=pace)

    def chosen(self, past: Trajectory, horizon: int = 1) -> tuple[tuple[str, ...], ...]:
        """Return the kind of rule that tells `horizon` steps ahead, by group and axis.

        Only the automatic choice has several to choose from.

        Raises:
            BadChoice: if horizon is less than 1.
        """
        self._check(horizon)
        grid = self._gridded(past)
        if not len(grid):
            return ()
        model = one_of(Model, "model", self.model)
        if not _rules(model).size:
            return tuple((model.value,) * grid.space.k for _ in range(len(grid.groups)))
        best = self._best(grid, model, np.array([horizon])).rule[0]
        return tuple(tuple(RULES[at][0].value for at in row) for row in best)

    @property
    def _is_net(self) -> bool:
        return one_of(Model, "model", self.model) is Model.NEURAL

    def _told(
        self, grid: Trajectory, model: Model, horizon: int
    ) -> tuple[Floats, Floats, NDArray[np.int64]]:
        """Return centres and spreads (g, h, k), and the rule whose errors go together so (g, k)."""
        if _rules(model).size:
            best = self._best(grid, model, choice.knots(horizon))
            steps = np.arange(1, horizon + 1)
            return *choice.told(grid, best, steps, self.memory, self.level), best.rule[0]
        tellers = TELLERS.get(model.value)
        if tellers is None:
            if self.net is None:
                raise NotFitted(f"{CARD.name}:{model.value}")
            tellers = (partial(network, net=self.net),)
        usual = np.full((len(grid.groups), grid.space.k), choice.USUAL)
        return *told(grid, tellers, horizon, self.level), usual

    def _best(self, grid: Trajectory, model: Model, knots: NDArray[np.int64]) -> choice.Choice:
        return choice.chosen(grid, knots, _rules(model), self.memory, self.experience)

    def _gridded(self, past: Trajectory) -> Trajectory:
        return past if self.step is None or not len(past) else resample(past, step=self.step)

    def _check(self, horizon: int) -> None:
        if horizon < 1:
            raise BadChoice("horizon", horizon, "1 or more")
        if not 0 < self.level < 1:
            raise BadChoice("level", self.level, "a number between 0 and 1")
        if self.draws < 0:
            raise BadChoice("draws", self.draws, "0 or more")
        if self.memory < 3:
            raise BadChoice("memory", self.memory, "3 or more")


def toy() -> Trajectory:
    """Return five steps of one person, of which the fourth is missing, and one step of another."""
    values = np.array([[0.1, 0], [0.2, 0], [0.3, 0], [np.nan, np.nan], [0.5, 0], [-0.4, 0.2]])
    who = Names.of(["ann"] * 5 + ["bo"])
    start = np.array([0.0, 1, 2, 3, 4, 0])
    session = Names.of(["s"] * 6)
    return Trajectory(VA, Clock.STEPS, session, who, start, start + 1, values.astype(np.float32))


def _rules(model: Model) -> NDArray[np.int64]:
    """Return the places in RULES among which `model` chooses; none for the other models."""
    every = model is Model.AUTO
    return np.array([at for at, (kin, _) in enumerate(RULES) if every or kin == model.value], int)
