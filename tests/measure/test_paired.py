"""measure.paired: Williams's t by its formula and its level, and draws that are paired."""

import math

import numpy as np
import pytest
from scipy.stats import t as student

from affectory.core.errors import BadValues
from affectory.measure.agreement import PEARSON, RMSE, pearson
from affectory.measure.paired import difference, williams, williams_figure

RNG = np.random.default_rng(4)
TRUTH = RNG.normal(size=103)


def with_correlations(r_one, r_other, between, n=103):
    """Return a truth and two answers that correlate exactly so."""
    wanted = np.array([[1, r_one, r_other], [r_one, 1, between], [r_other, between, 1]])
    raw = RNG.normal(size=(n, 3))
    white = np.linalg.qr(raw - raw.mean(axis=0))[0]
    return (white @ np.linalg.cholesky(wanted).T).T


def test_t_is_the_formula_and_p_is_students():
    # the formula written out once more; that it holds its level is the next test's question
    x, one, other = with_correlations(0.5, 0.4, 0.1)
    det = 1 - 0.25 - 0.16 - 0.01 + 2 * 0.5 * 0.4 * 0.1
    by_hand = (0.4 - 0.5) * math.sqrt(102 * 1.1 / (2 * 102 / 100 * det + 0.45**2 * 0.9**3))
    found = williams(x, one, other)
    assert found.t == pytest.approx(by_hand, abs=1e-6)
    assert found.df == 100
    assert found.p == pytest.approx(2 * student.sf(abs(by_hand), 100), abs=1e-5)


def test_where_both_correlate_alike_it_is_rarely_surprised():
    root = np.linalg.cholesky([[1, 0.4, 0.4], [0.4, 1, 0.6], [0.4, 0.6, 1]])
    draws = np.random.default_rng(0).normal(size=(600, 60, 3)) @ root.T
    small = np.mean([williams(*draw.T).p < 0.05 for draw in draws])
    assert 0.025 < small < 0.08  # 0.05, and three standard errors of 600 draws


def test_turned_around_it_is_its_mirror():
    x, one, other = with_correlations(0.3, 0.6, 0.2)
    assert williams(x, one, other).t == pytest.approx(-williams(x, other, one).t)


def test_an_answer_is_no_better_than_itself_nor_than_itself_rescaled():
    noisy = TRUTH + RNG.normal(size=103)
    assert williams(TRUTH, noisy, noisy) == (0.0, 100, 1.0)
    assert difference(PEARSON, TRUTH, noisy, 3 * noisy + 7).value == pytest.approx(0, abs=1e-12)


def test_what_cannot_be_told_has_a_reason():
    still = williams_figure("p", TRUTH, np.ones(103), TRUTH, "s", "b")
    assert math.isnan(still.value)
    assert "vary" in still.reason
    assert math.isnan(williams([1, 2, 3], [1, 2, 3], [3, 1, 2]).p)


def test_missing_rows_are_left_out():
    holed = TRUTH.copy()
    holed[:3] = np.nan
    assert williams(holed, TRUTH + RNG.normal(size=103), TRUTH).df == 97


def test_unlike_shapes_are_refused():
    with pytest.raises(BadValues, match="williams"):
        williams([1, 2], [1, 2, 3], [1, 2])


def test_a_gain_is_the_difference_and_its_interval_is_narrower_than_unpaired():
    base = TRUTH + RNG.normal(size=103)
    better = base + 0.2 * TRUTH
    gain = difference(PEARSON, TRUTH, base, better, by="better over base", setting="made")
    assert gain.value == pytest.approx(pearson(TRUTH, better) - pearson(TRUTH, base))
    assert gain.name == "gain in pearson"
    assert 0 < gain.low < gain.value < gain.high
    alone = PEARSON.figure(TRUTH, better)
    assert gain.high - gain.low < (alone.high - alone.low) / 2


def test_clusters_are_drawn_together():
    cluster = np.arange(103) // 10
    gain = difference(RMSE, TRUTH, TRUTH + 1, TRUTH + 2, cluster=cluster)
    assert gain.n == 11
    assert gain.value == pytest.approx(1)
