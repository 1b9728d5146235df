"""measure/places: ranks and ranges in closed form."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.measure.places import radius_of_gyration, rank_figures, ranks_of


def test_a_rank_counts_what_is_greater_or_equal_and_earlier():
    assert ranks_of([[0.2, 0.5, 0.5], [0.2, 0.5, 0.5]], [2, 1]).tolist() == [2, 1]


def test_what_is_no_column_has_rank_zero():
    assert ranks_of([[1.0, 0.0]], [-1]).tolist() == [0]


def test_no_answer_is_never_the_first():
    assert ranks_of([[np.nan, 0.2, 0.1], [np.nan, 0.2, 0.1]], [0, 1]).tolist() == [0, 1]


def test_ranks_one_two_and_none_give_their_figures():
    told = {f.name: f.value for f in rank_figures([1, 2, 0, 20], list("abcd"))}
    assert told["acc@1"] == 0.25
    assert told["acc@5"] == told["acc@10"] == 0.5
    assert told["mrr"] == pytest.approx((1 + 1 / 2 + 0 + 1 / 20) / 4)
    assert told["ndcg@10"] == pytest.approx((1 + 1 / np.log2(3)) / 4)


def test_persons_are_what_is_counted():
    assert rank_figures([1, 1, 2], ["a", "a", "b"])[0].n == 2


def test_a_negative_rank_is_refused():
    with pytest.raises(BadValues, match="ranks"):
        rank_figures([-1], ["a"])


def test_the_radius_of_a_ring_is_its_radius():
    angle = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    ring = 3 * np.column_stack([np.cos(angle), np.sin(angle)]) + 100
    assert radius_of_gyration(ring) == pytest.approx(3)


def test_time_spent_weighs_and_no_point_has_no_radius():
    assert radius_of_gyration([[0.0], [1.0]], [1, 0]) == 0
    assert radius_of_gyration([[0.0], [4.0]], [1, 3]) == pytest.approx(np.sqrt(3))
    assert np.isnan(radius_of_gyration(np.zeros((0, 2))))
