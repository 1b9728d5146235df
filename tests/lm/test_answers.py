"""lm/answers: what counts as an answer, and that nothing else is guessed."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.lm.answers import fields, flags, label, number, verdict
from affectory.lm.model import Answer
from affectory.represent.vocabularies import AFFECT11, MELD7


def said(*texts):
    return [Answer(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("joy", "joy"),
        ("Answer: Sadness.", "sadness"),
        ("The emotion is anger, because he shouts", "anger"),
        ("**Disgust**", "disgust"),
        ("Let me think.\nHe laughs.\n\nLabel: joy", "joy"),
        ("I think so.\nneutral", "neutral"),
        ("happy", "joy"),
    ],
)
def test_a_leading_label_counts(text, name):
    parsed = label(said(text), MELD7, {"happy": "joy"})
    assert MELD7.names[int(parsed.values[0].argmax())] == name
    assert parsed.unread == 0


@pytest.mark.parametrize(
    "text", ["not anger", "joy or anger", "anger/disgust", "", "joyless", "I feel no joy at all"]
)
def test_anything_else_is_unread_and_has_a_reason(text):
    parsed = label(said(text), MELD7)
    assert np.isnan(parsed.values).all()
    assert parsed.unread == 1
    assert parsed.reasons[0]


def test_every_label_is_read_back():
    parsed = label(said(*MELD7.names), MELD7)
    np.testing.assert_array_equal(parsed.values, np.eye(7))


def test_a_list_is_read_whole_or_not_at_all():
    parsed = flags(said("joy, love and trust", "none", "joy, hunger", "Answer: fear"), AFFECT11)
    names = [
        [name for name, value in zip(AFFECT11.names, row, strict=True) if value == 1]
        for row in parsed.values
    ]
    assert names == [["joy", "love", "trust"], [], [], ["fear"]]
    assert [bool(reason) for reason in parsed.reasons] == [False, False, True, False]


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.8", 0.8), (".8", 0.8), ("0,8", 0.8), ("Score: 0.8", 0.8), ("0.8 out of 1", 0.8),
     ("4/5", 0.8), ("80 %", 0.8), ("0.8 (high)", 0.8)],
)  # fmt: skip
def test_numbers_are_read_in_the_ways_that_models_write_them(text, value):
    assert number(said(text), 0, 1).values[0, 0] == pytest.approx(value)


@pytest.mark.parametrize("text", ["3", "1 or 2", "about half", "between 0.2 and 0.4", "-1", "9/5"])
def test_numbers_off_the_scale_or_two_of_them_are_unread(text):
    assert number(said(text), 0, 1).unread == 1


def test_yes_and_no_lead():
    values = verdict(said("Yes, he does.", "**No**", "Answer: yes", "Perhaps", "yes or no?")).values
    np.testing.assert_array_equal(values[:, 0], [1, 0, 1, np.nan, np.nan])


def test_an_object_is_found_in_prose():
    text = 'Sure {not json}! {"label": "joy", "why": "a {smile}"} Hope this helps {"label": 1}'
    assert fields(Answer(text), ["label", "why"]) == {"label": "joy", "why": "a {smile}"}
    assert fields(Answer("nothing"), ["label"]) is None


def test_a_refusal_is_told_from_an_empty_answer():
    parsed = label([Answer("", ending="refused"), Answer("")], MELD7)
    assert parsed.reasons == ("the server refused", "an empty answer")


def test_a_synonym_of_nothing_is_refused():
    with pytest.raises(BadValues, match="hunger"):
        label(said("joy"), MELD7, {"peckish": "hunger"})
