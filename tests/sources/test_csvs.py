"""sources/csvs, dialects and separated: exact rows and lines first, then damaged files."""

import gzip

import polars as pl
import pytest

from affectory.core.errors import BadColumn, BadFile, NoRecords
from affectory.core.records import Clock
from affectory.sources import Columns, read, read_with_rejects, separated, stream
from affectory.sources import encodings as encodings_room
from affectory.sources.dialects import dialect_of


def put(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_further_columns_go_to_meta_as_they_were_written(tmp_path):
    path = put(tmp_path, "talk.csv", "speaker,text,emotion,score\nann,hi,joy,0.50\nbo,ho,,\n")
    records = read(path)
    assert records.frame["text"].to_list() == ["hi", "ho"]
    assert records.actors == ("ann", "bo")
    assert records.sessions == ("talk",)
    assert records.clock is Clock.TURNS
    assert records.meta("emotion").to_list() == ["joy", None]
    assert records.meta("score").to_list() == ["0.50", None]


def test_quotes_hold_separators_line_ends_and_doubled_quotes(tmp_path):
    path = put(tmp_path, "a.csv", 'who,text\nann,"one, ""two""\r\nthree"\nbo,four\n')
    assert read(path).frame["text"].to_list() == ['one, "two"\r\nthree', "four"]


def test_a_ragged_row_is_rejected_with_its_line_though_a_field_before_it_has_line_ends(tmp_path):
    path = put(tmp_path, "a.csv", 'who,text\nann,"1\n2\n3"\n\nbo\nann,5\nbo,6,7\n')
    reading = read_with_rejects(path)
    assert reading.records.frame["text"].to_list() == ["1\n2\n3", "5"]
    assert reading.rejected["line"].to_list() == [6, 8]
    assert reading.rejected["raw"].to_list() == ["bo", "bo,6,7"]
    assert reading.rejected["reason"].to_list() == [
        "1 fields, the table has 2 columns",
        "3 fields, the table has 2 columns",
    ]


def test_a_quote_that_is_never_closed_costs_one_line(tmp_path):
    path = put(tmp_path, "a.csv", 'who,text\nann,one\nbo,"two\nann,three\nbo,four\n')
    reading = read_with_rejects(path)
    assert reading.records.frame["text"].to_list() == ["one", "three", "four"]
    assert reading.rejected["line"].to_list() == [3]
    assert "never closed" in reading.rejected["reason"][0]


def test_a_quote_within_a_field_is_a_letter(tmp_path):
    path = put(tmp_path, "a.csv", 'who,text\nann,a 5" disk\nbo,"fine"\n')
    assert read(path).frame["text"].to_list() == ['a 5" disk', "fine"]


def test_the_lines_of_a_block_that_is_read_row_by_row_are_exact(tmp_path):
    path = put(tmp_path, "a.csv", 'who,text\nann,a 5" disk\nbo,"x\ny"\nann\nbo,z\n')
    reading = read_with_rejects(path)
    assert reading.records.frame["text"].to_list() == ['a 5" disk', "x\ny", "z"]
    assert reading.rejected["line"].to_list() == [5]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path, separator):
    rows = [["who", "text"], ["ann", "well"], ["bo", "yes"]]
    path = put(tmp_path, "a.csv", "\n".join(separator.join(row) for row in rows))
    assert read(path).frame["text"].to_list() == ["well", "yes"]


def test_the_separator_line_of_a_spreadsheet_is_no_row(tmp_path):
    path = put(tmp_path, "a.csv", "sep=;\nwho;text\nann;a, b\n")
    reading = read_with_rejects(path)
    assert reading.records.frame["text"].to_list() == ["a, b"]
    assert reading.rejected.height == 0


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(tmp_path, end):
    path = put(tmp_path, "a.csv", end.join(["who,text", "ann,hi", "bo,ho", ""]))
    assert read(path).frame["text"].to_list() == ["hi", "ho"]


