"""measure/settling: takes become a gold, the lags of their hands taken away."""

import numpy as np
import pytest
from tests.measure.test_panel import hand, rows, strayed

from affectory.measure.settling import follows, settled, shift

AXES = ("valence",)


def test_hands_are_moved_by_their_differences_and_by_what_was_noted_of_all():
    takes = [hand(60, late=0.4), hand(60, late=1.4)]
    told = settled(takes, AXES, noted=[0.9, 0.9], align=True)
    assert told.lags == pytest.approx([0.4, 1.4], abs=0.06)
    away = told.gold.values[:, 0] - np.sin(told.panel.x / 3)
    assert np.nanmax(np.abs(away)) < 0.05
    as_noted = settled(takes, AXES, noted=[0.9, 0.9])
    assert as_noted.lags == (0.9, 0.9)


def test_a_long_session_keeps_its_lags():
    takes = [hand(2 * 3600, late=0.4), hand(2 * 3600, late=0.9)]
    told = settled(takes, AXES, noted=[0.6, 0.7], align=True)
    assert told.lags == pytest.approx([0.4, 0.9], abs=0.06)
    assert np.nanmax(np.abs(told.gold.values[:, 0] - np.sin(told.panel.x / 3))) < 0.05
    assert follows(takes, AXES, (0.0, 0.0)) == pytest.approx((0.0, 0.5), abs=0.06)
    assert follows(takes, AXES, told.lags) == (0, 0)


def test_what_is_left_of_lags_is_what_aligning_would_take_away():
    rng = np.random.default_rng(0)
    course = np.convolve(rng.normal(size=2000), np.hanning(60), "valid")
    at = np.arange(0, 150, 0.1)

    def late(by):
        return rows(at, at, valence=np.interp(at - by, np.arange(len(course)) / 10, course))

    two, three = [late(0), late(1.0)], [late(0.2), late(1.2), late(0.7)]
    assert follows(two, AXES, (0.0, 0.0)) == pytest.approx((0.0, 1.0), abs=0.06)
    assert settled(two, AXES, align=True).lags == pytest.approx((0.0, 1.0), abs=0.06)
    assert follows(two, AXES, (0.0, 0.6)) == pytest.approx((0.0, 0.4), abs=0.06)
    assert follows(three, AXES, (0.0, 0.0, 0.0)) == pytest.approx((0.0, 1.0, 0.5), abs=0.06)
    assert follows([late(0)[:1]] * 2, AXES, (0.0, 0.0)) == (0, 0)


def test_a_sample_far_from_all_others_leaves_the_lags_as_they_are():
    takes = [strayed(60, 9e6), hand(60, late=0.5)]
    assert follows(takes, AXES, (0.0, 0.0)) == pytest.approx((0.0, 0.5), abs=0.06)
    made = settled(takes, AXES, align=True)
    assert made.lags == pytest.approx((0.0, 0.5), abs=0.06)
    assert made.gold.weights == pytest.approx((0.5, 0.5), abs=0.01)


def test_one_who_stops_early_leaves_the_gold_as_long_as_it_was():
    both = settled([hand(60), hand(60)], AXES).gold
    three = settled([hand(60), hand(60), hand(10)], AXES).gold
    assert len(three.values) == len(both.values)
    np.testing.assert_allclose(three.values, both.values)
    assert (three.spread[-100:] == 0).all()


def test_turns_have_no_lag():
    one = rows([0, 4, 8], joy=[1.0, 0, 1])
    told = settled([one, one], ("joy",), turns=True, noted=[0.4, 0.4], align=True)
    assert told.lags == (0, 0)
    assert told.gold.values[:, 0].tolist() == [1, 0, 1]


def test_a_shift_tells_the_correlation_before_and_after():
    truth = np.sin(np.arange(600) / 20)[:, None]
    late = np.roll(truth, 15, axis=0)
    told = shift(late, truth, 0.1)
    assert told.lag == pytest.approx(1.5)
    assert told.before < 0.8 < 0.99 < told.after
    assert shift(np.ones((50, 1)), truth[:50], 0.1) is None


def test_no_lag_is_told_of_what_hardly_agrees_or_of_a_glimpse():
    rng = np.random.default_rng(3)
    truth, noise = (rng.normal(size=(400, 1)) for _ in range(2))
    weak = 0.2 * np.roll(truth, 8, axis=0) + noise  # correlates .2
    assert shift(weak, truth, 0.1) is None
    strong = np.roll(truth, 8, axis=0) + 0.2 * noise
    assert shift(strong, truth, 0.1).lag == pytest.approx(0.8)
    assert shift(strong[:30], truth[:30], 0.1) is None  # 0.8 s of 3 s
