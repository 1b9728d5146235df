"""parts.choosing: own errors choose, and borrowed ones where there are few."""

import numpy as np

from affectory.parts.choosing import Lore, chosen, lore


def test_the_least_error_is_chosen():
    total, count = np.array([[[3.0], [1.0], [2.0]]]), np.array([[400.0]])
    nothing = Lore(np.ones((1, 3)), np.zeros(1))
    assert chosen(total, count, nothing).tolist() == [[1]]


def test_few_errors_do_not_outvote_what_all_series_say():
    total = np.array([[[1.0, 900.0], [1.1, 100.0]]])  # one error a rule; a thousand
    count = np.array([[1.0, 1000.0]])
    all_say = Lore(np.array([[1.2, 0.8]]), np.array([1e6]))
    assert chosen(total, count, all_say).tolist() == [[1, 1]]
    other = Lore(np.array([[0.8, 1.2]]), np.array([1e6]))
    assert chosen(total, count, other).tolist() == [[0, 1]]


def test_what_series_say_is_relative_and_each_is_as_loud_as_it_is_long():
    total = np.array([[[1.0, 30.0], [3.0, 10.0]]])
    told = lore(total, np.array([[1.0, 3.0]]))
    np.testing.assert_allclose(told.relative, [[(0.5 + 3 * 1.5) / 4, (1.5 + 3 * 0.5) / 4]])
    assert told.count.tolist() == [4]


def test_series_that_never_moved_say_nothing():
    told = lore(np.zeros((1, 2, 3)), np.full((1, 3), 9.0))
    assert told.count.tolist() == [0]
    assert np.isfinite(told.relative).all()


def test_two_lores_add_up_to_the_lore_of_both():
    rng = np.random.default_rng(0)
    total, count = rng.random((2, 4, 6)), rng.integers(1, 9, (2, 6)).astype(float)
    whole = lore(total, count)
    both = lore(total[..., :2], count[:, :2]) + lore(total[..., 2:], count[:, 2:])
    np.testing.assert_allclose(both.relative, whole.relative)
    np.testing.assert_allclose(both.count, whole.count)
