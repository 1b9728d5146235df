"""parts/windows: who is there throughout, and who walks beside."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice
from affectory.parts.windows import earlier, latest, windows


def rows(*who):
    """Return session, actor, time of actors (session, actor, times)."""
    parts = [(s, a, t) for s, a, times in who for t in times]
    session, actor, time = np.array(parts).T
    return session.astype(np.int32), actor.astype(np.int32), time.astype(float)


def test_every_start_has_its_window():
    found = windows(*rows((0, 0, range(5))), 3)
    assert found.rows.tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    assert found.scene.tolist() == [0, 1, 2]


def test_a_gap_that_others_see_ends_a_run():
    found = windows(*rows((0, 0, [0, 1, 3, 4]), (0, 1, range(5))), 3)
    assert found.rows.tolist() == [[4, 5, 6], [5, 6, 7], [6, 7, 8]]  # of the second alone


def test_a_gap_that_nobody_fills_is_none():
    assert len(windows(*rows((0, 0, [0, 1, 3, 4])), 4).rows) == 1


def test_those_who_begin_at_once_are_a_scene_and_those_alone_are_left_out():
    found = windows(*rows((0, 0, range(4)), (0, 1, range(3))), 3, company=2)
    assert found.rows[:, 0].tolist() == [0, 4]
    assert found.scene.tolist() == [0, 0]


def test_windows_never_cross_actors_or_sessions():
    found = windows(*rows((0, 0, [0, 1]), (0, 1, [2, 3]), (1, 1, [4, 5])), 3)
    assert len(found.rows) == 0


def test_strides_count_from_the_first_time_of_the_session():
    found = windows(*rows((0, 0, range(3)), (1, 0, range(6))), 2, stride=2)
    assert found.rows[:, 0].tolist() == [0, 3, 5, 7]


def test_nothing_has_no_window():
    none = np.empty(0, np.int32)
    assert windows(none, none, np.empty(0), 3).rows.shape == (0, 3)


def test_the_last_states_are_those_that_are_there():
    there = np.array([True, True, False, True, False, False, True])
    found = latest(np.array([0, 4, 6, 7]), there, 3)
    assert found.tolist() == [[0, 1, 3], [-1, -1, -1], [6, 6, 6]]


def test_the_earlier_part_is_a_share_of_the_times_of_each_session():
    session, _, time = rows((0, 0, range(10)), (1, 0, range(0, 50, 10)))
    assert earlier(session, time, 0.8).tolist() == [True] * 8 + [False] * 2 + [True] * 4 + [False]


@pytest.mark.parametrize("bad", [{"length": 0}, {"stride": 0}, {"company": 0}])
def test_numbers_below_one_are_refused(bad):
    with pytest.raises(BadChoice):
        windows(*rows((0, 0, range(4))), **{"length": 2, **bad})


def test_a_share_is_a_share():
    with pytest.raises(BadChoice, match="share"):
        earlier(np.zeros(2, np.int32), np.arange(2.0), 1.0)
