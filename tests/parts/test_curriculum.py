"""parts.curriculum: closed forms of difficulty first, then buckets and epochs."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.parts.curriculum import Order, Plan, buckets, difficulty

LIKE = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])


def test_without_a_shift_only_speakers_count():
    flat = difficulty([1, 1, 1, 1, 1], [0, 1, 0, 1, 2], [0, 5], LIKE)
    np.testing.assert_allclose(flat, [3 / (5 + 3)])


def test_a_shift_between_two_speakers_counts_once():
    # one neighbouring pair with unlike labels: 0.5 + 0.4; two speakers, two turns
    np.testing.assert_allclose(difficulty([0, 1], [0, 1], [0, 2], LIKE), [(0.9 + 2) / 4])


def test_a_shift_within_a_speaker_jumps_over_the_others():
    # speaker 0 goes 0 -> 1 (0.9); neighbours: 0|0 none, 0|1 (0.9)
    found = difficulty([0, 0, 1], [0, 1, 0], [0, 3], LIKE)
    np.testing.assert_allclose(found, [(0.9 + 0.9 + 2) / (3 + 2)])


def test_likeness_makes_a_shift_harder_and_gain_and_base_are_linear():
    like, unlike = (difficulty([0, j], [0, 0], [0, 2], LIKE)[0] for j in (1, 2))
    assert like > unlike
    found = difficulty([0, 1], [0, 0], [0, 2], LIKE, gain=2.0, base=0.0)
    np.testing.assert_allclose(found, [(1.0 + 1) / (2 + 1)])


def test_each_sequence_stands_alone():
    label, who = [0, 1, 2, 0, 0], [0, 1, 0, 1, 0]
    both = difficulty(label, who, [0, 2, 5], LIKE)
    apart = [difficulty(label[a:b], who[a:b], [0, b - a], LIKE)[0] for a, b in ((0, 2), (2, 5))]
    np.testing.assert_allclose(both, apart)


def test_sides_tell_turns_apart_in_the_place_of_speakers():
    label, who = [0, 1], [0, 1]
    np.testing.assert_allclose(difficulty(label, who, [0, 2], LIKE, side=[0, 0]), [2 / 4])


def test_an_unknown_label_makes_no_shift():
    np.testing.assert_allclose(difficulty([0, -1, 1], [0, 0, 1], [0, 3], LIKE), [2 / 5])


def test_one_turn_has_the_difficulty_of_a_half():
    np.testing.assert_allclose(difficulty([2], [0], [0, 1], LIKE), [1 / 2])


def test_buckets_are_even_and_ordered():
    hard = np.random.default_rng(0).random(11)
    bucket = buckets(hard, 3)
    assert np.bincount(bucket).tolist() == [4, 4, 3]
    for low in range(2):
        assert hard[bucket == low].max() <= hard[bucket == low + 1].min()


def test_a_bucket_is_added_each_epoch_until_all_are_read():
    hard = np.arange(6) / 6
    rng = np.random.default_rng(0)
    rising = [set(rows.tolist()) for rows in Plan(3).epochs(hard, 4, rng)]
    assert rising == [{0, 1}, {0, 1, 2, 3}, set(range(6)), set(range(6))]
    falling = [set(rows.tolist()) for rows in Plan(3, order=Order.FALLING).epochs(hard, 2, rng)]
    assert falling == [{4, 5}, {2, 3, 4, 5}]


def test_the_controls_see_as_much_as_the_curriculum():
    rng = np.random.default_rng(0)
    sizes = [
        [len(rows) for rows in Plan(2, 2, order).epochs(np.arange(10), 5, rng)]
        for order in (Order.RISING, Order.FALLING, Order.RANDOM)
    ]
    assert sizes == [[5, 5, 10, 10, 10]] * 3
    assert [len(r) for r in Plan(order=Order.NONE).epochs(np.arange(10), 2, rng)] == [10, 10]


def test_what_does_not_fit_is_refused():
    with pytest.raises(BadValues, match="one label and speaker a turn"):
        difficulty([0, 1], [0], [0, 2], LIKE)
    with pytest.raises(BadValues, match="similarity"):
        difficulty([3], [0], [0, 1], LIKE)
    with pytest.raises(BadValues, match="without a turn"):
        difficulty([0], [0], [0, 0, 1], LIKE)
    with pytest.raises(BadChoice, match="buckets"):
        buckets([0.1], 0)
