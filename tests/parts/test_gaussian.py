"""parts.gaussian: the closed form of two points, then gaps."""

import numpy as np

from affectory.parts import gaussian
from affectory.parts.gaussian import continued


def test_far_ahead_is_the_mean_and_near_ahead_is_the_last():
    time = np.arange(30.0)[:, None]
    y = np.sin(time / 8)
    told = continued(y, time, np.array([[29.01], [1e6]]), np.ones(1))
    assert abs(told[0, 0] - y[-1, 0]) < 0.1
    assert abs(told[1, 0] - y.mean()) < 1e-6


def test_one_length_and_noise_is_kriging_by_hand(monkeypatch):
    monkeypatch.setattr(gaussian, "LENGTHS", (2.0,))
    monkeypatch.setattr(gaussian, "NOISES", (0.2,))
    y, time = np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]])
    root = np.sqrt(3)
    near = 0.8 * (1 + root / 2) * np.exp(-root / 2)
    far = 0.8 * np.array([(1 + root) * np.exp(-root), (1 + root / 2) * np.exp(-root / 2)])
    weight = np.linalg.solve(np.array([[1, near], [near, 1]]), [-0.5, 0.5])
    told = continued(y, time, np.array([[2.0]]), np.ones(1))
    assert abs(told[0, 0] - (0.5 + far @ weight)) < 1e-6


def test_missing_values_change_nothing():
    rng = np.random.default_rng(0)
    y, time = rng.normal(size=(12, 2)), np.tile(np.arange(12.0)[:, None], 2)
    gone = np.insert(y, 5, np.nan, axis=0)
    at = np.insert(time, 5, 77.0, axis=0)
    later = np.full((1, 2), 13.0)
    np.testing.assert_allclose(
        continued(gone, at, later, np.ones(2)), continued(y, time, later, np.ones(2)), atol=1e-9
    )
    assert np.isnan(
        continued(np.full((3, 1), np.nan), time[:3, :1], later[:, :1], np.ones(1))
    ).all()
