"""measure/displacement and positions: golden numbers, then walks done in the head, then edges."""

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.measure.displacement import Convention, Home, leave, outings
from affectory.measure.positions import displacements, positions, state_columns
from affectory.measure.series import Series

UNIT = Space("unit", Kind.DIMENSIONS, (Axis("valence", 0.0, 1.0, 0.5),))
WIDE = Space("wide", Kind.DIMENSIONS, (Axis("valence", -100.0, 100.0),))
REFERENCE = Home(convention=Convention.REFERENCE)
REPO = Path(__file__).parents[2]
GOLDEN = Path(os.environ.get("AFFECTORY_DATA", REPO / "../shared/data")) / "ued_reference"
golden = pytest.mark.skipif(not GOLDEN.exists(), reason="reference output is not here")

# golden column of overall_speaker_info -> our measure
SUMMARY = {
    "emo_in_home_base": "in_home",
    "emo_avg_dist_home_base": "home_distance",
    "emo_avg_peak_dist": "peak_distance",
    "emo_avg_disp_length": "displacement_length",
    "emo_avg_rise_rate": "rise_rate",
    "emo_avg_recovery_rate": "recovery_rate",
    "emo_avg_home-to-low_rate": "rise_rate_low",
    "emo_avg_low-to-home_rate": "recovery_rate_low",
    "emo_avg_home-to-high_rate": "rise_rate_high",
    "emo_avg_high-to-home_rate": "recovery_rate_high",
    "emo_number_displacements": "displacements",
    "emo_number_low_displacements": "displacements_low",
    "emo_number_high_displacements": "displacements_high",
    "emo_mean": "home",
}


def read(name):
    return pl.read_csv(GOLDEN / f"{name}.csv", infer_schema_length=None)


@pytest.fixture
def steps():
    return read("narrative_info").sort("speaker_id", "speaker_word_index")


def series(x, t=None, offsets=None):
    x = np.asarray(x, np.float64)
    t = np.arange(len(x), dtype=float) if t is None else np.asarray(t, float)
    offsets = np.array([0, len(x)] if offsets is None else offsets)
    return Series(Axis("valence", -100.0, 100.0), offsets, x, t)


def walk(x, t=None, home=None):
    """Return the one row of measures of one series."""
    found = outings(series(x, t), home or Home())
    return {name: float(column.values[0]) for name, column in found.items()}


@pytest.fixture
def speakers(steps):
    size = steps.group_by("speaker_id", maintain_order=True).len()
    offsets = np.append(0, np.cumsum(size["len"].to_numpy().astype(np.int64)))
    values = steps["speaker_emo_state_value"].to_numpy()
    return size["speaker_id"], series(values, offsets=offsets)


@golden
def test_every_step_stands_where_the_reference_puts_it(steps, speakers):
    position, distance, number, peak, counter = state_columns(leave(speakers[1], REFERENCE))
    assert position.to_list() == steps["speaker_emo_state_position"].to_list()
    theirs = steps["speaker_emo_distance_home_base"].to_numpy()
    np.testing.assert_allclose(distance.to_numpy(), theirs, atol=1e-15)
    inside = steps["speaker_emo_in_home_base"].to_numpy() == 1.0
    np.testing.assert_array_equal(distance.to_numpy() == 0, inside)
    assert number.to_list() == steps["speaker_emo_displacement_number"].to_list()
    assert peak.cast(float).to_list() == steps["speaker_emo_state_is_peak"].to_list()
    assert counter.to_list() == steps["speaker_emo_displacement_counter"].to_list()


@golden
def test_every_speakers_summary_is_that_of_the_reference(speakers):
    names, each = speakers
    theirs = pl.DataFrame({"speaker_id": names}).join(read("overall_speaker_info"), "speaker_id")
    ours = outings(each, REFERENCE)
    for column, measure in SUMMARY.items():
        wanted = theirs[column].cast(float).fill_null(np.nan).to_numpy()
        found = ours[measure].values
        np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-15, err_msg=column)
    np.testing.assert_array_equal(each.size, theirs["num_window_steps"].to_numpy())
    sd = np.sqrt(each.squares[1:] / (each.size[1:] - 1))  # the first has one state
    np.testing.assert_allclose(sd, theirs["emo_std"].to_numpy()[1:], rtol=1e-13)


