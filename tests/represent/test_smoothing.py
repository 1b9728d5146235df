"""represent/smoothing: closed forms, then a dense solve, then likelihood, gaps and errors."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import multivariate_normal

from affectory.core.errors import BadChoice, NoRecords
from affectory.core.trajectory import Clock, Trajectory
from affectory.represent.smoothing import smooth
from affectory.represent.vocabularies import POLARITY, VA, VALENCE

NAN = np.nan


def path(start, values, spread=None, session="s", space=VALENCE):
    n, rows = len(start), np.asarray(values, float)
    rows = rows[:, None] if rows.ndim == 1 else rows
    width = (
        None
        if spread is None
        else np.broadcast_to(np.asarray(spread, float).reshape(-1, 1), rows.shape)
    )
    names = [session] * n if isinstance(session, str) else session
    return Trajectory(space, Clock.SECONDS, names, ["a"] * n, start, start, rows, width)


def noisy(n=40, seed=0, q=0.01):
    """Return irregular times, a random walk seen with known noise, a fifth of it missing."""
    rng = np.random.default_rng(seed)
    start = np.cumsum(rng.exponential(1.0, n))
    spread = rng.uniform(0.05, 0.15, n)
    level = 0.1 * np.cumsum(rng.normal(0, np.sqrt(q * np.diff(start, prepend=start[0]))))
    y = level + rng.normal(0, spread)
    y[rng.random(n) < 0.2] = NAN
    return path(start, np.clip(y, -1, 1), spread)


def columns(felt):
    return felt.start, felt.values[:, 0].astype(float), felt.spread[:, 0].astype(float) ** 2


def dense_walk(felt, q):
    """Return the posterior of a diffuse random walk from its tridiagonal precision."""
    start, y, r = columns(felt)
    n = len(y)
    precision = np.zeros((n, n))
    for i, gap in enumerate(np.diff(start)):
        precision[i : i + 2, i : i + 2] += np.array([[1, -1], [-1, 1]]) / (q * gap)
    seen = ~np.isnan(y)
    precision[seen, seen] += 1 / r[seen]
    covariance = np.linalg.inv(precision)
    return covariance @ np.where(seen, y / r, 0.0), np.sqrt(np.diag(covariance))


def test_a_constant_level_has_the_variance_of_a_mean():
    y = np.array([0.1, 0.3, -0.1, 0.5])
    flat = smooth(path([0, 1, 5, 6], y, 0.2), process=0.0)
    np.testing.assert_allclose(flat.values[:, 0], y.mean(), atol=1e-6)
    np.testing.assert_allclose(flat.spread[:, 0], 0.2 / np.sqrt(4), atol=1e-6)


def test_a_level_that_moves_freely_is_not_smoothed():
    felt = path([0, 1, 2], [0.1, 0.9, -0.5], 0.2)
    free = smooth(felt, process=1e9)
    np.testing.assert_allclose(free.values, felt.values, atol=1e-6)
    np.testing.assert_allclose(free.spread, 0.2, atol=1e-6)


def test_a_random_walk_is_the_dense_solve():
    felt = noisy()
    mean, sd = dense_walk(felt, 0.02)
    ours = smooth(felt, process=0.02)
    np.testing.assert_allclose(ours.values[:, 0], mean, atol=1e-6)
    np.testing.assert_allclose(ours.spread[:, 0], sd, atol=1e-6)


def test_a_pulled_level_is_a_gaussian_process():
    felt, q, pull = noisy(seed=1), 0.02, 0.7
    start, y, r = columns(felt)
    seen = ~np.isnan(y)
    centre = np.average(y[seen], weights=1 / r[seen])
    kernel = q / (2 * pull) * np.exp(-pull * np.abs(start[:, None] - start))
    gain = kernel[:, seen] @ np.linalg.inv(kernel[np.ix_(seen, seen)] + np.diag(r[seen]))
    mean = centre + gain @ (y[seen] - centre)
    var = np.diag(kernel - gain @ kernel[seen])
    ours = smooth(felt, process=q, pull=pull)
    np.testing.assert_allclose(ours.values[:, 0], mean, atol=1e-6)
    np.testing.assert_allclose(ours.spread[:, 0], np.sqrt(var), atol=1e-6)


def diffuse_likelihood(felt, q, r):
    """Return the log density of the known states' differences, which no level enters."""
    start, y, _ = columns(felt)
    seen = ~np.isnan(y)
    start, y, r = start[seen], y[seen], np.broadcast_to(r, len(seen))[seen]
    steps = np.diff(start)
    covariance = np.diag(q * steps + r[1:] + r[:-1])
    covariance -= np.diag(r[1:-1], 1) + np.diag(r[1:-1], -1)
    return multivariate_normal(np.zeros(len(steps)), covariance).logpdf(np.diff(y))


def test_the_process_variance_is_the_most_likely_one():
    felt = noisy(200, seed=2, q=3.0)
    r = columns(felt)[2]
    best = minimize_scalar(
        lambda power: -diffuse_likelihood(felt, 10.0**power, r), bounds=(-6, 1), method="bounded"
    )
    exact, ours = dense_walk(felt, 10.0**best.x), smooth(felt)
    # the grid ends at steps of .002 of a power of ten
    np.testing.assert_allclose(ours.values[:, 0], exact[0], atol=1e-3)
    np.testing.assert_allclose(ours.spread[:, 0], exact[1], rtol=1e-2)


def test_noise_is_learned_where_nobody_says_it():
    rng = np.random.default_rng(3)
    level = np.cumsum(rng.normal(0, 0.02, 4000)) / 4
    felt = path(np.arange(4000), np.clip(level + rng.normal(0, 0.1, 4000), -1, 1))
    ours = smooth(felt)
    truth = smooth(felt, process=(0.02 / 4) ** 2, noise=0.1)
    np.testing.assert_allclose(np.median(ours.spread), np.median(truth.spread), rtol=0.15)
    assert np.sqrt(np.mean((ours.values[:, 0] - level) ** 2)) < 0.03


