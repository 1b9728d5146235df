"""measure/alerts: days above their own past, and warnings in time."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice
from affectory.core.groups import Names
from affectory.forecast.population import toy
from affectory.measure.alerts import anomalies, hits, lead, marked, periods, thresholds
from affectory.measure.changes import changes


def test_a_threshold_is_the_mean_and_deviation_of_the_days_before():
    limit = thresholds([1.0, 3.0, 1.0, 3.0, 9.0], window=4, sd=2.0, fewest=2)
    np.testing.assert_allclose(limit[4], 2.0 + 2 * 1.0)
    assert np.isnan(limit[:2]).all()
    assert len(limit) == 6  # one more: the day after the last


def test_what_comes_later_changes_no_alert():
    rng = np.random.default_rng(0)
    one = rng.random((200, 3))
    other = one.copy()
    other[120:] = 50.0
    np.testing.assert_array_equal(thresholds(one)[:121], thresholds(other)[:121])
    np.testing.assert_array_equal(anomalies(one)[:120], anomalies(other)[:120])


def test_a_day_that_is_missing_is_left_out_of_the_past():
    np.testing.assert_allclose(
        thresholds([1.0, np.nan, 3.0, 0.0], window=3, sd=0.0, fewest=2)[3], 2.0
    )


def test_an_anomaly_is_measured_by_its_own_weekday():
    week = np.tile(np.arange(7.0), 10) + np.tile([0.0, 0.1, 0.0, 0.1, 0.2], 14)
    week[65] += 3.0  # day 65 is no greater than other weekdays are
    far = anomalies(week)
    assert int(np.nanargmax(far)) == 65
    assert np.nanmax(np.delete(far, 65)) < 3.5


def test_a_shock_is_a_period_with_its_peak():
    rng = np.random.default_rng(1)
    base = toy()
    n = 120
    day = np.arange(float(n))
    level = 0.3 + 0.02 * rng.standard_normal(n)
    level[90:100] += 0.3
    values = np.column_stack([level, np.full(n, 0.5)]).astype(np.float32)
    who = [Names(np.zeros(n, np.int32), (name,)) for name in ("town", "population")]
    felt = replace(base, session=who[0], actor=who[1], start=day, stop=day + 1, values=values)
    table = marked(felt, sd=3.0)
    found = periods(table)
    assert found["first"].to_list() == [90.0]
    assert found["axis"].to_list() == ["fear"]
    assert 90 <= found["peak_at"][0] < 100
    own = table.filter(pl.col("axis") == "fear", pl.col("start") == 91.0)
    assert own["anomaly"].to_list() == [True]


def test_a_lockdown_is_a_change_of_level_within_two_days():
    rng = np.random.default_rng(2)
    base = toy()
    level = 0.3 + 0.02 * rng.standard_normal(100) + 0.1 * (np.arange(100) >= 60)
    values = np.column_stack([level, np.full(100, 0.5)]).astype(np.float32)
    day = np.arange(100.0)
    who = [Names(np.zeros(100, np.int32), (name,)) for name in ("town", "population")]
    felt = replace(base, session=who[0], actor=who[1], start=day, stop=day + 1, values=values)
    assert abs(changes(felt, "fear")["at"].item() - 60) <= 2


def test_hits_are_counted():
    found = hits([1, 1, 0, 0], [1, 0, 1, 0])
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)
    assert np.isnan(hits([0, 0], [0, 0]).f1)


def test_the_lead_is_that_of_the_earliest_warning_within_reach():
    days = lead(
        [50.0, 80.0], made=[20.0, 45.0, 48.0, 50.0], about=[50.0, 50.0, 50.0, 50.0], reach=14
    )
    assert days.tolist() == [5.0, 0.0]


def test_a_window_of_one_day_is_refused():
    with pytest.raises(BadChoice, match="window"):
        thresholds([1.0], window=1)
