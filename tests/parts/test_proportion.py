"""parts.proportion: shares with Wilson's interval."""

import math

import pytest

from affectory.core.errors import BadValues
from affectory.parts.proportion import share, wilson

Z = 1.959964  # of 95 %


def test_all_or_none_have_the_closed_form():
    for n in (1, 10, 1000):
        edge = Z * Z / (n + Z * Z)
        assert wilson(0, n) == pytest.approx((0, 0, edge))
        assert wilson(n, n) == pytest.approx((1, 1 - edge, 1))


def test_the_ends_are_where_a_test_of_the_score_would_just_refuse():
    share, low, high = wilson(37, 120)
    for end in (low, high):
        assert abs(share - end) / math.sqrt(end * (1 - end) / 120) == pytest.approx(Z)


def test_a_higher_level_is_wider():
    # z of 99 % is 2.5758: z^2 / (n + z^2) = 6.6349 / 16.6349
    assert wilson(0, 10, 0.99) == pytest.approx((0, 0, 0.3989), abs=1e-4)


def test_hits_and_misses_are_each_others_mirror():
    share, low, high = wilson(3, 11)
    assert wilson(8, 11) == pytest.approx((1 - share, 1 - high, 1 - low))


@pytest.mark.parametrize(("hits", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_what_is_no_share_is_refused(hits, n):
    with pytest.raises(BadValues, match="hits of"):
        wilson(hits, n)


def test_a_share_is_a_figure_with_that_interval():
    figure = share("x", 9, 10, setting="toy", by="me")
    assert (figure.value, figure.low, figure.high) == wilson(9, 10)
    assert (figure.n, figure.by) == (10, "me")
    none = share("x", 0, 0, setting="toy", by="me")
    assert math.isnan(none.value)
    assert none.reason == "none"
