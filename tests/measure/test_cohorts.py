"""measure/cohorts: errors of groups, moods of regions, and who is too few to be told."""

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.measure.cohorts import cohort_figures, region_moods
from affectory.represent.vocabularies import VALENCE


def test_an_error_is_what_was_told_less_what_came():
    told = cohort_figures([0.5] * 10, [1] * 4 + [0] * 6, ["f"] * 10)[0]
    assert told.name == "error/f"
    assert told.value == pytest.approx(0.1)
    assert told.low <= told.value <= told.high


def test_a_group_of_few_is_not_told():
    told = {f.name: f for f in cohort_figures([0.5] * 7, [1] * 7, ["a"] * 5 + ["b"] * 2)}
    assert np.isnan(told["error/b"].value)
    assert "fewer than 5" in told["error/b"].reason
    assert told["error/a"].value == pytest.approx(-0.5)


def test_one_group_a_person():
    with pytest.raises(BadValues):
        cohort_figures([0.5], [1, 0], ["a"])


def walks(persons, per):
    frame = pl.DataFrame(
        {
            "session": np.repeat([f"s{p}" for p in range(persons)], per),
            "actor": np.repeat([f"s{p}" for p in range(persons)], per),
            "channel": "life",
        }
    )
    return Records(frame)


def test_the_mood_of_a_region_is_the_mean_of_its_stays():
    stays = walks(6, 2)
    felt = Trajectory.on(stays, VALENCE, np.tile([[0.4], [-0.2]], (6, 1)), "me")
    told = region_moods(stays, felt, "valence", ["north", "south"] * 6)
    assert told["region"].to_list() == ["north", "south"]
    assert told["persons"].to_list() == [6, 6]
    np.testing.assert_allclose(told["mean"], [0.4, -0.2], atol=1e-6)
    np.testing.assert_allclose(told["low"], told["high"], atol=1e-6)


def test_a_region_of_four_persons_has_no_mood():
    stays = walks(4, 1)
    felt = Trajectory.on(stays, VALENCE, np.zeros((4, 1)), "me")
    told = region_moods(stays, felt, "valence", ["x"] * 4)
    assert told["persons"].to_list() == [4]
    assert told["mean"].to_list() == [None]


def test_sessions_of_one_actor_are_one_person():
    stays = walks(6, 1)
    again = stays.frame.with_columns(actor=pl.Series(["ann"] * 5 + ["bo"]))
    often = Records(again, stays.clock)
    felt = Trajectory.on(often, VALENCE, np.zeros((6, 1)), "me")
    told = region_moods(often, felt, "valence", ["x"] * 6)
    assert told.select("persons", "states", "mean").rows() == [(2, 6, None)]


def test_missing_moods_and_places_are_left_out():
    stays = walks(6, 2)
    values = np.tile([[0.4], [np.nan]], (6, 1))
    told = region_moods(
        stays, Trajectory.on(stays, VALENCE, values, "me"), "valence", ["x", ""] * 6
    )
    assert told["states"].to_list() == [6]


def test_one_region_a_stay_and_an_axis_of_the_space():
    stays = walks(2, 1)
    felt = Trajectory.on(stays, VALENCE, np.zeros((2, 1)), "me")
    with pytest.raises(BadValues, match="one a stay"):
        region_moods(stays, felt, "valence", ["x"])
    with pytest.raises(BadChoice):
        region_moods(stays, felt, "arousal", ["x", "x"])