def test_the_interval_covers_the_level_as_often_as_it_says():
    rng = np.random.default_rng(4)
    n, g = 50, 200
    level = rng.normal(0, 0.03, (g, n)).cumsum(axis=1)
    y = level + rng.normal(0, 0.1, (g, n))
    felt = path(
        np.tile(np.arange(n), g),
        y.ravel() / 2,
        0.05,
        [f"{i:03}" for i in range(g) for _ in range(n)],
    )
    ours = smooth(felt, pooled=True)
    inside = np.abs(ours.values[:, 0] - level.ravel() / 2) < 1.96 * ours.spread[:, 0]
    assert inside.mean() == pytest.approx(0.95, abs=0.02)


def test_a_missing_state_is_predicted_with_a_wider_spread_or_left():
    felt = path([0, 1, 2, 3], [0.0, NAN, NAN, 0.3], 0.01)
    filled = smooth(felt, process=0.01)
    np.testing.assert_allclose(filled.values[:, 0], [0, 0.1, 0.2, 0.3], atol=2e-3)
    assert filled.spread[1, 0] > 5 * filled.spread[0, 0]
    left = smooth(felt, process=0.01, fill=False)
    assert left.missing.tolist() == [False, True, True, False]
    assert np.isnan(left.spread[1:3]).all()


def test_before_the_first_state_the_spread_grows_backwards():
    filled = smooth(path([0, 1, 4], [NAN, NAN, 0.2], 0.1), process=0.01)
    np.testing.assert_allclose(filled.values[:, 0], 0.2, atol=1e-6)
    np.testing.assert_allclose(filled.spread[:, 0] ** 2, [0.05, 0.04, 0.01], atol=1e-6)


def test_time_counts_not_rows():
    near = smooth(path([0, 1], [0.0, 0.4], 0.1), process=0.01)
    far = smooth(path([0, 100], [0.0, 0.4], 0.1), process=0.01)
    assert near.values[0, 0] > far.values[0, 0] + 0.05


def test_groups_are_smoothed_as_if_alone():
    parts = [noisy(n, seed=n) for n in (30, 7, 18)]
    names = [name for name, part in zip("xyz", parts, strict=True) for _ in range(len(part))]
    whole = path(
        np.concatenate([p.start for p in parts]),
        np.concatenate([p.values[:, 0] for p in parts]),
        np.concatenate([p.spread[:, 0] for p in parts]),
        names,
    )
    together = smooth(whole)
    for name, part in zip("xyz", parts, strict=True):
        np.testing.assert_allclose(
            together.select(session=name).values, smooth(part).values, atol=1e-6
        )


def test_axes_are_smoothed_as_if_alone():
    rng = np.random.default_rng(5)
    y = rng.normal(0, 0.2, (30, 2))
    both = smooth(path(np.arange(30), y, 0.1, space=VA))
    one = smooth(path(np.arange(30), y[:, 1], 0.1))
    np.testing.assert_allclose(both.values[:, 1], one.values[:, 0], atol=1e-6)


def test_a_short_group_takes_the_pooled_variance():
    long = noisy(60, seed=6, q=3.0)
    whole = path(
        np.append(long.start, 0.0), np.append(long.values[:, 0], 0.5),
        np.append(long.spread[:, 0], 0.1), ["x"] * 60 + ["y"],
    )  # fmt: skip
    alone = smooth(whole).select(session="y")
    assert alone.values[0, 0] == pytest.approx(0.5)
    assert alone.spread[0, 0] == pytest.approx(0.1)


def test_a_distribution_stays_one():
    rng = np.random.default_rng(7)
    rows = rng.dirichlet([2, 2, 2], 40)
    rows[5] = NAN
    for spread in (None, 0.1):
        told = smooth(path(np.arange(40), rows, spread, space=POLARITY))
        np.testing.assert_allclose(told.values.sum(axis=1), 1.0, atol=1e-5)


def test_a_group_without_states_stays_missing():
    felt = path([0, 1, 0, 1], [0.1, 0.2, NAN, NAN], 0.1, ["x", "x", "y", "y"])
    assert smooth(felt, process=0.01).missing.tolist() == [False, False, True, True]


def test_no_states_stay_no_states():
    assert len(smooth(path([], []), process=0.01, noise=0.1)) == 0


def test_equal_times_are_two_looks_at_one_level():
    both = smooth(path([0, 0], [0.1, 0.3], 0.2), process=0.5)
    np.testing.assert_allclose(both.values[:, 0], 0.2, atol=1e-6)
    np.testing.assert_allclose(both.spread[:, 0], 0.2 / np.sqrt(2), atol=1e-6)


def test_illegal_wishes_are_refused():
    felt = path([0, 1, 2], [0.1, 0.2, 0.3], 0.1)
    with pytest.raises(BadChoice, match="pull"):
        smooth(felt, pull=-1.0)
    with pytest.raises(BadChoice, match="noise"):
        smooth(felt, noise=0.0)
    with pytest.raises(BadChoice, match="process"):
        smooth(felt, process=[0.1, 0.2])
    with pytest.raises(BadChoice, match="no spread"):
        smooth(path([0, 1, 2], [0.1, 0.2, 0.3]), process=0.1)
    with pytest.raises(BadChoice, match="one variance"):
        smooth(path([0], [[0.2, 0.3, 0.5]], 0.1, space=POLARITY), process=[0.1, 0.2, 0.3])
    with pytest.raises(NoRecords, match="longer groups"):
        smooth(path([0], [0.1], 0.1))
