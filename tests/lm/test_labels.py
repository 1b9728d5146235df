"""lm/labels: closed forms on a scripted model, then a real one, then the edges."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.core.space import Axis, Kind, Space
from affectory.lm.labels import LabelScorer
from affectory.lm.model import chat
from affectory.lm.scripted import Scripted

MOODS = Space("moods", Kind.DISTRIBUTION, tuple(Axis(n, 0, 1) for n in ("joy", "anger", "fear")))
LIKED = {"joy": -1.0, "anger": -4.0, "fear": -4.0}  # what the model likes for no reason


def asked(text):
    return chat(f"Name the emotion.\nText: {text}\nEmotion:")


def moved(prompt, answer):
    """Likes joy best whatever is said; 'grr' makes anger twice e as likely as it was."""
    return LIKED[answer.strip()] + (2.0 if "grr" in prompt[0].text and "anger" in answer else 0.0)


@pytest.fixture
def scorer():
    """Give a scorer on a model that likes joy."""
    return LabelScorer(Scripted(scores=moved), MOODS, asked)


def test_a_leaning_is_taken_out(scorer):
    np.testing.assert_allclose(scorer.leaning, [-1, -4, -4])
    np.testing.assert_allclose(scorer.shares(["a table"]), [[1 / 3] * 3], atol=1e-9)
    e = np.exp(2)
    np.testing.assert_allclose(scorer.shares(["grr"]), [[1 / (2 + e), e / (2 + e), 1 / (2 + e)]])


def test_without_calibration_shares_are_the_probabilities_of_the_model(scorer):
    plain = LabelScorer(scorer.model, MOODS, asked, free=())
    p = np.exp([-1, -2, -4])
    np.testing.assert_allclose(plain.shares(["grr"]), [p / p.sum()])
    assert scorer.shares(["grr"]).argmax() != plain.shares(["grr"]).argmax()


def test_shares_stand_in_the_order_of_the_axes_and_are_legal(scorer):
    turned = Space("turned", Kind.DISTRIBUTION, MOODS.axes[::-1])
    there = LabelScorer(scorer.model, turned, asked).shares(["grr"])
    np.testing.assert_allclose(there[:, ::-1], scorer.shares(["grr"]))
    assert turned.admits(there)


def test_by_length_a_label_is_not_poorer_for_being_longer():
    even = Scripted(scores=lambda _, answer: -1.0 * len(answer.split()))
    words = ("joy", "great anger", "fear of all that")
    for by_length, expected in ((True, [-1, -1, -1]), (False, [-1, -2, -4])):
        scorer = LabelScorer(even, MOODS, asked, words, free=(), by_length=by_length)
        np.testing.assert_allclose(scorer.scores(["x"]), [expected])


def test_what_was_not_said_has_no_state(scorer):
    shares = scorer.shares([None, "grr", "", " \n"])
    assert np.isnan(shares[[0, 2, 3]]).all()
    assert np.isfinite(shares[1]).all()
    assert scorer.shares([]).shape == (0, 3)


def test_a_text_has_the_same_shares_alone_and_among_others(tiny):
    scorer = LabelScorer(tiny, MOODS, asked, (" joy", " anger", " fear"))
    texts = ["so happy today", "the dog was not", "what ?", "I and you", "very very sad"]
    together = scorer.shares(texts)
    kept = tiny._reader._kept
    np.testing.assert_allclose(together[2:3], scorer.shares(texts[2:3]), atol=1e-5)
    assert tiny._reader._kept is kept  # the instruction was not read again


def test_words_must_name_every_axis_once(scorer):
    with pytest.raises(BadValues, match="3 distinct words"):
        LabelScorer(scorer.model, MOODS, asked, ("joy", "joy", "fear"))
