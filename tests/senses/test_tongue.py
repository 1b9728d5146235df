"""senses/tongue: closed sets of words, each in its place."""

from affectory.senses.tokens import join, key_of, split
from affectory.senses.tongue import FUNCTION_WORDS, HOME, NEGATOR, STRANGE, WORDS, kinds_of


def kind(word: str, language: str) -> int:
    return kinds_of(language).get(word, 0)


def test_a_word_of_one_language_is_home_there_and_strange_elsewhere():
    assert kind("nicht", "de") & HOME
    assert kind("nicht", "en") & STRANGE
    assert kind("the", "en") & HOME
    assert kind("the", "fr") & STRANGE


def test_a_word_of_two_languages_is_strange_to_neither():
    for language in ("en", "de"):  # "in" is both English and German
        assert kind("in", language) & HOME
        assert not kind("in", language) & STRANGE


def test_a_language_that_is_not_listed_has_no_kinds():
    assert kind("not", "sw") == 0
    assert kind("the", "sw") == 0


def test_negators_are_english_and_known_where_no_language_is_named():
    assert kind("not", "") & NEGATOR
    assert kind("won't", "en") & NEGATOR
    assert kind("not", "de") in (0, STRANGE)


def test_every_word_is_one_token_and_no_degree_word_is_a_negator():
    for words in [*FUNCTION_WORDS.values(), *(words for _, words in WORDS)]:
        for word in words.split():
            assert key_of(word), word
            assert len(split(join([word]), 1).key) == 1, word
    sets = [set(words.split()) for _, words in WORDS]
    assert not sets[0] & (sets[1] | sets[2])
    assert not sets[1] & sets[2]
