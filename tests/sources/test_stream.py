"""sources/stream: what is named, what is found, and how sessions are called."""

import gzip
import io
import subprocess
import sys
from pathlib import Path

import pytest

import affectory
from affectory.core.errors import BadChoice, BadFile, ClockMismatch, MissingFile
from affectory.sources import Columns, RowsLeftOut, files, origins, read, stream

SAMPLES = Path(affectory.__file__).parent / "samples"
TALK = "who,text\nann,hi\nbo,ho\n"


@pytest.fixture
def folder(tmp_path):
    for name in ("a/talk.csv", "b/talk.csv", "b/.hidden.csv", "b/notes.md", "c/talk.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("Ann: hi\nBo: ho\n" if name.endswith(".txt") else TALK)
    return tmp_path


def test_a_folder_is_read_file_by_file_and_what_is_left_out_is_said(folder):
    readings = list(stream(folder))
    assert [Path(reading.source).name for reading in readings] == [
        "talk.csv",
        "notes.md",
        "talk.csv",
        "talk.txt",
    ]
    assert readings[1].records is None
    assert "left out" in readings[1].rejected["reason"][0]


def test_files_of_one_name_are_different_sessions(folder):
    names = [reading.records.sessions for reading in stream(folder) if reading.records]
    assert names == [("a/talk",), ("b/talk",), ("c/talk",)]


def test_equal_session_names_of_two_files_are_not_merged(tmp_path):
    for name in ("x.csv", "y.csv"):
        (tmp_path / name).write_text("session,who,text\n1,ann,hi\n")
    assert read(tmp_path).sessions == ("x/1", "y/1")
    assert read(tmp_path / "x.csv").sessions == ("x/1",)


def test_two_endings_of_one_stem_are_different_sessions(tmp_path):
    (tmp_path / "x.csv").write_text(TALK)
    (tmp_path / "x.txt").write_text("Ann: hi\nBo: ho\n")
    assert read(tmp_path).sessions == ("x.csv", "x.txt")


def test_a_pattern_and_a_list(folder):
    assert len(list(stream(str(folder / "*" / "*.csv")))) == 2
    assert len(list(stream([folder / "a" / "talk.csv", folder / "c"]))) == 2


def test_a_file_named_twice_is_read_once(folder):
    path = folder / "a" / "talk.csv"
    assert len(list(stream([path, path]))) == 1


def test_a_link_to_a_folder_above_is_no_circle(folder):
    (folder / "a" / "up").symlink_to(folder)
    assert len([reading for reading in stream(folder) if reading.records]) == 3


@pytest.mark.parametrize("source", ["nowhere.csv", "nowhere/*.csv", "empty"])
def test_nothing_found_is_an_error(tmp_path, source):
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingFile):
        list(stream(str(tmp_path / source)))


def test_standard_input_is_read_by_its_content(monkeypatch):
    for content in (TALK, '{"who": "ann", "text": "hi"}\n', "Ann: hi\nBo: ho\nAnn: yes\n"):
        pipe = io.TextIOWrapper(io.BytesIO(content.encode()))
        monkeypatch.setattr(sys, "stdin", pipe)
        (reading,) = stream("-")
        assert reading.source == "<stdin>"
        assert reading.records.sessions == ("stdin",)
        assert reading.records.frame["text"][0] == "hi"


def pipe(monkeypatch, content=TALK):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))


def test_standard_input_is_one_source_among_others(monkeypatch, tmp_path):
    path = tmp_path / "stdin.csv"
    path.write_text(TALK)
    for sources in (["-"], ("-",), ["-", "-"]):
        pipe(monkeypatch)
        assert [reading.source for reading in stream(sources)] == ["<stdin>"]
    pipe(monkeypatch)
    readings = list(stream(["-", path]))
    assert [reading.source for reading in readings] == ["<stdin>", str(path)]
    assert [reading.records.sessions for reading in readings] == [("<stdin>",), ("stdin",)]
    pipe(monkeypatch)
    assert read(("-",)).sessions == ("stdin",)


