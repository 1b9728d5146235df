"""senses/lexicon: one scale for all lists, and a small list of our own."""

import os
import pickle
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.core.space import Axis
from affectory.senses.lexicon import Lexicon, read_lexicon, starter

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))


def test_the_ends_and_the_middle_of_a_scale_become_minus_one_zero_and_one():
    table = pl.DataFrame({"word": ["low", "mid", "high"], "valence": [1.0, 5.0, 9.0]})
    assert read_lexicon(table).weights.ravel().tolist() == [-1.0, 0.0, 1.0]


def test_raters_deviations_are_stretched_with_the_scale():
    table = pl.DataFrame({"word": ["a", "b"], "valence": [1.0, 9.0], "valence_sd": [2.0, 1.0]})
    assert read_lexicon(table).spread.ravel().tolist() == [0.5, 0.25]  # 2 / (9 - 1) a unit


def test_emotions_that_a_word_carries_stay_between_zero_and_one():
    table = pl.DataFrame({"word": ["a", "b"], "fear": [1, 0], "joy": [0, 1]})
    lexicon = read_lexicon(table)
    assert lexicon.axes == (Axis("fear", 0.0, 1.0), Axis("joy", 0.0, 1.0))
    assert lexicon.weights.tolist() == [[1, 0], [0, 1]]


def test_the_neutral_band_is_open_at_both_ends():
    table = pl.DataFrame({"word": list("abcde"), "valence": [1.0, 4.0, 5.0, 6.0, 9.0]})
    lexicon = read_lexicon(table, neutral=(4, 6))
    assert lexicon.words == ("a", "b", "d", "e")
    assert "1 neutral words dropped" in lexicon.reading
    with pytest.raises(BadChoice, match="narrower"):
        read_lexicon(table, neutral=(0, 10))


def test_a_lexicon_is_frozen_and_survives_a_pickle():
    one = starter()
    assert not one.weights.flags.writeable
    assert pickle.loads(pickle.dumps(one)) == one


def test_illegal_lists_are_refused():
    axis = (Axis("valence", -1.0, 1.0),)
    with pytest.raises(BadValues, match="outside"):
        Lexicon("x", ("a",), np.array([[2.0]]), axis)
    with pytest.raises(BadValues, match="outside"):
        Lexicon("x", ("a",), np.array([[np.nan]]), axis)
    with pytest.raises(BadValues, match="weights"):
        Lexicon("x", ("a", "b"), np.array([[1.0]]), axis)
    with pytest.raises(BadValues, match=">= 1 word"):
        Lexicon("x", (), np.zeros((0, 1)), axis)


def test_a_lexicon_shows_its_size_and_not_its_words():
    shown = f"Lexicon('starter', {len(starter())} words, axes valence, arousal, dominance)"
    assert repr(starter()) == shown


def test_every_starter_entry_can_be_found_and_none_comes_twice():
    own = starter()
    assert own.unread == ()
    assert len(own.index.doubled) == 0
    assert [axis.name for axis in own.axes] == ["valence", "arousal", "dominance"]


def test_opposites_of_the_starter_list_stand_on_opposite_sides():
    own = dict(zip(starter().words, starter().weights.tolist(), strict=True))
    assert own["joy"][0] > 0 > own["sad"][0]
    assert own["panic"][1] > 0 > own["calm"][1]
    assert own["confident"][2] > 0 > own["helpless"][2]


@pytest.mark.parametrize(
    ("path", "words", "axes", "first"),
    [  # counts from the INDEX of the data; first weight by the linear rule from the first line
        ("labmt/labMT_English.tsv.gz", 10_222, 1, (8.50 - 5) / 4),
        ("vader/vader_lexicon.txt.gz", 7_520, 1, -1.5 / 4),
        ("warriner_vad/Ratings_Warriner_et_al.csv.gz", 13_915, 3, (6.26 - 5) / 4),
    ],
)
def test_published_lists_are_read_whole(path, words, axes, first):
    if not (DATA / path).exists():
        pytest.skip("the list is not here")
    lexicon = read_lexicon(DATA / path)
    assert (len(lexicon), lexicon.weights.shape[1]) == (words, axes)
    assert lexicon.weights[0, 0] == pytest.approx(first)
    assert len(lexicon.unread) < 0.03 * words
