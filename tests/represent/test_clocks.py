"""represent/clocks: turns in the order of starts and records, times from the first state."""

import numpy as np
import polars as pl
import pytest

from affectory.core.groups import Names
from affectory.core.records import Records
from affectory.core.trajectory import Clock, Trajectory
from affectory.represent.clocks import on_turns, relative
from affectory.represent.vocabularies import VA, VALENCE


def path(start, values, stop=None, session="s", actor="a"):
    """Return valence at `start`; states have no length unless `stop` says so."""
    n = len(start)
    names = [[name] * n if isinstance(name, str) else name for name in (session, actor)]
    column = np.asarray(values, float)[:, None]
    return Trajectory(VALENCE, Clock.SECONDS, *names, start, stop or start, column)


def test_turns_count_the_starts_of_a_session():
    felt = path([10.0, 30.0, 20.0], [0.1, 0.2, 0.3], actor=["ann", "ann", "bo"])
    turns = on_turns(felt)
    assert turns.clock is Clock.TURNS
    assert turns.select(actor="ann").start.tolist() == [0, 2]
    assert turns.select(actor="bo").start.tolist() == [1]
    assert (turns.stop - turns.start == 1).all()
    assert on_turns(turns) is turns


def test_turns_start_anew_in_every_session():
    felt = path([5, 6, 1, 9], [0.1] * 4, session=["s", "s", "t", "t"])
    assert on_turns(felt).start.tolist() == [0, 1, 0, 1]


def test_draws_of_one_state_share_its_turn():
    felt = Trajectory(
        VALENCE, Clock.SECONDS, ["s"] * 4, ["a"] * 4, [0, 5, 0, 5], [0, 5, 0, 5],
        np.zeros((4, 1)), draw=[0, 0, 1, 1],
    )  # fmt: skip
    assert on_turns(felt).start.tolist() == [0, 1, 0, 1]


def said(actor, start, seq=None, space=VALENCE, session="s"):
    n = len(start)
    return Trajectory(
        space, Clock.SECONDS, [session] * n, actor, start, start, np.zeros((n, space.k)), seq=seq
    )


def turns_of(felt):
    """Return the (actor, turn) pairs, sorted: rows lie as the dictionary of actors has them."""
    turns = on_turns(felt)
    names = turns.actor.to_series("a").to_list()
    return sorted(zip(names, turns.start.tolist(), strict=True))


def test_states_that_begin_together_are_in_the_order_of_their_records():
    felt = said(["bo", "ann", "bo", "ann"], [7, 7, 7, 9], seq=[0, 1, 2, 3])
    assert turns_of(felt) == [("ann", 1), ("ann", 3), ("bo", 0), ("bo", 2)]


def test_the_start_outranks_the_record():
    felt = said(["ann", "bo"], [9, 7], seq=[0, 1])
    assert turns_of(felt) == [("ann", 1), ("bo", 0)]


def test_states_of_one_record_share_its_turn():
    felt = said(["ann", "bo", "ann"], [7, 7, 7], seq=[4, 4, 6])
    assert turns_of(felt) == [("ann", 0), ("ann", 1), ("bo", 0)]


def test_without_records_two_states_of_one_actor_are_two_turns():
    felt = said(["bo", "ann", "ann", "bo"], [7, 7, 7, 8])
    assert turns_of(felt) == [("ann", 0), ("ann", 1), ("bo", 2), ("bo", 3)]
    unknown = said(["bo", "ann", "ann", "bo"], [7, 7, 7, 8], seq=[-1] * 4)
    assert turns_of(unknown) == turns_of(felt)


def test_draws_of_states_that_begin_together_share_their_turns():
    felt = Trajectory(
        VALENCE, Clock.SECONDS, ["s"] * 4, ["a"] * 4, [5] * 4, [5] * 4, np.zeros((4, 1)),
        draw=[0, 0, 1, 1],
    )  # fmt: skip
    assert on_turns(felt).start.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("seq", [None, list(range(6))])
def test_every_space_of_the_same_records_has_the_same_turns(seq):
    actor, start = ["bo", "ann", "bo", "bo", "cy", "ann"], [7, 7, 7, 8, 8, 8]
    felt = [said(actor, start, seq, space) for space in (VALENCE, VA)]
    assert turns_of(felt[0]) == turns_of(felt[1])
    actor = Names(np.array([2, 1, 2, 2, 0, 1]), ("cy", "ann", "bo"))  # coded in another order
    assert turns_of(said(actor, start, seq)) == turns_of(felt[0])


def test_as_many_turns_as_records_at_equal_times():
    talk = {"actor": ["ann", "bo", "ann", "ann"], "text": ["a", "b", "c", "d"]}
    talk |= {"start": [3.0] * 4, "stop": [3.0] * 4, "session": ["s"] * 4}
    records = Records(pl.DataFrame(talk), Clock.SECONDS)
    felt = Trajectory.on(records, VALENCE, np.zeros((4, 1)), "test")
    turns = on_turns(felt)
    assert turns.start.tolist() == turns.seq.tolist() == [0, 2, 3, 1]


def test_relative_times_count_from_the_session_not_the_actor():
    felt = path([100, 107, 103], [0.1, 0.2, 0.3], stop=[101, 109, 104], actor=["a", "a", "b"])
    moved = relative(felt)
    assert moved.start.tolist() == [0, 7, 3]
    assert (moved.stop - moved.start).tolist() == [1, 2, 1]
