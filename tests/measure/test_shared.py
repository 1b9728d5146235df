"""measure/shared: two authors meet where both say something."""

import numpy as np

from affectory.core.groups import Names
from affectory.core.records import Clock
from affectory.core.trajectory import Trajectory
from affectory.measure.shared import shared
from affectory.represent import vocabularies


def felt(start, stop, values, seq=None):
    n = len(start)
    names = Names.of(["s"] * n), Names.of(["ann"] * n)
    told = np.column_stack([values, np.zeros(n)]).astype(np.float32)
    return Trajectory(vocabularies.space("va"), Clock.SECONDS, *names, np.array(start, float),
                      np.array(stop, float), told, np.zeros((n, 2), np.float32), by="x",
                      seq=None if seq is None else np.array(seq))  # fmt: skip


def test_states_of_one_record_meet_wherever_they_stand():
    x, y = shared(
        felt([0, 5], [1, 6], [0.1, 0.2], [3, 4]), felt([9, 2], [9, 3], [0.5, 0.6], [4, 3]), 0
    )
    np.testing.assert_allclose(x, [0.1, 0.2])
    np.testing.assert_allclose(y, [0.6, 0.5])


def test_a_turn_meets_the_mean_of_what_was_said_during_it():
    turns = felt([0, 4], [4, 8], [0.5, -0.5])
    trace = felt(np.arange(8), np.arange(8) + 1, np.arange(8) / 10)
    np.testing.assert_allclose(shared(turns, trace, 0)[1], [0.15, 0.55])


def test_a_turn_in_a_stretch_that_nobody_rated_meets_nothing():
    turns = felt([0, 10, 20], [2, 12, 22], [0.1, 0.2, 0.3])
    trace = felt([0, 1, 20, 21], [1, 2, 21, 21], [0.5, 0.5, 0.7, 0.7])
    x, y = shared(turns, trace, 0)
    np.testing.assert_allclose(x, [0.1, 0.3])
    np.testing.assert_allclose(y, [0.5, 0.7])


def test_a_state_without_a_length_lasts_until_the_next_and_the_last_one_not():
    turns = felt([5, 15], [6, 16], [0.1, 0.2])
    x, y = shared(turns, felt([0, 10], [0, 10], [0.4, 0.8]), 0)
    np.testing.assert_allclose(x, [0.1])
    np.testing.assert_allclose(y, [0.4])
