"""senses/clauses: words first, then marks and quotations, then hostile text."""

import pytest
from tests.lengths import assert_even

from affectory.senses.clauses import COMMA, END, START, STOP, clauses, fold


def words(text):
    return clauses(text).words[1:-1]


@pytest.mark.parametrize(
    "text",
    ["I can't", "I can’t", "I CAN`T", "i can\u02bct", "I ca\u200bn't", "I can\x92t"],  # noqa: RUF001
)
def test_an_apostrophe_is_an_apostrophe(text):
    assert words(text) == ("i", "can", "t")


def test_accents_case_and_held_letters_vanish():
    assert words("Désolé DÉSOLÉ de\u0301sole\u0301 soooo Straße") == (
        "desole", "desole", "desole", "so", "strasse",
    )  # fmt: skip
    assert fold("créée") == "creee"


def test_marks_end_clauses_and_sentences():
    assert words("No, really. Well (ok)… yes") == (
        "no", COMMA, "really", STOP, "well", COMMA, "ok", COMMA, COMMA, "yes",
    )  # fmt: skip
    assert clauses("").words == (START, END)


def test_a_place_leads_back_to_the_text():
    text = "Well, I can’t."  # noqa: RUF001
    said = clauses(text)
    assert [text[a:b] for a, b in zip(said.start, said.stop, strict=True)][1:-1] == [
        "Well", ",", "I", "can", "t", ".",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        'He said "leave me" again.',
        "He said “leave me” again.",
        "Er sagte „leave me“ noch einmal.",
        "Il dit « leave me » encore.",
        "Er sagte »leave me« noch einmal.",
        "He said 'leave me,' again.",
        "> leave me\nagain",
    ],
)
def test_what_is_quoted_is_told(text):
    said = clauses(text)
    assert said.in_quotes(text.index("leave"))
    assert not said.in_quotes(len(text) - 2)


def test_an_elision_opens_no_quotation():
    assert clauses("'Tis the dogs' toys I want.").quoted == ()


def test_a_text_that_is_one_quotation_is_said_by_its_writer():
    assert not clauses('"I cannot do that."').in_quotes(3)


def test_an_open_quote_ends_with_its_paragraph():
    text = 'An inch is 1" long.\n\nI said "no" to it.'
    said = clauses(text)
    assert not said.in_quotes(text.index("I said"))
    assert said.in_quotes(text.index("no"))


@pytest.mark.parametrize("unit", ["I can't ", '"“« ', "' a 'b. ", "> a\n", "“ \n\n", ".,;", "w"])
def test_time_grows_with_the_text_and_nothing_else(unit):
    assert_even(clauses, unit, 20_000 // len(unit))
