"""parts/habits: what a past says of the next visit, by hand."""

import numpy as np

from affectory.parts.habits import KINDS, chain, frequent, habits, markov

DAYS = np.arange(6.0)


def test_frequency_counts_what_came_before_and_never_the_visit_itself():
    own = habits([7, 7, 9, 7], DAYS[:4])
    assert own.things.tolist() == [7, 9]
    assert frequent(own).round(4).tolist() == [[0, 0], [1, 0], [2, 0], [2, 1]]
    assert own.known.tolist() == [[False, False], [True, False], [True, False], [True, True]]


def test_the_chain_says_what_came_after_the_last_thing():
    own = habits([1, 2, 1, 3, 1], DAYS[:5])
    follows = np.expm1(own.kinds[4, :, KINDS.index("follows")]).round(4)
    assert follows.tolist() == [0, 0, 0]  # nothing ever came after 3
    own = habits([1, 2, 1, 3, 1, 2], DAYS)  # before the last, 2 and 3 came after 1
    assert np.expm1(own.kinds[5, :, KINDS.index("follows")]).round(4).tolist() == [0, 1, 1]


def test_a_thing_without_a_sequel_falls_back_on_the_most_frequent():
    own = habits([1, 1, 1, 2, 5], DAYS[:5])
    assert markov(own)[4].argmax() == 0


def test_what_comes_later_changes_nothing():
    early, late = habits([1, 2, 1, 2], DAYS[:4]), habits([1, 2, 1, 2, 8, 9], DAYS)
    np.testing.assert_array_equal(early.kinds, late.kinds[:4, :2])


def test_a_frozen_past_does_not_grow():
    own = habits([1, 2, 1, 2, 2], DAYS[:5], until=2)
    assert frequent(own)[4].round(4).tolist() == [1, 1]


def test_recent_visits_weigh_more_than_old_ones():
    own = habits([1, 1, 2, 3], [0.0, 1.0, 100.0, 101.0])
    recent = own.kinds[3, :, KINDS.index("recent")]
    assert recent[1] > 0.99
    assert recent.sum().round(5) == 1


def test_the_published_chain_takes_the_first_of_equals():
    # after 1 came 2 then 3, once each; the usual thing is 1
    assert chain([1, 2, 1, 3, 1, 9], until=4).tolist() == [1, 2]


def test_no_visit_has_no_habit():
    assert habits([], []).kinds.shape == (0, 0, len(KINDS))
