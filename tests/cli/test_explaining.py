"""affectory explain: a label, its words, a notice."""

import json

from typer.testing import CliRunner

from affectory.cli import main


def _told(*words):
    done = CliRunner().invoke(main.app, ["explain", *words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_a_text_is_explained_by_words_that_it_holds():
    text = "I am so sad, and alone."
    first, *quotes = _told(text)
    assert first["kind"] == "rationale"
    assert first["words"].startswith("sadness. Reasoning: ")
    assert quotes
    assert all(text[each["from"] : each["to"]] == each["words"] for each in quotes)


def test_listed_words_sentences_and_axes_can_be_asked_for():
    told = _told("I hate this. But all is well.", "--listed", "--sentences", "--axis", "anger")
    assert [each["words"] for each in told if each["from"] is not None] == ["I hate this."]


def test_crisis_phrases_get_a_notice_and_no_reason():
    told = _told("I want to end my life.")
    assert [each["kind"] for each in told] == ["notice"]
    (told,) = _told("Quiero morir, no puedo más con la vida")
    assert "líneas gratuitas" in told["words"]


def test_what_cannot_be_explained_is_said():
    for words, said in (
        ((" ",), "give a text"),
        (("a", "--space", "no"), "--space is 'no'"),
        (("a", "--with", "perceive/lexicon"), "choose one of: explain/interpret"),
    ):
        done = CliRunner().invoke(main.app, ["explain", *words])
        assert done.exit_code != 0
        assert said in str(done.exception) + done.output
