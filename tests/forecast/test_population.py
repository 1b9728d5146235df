"""forecast/population: weeks that repeat, bands that hold, and a past that is never peeked at."""

from dataclasses import replace

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues, ClockMismatch
from affectory.core.groups import Names
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.forecast.population import PopulationForecast, Strategy, toy
from affectory.forecast.population.bands import conformal
from affectory.forecast.population.strategies import Series
from affectory.measure.forecasts import band, covered
from affectory.parts.recent import Net

FAST = Net(copies=1, epochs=3)
PLAIN = [s for s in Strategy if s not in (Strategy.ETS, Strategy.ARIMA)]


def days(values, first=0.0):
    """Return series of shares as towns on the clock of days; values (towns, t)."""
    towns, t = values.shape
    space = Space("m", Kind.FLAGS, (Axis("fear", 0.0, 1.0),))
    at = np.tile(first + np.arange(t, dtype=float), towns)
    names = Names(
        np.repeat(np.arange(towns, dtype=np.int32), t), tuple(f"t{i}" for i in range(towns))
    )
    who = Names(np.zeros(towns * t, np.int32), ("population",))
    return Trajectory(
        space, Clock.DAYS, names, who, at, at + 1, values.reshape(-1, 1).astype(np.float32)
    )


def noisy(towns=6, t=160, seed=0):
    """Return weekly waves about 0.4 with independent noise of 0.03."""
    rng = np.random.default_rng(seed)
    wave = 0.1 * np.sin(2 * np.pi * np.arange(t) / 7)
    return np.clip(0.4 + wave + rng.normal(0, 0.03, (towns, t)), 0, 1)


def test_a_pure_week_goes_on_exactly():
    for way in (Strategy.SEASONAL, Strategy.HOLT_WINTERS):
        ahead = PopulationForecast(way).forecast(toy(), 10)
        np.testing.assert_allclose(ahead.axis("fear"), 0.1 + np.arange(10) % 7 / 10, atol=1e-6)
        np.testing.assert_array_equal(ahead.start, 21.0 + np.arange(10))


@pytest.mark.parametrize("way", PLAIN)
def test_every_strategy_stays_within_bounds_and_has_a_band(way):
    past = days(noisy(2, 80))
    ahead = PopulationForecast(way, net=FAST).forecast(past, 20)
    assert ahead.space.admits(ahead.values)
    assert (ahead.spread > 0).all()
    assert ahead.by == f"forecast/population:{way}"


def test_bands_hold_what_they_promise_on_days_like_those_before():
    whole = noisy(40, 230, seed=3)
    past, came = days(whole[:, :200]), whole[:, 200:]
    for way in (Strategy.SEASONAL, Strategy.HOLT_WINTERS, Strategy.REGRESSION):
        ahead = PopulationForecast(way, level=0.9, net=FAST).forecast(past, 30)
        low, high = band(ahead.values[:, 0], ahead.spread[:, 0], 0.9)
        assert covered(came.ravel(), low, high).mean() == pytest.approx(0.9, abs=0.04)


def test_bands_are_tried_on_pasts_that_had_not_seen_what_came():
    learned, followed, x = [], [], np.arange(120.0)

    def learn(known):
        learned.append(len(known.x[0]))

    def follow(known, model):
        followed.append(len(known.x[0]))
        return known.x[0][-1] + np.arange(1.0, 8)[None] + len(followed)  # off by 1, 2, 3, 4

    reach = conformal(learn, follow, Series([x], [0]), 7, 7, 4, 0.5)
    assert learned == [120 - 7 - 9]  # what is followed from the last origins was learned before
    assert followed == [113, 110, 107, 104]
    np.testing.assert_allclose(reach, 3 / 7)  # the third of four, in weekly steps of 7


def test_a_fitted_band_goes_on_growing_beyond_what_was_fitted():
    how = PopulationForecast("naive", ahead=7, origins=0).fit(days(noisy(8, 150, seed=1)))
    spread = how.forecast(days(noisy(1, 60, seed=2)), 28).spread[:, 0]
    np.testing.assert_allclose(spread[::7] / spread[0], np.sqrt([1, 2, 3, 4]), rtol=1e-6)


def test_shares_stay_shares_where_all_fall_below_zero():
    fall = np.linspace(0.5, 0.05, 8) ** 2
    space = Space("m", Kind.DISTRIBUTION, tuple(Axis(name, 0.0, 1.0) for name in "abc"))
    values = np.column_stack([fall, 0.9 * fall, 1 - 1.9 * fall]).astype(np.float32)
    at = np.arange(8.0)
    town, people = (Names(np.zeros(8, np.int32), (name,)) for name in ("town", "population"))
    past = Trajectory(space, Clock.DAYS, town, people, at, at + 1, values)
    ahead = PopulationForecast("holt-winters", season=1).forecast(past, 9)
    assert space.admits(ahead.values)


def test_a_fitted_model_forecasts_towns_that_it_never_saw():
    how = PopulationForecast("regression").fit(days(noisy(8, 150, seed=1)))
    fresh = noisy(1, 67, seed=2)
    said = how.forecast(days(fresh[:, :60]), 7).axis("fear")
    assert np.abs(said - fresh[0, 60:]).mean() < 0.05
    assert PopulationForecast("regression").learned is None


def test_a_week_of_days_is_enough():
    for way in PLAIN:
        ahead = PopulationForecast(way, net=FAST).forecast(days(noisy(1, 7)), 14)
        assert np.isfinite(ahead.values).all()


def test_a_day_that_is_missing_stays_missing_and_stops_nothing():
    whole = noisy(1, 70)
    gappy = days(whole)
    gappy = gappy.rows(~np.isin(gappy.start, [20.0, 21.0]))
    ahead = PopulationForecast().forecast(gappy, 7)
    assert ahead.start[0] == 70.0
    assert (
        np.abs(
            ahead.axis("fear") - PopulationForecast().forecast(days(whole), 7).axis("fear")
        ).max()
        < 0.03
    )


def test_the_weekday_is_that_of_the_calendar():
    week = np.resize(0.1 + np.arange(7) / 10, 210)  # 0.1 on the weekday of day 0
    how = PopulationForecast("regression", lags=1, ahead=1).fit(days(np.tile(week, (3, 1))))
    late = week[3:20]  # begins on the weekday of day 3
    said = how.forecast(days(late[None], first=3.0), 4).axis("fear")
    np.testing.assert_allclose(said, week[20:24], atol=0.03)


def test_another_clock_is_refused():
    with pytest.raises(ClockMismatch, match="days"):
        PopulationForecast().forecast(replace(toy(), clock=Clock.TURNS), 3)


def test_days_that_are_none_are_refused():
    past = toy()
    with pytest.raises(BadValues, match="one state a day"):
        PopulationForecast().forecast(replace(past, start=past.start * 0.5, stop=past.stop), 3)


def test_settings_out_of_range_are_refused():
    with pytest.raises(BadChoice, match="strategy"):
        PopulationForecast("prophet")
    with pytest.raises(BadChoice, match="level"):
        PopulationForecast(level=1.0)
    with pytest.raises(BadChoice, match="season"):
        PopulationForecast(season=0)


@pytest.mark.parametrize("way", [Strategy.ETS, Strategy.ARIMA])
def test_models_of_statsforecast_find_the_week(way):
    pytest.importorskip("statsforecast")
    whole = noisy(1, 90, seed=5)
    said = PopulationForecast(way, origins=0).forecast(days(whole[:, :83]), 7).axis("fear")
    assert np.abs(said - whole[0, 83:]).mean() < 0.06
