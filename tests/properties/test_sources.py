"""Nothing is lost: what is in a table is in the records or among the rejected rows."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from affectory.sources import Columns, read_with_rejects

LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.just("\n")
CELL = st.text(LETTERS, max_size=12)
WIDTH = 3


def told(rows, quoting):
    """Return (records, rejected) of a csv file with `rows` under a fixed header."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator="\n")
    writer.writerow(["who", "text", "mood"])
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        reading = read_with_rejects(path, Columns(actor="who", text="text"))
    return reading


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=8),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_every_row_is_a_record_or_a_reject(rows, quoting):
    reading = told(rows, quoting)
    sound = [row for row in rows if len(row) == WIDTH and row[0].strip()]
    assert len(reading) == len(sound)
    assert len(reading) + reading.rejected.height == len(rows)
    if reading.records is not None:
        said = reading.records.frame["text"].to_list()
        assert said == [row[1] if row[1].strip() else None for row in sound]


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=200))
def test_no_text_at_all_stops_the_reader(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text("who,text\n" + text, encoding="utf-8", newline="")
        reading = read_with_rejects(path)
    filled = [line for line in text.split("\n") if line]
    assert len(reading) + reading.rejected.height <= len(filled)
    assert bool(filled) == bool(len(reading) + reading.rejected.height)
