"""measure/surrogates: every world once, none of them the data, and what their p is."""

import numpy as np
import pytest

from affectory.measure.surrogates import Reached, Surrogate, Worlds, reachable, two_sided

HEAD = np.array([0, 6, 6, 15])  # parts of 6, 0 and 9 rows


def worlds(how, wanted, session=(0, 1, 2), seed=0):
    return Worlds(HEAD, np.array(session), how, wanted, (seed,))


def test_each_rotation_of_a_part_is_counted_once():
    seen = [[], []]
    for world in worlds(Surrogate.SHIFT, 50):
        for part, (first, last) in enumerate(((0, 6), (6, 15))):
            own = world.source[first:last]
            assert sorted(own) == list(range(first, last))
            assert set(np.diff(own) % (last - first)) == {1}  # a rotation, nothing else
            if world.fresh[2 * part]:
                seen[part].append(own[0] - first)
    assert sorted(seen[0]) == [1, 2, 3, 4, 5]
    assert sorted(seen[1]) == list(range(1, 9))


def test_no_more_worlds_are_made_than_there_are():
    one = Worlds(np.array([0, 7]), np.array([0]), Surrogate.SHIFT, 200, (0,))
    assert one.made == 7
    assert sum(not world.parted for world in one) == 1  # the data themselves
    assert worlds(Surrogate.SHIFT, 200).made == 54
    assert worlds(Surrogate.SHIFT, 20).made == 20


def test_each_stranger_is_counted_once_and_nobody_of_the_same_session():
    found = [[], []]
    for world in worlds(Surrogate.PARTNER, 50, session=(0, 1, 2)):
        assert set(world.source[:6]) <= set(range(6, 15))
        assert set(world.source[6:]) <= set(range(6))
        for at, part in enumerate((0, 2)):
            found[at].append(bool(world.fresh[part]))
    assert [sum(one) for one in found] == [1, 1]


def test_without_a_stranger_there_is_no_world():
    assert worlds(Surrogate.PARTNER, 50, session=(0, 0, 0)).made == 0
    assert list(Worlds(np.array([0]), np.zeros(0, int), Surrogate.SHIFT, 9, (0,))) == []


def test_the_p_counts_the_data_among_the_worlds():
    seen = np.array([3.0, 0.0])
    reached = Reached.none(2)
    for drawn in range(1, 40):
        reached = reached.add(np.array([drawn / 10, np.nan]), seen, np.array([True, True]))
    assert reached.one_sided()[0] == pytest.approx((1 + 10) / 40)  # 3.0 to 3.9
    assert reached.two_sided()[0] == pytest.approx(2 * (1 + 10) / 40)
    assert np.isnan(reached.one_sided()[1])


def test_nineteen_worlds_are_the_fewest_for_a_p_of_one_in_twenty():
    assert reachable(np.array([18, 19])).tolist() == [False, True]
    assert reachable(np.array([38, 39]), sides=2).tolist() == [False, True]


def test_the_data_are_part_of_the_mean_they_are_measured_from():
    drawn = np.arange(19.0)
    # mean of 0 ... 18 and 38 is 10.45: only 38 itself lies as far out
    assert two_sided(drawn, 38.0) == pytest.approx(1 / 20)
    assert two_sided(drawn, 9.0) == pytest.approx(1.0)
    assert np.isnan(two_sided(drawn[1:], 38.0))
