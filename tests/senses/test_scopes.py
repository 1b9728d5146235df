"""senses/scopes and senses/sentences: whose, when, whether; closed forms, then hostile texts."""

import pytest
from tests.lengths import assert_even

from affectory.senses.scopes import Scope, scoped
from affectory.senses.sentences import cut

OWN = Scope(0)


def over(sentence, phrase):
    start = sentence.index(phrase)
    return scoped(sentence).over(start, start + len(phrase))


@pytest.mark.parametrize(
    ("sentence", "phrase", "scope"),
    [
        ("I feel hopeless.", "hopeless", OWN),
        ("Can't sleep again.", "Can't sleep", OWN),
        ("I don't feel hopeless.", "hopeless", Scope.DENIED),
        ("I don\u2019t feel hopeless.", "hopeless", Scope.DENIED),
        ("I don't feel sad, hopeless or tired.", "tired", Scope.DENIED),
        ("I no longer feel empty.", "empty", Scope.DENIED),
        ("I'm not sad, I'm just tired.", "tired", OWN),
        ("It isn't just stress, I feel hopeless.", "hopeless", OWN),
        ("I don't know why I feel so empty.", "empty", OWN),
        ("I can't stop feeling empty.", "empty", OWN),
        ("I can't eat I can't sleep", "can't sleep", OWN),
        ("My sister cannot sleep.", "cannot sleep", Scope.OTHER),
        ("My sister says that I look tired.", "tired", OWN),
        ("I told my best friend that I feel empty.", "empty", OWN),
        ("I told my mom how tired I am.", "tired", OWN),
        ("I worry because my son feels empty.", "empty", Scope.OTHER),
        ("I love my dog and feel empty.", "empty", OWN),
        ("His insomnia is back.", "insomnia", Scope.OTHER),
        ("She sleeps, but I lie awake.", "lie awake", OWN),
        ("Everyone would be better off without me.", "better off without me", OWN),
        ("He hates himself.", "hates himself", Scope.OTHER),
        ("They make me feel empty.", "empty", OWN),
        ("I used to cut.", "cut", Scope.PAST),
        ("When I was sixteen I felt empty.", "empty", Scope.PAST),
        ("Ten years ago I cried, today I'm fine.", "cried", Scope.PAST),
        ("I have felt empty since high school.", "empty", OWN),
        ("I used to sleep well, now I lie awake.", "lie awake", OWN),
        ("I used to love painting, now I don't.", "used to love", Scope.PAST),
        ("I'm still tired years ago or not.", "tired", OWN),
        ("If I lost my job I would be sad.", "sad", Scope.SUPPOSED),
        ("I feel as if I were empty.", "empty", OWN),
        ("I'd rather be alone.", "alone", OWN),
        ('The song says "I feel so empty".', "empty", Scope.QUOTED),
        ('I told her "I feel empty".', "empty", OWN),
        ("This phone is useless.", "useless", Scope.THING),
        ("You can't sleep when you are sad.", "can't sleep", Scope.OTHER),
    ],
)
def test_a_phrase_has_the_scopes_that_reach_it(sentence, phrase, scope):
    assert over(sentence, phrase) == scope


def test_a_past_that_is_what_the_phrase_says_is_no_scope():
    said = scoped("I used to love painting.")
    assert said.over(2, 14) == Scope.PAST
    assert said.over(2, 14, own_past=True) == OWN
    assert said.over(10, 14, own_past=True) == Scope.PAST


def test_scopes_add_up():
    assert over("My sister does not feel empty.", "empty") == Scope.DENIED | Scope.OTHER


def test_words_are_spans_of_the_sentence():
    sentence = "  Ünder stress \u2014 I don\u2019t sleep;  2 hours."
    said = scoped(sentence)
    pieces = [sentence[a:b].lower() for a, b in zip(said.start, said.stop, strict=True)]
    assert [piece.replace("\u2019", "'") for piece in pieces] == list(said.words)


def test_degree_words_reach_what_follows():
    said = scoped("I am so tired and slightly sad")
    assert dict(zip(said.words, said.degree, strict=True)) == {
        "i": 0, "am": 0, "so": 1, "tired": 1, "and": 1, "slightly": -1, "sad": -1,
    }  # fmt: skip


def test_degree_words_reach_three_words():
    assert scoped("so tired and sad today").degree == (1, 1, 1, 1, 0)


def test_nothing_has_no_scopes():
    for sentence in ("", "...", "😢"):
        assert scoped(sentence).words == ()
        assert scoped(sentence).over(0, 3) == OWN


def test_sentences_end_at_marks_and_lines_and_not_at_titles():
    text = 'Dr. No came.  "Why?" I asked...\nNo idea. e.g. this one! Version 1.2 is out'
    assert [text[a:b] for a, b in cut(text)] == [
        "Dr. No came.", '"Why?"', "I asked...", "No idea.", "e.g. this one!", "Version 1.2 is out",
    ]  # fmt: skip
    assert cut("") == cut(" \n\t ") == []


HOSTILE = ("imagine ", "if ", "not ", "used to ", '"', ".", "!?", "' ", "my sister ", "a'", "I ",
           "\n", ",", "would ", "years ago ", "so ")  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_takes_time_in_its_length_only(piece):
    assert_even(lambda text: [scoped(text[low:high]) for low, high in cut(text)], piece, 2_000)
