"""parts.lagged: known dynamics are found, gaps are led through."""

import numpy as np

from affectory.parts.lagged import lagged

RULE = np.array([[0.6, 0.3], [0.0, 0.5]])  # the first axis pushes the second


def walk(t, g, seed=0):
    rng = np.random.default_rng(seed)
    y = np.zeros((t, g, 2))
    for at in range(1, t):
        y[at] = y[at - 1] @ RULE + rng.normal(0, 1, (g, 2))
    return y


def test_the_next_step_follows_the_dynamics():
    y = walk(400, 30)
    told = lagged(y, (1, 2))
    mean = y.mean(axis=0)
    want = [mean + (y[-1] - mean) @ np.linalg.matrix_power(RULE, h) for h in (1, 2)]
    assert np.abs(told - want).mean() < 0.1


def test_a_short_series_borrows_the_common_dynamics(monkeypatch):
    monkeypatch.setattr("affectory.parts.lagged.WEIGHT", 1e6)
    y = walk(400, 30)
    y[:-4, 0] = np.nan  # of the first only four rows are known
    told = lagged(y, (1,))[0, 0]
    mean = np.nanmean(y[:, 0], axis=0)
    assert np.abs(told - (mean + (y[-1, 0] - mean) @ RULE)).max() < 0.1


def test_a_gap_at_the_end_is_led_through_and_nothing_known_is_unknown():
    y = walk(60, 3)
    late = np.concatenate([y, np.full((1, 3, 2), np.nan)])
    np.testing.assert_allclose(lagged(late, (1,))[0], lagged(y, (2,))[0], atol=1e-9)
    y[:, 0] = np.nan
    assert np.isnan(lagged(y, (1,))[0, 0]).all()
