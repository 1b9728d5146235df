"""perceive/utterance: what it must get right whatever its weights, then the figures' floor."""

import os
import pickle
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from affectory.core import shelf
from affectory.core.errors import BadChoice, BadFile, BadValues, MissingFile, NoRecords
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.perceive.utterance import CARD, SHIPPED, SPACES, UtteranceEmotion, toy
from affectory.represent.vocabularies import EKMAN7N, GOEMOTIONS28, POLARITY, VAD
from affectory.sources.rated import read_emobank, read_goemotions

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
HERE = (DATA / "goemotions").is_dir() and (DATA / "emobank").is_dir()
READER = UtteranceEmotion()


def records(*texts: str | None) -> Records:
    return Records(pl.DataFrame({"session": "s", "actor": "ann", "text": list(texts)}))


def test_the_toy_is_glad_then_angry_then_silent():
    felt = READER.perceive(toy())
    assert felt["ekman7n"].values[:2].argmax(axis=1).tolist() == [
        EKMAN7N.index("joy"), EKMAN7N.index("anger"),
    ]  # fmt: skip
    assert felt["polarity"].axis("negative")[1] > 0.8
    for name in CARD.gives:
        assert felt[name].missing.tolist() == [False, False, True]


def test_every_state_is_legal_and_has_a_spread():
    felt = READER.perceive(records("so SAD", "lol", "?", "привет", "x" * 500, "a. " * 100))
    for space in SPACES:
        told = felt[space.name]
        assert space.admits(told.values)
        assert told.spread is not None
        assert (told.spread >= 0).all()


@pytest.mark.parametrize("text", ["", None, "  \n", ",,,"])
def test_nothing_to_read_is_a_missing_state(text):
    assert READER.perceive(records("good", text))["vad"].missing.tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Thank you so much", "gratitude"),
        ("I'm so sorry, it was my fault", "remorse"),
        ("I am scared of the dark", "fear"),
        ("Happy birthday, I love you", "love"),
        ("Why would they do that?", "curiosity"),
        ("That is disgusting", "disgust"),
        ("Wow, I did not see that coming", "surprise"),
        ("The meeting is at three", "neutral"),
    ],
)
def test_plain_cases_are_plain(text, label):
    values = READER.read([text])[0][0][0]
    assert label in {GOEMOTIONS28.names[at] for at in np.argsort(-values)[:2]}


def test_a_negator_turns_a_word():
    value = READER.read(["I am happy", "I am not happy", "not bad", "bad"])[3][0][:, 0]
    assert value[0] > 0.2 > value[1]
    assert value[2] > value[3]


def test_a_state_does_not_depend_on_its_company():
    texts = ["I love it", "no", "", "what a day!!", "long and tired. " * 30] * 300
    many = READER.read(texts)
    for row in range(5):
        for (all_values, all_spread), (value, spread) in zip(
            many, READER.read([texts[row]]), strict=True
        ):
            np.testing.assert_array_equal(all_values[row], value[0])
            np.testing.assert_array_equal(all_spread[row], spread[0])


def test_saying_it_eleven_times_says_it_once():
    one, eleven = READER.read(["I am so happy today! ", "I am so happy today! " * 11])[0][0]
    np.testing.assert_allclose(eleven, one, atol=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "Je suis très heureux de te voir aujourd'hui",
        "Estoy muy triste porque mi perro murió ayer",
        "我今天很高兴",
        "asdkjh qwelkj zxcmn",
    ],
)
def test_what_it_does_not_know_is_usual_and_wide(text):
    plain = READER.read(["The meeting is at three"])[3]
    values, spread = READER.read([text])[3]
    assert np.abs(values).max() < 0.2
    assert spread[0, 0] > 1.3 * plain[1][0, 0]


@pytest.mark.parametrize("text", ["😂" * 8000, "a" * 10**6, "so good " * 120_000, "!?" * 10**5])
def test_hostile_texts_take_a_moment(text):
    began = time.process_time()
    READER.read([text])
    assert time.process_time() - began < 1.0  # quadratic time would be minutes


