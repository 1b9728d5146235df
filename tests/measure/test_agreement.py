"""measure/agreement: closed forms, then scipy, then numerics and edges."""

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from scipy import stats

from affectory.core.errors import BadValues
from affectory.measure.agreement import (
    CCC,
    PEARSON,
    agreement_figures,
    bias,
    ccc,
    mae,
    pearson,
    ranks,
    rmse,
    spearman,
)

values = st.lists(st.floats(-100, 100), min_size=2, max_size=40)


@pytest.fixture
def pairs():
    rng = np.random.default_rng(2)
    x = rng.normal(size=300)
    return x, 0.6 * x + 0.5 * rng.normal(size=300) + 0.2


def test_a_shift_by_one_costs_three_sevenths():
    # x = 0 1 2: variance 2/3, covariance 2/3, shift 1: (4/3) / (4/3 + 1) = 4/7
    assert ccc([0, 1, 2], [1, 2, 3]) == pytest.approx(4 / 7)


def test_a_doubled_scale_costs_a_fifth():
    # about the mean: 2 * 2 v / (v + 4 v) = 4/5
    assert ccc([-1, 0, 1], [-2, 0, 2]) == pytest.approx(0.8)


@drawn(values)
def test_everything_agrees_with_itself(xs):
    x = np.array(xs)
    if np.ptp(x) > 1e-6:
        assert ccc(x, x) == pytest.approx(1.0)
        assert ccc(x, -x + 2 * x.mean()) == pytest.approx(-1.0)


@drawn(values, st.floats(0.5, 50))
def test_a_shift_always_lowers_concordance_and_never_correlation(xs, shift):
    x = np.array(xs)
    if np.ptp(x) > 1e-3:
        assert ccc(x, x + shift) < 1 - 1e-9
        assert pearson(x, x + shift) == pytest.approx(1.0)


def test_correlations_and_errors_equal_scipy_and_numpy(pairs):
    x, y = pairs
    assert pearson(x, y) == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-14)
    rough = np.round(x, 1), np.round(y, 1)  # with ties
    assert spearman(*rough) == pytest.approx(stats.spearmanr(*rough).statistic, abs=1e-14)
    np.testing.assert_array_equal(ranks(rough[0]), stats.rankdata(rough[0]))
    assert rmse(x, y) == pytest.approx(np.sqrt(((x - y) ** 2).mean()))
    assert mae(x, y) == pytest.approx(np.abs(x - y).mean())
    assert bias(x, y) == pytest.approx((y - x).mean())


def test_a_large_offset_loses_no_digits(pairs):
    x, y = pairs
    assert ccc(x + 1e8, y + 1e8) == pytest.approx(ccc(x, y), abs=1e-7)  # input keeps 1.5e-8


def test_small_values_are_no_constants(pairs):
    x, y = pairs
    assert pearson(1e-12 * x, 1e-12 * y) == pytest.approx(pearson(x, y))


def test_single_precision_input_is_summed_in_double():
    rng = np.random.default_rng(0)
    x = rng.normal(size=1_000_000).astype(np.float32)
    y = (x + rng.normal(size=len(x))).astype(np.float32)
    wide = x.astype(np.longdouble), y.astype(np.longdouble)
    dx, dy = (v - v.mean() for v in wide)
    shift = (wide[0].mean() - wide[1].mean()) ** 2
    exact = 2 * (dx * dy).mean() / ((dx * dx).mean() + (dy * dy).mean() + shift)
    assert ccc(x, y) == pytest.approx(float(exact), abs=1e-12)


@pytest.mark.parametrize("level", [0.1, 1 / 3, 1e9 + 0.1])
def test_a_side_that_does_not_vary_has_no_correlation(level):
    flat, x = np.full(7, level), np.arange(7.0)
    assert np.isnan(pearson(flat, x))
    assert np.isnan(spearman(flat, x))
    assert np.isnan(ccc(flat, flat))
    assert ccc(flat, x) == 0  # x varies, the answer does not: no agreement at all


def test_one_pair_or_none_is_undefined():
    for measure in (ccc, pearson, spearman):
        assert np.isnan(measure([1.0], [2.0]))
        assert np.isnan(measure([], []))
    assert np.isnan(rmse([], []))
    assert rmse([1.0], [3.0]) == 2.0


def test_a_pair_with_a_missing_side_is_left_out(pairs):
    x, y = pairs
    holed = y.copy()
    holed[::5] = np.nan
    keep = ~np.isnan(holed)
    for measure in (ccc, pearson, spearman, rmse, mae, bias):
        assert measure(x, holed) == pytest.approx(measure(x[keep], y[keep]))


def test_the_figure_says_why_it_is_undefined():
    figure = PEARSON.figure(np.ones(4), np.arange(4.0))
    assert np.isnan(figure.value)
    assert "does not vary" in figure.reason


def test_the_interval_of_a_correlation_is_fishers(pairs):
    x, y = pairs
    figure = PEARSON.figure(x, y)
    exact = stats.pearsonr(x, y).confidence_interval(0.95)
    assert figure.low == pytest.approx(exact.low, abs=0.02)
    assert figure.high == pytest.approx(exact.high, abs=0.02)


def test_rows_copied_within_a_cluster_do_not_narrow_the_interval(pairs):
    x, y = (side[:60] for side in pairs)
    once = CCC.figure(x, y, cluster=np.arange(60))
    copied = CCC.figure(np.tile(x, 5), np.tile(y, 5), cluster=np.tile(np.arange(60), 5))
    assert copied.n == once.n == 60
    assert copied.low == pytest.approx(once.low)
    assert copied.high == pytest.approx(once.high)


def test_every_axis_has_its_six_figures(pairs):
    x, y = pairs
    figures = agreement_figures(
        np.column_stack([x, y]), np.column_stack([y, y]), ("valence", "arousal"), unit="points"
    )
    assert [f.name for f in figures[::6]] == ["ccc/valence", "ccc/arousal"]
    assert figures[0].value == pytest.approx(ccc(x, y))
    assert figures[3].unit == "points"
    assert figures[0].unit == ""


def test_unlike_lengths_are_refused():
    with pytest.raises(BadValues, match=r"\(2,\) and \(3,\)"):
        ccc([1.0, 2.0], [1.0, 2.0, 3.0])
