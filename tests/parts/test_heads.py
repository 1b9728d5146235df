"""parts/heads: read-outs by hand, what trust does, and bands that cover."""

import numpy as np

from affectory.parts.calibrate import sigmoid
from affectory.parts.heads import Flags, Reals, Shares, any_odds, averaged, grouped

RNG = np.random.default_rng(0)
MEMBER = np.array([[1, 0], [1, 0], [0, 1]], np.float32)


def f32(*values):
    return np.array(values, np.float32)


def test_the_odds_of_any_are_those_of_one_minus_none():
    p = f32(0.5, 0.5, 0.2)  # any of the first two: 1 - 1/4, odds 3; the third: odds 1/4
    np.testing.assert_allclose(any_odds(p[None], MEMBER), [[np.log(3), np.log(0.25)]], rtol=1e-5)


def test_shares_sum_to_one_and_fall_back_to_what_is_usual():
    shares = Shares(MEMBER, f32(1, 1), f32(0, 0), f32(0.3, 0.7), f32(1, 1))
    values, spread = shares.read(f32([0.9, 0.1, 0.1], [0.9, 0.1, 0.1]), f32(1, 0))
    np.testing.assert_allclose(values.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(values[1], [0.3, 0.7], rtol=1e-6)
    np.testing.assert_allclose(spread, np.sqrt(values * (1 - values)), rtol=1e-6)


def test_flags_are_calibrated_on_what_they_are_fitted_to():
    z = RNG.normal(size=(5000, 2)).astype(np.float32)
    y = RNG.random((5000, 2)) < sigmoid(2 * z - 1)
    p, spread = Flags.fit(z, y).read(z, np.ones(5000, np.float32))
    np.testing.assert_allclose(p.mean(axis=0), y.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose((spread**2).mean(axis=0), ((y - p) ** 2).mean(axis=0), rtol=1e-3)


def test_reals_vary_as_much_as_the_truth_and_their_bands_cover():
    truth = RNG.normal(size=(4000, 2)) * 0.2
    raw = (0.3 * (truth + RNG.normal(size=truth.shape) * 0.2)).astype(np.float32)
    known = RNG.integers(1, 40, 4000)
    half = slice(0, 2000), slice(2000, 4000)
    reals = Reals.fit(raw[half[0]], known[half[0]], truth[half[0]])
    values, spread = reals.read(raw[half[1]], known[half[1]], np.ones(2000, np.float32))
    np.testing.assert_allclose(values.std(axis=0), truth[half[1]].std(axis=0), rtol=0.1)
    covered = (np.abs(values - truth[half[1]]) <= 1.645 * spread).mean(axis=0)
    np.testing.assert_allclose(covered, 0.9, atol=0.03)


def test_what_is_not_trusted_is_usual_and_as_wide_as_ignorance():
    width = np.array([[np.log(0.1)], [0], [0]], np.float32)
    reals = Reals(f32(1), f32(0), f32(0.1), width, np.float32(1))
    values, spread = reals.read(f32([0.5], [0.5]), np.array([3, 3]), f32(1, 0))
    np.testing.assert_allclose(values.ravel(), [0.5, 0.1])
    # the standard deviation of a number that lies anywhere in [-1, 1] is 1 / sqrt(3)
    np.testing.assert_allclose(spread.ravel(), [0.1, 1 / np.sqrt(3)], rtol=1e-6)


def test_averages_weigh_by_size_and_disagreement_widens():
    value, spread = f32([0.0], [1.0], [0.5], [9.0]), f32([0.0], [0.0], [0.2], [9.0])
    mean, wide = averaged(value, spread, np.array([0, 0, 1, 2]), np.array([3, 1, 5, 0]))
    np.testing.assert_allclose(mean[:2].ravel(), [0.25, 0.5])
    np.testing.assert_allclose(wide[:2].ravel(), [np.sqrt(0.1875), 0.2], rtol=1e-6)  # p (1 - p)
    assert np.isnan(mean[2, 0])


def test_groups_that_have_a_flag_share_equally():
    labels = np.array([[1, 1, 0], [1, 0, 1], [0, 0, 0]])
    assert grouped(labels, MEMBER).tolist() == [[1, 0], [0.5, 0.5], [0, 0]]
