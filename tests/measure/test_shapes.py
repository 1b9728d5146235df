"""measure/shapes: planted kinds are found whatever their height, lines are found, odd ones too."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.shapes import (
    PARTS,
    Divided,
    bridged,
    divided,
    kinds,
    matched,
    odd,
    ranked,
    reach,
    shape,
    spread_out,
)


def planted():
    """Return twenty that rise, twenty that fall, twenty that dip, and one that jumps about."""
    rng = np.random.default_rng(0)
    ways = [
        np.linspace(-1, 1, PARTS),
        np.linspace(1, -1, PARTS),
        np.cos(np.linspace(0, 6.3, PARTS)),
    ]
    rows = [
        way + level + rng.normal(0, 0.1, PARTS) for way in ways for level in rng.normal(size=20)
    ]
    return np.array([*rows, np.tile([1.5, -1.5], PARTS // 2)])


def test_a_shape_does_not_know_how_high_it_lies():
    courses = planted()
    np.testing.assert_allclose(shape(courses + 3.0), shape(courses), atol=1e-12)
    np.testing.assert_allclose(shape(courses).mean(axis=1), 0.0, atol=1e-12)


def test_planted_kinds_are_found_whatever_their_height():
    courses = planted()
    cut = divided(courses, 3)
    told = kinds(courses, cut)
    assert [len(one.members) for one in told] == [21, 20, 20]  # the largest first
    assert len({*cut.kind[:20]}) == len({*cut.kind[20:40]}) == len({*cut.kind[40:60]}) == 1
    rising = [one for one in told if one.mean[-1] - one.mean[0] > 1.5]
    assert len(rising) == 1
    assert sorted(rising[0].members.tolist()) == list(range(20))


def test_the_band_of_a_kind_holds_its_middle_half():
    level = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    courses = np.repeat(level[:, None], PARTS, axis=1)
    (told,) = kinds(courses, Divided(np.zeros(5, np.int64), np.array([3.0, 1.0, 0.0, 2.0, 4.0])))
    np.testing.assert_allclose([told.low[0], told.mean[0], told.high[0]], [1, 2, 3])
    assert told.members.tolist() == [2, 1, 3, 0, 4]  # the most typical first


def test_who_is_far_from_its_kind_is_odd_and_the_farthest_comes_first():
    cut = divided(planted(), 3)
    assert odd(cut)[0] == 60
    assert cut.times[60] > 5  # times as far from its kind as is usual there
    few = Divided(np.zeros(4, np.int64), np.array([1.0, 2.1, 2.0, 7.0]))
    assert odd(few).tolist() == [3, 1]


@pytest.mark.parametrize(("g", "k"), [(5, 6), (5, 1), (40, 13)])
def test_there_are_no_more_kinds_than_courses_and_twelve(g, k):
    with pytest.raises(BadChoice, match="kinds"):
        divided(np.random.default_rng(0).normal(size=(g, PARTS)), k)


def test_one_course_or_none_is_no_kind():
    for g in (0, 1):
        with pytest.raises(BadValues, match=f"{g} courses, expected two or more"):
            divided(np.zeros((g, PARTS)), 2)


def test_a_line_is_found_whatever_its_unit():
    courses = planted()
    r = matched(courses, [1, -1, 1])
    assert {40 <= at < 60 for at in ranked(r)[:20]} == {True}
    np.testing.assert_allclose(matched(courses, [1e300, -1e300, 1e300]), r)


def test_a_line_over_some_parts_is_looked_for_there_alone():
    courses = np.zeros((3, PARTS))
    courses[0, :8] = np.linspace(0, 1, 8)
    courses[1, 8:] = np.linspace(0, 1, 8)
    np.testing.assert_allclose(matched(courses, [0, 1], 0, 8), [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(matched(courses, [0, 1], 8, 16), [0, 1, 0], atol=1e-12)


def test_a_course_that_hardly_moves_is_like_no_line():
    courses = np.vstack([planted(), np.linspace(0.0, 0.01, PARTS)])
    assert matched(courses, [-1, 1])[-1] == 0
    assert 61 not in ranked(matched(courses, [-1, 1]))


@pytest.mark.parametrize("drawn", [[], [1.0], [1.0, 1.0], [np.nan, 1.0], [np.inf, 0.0]])
def test_what_is_no_line_is_refused(drawn):
    with pytest.raises(BadChoice, match="a line of numbers that moves"):
        matched(planted(), drawn)


def test_scores_above_nothing_are_ranked_and_equals_stay_in_order():
    assert ranked(np.array([0.5, -1.0, 0.9, 0.5, 0.0])).tolist() == [2, 0, 3]
    assert ranked(np.array([0.5, -1.0, 0.9, 0.5, 0.0]), 1).tolist() == [2]


def test_of_too_many_courses_every_so_many_stand_by_kind_and_mean():
    courses = planted()
    cut = divided(courses, 3)
    whole, some = spread_out(courses, cut, 100), spread_out(courses, cut, 16)
    assert sorted(whole.tolist()) == list(range(61))
    assert np.all(np.diff(cut.kind[whole]) >= 0)
    first = courses[whole][cut.kind[whole] == 0].mean(axis=1)
    assert np.all(np.diff(first) >= 0)
    assert (len(set(some.tolist())), some[0], some[-1]) == (16, whole[0], whole[-1])


def test_colours_reach_to_where_nearly_all_parts_lie():
    courses = np.zeros((50, PARTS))
    courses[:, 0] = 0.2
    courses[0, 1] = -1.0
    assert reach(courses, 0.0) == 0.2
    assert reach(courses + 0.5, 0.5) == pytest.approx(0.2)


def test_an_empty_part_holds_what_came_before():
    none = np.nan
    told = bridged(np.array([[1.0, none, none, 2.0], [3.0, 4.0, none, 5.0]]))
    np.testing.assert_array_equal(told, [[1, 1, 1, 2], [3, 4, 4, 5]])
