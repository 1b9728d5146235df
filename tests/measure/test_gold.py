"""measure/gold: who agrees counts, who is slow is found."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.gold import aligned, fused, lag_of


def waves(n=400, seed=0):
    t = np.arange(n)
    return np.sin(t / 17) + 0.5 * np.sin(t / 41 + seed)


def test_two_who_say_the_same_count_the_same():
    gold = fused(np.column_stack([waves(), waves()]))
    assert gold.weights.tolist() == [0.5, 0.5]
    np.testing.assert_allclose(gold.values, waves())
    np.testing.assert_allclose(gold.spread, 0, atol=1e-9)


def test_who_rates_at_random_or_upside_down_counts_little_or_nothing():
    rng = np.random.default_rng(0)
    good = [waves() + rng.normal(0, 0.2, 400) for _ in range(3)]
    gold = fused(np.column_stack([*good, rng.normal(size=400), -waves()]))
    assert gold.weights.sum() == pytest.approx(1)
    assert gold.weights[4] == 0
    assert gold.weights[3] < 0.1 < gold.weights[:3].min()
    mean = np.mean([*good, rng.normal(size=400), -waves()], axis=0)
    assert np.abs(gold.values - waves()).mean() < np.abs(mean - waves()).mean()


def test_gaps_are_bridged_by_who_is_there():
    one, two = waves(), waves() + 0.1
    two[10:20] = np.nan
    one[15] = np.nan
    gold = fused(np.column_stack([one, two]))
    np.testing.assert_allclose(gold.values[10:15], one[10:15])
    assert np.isnan(gold.values[15])
    assert np.isnan(gold.spread[10:20]).all()


def test_one_rater_is_the_gold():
    assert fused(waves()[:, None]).weights.tolist() == [1.0]
    with pytest.raises(BadValues, match="one column"):
        fused(np.zeros((3, 0)))


def test_those_who_never_agree_count_the_same():
    flat = np.column_stack([np.ones(9), np.full(9, 3.0)])
    gold = fused(flat)
    assert gold.weights.tolist() == [0.5, 0.5]
    assert gold.values.tolist() == [2.0] * 9


@pytest.mark.parametrize("late", [0, 5, 30])
def test_a_slow_hand_is_found(late):
    truth = waves(600)
    slow = np.concatenate([np.zeros(late), truth[: 600 - late]])
    assert lag_of(slow, truth, step=0.1) == pytest.approx(late * 0.1)


def test_a_lag_needs_a_step():
    with pytest.raises(BadChoice, match="step"):
        lag_of([1.0], [1.0], step=0)
    assert lag_of([1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 3.0, 4.0], step=1) == 0.0


def late(values, by, rng=None):
    moved = np.concatenate([np.full(by, values[0]), values[: len(values) - by]])
    return moved if rng is None else moved + rng.normal(0, 0.1, len(moved))


def test_planted_lags_are_found_and_the_gold_comes_nearer_to_the_truth():
    rng, truth = np.random.default_rng(0), waves(600)
    lags = [3, 15, 0, 27]
    told = np.column_stack([late(truth, by, rng) for by in lags])
    found = aligned(told, step=0.1)
    np.testing.assert_allclose(found.lags, np.array(lags) / 10, atol=0.11)
    before = np.abs(fused(told).values - truth)[:570].mean()
    after = np.abs(found.gold.values - truth)[:570].mean()
    assert after < 0.06 < before / 4  # the noise of four hands, 0.1 / 2, times sqrt(2 / pi)
    assert np.isnan(found.ratings[-27:, 3]).all()


def test_two_hands_differ_by_one_lag_whichever_comes_first():
    truth = waves(600)
    for order in ([0, 20], [20, 0]):
        told = np.column_stack([late(truth, by) for by in order])
        np.testing.assert_allclose(aligned(told, step=0.1).lags, np.array(order) / 10)


def test_a_lag_that_all_share_takes_a_reference():
    truth = waves(600)
    told = np.column_stack([late(truth, 12), late(truth, 12)])
    found = aligned(told, step=0.1)
    assert found.lags.tolist() == [0, 0]
    assert lag_of(found.gold.values, truth, step=0.1) == pytest.approx(1.2)


def test_a_hand_has_one_lag_on_all_axes():
    both = np.column_stack([waves(600), waves(600, 2)])
    told = np.stack([both, np.column_stack([late(one, 9) for one in both.T])], axis=1)
    np.testing.assert_allclose(aligned(told, step=0.1).lags, [0, 0.9])


def test_those_who_never_agree_come_to_an_end_and_stay_within_reach():
    rng = np.random.default_rng(1)
    found = aligned(rng.normal(size=(200, 4)), step=0.1, most=2.0)
    assert found.lags.min() >= 0
    assert np.isfinite(found.gold.weights).all()
    assert aligned(waves()[:, None], step=1).lags.tolist() == [0]
    assert aligned(np.ones((50, 2)), step=1).lags.tolist() == [0, 0]


def test_a_rating_may_be_ahead_where_that_is_asked_for():
    truth = waves(600)
    early = np.concatenate([truth[15:], np.full(15, truth[-1])])
    assert lag_of(early, truth, step=0.1) == 0
    assert lag_of(early, truth, step=0.1, least=-6.0) == pytest.approx(-1.5)


def test_shares_of_one_whole_stay_so():
    rng = np.random.default_rng(2)
    told = rng.dirichlet(np.ones(4), size=(50, 3))
    told[5, 1] = np.nan
    gold = fused(told)
    assert gold.values.shape == gold.spread.shape == (50, 4)
    np.testing.assert_allclose(gold.values.sum(axis=1), 1)
    assert gold.weights.sum() == pytest.approx(1)


def test_a_difference_between_axes_is_no_agreement():
    rng = np.random.default_rng(1)
    level = np.array([0.8, -0.8])  # every rater has the one axis high and the other low
    course = level + rng.normal(0, 0.1, (2000, 2))
    one, two = (course + rng.normal(0, 0.03, (2000, 2)) for _ in range(2))
    noise = level + rng.normal(0, 0.1, (2000, 2))
    weights = fused(np.stack([one, two, noise], axis=1)).weights
    assert weights[2] < 0.03
    assert weights[:2].min() > 0.45


def test_an_axis_of_large_numbers_does_not_drown_the_others():
    rng = np.random.default_rng(2)
    course = rng.normal(size=(500, 2))
    good, also = (course + rng.normal(0, 0.1, (500, 2)) for _ in range(2))
    half = np.column_stack([course[:, 0], rng.normal(size=500)])  # follows the first axis alone
    told = np.stack([good, also, half], axis=1)
    large = fused(told * np.array([1000.0, 1.0])).weights
    np.testing.assert_allclose(large, fused(told).weights)


def test_where_nobody_who_counts_rated_there_is_no_gold():
    told = np.array([[0.1, 0.12, -0.05], [0.5, 0.48, -0.2], [np.nan, np.nan, 0.3]])
    told = np.vstack([told, [[0.9, 0.8, -0.3], [0.2, np.nan, -0.1], [0.7, 0.72, -0.25]]])
    gold = fused(told)
    assert gold.weights[2] == 0
    assert np.isnan(gold.values[2])
    assert np.isnan(gold.spread[2:5:2]).all()  # one who counts has nobody to differ from
    assert np.isfinite(gold.values[[0, 1, 3, 4]]).all()


def test_who_comes_late_or_leaves_early_weighs_as_they_agree_whatever_their_level():
    truth = np.linspace(-0.5, 0.5, 400) + 0.2 * waves()
    early, late = truth + 0.8, truth - 0.3
    early[200:], late[:150] = np.nan, np.nan
    gold = fused(np.column_stack([truth, truth + 0.1, early, late]))
    np.testing.assert_allclose(gold.weights, 0.25)
    both = np.stack([np.column_stack([one, -0.7 * one]) for one in (truth, early, late)], axis=1)
    np.testing.assert_allclose(fused(both).weights, 1 / 3)


def test_a_visitor_at_random_leaves_two_who_are_alike_alike():
    rng = np.random.default_rng(0)

    def slow(size):
        return size * np.convolve(rng.normal(size=3049), np.hanning(50), "valid") / 4.3

    truth = slow(0.1)
    one, two, level = truth + slow(0.08), truth + slow(0.08), 0.8 + slow(0.08)
    level[1500:] = np.nan
    weights = fused(np.column_stack([one, two, level])).weights
    assert weights[0] == pytest.approx(weights[1], abs=0.03)
    third = truth + 0.8 + slow(0.08)
    third[1500:] = np.nan
    again = fused(np.column_stack([one, two, third])).weights
    np.testing.assert_allclose(again, 1 / 3, atol=0.03)


def test_a_level_of_a_visitors_own_changes_no_weight():
    rng = np.random.default_rng(4)
    told = waves()[:, None, None] + rng.normal(0, 0.4, (400, 3, 2))
    told[250:, 2] = np.nan
    higher = told + np.array([0.0, 0.2, 5.0])[None, :, None]
    for axes in (1, 2):
        one, other = (fused(each[:, :, :axes]).weights for each in (told, higher))
        np.testing.assert_allclose(one, other)


def test_those_who_never_move_count_the_same_though_one_leaves():
    told = np.tile([0.1, 0.3, 0.7], (400, 1))
    told[200:, 2] = np.nan
    np.testing.assert_allclose(fused(told).weights, 1 / 3)
