"""parts/rules: the phrase language first, then what is found, then hostile texts."""

import pickle
import re

import pytest
from tests.lengths import assert_even

from affectory.parts.rules import Marks, Rules

MARKS = Marks("<", ">", ".", ",")


def cut(text):
    return re.findall(r"\w+|[.,]", text)


def rules(*phrases, lists=None, joints=()):
    return Rules.of(phrases, cut, MARKS, lists, joints)


def hits(compiled, text):
    """Return rule and words of every match in `text`."""
    said = ["<", *cut(text), ">"]
    return [(m.rule, " ".join(said[m.first : m.last + 1])) for m in compiled.find(said)]


def test_words_alternatives_and_lists():
    some = rules("i <can>|will go", lists={"can": "can|may_well"})
    assert hits(some, "now i may well go") == [(0, "i may well go")]
    assert hits(some, "i will go, i can go") == [(0, "i will go"), (0, "i can go")]
    assert hits(some, "i may go") == []


def test_what_is_optional_may_be_missing():
    some = rules("i really? can")
    assert hits(some, "i can") == [(0, "i can")]
    assert hits(some, "i really can") == [(0, "i really can")]
    assert hits(some, "i really really can") == []


def test_a_gap_is_up_to_three_words_and_no_sentence_end():
    some = rules("a ... b")
    assert hits(some, "a b") == [(0, "a b")]
    assert hits(some, "a x, y b")[0] == (0, "a x , y b")
    assert hits(some, "a x y z w b") == []
    assert hits(some, "a . b") == []


def test_a_clause_begins_after_a_mark_or_a_joint():
    some = rules("^ i go", joints=["but"])
    for text in ("i go", "well, i go", "no. i go", "sad but i go"):
        assert hits(some, text) == [(0, "but i go" if "but" in text else "i go")]
    assert hits(some, "how i go") == []


def test_the_beginning_and_the_end_of_the_text():
    assert hits(rules("^^ no $"), "no") == hits(rules("^^ no $"), "no.") == [(0, "no")]
    assert hits(rules("^^ no $"), "no, thanks") == []
    assert hits(rules("go ."), "i go. he went") == [(0, "go")]
    assert hits(rules("go ."), "i go") == [(0, "go")]


def test_a_star_stands_for_letters():
    assert hits(rules("sad*"), "sadness") == [(0, "sadness")]
    assert hits(rules("no *rai"), "no dirai") == [(0, "no dirai")]
    assert hits(rules("no *rai"), "no rai") == []


def test_phrases_that_overlap_are_all_found():
    some = rules("a b", "b c", "a b c")
    assert sorted(hits(some, "a b c")) == [(0, "a b"), (1, "b c"), (2, "a b c")]


def test_of_one_phrase_and_end_the_shortest():
    assert hits(rules("a ... b"), "a a b")[0] == (0, "a b")


def test_no_phrase_and_no_word():
    assert hits(rules(), "a b") == []
    assert hits(rules("a"), "") == []


def test_a_list_that_is_not_there_is_an_error():
    with pytest.raises(KeyError):
        rules("i <can> go")


def test_it_is_the_same_each_time_and_after_a_pickle():
    some = rules("a ... b", "c*")
    text = "a x b cc a b"
    assert hits(some, text) == hits(some, text) == hits(pickle.loads(pickle.dumps(some)), text)


def test_it_agrees_with_an_expression_on_every_short_text():
    from itertools import product

    some = rules("a b? ... c")
    plain = re.compile(r"a( b)?( [abcx]){0,3} c$")
    for n in range(1, 7):
        for words in product("abcx", repeat=n):
            text = " ".join(words)
            assert (text in {w for _, w in hits(some, text)}) <= bool(plain.match(text))
            ends = any(plain.match(" ".join(words[at:])) for at in range(n))
            assert any(m.last == n for m in some.find(["<", *words, ">"])) == ends


@pytest.mark.parametrize("unit", ["a ", "a b ", "a a a c ", "x y z "])
def test_time_grows_with_the_text_and_nothing_else(unit):
    some = rules("a ... b", "a ... a ... a ... b", "a b? a? b? c")
    assert_even(lambda text: some.find(["<", *cut(text), ">"]), unit, 2_000)
