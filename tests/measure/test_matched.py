"""measure/matched: McNemar by counting, Holm by hand, gains on the same items."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.measure.matched import gain, holm, level, mcnemar


def test_mcnemar_counts_the_items_on_which_the_sides_differ():
    one = [1, 1, 1, 0, 0, 0, 0, 0]
    other = [1, 1, 0, 1, 1, 1, 1, 0]
    found = mcnemar(one, other)
    assert (found.gained, found.lost) == (4, 1)
    assert found.p == pytest.approx(2 * (1 + 5) / 2**5)  # binomial tail of 5 throws


def test_sides_that_never_differ_have_p_of_one():
    assert mcnemar([1, 0], [1, 0]).p == 1.0
    assert mcnemar([1, 0], [0, 1]).p == 1.0  # one each way


def test_holm_steps_down_and_never_falls():
    # sorted .01 .02 .03: times 3, 2, 1 -> .03 .04 .03, made monotone
    np.testing.assert_allclose(holm([0.03, 0.01, 0.02]), [0.04, 0.03, 0.04])
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]
    assert np.isnan(holm([np.nan, 0.01])).tolist() == [True, False]
    assert holm([np.nan, 0.01])[1] == pytest.approx(0.01)


def test_a_gain_is_the_mean_difference_in_points_and_its_interval_holds_it():
    one, other = np.zeros(50), np.tile([0.0, 1.0], 25)
    told = gain("gain", one, other, seed=0, setting="toy", by="b")
    assert told.value == pytest.approx(50)
    assert told.unit == "points"
    assert told.low < 50 < told.high
    assert told.n == 50
    assert gain("gain", other, other, seed=0, setting="", by="").value == 0
    assert level("l", other, seed=0, setting="", by="").value == pytest.approx(50)


def test_sides_of_unlike_length_are_refused():
    with pytest.raises(BadValues):
        mcnemar([1, 0], [1])
