"""show/arc: what is drawn is what was perceived."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice
from affectory.core.trajectory import Clock, Trajectory
from affectory.represent.vocabularies import SUDS, VALENCE
from affectory.show.arc import arc
from affectory.show.palette import DARK, LIGHT
from affectory.show.timeline import timeline


def felt_of(values, start=None, actor="ann", clock=Clock.TURNS, space=VALENCE, spread=None):
    n = len(values)
    start = np.arange(float(n)) if start is None else np.asarray(start, float)
    table = np.asarray(values, np.float32)[:, None]
    width = None if spread is None else np.full((n, 1), spread)
    return Trajectory(space, clock, ["s"] * n, [actor] * n, start, start, table, width)


def drawn(ax, gid):
    return [line for line in ax.lines if line.get_gid() == gid]


def test_a_missing_state_breaks_the_line_and_is_marked_at_the_foot():
    ax = arc(felt_of([0.1, 0.2, np.nan, 0.4]))
    (line,) = drawn(ax, "line")
    np.testing.assert_allclose(line.get_ydata(), [0.1, 0.2, np.nan, 0.4], atol=1e-6)
    (gap,) = drawn(ax, "gaps")
    np.testing.assert_array_equal(gap.get_xdata(), [2.0])
    assert gap.get_ydata()[0] < -1.0


def test_the_guide_for_the_eye_breaks_where_the_states_break():
    values = np.linspace(-0.5, 0.5, 30)
    values[10:13] = np.nan
    (guide,) = drawn(arc(felt_of(values)), "guide")
    np.testing.assert_array_equal(np.isnan(guide.get_ydata()), np.isnan(values))


def test_few_states_get_no_guide():
    assert not drawn(arc(felt_of([0.1, 0.2, 0.3])), "guide")


def test_the_ribbon_is_one_spread_to_either_side_within_the_axis():
    ax = arc(felt_of([0.0, 0.95], spread=0.2))
    (ribbon,) = [patch for patch in ax.collections if patch.get_gid() == "ribbon"]
    high = ribbon.get_paths()[0].vertices[:, 1].max()
    assert high == pytest.approx(1.0)  # 0.95 + 0.2 is cut at the bound
    assert ribbon.get_paths()[0].vertices[:, 1].min() == pytest.approx(-0.2)


def test_without_spread_there_is_no_ribbon():
    assert not [p for p in arc(felt_of([0.0, 0.5])).collections if p.get_gid() == "ribbon"]


def test_each_actor_keeps_colour_and_marker_in_either_theme(make_world):
    _, states = make_world(sessions=1)
    for theme in (LIGHT, DARK):
        ax = arc(states["vad"], theme=theme)
        lines = drawn(ax, "line")
        assert [line.get_color() for line in lines] == [theme["s0"], theme["s1"]]
        assert [dots.get_marker() for dots in drawn(ax, "states")] == ["o", "s"]


def test_an_actor_that_the_caller_placed_elsewhere_stays_there(make_world):
    _, states = make_world(sessions=1)
    ax = arc(states["vad"], places={"ann": 3, "bo": 0})
    assert [line.get_color() for line in drawn(ax, "line")] == [LIGHT["s3"], LIGHT["s0"]]


def test_peak_and_trough_are_written_beside_their_dots():
    ax = arc(felt_of([0.0, 0.75, -0.5]))
    marks = {text.get_text(): text.xy for text in ax.texts if text.get_gid() == "peak"}
    assert marks["+0.75"][0] == 1.0
    assert marks["\N{MINUS SIGN}0.50"][0] == 2.0


def test_changes_and_home_bases_are_drawn_where_they_were_handed():
    ax = arc(felt_of([0.0, 0.5, 0.1]), changes=[1.0], homes={"ann": (-0.1, 0.3)})
    assert drawn(ax, "change")[0].get_xdata()[0] == 1.0
    np.testing.assert_allclose(drawn(ax, "home")[0].get_ydata(), [-0.1, 0.3])


def test_all_states_missing_is_an_empty_picture_and_no_error():
    ax = arc(felt_of([np.nan, np.nan]))
    assert len(drawn(ax, "gaps")[0].get_xdata()) == 2
    assert not [text for text in ax.texts if text.get_gid() == "peak"]


def test_a_scale_has_its_own_bounds_and_no_minus():
    ax = arc(felt_of([80.0, 20.0], space=SUDS), axis="distress")
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["0", "100"]


def test_one_state_can_be_drawn():
    arc(felt_of([0.3])).figure.canvas.draw()


def test_a_name_with_dollar_signs_is_a_name():
    arc(felt_of([0.3, 0.1], actor="$\\frac{")).figure.savefig(__import__("io").BytesIO())


def test_an_unknown_axis_says_which_there_are():
    with pytest.raises(BadChoice, match="valence"):
        arc(felt_of([0.3]), axis="joy")


def test_a_long_silence_puts_states_in_order_and_is_marked():
    start = [0, 10, 20, 30, 40, 50_000, 50_010, 50_020]
    felt = felt_of(np.zeros(8), start=start, clock=Clock.SECONDS)
    time = timeline(felt, "s")
    assert time.in_order
    (silence,) = time.silences()
    assert (silence.place, silence.words) == (4.5, "13 h 52 min")  # 49,960 s
    ax = arc(felt)
    np.testing.assert_array_equal(drawn(ax, "line")[0].get_xdata(), np.arange(8.0))
    assert drawn(ax, "silence")[0].get_xdata()[0] == 4.5


def test_even_times_are_drawn_by_time():
    felt = felt_of(np.zeros(8), start=np.arange(8) * 10.0, clock=Clock.SECONDS)
    assert not timeline(felt, "s").in_order
    np.testing.assert_array_equal(drawn(arc(felt), "line")[0].get_xdata(), np.arange(8) * 10.0)
