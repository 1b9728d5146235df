"""measure/forecasts: closed forms first, then scipy's own integral, then the edges."""

import numpy as np
import pytest
from scipy import integrate, stats

from affectory.core.errors import BadChoice
from affectory.measure.forecasts import (
    band,
    covered,
    crps_bounded,
    crps_draws,
    crps_normal,
    naive_scale,
    skill,
)  # fmt: skip


def test_mase_of_persistence_on_its_own_past_is_one():
    past = np.array([[1.0], [2.0], [4.0], [10.0], [7.0]])
    group = [0, 0, 0, 1, 1]
    scale = naive_scale(past, group)
    assert scale.tolist() == [[1.5], [3.0]]
    steps = [np.abs(np.diff(past[:3, 0])) / scale[0], np.abs(np.diff(past[3:, 0])) / scale[1]]
    assert [step.mean() for step in steps] == [1.0, 1.0]


def test_a_season_is_a_longer_lag_and_gaps_are_left_out():
    past = np.array([[0.0], [5.0], [np.nan], [6.0], [4.0], [np.nan]])
    assert naive_scale(past, [0] * 6, lag=2).tolist() == [[1.0]]
    assert np.isnan(naive_scale([[1.0], [1.0], [3.0]], [0, 0, 1])).all()  # still, and too short


@pytest.mark.parametrize("truth", [-3.0, 0.2, 1.0, 2.5])
def test_crps_of_a_normal_is_the_integral_of_squared_gaps(truth):
    def gap(x):
        return (stats.norm.cdf(x, 0.5, 0.7) - (x >= truth)) ** 2

    below, above = integrate.quad(gap, -12, truth)[0], integrate.quad(gap, truth, 12)[0]
    assert crps_normal(truth, 0.5, 0.7) == pytest.approx(below + above, abs=1e-6)
    draws = stats.norm.ppf((np.arange(4000) + 0.5) / 4000, 0.5, 0.7)
    assert crps_draws(truth, draws) == pytest.approx(below + above, abs=1e-3)


def test_without_a_spread_crps_is_the_absolute_error():
    assert crps_normal([1.0, -2.0], [0.0, 0.0], [0.0, 0.0]).tolist() == [1.0, 2.0]
    assert crps_draws([1.0, -2.0], [[0.0, 0.0]]).tolist() == [1.0, 2.0]


def test_crps_of_draws_is_over_all_pairs():
    rng = np.random.default_rng(0)
    draws, truth = rng.normal(size=(7, 3, 2)), rng.normal(size=(3, 2))
    pairs = np.abs(draws[:, None] - draws[None]).mean(axis=(0, 1)) / 2
    want = np.abs(draws - truth).mean(axis=0) - pairs
    np.testing.assert_allclose(crps_draws(truth, draws), want, atol=1e-12)


def test_a_band_holds_its_level():
    low, high = band(0.0, 1.0, 0.8)
    assert stats.norm.cdf(high) - stats.norm.cdf(low) == pytest.approx(0.8)
    with pytest.raises(BadChoice, match="level"):
        band(0.0, 1.0, 1.0)


def test_what_is_unknown_is_neither_in_nor_out():
    assert covered([1.0, 3.0], [0.0, 0.0], [1.0, 1.0]).tolist() == [1.0, 0.0]
    assert np.isnan(covered([np.nan, 1.0], [0.0, np.nan], [1.0, 1.0])).all()


def test_skill_compares_what_both_have():
    assert skill([1.0, np.nan, 1.0], [2.0, 9.0, 2.0]) == 0.5
    assert np.isnan(skill([1.0], [0.0]))


def test_a_lag_is_a_lag():
    with pytest.raises(BadChoice, match="lag"):
        naive_scale([[1.0]], [0], lag=0)


@pytest.mark.parametrize(("mean", "spread", "truth"), [(0.9, 0.5, 0.2), (-0.9, 2.0, 0.9)])
def test_crps_within_bounds_is_the_integral_within_them(mean, spread, truth):
    def gap(x):
        return (stats.norm.cdf(x, mean, spread) - (x >= truth)) ** 2

    want = integrate.quad(gap, -1, truth)[0] + integrate.quad(gap, truth, 1)[0]
    assert crps_bounded(truth, mean, spread, -1, 1) == pytest.approx(want, abs=1e-6)


def test_crps_without_bounds_or_spread_is_the_plain_one():
    assert crps_bounded(0.3, 0.1, 0.5, -np.inf, np.inf) == crps_normal(0.3, 0.1, 0.5)
    assert crps_bounded(0.3, 0.1, 0.0, -1, 1) == pytest.approx(0.2)
