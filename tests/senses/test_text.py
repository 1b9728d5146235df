"""senses/text: what is counted, and how long texts are cut."""

import numpy as np

from affectory.senses import keys
from affectory.senses.text import (
    BEGIN,
    END,
    HOLD,
    NOT,
    SHOUT,
    count,
    gather,
    sentences,
    understood,
)
from affectory.senses.tokens import join, key_of, mix, split


def both(first, second) -> int:
    one = np.uint64(first if isinstance(first, int | np.uint64) else key_of(first))
    two = np.uint64(second if isinstance(second, int | np.uint64) else key_of(second))
    return int(mix(np.array([one]), np.array([two]))[0])


def test_pairs_know_their_order_and_where_a_text_begins_and_ends():
    counted = gather(["so good", "good"])
    assert counted.pairs.tolist() == [both(BEGIN, "so"), both("so", "good"), both(BEGIN, "good")]
    assert counted.ends.tolist() == [both("good", END), both("good", END)]


def test_negation_reaches_three_words_and_stops_at_a_mark():
    found = gather(["I do not like this film much", "no. good"])
    assert found.extra.tolist() == [both(NOT, word) for word in ("like", "this", "film")]
    assert found.tokens.row[found.at].tolist() == [0, 0, 0]


def test_shouting_is_counted_per_word_and_once_per_text():
    found = gather(["SO BAD", "fine"])
    assert sorted(found.extra.tolist()) == sorted(
        [both(SHOUT, "so"), both(SHOUT, "bad"), int(SHOUT)]
    )


def test_held_letters_are_counted_once_per_text():
    assert gather(["sooo baaad"]).extra.tolist() == [int(HOLD)]


def test_short_texts_stay_whole():
    tokens = split(join(["One. Two.", ""]), 2)
    same, owner = sentences(tokens)
    assert same is tokens
    assert owner.tolist() == [0, 1]


def test_long_texts_are_cut_after_marks_and_what_has_none_by_length():
    tokens, owner = sentences(split(join(["Hi.", "It is so. " * 20, "", "word " * 130]), 4))
    assert np.bincount(owner).tolist() == [1, 20, 1, 3]
    sizes = np.bincount(tokens.row, minlength=tokens.rows)
    assert sizes.tolist() == [2] + [4] * 20 + [0] + [60, 60, 10]


def test_the_understood_share_leaves_marks_out():
    tokens = split(join(["good xyz!", "?!", ""]), 3)
    known = tokens.key == np.uint64(key_of("good"))
    assert understood(tokens, known).tolist() == [0.5, 1.0, 1.0]


def test_learning_sees_the_keys_that_reading_sees():
    texts = ["I do not like soooo much", "SO good :)", "", "so so"]
    known = keys.words(texts)
    assert known.tolist() == [key_of("so")]
    tokens = split(join(texts), 4)
    counted = count(tokens.settled(~np.isin(tokens.key, known)))
    seen = np.concatenate([counted.tokens.key, *(key for key, _ in counted.others())])
    table = keys.keys(texts, known)
    assert sorted(table.key.tolist()) == sorted(seen.tolist())
    assert table.token.sum() == len(tokens.key)
    assert (np.diff(table.row) >= 0).all()


def test_every_key_has_words():
    texts = ["I do not like it", "GOOD"]
    told = keys.phrases(texts, keys.words(texts))
    assert told[both("do", "not")] == "do not"
    assert told[both(NOT, "like")] == "not like"
    assert told[both(SHOUT, "good")] == "GOOD"
    assert set(told) == set(keys.keys(texts, keys.words(texts)).key.tolist())
