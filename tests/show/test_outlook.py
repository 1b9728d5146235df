"""show/outlook: a picture a group, the past, then the fan."""

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice, NoRecords
from affectory.core.records import Clock
from affectory.core.trajectory import Trajectory
from affectory.represent.vocabularies import VALENCE
from affectory.show.outlook import outlook


def past(groups=4, n=5):
    frame = pl.DataFrame(
        {
            "session": np.repeat([f"${at}$" for at in range(groups)], n),
            "actor": "ann",
            "start": np.tile(np.arange(float(n)), groups),
            "valence": np.linspace(-0.5, 0.5, groups * n),
        }
    )
    return Trajectory.from_frame(frame, VALENCE, Clock.TURNS)


def ahead(felt, spread=0.2):
    g = len(felt.groups)
    return felt.ahead(np.zeros((g, 3, 1)), "me", np.full((g, 3, 1), spread))


def marks(figure, gid):
    return [
        each
        for ax in figure.axes
        for each in (*ax.lines, *ax.collections)
        if each.get_gid() == gid and ax.get_visible()
    ]


def test_every_group_has_its_past_a_middle_and_two_bands():
    felt = past()
    figure = outlook(felt, ahead(felt))
    assert len(marks(figure, "past")) == len(marks(figure, "ahead")) == 4
    assert len(marks(figure, "fan")) == 8
    assert marks(figure, "ahead")[0].get_xdata().tolist() == [0, 1, 2, 3]
    wide, narrow = (
        fan.get_datalim(figure.axes[0].transData).height for fan in marks(figure, "fan")[:2]
    )
    assert wide > narrow


def test_only_so_many_are_drawn_and_draws_are_a_fan_too():
    felt = past(5)
    drawn = felt.ahead(np.random.default_rng(0).uniform(-1, 1, (5, 30, 2, 1)), "me")
    assert len(marks(outlook(felt, drawn, most=2), "ahead")) == 2


def test_nothing_and_unknown_axes_are_refused():
    felt = past()
    with pytest.raises(BadChoice):
        outlook(felt, ahead(felt), "no")
    with pytest.raises(NoRecords):
        outlook(felt.rows(slice(0, 0)), ahead(felt).rows(slice(0, 0)))


def words(figure):
    return " ".join(text.get_text() for text in figure.texts)


def test_the_picture_says_its_axis_its_bands_who_and_what_is_left_out():
    felt = past(5)
    said = words(outlook(felt, ahead(felt), level=0.9, most=2, model="kalman"))
    for part in ("valence", "kalman", "90%", "45%", "2 of 5 series", "one step is 1 turn"):
        assert part in said
    assert "of 4 series" not in words(outlook(past(), ahead(past())))


def test_now_is_the_last_row():
    felt = past()
    assert {line.get_xdata()[0] for line in marks(outlook(felt, ahead(felt)), "now")} == {0}
