"""measure/moments: chunks give the value of the whole."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectory.core.errors import BadValues
from affectory.measure.agreement import bias, ccc, pearson, rmse
from affectory.measure.moments import Moments, middle


@pytest.fixture
def pairs():
    rng = np.random.default_rng(4)
    x = rng.normal(1000, 1, (500, 3))
    return x, x + rng.normal(size=(500, 3))


@given(st.lists(st.integers(0, 500), max_size=8), st.integers(0, 5))
def test_any_cut_gives_the_same_value(cuts, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(1000, 1, (2, 500))
    ends = [0, *sorted(cuts), 500]
    whole = Moments.of(x[:0], y[:0])
    for first, last in pairwise(ends):
        whole = whole.merge(Moments.of(x[first:last], y[first:last]))
    assert float(whole.ccc()) == pytest.approx(ccc(x, y), abs=1e-12)
    assert float(whole.pearson()) == pytest.approx(pearson(x, y), abs=1e-12)
    assert float(whole.rmse()) == pytest.approx(rmse(x, y), abs=1e-9)
    assert float(whole.bias()) == pytest.approx(bias(x, y), abs=1e-9)


def test_columns_are_treated_one_by_one(pairs):
    x, y = pairs
    y[::3, 1] = np.nan
    both = Moments.of(x, y)
    for at in range(3):
        assert both.ccc()[at] == pytest.approx(ccc(x[:, at], y[:, at]), abs=1e-12)
    np.testing.assert_array_equal(both.n, [500, 333, 500])


def test_the_middle_is_a_value_of_its_own():
    assert middle(np.array([0.0, 1.0, 10.0, np.nan])) == 1.0  # the mean is 11/3
    assert middle(np.full(3, 0.1)) == 0.1
    assert middle(np.array([np.nan])) == 0.0


def test_unlike_shapes_are_refused():
    with pytest.raises(BadValues, match="one shape"):
        Moments.of(np.zeros(3), np.zeros((3, 1)))
