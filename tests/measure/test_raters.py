"""measure/raters: the published worked examples, closed forms, then edges."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.measure.raters import Icc, Metric, alpha, icc, rater_figures

# Shrout & Fleiss 1979, table 2: six targets, four judges; results in table 4
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Krippendorff 2011, example C: four observers, twelve units, missing data
NO = np.nan
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NO, NO, NO],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NO, 3],
        [NO, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NO],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NO],
    ]
).T


@pytest.mark.parametrize(
    ("kind", "published"),
    [
        (Icc.ONE, 0.17),
        (Icc.TWO, 0.29),
        (Icc.THREE, 0.71),
        (Icc.ONE_MEAN, 0.44),
        (Icc.TWO_MEAN, 0.62),
        (Icc.THREE_MEAN, 0.91),
    ],
)
def test_the_six_correlations_are_those_of_shrout_and_fleiss(kind, published):
    assert round(icc(JUDGES, kind), 2) == published


@pytest.mark.parametrize(
    ("metric", "published"),
    [
        (Metric.NOMINAL, 0.743),
        (Metric.ORDINAL, 0.815),
        (Metric.INTERVAL, 0.849),
        (Metric.RATIO, 0.797),
    ],
)
def test_alpha_is_that_of_krippendorffs_example(metric, published):
    assert round(alpha(OBSERVERS, metric), 3) == published


def test_the_mean_of_many_raters_follows_spearman_and_brown():
    one = icc(JUDGES, Icc.THREE)
    assert icc(JUDGES, Icc.THREE_MEAN) == pytest.approx(4 * one / (1 + 3 * one))


def test_a_constant_difference_costs_agreement_but_not_consistency():
    x = np.arange(6.0)
    shifted = np.column_stack([x, x + 3])
    assert icc(shifted, Icc.THREE) == pytest.approx(1)
    assert icc(shifted, Icc.TWO) < 0.5


def test_the_share_of_true_variance_is_recovered():
    rng = np.random.default_rng(0)
    table = rng.normal(0, 2, (4000, 1)) + rng.normal(0, 1, (4000, 5))
    for kind in (Icc.ONE, Icc.TWO, Icc.THREE):
        assert icc(table, kind) == pytest.approx(0.8, abs=0.015)  # 4 / (4 + 1)


def test_raters_who_guess_have_no_alpha():
    guesses = np.random.default_rng(1).integers(1, 6, (5000, 3)).astype(float)
    for metric in Metric:
        assert alpha(guesses, metric) == pytest.approx(0, abs=0.02)


def test_a_large_offset_loses_no_digits():
    assert icc(np.array(JUDGES) + 1e9, Icc.TWO) == pytest.approx(icc(JUDGES, Icc.TWO), abs=1e-6)
    assert alpha(OBSERVERS + 1e9) == pytest.approx(alpha(OBSERVERS), abs=1e-6)


def test_a_target_with_a_missing_rating_is_left_out_of_the_correlation():
    holed = np.vstack([JUDGES, [5, NO, 5, 5]])
    assert icc(holed) == icc(JUDGES)


@pytest.mark.parametrize("table", [np.ones((4, 3)), np.full((3, 2), NO), np.zeros((0, 2))])
def test_nothing_to_differ_in_is_undefined(table):
    assert np.isnan(icc(table))
    for metric in Metric:
        assert np.isnan(alpha(table, metric))


def test_every_number_comes_with_an_interval_over_targets():
    rng = np.random.default_rng(2)
    table = rng.normal(0, 2, (200, 1)) + rng.normal(0, 1, (200, 3))
    figures = {figure.name: figure for figure in rater_figures(table)}
    assert figures["icc_two"].value == pytest.approx(icc(table, Icc.TWO))
    assert figures["alpha"].value == pytest.approx(alpha(table))
    for figure in figures.values():
        assert figure.low < figure.value < figure.high
        assert figure.n == 200
    assert figures["icc_one"].low < 0.8 < figures["icc_one"].high  # the true share


def test_figures_of_nothing_have_reasons():
    assert all(figure.reason for figure in rater_figures(np.full((3, 2), NO)))


def test_negative_ratings_have_no_ratio():
    with pytest.raises(BadValues, match="negative"):
        alpha([[-1.0, 1.0]], Metric.RATIO)


def test_a_list_is_no_table():
    with pytest.raises(BadValues, match="one row a target"):
        icc([1.0, 2.0])
