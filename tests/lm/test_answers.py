"""lm/answers: the point of an answer is read where it stands; anything else is counted."""

import pickle
import time

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.core.space import Axis, Kind, Space
from affectory.lm.answers import JsonRow, ManyLabels, Number, OneLabel, Reader, YesNo, parse
from affectory.lm.model import Answer


def _space(kind: Kind, *names: str, low: float = 0.0, high: float = 1.0) -> Space:
    return Space("toy", kind, tuple(Axis(name, low, high, low) for name in names))


MOODS = _space(Kind.DISTRIBUTION, "joy", "anger", "fear", "depressed_mood")
ONE = OneLabel(MOODS, {"happiness": "joy", "happy": "joy", "low mood": "depressed_mood"})
MANY = ManyLabels(_space(Kind.FLAGS, "joy", "anger", "fear"), {"happiness": "joy"})
SHARE = _space(Kind.FLAGS, "joy")
UNIT = Number(SHARE, {"very high": 0.9, "high": 0.8})
YES = YesNo(SHARE)


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("joy", "joy"),
        ("Joy.", "joy"),
        (' "Joy" ', "joy"),
        ("**Anger**", "anger"),
        ("anger. Reasoning: he shouts; there is no joy or fear in it.", "anger"),
        ("Fear, because the dog barks.", "fear"),
        ("Fear - the dog barks", "fear"),
        ("The emotion is happiness.", "joy"),
        ("The dominant emotion expressed in this post is fear.", "fear"),
        ("Answer: anger", "anger"),
        ("Final answer: Anger.\n", "anger"),
        ("Label = low mood", "depressed_mood"),
        ("Depressed mood", "depressed_mood"),
        ("depressed-mood", "depressed_mood"),
        ("2. anger", "anger"),
        ("(b) anger", "anger"),
        ("Reasoning: first he smiles, then he shouts. Answer: anger", "anger"),
        ("He smiles, then he shouts.\nanger", "anger"),
        ("<think>joy? fear?</think>anger", "anger"),
        ('{"emotion": "joy"}', "joy"),
        ("```\nfear\n```", "fear"),
        ("I would say joy.", "joy"),
        ("It is fear", "fear"),
        ("Joy. The emotion is joy.", "joy"),
        ("Joy, not fear.", "joy"),
        ("Joy. No fear is in it.", "joy"),
        ("<think>a</think><think>fear", None),
        ("<think>fear</think>joy<think>anger</think>", "joy"),
    ],
)
def test_one_label_is_read_where_it_is_the_point(said, label):
    row = tuple(float(name == label) for name in MOODS.names) if label else None
    assert ONE.read(said).row == row


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Joy or fear", "several labels"),
        ("joy, anger", "several labels"),
        ("joy and anger", "several labels"),
        ("Joy/Anger", "several labels"),
        ("Joy. Answer: anger", "several labels"),
        ("Not joy", "no label"),
        ("No joy at all", "no label"),
        ("joyless", "no label"),
        ("Happy to help! What do you want to know?", "no label"),
        ("I was asked whether this is joy or fear and cannot tell.", "no label"),
        ("The writer had anger management classes.", "no label"),
        ("Disgust", "no label"),
        ("Joy.\nActually the answer is fear.", "several labels"),
        ("Joy. No, the answer is fear.", "several labels"),
        ("joy - no, fear", "several labels"),
        ("Joy. Wait, it is fear.", "several labels"),
        ("Joy. Fear.", "several labels"),
        ("joy? No: fear", "no label"),
        ("Is it joy?", "no label"),
        ("not\njoy", "no label"),
        ("Anything but:\njoy", "no label"),
        ("It can be anger or\njoy", "no label"),
        ("", "no label"),
    ],
)
def test_what_only_mentions_labels_is_not_read(said, reason):
    found = ONE.read(said)
    assert found.row is None
    assert found.reason == reason


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ("joy, fear", (1, 0, 1)),
        ("Happiness and fear.", (1, 0, 1)),
        ("joy, anger, and fear", (1, 1, 1)),
        ("anger", (0, 1, 0)),
        ("- joy\n- anger", (1, 1, 0)),
        ("1. joy\n2. fear", (1, 0, 1)),
        ('["joy", "fear"]', (1, 0, 1)),
        ("Emotions: joy; fear", (1, 0, 1)),
        ("Labels: joy / anger\nReasoning: he shouts with fear.", (1, 1, 0)),
        ("none", (0, 0, 0)),
        ("None of the above.", (0, 0, 0)),
    ],
)
def test_all_labels_of_a_list_are_read(said, row):
    assert ManyLabels(MANY.space, MANY.synonyms, cues=("emotions", "labels")).read(said).row == row


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("joy, boredom", "an unknown label"),
        ("none, joy", "labels and none of them"),
        ("There is joy in it.", "no label"),
        ("no joy", "no label"),
        ("joy\nAnswer: fear", "several lists"),
    ],
)
def test_a_list_with_a_strange_part_is_not_read(said, reason):
    assert MANY.read(said).reason == reason


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("0.8", 0.8),
        (".8", 0.8),
        ("0,8", 0.8),
        ("1", 1.0),
        ("1.", 1.0),
        ("80%", 0.8),
        ("80 percent", 0.8),
        ("0.8 out of 1", 0.8),
        ("4/5", 0.8),
        ("Score: 0.8", 0.8),
        ("Intensity: 0.8 because 3 words are loud", 0.8),
        ("The intensity is 0.8.", 0.8),
        ("The joy intensity is high.", None),
        ("joy: 0.8", 0.8),
        ("I would rate it 0.8", 0.8),
        ("about 0.8", 0.8),
        ("0.8. Reasoning: he laughed 3 times.", 0.8),
        ("Very high.", 0.9),
        ("high", 0.8),
        ("0.8 (80%)", 0.8),
        ("1. It is 0.4", 0.4),
        ("He laughs 3 times.\n0.8", 0.8),
    ],
)
def test_a_number_is_read_in_its_range(said, value):
    row = UNIT.read(said).row
    assert row == (None if value is None else (pytest.approx(value),))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("8", "off the scale"),
        ("-0.1", "off the scale"),
        ("120%", "off the scale"),
        ("0.6-0.8", "a range"),
        ("0.6 to 0.8", "a range"),
        ("0.6. Answer: 0.7", "several numbers"),
        ("You mention 1 friend.", "no number"),
        ("somewhat", "no number"),
        ("v0.8", "no number"),
        ("0.8.1", "no number"),
        ("0.7, 0.8", "several numbers"),
        ("0.7; 0.8", "several numbers"),
        ("0.7, maybe .8", "several numbers"),
        ("0.7. No, 0.8", "several numbers"),
        ("1. 0.4", "several numbers"),
        ("0.7?", "no number"),
        ("Anything but:\n0.7", "no number"),
    ],
)
def test_a_number_that_is_none_is_not_guessed(said, reason):
    assert UNIT.read(said).reason == reason


