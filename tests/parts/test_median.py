"""parts/median: least absolute errors, not least squares."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.parts.median import Median

RNG = np.random.default_rng(0)
X = RNG.normal(size=(800, 3))


def test_without_inputs_it_is_the_median():
    y = RNG.exponential(size=(801, 2))
    told = Median.fit(np.zeros((801, 1)), y)
    np.testing.assert_allclose(told.shift, np.median(y, axis=0), atol=0.03)


def test_a_line_is_found_whatever_a_tenth_of_the_rows_says():
    y = X @ np.array([[2.0], [-1.0], [0.5]]) + 3
    y[::10] += 500
    told = Median.fit(X, y)
    np.testing.assert_allclose(told.weights.ravel(), [2, -1, 0.5], atol=0.05)
    assert told.shift[0] == pytest.approx(3, abs=0.05)
    np.testing.assert_allclose(told.predict(X[:2]), X[:2] @ told.weights + told.shift)


def test_where_most_answers_are_equal_it_is_that_answer():
    y = np.zeros((800, 1))
    y[::3, 0] = RNG.normal(2, 1, len(y[::3]))
    assert np.abs(Median.fit(X, y).predict(X)).max() < 0.05


def test_its_absolute_errors_are_less_than_those_of_least_squares():
    y = (X @ RNG.normal(size=(3, 1))) + RNG.standard_t(1.5, size=(800, 1))
    rows = np.hstack([X, np.ones((800, 1))])
    square = rows @ np.linalg.lstsq(rows, y, rcond=None)[0]
    assert np.abs(y - Median.fit(X, y).predict(X)).mean() < np.abs(y - square).mean()


def test_it_is_the_same_from_arrays_and_twice():
    y = X[:, :1] * 2
    one, other = Median.fit(X, y), Median.fit(X, y)
    np.testing.assert_array_equal(one.weights, other.weights)
    np.testing.assert_array_equal(Median.of(one.arrays()).predict(X), one.predict(X))


def test_no_row_is_refused():
    with pytest.raises(BadValues, match="no row"):
        Median.fit(np.empty((0, 2)), np.empty((0, 1)))
