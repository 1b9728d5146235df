"""senses/quotes: what is quoted, and where it stands, word by word."""

import time

import pytest

from affectory.senses.quotes import found, quotes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('He says "I am done."', ("I am done.",)),
        ("\u201cno hope\u201d and \u2018no sleep\u2019", ("no hope", "no sleep")),
        ("phrases such as 'so tired' and 'done'", ("so tired", "done")),
        ("she doesn't think it's fair", ()),
        ('"a b" then "a b" then "c"', ("a b", "c")),
        ('an open " quote', ()),
        ('"" and "..."', ()),
        ("\u2018I don\u2019t care\u2019", ("I don\u2019t care",)),
    ],
)
def test_what_stands_between_marks_is_a_quote(text, told):
    assert quotes(text) == told


@pytest.mark.parametrize(
    ("quote", "text", "words"),
    [
        ("so tired", "I am SO tired.", ["SO tired"]),
        ("so tired,", "so\n  tired", ["so\n  tired"]),
        ("don't care", "I don\u2019t care", ["don\u2019t care"]),
        ("I feel ... alone", "I feel all of it alone", ["I feel", "alone"]),
        ("alone ... I feel", "I feel all of it alone", []),
        ("care", "I am scared", []),
        ("", "anything", []),
        ("!?", "anything!?", []),
        ("tired tired", "tired", []),
        ("sehr müde", "Ich bin SEHR Müde", ["SEHR Müde"]),
        ("a", "", []),
    ],
)
def test_a_quote_is_found_where_its_words_stand_in_a_row(quote, text, words):
    assert [text[low:high] for low, high in found(quote, text)] == words


def test_pieces_do_not_overlap():
    assert found("a b ... b c", "a b c") == ()
    assert found("a b ... b c", "a b b c") == ((0, 3), (4, 7))


def test_time_grows_with_length_alone():
    begin = time.process_time()
    found("a " * 5000 + "b", "a " * 50_000)
    quotes('"' * 50_001 + "'a" * 20_000)
    assert time.process_time() - begin < 2
