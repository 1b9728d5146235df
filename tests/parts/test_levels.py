"""parts.levels: closed forms of the rules, then what has no value."""

import numpy as np
import pytest

from affectory.parts import levels
from affectory.parts.levels import Rules

PERSISTENCE, MEAN, SES = (1.0, 1.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (1.0, 0.5, 0.0, 0.0)
Y = np.array([1.0, 2.0, 4.0])[:, None]


def ahead(y, rule, horizons=(1, 2)):
    rows = np.asarray(y, float).reshape(len(y), -1)
    return levels.centres(rows, Rules.of([rule]), horizons, np.zeros(len(horizons), int))[:, 0]


def test_persistence_goes_on_and_the_mean_is_the_mean():
    np.testing.assert_allclose(ahead(Y, PERSISTENCE), [4, 4])
    np.testing.assert_allclose(ahead(Y, MEAN), [7 / 3, 7 / 3])


def test_each_horizon_is_told_by_the_rule_that_is_chosen_for_it():
    told = levels.centres(Y, Rules.of([PERSISTENCE, MEAN]), (1, 2, 5), np.array([0, 1, 0]))
    np.testing.assert_allclose(told[:, 0], [4, 7 / 3, 4])


def test_exponential_smoothing_goes_half_the_way():
    np.testing.assert_allclose(ahead(Y, SES), [2.75, 2.75])  # 1, 1.5, 2.75


def test_a_level_returns_to_the_mean_by_its_share_at_each_step():
    told = ahead(Y, (0.5, 1.0, 0.0, 0.0))
    np.testing.assert_allclose(told, 7 / 3 + np.array([0.5, 0.25]) * (4 - 7 / 3))


def test_a_trend_is_damped():
    # level follows the values, trend after 1, 2 is 0.5 * 1, told 2.25 (damp .5), missed by 1.75
    told = ahead(Y, (1.0, 1.0, 0.5, 0.5))
    trend = 0.5 * 0.5 + 0.5 * (4 - 2.25)
    np.testing.assert_allclose(told, 4 + trend * np.array([0.5, 0.75]))


def test_a_missing_value_moves_nothing_and_what_never_came_is_unknown():
    np.testing.assert_allclose(ahead([1, 2, np.nan, 4], SES), ahead(Y, SES))
    assert np.isnan(ahead([np.nan, np.nan], SES)).all()
    np.testing.assert_allclose(ahead([np.nan, 3], MEAN), [3, 3])


def test_errors_come_to_light_in_the_row_of_what_came():
    rules = Rules.of([PERSISTENCE]).pick(np.zeros((2, 1), int))
    told = levels.errors(Y, rules, (1, 2))[:, :, 0]
    np.testing.assert_array_equal(told, [[np.nan, 1, 2], [np.nan, np.nan, 3]])


def test_sums_are_those_of_the_errors_for_every_rule():
    rng = np.random.default_rng(0)
    y = rng.normal(size=(30, 7))
    y[rng.random(y.shape) < 0.2] = np.nan
    every = Rules.of([PERSISTENCE, MEAN, SES, (0.9, 0.5, 0.1, 0.8)])
    total, count = levels.totals(y, every, (1, 3), start=2)
    for at in range(4):
        missed = levels.errors(y, every.pick(np.full((2, 7), at)), (1, 3), start=2)
        np.testing.assert_allclose(np.nansum(np.abs(missed), axis=1), total[:, at])
        np.testing.assert_array_equal((~np.isnan(missed)).sum(axis=1), count)


def test_no_error_has_seen_what_it_forecasts():
    y = np.random.default_rng(1).normal(size=(20, 3))
    rules = Rules.of([(0.9, 0.5, 0.1, 0.8)]).pick(np.zeros((1, 3), int))
    before = levels.errors(y, rules, (2,))
    for cut in (5, 12):
        np.testing.assert_allclose(levels.errors(y[:cut], rules, (2,))[:, :cut], before[:, :cut])


@pytest.mark.parametrize("rule", [PERSISTENCE, MEAN, SES, (0.8, 0.6, 0.0, 0.0)])
def test_the_spread_grows_as_simulated(rule):
    # y = f + e with unit noise: the error of h steps has the spread that `growth` says
    rng = np.random.default_rng(2)
    back, gain = rule[:2]
    level, noise = np.zeros(40_000), rng.normal(size=(3, 40_000))
    for h in range(3):
        told = back * level if h else np.zeros(40_000)
        error = told + noise[h]
        level = told + gain * noise[h]
        want = levels.growth(Rules.of([rule]), (h + 1,))[0, 0, 0]
        assert error.std() == pytest.approx(want, rel=0.02)
