"""Daily markers of a population, days and weeks ahead, with bands that were tried on the past.

System 30: "Capturing social media expressions during the COVID-19 pandemic in Argentina and
forecasting mental health and emotions" (Tommasel, Diaz-Pace, Rodriguez & Godoy 2021, arXiv
2101.04540). Markers of dated texts come from `measure.prevalence`; here they are continued.

Differs from the paper: its list of strategies and its tables are not public, so strategies and
bands (split-conformal) are *ours*.
"""

__all__ = ["CARD", "PopulationForecast", "Strategy", "toy"]

from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.card import ANY, Card, Paper
from affectory.core.choices import one_of
from affectory.core.errors import BadChoice, BadValues, ClockMismatch
from affectory.core.groups import Names
from affectory.core.registry import method
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.forecast.population.bands import conformal
from affectory.forecast.population.strategies import (
    Series,
    Strategy,
    continued,
    learnt,
)
from affectory.parts.recent import Look, Net, Recent, scale_of
from affectory.parts.seasonal import filled

Floats = NDArray[np.float64]

CARD = Card(
    name="forecast/population",
    paper=Paper(
        30,
        "Capturing social media expressions during the COVID-19 pandemic in Argentina and "
        "forecasting mental health and emotions",
        2021,
        "Tommasel, Diaz-Pace, Rodriguez & Godoy, arXiv 2101.04540",
    ),
    summary="daily markers of a population continued for weeks, with conformal bands",
    takes=(),
    gives=(ANY,),
    learns=True,
    aka=("prevalence", "epidemic psychology", "seasonal naive", "Holt-Winters", "ETS", "ARIMA"),
    extras=("forecast",),
    cautions=(
        "A marker is word use in posts, not a diagnosis, and those who post are not the "
        "population.",
        "Of groups only: days with few posts say little and may tell of single persons; nobody is "
        "scored.",
        "Bands hold what held in the past: after a shock, such as March 2020, they are too narrow.",
    ),
)


class _Learned(NamedTuple):
    model: Recent | None
    reach: Floats  # half-width of bands a step, in units of each series' steps. (h,)


