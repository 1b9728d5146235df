"""parts/calibrate: fits with a known answer, then edges and errors."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.parts.calibrate import (
    conformal,
    isotonic,
    platt,
    sigmoid,
    softmax,
    temperature,
    vector,
)

RNG = np.random.default_rng(0)


def test_sigmoid_of_large_numbers_neither_warns_nor_leaves_the_unit():
    assert sigmoid(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]


def test_softmax_rows_sum_to_one():
    np.testing.assert_allclose(softmax([[1e4, 0.0], [1.0, 1.0]]), [[1, 0], [0.5, 0.5]], atol=1e-12)


def test_platt_finds_the_gain_and_shift_that_made_the_labels():
    z = RNG.normal(size=(200_000, 1)) * 2
    y = RNG.random((200_000, 1)) < sigmoid(0.5 * z - 1.0)
    gain, shift = platt(z, y, ridge=0.0)
    np.testing.assert_allclose([gain[0], shift[0]], [0.5, -1.0], atol=0.02)  # 4 standard errors


def test_platt_leaves_calibrated_soft_targets_alone():
    z = RNG.normal(size=(500, 3))
    gain, shift = platt(z, sigmoid(z))
    np.testing.assert_allclose(np.r_[gain, shift], [1, 1, 1, 0, 0, 0], atol=1e-6)


def test_platt_with_a_single_hit_stays_near_the_logits():
    z, y = RNG.normal(size=(1000, 1)), np.zeros((1000, 1))
    y[0] = 1
    gain, shift = platt(z, y, ridge=100.0)
    assert 0.8 < gain[0] < 1.2
    assert sigmoid(gain * z + shift).mean() == pytest.approx(0.001, rel=0.01)


def test_the_temperature_of_doubled_logits_is_two():
    z = RNG.normal(size=(400, 4))
    assert temperature(2 * z, softmax(z)) == pytest.approx(2.0, rel=1e-6)


def test_vector_scaling_finds_what_was_applied():
    z = RNG.normal(size=(3000, 3))
    gain, shift = np.array([0.5, 1.0, 2.0]), np.array([0.3, 0.0, -0.3])
    found = vector(z, softmax(gain * z + shift), ridge=1e-6)
    np.testing.assert_allclose(found[0], gain, atol=1e-3)
    np.testing.assert_allclose(found[1], shift, atol=1e-3)


def test_isotonic_pools_the_violators():
    steps = isotonic([1, 2, 3, 4], [0, 1, 0, 1])  # 2 and 3 fall, so they share 1/2
    assert steps([0, 1, 2, 3, 4, 9]).tolist() == [0, 0, 0.5, 0.5, 1, 1]


def test_isotonic_joins_equal_scores():
    assert isotonic([1, 1, 2], [0, 1, 1])([1, 2]).tolist() == [0.5, 1.0]


def test_the_conformal_half_width_is_the_ceil_of_n_plus_one_times_level_th_miss():
    misses = -np.arange(1.0, 20.0)  # n = 19: ceil(20 * 0.9) = 18
    assert conformal(misses, 0.9) == 18.0
    assert conformal(misses[:5], 0.9) == np.inf  # ceil(6 * 0.9) = 6 > 5


def test_new_misses_are_covered_as_often_as_promised():
    width = conformal(RNG.normal(size=(5000, 2)), 0.9)
    covered = (np.abs(RNG.normal(size=(20_000, 2))) <= width).mean(axis=0)
    np.testing.assert_allclose(covered, 0.9, atol=0.02)


def test_unlike_shapes_and_impossible_levels_are_refused():
    with pytest.raises(BadValues, match="two equal"):
        platt(np.zeros((2, 1)), np.zeros((3, 1)))
    with pytest.raises(BadValues, match="two equal"):
        isotonic([], [])
    with pytest.raises(BadChoice, match="level"):
        conformal([1.0], 1.0)
