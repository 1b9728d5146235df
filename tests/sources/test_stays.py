"""sources/stays: fixes become stays, and the published files keep their counts."""

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice
from affectory.core.records import Clock
from affectory.senses.life import weekdays
from affectory.sources.stays import read_foursquare, read_geolife, split_stays, stay_points

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))


def fixes(minutes, metres_east, user="u"):
    """Return fixes on the equator, where a degree is 111,195 m."""
    east = np.asarray(metres_east) / 111_195
    day = np.asarray(minutes) / 1440
    return pl.DataFrame({"user": user, "day": day, "lat": 0.0, "lon": east})


def test_half_an_hour_at_one_place_is_a_stay_and_a_walk_is_none():
    minutes = [*range(0, 31, 2), *range(32, 60, 2)]
    east = [*[0] * 16, *range(300, 300 + 14 * 300, 300)]
    found = stay_points(fixes(minutes, east))
    assert len(found) == 1
    assert (found.frame["stop"] - found.frame["start"]).item() * 1440 == pytest.approx(30)
    assert found.clock is Clock.DAYS


def test_who_comes_back_stays_at_the_same_place():
    minutes = [*range(0, 31, 2), *range(32, 60, 2), *range(60, 100, 2)]
    east = [*[0] * 16, *[2000] * 14, *[50] * 20]
    found = stay_points(fixes(minutes, east))
    assert found.frame["text"].to_list() == ["p0", "p1", "p0"]


def test_a_day_without_a_fix_ends_a_stay():
    found = stay_points(fixes([0, 25, 25 + 1500, 50 + 1500], [0, 0, 0, 0]))
    assert len(found) == 2


def test_a_stay_may_cross_midnight_and_doubled_fixes_are_one():
    found = stay_points(fixes([1430, 1430, 1445, 1460], [0, 0, 0, 0]))
    assert len(found) == 1
    assert found.frame["start"].item() < 1 < found.frame["stop"].item()


def test_of_fixes_at_one_time_the_first_counts():
    one = fixes([0, 10, 20, 30], [0, 0, 0, 0])
    doubled = pl.concat([one, fixes([10, 20, 30], [5000, 5000, 5000])])
    assert stay_points(doubled).frame.equals(stay_points(one).frame)


def test_no_fix_gives_no_stay_and_a_reach_is_above_zero():
    assert len(stay_points(fixes([], []))) == 0
    with pytest.raises(BadChoice, match="metres"):
        stay_points(fixes([0], [0]), metres=0)


@pytest.mark.skipif(not (DATA / "foursquare_nyc").is_dir(), reason="no foursquare_nyc")
def test_the_published_check_ins_keep_counts_and_weekdays():
    stays = read_foursquare(DATA / "foursquare_nyc")
    parts = split_stays(stays, stays.meta("split").to_list())
    assert [len(parts[s]) for s in ("train", "valid", "test")] == [59_701, 17_073, 18_598]
    assert len(stays.sessions) == 535
    raw = pl.read_csv(DATA / "foursquare_nyc" / "foursquare_test.csv.gz")
    told = weekdays(parts["test"].frame["start"].to_numpy())
    assert (told == raw.sort("user_id", maintain_order=True)["weekday"].to_numpy()).all()


@pytest.mark.skipif(not (DATA / "geolife_sample").is_dir(), reason="no geolife_sample")
def test_stays_are_found_in_real_fixes():
    stays = read_geolife(DATA / "geolife_sample")
    assert len(stays.sessions) == 11
    assert (stays.frame["stop"] - stays.frame["start"]).min() * 1440 >= 20
