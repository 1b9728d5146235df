"""core/records: whole sessions in one table."""

import pickle

import polars as pl
import pytest

from affectory.core.errors import BadChoice, BadColumn, BadValues, ClockMismatch
from affectory.core.records import COLUMNS, Channel, Clock, Records

TALK = pl.DataFrame(
    {"session": ["b", "a", "b"], "actor": ["ann", "bo", "cy"], "text": ["1", "2", "3"]}
)


def test_sessions_keep_their_order_of_appearance_and_are_whole():
    records = Records(TALK)
    assert records.sessions == ("b", "a")
    assert records.frame["text"].to_list() == ["1", "3", "2"]
    assert records.offsets.tolist() == [0, 2, 3]


def test_what_is_missing_is_filled_by_rule():
    frame = Records(TALK).frame
    assert frame.columns == list(COLUMNS)
    assert frame["seq"].to_list() == [0, 1, 0]
    assert frame["start"].to_list() == [0.0, 1.0, 0.0]
    assert frame["stop"].to_list() == [1.0, 2.0, 1.0]


def test_an_instant_in_seconds_lasts_no_time():
    timed = TALK.with_columns(start=pl.Series([5.0, 6.0, 7.0]))
    frame = Records(timed, Clock.SECONDS).frame
    assert frame["stop"].to_list() == frame["start"].to_list()


def test_rows_come_back_in_the_order_of_seq():
    shuffled = TALK.with_columns(seq=pl.Series([9, 0, 1]))
    assert Records(shuffled)["b"].frame["text"].to_list() == ["3", "1"]


def test_batches_hold_whole_sessions_and_lose_nothing():
    frame = pl.DataFrame({"session": ["a"] * 3 + ["b"] * 2 + ["c"] * 4, "actor": "x"})
    records = Records(frame)
    sizes = [len(batch) for batch in records.batches(5)]
    assert sizes == [5, 4]
    assert [len(batch) for batch in records.batches(1)] == [3, 2, 4]


def test_a_session_is_a_view_that_can_be_a_batch_of_one():
    session = Records(TALK)["b"]
    assert session.actors == ("ann", "cy")
    assert len(session.records) == len(session) == 2


def test_equal_content_has_an_equal_digest_and_other_content_another():
    assert Records(TALK).digest() == Records(TALK.clone()).digest()
    assert Records(TALK).digest() != Records(TALK.with_columns(text=pl.lit("x"))).digest()
    assert Records(TALK).digest() != Records(TALK, Clock.STEPS).digest()


def test_a_digest_does_not_see_how_the_table_is_held():
    whole = Records(TALK)
    slices = pl.concat([whole.frame[:1], whole.frame[1:]], rechunk=False)
    assert Records(slices).digest() == whole.digest()
    assert whole["a"].records.digest() == Records(whole["a"].frame.clone().rechunk()).digest()
    moved = TALK.with_columns(text=pl.Series(["12", "", "3"]))
    assert (
        Records(moved).digest()
        != Records(TALK.with_columns(text=pl.Series(["1", "2", "3"]))).digest()
    )


def test_meta_is_read_by_key():
    frame = TALK.with_columns(meta=pl.Series(['{"e mo":"joy"}', None, "{}"]))
    assert Records(frame).meta("e mo").to_list() == ["joy", None, None]


def test_one_channel_can_be_had_alone():
    frame = TALK.with_columns(channel=pl.Series(["text", "trace", "text"]))
    assert Records(frame).on(Channel.TRACE).frame["text"].to_list() == ["2"]


def test_it_survives_a_worker():
    records = Records(TALK)
    back = pickle.loads(pickle.dumps(records))
    assert back == records
    assert back.digest() == records.digest()


def test_it_hands_itself_over_as_arrow():
    assert pl.DataFrame(Records(TALK)).equals(Records(TALK).frame)


def test_it_can_be_empty():
    empty = Records(TALK.clear())
    assert (len(empty), empty.sessions, list(empty.batches(3))) == (0, (), [])


def test_a_missing_key_column_is_named():
    with pytest.raises(BadColumn, match="actor"):
        Records(TALK.drop("actor"))


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("actor", ["x", None, "x"], "null actor in row 1"),
        ("start", [0.0, float("nan"), 1.0], "start nan in row 1"),
        ("stop", [0.0, 9.0, 9.0], "before start"),
        ("colour", ["r", "g", "b"], "colour"),
    ],
)
def test_a_bad_value_is_named_with_its_row(column, values, said):
    with pytest.raises(BadValues, match=said):
        Records(TALK.with_columns(start=pl.lit(1.0)).with_columns(pl.Series(column, values)))


def test_seconds_need_times():
    with pytest.raises(BadValues, match="no start on the seconds clock"):
        Records(TALK, Clock.SECONDS)


def test_an_unknown_channel_lists_the_known():
    with pytest.raises(BadChoice, match="voice"):
        Records(TALK.with_columns(channel=pl.lit("smell")))


def test_two_clocks_refuse_to_meet():
    with pytest.raises(ClockMismatch):
        Records.concat([Records(TALK), Records(TALK, Clock.STEPS)])
