"""measure/bootstrap: known laws of the mean, then bounds, then errors."""

import numpy as np
import pytest
from scipy import stats

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.agreement import MAE
from affectory.measure.bootstrap import (
    MOST_CLUSTERS,
    _student,
    codes_of,
    gather,
    interval,
    mean,
)


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


@pytest.mark.parametrize(("c", "least"), [(5, 0.87), (8, 0.90), (20, 0.92)])
def test_few_clusters_hold_the_truth_nearly_as_often(c, least):
    # plain percentiles hold it in 84 %, 88 % and 92 %; four standard errors of 600 trials: 3.6 %
    rng = np.random.default_rng(c)
    held = 0
    for trial in range(600):
        low, high = interval(rows_of(rng.normal(size=c)), mean, resamples=500, seed=trial)
        held += bool(low[0] <= 0 <= high[0])
    assert least <= held / 600 <= 0.985


@pytest.mark.parametrize("df", [4, 7, 19, 400, MOST_CLUSTERS])
def test_students_quantiles_are_those_of_scipy(df):
    for share in (0.9, 0.975, 0.995, 0.25):
        assert _student(share, df) == pytest.approx(stats.t.ppf(share, df), abs=1e-4)


@pytest.mark.parametrize("c", [1, 4])
def test_fewer_than_five_clusters_have_no_interval(c):
    low, high = interval(rows_of(np.arange(float(c))), mean)
    assert np.isnan(low).all()
    assert np.isnan(high).all()
    figure = MAE.figure(np.arange(float(c)), np.zeros(c))
    assert figure.setting == "no interval: fewer than 5 rows"


def test_each_number_has_the_interval_of_the_clusters_it_rests_on():
    rows = np.random.default_rng(5).normal(size=(40, 1))
    sums = np.hstack([np.ones((40, 1)), rows])

    def twice(total):
        return np.column_stack([mean(total)] * 3)

    low, high = interval(sums, twice, clusters=np.array([4, 8, 40]))
    assert np.isnan(low[0])
    assert low[1] < low[2] < high[2] < high[1]


def test_resamples_without_a_value_are_left_out():
    def ratio(sums):
        return np.where(sums[:, 1] > 0, 1.0, np.nan)

    low, high = interval(rows_of([0.0, 0.0, 0.0, 0.0, 1.0]), ratio, resamples=200)
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
