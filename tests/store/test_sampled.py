"""store/sampled: the last word counts, and a hand that was late speaks of what it saw."""

import numpy as np
import polars as pl

from affectory.store.sampled import latest, meant


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
