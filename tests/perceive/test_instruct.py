"""perceive/instruct: answers that are read or counted, heads that learn, a model that is asked."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from affectory.core import shelf
from affectory.core.errors import BadChoice, BadFile, NoRecords, NotTrained
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.lm.scripted import Scripted
from affectory.measure.agreement import pearson
from affectory.parts.trunk import Recipe
from affectory.perceive.instruct import CARD, InstructReader, reading, taught, toy
from affectory.perceive.instruct.answers import TaskReader, read_answer
from affectory.perceive.instruct.recipe import public
from affectory.perceive.lexicon import LexiconEmotion
from affectory.represent.affect_grades import valence_of
from affectory.represent.affect_tasks import Task, answer_of
from affectory.represent.vocabularies import AFFECT11, SUDS, VALENCE
from affectory.senses.hashed import HashedEncoder
from affectory.senses.lexicon import read_lexicon
from affectory.sources.rated import read_emobank, read_goemotions

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
GLAD, MAD = "what a happy party, thank you!", "I hate the awful thief who took my bike"


@pytest.mark.parametrize("said", ["0.8", ".8", "0,8", "80 %", "0.8 out of 1", "8/10", "4 out of 5",
                                  "zero point eight", "Intensity score: 0.8", "The answer is 0.8.",
                                  "0.8 (very high)", "**0.8**"])  # fmt: skip
def test_a_number_is_read_however_it_is_written(said):
    assert read_answer(Task.EI_REG, said) == pytest.approx(0.8)
    assert read_answer(Task.V_REG, said) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("task", "said", "value"),
    [
        (Task.EI_REG, "very high", 0.9),
        (Task.EI_REG, "None.", 0.0),
        (Task.EI_REG, "no anger", 0.0),
        (Task.EI_REG, "low amount of joy can be inferred", 0.3),
        (Task.EI_OC, "class 3", 3),
        (Task.EI_OC, "two", 2),
        (Task.EI_OC, "no fear can be inferred", 0),
        (Task.EI_OC, "Intensity class: 1", 1),
        (Task.V_OC, "minus three", -3),
        (Task.V_OC, "\u22122", -2),
        (Task.V_OC, "slightly positive emotional state can be inferred", 1),
        (Task.V_OC, "neutral", 0),
        (Task.V_REG, "neutral", 0.5),
        (Task.E_C, "Hope and JOY.", ("joy", "optimism")),
        (Task.E_C, "1. joy\n2. love", ("joy", "love")),
        (Task.E_C, "['joy', 'love']", ("joy", "love")),
        (Task.E_C, "#joy", ("joy",)),
        (Task.E_C, "This tweet contains emotions: anger, dislike", ("anger", "disgust")),
        (Task.E_C, "neutral or no emotion", ()),
    ],
)
def test_words_stand_for_what_they_say(task, said, value):
    assert read_answer(task, said) == value


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (Task.EI_REG, "8"), (Task.EI_REG, "0.6-0.8"), (Task.EI_REG, "-0.2"),
        (Task.EI_REG, "I cannot say"), (Task.EI_REG, ""), (Task.EI_REG, "1/0"),
        (Task.EI_OC, "4"), (Task.EI_OC, "1.5"), (Task.EI_OC, "2 or 3"), (Task.V_OC, "-4"),
        (Task.E_C, "no anger"), (Task.E_C, "joy, nostalgia"), (Task.E_C, "It could be joy."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_never_guessed(task, said):
    assert read_answer(task, said) is None
    assert TaskReader(task).read(said).reason or not said


@pytest.mark.parametrize("task", list(Task))
def test_every_true_answer_is_read_back(task):
    values = {Task.E_C: [(), ("joy",), ("anger", "trust")]}.get(task, task.classes or [0, 0.25, 1])
    for value in values:
        emotion = "joy" if task.about_one else None
        assert read_answer(task, answer_of(task, value, emotion)) == value
    with pytest.raises(BadChoice, match="task"):
        read_answer("EI", "0.5")


def test_the_taught_toy_is_glad_angry_silent():
    felt = taught().perceive(Records(pl.DataFrame({"session": "s", "actor": "a",
                                                   "text": [GLAD, MAD, " "]})))  # fmt: skip
    assert felt["valence"].values[0, 0] > 0.3 > -0.3 > felt["valence"].values[1, 0]
    joy, anger = (felt["intensity4"].axis(name) for name in ("joy", "anger"))
    assert joy[0] > 0.5 > joy[1]
    assert anger[1] > 0.5 > anger[0]
    assert all(one.missing.tolist() == [False, False, True] for one in felt.values())
    assert (felt["valence"].spread[:2] > 0).all()


def test_what_ships_reads_without_training():
    method = InstructReader()
    felt = method.perceive(toy())
    assert felt["intensity4"].axis("joy")[0] > 0.5 > felt["intensity4"].axis("anger")[0]
    assert method.answer("E-c", ["I am so angry at them.", ""]) == ["anger", ""]
    assert method.answer("V-oc", [GLAD])[0][0] in "23"


def test_asking_for_an_absent_emotion_is_low_and_no_error():
    method = InstructReader()
    said = method.answer(Task.EI_REG, ["The train leaves at nine.", GLAD, ""], "anger")
    assert [float(one) < 0.2 for one in said[:2]] == [True, True]
    assert said[2] == ""
    assert method.answer("EI-oc", [GLAD], "sadness") == ["0: no sadness can be inferred"]
    with pytest.raises(BadChoice, match="emotion"):
        method.answer("EI-reg", [GLAD], "boredom")
    with pytest.raises(BadChoice, match="task"):
        method.answer("EI", [GLAD])


def test_classes_follow_the_reals_and_missing_ones_are_null():
    table = taught().classes(taught().perceive(toy()))
    assert table["joy"].to_list()[0] >= 2
    assert table["valence"].to_list()[0] > 0 > table["valence"].to_list()[1]
    assert table.row(2)[2:] == (None,) * 5


def test_a_linear_map_of_the_range_changes_no_correlation():
    told = np.array([0.1, 0.7, 0.4, 0.9])
    true = np.array([0.2, 0.6, 0.1, 0.8])
    assert pearson(true, told) == pytest.approx(pearson(1 + 4 * true, 2 * told - 1))


def test_a_handed_perceiver_and_encoder_are_what_the_heads_read():
    texts = [f"a {word} day number {n}" for n in range(15) for word in ("glad", "sad")]
    talk = {"session": [str(n % 6) for n in range(30)], "actor": "a", "text": texts}
    records = Records(pl.DataFrame(talk))
    glad = records.frame["text"].str.contains("glad").to_numpy()
    felt = Trajectory.on(records, VALENCE, np.where(glad, 0.5, -0.5)[:, None], "toy")
    for method in (InstructReader(perceiver=LexiconEmotion()),
                   InstructReader(encoder=HashedEncoder(16))):  # fmt: skip
        fitted = method.fit(records, felt)
        assert fitted is not method
        said = fitted.perceive(records)["valence"].values[:, 0]
        assert (np.sign(said) == np.where(glad, 1, -1)).all()


def test_only_told_answers_are_learned_from():
    records = Records(pl.DataFrame({"session": [str(n) for n in range(40)], "actor": "a",
                                    "text": [GLAD, MAD] * 20}))  # fmt: skip
    truth = np.full((40, AFFECT11.k), np.nan)
    truth[:, AFFECT11.index("joy")] = [1.0, 0.0] * 20
    fitted = InstructReader().fit(records, Trajectory.on(records, AFFECT11, truth, "toy"))
    joy = fitted.perceive(records)["affect11"].axis("joy")
    assert joy[0] > 0.7 > 0.3 > joy[1]


def test_heads_that_learn_by_heart_are_not_believed():
    rng = np.random.default_rng(0)
    rows, words = rng.normal(size=(160, 60)), np.full(160, 9.0)
    truth = np.full((160, reading.K), np.nan)
    truth[:, 0] = rng.integers(0, 2, 160)
    learned = reading.learn(rows, words, truth, np.arange(160), 0, Recipe(hidden=64, epochs=60))
    said = learned.read(rows, words)[0][:, 0]
    assert np.abs(said - 0.5).mean() < 0.2  # they know every row, and nothing of another


def test_spreads_are_how_far_raters_are_from_the_answers():
    rng = np.random.default_rng(1)
    rows, words = rng.normal(size=(2000, 5)), rng.integers(3, 40, 2000).astype(float)
    truth = np.full((2000, reading.K), np.nan)
    truth[:, 0] = np.where(rows[:, 0] > 0, 0.8, 0.1)  # graded, and the same by every rater
    truth[:, 1] = rng.random(2000) < np.where(rows[:, 1] > 0, 0.8, 0.1)
    valence = 0.2 * rows[:, 2] + rng.normal(0, 0.1, 2000)
    truth[:, reading.REAL] = np.clip(valence, -1, 1)
    on, off = slice(0, 1000), slice(1000, None)
    how = Recipe(hidden=16, epochs=16)
    learned = reading.learn(rows[on], words[on], truth[on], np.arange(1000), 0, how)
    value, spread = learned.read(rows[off], words[off])
    miss = np.abs(truth[off] - value)
    for at in (0, 1):
        assert spread[:, at].mean() == pytest.approx(np.sqrt((miss[:, at] ** 2).mean()), rel=0.2)
    inside = miss[:, reading.REAL] <= 1.645 * spread[:, reading.REAL]
    assert inside.mean() == pytest.approx(0.9, abs=0.04)


@pytest.mark.skipif(not (DATA / "emobank").is_dir(), reason="emobank is not here")
def test_open_lessons_are_stretched_about_neutral_and_none_is_of_a_test_split():
    known = public(DATA)
    rated = ~np.isnan(known.truth[:, reading.REAL])
    go, test = read_goemotions(DATA / "goemotions", "dev"), read_emobank(DATA / "emobank", "test")
    wide = known.truth[rated, reading.REAL]
    assert wide.std() == pytest.approx(valence_of(go.values).std(), rel=0.1)  # ends are cut off
    plain = read_emobank(DATA / "emobank", "dev").values[:, 0]
    assert (np.sign(wide[: len(plain)]) == np.sign(plain)).all()
    both = {t for t, own in zip(known.texts, rated, strict=True) if own} & set(test.texts)
    assert all(len(text.split()) <= 5 for text in both)  # "Sincerely," is in many a letter


def test_a_language_model_is_asked_by_the_forms_and_its_misses_are_counted():
    model = Scripted(
        {
            "Emotion E: joy": "0.9",
            "Emotion E:": "Somewhere between low and high",
            "contains emotions:": "joy, hope",
            "score:": "0.8 out of 1",
        }
    )
    method = InstructReader(model=model)
    felt = method.perceive(toy())
    assert felt["intensity4"].missing.all()  # three of four emotions were not read
    assert felt["valence"].values[0, 0] == pytest.approx(0.6)
    assert felt["valence"].spread is None
    assert felt["affect11"].values[0].nonzero()[0].tolist() == [4, 6]
    told = method.asked(toy()).unread
    assert told["unread"].to_list() == [2, 2, 0, 2, 0, 0]
    assert told["asked"].to_list() == [2] * 6  # the silent one is not asked about
    assert model.heard[0].prompt[0].text.endswith("Emotion E: anger\nIntensity score:")
    assert method.digest == model.digest
    assert method.answer("E-c", ["x"]) == ["joy, optimism"]
    with pytest.raises(BadChoice, match="model"):
        InstructReader().asked(toy())


def test_what_was_learned_survives_a_file(tmp_path):
    fitted = taught()
    own = read_lexicon(pl.DataFrame({"word": ["joy"], "valence": [0.5]}), scale=(-1, 1))
    path = tmp_path / "w.safetensors"
    shelf.save(path, fitted.learned.arrays(), {"name": CARD.name, "size": "light"})
    again = InstructReader(weights=path)
    for space, felt in fitted.perceive(toy()).items():
        np.testing.assert_allclose(
            again.perceive(toy())[space].values, felt.values, atol=1e-5, equal_nan=True
        )
    others = (
        InstructReader(),
        InstructReader(perceiver=LexiconEmotion()),
        InstructReader(encoder=HashedEncoder(16)),
        InstructReader(lexicon=own),
    )
    assert len({again.digest, *(other.digest for other in others)}) == 5
    with pytest.raises(BadFile, match="size 'light', expected 'accurate'"):
        replace(again, size="accurate").perceive(toy())


def test_what_is_wrong_is_named(tmp_path, monkeypatch):
    with pytest.raises(BadChoice, match="size"):
        InstructReader(size="huge")
    felt = Trajectory.on(toy(), SUDS, np.full((3, 1), 5.0), "x")
    with pytest.raises(BadChoice, match="space"):
        InstructReader().fit(toy(), felt)
    with pytest.raises(NoRecords):
        InstructReader().fit(toy(), Trajectory.on(toy(), VALENCE, np.zeros((3, 1)), "x"))
    monkeypatch.setattr(shelf, "SHIPPED", tmp_path)
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    with pytest.raises(NotTrained, match="affectory train perceive/instruct"):
        replace(InstructReader(), seed=3).perceive(toy())
