"""measure/warping: alignments done in the head, then a plain double loop, then edges."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.warping import dtw, dtw_many


def plainly(x, y, band=None):
    """Return the distance as the textbook's double loop has it."""
    n, m = len(x), len(y)
    width = n + m if band is None else band
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0
    for i in range(n):
        for j in range(m):
            if -max(0, n - m) - width <= j - i <= max(0, m - n) + width:
                cost = np.sum((np.asarray(x[i]) - np.asarray(y[j])) ** 2)
                total[i + 1, j + 1] = cost + min(total[i, j + 1], total[i + 1, j], total[i, j])
    return np.sqrt(total[n, m])


def test_the_same_stations_at_another_speed_are_no_distance_apart():
    assert dtw([0, 1, 2], [0, 0, 0, 1, 2, 2]) == 0


def test_a_worked_alignment():
    # 1 2 3 against 2 2 3 4: 1 + 0 + 0 + 0 + 1, its root
    assert dtw([1, 2, 3], [2, 2, 3, 4]) == pytest.approx(np.sqrt(2))


def test_without_leave_to_shift_it_is_the_euclidean_distance():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 20))
    assert dtw(x, y, band=0) == pytest.approx(np.linalg.norm(x - y))


@pytest.mark.parametrize("band", [None, 0, 1, 4])
def test_pairs_of_all_lengths_equal_the_double_loop(band):
    rng = np.random.default_rng(1)
    xs = [rng.normal(size=(int(n), 2)) for n in rng.integers(1, 15, 40)]
    ys = [rng.normal(size=(int(n), 2)) for n in rng.integers(1, 15, 40)]
    wanted = [plainly(x, y, band) for x, y in zip(xs, ys, strict=True)]
    np.testing.assert_allclose(dtw_many(xs, ys, band), wanted)


def test_order_does_not_matter_and_a_narrower_band_is_never_nearer():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=30), rng.normal(size=22)
    assert dtw(x, y) == pytest.approx(dtw(y, x))
    distances = [dtw(x, y, band) for band in (0, 2, 5, 50)]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] == dtw(x, y)


def test_missing_states_are_left_out():
    assert dtw([0, np.nan, 1, 2], [0, 1, 2, np.nan]) == 0
    assert np.isnan(dtw([np.nan], [1.0]))
    assert np.isnan(dtw([], [1.0]))


def test_no_pairs_have_no_distances():
    assert dtw_many([], []).shape == (0,)


def test_a_negative_band_and_unlike_courses_are_refused():
    with pytest.raises(BadChoice, match="band is -1"):
        dtw([1.0], [1.0], band=-1)
    with pytest.raises(BadValues, match="axes"):
        dtw([[1.0, 2.0]], [1.0])
    with pytest.raises(BadValues, match="equally many"):
        dtw_many([[1.0]], [])
