"""cli/modelling: every command about language models, on doubles; no network, no weights."""

import json

import pytest
from typer.testing import CliRunner

from affectory.cli import main
from affectory.core.errors import MissingExtra, TermsNotAccepted
from affectory.lm import catalogue, fetching
from affectory.lm.model import Answer
from affectory.lm.scripted import Scripted


def run(*words, **how):
    """Run one command in this process."""
    return CliRunner().invoke(main.app, list(words), **how)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give a data folder of one's own, with a model that was converted from a file."""
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    folder = catalogue.place("gguf-1234")
    folder.mkdir(parents=True)
    (folder / "x.json").write_text("{}")
    files = {"x.json": {"sha256": fetching.hashed(folder / "x.json"), "bytes": 2}}
    note = {"name": "mine", "licence": "the file's own", "files": files}
    (folder / "affectory.json").write_text(json.dumps(note))
    return folder


@pytest.fixture
def double(monkeypatch):
    """Give a model that says what a test wants."""

    def speak(*answers):
        model = Scripted(list(answers))
        monkeypatch.setattr(catalogue, "open_model", lambda name: model)
        return model

    return speak


def test_the_list_says_what_is_here_and_under_which_licence(home):
    rows = json.loads(run("models", "list", "--json").stdout)
    told = {row["model"]: row for row in rows}
    assert told["smollm2-135m"]["here"] == "no"
    assert told["smollm2-135m"]["licence"] == "Apache-2.0"
    assert told["smollm2-135m"]["download"] == "93 MB"
    assert told["gguf-1234"]["here"].startswith("yes")
    assert "smollm2-135m" in run("models", "list").stdout


def test_check_reads_the_bytes_and_remove_frees_them(home):
    assert run("models", "check").stdout == "gguf-1234: whole\n"
    (home / "x.json").write_text("[]")
    done = run("models", "check", "gguf-1234")
    assert done.exit_code == 1
    assert "x.json was changed" in done.stdout
    assert "removed" in run("models", "remove", "gguf-1234").stdout
    assert not home.exists()


def test_get_prints_the_folder_and_shows_licence_and_size(home, monkeypatch):
    monkeypatch.setattr(fetching, "get", lambda *_, **__: catalogue.place("smollm2-135m"))
    done = run("models", "get", "smollm2-135m")
    assert done.stdout.strip().endswith("models/smollm2-135m")
    assert "Apache-2.0" in done.stderr
    assert "93 MB" in done.stderr


def test_one_that_is_here_is_not_offered_for_download(home):
    home.rename(home.with_name("gemma-3-270m"))
    done = run("models", "get", "gemma-3-270m")
    assert done.stdout.strip().endswith("models/gemma-3-270m")
    assert "here already" in done.stderr
    assert "download" not in done.stderr


def test_terms_are_printed_before_they_can_be_accepted(home, monkeypatch):
    monkeypatch.setattr(fetching, "terms", lambda _: "Be kind.\nBe fair.")
    done = run("models", "get", "gemma-3-270m")
    assert isinstance(done.exception, TermsNotAccepted)
    assert "Be kind.\nBe fair." in done.stderr
    assert "ai.google.dev/gemma/terms" in done.stderr


def test_ask_prints_the_answer_as_plain_lines(double):
    model = double("Joy,\x1b[31m delight\x1b[0m\nand bliss.")
    done = run("ask", "Name three words for joy", "--system", "Be brief.", "--tokens", "9")
    assert done.stdout == "Joy, delight\nand bliss.\n"
    (heard,) = model.heard
    assert [each.text for each in heard.prompt] == ["Be brief.", "Name three words for joy"]
    assert heard.how.tokens == 9


def test_ask_reads_a_long_question_from_standard_input(double):
    model = double("Yes.")
    run("ask", "-", input="Is this long?\nIt is.\n")
    assert model.heard[0].prompt[0].text == "Is this long?\nIt is.\n"


@pytest.mark.parametrize(
    ("given", "heard"),
    [
        ("¿Qué es el duelo?\r\n".encode("latin1"), "¿Qué es el duelo?\n"),
        ("hi".encode("utf-16"), "hi"),
        ("caf\u00e9 \U0001f600".encode(), "café 😀"),
    ],
)
def test_a_question_may_come_in_any_encoding(double, given, heard):
    model = double("Yes.")
    run("ask", "-", input=given)
    assert model.heard[0].prompt[0].text == heard


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (["ask", ""], None, "no words"),
        (["ask", "  "], None, "no words"),
        (["ask", "-"], b"", "no words"),
        (["ask", "-"], b"\x89PNG\r\n\x1a\n\0\0", "it is a PNG image"),
        (["ask", "-"], bytes(range(256)), "binary data"),
    ],
)
def test_what_is_no_question_is_not_asked(double, words, given, said):
    model = double("Well.")
    done = run(*words, input=given)
    assert said in str(done.exception)
    assert model.heard == []


def test_a_server_that_declines_is_told_of(double):
    double(Answer("", ending="refused"))
    assert "declined to answer" in run("ask", "Go on").stderr


def test_an_answer_that_was_cut_says_so(double):
    double(Answer("And so", ending="length"))
    assert "--tokens" in run("ask", "Go on").stderr


@pytest.mark.parametrize(
    ("question", "answer", "notices"),
    [
        ("I want to die", "I am here.", 1),
        ("Go on with the story", "and then she said: I want to kill myself", 1),
        ("Quiero morir, no puedo más con la vida", "Estoy aquí.", 1),
        ("This traffic is killing me", "Mine too.", 0),
    ],
)
def test_crisis_language_on_either_side_shows_where_to_turn_once(double, question, answer, notices):
    double(answer)
    said = run("ask", question).stdout
    assert said.count("findahelpline.com") == notices
    assert ("no tienes" in said.lower()) == question.startswith("Quiero")


def test_words_of_danger_are_not_handed_to_a_model_unless_a_person_insists(double):
    model = double("You said that you want to die. I want to die.")
    done = run("ask", "I want to die")
    assert "--anyway" in done.stderr
    assert model.heard == []
    said = run("ask", "I want to die", "--anyway").stdout
    assert said.count("findahelpline.com") == 1
    assert len(model.heard) == 1


def test_without_the_extra_it_is_named(monkeypatch):
    def lacking(_):
        raise MissingExtra("torch", "lm", "a local language model")

    monkeypatch.setattr(catalogue, "open_model", lacking)
    assert "affectory[lm]" in str(run("ask", "hello").exception)


def test_a_server_is_asked_only_when_it_is_named(monkeypatch):
    from affectory.lm import remote

    asked = []

    def far(model, endpoint, **_):
        asked.append((model, endpoint))
        return Scripted("From afar.")

    monkeypatch.setattr(remote, "Remote", far)
    done = run("ask", "hi", "--endpoint", "http://127.0.0.1:1/v1", "--model", "m")
    assert done.stdout == "From afar.\n"
    assert asked == [("m", "http://127.0.0.1:1/v1")]


def test_every_command_shows_an_example():
    for words in (["ask"], *(["models", name] for name in ("list", "get", "check", "remove"))):
        assert "Example" in run(*words, "--help").stdout