@method(CARD)
@dataclass(frozen=True)
class PopulationForecast:
    """Continue daily markers, all groups and axes in one pass.

    A band of `level` is ``mean +- q scale``: `scale` is the mean step from week to week of the
    series, q the conformal quantile of misses in those units, at as many steps ahead, from
    forecasts that ended in the past, of all series together. `spread` is the standard deviation
    of the normal law whose band it is; `measure.forecasts.band` gives the band back. A marker
    that never moved has no band.

    Args:
        strategy: How; see `Strategy`. Those that learn learn from the past they are handed,
            unless they were fitted.
        season: Days of a season.
        level: Share of days that bands are to hold, in (0, 1).
        origins: Days in the past from which forecasts are tried for the bands; 0: none are, and
            bands are those of a walk from week to week.
        lags: Days that learned strategies look back.
        ahead: Days that they say directly.
        net: How the network learns.
        learned: What was learned. Set by `fit`.

    Raises:
        BadChoice: if a setting is out of range.

    Example:
        >>> from affectory.forecast.population import PopulationForecast, toy
        >>> PopulationForecast("seasonal naive").forecast(toy(), 3).axis("fear").round(1)
        array([0.1, 0.2, 0.3], dtype=float32)
    """

    strategy: Strategy | str = Strategy.HOLT_WINTERS
    season: int = 7
    level: float = 0.9
    origins: int = 8
    lags: int = 28
    ahead: int = 14
    net: Net = field(default_factory=Net)
    learned: _Learned | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        object.__setattr__(self, "strategy", one_of(Strategy, "strategy", self.strategy))
        for name, least in (("season", 1), ("origins", 0), ("lags", 1), ("ahead", 1)):
            if getattr(self, name) < least:
                raise BadChoice(name, getattr(self, name), f"{least} or more")
        if not 0 < self.level < 1:
            raise BadChoice("level", self.level, "a number between 0 and 1")

    def fit(self, past: Trajectory) -> Self:
        """Return a copy that has learned one model, and the width of bands, from all of `past`.

        Raises:
            ClockMismatch: if the clock is not days.
            BadValues: if states do not stand a whole number of days apart.
        """
        series, _ = self._series(past)
        return replace(self, learned=self._learn(series, self.ahead))

    def forecast(self, past: Trajectory, horizon: int) -> Trajectory:
        """Return the next `horizon` days of each group, with spread.

        Raises:
            BadChoice: if horizon is less than 1.
            ClockMismatch: if the clock is not days.
            BadValues: if states do not stand a whole number of days apart.
        """
        if horizon < 1:
            raise BadChoice("horizon", horizon, "1 or more")
        series, scale = self._series(past)
        if not series.x:
            return replace(past, by=self.by)
        known = self.learned or self._learn(series, horizon)
        said = continued(self._way, series, horizon, self.season, known.model)
        reach = known.reach if horizon <= len(known.reach) else self._reach(series, horizon)
        width = scale[:, None] * reach[:horizon] / NormalDist().inv_cdf(0.5 + self.level / 2)
        shape = len(past.groups), past.space.k, horizon
        values, spread = (part.reshape(shape).transpose(0, 2, 1) for part in (said, width))
        return past.ahead(past.space.nearest(values), self.by, spread)

    @property
    def by(self) -> str:
        """Who says so: this method and its strategy."""
        return f"{CARD.name}:{self._way}"

    @property
    def _way(self) -> Strategy:
        return one_of(Strategy, "strategy", self.strategy)

    def _series(self, past: Trajectory) -> tuple[Series, Floats]:
        """Return a whole series per group and axis, and the mean weekly step of each. (s,)."""
        if past.clock is not Clock.DAYS:
            raise ClockMismatch(past.clock, Clock.DAYS, CARD.name)
        x: list[Floats] = []
        phase: list[int] = []
        scale: list[float] = []
        for low, high in zip(past.groups.offsets[:-1], past.groups.offsets[1:], strict=True):
            place, first = _days(past.start[low:high])
            table = np.full((past.space.k, place[-1] + 1), np.nan)
            table[:, place] = past.values[low:high].T
            whole = filled(table, self.season)
            scale += (scale_of(table, self.season) * (np.ptp(whole, axis=1) > 0)).tolist()
            x += list(whole)
            phase += [first % self.season] * past.space.k
        return Series(x, phase), np.array(scale)

    def _learn(self, series: Series, h: int) -> _Learned:
        """Learn the model, and how far forecasts from the past missed what came."""
        return _Learned(self._model(series), self._reach(series, h))

    def _model(self, series: Series) -> Recent | None:
        look = Look(self.lags, self.ahead, self.season)
        return learnt(self._way, series, look, self.net)

    def _reach(self, series: Series, h: int) -> Floats:
        return conformal(
            self._model,
            lambda known, model: continued(self._way, known, h, self.season, model),
            series, h, self.season, self.origins, self.level,
        )  # fmt: skip


def toy() -> Trajectory:
    """Return three weeks of one marker that says the weekday: 0.1 to 0.7, Thursday to Wednesday."""
    days = np.arange(21.0)
    space = Space("toy-markers", Kind.FLAGS, (Axis("fear", 0.0, 1.0), Axis("trust", 0.0, 1.0)))
    values = np.column_stack([0.1 + days % 7 / 10, np.full(21, 0.5)])
    town, people = (Names(np.zeros(21, np.int32), (name,)) for name in ("town", "population"))
    return Trajectory(space, Clock.DAYS, town, people, days, days + 1, values.astype(np.float32))


def _days(start: Floats) -> tuple[NDArray[np.int64], int]:
    """Return the place of each state on a line of days, and the number of the first day."""
    place = np.round(start - start[0]).astype(np.int64)
    steps = np.diff(place)
    if (np.abs(start - start[0] - place) > 1e-6).any() or (steps < 1).any():
        raise BadValues(
            CARD.name, "states that are not whole days apart", "one state a day",
            "count days with measure.prevalence",
        )  # fmt: skip
    return place, int(np.floor(start[0]))