def test_the_words_that_moved_a_state_are_told_with_their_place():
    (reason, *_) = READER.explain(records("Well, 😂 … thank you"), top=2)
    assert reason.text.lower() == "thank"
    assert reason.span == (10, 15)
    assert reason.axis == "gratitude"
    assert reason.weight > 0.3


def test_only_the_records_behind_the_states_are_explained_on_the_axis_asked_for():
    said = records("I hate this", "what a lovely day", "")
    felt = READER.perceive(said)["vad"]
    told = READER.explain(said, felt.rows(felt.seq == 1), "valence")
    assert {(reason.record, reason.axis) for reason in told} == {(1, "valence")}
    assert max(told, key=lambda reason: reason.weight).text == "lovely"


def test_reasons_do_not_depend_on_the_company():
    said = ["I hate this", "what a lovely day", "no"]
    alone = [READER.explain(records(text), top=2) for text in said]
    together = READER.explain(records(*said), top=2)
    weights = [reason.weight for one in alone for reason in one]
    assert [reason.weight for reason in together] == weights


def test_a_space_that_it_does_not_give_is_refused():
    felt = READER.perceive(toy())["ekman7n"]
    with pytest.raises(BadChoice, match="space"):
        READER.explain(toy(), replace(felt, space=replace(felt.space, name="meld7")))


def test_fit_moves_the_read_out_to_its_labels_and_leaves_the_asker():
    said = records(*(["good", "bad", "fine", "awful stuff", "great day"] * 20))
    values = np.tile([[0.1, 0, 0]], (100, 1)) + np.random.default_rng(0).normal(
        size=(100, 3), scale=0.05
    )
    before = READER.perceive(said)["vad"].values.copy()
    fitted = READER.fit(said, Trajectory.on(said, VAD, values, "rater"))
    assert fitted.perceive(said)["vad"].values[:, 0].mean() == pytest.approx(0.1, abs=0.02)
    np.testing.assert_array_equal(READER.perceive(said)["vad"].values, before)


def test_fit_learns_shares_too():
    said = records(*(["good", "bad"] * 50))
    share = np.tile([[0.0, 1.0, 0.0]], (100, 1))
    fitted = READER.fit(said, Trajectory.on(said, POLARITY, share, "rater"))
    assert fitted.perceive(said)["polarity"].axis("neutral").min() > 0.8


def test_fit_without_labels_in_its_spaces_says_so():
    said = records("a")
    meld = Trajectory.on(said, VAD, [[np.nan] * 3], "rater")
    with pytest.raises(NoRecords):
        READER.fit(said, meld)


def test_it_survives_pickling_and_its_weights_survive_a_file(tmp_path):
    again = pickle.loads(pickle.dumps(READER))
    assert again.perceive(toy())["vad"] == READER.perceive(toy())["vad"]
    learned = READER._learned()
    shelf.save(tmp_path / "copy.safetensors", learned.arrays(), learned.note)
    copy = UtteranceEmotion(weights=tmp_path / "copy.safetensors")
    assert copy.perceive(toy())["vad"] == READER.perceive(toy())["vad"]


def test_weights_that_are_none_are_refused(tmp_path):
    with pytest.raises(MissingFile):
        UtteranceEmotion(weights=tmp_path / "none").read(["a"])
    (tmp_path / "bad").write_bytes(b"not tensors")
    with pytest.raises(BadFile):
        UtteranceEmotion(weights=tmp_path / "bad").read(["a"])


def test_the_shipped_weights_are_small():
    assert SHIPPED.stat().st_size < 12e6


@pytest.mark.skipif(not HERE, reason="the data sets are not here")
def test_a_slice_of_the_test_splits_is_read_well():
    labelled = read_goemotions(DATA / "goemotions", "test")
    told = READER.read(labelled.texts)
    right = np.take_along_axis(labelled.values, told[0][0].argmax(axis=1)[:, None], axis=1)
    assert right.mean() > 0.55  # 0.33 for always neutral
    rated = read_emobank(DATA / "emobank", "test")
    r = np.corrcoef(READER.read(rated.texts)[3][0][:, 0], rated.values[:, 0])[0, 1]
    assert r > 0.55


# ------------------------------------------------------------- the accurate size


