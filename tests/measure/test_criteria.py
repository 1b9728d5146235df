"""measure/criteria: the rule on hand-made states, then windows, then errors."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, SpaceMismatch
from affectory.core.groups import Names
from affectory.core.records import Clock
from affectory.core.trajectory import Trajectory
from affectory.measure.criteria import mentioned
from affectory.measure.rolling import Windows
from affectory.represent.vocabularies import DSM5_9, VA

NO = np.zeros(9)


def states(rows, start, clock=Clock.DAYS, actor=None, session=None):
    n = len(rows)
    return Trajectory(
        DSM5_9, clock, Names.of(session or ["s"] * n), Names.of(actor or ["ann"] * n),
        np.asarray(start, float), np.asarray(start, float), np.asarray(rows, np.float32), by="toy",
    )  # fmt: skip


def having(*names):
    return np.array([float(name in names) for name in DSM5_9.names])


BODY = ("appetite_change", "cognitive_issues", "fatigue", "psychomotor", "sleep_issues")


def test_five_of_nine_need_mood_or_interest_among_them():
    told = mentioned(states([having(*BODY)], [0]))
    assert told["criteria"].to_list() == [5]
    assert told["criteria_mentioned"].to_list() == [False]
    for core in ("depressed_mood", "anhedonia"):
        told = mentioned(states([having(core, *BODY[:4])], [0]))
        assert told["criteria_mentioned"].to_list() == [True]
        assert mentioned(states([having(core, *BODY[:3])], [0]))["criteria_mentioned"][0] is False


def test_they_must_fall_into_the_same_two_weeks():
    parts = [having("depressed_mood", *BODY[:2]), having(*BODY[2:4])]
    near = mentioned(states(parts, [0, 13.9]))
    far = mentioned(states(parts, [0, 14.0]))  # a window is open behind
    assert near["criteria_mentioned"].to_list() == [False, True]
    assert far["criteria_mentioned"].to_list() == [False, False]
    assert far["criteria"].to_list() == [3, 2]


def test_seconds_have_weeks_too():
    parts = [having("anhedonia", *BODY[:2]), having(*BODY[2:4])]
    told = mentioned(states(parts, [0, 13 * 86400.0], Clock.SECONDS))
    assert told["criteria_mentioned"].to_list() == [False, True]


def test_shares_are_of_the_records_in_the_window():
    told = mentioned(states([having("fatigue"), NO, NO, NO], [0, 1, 2, 3]))
    np.testing.assert_allclose(told["fatigue"], [1, 1 / 2, 1 / 3, 1 / 4])
    assert told["records"].to_list() == [1, 2, 3, 4]


def test_missing_states_are_no_records():
    told = mentioned(states([having("fatigue"), np.full(9, np.nan)], [0, 1]))
    assert told["records"].to_list() == [1]


def test_persons_do_not_mix_and_sessions_do_when_asked():
    felt = states(
        [having("fatigue")] * 3, [0, 0, 1], actor=["a", "b", "a"], session=["s", "s", "t"]
    )
    told = mentioned(felt).sort("actor", "start")
    assert told["records"].to_list() == [1, 2, 1]
    assert set(told["session"]) == {"all"}
    assert mentioned(felt, across=False)["records"].to_list() == [1, 1, 1]


def test_a_mention_must_be_sure_enough():
    felt = states([0.6 * having("fatigue")], [0])
    assert mentioned(felt)["criteria"].to_list() == [1]
    assert mentioned(felt, sure=0.7)["criteria"].to_list() == [0]


def test_windows_hold_what_brute_force_holds():
    rng = np.random.default_rng(0)
    person, start = rng.integers(4, size=200), np.round(rng.uniform(0, 60, 200))
    values = rng.uniform(size=(200, 2))
    windows = Windows.of(person, start, 14.0)
    want = [
        values[(person == p) & (start > t - 14) & (start <= t)].sum(axis=0)
        for p, t in zip(person[windows.order], start[windows.order], strict=True)
    ]
    np.testing.assert_allclose(windows.sums(values), want)


def test_no_state_gives_no_row():
    assert mentioned(states(np.zeros((0, 9)), [])).height == 0


def test_what_cannot_be_is_refused():
    felt = states([NO], [0])
    with pytest.raises(BadChoice, match="sure"):
        mentioned(felt, sure=0)
    with pytest.raises(BadChoice, match="width"):
        mentioned(felt, width=-1)
    with pytest.raises(BadChoice, match="turns"):
        mentioned(states([NO], [0], Clock.TURNS))
    other = Trajectory(VA, Clock.DAYS, felt.session, felt.actor, felt.start, felt.stop,
                       np.zeros((1, 2), np.float32))  # fmt: skip
    with pytest.raises(SpaceMismatch):
        mentioned(other)
