"""measure/bootstrap: known laws of the mean, then bounds, then errors."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.agreement import MAE
from affectory.measure.bootstrap import MOST_CLUSTERS, codes_of, gather, interval


def mean(sums):
    return sums[:, 1] / sums[:, 0]


def rows_of(values):
    return np.column_stack([np.ones(len(values)), values])


def test_the_interval_of_a_mean_is_that_of_its_normal_law():
    values = np.random.default_rng(0).normal(size=2000)
    low, high = interval(rows_of(values), mean, resamples=4000)
    half = 1.96 * values.std() / np.sqrt(2000)
    assert high[0] - low[0] == pytest.approx(2 * half, rel=0.05)
    assert (low[0] + high[0]) / 2 == pytest.approx(values.mean(), abs=0.1 * half)


def test_many_clusters_dealt_into_blocks_give_the_same_width():
    n = 4 * MOST_CLUSTERS
    values = np.random.default_rng(1).normal(size=n)
    low, high = interval(rows_of(values), mean, resamples=4000)
    assert high[0] - low[0] == pytest.approx(2 * 1.96 * values.std() / np.sqrt(n), rel=0.05)


def test_nineteen_of_twenty_intervals_hold_the_truth():
    rng = np.random.default_rng(2)
    held = 0
    for trial in range(200):
        low, high = interval(rows_of(rng.normal(size=80)), mean, resamples=400, seed=trial)
        held += bool(low[0] <= 0 <= high[0])
    assert 180 <= held <= 199  # 190 expected, standard deviation 3.1


def test_the_same_seed_gives_the_same_interval():
    rows = rows_of(np.arange(50.0))
    assert interval(rows, mean, seed=4) == interval(rows, mean, seed=4)
    assert interval(rows, mean, seed=4) != interval(rows, mean, seed=5)


def test_one_cluster_has_no_interval():
    low, high = interval(rows_of([1.0]), mean)
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_resamples_without_a_value_are_left_out():
    def ratio(sums):
        return np.where(sums[:, 1] > 0, 1.0, np.nan)

    low, high = interval(rows_of([0.0, 0.0, 1.0]), ratio, resamples=200)
    assert low[0] == high[0] == 1.0


def test_sums_over_clusters_equal_a_loop():
    rng = np.random.default_rng(3)
    values, code = rng.normal(size=(5000, 2)), rng.integers(0, 30, 5000)
    sums = gather(lambda part: values[part], 2, code, 31)
    for c in range(31):
        np.testing.assert_allclose(sums[c], values[code == c].sum(axis=0), atol=1e-12)


def test_the_figure_of_a_perfect_answer_has_no_width():
    figure = MAE.figure(np.arange(10.0), np.arange(10.0))
    assert (figure.value, figure.low, figure.high, figure.n) == (0.0, 0.0, 0.0, 10)


def test_a_cluster_for_each_row_is_needed():
    with pytest.raises(BadValues, match="give one per row"):
        codes_of([1, 2], 3)


@pytest.mark.parametrize("wrong", [{"level": 1.0}, {"resamples": 0}])
def test_senseless_settings_are_refused(wrong):
    with pytest.raises(BadChoice):
        interval(rows_of([1.0, 2.0]), mean, **wrong)
