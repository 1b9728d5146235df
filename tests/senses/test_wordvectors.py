"""senses.wordvectors, vocabulary and opposites: words, where they stand, what they are against."""

import json

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice, BadFile, MissingFile
from affectory.senses.hashed import HashedEncoder
from affectory.senses.lexicon import read_lexicon
from affectory.senses.opposites import affect_pairs
from affectory.senses.vocabulary import Vocabulary
from affectory.senses.wordvectors import (
    EncodedWords,
    WordTable,
    content_words,
    read_word_vectors,
)

SOURCE = EncodedWords(HashedEncoder(16))
WORDS = ["joy", "grief", "table", "glad"]


def lexicon(**columns):
    return read_lexicon(
        pl.DataFrame(columns), scale=(-1.0, 1.0) if "valence" in columns else (0, 1)
    )


def pairs(found, words):
    return {frozenset((words[a], words[b])) for a, b in found.tolist()}


def test_content_words_leave_out_function_words_and_numbers_and_keep_negators():
    found = content_words(["The 3 cats do NOT sleep", "", "of the and"], 10)
    assert [[word.text for word in words] for words in found] == [["cats", "not", "sleep"], [], []]


def test_spans_lead_back_to_the_text_whatever_its_letters():
    text = "Ärger, naïve 😀 café ends"
    for word in content_words(["x", text], 10)[1]:
        assert text[slice(*word.span)].lower() == word.text


def test_no_more_than_the_first_words_are_read():
    assert len(content_words(["cat " * 50], 12)[0]) == 12


def test_glove_and_wink_files_are_read(tmp_path):
    lines, packed = tmp_path / "glove.txt", tmp_path / "wink.json"
    lines.write_text("joy 1 0\ngrief 0 1\nother 1 1\n", encoding="utf-8")
    vectors = {"joy": [1, 0, 9, 9], "grief": [0, 1, 9, 9]}
    packed.write_text(json.dumps({"dimensions": 2, "vectors": vectors}), encoding="utf-8")
    for path in (lines, packed):
        table = read_word_vectors(path, ["joy", "grief"])
        np.testing.assert_array_equal(
            table.vectors(["grief", "new", "joy"]), [[0, 1], [0, 0], [1, 0]]
        )


def test_a_file_that_is_none_is_refused(tmp_path):
    with pytest.raises(MissingFile):
        read_word_vectors(tmp_path / "no.txt")
    bad = tmp_path / "bad.txt"
    bad.write_text("joy one two\n", encoding="utf-8")
    with pytest.raises(BadFile, match="GloVe"):
        read_word_vectors(bad)


def test_a_vocabulary_knows_its_words_and_guesses_others_by_their_source():
    known = Vocabulary.of(WORDS, SOURCE, width=3)
    moved = known.moved(-known.table)
    np.testing.assert_allclose(
        moved.vectors(WORDS, SOURCE), -known.vectors(WORDS, SOURCE), atol=1e-12
    )
    strange = moved.vectors(["zebra"], SOURCE)  # is not moved
    np.testing.assert_allclose(strange, known.vectors(["zebra"], SOURCE), atol=1e-12)
    assert np.linalg.norm(strange) == pytest.approx(1)


def test_a_word_that_nobody_knows_has_a_fixed_direction():
    table = WordTable("t", {"joy": 0, "grief": 1}, np.eye(2, dtype=np.float32))
    known = Vocabulary.of(["joy", "grief"], table, width=2)
    found = known.vectors(["new", "newer"], table)
    np.testing.assert_array_equal(found[0], found[1])
    assert np.linalg.norm(found[0]) == pytest.approx(1)


def test_rows_stand_in_the_order_of_sorted_words():
    known = Vocabulary.of(WORDS, SOURCE, width=3)
    ordered = Vocabulary.sorted_words(WORDS)
    np.testing.assert_allclose(known.vectors(ordered, SOURCE), known.table)
    again = Vocabulary.of_arrays(known.arrays())
    np.testing.assert_allclose(
        again.vectors(WORDS, SOURCE), known.vectors(WORDS, SOURCE), atol=1e-6
    )


def test_valence_draws_together_and_apart():
    own = lexicon(word=["joy", "glad", "grief", "table"], valence=[0.9, 0.8, -0.9, 0.1])
    found = affect_pairs(own, WORDS)
    assert pairs(found.alike, WORDS) == {frozenset(("joy", "glad"))}
    assert pairs(found.opposed, WORDS) == {
        frozenset(("joy", "grief")), frozenset(("glad", "grief")),
    }  # fmt: skip


def test_emotions_draw_together_and_opposite_ones_apart():
    words = ["bliss", "delight", "grief", "panic", "rage", "dull"]
    own = lexicon(
        word=words,
        joy=[0.9, 0.8, 0, 0, 0, 0.2],
        sadness=[0.0, 0, 0.9, 0, 0, 0],
        fear=[0.0, 0, 0.3, 0.9, 0, 0],
        anger=[0.0, 0, 0, 0, 0.8, 0],
    )
    found = affect_pairs(own, words)
    assert pairs(found.alike, words) == {frozenset(("bliss", "delight"))}
    assert frozenset(("panic", "rage")) in pairs(found.opposed, words)
    assert frozenset(("bliss", "grief")) in pairs(found.opposed, words)
    assert not any("dull" in pair for pair in pairs(found.opposed, words))


def test_a_list_without_opposites_is_refused():
    with pytest.raises(BadChoice, match="opposite emotions"):
        affect_pairs(lexicon(word=["a", "b"], disgust=[0.5, 0.6]), ["a", "b"])


def test_no_listed_word_gives_no_pair():
    own = lexicon(word=["joy"], valence=[0.9])
    assert [len(found) for found in affect_pairs(own, ["table"])] == [0, 0]