@pytest.mark.parametrize("said", ["0.7, 0.8", "7; 8", "7, maybe 8", "1. 0.4", "7 or 8"])
def test_two_numbers_are_none_on_a_wider_scale(said):
    ten = Number(_space(Kind.SCALE, "pain", high=10.0))
    assert ten.read(said).row is None
    assert ten.read("7").row == (7.0,)


@pytest.mark.parametrize(
    ("said", "value"),
    [("3/5", 3.0), ("3 out of 5", 3.0), ("3", 3.0), ("6/10", None), ("60%", None)],
)
def test_a_share_of_a_scale_that_does_not_begin_at_nothing_is_unread(said, value):
    likert = Number(_space(Kind.SCALE, "concern", low=1.0, high=5.0))
    assert likert.read(said).row == (None if value is None else (value,))


@pytest.mark.parametrize("said", ["-0.5", "\u22120.5", "minus 0.5", "Valence: -0.5"])
def test_numbers_below_nothing_are_read(said):
    signed = Number(_space(Kind.SCALE, "valence", low=-1.0))
    assert signed.read(said).row == (-0.5,)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("Yes", 1),
        ("No.", 0),
        ("Yes, the poster suffers. Reasoning: no sleep.", 1),
        ("No, there is nothing of it.", 0),
        ("No the poster does not", 0),
        ("Answer: yes", 1),
        ("\n\n-Yes", 1),
        ("Reasoning: he sleeps. Therefore, the answer is no.", 0),
        ('"No. Reasoning: she says yes to everything."', 0),
    ],
)
def test_yes_and_no_are_read_whatever_follows(said, value):
    assert YES.read(said).row == (value,)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Yes and no.", "yes and no"),
        ("yes or no", "yes and no"),
        ("Yes. Answer: no", "yes and no"),
        ("Yes. No.", "yes and no"),
        ("Yes? No.", "no yes or no"),
        ("No doubt about it", "no yes or no"),
        ("Nobody knows", "no yes or no"),
        ("It depends: some would say yes", "no yes or no"),
    ],
)
def test_neither_yes_nor_no_is_counted(said, reason):
    assert YES.read(said).reason == reason


