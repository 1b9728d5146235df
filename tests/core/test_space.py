"""core/space: what a number means, and which numbers are legal."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.core.space import Axis, Kind, Space

SHARES = Space("abc", Kind.DISTRIBUTION, tuple(Axis(name, 0, 1) for name in "abc"))
PLANE = Space("va", Kind.DIMENSIONS, (Axis("valence", -1, 1), Axis("arousal", -1, 1, 0.2)))


def test_a_row_inside_its_bounds_is_legal():
    assert PLANE.admits([[1.0, -1.0], [0.0, 0.0]])


def test_a_missing_state_is_legal_and_infinity_is_not():
    assert PLANE.admits([[np.nan, np.nan]])
    assert not PLANE.admits([[np.inf, 0.0]])


def test_an_offence_names_the_axis_and_the_row():
    assert PLANE.offence([[0, 0], [0, 2]]) == "arousal = 2 in row 1"


def test_a_distribution_sums_to_one():
    assert SHARES.admits([[0.2, 0.3, 0.5]])
    assert SHARES.offence([[0.2, 0.3, 0.4]]) == "a sum of 0.9 in row 0"


def test_the_nearest_legal_state_is_within_bounds_and_sums_to_one():
    np.testing.assert_allclose(
        PLANE.nearest([[2.0, -3.0], [0.5, np.nan]]), [[1, -1], [0.5, np.nan]]
    )
    told = SHARES.nearest([[[0.6, 0.6, -1.0]], [[-1.0, -2.0, -3.0]]])
    np.testing.assert_allclose(told, [[[0.5, 0.5, 0.0]], [[1 / 3] * 3]])
    assert np.isnan(SHARES.nearest([np.nan] * 3)).all()


def test_a_wrong_width_is_an_offence():
    assert PLANE.offence([[0.0, 0.0, 0.0]]) == "shape (1, 3)"


def test_a_space_survives_its_own_json():
    assert Space.from_json(PLANE.to_json()) == PLANE


def test_an_unknown_axis_lists_the_known_ones():
    with pytest.raises(BadChoice, match="valence, arousal"):
        PLANE.index("anger")


@pytest.mark.parametrize("bounds", [(1.0, 1.0, 1.0), (0.0, 1.0, 2.0), (2.0, 1.0, 1.5)])
def test_an_axis_that_contradicts_itself_is_refused(bounds):
    with pytest.raises(BadValues):
        Axis("x", *bounds)


def test_doubled_axes_are_refused():
    with pytest.raises(BadValues, match="distinct"):
        Space("x", Kind.FLAGS, (Axis("a", 0, 1), Axis("a", 0, 1)))
