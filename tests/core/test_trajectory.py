"""core/trajectory: sorted, frozen, gap-honest."""

import pickle

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadColumn, BadValues, ClockMismatch, SpaceMismatch
from affectory.core.records import Clock, Records
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Trajectory

PLANE = Space("va", Kind.DIMENSIONS, (Axis("valence", -1, 1), Axis("arousal", -1, 1)))


def two_people(**more):
    """Return ann at 0, 2, 5 s with valence .1 .2 .4 and bo at 1 s, in shuffled order."""
    return Trajectory(
        PLANE,
        Clock.SECONDS,
        ["s"] * 4,
        ["ann", "bo", "ann", "ann"],
        [5.0, 1.0, 0.0, 2.0],
        [5.5, 1.5, 0.5, 2.5],
        [[0.4, 0], [0.9, 0], [0.1, 0], [0.2, 0]],
        **more,
    )


def test_rows_are_sorted_by_who_and_when():
    felt = two_people()
    assert felt.start.tolist() == [0.0, 2.0, 5.0, 1.0]
    assert felt.groups.sizes.tolist() == [3, 1]
    np.testing.assert_allclose(felt.axis("valence"), [0.1, 0.2, 0.4, 0.9], rtol=1e-6)


def test_steps_stay_within_a_group_and_know_their_time():
    steps = two_people().delta()
    np.testing.assert_allclose(steps.values[:, 0], [0.1, 0.2], atol=1e-6)
    assert steps.elapsed.tolist() == [2.0, 3.0]
    assert steps.group.tolist() == [0, 0]


def test_a_step_beside_a_missing_state_is_missing():
    felt = Trajectory(
        PLANE, Clock.TURNS, ["s"] * 3, ["a"] * 3, [0, 1, 2], [1, 2, 3],
        [[0, 0], [np.nan, np.nan], [1, 1]],
    )  # fmt: skip
    assert np.isnan(felt.delta().values).all()
    assert felt.missing.tolist() == [False, True, False]
    assert felt.to_polars()["valence"].to_list() == [0.0, None, 1.0]


def test_arrays_cannot_be_written_and_the_callers_are_left_alone():
    mine = np.zeros((1, 2), np.float32)
    felt = Trajectory(PLANE, Clock.TURNS, ["s"], ["a"], [0], [1], mine)
    with pytest.raises(ValueError, match="read-only"):
        felt.values[0, 0] = 1
    mine[0, 0] = 1
    assert felt.values[0, 0] == 0


def test_the_future_follows_each_group():
    ahead = two_people().ahead(np.zeros((2, 3, 2)), by="f", step=2.0)
    assert ahead.start.tolist() == [7.0, 9.0, 11.0, 3.0, 5.0, 7.0]
    assert (ahead.by, ahead.seq) == ("f", None)


def test_possible_futures_become_draws_and_groups_may_have_a_pace_of_their_own():
    past = two_people()
    values = np.arange(2 * 3 * 2 * 2.0).reshape(2, 3, 2, 2) / 24
    told = past.ahead(values, by="f", step=[2.0, 0.5])
    assert told.draw.tolist() == [0, 0, 1, 1, 2, 2] * 2
    assert told.start.reshape(2, 3, 2)[:, 2].tolist() == [[7.0, 9.0], [1.5, 2.0]]
    np.testing.assert_array_equal(told.values, values.reshape(-1, 2).astype(np.float32))
    with pytest.raises(BadValues, match="draws"):
        told.ahead(np.zeros((6, 3, 2, 2)), by="f")


def test_several_futures_are_groups_of_their_own():
    felt = Trajectory(
        PLANE, Clock.TURNS, ["s"] * 4, ["a"] * 4, [0, 1, 0, 1], [1, 2, 1, 2],
        np.zeros((4, 2)), draw=[0, 0, 1, 1],
    )  # fmt: skip
    assert felt.groups.sizes.tolist() == [2, 2]
    assert felt.groups.draw.tolist() == [0, 1]


def test_a_selection_is_a_trajectory_of_its_own():
    felt = two_people().select(actor="bo")
    assert (len(felt), felt.actors, len(felt.groups)) == (1, ("bo",), 1)


def test_states_of_records_lead_back_to_them():
    talk = Records(pl.DataFrame({"session": "s", "actor": ["a", "b", "a"]}))
    felt = Trajectory.on(talk, PLANE, np.arange(6).reshape(3, 2) / 10, by="me")
    assert felt.seq.tolist() == [0, 2, 1]
    np.testing.assert_allclose(felt.axis("valence"), [0.0, 0.4, 0.2], rtol=1e-6)


@pytest.mark.parametrize("form", ["to_polars", "to_pandas"])
def test_a_table_there_and_back_is_the_same(form):
    felt = two_people(spread=np.full((4, 2), 0.1), by="me")
    table = getattr(felt, form)()
    assert Trajectory.from_frame(table, PLANE, Clock.SECONDS, by="me") == felt
    assert Trajectory.from_frame(felt, PLANE, Clock.SECONDS, by="me") == felt  # as Arrow


def test_it_survives_a_worker():
    felt = two_people(by="me")
    back = pickle.loads(pickle.dumps(felt))
    assert back == felt
    assert not back.values.flags.writeable


def test_parts_join_and_stay_sorted():
    felt = two_people(by="me")
    parts = [felt.select(actor="bo"), felt.select(actor="ann")]
    assert Trajectory.concat(parts).groups.sizes.tolist() == [1, 3]


def test_it_can_be_empty():
    empty = two_people().rows(slice(0, 0))
    assert (len(empty), len(empty.groups), len(empty.delta().values)) == (0, 0, 0)


def test_groups_reduce_in_one_pass():
    felt = two_people()
    top = felt.groups.reduce(np.maximum, felt.axis("valence"))
    np.testing.assert_allclose(top, [0.4, 0.9], rtol=1e-6)


def test_another_space_is_refused_with_the_cure():
    with pytest.raises(SpaceMismatch, match=r"represent\.to_space"):
        two_people().in_space("vad", "test")


def test_another_clock_is_refused():
    turns = Trajectory(PLANE, Clock.TURNS, ["s"], ["a"], [0], [1], [[0, 0]])
    with pytest.raises(ClockMismatch):
        two_people().meets(turns, "test")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"values": [[2.0, 0.0]]}, "valence = 2 in row 0"),
        ({"stop": [-1.0]}, "stop before start"),
        ({"start": [np.nan]}, "finite"),
        ({"actor": ["a", "b"]}, "2 rows"),
        ({"spread": [[-0.1, 0.0]]}, ">= 0"),
    ],
)
def test_what_contradicts_itself_is_refused(change, said):
    whole = {"session": ["s"], "actor": ["a"], "start": [0.0], "stop": [1.0], "values": [[0, 0]]}
    with pytest.raises(BadValues, match=said):
        Trajectory(PLANE, Clock.TURNS, **{**whole, **change})


def test_a_missing_axis_is_named():
    table = two_people().to_polars().drop("arousal")
    with pytest.raises(BadColumn, match="arousal"):
        Trajectory.from_frame(table, PLANE, Clock.SECONDS)


def test_it_prints_as_a_line_and_a_short_table():
    first, *table = repr(two_people(by="ann's diary")).splitlines()
    assert first == """Trajectory in va: 4 states of 2 groups, clock seconds, by "ann's diary\""""
    assert any("valence" in line for line in table)
    assert len(repr(Trajectory.concat([two_people()] * 500))) < 3000
