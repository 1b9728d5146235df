"""show/shape, choose and corpus: many sessions at a glance."""

import numpy as np
import polars as pl

from affectory.core.trajectory import Clock, Trajectory
from affectory.represent.vocabularies import VALENCE
from affectory.show.choose import choose
from affectory.show.corpus import corpus, rows_of, strips
from affectory.show.shape import shapes
from affectory.show.spread import histograms


def felt_of(table):
    """One session a row of valence, turn by turn; NaN is missing."""
    table = np.asarray(table, np.float32)
    g, n = table.shape
    session = np.repeat([f"s{at}" for at in range(g)], n)
    at = np.tile(np.arange(float(n)), g)
    return Trajectory(
        VALENCE, Clock.TURNS, session, ["ann"] * (g * n), at, at, table.reshape(-1, 1)
    )


def test_change_is_last_third_less_first_third():
    found = shapes(felt_of([[-0.3, -0.1, 0.0, 0.0, 0.4, 0.6]]), "valence")
    np.testing.assert_allclose(found.first, [-0.2], atol=1e-6)  # turns 1, 2 of 6
    np.testing.assert_allclose(found.last, [0.5], atol=1e-6)
    np.testing.assert_allclose(found.change, [0.7], atol=1e-6)


def test_missing_states_are_left_out_of_means_and_counted():
    found = shapes(felt_of([[0.2, np.nan, np.nan, 0.4]]), "valence")
    np.testing.assert_allclose(found.mean, [0.3], atol=1e-6)
    np.testing.assert_allclose(found.lost, [0.5])


def test_a_session_without_a_reading_has_no_shape():
    found = shapes(felt_of([[np.nan, np.nan], [0.1, 0.2]]), "valence")
    assert np.isnan(found.mean[0])
    assert np.isnan(found.change[0])


def test_few_sessions_are_all_chosen_without_a_reason():
    found = choose(shapes(felt_of(np.zeros((3, 4))), "valence"))
    assert [(pick.session, pick.why) for pick in found] == [("s0", ""), ("s1", ""), ("s2", "")]


def test_the_telling_ones_are_chosen_once_each_with_their_reason():
    rng = np.random.default_rng(1)
    table = rng.uniform(-0.05, 0.05, (40, 9))
    table[7] += np.linspace(0.9, -0.9, 9)
    table[31] += np.linspace(-0.8, 0.8, 9)
    table[20] = 0.0
    found = choose(shapes(felt_of(table), "valence"), most=12)
    why = {pick.session: pick.why for pick in found}
    assert len(why) == 12 == len(found)
    assert why["s7"] == "largest fall"
    assert why["s31"] == "largest rise"
    assert why["s20"] == "steadiest"


def test_a_reason_that_no_session_has_is_not_given():
    found = choose(shapes(felt_of(np.tile(np.linspace(0, 1, 6), (20, 1))), "valence"), most=5)
    assert not any("fall" in pick.why or "reading" in pick.why for pick in found)


def test_many_sessions_are_drawn_from_the_largest_rise_to_the_largest_fall():
    slope = np.linspace(-0.9, 0.9, 100)
    table = slope[:, None] * np.linspace(-1, 1, 6)[None, :]
    known = shapes(felt_of(table), "valence")
    shown = rows_of(known, 10)
    assert shown[0] == 99
    assert shown[-1] == 0
    assert len(shown) == 10
    assert (np.diff(known.change[shown]) < 0).all()


def test_a_strip_is_the_mean_of_its_parts_and_a_hole_is_a_lack_of_readings():
    known = shapes(felt_of([[0.2, 0.4, np.nan, np.nan, -0.5, -0.7]]), "valence")
    values = np.array([0.2, 0.4, np.nan, np.nan, -0.5, -0.7])
    (row,) = strips(known, values, np.array([0]))  # six turns: three parts
    np.testing.assert_allclose(row[:16], 0.3)
    assert np.isnan(row[16:32]).all()
    np.testing.assert_allclose(row[32:], -0.6)


def test_a_session_name_may_hold_anything(make_world):
    felt = felt_of(np.zeros((2, 4))).to_polars()
    felt = felt.with_columns(pl.col("session").replace({"s0": "$\\frac{<b>"}))
    ax = corpus(Trajectory.from_frame(felt, VALENCE, Clock.TURNS))
    ax.figure.canvas.draw()
    assert ax.get_yticklabels()[0].get_text() == "$\\frac{<b>"


def test_the_median_is_marked_in_each_distribution():
    figure = histograms(pl.DataFrame({"inertia": [0.1, 0.2, None, 0.9]}), ("inertia",))
    (ax,) = figure.axes
    assert ax.lines[0].get_xdata()[0] == 0.2


def test_many_sessions_of_one_turn_are_drawn_by_their_mean_and_unread_ones_as_they_come():
    told = felt_of(np.linspace(-0.5, 0.5, 40).reshape(-1, 1))
    assert rows_of(shapes(told, "valence"), most=40).tolist() == list(range(39, -1, -1))
    corpus(told, "valence")
    silent = felt_of(np.full((40, 1), np.nan))
    assert rows_of(shapes(silent, "valence"), most=30).tolist() == list(range(30))
    corpus(silent, "valence")
