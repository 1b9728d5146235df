"""senses/life: times and places as tokens; closed forms first, then the edges."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice
from affectory.senses.life import (
    SPECIALS,
    UNK,
    Bins,
    Words,
    gap_buckets,
    metres,
    quadkeys,
    slots,
    weekdays,
)


def test_day_zero_is_a_thursday_and_the_fourth_day_after_a_monday():
    assert weekdays([0.0, 4.0, 4.99, -1.0]).tolist() == [3, 0, 0, 2]


def test_a_slot_is_half_an_hour():
    assert slots([0.0, 0.5, 1 + 23.6 / 24, 0.5 / 24]).tolist() == [0, 24, 47, 1]


def test_gaps_are_powers_of_two_of_an_hour():
    hours = np.array([0.2, 0.75, 1.5, 3, 6, 12, 24, 48, 100, 1000])
    assert gap_buckets(hours / 24).tolist() == list(range(10))
    assert gap_buckets([0.0]).tolist() == [0]


def test_a_prefix_of_a_cell_is_the_wider_cell():
    fine, wide = (quadkeys([48.2], [16.4], depth) for depth in (12, 5))
    assert fine[0].startswith(wide[0])
    assert quadkeys([-1.0, 1.0], [-1.0, 1.0], 1, (-1, 1, -1, 1)) == ["0", "3"]


def test_an_unknown_place_has_no_cell():
    assert quadkeys([np.nan, 0.0], [1.0, 1.0], 2)[0] == ""


def test_a_cell_has_a_depth():
    with pytest.raises(BadChoice, match="depth"):
        quadkeys([0.0], [0.0], 0)


def test_a_degree_of_latitude_is_111_kilometres():
    assert metres([1.0], [0.0], (0.0, 0.0))[0].round(-2).tolist() == [0.0, 111_200.0]


def test_bins_hold_equally_many_of_those_they_were_fitted_on():
    bins = Bins.fit(np.arange(100.0), 4)
    assert np.bincount(bins.codes(np.arange(100.0))).tolist() == [25, 25, 25, 25]
    assert bins.codes([-1e9, 1e9, np.nan]).tolist() == [0, 3, -1]


def test_equal_values_share_a_bin():
    assert Bins.fit([1.0] * 9 + [2.0], 10).codes([1.0]).tolist() == [1]


def test_bins_are_at_least_one():
    with pytest.raises(BadChoice, match="k"):
        Bins.fit([1.0], 0)


def test_frequent_words_come_first_and_rare_ones_are_unknown():
    words = Words.of(["b", "a", "b", "c"], least=2)
    assert words.names == (*SPECIALS, "b")
    assert words.codes(["b", "a"]).tolist() == [len(SPECIALS), UNK]