def test_reasoning_is_kept_beside_the_point():
    assert YES.read("No. Reasoning: he sleeps well.").rest == "he sleeps well."
    assert YES.read("Yes, she is sad").rest == "she is sad"
    assert ONE.read("joy. Explanation: a smile").rest == "a smile"


# --------------------------------------------------------------------------- JSON


VA = JsonRow(_space(Kind.DIMENSIONS, "valence", "arousal", low=-1.0), {"activation": "arousal"})


@pytest.mark.parametrize(
    "said",
    [
        '{"valence": 0.5, "arousal": -0.25}',
        'Sure!\n```json\n{"valence": 0.5, "arousal": -0.25}\n```\nHope it helps {really}.',
        "{'valence': 0.5, 'arousal': -0.25,}",
        '{"Valence": "0.5", "activation": "-0.25"}',
        '{"note": {"x": 1}} {"valence": 0.5, "arousal": -0.25}',
        '{"valence": 0.5, "arousal": -0.25, "other": 9} {"valence": 0.5, "arousal": -0.25}',
    ],
)
def test_an_object_is_read_out_of_its_prose(said):
    assert VA.read(said).row == (0.5, -0.25)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("valence 0.5", "no JSON object with these keys"),
        ('{"valence": 0.5, "arousal":', "no JSON object with these keys"),
        ('{"valence": 0.5}', "nothing for arousal"),
        ('{"valence": 0.5, "arousal": 3}', "no number for arousal"),
        ('{"valence": 0.5, "arousal": null}', "no number for arousal"),
        ('{"valence": NaN, "arousal": 0}', "no number for valence"),
        ('{"valence": 0.5, "arousal": 0, "activation": 1}', "two numbers for arousal"),
        ('{"valence": 0.5, "arousal": 0} {"valence": 0.1, "arousal": 0}', "several objects"),
        ("{" * 500, "no JSON object with these keys"),
        ('{"valence":' * 100_000, "objects nested too deep"),
    ],
)
def test_an_object_that_lacks_something_is_not_read(said, reason):
    assert VA.read(said).reason == reason


def test_rounded_shares_are_made_whole_and_others_refused():
    shares = JsonRow(_space(Kind.DISTRIBUTION, "a", "b", "c"))
    row = shares.read('{"a": 0.33, "b": 0.33, "c": 0.33}').row
    assert row == pytest.approx((1 / 3,) * 3)
    assert shares.read('{"a": 1, "b": 1, "c": 0}').reason == "shares that are no whole"


