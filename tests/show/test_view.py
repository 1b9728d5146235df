"""show/view: as close as every value allows, never closer."""

import numpy as np
import pytest

from affectory.core.space import Axis
from affectory.show.view import bound, closer

VALENCE = Axis("valence", -1.0, 1.0)
DISTRESS = Axis("distress", 0.0, 100.0)


@pytest.mark.parametrize(
    ("most", "high"), [(0.1, 0.25), (0.25, 0.25), (0.3, 0.5), (0.74, 0.75), (0.76, 1.0), (1.0, 1.0)]
)
def test_the_view_is_the_least_step_that_holds_every_value(most, high):
    found = closer(VALENCE, [[0.0, -most], [np.nan]])
    assert (found.low, found.rest, found.high) == (-high, 0.0, high)


def test_a_scale_that_rests_at_its_foot_keeps_its_foot():
    found = closer(DISTRESS, [[10.0, 40.0]])
    assert (found.low, found.high) == (0.0, 50.0)


def test_without_a_value_the_whole_axis_stays():
    assert closer(VALENCE, [[np.nan]]) == VALENCE


def test_ticks_have_as_many_digits_as_they_need():
    assert [bound(y, VALENCE) for y in (0.0, 0.25, 1.0)] == ["0", "+0.25", "+1"]
    assert bound(75.0, DISTRESS) == "75"