def careful() -> UtteranceEmotion:
    for needed in ("onnxruntime", "onnx", "tokenizers"):
        pytest.importorskip(needed)
    return UtteranceEmotion(size="accurate")


def test_the_accurate_size_gives_legal_states_and_the_same_ones_alone():
    texts = ["I love this!", "", "My dog died today.", "ok. " * 300, "привет", "so so so"]
    told = careful().read(texts)
    for (value, spread), space in zip(told, SPACES, strict=True):
        assert space.admits(value)
        assert np.isnan(value[1]).all()
        assert (np.nan_to_num(spread) >= 0).all()
    alone = [careful().read([text]) for text in texts]
    for at in range(len(SPACES)):
        one = np.concatenate([each[at][0] for each in alone])
        np.testing.assert_allclose(told[at][0], one, atol=2e-5)


def test_a_negator_turns_a_word_at_the_accurate_size():
    value = careful().read(["I am happy", "I am not happy", "not bad", "bad"])[3][0][:, 0]
    assert value[0] > 0.2 > value[1]
    assert value[2] > value[3]


def test_the_accurate_size_can_be_calibrated_and_explained():
    talk = records(*(f"{word} day {at}" for at in range(10) for word in ("happy", "sad", "plain")))
    reader = careful()
    felt = reader.perceive(talk)["vad"]
    lower = replace(felt, values=np.clip(felt.values * 0.5 - 0.3, -1, 1))
    told = reader.fit(talk, lower).perceive(talk)["vad"]
    np.testing.assert_allclose(told.values.mean(axis=0), lower.values.mean(axis=0), atol=0.05)
    reasons = reader.explain(records("I am so happy today", "this is awful"), None, top=1)
    assert [reason.text for reason in reasons] == ["happy", "awful"]


def test_sizes_and_read_outs_have_digests_of_their_own():
    talk = records(*(f"{word} day {at}" for at in range(10) for word in ("happy", "sad")))
    made = [READER, careful()]
    made += [each.fit(talk, each.perceive(talk)["vad"]) for each in made]
    assert len({each.digest for each in made}) == 4


def test_half_a_character_is_read_at_the_accurate_size_too():
    assert not np.isnan(careful().read(["bad \ud83d half"])[3][0]).any()


def test_a_size_that_there_is_not_is_refused():
    with pytest.raises(BadChoice, match="light"):
        UtteranceEmotion(size="huge")


@pytest.mark.skipif(not HERE, reason="needs the data sets goemotions and emobank")
def test_the_accurate_size_is_better_on_dev():
    rated = read_emobank(DATA / "emobank", "dev")
    texts, truth = rated.texts[:300], rated.values[:300]
    r = [
        [np.corrcoef(reader.read(texts)[3][0][:, at], truth[:, at])[0, 1] for at in range(3)]
        for reader in (careful(), READER)
    ]
    assert np.mean(r[0]) > np.mean(r[1]) + 0.02


# ------------------------------------------------------------- what a review found


def test_the_only_word_of_a_text_explains_it():
    talk = records("Heartbroken")
    (reason,) = READER.explain(talk, READER.perceive(talk)["vad"], top=1)
    assert reason.text == "Heartbroken"
    assert reason.weight < -0.1


def test_valence_is_explained_after_a_pickle_as_well():
    talk = records("I love this")
    felt = pickle.loads(pickle.dumps(READER.perceive(talk)["vad"]))
    assert {reason.axis for reason in READER.explain(talk, felt)} == {"valence"}


def test_few_labels_and_labels_without_variance_are_refused():
    talk = records(*(f"day {at}" for at in range(30)))
    same = Trajectory.on(talk, VAD, np.zeros((30, 3)), "rater")
    with pytest.raises(BadValues, match="all the same"):
        READER.fit(talk, same)
    with pytest.raises(NoRecords, match="20 states"):
        READER.fit(talk, same.rows(slice(0, 5)))


def test_a_book_is_explained_by_its_beginning_in_bounded_time():
    talk = records("I love this. " + "so very good " * 50_000)
    begin = time.process_time()
    reasons = READER.explain(talk, READER.perceive(talk)["vad"], top=1)
    assert time.process_time() - begin < 10
    assert len(reasons) <= 1
