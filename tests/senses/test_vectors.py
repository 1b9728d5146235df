"""senses/vectors: what was read once is not read again, and no text is kept."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.senses.vectors import sentence_vectors


class Counting:
    """An encoder that counts what it is asked."""

    name = "counting"

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        """Return the length of each text, and one."""
        self.asked += texts
        return np.array([[len(text), 1.0] for text in texts], np.float32)


def test_a_text_is_read_once_and_order_is_kept(tmp_path):
    reader = Counting()
    first = sentence_vectors(["aa", "b", "aa"], reader, tmp_path)
    again = sentence_vectors(["b", "ccc"], reader, tmp_path)
    assert reader.asked == ["aa", "b", "ccc"]
    assert first[:, 0].tolist() == [2, 1, 2]
    assert again[:, 0].tolist() == [1, 3]


def test_the_cache_holds_no_words(tmp_path):
    sentence_vectors(["a secret sentence"], Counting(), tmp_path)
    assert all(b"secret" not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_number_that_is_none_is_refused_and_not_kept(tmp_path):
    class Broken(Counting):
        def encode(self, texts):
            return np.full((len(texts), 2), np.nan, np.float32)

    with pytest.raises(BadValues, match="counting"):
        sentence_vectors(["a"], Broken(), tmp_path)
    assert sentence_vectors(["a"], Counting(), tmp_path).tolist() == [[1, 1]]


def test_a_name_leads_nowhere_else(tmp_path):
    class Far(Counting):
        name = "../../far"

    sentence_vectors(["a"], Far(), tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_no_text_has_no_vector(tmp_path):
    assert sentence_vectors([], Counting(), tmp_path).shape[0] == 0


def test_two_that_write_at_once_lose_nothing(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda at: sentence_vectors([f"{at}"], Counting(), tmp_path), range(40)))
    late = Counting()
    sentence_vectors([f"{at}" for at in range(40)], late, tmp_path)
    assert late.asked == []