@golden
def test_every_displacement_is_that_of_the_reference(steps):
    felt = Trajectory.from_frame(
        steps.select(
            pl.lit("all").alias("session"),
            pl.col("speaker_id").alias("actor"),
            pl.col("speaker_word_index").alias("start"),
            pl.col("speaker_emo_state_value").alias("valence"),
        ),
        UNIT,
        Clock.TOKENS,
    )
    ours = displacements(felt, "valence", home=REFERENCE)
    number = "speaker_emo_displacement_number"
    theirs = read("displacement_info").sort("speaker_id", number)
    assert ours["actor"].to_list() == theirs["speaker_id"].to_list()
    assert ours["displacement"].to_list() == theirs[number].to_list()
    assert ours["side"].to_list() == theirs["displacement_position"].to_list()
    assert ours["length"].to_list() == theirs["displacment_length"].to_list()
    for mine, column in (
        ("peak_distance", "displacement_peak_dist"),
        ("rise_rate", "displacement_rise_rate"),
        ("recovery_rate", "displacement_recovery_rate"),
    ):
        found = ours[mine].fill_null(np.nan).to_numpy()
        wanted = theirs[column].cast(float).fill_null(np.nan).to_numpy()
        np.testing.assert_allclose(found, wanted, atol=1e-7)  # states are kept in float32
    for side, way, rate in (
        ("LOW", "home-to-low", "rise_rate"),
        ("LOW", "low-to-home", "recovery_rate"),
        ("HIGH", "home-to-high", "rise_rate"),
        ("HIGH", "high-to-home", "recovery_rate"),
    ):
        found = np.where(ours["side"] == side, ours[rate].fill_null(np.nan).to_numpy(), np.nan)
        wanted = theirs[f"displacement_{way}_rate"].cast(float).fill_null(np.nan).to_numpy()
        np.testing.assert_allclose(found, wanted, atol=1e-7)


STEP = [0.0, 0, 0, 0, 8, 0, 0, 0]  # mean 1, sd sqrt(56 / 7) = 2.83: distance 8 - 3.83


def test_one_step_out_and_back_is_one_displacement():
    found = walk(STEP)
    height = 7 - np.sqrt(8)
    assert found["displacements"] == found["displacements_high"] == 1
    assert found["displacements_low"] == 0
    assert found["peak_distance"] == pytest.approx(height)
    assert found["displacement_length"] == 1
    assert found["rise_rate"] == found["recovery_rate"] == pytest.approx(height)
    assert found["in_home"] == 7 / 8


def test_stretched_time_slows_the_rates_and_nothing_else():
    slow = walk(STEP, t=10.0 * np.arange(8))
    usual = walk(STEP)
    for name, value in usual.items():
        rate = 10 if "rate" in name else 1
        np.testing.assert_allclose(slow[name] * rate, value)


def test_the_way_back_is_timed_by_the_clock():
    found = walk(STEP, t=[0, 1, 2, 3, 4, 8, 9, 10])  # back at home 4 after the peak
    assert found["rise_rate"] == pytest.approx(4 * found["recovery_rate"])


def test_a_flip_is_two_displacements_here_and_one_in_the_reference():
    x = [0.0, 0, 9, -9, 0, 0]
    assert walk(x)["displacements"] == 2
    assert walk(x)["displacements_low"] == 1
    assert walk(x, home=REFERENCE)["displacements"] == 2  # one, and one too many
    assert len(leave(series(x), REFERENCE).first) == 1


def test_a_gap_ends_a_displacement_and_hides_the_ways():
    x = [0.0, 0, 0, 9, np.nan, 0, 0, 0]
    found = outings(series(x), Home())
    assert found["displacements"].values[0] == 1
    assert not np.isnan(found["rise_rate"].values[0])
    assert np.isnan(found["recovery_rate"].values[0])  # the way back was not seen
    assert found["recovery_rate"].reasons[0] > 0


def test_a_series_that_begins_outside_has_no_way_out():
    found = walk([9.0, 0, 0, 0, 0, 0])
    assert found["displacements"] == 1
    assert np.isnan(found["rise_rate"])
    assert found["recovery_rate"] > 0


def test_constants_never_leave_home():
    found = outings(series([0.1] * 5), Home())
    assert found["displacements"].values[0] == 0
    assert found["in_home"].values[0] == 1.0
    assert np.isnan(found["peak_distance"].values[0])


def test_the_usual_share_of_normal_states_is_at_home():
    x = np.random.default_rng(0).normal(size=200_000)
    assert walk(x)["in_home"] == pytest.approx(0.6827, abs=0.004)  # P(|z| < 1), se 0.001
    assert walk(x, home=Home(width=1.96))["in_home"] == pytest.approx(0.95, abs=0.002)


def test_states_and_displacements_are_given_as_tables():
    felt = Trajectory(
        WIDE, Clock.TURNS, ["s"] * 9, ["ann"] * 9, np.arange(9.0), np.arange(9.0),
        np.array([*STEP, np.nan])[:, None],
    )  # fmt: skip
    table = positions(felt, "valence")
    assert table["position"].to_list() == ["HOME"] * 4 + ["HIGH"] + ["HOME"] * 3 + [None]
    assert table["peak"].to_list() == [None] * 4 + [True] + [None] * 4
    assert displacements(felt, "valence").select("start", "side").row(0) == (4.0, "HIGH")


def test_nobody_yields_empty_tables():
    nobody = Trajectory(WIDE, Clock.TURNS, [], [], [], [], np.zeros((0, 1)))
    assert positions(nobody, "valence").is_empty()
    assert displacements(nobody, "valence").is_empty()


def test_a_home_base_without_inside_is_refused():
    with pytest.raises(BadChoice, match="width is 0"):
        Home(width=0)