def test_a_file_called_like_standard_input_can_be_named_by_its_path(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("-").write_text(TALK)
    pipe(monkeypatch, "nothing that is read")
    assert read("./-", layout="csv").actors == read(Path("-"), layout="csv").actors == ("ann", "bo")


def test_rows_that_are_left_out_are_told_of(tmp_path):
    path = tmp_path / "talk.csv"
    path.write_text("actor,text,start\nann,hi,1\nbo,ho,soon\nann,ha,3\n")
    with pytest.warns(RowsLeftOut, match=r"talk.csv: 1 row left out; .*read_with_rejects"):
        assert len(read(path)) == 2


def test_a_table_is_piped_into_the_tool(tmp_path):
    tool = Path(sys.executable).with_name("affectory")
    words = [tool, "trace", "-", "--out", tmp_path / "out", "--with", "perceive/lexicon"]
    done = subprocess.run(words, input=TALK, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_file()
    assert "2 records of 1 session\n" in done.stderr


def walked(folder):
    """Leave in `folder` what a walk leaves there, and return it."""
    for name in ("lake/records/_delta_log/0.json", "lake/records/0.parquet",
                 "lake/states/vad/_delta_log/0.json", "report.html", "report.json",
                 "report.arcs.csv"):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    return folder


def named(folder, *sources, without=()):
    found = origins(sources or folder, without)
    return [path.relative_to(folder).as_posix() for path in found]


@pytest.mark.parametrize("out", [".", "a", "out", "out/deep"])
def test_what_a_walk_has_left_in_a_folder_is_no_source(folder, out):
    before = named(folder)
    walked(folder / out)
    assert named(folder) == before
    assert named(folder, folder / "**" / "*") == before
    assert [Path(reading.source) for reading in stream(folder)] == list(origins(folder))


def test_a_report_without_a_lake_beside_it_is_a_file_like_any(tmp_path):
    (tmp_path / "report.json").write_text("[]")
    assert named(tmp_path) == ["report.json"]


def test_a_lake_that_was_left_half_written_is_no_source(folder):
    (folder / "lake" / "states" / "vad" / "_delta_log").mkdir(parents=True)
    (folder / "lake" / "states" / "vad" / "0.parquet").write_text("")
    assert not [name for name in named(folder) if name.startswith("lake")]


def test_what_is_named_itself_is_read_though_a_walk_has_left_it(tmp_path):
    walked(tmp_path)
    assert named(tmp_path, tmp_path / "report.json") == ["report.json"]
    with pytest.raises(MissingFile, match="what affectory wrote"):
        origins(tmp_path)
    with pytest.raises(MissingFile):
        origins(tmp_path / "*.json")


def test_folders_and_files_can_be_passed_over(folder, monkeypatch):
    assert named(folder, without=[folder / "b", folder / "c" / "talk.txt"]) == ["a/talk.csv"]
    assert named(folder, folder / "*" / "*.csv", without=[folder / "b"]) == ["a/talk.csv"]
    assert len(list(stream(folder, without=[folder / "b"]))) == 2
    monkeypatch.chdir(folder)
    assert origins(".", without=["b", "c"]) == (Path("a/talk.csv"),)
    assert origins("b/talk.csv", without=["b"]) == (Path("b/talk.csv"),)
    assert len(origins("b", without=["b"])) == 2  # named itself


def test_the_files_of_a_corpus_and_standard_input_are_listed(tmp_path):
    for name in ("utterances.jsonl", "speakers.json", "index.json"):
        (tmp_path / name).write_text("{}")
    assert named(tmp_path) == ["utterances.jsonl", "speakers.json"]
    assert origins(["-", tmp_path / "index.json"]) == (Path("-"), tmp_path / "index.json")


def test_a_missing_file_is_told_before_the_first_reading():
    with pytest.raises(MissingFile):
        stream("nowhere.csv")


def test_a_layout_can_be_named(tmp_path):
    path = tmp_path / "talk.dat"
    path.write_text('{"who": "ann", "text": "hi"}\n')
    (reading,) = stream(path, layout="jsonl")
    assert reading.layout == "jsonl"
    with pytest.raises(BadChoice, match="csv"):
        stream(path, layout="word")
    with pytest.raises(BadChoice, match="size"):
        stream(path, size=0)


def test_a_file_of_no_known_layout_is_told(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<html><body>nothing</body></html>")
    with pytest.raises(BadFile, match="--layout"):
        read(path)


def test_the_short_names_are_columns(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,y,z\nann,hi you there,7\n")
    records = read(path, Columns(actor="x"), text="y", session="z")
    assert records.frame.select("session", "actor", "text").rows() == [
        ("a/7", "ann", "hi you there")
    ]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.*")), ids=lambda path: path.name)
def test_every_sample_is_read_without_a_reject(path):
    if path.suffix in (".md", ".py", ".pyc"):
        pytest.skip("no sample")
    readings = list(stream(path))
    assert sum(map(len, readings)) > 10
    assert sum(reading.rejected.height for reading in readings) == 0


def test_a_document_that_swells_when_unpacked_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "WHOLE", 1000)
    path = tmp_path / "talk.json.gz"
    path.write_bytes(gzip.compress(b"[" + b" " * 100_000 + b"]"))
    with pytest.raises(BadFile, match="512 MiB"):
        read(path)


def test_files_with_and_without_times_do_not_mix_in_one_answer(tmp_path):
    (tmp_path / "a.csv").write_text("who,text,time\nann,hi,1\n")
    (tmp_path / "b.csv").write_text(TALK)
    with pytest.raises(ClockMismatch):
        read(tmp_path)
    assert [reading.records.clock.value for reading in stream(tmp_path)] == ["seconds", "turns"]


def test_files_on_two_clocks_are_not_read_as_one(tmp_path):
    (tmp_path / "a.csv").write_text("who,at,text\nann,2026-01-05T10:00:00Z,hi\n")
    (tmp_path / "b.csv").write_text("who,text\nbo,ho\n")
    with pytest.raises(ClockMismatch, match="affectory trace FOLDER"):
        read(str(tmp_path))


def test_a_chat_as_a_list_of_messages_is_read():
    chat = [{"role": "user", "content": "I am sad"}, {"role": "assistant", "content": "Oh no"}]
    assert read(chat).frame["actor"].to_list() == ["user", "assistant"]


def test_a_column_called_conv_names_the_conversation():
    talk = {"conv": [1, 1, 2, 2], "who": ["a", "b"] * 2, "msg": ["hi there", "oh well"] * 2}
    assert len(read(talk).sessions) == 2
