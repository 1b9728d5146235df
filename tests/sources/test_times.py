"""sources/times: every way of writing one moment gives the same second."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from affectory.sources import read, read_with_rejects
from affectory.sources.times import Habit, seconds

# 2024-03-05 06:07:08 UTC: datetime(2024, 3, 5, 6, 7, 8, tzinfo=UTC).timestamp()
MOMENT = 1_709_618_828.0


def told(*written):
    column = pl.Series(written)
    return seconds(column, Habit.of(column)).to_list()


def test_the_moment_is_what_the_standard_library_says():
    assert datetime(2024, 3, 5, 6, 7, 8, tzinfo=UTC).timestamp() == MOMENT


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-05T06:07:08Z",
        "2024-03-05 06:07:08",
        "2024-03-05T06:07:08.000+00:00",
        "2024-03-05T08:07:08+02:00",
        "2024-03-05T00:37:08-0530",
        "2024/03/05 06:07:08 UTC",
        "1709618828",
        "1709618828000",
        "1709618828000000",
        "1709618828.0",
        "05.03.2024 06:07:08",
        "13/03/2024 06:07:08",
        "5 Mar 2024 06:07:08",
        "Tue, 05 Mar 2024 06:07:08 +0000",
        "Tue, 05 Mar 2024 07:07:08 +0100",
        "Tue Mar 05 06:07:08 +0000 2024",
        "March 5, 2024 06:07:08",
        "Mar 5, 2024 6:07:08 AM",
    ],
)
def test_one_moment_in_many_spellings(written):
    days = 8 * 86_400 if written.startswith("13/") else 0  # the thirteenth is eight days later
    assert told(written) == [pytest.approx(MOMENT + days)]


def test_spellings_may_differ_from_row_to_row():
    column = ["2024-03-05T06:07:08Z", "1709618828", "05.03.2024 06:07:08", "no time", None]
    assert told(*column) == [MOMENT, MOMENT, MOMENT, None, None]


@pytest.mark.parametrize(
    ("written", "second"),
    [
        ("00:20:57,256", 20 * 60 + 57.256),
        ("0:12:43,012", 12 * 60 + 43.012),
        ("1:02:03.5", 3723.5),
        ("12:30", 750.0),
        ("90:00", 5400.0),
        ("12.25", 12.25),
        ("3", 3.0),
    ],
)
def test_a_place_on_the_recordings_own_clock(written, second):
    assert told(written) == [pytest.approx(second)]


def test_a_date_alone_is_its_midnight():
    assert told("2024-03-05", "5 Mar 2024") == [MOMENT - 6 * 3600 - 7 * 60 - 8] * 2


@pytest.mark.parametrize("wrong", ["2024-13-01", "2024-02-30", "31/31/2024", "25:61:99", "soon"])
def test_what_is_no_time_is_null(wrong):
    assert told("2024-03-05T06:07:08Z", wrong)[1] is None


def test_one_row_tells_the_order_of_day_and_month_for_the_column():
    assert told("03/04/2024", "04/13/2024")[0] == told("2024-03-04")[0]
    assert told("03/04/2024", "13/04/2024")[0] == told("2024-04-03")[0]


def test_an_order_that_nothing_tells_is_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("who,text,date\nann,hi,03/04/2024\nbo,ho,05/04/2024\n")
    reading = read_with_rejects(path)
    assert reading.records.frame["start"].to_list() == told("2024-04-03", "2024-04-05")
    assert "day first" in reading.notes[0]


def test_twelve_hours_are_told_apart():
    assert told("3/13/2024 12:05 AM", "3/13/2024 12:05 PM") == told(
        "2024-03-13 00:05", "2024-03-13 12:05"
    )


def test_typed_times_are_taken_as_they_are():
    frame = {
        "who": ["ann", "bo"],
        "text": ["a", "b"],
        "time": [datetime(2024, 3, 5, 6, 7, 8), datetime(2024, 3, 5, 6, 7, 9)],
    }
    assert read(frame).frame["start"].to_list() == [MOMENT, MOMENT + 1]
    frame["time"] = [date(1970, 1, 1), date(1970, 1, 2)]
    assert read(frame).frame["start"].to_list() == [0.0, 86_400.0]
    frame["time"] = [timedelta(seconds=1), timedelta(seconds=2.5)]
    assert read(frame).frame["start"].to_list() == [1.0, 2.5]


def test_rows_are_sorted_by_time_and_equal_times_keep_their_order(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("who,text,time\nann,c,9\nbo,a,1\nann,b,1\n")
    assert read(path).frame["text"].to_list() == ["a", "b", "c"]


def test_a_named_place_outranks_the_time(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("who,text,time,turn_id\nann,c,1,3\nbo,a,9,1\nann,b,5,2\n")
    assert read(path).frame["text"].to_list() == ["a", "b", "c"]


def test_a_row_whose_time_is_missing_or_unreadable_is_rejected(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("who,text,time\nann,a,1\nbo,b,\nann,c,soon\n")
    reading = read_with_rejects(path)
    assert len(reading) == 1
    assert reading.rejected["line"].to_list() == [3, 4]
    assert reading.rejected["reason"][0] == "no time in column 'time'"
    assert reading.rejected["reason"][1].startswith("not a time")


def test_a_time_column_without_any_time_leaves_the_turns(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("who,text,time\nann,a,\nbo,b,\n")
    reading = read_with_rejects(path)
    assert reading.records.clock.value == "turns"
    assert reading.rejected.height == 0


def test_an_end_before_the_start_is_no_end_and_stays_in_meta(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("who,text,start,end\nann,a,5,3\nbo,b,6,8\n")
    records = read(path)
    assert records.frame["stop"].to_list() == [5.0, 8.0]
    assert records.meta("end").to_list() == ["3", "8"]


def test_the_basic_form_is_a_date_and_no_number():
    assert told("20240305T060708Z", "20240305060708", "20240305 060708") == [MOMENT] * 3
    assert told("20240305") == told("2024-03-05")
    days = pl.Series([20240305, 20240306])
    assert seconds(days, Habit.of(days)).to_list() == told("2024-03-05", "2024-03-06")


def test_milliseconds_are_told_by_the_name_of_the_column(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("who,text,start_ms,end_ms\nann,hi,1500,2250\n")
    assert read(path).frame.select("start", "stop").rows() == [(1.5, 2.25)]
