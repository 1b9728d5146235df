"""forecast/states: closed forms, then the fan, then awkward pasts, then errors."""

import pickle
import time
import tracemalloc

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice, NoRecords, NotFitted, SpaceMismatch
from affectory.core.records import Clock
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Trajectory
from affectory.forecast.states import Model, StatesForecast, tellers, toy
from affectory.represent.vocabularies import POLARITY, VA, VALENCE

PLAIN = [model for model in Model if model is not Model.NEURAL]
WIDE = Space("wide", Kind.DIMENSIONS, (Axis("x", -1000, 1000),))


def many(y, space=VALENCE, start=None, clock=Clock.STEPS):
    """Return a Trajectory of g groups from (g, t, k)."""
    y = np.asarray(y, float)
    g, t = y.shape[:2]
    frame = {
        "session": np.repeat([f"s{at:05d}" for at in range(g)], t),
        "actor": ["a"] * (g * t),
        "start": np.tile(np.arange(float(t)), g) if start is None else start,
    }
    frame |= {name: y[..., at].ravel() for at, name in enumerate(space.names)}
    table = pl.DataFrame(frame).with_columns(pl.col(space.names).fill_nan(None))
    return Trajectory.from_frame(table, space, clock)


def noise(g, t, back, seed=0):
    """Return AR(1) paths about 0 with steps of 0.1. (g, t, 1)."""
    rng = np.random.default_rng(seed)
    y = np.zeros((g, t, 1))
    for at in range(1, t):
        y[:, at] = back * y[:, at - 1] + rng.normal(0, 0.1, (g, 1))
    return np.clip(y, -1, 1)


def test_each_named_model_is_what_it_says():
    past = many([[[1.0], [2.0], [4.0]]], WIDE)

    def told(model):
        return StatesForecast(model).forecast(past, 2).values[:, 0].tolist()

    assert told("persistence") == [4, 4]
    assert told("mean") == pytest.approx([7 / 3, 7 / 3])
    assert told("drift") == pytest.approx([5.5, 7])
    assert 7 / 3 < told("ses")[0] < 4
    assert abs(told("ar")[1] - 7 / 3) < abs(told("ar")[0] - 7 / 3)
    assert told("damped")[1] > told("damped")[0]


def test_the_automatic_choice_tells_a_walk_from_noise_and_axes_apart():
    rng = np.random.default_rng(0)
    walk, still = noise(60, 80, 1.0), rng.normal(0, 0.1, (60, 80, 1)).clip(-1, 1)
    past = many(np.concatenate([walk, still], axis=2), VA)
    kinds = np.array(StatesForecast().chosen(past, 1))
    assert (np.isin(kinds[:, 0], ["persistence", "ar", "ses", "damped", "return"])).all()
    told = StatesForecast().forecast(past, 1).values
    assert np.abs(told[:, 0] - walk[:, -1, 0]).mean() < 0.03  # follows the walk
    assert np.abs(told[:, 1]).mean() < 0.03  # and takes noise for noise
    assert np.abs(still[:, -1]).mean() > 0.07


