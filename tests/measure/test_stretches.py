"""measure/stretches: moments resemble their neighbours, and intervals know it."""

import numpy as np
import pytest
from scipy.signal import lfilter

from affectory.measure.agreement import CCC
from affectory.measure.raters import rater_figures
from affectory.measure.stretches import MANY, circular, memory


def trace(n, kept, rng):
    """Return an AR(1) of unit variance, begun where it always is."""
    noise = rng.normal(0, np.sqrt(1 - kept**2), n)
    noise[0] = rng.normal()
    return lfilter([1], [1, -kept], noise)


def pair(n, kept, seed):
    """Return two hands over one course, of CCC 0.5 in the long run."""
    rng = np.random.default_rng(seed)
    shared, one, two = (trace(n, kept, rng) for _ in range(3))
    return shared + one, shared + two


def test_every_stretch_is_a_tenth_and_every_row_is_in_as_many():
    rows = np.column_stack([np.ones(100), np.arange(100.0)])
    sums = circular(rows)
    assert sums.shape == (100, 2)
    assert set(sums[:, 0]) == {10.0}
    assert sums[0, 1] == sum(range(10))
    assert sums[95, 1] == sum(range(95, 100)) + sum(range(5))  # the end goes on at the beginning
    assert sums[:, 1].sum() == 10 * rows[:, 1].sum()


def test_long_sessions_are_drawn_in_cells():
    sums = circular(np.ones((12_345, 1)))
    assert len(sums) == 400
    assert sums.sum() == pytest.approx(12_345 * 40)
    assert np.ptp(sums) <= 40


def test_noise_is_forgotten_at_once_and_a_slow_course_is_not():
    rng = np.random.default_rng(0)
    assert memory(rng.normal(size=4000)) <= 1 / 100
    slow = memory(trace(4000, np.exp(-1 / 200), rng))
    assert 0.03 < memory(trace(4000, np.exp(-1 / 50), rng)) < slow
    assert memory(np.column_stack([rng.normal(size=4000), np.ones(4000)])) <= 1 / 100
    assert memory(np.ones(50)) == 0
    assert memory(np.arange(9.0)) == memory(np.zeros((0, 2))) == np.inf
    gaps = np.where(rng.random(4000) < 0.5, np.nan, rng.normal(size=4000))
    assert memory(gaps) <= 1 / 50


@pytest.mark.parametrize(("n", "kept"), [(3000, np.exp(-1 / 50)), (3000, 0.0), (300, 0.3)])
def test_intervals_hold_what_they_say(n, kept):
    ends = []
    for seed in range(120):
        x, y = pair(n, kept, seed)
        figure = CCC.figure(x, y, in_time=True, resamples=300)
        ends.append((figure.low, figure.high))
    low, high = np.array(ends).T
    given = ~np.isnan(low)
    assert given.mean() > 0.8
    assert ((low <= 0.5) & (high >= 0.5))[given].mean() > 0.88  # 0.95, less two standard errors


def test_a_session_too_short_for_its_memory_has_no_interval_and_says_so():
    x, y = pair(600, np.exp(-1 / 300), 0)
    figure = CCC.figure(x, y, in_time=True)
    assert np.isfinite(figure.value)
    assert np.isnan(figure.low)
    assert "too short for how slowly" in figure.setting
    assert CCC.figure(x, y, cluster=np.arange(600) // 20).low < figure.value  # and was told one


def test_stretches_count_as_ten_whoever_rated_them():
    x, y = pair(2000, 0.5, 1)
    table = np.column_stack([x, y, y + 0.1])
    table[:700, 2] = np.nan
    found = {figure.name: figure for figure in rater_figures(table, in_time=True)}
    for name in ("icc_two", "alpha"):
        assert found[name].n == MANY
        assert found[name].low < found[name].value < found[name].high
    whole = rater_figures(table[700:], in_time=True)
    assert found["icc_two"] == whole[1]  # of complete rows alone
