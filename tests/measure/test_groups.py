"""measure/groups: quarters of planted numbers, labels that differ, a difference in closed form."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.measure.groups import gap, quarters


def test_numbers_fall_into_four_groups_of_the_same_size():
    told = quarters(np.arange(20, 60))
    assert told.labels == ("20 to 29", "30 to 39", "40 to 49", "50 to 59")
    np.testing.assert_array_equal(told.of, np.repeat(range(4), 10))


def test_who_has_no_number_is_in_no_group():
    told = quarters([3.0, np.nan, 1.0, 2.0, 4.0])
    assert told.of.tolist() == [2, -1, 0, 1, 3]


def test_equal_numbers_stay_together_and_no_group_is_empty():
    told = quarters([1.0] * 30 + [2.0, 3.0])
    assert told.labels == ("1 to 1", "2 to 3")
    assert np.bincount(told.of).tolist() == [30, 2]


@pytest.mark.parametrize(
    "numbers",
    [
        1_764_481_000 + 7.0 * np.arange(60),  # seconds of this decade: six digits are the same
        100_000.1 + 0.01 * np.arange(60),
        1e300 * (1 + 1e-12 * np.arange(8)),
        np.nextafter(1.0, 2.0) - np.array([0.0, 2.3e-16, 0.0, 2.3e-16]),
    ],
)
def test_no_two_quarters_are_called_the_same(numbers):
    told = quarters(numbers)
    assert len(set(told.labels)) == len(told.labels) == told.of.max() + 1
    for one, label in enumerate(told.labels):
        own = numbers[told.of == one]
        low, high = map(float, label.split(" to "))
        np.testing.assert_allclose([low, high], [own.min(), own.max()], rtol=1e-5)


def test_seconds_are_written_in_full():
    assert quarters(1_764_481_000 + 7.0 * np.arange(60)).labels[0] == "1764481000 to 1764481098"


@pytest.mark.parametrize("numbers", [[], [np.nan], [1.0, np.inf]])
def test_without_finite_numbers_there_are_no_quarters(numbers):
    with pytest.raises(BadValues, match="all finite"):
        quarters(numbers)


def test_a_gap_is_the_difference_of_two_means():
    told = gap([1.0, 2.0, 3.0, 4.0, 5.0], [0.0, 0.5, 1.0, 1.5, 2.0])
    assert (told.value, told.n) == (2.0, 10)  # 3 less 1, of ten sessions
    assert told.low < 2.0 < told.high


def test_a_gap_of_constants_is_known_exactly():
    told = gap([2.0] * 6, [0.5] * 6)
    np.testing.assert_allclose([told.value, told.low, told.high], 1.5)


def test_a_group_of_nobody_has_no_gap():
    told = gap([], [1.0, 2.0])
    assert np.isnan(told.value)
    assert told.reason == "a group is empty"
