"""senses/scoring: weights of words in their texts, done in the head first."""

import time

import numpy as np
import pytest

from affectory.core.space import Axis
from affectory.senses import scoring
from affectory.senses.lexicon import Lexicon
from affectory.senses.scoring import score

AXES = (Axis("valence", -1.0, 1.0), Axis("arousal", -1.0, 1.0), Axis("fear", 0.0, 1.0))
LIST = Lexicon(
    "toy",
    ("happy", "sad", "war", "give up", "😢"),
    np.array([[0.8, 0.4, 0.0], [-0.6, -0.2, 0.0], [-0.9, 0.6, 1.0], [-0.5, 0.0, 0.0], [-1, 0, 0]]),
    AXES,
    language="en",
)


def valence(text: str, **how) -> float:
    return float(score([text], LIST, **how).means()[0][0, 0])


def test_a_text_is_the_mean_of_its_words_and_their_number_does_not_matter():
    assert valence("happy and sad") == pytest.approx((0.8 - 0.6) / 2)
    assert valence("happy sad " * 50) == pytest.approx(0.1)


def test_the_spread_is_the_standard_error_of_the_mean():
    # sample SD of (0.8, -0.6, 0.8) is sqrt(2 * 0.4667^2 + 0.9333^2) / sqrt(2) = 0.8083
    said = score(["happy sad happy", "happy"], LIST)
    _, error = said.means()
    assert error[0, 0] == pytest.approx(np.std([0.8, -0.6, 0.8], ddof=1) / np.sqrt(3))
    assert np.isnan(error[1]).all()


def test_a_single_word_takes_its_raters_deviation_where_there_is_one():
    own = Lexicon("x", ("joy",), np.array([[1.0]]), AXES[:1], np.array([[0.3]]))
    assert score(["joy"], own).means()[1][0, 0] == 0.3
    assert score(["joy joy"], own).means()[1][0, 0] == 0.0


def test_no_listed_word_is_undefined_and_not_zero():
    said = score(["the table", "", "happy"], LIST)
    assert np.isnan(said.means()[0][:2]).all()
    assert said.known.tolist() == [0, 0, 1]
    assert said.words.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    "text",
    [
        "not happy",
        "I am not at all happy",
        "don\u2019t be happy",
        "isn't happy",
        "NEVER happy",
        "no give happy",
    ],
)
def test_a_negator_within_three_words_turns_and_damps(text):
    assert valence(text) == pytest.approx(-0.74 * 0.8)


@pytest.mark.parametrize(
    "text",
    [
        "happy, not",
        "no. happy",
        "no, happy",
        "not one two three happy",
        "not this but happy",
        "knot happy",
    ],
)
def test_a_negator_behind_afar_or_in_another_clause_turns_nothing(text):
    assert valence(text) == pytest.approx(0.8)


def test_a_negator_in_the_text_before_turns_nothing():
    assert score(["it is not", "happy"], LIST).values[0, 0] == 0.8


def test_a_turned_word_keeps_its_arousal_and_loses_its_flags():
    values = score(["no war"], LIST).values[0]
    np.testing.assert_allclose(values, [0.74 * 0.9, 0.6, 0.0])


def test_negation_and_degree_can_be_switched_off():
    assert valence("not happy", damping=None) == 0.8
    assert valence("not happy", damping=0.0) == 0.0
    assert valence("very happy", degree=False) == 0.8


def test_degree_words_move_the_next_word_by_a_quarter_within_the_axis():
    assert valence("slightly happy") == pytest.approx(0.6)
    assert valence("very happy") == 1.0
    assert valence("very sad") == pytest.approx(-0.75)
    assert valence("very 😢") == -1.0


def test_a_text_in_another_language_is_strange_and_a_name_in_english_is_not():
    said = score(
        [
            "Ich bin nicht so happy, aber die party war gut",
            "De la Cruz is happy",
            "je suis sad",
            "war",
            "happy",
        ],
        LIST,
    )
    assert said.strange.tolist() == [True, False, True, False, False]


def test_spans_are_characters_of_the_text_itself():
    texts = ["été happy 😢", "I give  up!", "x"]
    said = score(texts, LIST)
    low, high = said.spans()
    words = [texts[r][a:b] for r, a, b in zip(said.row, low, high, strict=True)]
    assert words == ["happy", "😢", "give  up"]


def test_places_count_the_words_before_in_the_same_text():
    assert score(["a happy b sad", "c 😢"], LIST).place.tolist() == [1, 3, 1]


def test_a_text_scores_the_same_alone_and_among_others():
    rng = np.random.default_rng(0)
    words = np.array([*LIST.words, "not", "very", "x", ",", "."])
    texts = [" ".join(rng.choice(words, rng.integers(0, 12))) for _ in range(200)]
    together = score(texts, LIST).means()
    for at, text in enumerate(texts):
        alone = score([text], LIST).means()
        for one, many in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one[0], many[at])


def test_many_blocks_score_as_one(monkeypatch):
    texts = ["été happy 😢 one two", "", "not sad", "give up", "happy"] * 40
    whole = score(texts, LIST)
    monkeypatch.setattr(scoring, "BLOCK", 30)
    parts = score(texts, LIST)
    for name in ("row", "place", "values", "words", "known", "strange"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    for one, other in zip(parts.spans(), whole.spans(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "unit", ["😀", "not happy ", "give up ", "give ", "a", "! ", ", ", "\u0301", "a.b "]
)
def test_time_grows_with_length_alone(unit):
    def least(times: int) -> float:
        runs = []
        for _ in range(5):
            begin = time.process_time()
            score([unit * times], LIST).means()
            runs.append(time.process_time() - begin)
        return min(runs)

    # a quadratic scan of four times the text takes sixteen times as long
    assert least(80_000) < 8 * least(20_000) + 0.01


def test_no_text_at_all_is_no_score():
    said = score([], LIST)
    assert said.means()[0].shape == (0, 3)
    assert said.spans()[0].shape == (0,)


@pytest.mark.parametrize(
    "odd", ["\0", "\ud800", "happy\0happy", "😀" * 3, "@@@", "http://x.y happy"]
)
def test_odd_texts_are_scored_without_a_word(odd):
    assert score([odd, "sad"], LIST).values[-1, 0] == -0.6
