"""parts/dynamics: chains and half-lives that can be done by hand."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.parts.dynamics import (
    chain,
    half_life,
    occupancy,
    second,
    stationary,
    walks,
)

TWO = np.array([[0.9, 0.1], [0.3, 0.7]])


def test_rows_of_a_counted_chain_sum_to_one_and_count():
    table = chain([0, 0, 0, 1], [0, 0, 1, 0], 3)
    np.testing.assert_allclose(table[0], [2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(table.sum(axis=1), 1)
    np.testing.assert_allclose(table[2], 1 / 3)  # never left: anywhere alike


def test_prior_counts_are_counted():
    np.testing.assert_allclose(chain([0], [0], 2, prior=1.0)[0], [2 / 3, 1 / 3])


def test_what_is_stationary_stays():
    rest = stationary(TWO)
    np.testing.assert_allclose(rest, [0.75, 0.25])
    np.testing.assert_allclose(rest @ TWO, rest)


def test_occupancy_is_the_power_of_the_chain():
    told = occupancy([0.0, 1.0], TWO, 2)
    np.testing.assert_allclose(told, [[0.3, 0.7], [0.48, 0.52]])


def test_a_difference_shrinks_by_the_second_eigenvalue():
    assert second(TWO) == pytest.approx(0.6)  # 0.9 + 0.7 - 1
    gap = occupancy([0.0, 1.0], TWO, 3)[:, 0] - 0.75
    np.testing.assert_allclose(gap[1:] / gap[:-1], 0.6)


def test_half_of_a_difference_is_left_after_a_half_life():
    steps = half_life(0.6)
    assert 0.6**steps == pytest.approx(0.5)
    assert half_life(0.0) == 0.0
    assert half_life(1.0) == np.inf


def test_walks_spend_their_time_as_the_stationary_distribution_says():
    paths = walks(np.array([[1.0, 0.0]]), TWO, 400, 200, np.random.default_rng(0))
    assert paths.shape == (1, 200, 400)
    assert (paths[:, :, 50:] == 1).mean() == pytest.approx(0.25, abs=0.01)


def test_a_walk_never_goes_where_the_chain_does_not():
    ring = np.roll(np.eye(3), 1, axis=1)
    paths = walks(np.array([[1.0, 0, 0]]), ring, 4, 2, np.random.default_rng(0))
    assert paths[0, 0].tolist() == [1, 2, 0, 1]


def test_rows_that_are_no_shares_are_refused():
    with pytest.raises(BadValues, match="sum to one"):
        stationary([[0.5, 0.4], [0.5, 0.5]])
