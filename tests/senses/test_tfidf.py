"""senses.tfidf and senses.hashed: scikit-learn's weights, orthonormal directions, hashed words."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from affectory.core.errors import NoRecords
from affectory.senses.hashed import HashedEncoder
from affectory.senses.tfidf import TfIdf, Topics

TEXTS = [
    "the cat sat on the mat",
    "the dog sat on the log",
    "a cat and a dog",
    "mats and logs and cats and dogs",
    "the cat the cat the cat",
]


def test_products_of_texts_are_those_of_scikit_learn():
    words = TfidfVectorizer(
        ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"[a-z]+"
    )
    theirs = words.fit_transform(TEXTS).toarray()
    ours = TfIdf.of(TEXTS, fewest=2).dense(TEXTS)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-6)


def test_rows_have_length_one_or_are_empty():
    rows = TfIdf.of(TEXTS, 1).dense([*TEXTS, "zebra", ""])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 1, 1, 1, 1, 0, 0], atol=1e-6)


def test_words_that_no_text_shares_are_none():
    with pytest.raises(NoRecords, match="share words"):
        TfIdf.of(["one", "two"], fewest=2)


def test_all_directions_keep_all_products_and_are_orthonormal():
    topics = Topics.of(TEXTS, k=50, fewest=1)
    rows, dense = topics.rows(TEXTS), topics.words.dense(TEXTS)
    np.testing.assert_allclose(rows @ rows.T, dense @ dense.T, atol=1e-5)
    k = topics.turn.shape[1]
    np.testing.assert_allclose(topics.turn.T @ topics.turn, np.eye(k), atol=1e-5)


def test_what_is_kept_says_the_same_and_no_text_has_no_row():
    topics = Topics.of(TEXTS, k=2, fewest=1)
    again = Topics.of_arrays(topics.arrays())
    np.testing.assert_array_equal(again.rows(TEXTS), topics.rows(TEXTS))
    assert topics.rows([]).shape == (0, 2)


def test_hashed_texts_are_near_where_they_share_words():
    encoder = HashedEncoder(64)
    a, b, c, nothing = encoder.encode(["red cars here", "red cars there", "blue", ""])
    assert a @ b > a @ c
    assert np.linalg.norm(a) == pytest.approx(1, abs=1e-6)
    assert not nothing.any()
    np.testing.assert_array_equal(encoder.encode(["x", "red cars here"])[1], a)