@pytest.mark.parametrize("back", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("level", [0.8, 0.5])
def test_the_fan_holds_its_share(back, level):
    y = noise(400, 45, back, seed=1)
    told = StatesForecast(level=level).forecast(many(y[:, :40]), 5)
    reach = {0.8: 1.2816, 0.5: 0.6745}[level] * told.spread
    inside = np.abs(told.values - y[:, 40:].reshape(-1, 1)) <= reach
    by_horizon = inside.reshape(400, 5).mean(axis=0)
    assert np.abs(by_horizon - level).max() < 0.07
    assert inside.mean() == pytest.approx(level, abs=0.04)


def test_draws_have_the_spread_and_hang_together():
    past = many(noise(1, 60, 0.99))
    wide = StatesForecast("persistence").forecast(past, 3)
    drawn = StatesForecast("persistence", draws=4000).forecast(past, 3)
    paths = drawn.values.reshape(4000, 3)
    np.testing.assert_allclose(paths.std(axis=0), wide.spread[:, 0], rtol=0.05)
    assert np.corrcoef(paths.T)[0, 1] == pytest.approx(np.sqrt(1 / 2), abs=0.05)  # a walk
    assert drawn.draw.max() == 3999
    assert drawn.spread is None


@pytest.mark.parametrize("model", PLAIN)
def test_every_model_lives_with_short_missing_and_lonely_pasts(model):
    y = noise(6, 12, 0.8, seed=2)
    y[1, :9] = np.nan  # three known
    y[2, :11] = np.nan  # one
    y[3, -3:] = np.nan  # silent at the end
    y[4] = 0.3  # never moves
    told = StatesForecast(model).forecast(many(y), 4)
    assert not told.missing.any()
    assert np.isfinite(told.spread).all()
    assert (told.spread > 0).all()
    assert told.space.admits(told.values)


@pytest.mark.parametrize("model", PLAIN)
def test_whom_nobody_saw_has_no_forecast(model):
    y = noise(3, 8, 0.5)
    y[1] = np.nan
    told = StatesForecast(model).forecast(many(y), 2)
    assert told.missing.tolist() == [False, False, True, True, False, False]


def test_a_past_of_one_state_gets_a_wide_fan_of_its_own_level():
    told = StatesForecast().forecast(many([[[0.4]]]), 3)
    assert told.values[:, 0].tolist() == pytest.approx([0.4] * 3)
    assert (np.diff(told.spread[:, 0]) >= 0).all()
    assert 0.1 < told.spread[0, 0] < 0.5


def test_a_fan_narrows_as_a_calm_past_grows():
    widths = [
        StatesForecast().forecast(many(0.02 * noise(1, t, 0.5, seed=3)), 1).spread[0, 0]
        for t in (2, 6, 20, 80)
    ]
    assert (np.diff(widths) < 0).all()


@pytest.mark.parametrize("model", ["auto", "drift", "kalman", "var"])
def test_shares_stay_shares(model):
    rng = np.random.default_rng(4)
    past = many(rng.dirichlet([0.3, 0.3, 0.3], (5, 9)), POLARITY)
    told = StatesForecast(model).forecast(past, 3)
    assert told.space.admits(told.values)
    drawn = StatesForecast(model, draws=7).forecast(past, 3)
    assert drawn.space.admits(drawn.values)


def test_drift_stops_at_the_bounds():
    told = StatesForecast("drift").forecast(many([[[-0.5], [0.2], [0.9]]]), 5)
    assert told.values.max() == 1


def test_times_go_on_at_the_usual_pace_of_each():
    start = np.array([0.0, 2, 4, 7, 0, 10, 20, 30])
    told = StatesForecast().forecast(many(noise(2, 4, 0.5), start=start), 2)
    assert told.start.tolist() == [9, 11, 40, 50]


def test_a_grid_first_where_times_are_irregular():
    start = np.array([0.0, 1, 2, 8])
    past = many([[[0.0], [0.1], [0.2], [0.8]]], start=start, clock=Clock.SECONDS)
    told = StatesForecast("drift", step=1.0).forecast(past, 1)
    assert told.start.tolist() == [9]
    assert told.values[0, 0] == pytest.approx(0.9, abs=1e-6)  # 0.1 a second; by rows 1.07


@pytest.mark.parametrize("model", ["kalman", "gp"])
def test_models_of_the_clock_see_how_long_the_silence_was(model):
    rng = np.random.default_rng(5)
    y = np.sin(np.arange(40) / 6)[None, :, None] * 0.8 + rng.normal(0, 0.02, (1, 40, 1))
    near = np.arange(40.0)
    far = near.copy()
    far[-1] += 30
    told = [
        StatesForecast(model).forecast(many(y.clip(-1, 1), start=at), 1).values[0, 0]
        for at in (near, far)
    ]
    assert told[0] != told[1]


def test_others_teach_a_newcomer():
    new = many([[[0.5], [0.1]]])
    noisy = many(np.random.default_rng(6).normal(0, 0.2, (50, 60, 1)).clip(-1, 1))
    walks = many(noise(50, 60, 1.0, seed=7) * 0.2)
    calm, wild = (StatesForecast().fit(past).forecast(new, 1) for past in (walks, noisy))
    assert calm.spread[0, 0] < wild.spread[0, 0]
    assert calm.values[0, 0] == pytest.approx(0.1, abs=0.1)
    assert wild.values[0, 0] > 0.15  # noise comes back to the mean


def test_a_net_learns_from_others_and_beats_persistence_on_noise():
    rng = np.random.default_rng(8)
    y = rng.normal(0, 0.2, (80, 40, 1)).clip(-1, 1)
    net = StatesForecast("neural").fit(many(y[:60]))
    told = net.forecast(many(y[60:, :30]), 3).values.reshape(20, 3)
    miss = np.abs(told - y[60:, 30:33, 0]).mean()
    assert miss < 0.9 * np.abs(y[60:, 29:30, 0] - y[60:, 30:33, 0]).mean()
    assert net.forecast(toy().rows(slice(0, 0)), 2).missing.size == 0
    again = pickle.loads(pickle.dumps(net)).forecast(many(y[60:, :30]), 3)
    np.testing.assert_array_equal(again.values.reshape(20, 3), told)


def test_a_net_taught_by_short_pasts_tells_far_steps_as_its_last_one():
    y = noise(60, 6, 0.8, seed=3)
    told = StatesForecast("neural").fit(many(y)).forecast(many(y[:, :5]), 14).values
    assert np.isfinite(told).all()
    steps = told.reshape(60, 14)
    # no past shows more than five steps: the sixth and later ones learn what the fifth does
    gap = np.abs(np.diff(steps[:, 4:], axis=1)).mean()
    assert gap < 0.25 * np.abs(steps[:, :1] - y[:, 4]).mean()


def test_a_net_does_not_learn_from_nothing():
    with pytest.raises(NoRecords, match="two known states"):
        StatesForecast("neural").fit(many([[[0.1]], [[np.nan]]]))


def test_a_fan_is_tried_on_pasts_that_had_not_seen_what_came():
    y, handed = noise(3, 20, 0.9, seed=9), []

    def last(before, horizons):
        handed.append(before.groups.sizes.tolist())
        ends = before.values[before.groups.offsets[1:] - 1]
        return np.stack([ends] * len(horizons))

    missed = tellers._hindcast(many(y), last, np.array([1, 3]))
    assert handed == [[20 - back] * 3 for back in range(1, 9)]
    np.testing.assert_allclose(missed[0], (y[:, 12:] - y[:, 11:-1])[..., 0].T, atol=1e-6)
    np.testing.assert_allclose(missed[1, 2:], (y[:, 14:] - y[:, 11:-3])[..., 0].T, atol=1e-6)
    assert np.isnan(missed[1, :2]).all()


def test_only_the_memory_counts():
    y = noise(1, 60, 0.9, seed=10)
    one = StatesForecast(memory=20).forecast(many(y), 2).values
    y[0, :40] = 0.9
    assert (StatesForecast(memory=20).forecast(many(y), 2).values == one).all()


def test_long_horizons_are_told_in_one_go():
    told = StatesForecast().forecast(many(noise(3, 40, 0.9)), 60)
    assert len(told) == 180
    assert not told.missing.any()
    assert (np.diff(told.spread.reshape(3, 60), axis=1) >= -1e-6).all()


def test_a_year_ahead_takes_no_more_memory_than_what_is_told():
    past = many(noise(400, 6, 0.8))
    tracemalloc.start()
    told = StatesForecast().forecast(past, 1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not told.missing.any()
    assert peak < 40 * 400 * 1000 * 8  # 40 numbers of each, not 8 rules times that


def test_a_thousand_series_take_a_moment():
    past = many(noise(1000, 50, 0.8))
    StatesForecast().forecast(past, 5)
    begin = time.process_time()
    StatesForecast().forecast(past, 5)
    assert time.process_time() - begin < 0.5  # 0.05 on the machine of the benchmark


@pytest.mark.parametrize(
    ("given", "name"),
    [({"model": "no"}, "model"), ({"level": 1.0}, "level"), ({"draws": -1}, "draws"),
     ({"memory": 2}, "memory")],
)  # fmt: skip
def test_a_parameter_out_of_range_is_named(given, name):
    with pytest.raises(BadChoice, match=name):
        StatesForecast(**given).forecast(toy(), 1)


def test_a_net_that_has_not_learned_says_so():
    with pytest.raises(NotFitted, match="fit"):
        StatesForecast("neural").forecast(toy(), 1)


def test_what_was_learned_in_one_space_is_not_used_in_another():
    with pytest.raises(SpaceMismatch):
        StatesForecast().fit(many(noise(3, 9, 0.5))).forecast(toy(), 1)