@pytest.mark.parametrize(
    "code", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_the_encoding_is_found(tmp_path, code):
    said = "Ça va très bien à la fenêtre, dit l'élève, même après l'été."
    path = put(tmp_path, "a.csv", f'who,text\nzoë,"{said}"\n'.encode(code))
    records = read(path)
    assert records.frame["text"].to_list() == [said]
    assert records.actors == ("zoë",)


def test_stray_bytes_in_utf8_are_read_as_windows_1252(tmp_path):
    content = "who,text\nann,naïve café\n".encode() + b"bo,it\x92s \x81 fine\n" + "ann,é".encode()
    assert read(put(tmp_path, "a.csv", content)).frame["text"].to_list() == [
        "naïve café",
        "it\u2019s \ufffd fine",  # 0x92 is a right quote; 0x81 is nothing in Windows-1252
        "é",
    ]


def test_zero_bytes_are_dropped(tmp_path):
    long = "a longer sentence so that zeros are rare"
    path = put(tmp_path, "a.csv", f"who,text\nann,h\0i {long}\nbo,{long}\n")
    assert read(path).frame["text"].to_list() == [f"hi {long}", long]


def test_a_table_without_a_header_is_told_by_its_content(tmp_path):
    path = put(
        tmp_path, "a.csv", "ann,How are you today?\nbo,I am quite well.\nann,Good to hear.\n"
    )
    reading = read_with_rejects(path)
    assert reading.columns == {"text": "column_2", "actor": "column_1"}
    assert len(reading) == 3


def test_a_header_with_no_usual_name_is_still_a_header():
    assert dialect_of("foo,bar\n1,2\n", ".csv").names == ("foo", "bar")


def test_doubled_and_empty_column_names_are_told_apart():
    assert dialect_of("text,text,,text_2\n", ".csv").names == (
        "text",
        "text_2",
        "column_3",
        "text_2_2",
    )


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(200), "PNG"),
        ("a.csv", bytes(range(256)) * 8, "binary"),
        ("a.csv.gz", b"no gzip at all", "damaged"),
        ("a.csv.gz", gzip.compress(b"who,text\nann,hi\n" * 500)[:60], "damaged"),
        ("a.parquet", b"PAR1 nothing", "schema"),
    ],
)
def test_a_bad_file_gives_one_sentence_and_the_others_go_on(tmp_path, name, content, told):
    bad = put(tmp_path, name, content)
    good = put(tmp_path, "good.csv", "who,text\nann,hi\n")
    first, second = list(stream([bad, good]))
    assert first.records is None
    assert first.rejected["line"].to_list() == [0]
    assert told in first.rejected["reason"][0]
    assert second.records.sessions == ("good",)


def test_read_raises_what_stream_reports(tmp_path):
    with pytest.raises(BadFile, match="empty"):
        read(put(tmp_path, "a.csv", b""))
    with pytest.raises(NoRecords):
        read(put(tmp_path, "b.csv", "who,text\nann\n"))
    with pytest.raises(BadColumn, match="--text"):
        read(put(tmp_path, "c.csv", "x,y\n1,2\n"))


def test_a_very_long_line_is_a_line(tmp_path):
    said = "long " * 2_000_000  # 10 MB, more than a block
    path = put(tmp_path, "a.csv", f"who,text\nann,{said}\nbo,short\n")
    assert read(path).frame["text"].str.len_bytes().to_list() == [10_000_000, 5]


def test_a_row_without_text_is_kept_and_one_without_actor_is_not(tmp_path):
    path = put(tmp_path, "a.csv", "who,text\nann,\nbo,  \n,said by nobody\n")
    reading = read_with_rejects(path)
    assert reading.records.frame["text"].to_list() == [None, None]
    assert reading.rejected["line"].to_list() == [4]
    assert reading.rejected["reason"].to_list() == ["no actor in column 'who'"]


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(encodings_room, "BLOCK", 256)


@pytest.mark.usefixtures("small_blocks")
def test_a_session_is_never_cut_at_the_border_of_a_block(tmp_path):
    rows = [f"s{n // 7},ann,row {n}" for n in range(300)]
    path = put(tmp_path, "a.csv", "\n".join(["session,who,text", *rows]))
    readings = list(stream(path, size=20))
    assert len(readings) > 5
    names = [name for reading in readings for name in reading.records.sessions]
    assert len(names) == len(set(names)) == 43  # 300 rows, seven to a session
    texts = pl.concat([reading.records.frame["text"] for reading in readings])
    assert texts.to_list() == [f"row {n}" for n in range(300)]


@pytest.mark.usefixtures("small_blocks")
def test_mixed_sessions_are_sorted_apart(tmp_path):
    rows = [f"s{n % 5},ann,row {n}" for n in range(300)]
    path = put(tmp_path, "a.csv", "\n".join(["session,who,text", *rows]))
    readings = list(stream(path, size=50))
    names = [name for reading in readings for name in reading.records.sessions]
    assert names == ["a/s0", "a/s1", "a/s2", "a/s3", "a/s4"]
    first = readings[0].records["a/s0"].frame["text"].to_list()
    assert first == [f"row {n}" for n in range(0, 300, 5)]


@pytest.mark.usefixtures("small_blocks")
def test_lines_are_counted_over_blocks(tmp_path):
    rows = [f'ann,"row\n{n}"' if n % 3 else "bad" for n in range(120)]
    path = put(tmp_path, "a.csv", "\n".join(["who,text", *rows]))
    lines = pl.concat([reading.rejected["line"] for reading in stream(path)]).to_list()
    text = path.read_text().split("\n")
    assert len(lines) == 40
    assert all(text[line - 1] == "bad" for line in lines)


