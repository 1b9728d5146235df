"""senses/encoder and senses/transformer: a small BERT against plain numpy, whole and in bytes."""

from importlib.util import find_spec

import numpy as np
import pytest
from tests.senses import small_bert

from affectory.senses.encoder import Encoder, vocabulary_of
from affectory.senses.transformer import from_bert, squeezed

NEEDED = ("onnxruntime", "onnx", "tokenizers")
pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in NEEDED), reason="needs the extra 'encoder'"
)
STATE = small_bert.state()
WORDS = {"vocabulary": vocabulary_of(small_bert.WORDS)}
WHOLE = {**from_bert(STATE, 40), **WORDS}
TEXTS = ["I am glad", "so sad!", "", "very very very sad, so so sad !", "Gladly I am"]
IDS = [[2, 4, 5, 6, 3], [2, 11, 7, 10, 3], [2, 3], [2, 8, 8, 8, 7, 1, 11, 11, 7, 10, 3],
       [2, 6, 9, 4, 5, 3]]  # fmt: skip


def encoder(arrays=WHOLE, **how):
    return Encoder(arrays, 40, heads=small_bert.HEADS, **how)


def test_words_become_the_tokens_of_an_uncased_bert():
    found = encoder().tokenizer.encode_batch(TEXTS)
    assert [each.ids for each in found] == IDS


def test_the_graph_computes_what_the_book_says():
    expected = [small_bert.mean_state(STATE, ids) for ids in IDS]
    np.testing.assert_allclose(encoder()(TEXTS).vectors, expected, atol=2e-5)


def test_a_read_out_is_a_linear_map_of_the_mean():
    rng = np.random.default_rng(1)
    heads, bias = rng.normal(size=(16, 3)).astype(np.float32), np.ones(3, np.float32)
    told = encoder({**WHOLE, "heads": heads, "heads.bias": bias})(TEXTS)
    np.testing.assert_allclose(told.scores, told.vectors @ heads + bias, atol=1e-5)


def test_tokens_are_counted_with_both_ends():
    assert encoder()(TEXTS).tokens.tolist() == [len(ids) for ids in IDS]


def test_bytes_are_near_the_whole_and_do_not_depend_on_company():
    ranges = encoder(probes=True).ranges(TEXTS)
    small = encoder({**squeezed(from_bert(STATE, 40), ranges), **WORDS})
    told, whole = small(TEXTS).vectors, encoder()(TEXTS).vectors
    assert np.corrcoef(told.ravel(), whole.ravel())[0, 1] > 0.99
    alone = np.concatenate([small([text]).vectors for text in TEXTS])
    np.testing.assert_allclose(told, alone, atol=2e-6)


def test_what_enters_a_product_is_watched_for_each_matrix():
    ranges = encoder(probes=True).ranges(TEXTS)
    assert set(ranges) == {
        f"{at}.{name}" for at in range(2) for name in ("qkv", "out", "up", "down")
    }
    assert all(low < high for low, high in ranges.values())


def test_equal_texts_have_equal_vectors_and_order_is_kept():
    told = encoder()(["so", "i am", "so"]).vectors
    np.testing.assert_array_equal(told[0], told[2])
    assert not np.allclose(told[0], told[1])


def test_a_long_text_is_cut():
    assert encoder()(["glad " * 100]).tokens.tolist() == [40]


def test_no_text_gives_no_vector():
    assert encoder()([]).vectors.shape == (0, 16)
