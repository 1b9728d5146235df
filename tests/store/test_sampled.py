"""store/sampled: the last word counts, and a hand that was late speaks of what it saw."""

from itertools import pairwise

import numpy as np
import polars as pl

from affectory.store.sampled import latest, meant, spans


def rows(at, play=None):
    n = len(at)
    told = pl.Series(play, dtype=pl.Float64) if play is not None else pl.Series([None] * n)
    return pl.DataFrame({"n": range(n), "at": np.asarray(at, float), "play": told})


def test_one_pass_stays_as_it_is():
    assert latest(rows([0, 1, 2, 3]))["n"].to_list() == [0, 1, 2, 3]
    assert latest(rows([])).height == 0


def test_what_is_said_anew_stands_for_what_was_said_before():
    told = latest(rows([0, 1, 2, 3, 4, 5, 1.5, 2.5, 3.5]))
    assert told["n"].to_list() == [0, 1, 6, 7, 8, 4, 5]
    assert told["at"].to_list() == [0, 1, 1.5, 2.5, 3.5, 4, 5]


def test_a_leap_forward_wipes_nothing_in_between():
    told = latest(rows([*range(20), 0, 15, 16]))  # back to the start, then far on
    assert told["n"].to_list() == [20, *range(1, 15), 21, 22, *range(17, 20)]


def test_a_lag_is_one_of_play_where_play_was_told():
    at, play = [0, 10, 20, 21, 22], [0, 1, 2, 3, 4]
    np.testing.assert_allclose(meant(rows(at, play), 1.0), [-10, 0, 10, 20, 21])
    np.testing.assert_allclose(meant(rows(at, play), 0.5), [-5, 5, 15, 20.5, 21.5])
    np.testing.assert_allclose(meant(rows(at), 0.5), np.asarray(at) - 0.5)
    np.testing.assert_allclose(meant(rows([7], [3]), 0.5), [6.5])


def test_a_place_that_was_played_twice_has_one_time():
    at, play = [0, 2, 4, 2, 4], [0, 1, 2, 1, 2]
    np.testing.assert_allclose(meant(rows(at, play), 1.0), [-2, 0, 2, 0, 2])


def brute(at):
    """Return which samples stand, pass by pass: the meaning of `latest`, quadratic in passes."""
    steps = np.diff(at)
    usual = np.median(steps[steps > 0]) if (steps > 0).any() else 0.0
    breaks = [0, *(np.flatnonzero((steps < 0) | (steps > 10 * usual)) + 1), len(at)]
    keep = np.ones(len(at), bool)
    for low, high in pairwise(breaks):
        keep[:low] &= (at[:low] < at[low]) | (at[:low] > at[high - 1])
    return np.flatnonzero(keep)


def test_passes_over_passes_are_told_as_one_by_one():
    rng = np.random.default_rng(0)
    for _ in range(50):
        jumps = np.where(rng.random(200) < 0.1, rng.normal(0, 30, 200), 0.04)
        at = np.round(np.cumsum(jumps), 2)
        assert sorted(latest(rows(at))["n"]) == brute(at).tolist()


def test_a_silence_is_rated_by_nobody():
    told = rows([0, 10, 20, 300, 310], [0, 0.5, 1, 15, 15.5])
    start, stop = spans(told)
    np.testing.assert_allclose(start, [0, 10, 20, 300, 310])
    np.testing.assert_allclose(stop, [10, 20, 40, 310, 310])  # a second of play on: 280 / 14
    start, stop = spans(told, 0.5)
    np.testing.assert_allclose(start, [-10, 0, 10, 290, 300])
    np.testing.assert_allclose(stop, [0, 10, 30, 300, 300])


def test_where_nobody_told_of_play_a_value_lasts_ten_usual_steps():
    _, stop = spans(rows([0, 1, 2, 3, 50, 51]))
    assert stop.tolist() == [1, 2, 3, 13, 51, 51]
    assert [end.tolist() for end in spans(rows([]))] == [[], []]
    assert [end.tolist() for end in spans(rows([5], [1]))] == [[5], [5]]