def test_compressed_tables_are_read_as_streams(tmp_path):
    path = put(tmp_path, "a.csv.gz", gzip.compress(b"who,text\nann,hi\n"))
    assert read(path).sessions == ("a",)


def test_a_named_column_that_is_missing_is_told_with_its_flag(tmp_path):
    path = put(tmp_path, "a.csv", "who,text\nann,hi\n")
    with pytest.raises(BadColumn, match="--actor"):
        read(path, Columns(actor="name"))


@pytest.mark.usefixtures("small_blocks")
def test_a_sound_table_is_never_read_row_by_row(tmp_path, monkeypatch):
    monkeypatch.setattr(separated, "_slow", None)  # a call would raise TypeError
    rows = [f'{n},s{n // 7},ann,"row, ""{n}""\nand on"' for n in range(100)]
    path = put(tmp_path, "a.csv", "\n".join(["score,session,who,text", *rows, ""]))
    assert sum(map(len, stream(path, size=10))) == 100


@pytest.mark.usefixtures("small_blocks")
def test_an_open_quote_at_the_top_of_a_long_file_costs_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(separated, "OPEN_LIMIT", 2000)
    rows = ['ann,"open', *(f"bo,row {n}" for n in range(1000))]
    readings = list(stream(put(tmp_path, "a.csv", "\n".join(["who,text", *rows]))))
    assert sum(map(len, readings)) == 1000
    assert [line for r in readings for line in r.rejected["line"].to_list()] == [2]


@pytest.mark.usefixtures("small_blocks")
def test_sessions_that_the_two_passes_spell_differently_are_not_lost(tmp_path):
    rows = [f'{{"session": {n % 3}.0, "who": "ann", "text": "row {n}"}}' for n in range(90)]
    path = put(tmp_path, "a.jsonl", "\n".join(rows))
    readings = list(stream(path))
    assert sum(map(len, readings)) == 90
    assert sorted(name for r in readings for name in r.records.sessions) == ["a/0", "a/1", "a/2"]


SPACED = """who, mood, text
ann, joy, "one, two"
"bo", fear, "three, ""four"" "
ann, , "five
six, seven"
"""
NOTE = "values are quoted behind a blank; blanks before a value were left out"


def test_values_quoted_behind_a_blank_are_read_and_it_is_said(tmp_path):
    reading = read_with_rejects(put(tmp_path, "a.csv", SPACED))
    assert reading.records.frame["text"].to_list() == [
        "one, two",
        'three, "four" ',
        "five\nsix, seven",
    ]
    assert reading.records.meta("mood").to_list() == ["joy", "fear", None]
    assert reading.records.frame["actor"].to_list() == ["ann", "bo", "ann"]
    assert reading.rejected.height == 0
    assert reading.notes == (NOTE,)


def test_a_ragged_row_of_such_a_table_is_rejected_by_line(tmp_path):
    many = "".join(f'ann, joy, "{at}, x"\n' for at in range(50))
    reading = read_with_rejects(put(tmp_path, "a.csv", SPACED + many + "bo, 1\n"))
    assert len(reading) == 53
    assert reading.rejected["line"].to_list() == [56]


def test_blanks_are_left_out_of_every_block(tmp_path, monkeypatch):
    monkeypatch.setattr(encodings_room, "BLOCK", 64)
    rows = "".join(f'ann, "{at}, x"\nbo, {at}\n' for at in range(40))
    (reading,) = stream(put(tmp_path, "a.csv", "who, text\n" + rows))
    expected = [said for at in range(40) for said in (f"{at}, x", str(at))]
    assert reading.records.frame["text"].to_list() == expected


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('who,text\nann, "fine" he said\nbo,no\n', ' "fine" he said'),  # quotes of the text
        ('who,text\nann," ""fine"", he said"\nbo,no\n', ' "fine", he said'),  # quoted already
        ("who,text\nann, fine\nbo,no\n", " fine"),  # a blank alone
    ],
)
def test_blanks_and_quotes_of_the_text_itself_are_kept(tmp_path, table, said):
    reading = read_with_rejects(put(tmp_path, "a.csv", table))
    assert reading.records.frame["text"].to_list() == [said, "no"]
    assert reading.notes == ()


def test_accents_do_not_hide_a_column(tmp_path):
    path = tmp_path / "de.csv"
    said = "Gespräch;Wer;Nachricht\n1;Jürgen;Ich bin traurig über das alles\n"
    path.write_bytes(said.encode("latin-1"))
    (reading,) = stream(str(path))
    assert dict(reading.columns) == {"session": "Gespräch", "actor": "Wer", "text": "Nachricht"}
