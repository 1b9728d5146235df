"""measure/gold: who agrees counts, who is slow is found."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.gold import fused, lag_of


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
