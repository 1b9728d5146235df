"""parts.fans: a band holds its share; short pasts borrow; fans do not narrow."""

from statistics import NormalDist

import numpy as np
import pytest

from affectory.parts.fans import Breadth, widths

Z80 = NormalDist().inv_cdf(0.9)


def test_normal_errors_get_their_own_spread():
    errors = np.random.default_rng(0).normal(0, 2, (1, 400, 50))
    told = widths(errors, np.array([1]), np.full((1, 50), 1.0), 0.8)
    assert told.mean() == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_the_band_holds_its_share_of_skewed_errors(level):
    rng = np.random.default_rng(1)
    errors = rng.exponential(1, (1, 60, 2000)) - 0.5
    told = widths(errors, np.array([1]), np.full((1, 2000), 0.7), level)[0]
    came = rng.exponential(1, 2000) - 0.5
    inside = np.abs(came) <= told * NormalDist().inv_cdf(0.5 + level / 2)
    assert inside.mean() == pytest.approx(level, abs=0.03)


def test_without_a_past_the_width_is_the_common_one():
    told = widths(np.full((1, 4, 1), np.nan), np.array([1]), np.array([[0.3]]), 0.8)
    # of a normal law whose mean absolute value is 0.3
    assert told[0, 0] == pytest.approx(0.3 / np.sqrt(2 / np.pi))


def test_a_past_that_became_calm_gets_a_narrower_fan():
    rng = np.random.default_rng(2)
    errors = rng.normal(0, 1, (1, 100, 40))
    errors[:, 50:] *= 0.2
    told = widths(errors, np.array([1]), np.full((1, 40), 0.5), 0.8)
    assert told.mean() < 0.35


def test_a_fan_does_not_narrow():
    errors = np.random.default_rng(3).normal(0, 1, (5, 30, 20))
    told = widths(errors, np.arange(1, 6), np.full((5, 20), 1.0), 0.8)
    assert (np.diff(told, axis=0) >= -1e-12).all()


def test_no_error_at_all_gives_a_small_spread_and_no_nan():
    told = widths(np.zeros((2, 40, 3)), np.array([1, 2]), np.full((2, 3), 0.1), 0.8)
    assert np.isfinite(told).all()
    assert (told < 0.1).all()


def test_breadths_add_up():
    both = Breadth(np.array([[1.0]]), np.array([[1.0]])) + Breadth(
        np.array([[3.0]]), np.array([[3.0]])
    )
    assert both.mean.tolist() == [[2.5]]
    assert both.count.tolist() == [[4]]
