"""represent/alignment: straight lines, honest gaps, common times."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues, ClockMismatch, NoRecords
from affectory.core.trajectory import Clock, Trajectory
from affectory.represent.alignment import align, resample
from affectory.represent.vocabularies import VA, VALENCE

NAN = np.nan


def path(start, values, stop=None, spread=None, session="s", actor="a", clock=Clock.SECONDS):
    """Return valence at `start`; states have no length unless `stop` says so."""
    n = len(start)
    names = [[name] * n if isinstance(name, str) else name for name in (session, actor)]
    column = np.asarray(values, float)[:, None]
    width = None if spread is None else np.asarray(spread, float)[:, None]
    return Trajectory(VALENCE, clock, *names, start, start if stop is None else stop, column, width)


def test_a_straight_line_stays_one_at_irregular_times():
    felt = path([0, 1, 4, 10], [0.0, 0.05, 0.2, 0.5])
    fine = resample(felt, step=0.5)
    np.testing.assert_allclose(fine.values[:, 0], 0.05 * fine.start, atol=1e-6)
    assert fine.start.tolist() == np.arange(0, 10.5, 0.5).tolist()


def test_rows_tile_the_time_from_first_start_to_last_stop():
    felt = path([2, 5], [0.1, 0.2], stop=[5, 9.3])
    fine = resample(felt, step=2)
    assert fine.start.tolist() == [2, 4, 6, 8]
    assert fine.stop.tolist() == [4, 6, 8, 9.3]


def test_a_state_holds_until_it_stops():
    fine = resample(path([0, 1], [0.0, 0.4], stop=[1, 3]), step=0.5)
    np.testing.assert_allclose(fine.values[:, 0], [0, 0.2, 0.4, 0.4, 0.4, 0.4], atol=1e-6)


def test_a_missing_state_is_never_crossed():
    felt = path([0, 1, 2, 3], [0.0, NAN, 0.2, 0.3])
    fine = resample(felt, step=0.5)
    assert fine.missing.tolist() == [False, True, True, True, False, False, False]


def test_a_missing_turn_is_missing_all_its_length():
    felt = path([0, 1, 2], [0.0, NAN, 0.2], stop=[1, 2, 3])
    fine = resample(felt, step=0.5)
    assert fine.missing.tolist() == [False, False, True, True, False, False]


def test_a_short_gap_may_be_crossed_and_a_long_one_not():
    felt = path([0, 1, 2, 3, 6], [0.0, NAN, 0.2, 0.3, 0.6])
    fine = resample(felt, step=1, max_gap=2.0)
    np.testing.assert_allclose(
        fine.values[:, 0], [0.0, 0.1, 0.2, 0.3, NAN, NAN, 0.6], atol=1e-6, equal_nan=True
    )
    assert fine.start.tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_a_silence_is_counted_from_stop_to_start():
    felt = path([0, 5], [0.0, 0.5], stop=[4, 6])
    assert not resample(felt, step=0.5, max_gap=1.0).missing.any()
    assert resample(felt, step=0.5, max_gap=0.9).missing.sum() == 2  # at 4 and 4.5


def test_half_way_between_two_states_the_variance_is_half_their_mean():
    felt = path([0, 2], [0.0, 0.2], spread=[0.3, 0.4])
    middle = resample(felt, times=[1.0])
    assert middle.spread[0, 0] == pytest.approx(0.25)  # sqrt(.09 + .16) / 2


def test_groups_do_not_touch():
    felt = path([0, 2, 0, 2], [0.0, 0.2, 0.8, 1.0], session=["s", "s", "t", "t"])
    fine = resample(felt, step=1)
    np.testing.assert_allclose(fine.values[:, 0], [0, 0.1, 0.2, 0.8, 0.9, 1.0], atol=1e-6)


def test_asked_times_outside_of_a_group_are_missing():
    fine = resample(path([1, 3], [0.1, 0.3]), times=[0, 1, 2, 3, 4])
    assert fine.missing.tolist() == [True, False, False, False, True]


def test_draws_are_resampled_apart():
    felt = path([0, 2, 0, 2], [0.0, 0.2, 0.8, 1.0])
    felt = Trajectory(
        VALENCE, Clock.SECONDS, felt.session, felt.actor, felt.start, felt.stop,
        [[0.0], [0.2], [0.8], [1.0]], draw=[0, 1, 0, 1],
    )  # fmt: skip
    fine = resample(felt, step=1)
    assert fine.draw.tolist() == [0, 0, 0, 1, 1, 1]


def test_nothing_known_gives_missing_rows_and_no_rows_give_none():
    assert resample(path([0, 2], [NAN, NAN]), step=1).missing.tolist() == [True] * 3
    assert len(resample(path([], []), step=1)) == 0


def test_one_state_is_one_row():
    assert resample(path([3], [0.1]), step=1).start.tolist() == [3]


def test_a_step_that_does_not_divide_in_binary_gains_no_row():
    felt = path([0, 1], [0.0, 1.0], stop=[1, 3])
    assert len(resample(felt, step=0.1)) == 30


def test_two_raters_meet_at_the_starts_of_both():
    one, two = path([0, 2, 4], [0.0, 0.2, 0.4]), path([1, 3, 9], [0.1, 0.3, 0.9])
    a, b = align(one, two)
    assert a.start.tolist() == b.start.tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(a.values, b.values, atol=1e-6)


def test_two_persons_of_a_session_are_matched_by_session():
    one, two = path([0, 2], [0.0, 0.2], actor="ann"), path([0, 1], [0.0, 0.1], actor="bo")
    with pytest.raises(NoRecords, match="same sessions"):
        align(one, two)
    a, b = align(one, two, match="session")
    assert (a.actors, b.actors) == (("ann",), ("bo",))
    assert a.start.tolist() == b.start.tolist() == [0, 1]


def test_only_common_groups_are_aligned_whatever_their_order():
    one = path([0, 1, 0, 1], [0.0, 0.1, 0.2, 0.3], session=["x", "x", "y", "y"])
    two = path([0, 1, 0, 1], [0.3, 0.4, 0.9, 0.9], session=["y", "y", "z", "z"])
    a, b = align(one, two)
    assert a.sessions == b.sessions == ("y",)
    np.testing.assert_allclose(b.values - a.values, 0.1, atol=1e-6)


def test_rows_meet_for_several_groups_whose_codes_differ():
    one = path([0, 1, 0, 1], [0.0, 0.1, 0.2, 0.3], session=["x", "x", "y", "y"])
    two = path([0, 1, 0, 1], [0.2, 0.3, 0.0, 0.1], session=["y", "y", "x", "x"])
    a, b = align(one, two)
    assert a.session.to_series("s").to_list() == b.session.to_series("s").to_list()
    np.testing.assert_allclose(a.values, b.values, atol=1e-6)


def test_illegal_wishes_are_refused():
    felt = path([0, 1], [0.0, 0.1])
    with pytest.raises(BadChoice, match="exactly one"):
        resample(felt)
    with pytest.raises(BadChoice, match="step"):
        resample(felt, step=0.0)
    with pytest.raises(BadChoice, match="max_gap"):
        resample(felt, step=1.0, max_gap=-1.0)
    with pytest.raises(BadValues, match="sort them"):
        resample(felt, times=[1.0, 0.0])
    with pytest.raises(BadValues, match="finite"):
        resample(felt, times=[NAN])
    with pytest.raises(BadChoice, match="match"):
        align(felt, felt, match="person")
    with pytest.raises(ClockMismatch):
        align(felt, path([0], [0.1], clock=Clock.DAYS))
    two = path([0, 0], [0.0, 0.1], actor=["a", "b"])
    with pytest.raises(BadValues, match="select one actor"):
        align(two, two, match="session")


def test_spaces_may_differ():
    va = Trajectory(VA, Clock.SECONDS, ["s"] * 2, ["a"] * 2, [0, 1], [0, 1], np.zeros((2, 2)))
    a, b = align(path([0, 1], [0.0, 0.1]), va)
    assert (a.space.name, b.space.name) == ("valence", "va")
