"""parts/seasonal: series whose next step is known."""

import numpy as np

from affectory.parts.seasonal import filled, holt_winters, persisted, seasoned, smoothed

WEEKS = np.tile(np.arange(7.0), 6)[None]


def test_a_pure_week_is_continued_exactly_by_its_last_week():
    np.testing.assert_array_equal(seasoned(WEEKS, 10, 7)[0], np.arange(10) % 7)
    np.testing.assert_array_equal(persisted(WEEKS, 3)[0], [6, 6, 6])


def test_a_season_that_was_never_whole_is_no_season():
    np.testing.assert_array_equal(seasoned(WEEKS[:, :5], 2, 7)[0], [4, 4])


def test_holt_winters_says_a_pure_week_exactly():
    np.testing.assert_allclose(holt_winters(WEEKS, 9, 7)[0], np.arange(9) % 7, atol=1e-9)


def test_holt_winters_follows_a_level_that_moved():
    moved = WEEKS + np.where(np.arange(42) >= 21, 5.0, 0.0)
    np.testing.assert_allclose(holt_winters(moved, 7, 7)[0], 5 + np.arange(7), atol=0.3)


def test_each_series_has_weights_of_its_own():
    rng = np.random.default_rng(0)
    walk, noise = np.cumsum(rng.normal(size=200)), rng.normal(size=200)
    both = smoothed(np.stack([walk, noise]), 1)[:, 0]
    apart = [smoothed(one[None], 1)[0, 0] for one in (walk, noise)]
    np.testing.assert_array_equal(both, apart)
    assert abs(both[0] - walk[-1]) < 1.0  # a walk: near the last value
    assert abs(both[1]) < 0.5  # noise about 0: near the mean


def test_a_short_series_is_continued_all_the_same():
    assert np.isfinite(holt_winters(WEEKS[:, :3], 4, 7)).all()


def test_a_gap_is_as_it_was_a_week_before_else_after():
    gappy = WEEKS.copy()
    gappy[0, [2, 20]] = np.nan
    np.testing.assert_array_equal(filled(gappy, 7), WEEKS)
    assert (filled(np.full((1, 9), np.nan), 7) == 0).all()
    assert filled(np.array([[np.nan, 3.0, np.nan]]), 7).tolist() == [[3.0, 3.0, 3.0]]
