"""show/canvas: lines keep their gaps, smooth curves invent nothing."""

import time

import numpy as np
import pytest

from affectory.core.errors import BadChoice, NoRecords
from affectory.show.canvas import lines, only, smooth, thin


def test_a_constant_stays_constant_when_smoothed():
    found = smooth(np.arange(50.0), np.full(50, 0.3), 4.0)
    np.testing.assert_allclose(found, 0.3, atol=1e-12)


def test_a_missing_state_stays_missing_and_lends_no_weight():
    t = np.arange(5.0)
    value = np.array([1.0, 1.0, np.nan, 1.0, 1.0])
    found = smooth(t, value, 2.0)
    assert np.isnan(found[2])
    np.testing.assert_allclose(found[[0, 1, 3, 4]], 1.0, atol=1e-12)


def test_smoothing_is_the_weighted_mean_that_it_says():
    t, value = np.array([0.0, 1.0]), np.array([0.0, 1.0])
    weight = np.exp(-0.5)  # one width away
    np.testing.assert_allclose(smooth(t, value, 1.0), [weight / (1 + weight), 1 / (1 + weight)])


def test_slabs_do_not_show():
    rng = np.random.default_rng(0)
    t, value = np.sort(rng.uniform(0, 100, 1_300)), rng.standard_normal(1_300)
    kernel = np.exp(-0.5 * (t[:, None] - t[None, :]) ** 2)
    kernel[np.abs(t[:, None] - t[None, :]) > 4] = 0
    whole = kernel @ value / kernel.sum(axis=1)
    # a slab reaches a little further than four widths, where weights are below 4e-4
    np.testing.assert_allclose(smooth(t, value, 1.0), whole, atol=2e-3)


def test_thinning_keeps_peaks_ends_and_gaps():
    value = np.zeros(20_000)
    value[7_777], value[12_345] = 1.0, np.nan
    kept = thin(np.arange(20_000.0), value, most=400)
    assert len(kept) <= 400
    assert {0, 7_777, 12_345, 19_999} <= set(kept.tolist())


def test_few_points_are_all_kept():
    assert len(thin(np.arange(10.0), np.zeros(10))) == 10


def test_lines_count_time_from_the_beginning_of_the_session(make_world):
    _, states = make_world(sessions=2, turns=6, lost=0.0)
    ann, bo = lines(states["vad"], "talk-2", "valence")
    assert (ann.actor, bo.actor) == ("ann", "bo")
    np.testing.assert_array_equal(ann.t, [0.0, 22.0, 44.0])  # every second turn, 11 s each
    np.testing.assert_array_equal(bo.t, [11.0, 33.0, 55.0])
    np.testing.assert_array_equal(bo.seq, [1, 3, 5])


def test_one_of_many_sessions_must_be_named(make_world):
    _, states = make_world(sessions=2)
    with pytest.raises(BadChoice, match="session is None; choose one of: talk-1, talk-2"):
        only(states["vad"], None)
    with pytest.raises(NoRecords, match="name a session that has states"):
        only(states["vad"], "elsewhere")


def test_a_long_line_is_eased_on_cells_and_in_linear_time():
    t = np.arange(100_000.0)
    value = np.sin(t / 5000) + np.random.default_rng(0).normal(size=len(t)) * 0.1
    value[50_000] = np.nan
    begin = time.process_time()
    eased = smooth(t, value, 500.0)
    assert time.process_time() - begin < 3
    assert np.isnan(eased[50_000])
    apart = np.abs(eased - np.sin(t / 5000))[2000:-2000]  # at the ends a kernel has one side
    assert np.nanmax(apart) < 0.03
