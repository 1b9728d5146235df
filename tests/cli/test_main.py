"""cli: every command, as a person would type it."""

import json
import re

import polars as pl
import pytest
from typer.testing import CliRunner

from affectory.cli import main

CHAT = """conversation,when,who,words,note
a,2026-01-05T10:00:00,ann,I did not get the job. I feel awful.,x
a,2026-01-05T10:00:40,bo,"Oh no, I am so sorry.",y
a,2026-01-05T10:01:10,ann,"I am so angry,
and so tired.",z
a,2026-01-05T10:02:00,bo,Shall I come over?,
a,2026-01-05T10:02:20,ann,Would you? That would help a lot. ❤️,
b,2026-01-06T10:00:00,cy,Great news! We won!,
b,2026-01-06T10:00:30,di,That is wonderful!!,
b,not a time,cy,lost,
"""


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """Trace the chat once; return the folder and what was printed."""
    folder = tmp_path_factory.mktemp("walk")
    (folder / "chat.csv").write_text(CHAT, encoding="utf-8")
    done = run("trace", str(folder / "chat.csv"), "--out", str(folder / "out"))
    return folder, done


def run(*words):
    """Run one command in this process."""
    return CliRunner().invoke(main.app, list(words), catch_exceptions=False)


def leave(monkeypatch, capsys, *words):
    """Run one command as the shell would; return exit code and stderr."""
    monkeypatch.setattr("sys.argv", ["affectory", *words])
    with pytest.raises(SystemExit) as left:
        main.main()
    return left.value.code, capsys.readouterr().err


def test_a_trace_prints_the_path_of_a_report_that_is_there(traced):
    folder, done = traced
    assert done.exit_code == 0
    report = folder / "out" / "report.html"
    assert done.stdout.strip() == str(report)
    page = report.read_text(encoding="utf-8")
    assert "ann" in page
    assert len(page.encode()) < 3_000_000


def test_guessed_columns_are_shown(traced):
    _, done = traced
    assert re.search(r"text=words.*|actor=who.*|time=when.*", done.stderr)


def test_a_bad_row_rests_in_the_lake_with_its_line(traced):
    folder, _ = traced
    done = run(
        "query", "select line, reason from rejected", "--lake", str(folder / "out"), "--json"
    )
    rows = json.loads(done.stdout)
    assert [row["line"] for row in rows] == [10]  # 8 rows, one of them on two lines, plus header
    assert "not a time" in rows[0]["reason"]


def test_the_lake_answers_sql(traced):
    folder, _ = traced
    sql = "select actor, count(*) n from states_vad group by actor order by actor"
    done = run("query", sql, "--lake", str(folder / "out"), "--json")
    assert json.loads(done.stdout) == [
        {"actor": "ann", "n": 3}, {"actor": "bo", "n": 2},
        {"actor": "cy", "n": 1}, {"actor": "di", "n": 1},
    ]  # fmt: skip


def test_the_same_trace_again_writes_nothing_twice(traced):
    folder, _ = traced
    again = run("trace", str(folder / "chat.csv"), "--out", str(folder / "out"))
    assert again.exit_code == 0
    done = run("query", "select count(*) n from records", "--lake", str(folder / "out"), "--json")
    assert json.loads(done.stdout) == [{"n": 7}]


def test_arcs_can_be_measured_and_written(traced, tmp_path):
    folder, _ = traced
    target = tmp_path / "arcs.csv"
    run(
        "measure",
        "--lake",
        str(folder / "out"),
        "--axis",
        "valence",
        "--each",
        "--csv",
        str(target),
    )
    table = pl.read_csv(target)
    assert table.select("session", "actor").rows() == [
        ("chat/a", "ann"), ("chat/a", "bo"), ("chat/b", "cy"), ("chat/b", "di"),
    ]  # fmt: skip
    assert run("measure", "--lake", str(folder / "out")).exit_code == 0


def test_a_report_can_be_written_anew_for_one_session(traced):
    folder, _ = traced
    done = run(
        "report", "--lake", str(folder / "out"), "--session", "chat/b", "--title", "One talk"
    )
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert done.exit_code == 0
    assert "One talk" in page
    assert "We won" in re.sub(r"</?mark[^>]*>", "", page)
    assert "angry" not in page


def test_methods_and_spaces_are_listed(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    first = {row["method"]: row["first"] for row in json.loads(run("methods", "--json").stdout)}
    assert first["perceive/utterance"] is first["perceive/lexicon"] is None
    assert first["perceive/empathy"] == "affectory train perceive/empathy"
    spaces = {row["space"]: row for row in json.loads(run("spaces", "--json").stdout)}
    assert spaces["vad"]["axes"] == "valence arousal dominance"


def test_the_doctor_finds_a_whole_installation():
    assert run("doctor").exit_code == 0


def test_the_sample_can_be_traced(tmp_path):
    done = run("demo", "--out", str(tmp_path), "--quiet")
    assert done.exit_code == 0
    assert (tmp_path / "report.html").is_file()
    lake = str(tmp_path)
    rows = run("query", "select count(*) n from rejected", "--lake", lake, "--json").stdout
    assert json.loads(rows) == [{"n": 0}]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("trace", "nowhere.csv"), "nowhere.csv: no such file"),
        (("trace", "{chat}", "--with", "perceive/tea"), "perceive/lexicon"),
        (("trace", "{chat}", "--text", "body"), "body"),
        (("query", "select 1", "--lake", "nowhere"), "there is no lake"),
        (("query", "selec 1", "--lake", "{out}"), "records"),
        (("bench", "tea"), "esconv"),
        (("train", "perceive/lexicon"), "perceive/utterance"),
        (("measure", "--lake", "{out}", "--axis", "tea"), "valence"),
    ],
)
def test_a_mistake_is_one_line_with_the_cure(traced, monkeypatch, capsys, tmp_path, words, said):
    folder, _ = traced
    monkeypatch.chdir(tmp_path)
    places = {"{chat}": str(folder / "chat.csv"), "{out}": str(folder / "out")}
    code, err = leave(monkeypatch, capsys, *[places.get(word, word) for word in words])
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_a_fault_of_ours_says_so_without_a_traceback(monkeypatch, capsys):
    def broken(as_json):
        raise ZeroDivisionError

    monkeypatch.setattr("affectory.cli.listing.spaces", broken)
    code, err = leave(monkeypatch, capsys, "spaces")
    assert code == 70
    assert "ZeroDivisionError" in err
    assert "Traceback" not in err