def test_the_reasoning_of_an_object_is_kept():
    said = '{"valence": 0, "arousal": 0, "reasoning": "calm"}'
    assert VA.read(said).rest == "calm"


def test_an_object_of_flags_takes_true_and_false():
    flags = JsonRow(_space(Kind.FLAGS, "joy", "fear"), words={"high": 0.8})
    assert flags.read('{"joy": true, "fear": "high"}').row == (1.0, 0.8)


# --------------------------------------------------------------------------- batches


def test_what_is_not_read_is_a_row_of_nan_and_counted_by_reason():
    answers = [Answer("joy"), "What?", None, Answer("", ending="refused"), "  ", "Hm."]
    read = parse(ONE, answers)
    assert read.values.shape == (6, 4)
    np.testing.assert_array_equal(read.read, [True] + [False] * 5)
    assert np.isnan(read.values[1:]).all()
    assert read.unparsed == 5
    assert read.counts == {"no label": 2, "no answer": 1, "refused": 1, "an empty answer": 1}
    assert read.said == ("joy", "What?", "", "", "  ", "Hm.")
    assert not read.values.flags.writeable


def test_the_share_of_unread_answers_is_a_figure():
    # Wilson for 1 of 4: middle (.25 + 1.9208/4) / (1 + 3.8416/4), by hand .0456 to .6994
    told = parse(YES, ["yes", "no", "yes", "hm"]).figure("model", "toy")
    assert (told.value, told.n, told.by) == (0.25, 4, "model")
    assert (told.low, told.high) == pytest.approx((0.0456, 0.6994), abs=1e-4)


def test_the_interval_of_none_begins_at_none():
    # Wilson for 0 of 10: z^2 / (n + z^2) = 3.8415 / 13.8415, by hand .2775
    none, every = (parse(YES, [said] * 10).figure() for said in ("yes", "hm"))
    assert (none.low, none.high) == (0.0, pytest.approx(0.2775, abs=1e-4))
    assert (every.low, every.high) == (pytest.approx(0.7225, abs=1e-4), 1.0)


def test_no_answer_at_all_is_an_empty_table():
    none = parse(ONE, [])
    assert none.values.shape == (0, 4)
    assert none.figure().reason == "no answer"


@pytest.mark.parametrize("reader", [ONE, MANY, UNIT, YES, VA])
def test_every_reader_keeps_to_its_space_whatever_is_said(reader):
    assert isinstance(reader, Reader)
    assert pickle.loads(pickle.dumps(reader)) == reader
    odd = [
        "",
        "\0",
        "{}",
        "[]",
        "{{",
        "\\",
        "((((",
        "yes" * 999,
        "1" * 400,
        "\u202ejoy",
        "😢",
        "0/0",
        "1/0",
    ]
    read = parse(reader, odd)
    assert reader.space.admits(read.values)


def test_long_answers_are_read_in_no_time():
    begin = time.process_time()
    for reader in (ONE, MANY, UNIT, YES, VA):
        parse(reader, ["joy, " * 4000, "the emotion is " * 3000, " " * 20000 + "x", "a " * 9000])
    assert time.process_time() - begin < 3


# --------------------------------------------------------------------------- refused


def test_a_synonym_of_nothing_is_refused():
    for kind in (OneLabel, JsonRow):
        with pytest.raises(BadChoice, match="boredom"):
            kind(MOODS, {"bored": "boredom"})


def test_one_axis_is_asked_for_where_one_is_read():
    for kind in (YesNo, Number):
        with pytest.raises(BadValues, match="one"):
            kind(MOODS)


def test_several_labels_need_a_space_of_flags():
    with pytest.raises(BadChoice, match="flags"):
        ManyLabels(MOODS)


def test_a_word_for_a_number_off_the_axis_is_refused():
    with pytest.raises(BadValues, match="very high"):
        Number(SHARE, {"very high": 9.0})
