"""cli: a lake in a bucket is traced, asked, measured and told as one in a folder."""

import json

import pytest
from tests.buckets import bucket
from typer.testing import CliRunner

from affectory.cli import main


def run(*words):
    done = CliRunner().invoke(main.app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chat")
    chat = folder / "chat.csv"
    chat.write_text(
        "conversation,speaker,text\na,ann,I am happy\na,bo,this is awful\na,ann,great\n"
    )
    with bucket() as address:
        words = ("--lake", f"{address}/lake", "--out", str(folder / "out"), "-q")
        page = run("trace", str(chat), *words)
        assert page.split() == [str(folder / "out" / "report.html")]
        assert [path.name for path in folder.iterdir() if path.is_dir()] == ["out"]
        assert not (folder / "out" / "lake").exists()
        yield f"{address}/lake"


def test_a_lake_in_a_bucket_is_asked(place):
    said = run("query", "select count(*) n from states_vad", "--lake", place, "--json")
    assert json.loads(said) == [{"n": 3}]


def test_a_lake_in_a_bucket_is_measured(place):
    assert "valence" in run("measure", "--lake", place, "--axis", "valence")


def test_the_report_of_a_bucket_lies_in_a_folder(place, tmp_path, monkeypatch):
    assert run("report", "--lake", place, "--out", str(tmp_path / "told")).split() == [
        str(tmp_path / "told" / "report.html")
    ]
    monkeypatch.chdir(tmp_path)
    run("report", "--lake", place)
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_bucket_without_a_lake_says_how_to_write_one(place):
    done = CliRunner().invoke(main.app, ["query", "select 1", "--lake", place + "/none"])
    assert "affectory trace ... --lake" in str(done.exception)
