"""cli/walk: what careless and hostile users do, and corpora that do not fit on a page."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from affectory.cli import fetching, main
from affectory.store.lake import open_lake

TOOL = str(Path(sys.executable).with_name("affectory"))
HEAD = "conversation,speaker,text\n"


def run(*words):
    done = CliRunner().invoke(main.app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def asked(sql, out, *more):
    return json.loads(run("query", sql, "--lake", str(out), "--json", *more).stdout)


@pytest.fixture
def chat(tmp_path):
    path = tmp_path / "chat.csv"
    path.write_text(HEAD + "a,ann,I am happy\na,bo,this is awful\na,ann,great\n", encoding="utf-8")
    return path


@pytest.fixture
def crowd(tmp_path):
    """Return forty sessions: even ones of six turns, odd ones of one."""
    rows = [
        (f"c{s}", "ann" if t % 2 else "bo", "good" if (s * t) % 3 else "awful")
        for s in range(40)
        for t in range(6 if s % 2 == 0 else 1)
    ]
    path = tmp_path / "crowd.csv"
    pl.DataFrame(rows, schema=["conversation", "speaker", "text"], orient="row").write_csv(path)
    return path


def test_a_pipe_is_read(tmp_path):
    said = HEAD + "a,ann,I am happy\n"
    words = [TOOL, "trace", "-", "--out", str(tmp_path / "out"), "-q"]
    done = subprocess.run(words, input=said, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert asked("select count(*) n from records", tmp_path / "out") == [{"n": 1}]


def test_a_changed_file_is_traced_anew_and_read_alone(chat, tmp_path):
    out = tmp_path / "out"
    run("trace", str(chat), "--out", str(out))
    chat.write_text(HEAD + "a,ann,now I am sad\n", encoding="utf-8")
    run("trace", str(chat), "--out", str(out))
    assert asked("select count(*) n from records", out) == [{"n": 1}]
    assert asked("select count(*) n from records", out, "--all") == [{"n": 4}]
    done = run("measure", "--lake", str(out), "--each", "--axis", "valence", "--json")
    assert [row["n"] for row in json.loads(done.stdout)] == [1]


def test_going_back_to_an_older_trace_tells_that_one(chat, tmp_path):
    out = tmp_path / "out"
    other = tmp_path / "other.csv"
    other.write_text(HEAD + "z,cy,hello there\n", encoding="utf-8")
    for path in (chat, other, chat):
        run("trace", str(path), "--out", str(out))
    run("report", "--lake", str(out))
    page = (out / "report.html").read_text("utf-8")
    assert "happy" in page
    assert "hello there" not in page


def test_a_changed_word_list_is_another_trace(chat, tmp_path):
    out, words = tmp_path / "out", tmp_path / "words.csv"
    for weight in (0.5, -0.5):
        words.write_text(f"word,valence\nhappy,{weight}\nawful,-1\n", encoding="utf-8")
        run(
            "trace", str(chat), "--out", str(out), "-m", "perceive/lexicon", "--lexicon", str(words)
        )
        felt = asked("select valence from states_valence where actor = 'ann' and seq = 0", out)
        assert felt == [{"valence": weight}]


def test_a_report_on_another_word_list_gives_no_false_reasons(chat, tmp_path):
    out, words = tmp_path / "out", tmp_path / "words.csv"
    words.write_text("word,valence\nhappy,-0.5\nawful,1\n", encoding="utf-8")
    asked_for = ("-m", "perceive/lexicon", "--lexicon", str(words))
    run("trace", str(chat), "--out", str(out), *asked_for)
    marked = (out / "report.html").read_text("utf-8").count("<mark")
    run("report", "--lake", str(out))
    assert marked > 0
    assert (out / "report.html").read_text("utf-8").count("<mark") == 0


def test_a_corpus_larger_than_a_page_is_told_whole(crowd, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "MOST", 10)
    out = tmp_path / "out"
    run("trace", str(crowd), "--out", str(out))
    page = (out / "report.html").read_text("utf-8")
    told = json.loads((out / "report.json").read_text("utf-8"))
    assert "part of 40 sessions" in page
    means = [f for f in told["figures"] if f["name"] == "mean/valence"]
    assert [figure["n"] for figure in means] == [40]


def test_a_corpus_of_single_turns_larger_than_a_page_is_told(crowd, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "MOST", 10)
    lines = [f"c{at},ann,well\n" for at in range(30)]
    crowd.write_text(HEAD + "".join(lines), encoding="utf-8")
    run("trace", str(crowd), "--out", str(tmp_path / "out"))
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_lake_of_several_clocks_can_be_measured(chat, tmp_path):
    out = tmp_path / "out"
    (tmp_path / "timed.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nANN: I am glad\n")
    run("trace", str(chat), str(tmp_path / "timed.srt"), "--out", str(out))
    names = {
        row["measure"] for row in json.loads(run("measure", "--lake", str(out), "--json").stdout)
    }
    assert "mean" in names
    assert "slope" not in names  # per turn and per second have no mean
    each = json.loads(run("measure", "--lake", str(out), "--each", "--json").stdout)
    assert {row["clock"] for row in each} == {"turns", "seconds"}


def test_names_from_outside_are_no_markup(tmp_path):
    path = tmp_path / "x [red]y.csv"
    path.write_text("conversation,speaker,text [/b]\na,[bold]ann,hi \x1b[2J there\n")
    done = run("trace", str(path), "--out", str(tmp_path / "out"), "--text", "text [/b]")
    assert "text [/b]" in done.stderr
    shown = run("query", "select actor, text from records", "--lake", str(tmp_path / "out")).stdout
    assert "[bold]ann" in shown
    assert "\x1b[2J" not in shown


def test_a_fresh_start_deletes_nothing_but_a_lake(chat, tmp_path):
    out = tmp_path / "out"
    (out / "lake" / "records").mkdir(parents=True)
    thesis = out / "lake" / "thesis.txt"
    thesis.write_text("years of work")
    CliRunner().invoke(main.app, ["trace", str(chat), "--out", str(out), "--fresh"])
    assert thesis.read_text() == "years of work"


def test_its_own_output_is_never_input(chat, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        run("trace", ".", "--out", "out")
    assert asked("select count(*) n from records", "out", "--all") == [{"n": 3}]


def test_a_masked_report_holds_no_names(chat, tmp_path):
    chat.write_text(HEAD + "a,Annegret,I am happy\na,bo,Annegret mail me at a@b.org\n")
    run("trace", str(chat), "--out", str(tmp_path / "out"), "--redact")
    for name in ("report.html", "report.json", "report.arcs.csv"):
        assert "Annegret" not in (tmp_path / "out" / name).read_text("utf-8"), name
        assert "a@b.org" not in (tmp_path / "out" / name).read_text("utf-8"), name


def test_words_that_moved_a_state_are_marked_in_the_report(chat, tmp_path):
    run("trace", str(chat), "--out", str(tmp_path / "out"))
    assert "<mark" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_two_workers_write_what_one_writes(crowd, tmp_path):
    for workers in ("1", "2"):
        words = ("--batch", "20", "-j", workers, "--out", str(tmp_path / workers))
        run("trace", str(crowd), *words)
    one, two = (
        open_lake(tmp_path / workers / "lake", create=False).states("vad") for workers in "12"
    )
    assert one == two
