"""Tables of states: which column is when, what times count, what is left out."""

import pytest

from affectory.core.errors import BadColumn, BadFile, MissingFile, NoRecords
from affectory.core.records import Clock
from affectory.sources import Columns
from affectory.sources.diaries import read_diary


@pytest.fixture
def table(tmp_path):
    def write(text, name="d.csv"):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


def test_days_without_hours_count_days_since_1970(table):
    diary = read_diary(table("start,mood\n1970-01-03,2\n1970-01-02,1\n"))
    assert (diary.clock, diary.absolute) == (Clock.DAYS, True)
    assert diary.frame["start"].to_list() == [1, 2]
    assert diary.numbers("mood").to_list() == [1, 2]


def test_date_times_count_seconds_and_keep_their_fractions(table):
    diary = read_diary(table("when,m\n1970-01-01T00:00:02.5Z,2\n1970-01-01T00:00:01Z,1\n"))
    assert diary.clock is Clock.SECONDS
    assert diary.frame["start"].to_list() == [1, 2.5]


def test_a_clock_face_is_put_on_the_date_beside_it(table):
    text = "date,time,mood\n2024-03-02,07:30,3\n2024-03-01,08:30,2\n2024-03-01,07:30,1\n"
    diary = read_diary(table(text))
    assert diary.numbers("mood").to_list() == [1, 2, 3]
    assert diary.frame["start"].diff().to_list()[1:] == [3600, 82800]


@pytest.mark.parametrize(
    ("name", "clock"),
    [("day", Clock.DAYS), ("beep", Clock.STEPS), ("start", Clock.TURNS), ("time", Clock.SECONDS)],
)
def test_the_name_of_a_column_of_numbers_says_what_it_counts(table, name, clock):
    diary = read_diary(table(f"{name},mood\n2,1\n1,5\n"))
    assert (diary.clock, diary.frame["start"].to_list()) == (clock, [1, 2])


def test_a_named_clock_outranks_the_guess_and_turns_count_rows(table):
    path = table("date,mood\n2024-03-09,1\n2024-03-01,5\n")
    diary = read_diary(path, clock=Clock.TURNS)
    assert (diary.clock, diary.frame["start"].to_list()) == (Clock.TURNS, [0, 1])
    assert diary.numbers("mood").to_list() == [5, 1]


def test_without_times_rows_follow_each_other_and_that_is_said(table):
    diary = read_diary(table("id,mood\na,1\na,2\nb,5\n"))
    assert diary.frame["start"].to_list() == [0, 1, 0]
    assert diary.frame["actor"].to_list() == ["a", "a", "b"]
    assert any("no column of times" in note for note in diary.notes)


def test_an_empty_line_of_one_column_is_a_missing_state(table):
    assert read_diary(table("mood\n3\n\n4\n")).numbers("mood").to_list() == [3, None, 4]


def test_rows_that_are_cut_or_have_no_time_are_left_out_and_counted(table):
    diary = read_diary(table("date,mood\n2024-03-01,1\n2024-03-02\n,4\n2024-03-03,2\n"))
    assert diary.numbers("mood").to_list() == [1, 2]
    assert any("line 3" in note for note in diary.notes)
    assert any("1 rows without a time" in note for note in diary.notes)


def test_named_columns_outrank_what_is_guessed(table):
    path = table("date,other,who,mood\n2024-03-01,2,a,1\n2024-03-02,1,b,2\n")
    diary = read_diary(path, Columns(time="other", session="who"))
    assert diary.numbers("mood").to_list() == [2, 1]
    assert diary.frame["session"].to_list() == ["b", "a"]


def test_what_is_no_table_is_refused(table):
    with pytest.raises(MissingFile):
        read_diary("no.csv")
    with pytest.raises(NoRecords):
        read_diary(table("date,mood\n"))
    with pytest.raises(BadColumn, match="--time"):
        read_diary(table("date,mood\n2024-03-01,1\n"), Columns(time="no"))
    with pytest.raises(BadFile, match="soon"):
        read_diary(table("start,mood\nsoon,1\n"))
    with pytest.raises(BadFile, match="line 2"):
        read_diary(table("date,mood\n2024-03-01,x\n")).numbers("mood")
