"""measure/panel: raters on one grid, and nobody is heard where they were silent."""

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadValues
from affectory.measure.panel import by_time, by_turn, fine, held


def rows(at, play=None, **axes):
    at = np.asarray(at, float)
    known = pl.Series([None] * len(at), dtype=pl.Float64) if play is None else np.asarray(play)
    return pl.DataFrame({"n": range(len(at)), "at": at, "play": known, **axes})


def hand(seconds, late=0.0, begin=0.0):
    """Return samples, 25 a second, of a course that is the same for everybody."""
    at = np.arange(begin, seconds, 0.04)
    return rows(at, at, valence=np.sin((at - late) / 3))


def test_who_stops_early_shortens_nobody():
    told = by_time([hand(60), hand(60), hand(10)], ("valence",))
    assert told.at[-1] == pytest.approx(59.96)
    assert told.step == pytest.approx(0.1, abs=1e-3)
    assert np.isfinite(told.table[:, :2]).all()
    short = told.table[:, 2, 0]
    assert np.isnan(short[told.x > 10]).all()
    assert np.isfinite(short[told.x < 9.9]).all()
    assert told.shared(told.table[:, ::2, 0]) == pytest.approx(10, abs=0.2)


def test_who_comes_late_is_nobody_before():
    told = by_time([hand(30), hand(30, begin=12)], ("valence",))
    assert told.x[0] == 0
    assert np.isnan(told.table[told.x < 12, 1]).all()


def test_a_hole_of_more_than_a_second_stays_one():
    at = np.arange(0, 300, 0.04)
    some = at[(at < 20) | (at > 280)]
    told = by_time([rows(at, at, valence=at), rows(some, some, valence=some)], ("valence",))
    hole = told.table[:, 1, 0]
    assert np.isnan(hole[(told.x > 21) & (told.x < 280)]).all()
    assert np.isfinite(hole[(told.x < 20.9) | (told.x > 280.1)]).all()
    assert np.isfinite(told.table[:, 0]).all()


def test_a_lag_is_taken_away_before_the_grid_however_long_the_session():
    hours = [hand(3 * 3600, late=0.4)] * 2
    told = by_time(hours, ("valence",), [0.4, 0.4])
    assert told.step > 0.8  # twice the lag: moved by rows, it would not move
    wrong = told.table[:, 0, 0] - np.sin(told.x / 3)
    assert np.sqrt(np.nanmean(wrong**2)) < 0.02  # a sample is up to 0.04 s old
    raw = by_time(hours, ("valence",))
    assert np.sqrt(np.nanmean((raw.table[:, 0, 0] - np.sin(raw.x / 3)) ** 2)) > 0.08


def test_lags_are_looked_for_a_tenth_of_a_second_apart_in_windows_that_do_not_touch():
    told = fine([hand(3 * 3600)], ("valence",))
    assert told.step == pytest.approx(0.1)
    assert len(told.x) < 13_000
    assert told.x[0] == 0
    assert np.nanmax(told.x) > 3 * 3600 - 1
    held_ = ~np.isnan(told.table[:, 0, 0])
    ends = np.flatnonzero(np.diff(held_.astype(int)) == -1)
    assert len(ends) == 10
    short = fine([hand(60)], ("valence",))
    np.testing.assert_array_equal(short.x, by_time([hand(60)], ("valence",)).x)


def strayed(seconds, far, late=0.0):
    """Return the samples of a hand, and one that lies far from them."""
    near = hand(seconds, late)
    one = rows([far], [far], valence=[0.7]).with_columns(n=pl.lit(near.height, dtype=pl.Int64))
    return pl.concat([near, one])


def test_one_sample_that_lies_far_off_takes_no_times_from_the_others():
    told = by_time([hand(60), strayed(60, 9e6)], ("valence",))
    near = told.x < 60
    assert near.sum() > 590
    assert told.step == pytest.approx(0.1)
    np.testing.assert_allclose(told.table[near, 0, 0], np.sin(told.x[near] / 3), atol=0.02)
    assert told.shared(told.table[:, :, 0]) == pytest.approx(60, abs=0.2)
    assert told.table[told.x == 9e6, 1, 0].tolist() == [0.7]
    after = np.flatnonzero(told.x > 61.1)[0]
    assert np.isnan(told.table[after - 1]).all()  # no line and no state from there to here
    assert np.diff(told.x).min() > 0


def test_lags_are_looked_for_where_somebody_rated_though_a_sample_lies_far_off():
    told = fine([strayed(3 * 3600, 9e6)], ("valence",))
    inside = told.x[~np.isnan(told.x)] <= 3 * 3600
    assert inside.sum() > 10_500
    short = fine([hand(60), strayed(60, 9e6, late=0.5)], ("valence",))
    assert short.step == pytest.approx(0.1)


def test_a_rating_that_goes_on_after_a_while_stays_one_grid():
    at = np.append(np.arange(0, 600, 0.04), np.arange(900, 1500, 0.04))
    told = by_time([rows(at, at, valence=np.zeros(len(at)))], ("valence",))
    np.testing.assert_allclose(np.diff(told.x), told.step)


def test_the_sessions_own_time_goes_with_play_beyond_the_longest_take():
    play = np.arange(0, 20, 0.5)
    long = rows(100 + 10 * play, play, valence=play)
    late = np.arange(10, 25, 0.5)
    told = by_time([long, rows(100 + 10 * late, late, valence=late)], ("valence",))
    assert told.played
    np.testing.assert_allclose(told.at, 100 + 10 * told.x)


def test_takes_that_do_not_know_of_play_meet_in_the_sessions_time():
    told = by_time([rows([0, 1, 2], valence=[0.0, 1, 2]), rows([1, 2], valence=[5.0, 6])],
                   ("valence", "arousal"))  # fmt: skip
    assert not told.played
    np.testing.assert_array_equal(told.x, told.at)
    assert np.isnan(told.table[:, :, 1]).all()
    assert told.table[-1, :, 0].tolist() == [2, 6]
    lone = by_time([rows([3], valence=[0.5])], ("valence",))
    assert lone.table.ravel().tolist() == [0.5]


def test_turns_are_those_that_anybody_rated():
    one = pl.DataFrame({"n": [0, 2], "at": [0.0, 9.0], "joy": [1.0, 0.0]})
    two = pl.DataFrame({"n": [1, 2], "at": [4.0, 9.0], "joy": [0.5, 1.0]})
    told = by_turn([one, two], ("joy",))
    assert told.seq.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(told.table[:, :, 0], [[1, np.nan], [np.nan, 0.5], [0, 1]])


def test_what_holds_ends_and_a_time_that_is_none_has_nothing():
    grid = np.array([-1, 0, 0.5, 1, 3, np.nan])
    start, said = np.array([0.0, 2.0]), np.array([5.0, 6.0])
    np.testing.assert_array_equal(held(grid, start, said), [np.nan, 5, 5, 5, 6, np.nan])
    told = held(grid, start, said, stop=np.array([1.0, 2.0]))
    np.testing.assert_array_equal(told, [np.nan, 5, 5, np.nan, np.nan, np.nan])


def test_nobody_is_no_panel():
    for nobody in ([], [rows([])]):
        with pytest.raises(BadValues, match="one sample"):
            by_time(nobody, ("valence",))
