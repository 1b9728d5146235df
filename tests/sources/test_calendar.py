"""sources/calendar: dates and names."""

import pytest

from affectory.core.errors import BadFile, MissingFile
from affectory.sources.calendar import read_events


def test_events_stand_in_order_of_time(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text('date,name\n2020-03-20,"lockdown, first"\n1970-01-02,second day\n\n')
    assert read_events(path) == ((1.0, "second day"), (18341.0, "lockdown, first"))


def test_a_header_is_not_needed_and_marks_may_differ(tmp_path):
    path = tmp_path / "events.tsv"
    path.write_text("1970-01-03\tthird day\n1970-01-01\n")
    assert read_events(path) == ((0.0, ""), (2.0, "third day"))


def test_a_line_without_a_date_is_refused(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("2020-03-20,a\nsoon,b\n")
    with pytest.raises(BadFile, match="line 2"):
        read_events(path)
    path.write_text("date,name\n")
    with pytest.raises(BadFile, match="no event"):
        read_events(path)
    with pytest.raises(MissingFile):
        read_events(tmp_path / "none.csv")
