"""sources/lines and conversations: JSON lines and documents, sound and damaged."""

import json

import polars as pl
import pytest

from affectory.core.errors import BadFile
from affectory.sources import encodings as encodings_room
from affectory.sources import read, read_with_rejects, stream


def lines(folder, *rows, name="a.jsonl"):
    path = folder / name
    written = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(written) + "\n")
    return path


def document(folder, value, name="a.json"):
    path = folder / name
    path.write_text(json.dumps(value, indent=1))
    return path


def test_one_object_a_line(tmp_path):
    path = lines(tmp_path, {"who": "ann", "text": "hi", "tags": ["a"]}, {"who": "bo", "text": "ho"})
    records = read(path)
    assert records.actors == ("ann", "bo")
    assert [json.loads(meta) for meta in records.frame["meta"]] == [{"tags": ["a"]}, {"tags": None}]


def test_a_bad_line_costs_itself_alone(tmp_path):
    path = lines(
        tmp_path,
        {"who": "ann", "text": "hi"},
        '{"who": "bo", "text": ',
        "",
        "[1, 2]",
        "3",
        '{"who": "cy", "text": NaN}',
        {"who": "di", "text": "ho"},
    )
    reading = read_with_rejects(path)
    assert reading.records.frame["text"].to_list() == ["hi", None, "ho"]
    assert reading.rejected["line"].to_list() == [2, 4, 5]


def test_values_of_mixed_types_are_kept(tmp_path):
    path = lines(
        tmp_path,
        {"who": 1, "text": "hi", "x": True},
        {"who": "bo", "text": "ho", "x": 1.5},
        {"who": "cy", "text": "hm", "x": {"deep": [1]}},
    )
    records = read(path)
    assert records.actors == ("1", "bo", "cy")
    assert records.meta("x").to_list() == ["true", "1.5", '{"deep": [1]}']


def test_a_column_that_a_later_block_lacks_is_null_there(tmp_path, monkeypatch):
    monkeypatch.setattr(encodings_room, "BLOCK", 64)
    rows = [{"who": "ann", "text": f"row {n}", **({"x": n} if n < 5 else {})} for n in range(50)]
    readings = list(stream(lines(tmp_path, *rows)))
    assert sum(map(len, readings)) == 50
    values = [v for reading in readings for v in reading.records.meta("x").to_list()]
    assert values[:6] == ["0", "1", "2", "3", "4", None]


@pytest.mark.parametrize(
    "value",
    [
        [{"who": "ann", "text": "hi"}, {"who": "bo", "text": "ho"}],
        {"rows": [{"who": "ann", "text": "hi"}, {"who": "bo", "text": "ho"}]},
        {"talk": [{"who": "ann", "text": "hi"}, {"who": "bo", "text": "ho"}]},
        [[{"who": "ann", "text": "hi"}, {"who": "bo", "text": "ho"}]],
        [{"id": 7, "turns": [{"who": "ann", "text": "hi"}, {"who": "bo", "text": "ho"}]}],
    ],
)
def test_a_document_in_any_of_its_shapes(tmp_path, value):
    records = read(document(tmp_path, value))
    assert records.actors == ("ann", "bo")
    assert records.frame["text"].to_list() == ["hi", "ho"]
    assert len(records.sessions) == 1


def test_what_is_said_once_per_conversation_stands_on_every_turn(tmp_path):
    talks = [
        {"id": "x", "mood": 3, "turns": [{"who": "a", "text": "1"}, {"who": "b", "text": "2"}]},
        {"id": "y", "mood": 5, "turns": [{"who": "a", "text": "3"}]},
    ]
    records = read(document(tmp_path, talks))
    assert records.sessions == ("a/x", "a/y")
    assert records.meta("mood").to_list() == ["3", "3", "5"]


def test_whisper_segments_have_times_and_need_no_speaker(tmp_path):
    whisper = {
        "text": "Hello. Yes.",
        "segments": [
            {"id": 0, "start": 0.0, "end": 1.5, "text": " Hello."},
            {"id": 1, "start": 1.5, "end": 2.25, "text": " Yes."},
        ],
        "language": "en",
    }
    records = read(document(tmp_path, whisper))
    assert records.frame["start"].to_list() == [0.0, 1.5]
    assert records.frame["stop"].to_list() == [1.5, 2.25]
    assert records.actors == ("speaker",)


@pytest.mark.parametrize("text", ["{", "[1, 2]", "{}", "[]", '{"a": 1}', "[" * 100_000])
def test_a_document_without_turns_is_refused(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(BadFile):
        read(path)


def test_a_turn_that_is_no_object_is_rejected(tmp_path):
    path = document(tmp_path, [{"who": "ann", "text": "hi"}, 3])
    reading = read_with_rejects(path)
    assert len(reading) == 1
    assert reading.rejected["raw"].to_list() == ["3"]


def test_frames_of_every_kind_are_read():
    pandas = pytest.importorskip("pandas")
    pyarrow = pytest.importorskip("pyarrow")
    columns = {"speaker": ["ann", "bo"], "message": ["hi there", "ho"], "x": [1, 2]}
    for table in (
        columns,
        pl.DataFrame(columns),
        pl.LazyFrame(columns),
        pandas.DataFrame(columns),
        pyarrow.table(columns),
    ):
        records = read(table)
        assert records.actors == ("ann", "bo")
        assert records.meta("x").to_list() == ["1", "2"]


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "a.feather"])
def test_typed_files_are_read(tmp_path, name):
    frame = pl.DataFrame({"speaker": ["ann", "bo"], "text": ["hi", "ho"], "raw": [b"\xff", None]})
    path = tmp_path / name
    write = frame.write_parquet if name == "a.parquet" else frame.write_ipc
    write(path)
    reading = read_with_rejects(path)
    assert reading.layout == ("parquet" if name == "a.parquet" else "arrow")
    assert reading.records.meta("raw").to_list() == ["/w==", None]


def test_a_mapping_by_id_does_not_become_a_column_per_id(tmp_path):
    rows = [{"who": "ann", "text": "hi", "votes": {f"id{n}": 1}} for n in range(5000)]
    records = read(lines(tmp_path, *rows))
    assert len(records) == 5000
    assert max(records.frame["meta"].str.len_bytes()) < 100
    assert records.meta("votes")[7] == '{"id7": 1}'


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Sprecher;Nachricht\nJürgen;Ich bin sehr müde\nÄnne;Das tut mir leid\n", "cp1252"),
        ("qui;dit\nAndré;ça va très bien\nChloé;moi aussi, très heureuse\n", "cp1252"),
        ("谁;说\n小明;今天我很高兴,谢谢你来看我\n小红;我也很高兴见到你\n", "gb18030"),
        ("誰;言葉\n花子;今日はとても楽しかったです\n太郎;またね、ありがとう\n", "shift_jis"),
    ],
)
def test_accented_letters_are_not_taken_for_characters_of_two_bytes(text, encoding):
    assert encodings_room.decode(text.encode(encoding), "talk.csv") == text
