"""senses/tokens: what a token is, what is folded, and that time grows with the bytes alone."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectory.senses.tokens import CAPS, HELD, MARK, SIGN, WORD, join, key_of, mix, split


def said(text: str) -> list[str]:
    buffer = join([text])
    tokens, raw = split(buffer, 1), buffer.tobytes()
    return [raw[a:b].decode() for a, b in zip(tokens.start, tokens.stop, strict=True)]


def flags(text: str) -> list[int]:
    return split(join([text]), 1).flags.tolist()


def test_words_marks_faces_and_emoji_are_tokens_and_commas_are_not():
    assert said('"Well, no!!" :-) <3 😂😂 (ok)') == [
        "Well", "no", "!!", ":-)", "<3", "😂", "😂", "ok",
    ]  # fmt: skip


def test_an_apostrophe_belongs_to_the_word_that_it_stands_in():
    assert said("it's 'quoted'") == ["it's", "quoted"]
    assert key_of("Don\u2019t") == key_of("don't") != key_of("dont")


@pytest.mark.parametrize(("one", "two"), [("ABC", "abc"), ("É", "é"), ("…", "..."), ("👍🏽", "👍")])
def test_what_is_folded_has_one_key(one, two):
    assert key_of(one) == key_of(two)


def test_a_word_of_any_length_has_its_own_key():
    words = ["a" * 2 + "b" * n for n in (0, 1)] + [("ab" * 20)[:n] for n in range(3, 40)]
    assert len({key_of(word) for word in words}) == len(words)


def test_held_letters_are_found_and_can_be_written_plainly():
    tokens = split(join(["so haaaappy goood"]), 1)
    assert [bool(flag & HELD) for flag in tokens.flags] == [False, True, True]
    assert tokens.plain.tolist() == [key_of("happy"), key_of("god")]
    assert tokens.key[2] == key_of("good")
    settled = tokens.settled(np.array([True, True, False]))
    assert settled.key.tolist() == [key_of("so"), key_of("happy"), key_of("good")]


def test_flags_say_what_a_token_is():
    assert flags("WHAT a day! 😂") == [WORD | CAPS, WORD, WORD, MARK, SIGN]
    assert flags("I [NAME]") == [WORD, WORD]  # one letter shouts nothing, a mask neither


def test_an_address_is_one_word_and_a_name_is_any_name():
    assert said("see https://a.b/c?d=1 now") == ["see", "https", "now"]
    tokens = split(join(["@ann u/bo r/cats cats"]), 1)
    keys = tokens.key[tokens.flags & WORD != 0].tolist()
    assert len(set(keys[:1] + keys[2:3])) == 1
    assert keys[-1] == key_of("cats") not in keys[:1]


def test_rows_are_the_texts_even_when_they_are_empty_or_hold_zero_bytes():
    tokens = split(join(["a b", "", "c\0d", "\ud800"]), 4)
    assert tokens.row.tolist() == [0, 0, 2, 2, 3]  # a lone surrogate becomes "?"
    assert split(join([]), 0).row.tolist() == []


def test_the_order_of_two_keys_matters():
    one, two = np.array([1, 2], np.uint64), np.array([2, 1], np.uint64)
    assert mix(one, two)[0] != mix(one, two)[1]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_a_text_has_the_same_tokens_in_any_company(texts):
    together = split(join(texts), len(texts))
    for row, text in enumerate(texts):
        alone = split(join([text]), 1)
        np.testing.assert_array_equal(together.key[together.row == row], alone.key)
        np.testing.assert_array_equal(together.flags[together.row == row], alone.flags)


@pytest.mark.parametrize("text", ["😂" * 250_000, "a" * 10**6, "!?" * 500_000, "a b " * 250_000])
def test_a_million_bytes_take_a_moment(text):
    began = time.process_time()
    split(join([text]), 1)
    assert time.process_time() - began < 1.0  # quadratic time would be minutes
