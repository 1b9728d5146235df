"""steer/stimuli: a wrapper that adds its words and nothing else."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues, NotServed
from affectory.lm.model import Answer, Ask, Message, Sampling, chat
from affectory.lm.scripted import Scripted, luck
from affectory.steer.stimuli import CARD, STIMULI, EmotionPrompt, Lesson, Position, Stimulated, toy

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
CAREER = "This is very important to my career."
TALK = (Message("system", "Be brief."), Message("user", "1?"), Message("assistant", "one"),
        Message("user", "2?"))  # fmt: skip


def heard(method, prompt=TALK):
    """Return what a model is asked when `prompt` goes through the wrapper."""
    model = Scripted("yes")
    method.steer(model).generate([prompt])
    return model.heard[0].prompt


def test_without_words_the_prompt_and_the_digest_are_the_model_s_own():
    none = EmotionPrompt(stimuli=())
    assert none.words == ""
    assert heard(none) == TALK
    model = Scripted("yes")
    assert none.steer(model).digest == model.digest
    assert none.steer(model).name == model.name
    assert none.steer(model).generate([TALK]) == model.generate([TALK])


def test_the_words_go_behind_the_last_question_and_nothing_else_changes():
    asked = heard(EmotionPrompt(("EP02",)))
    assert asked == (*TALK[:3], Message("user", f"2?\n{CAREER}"))


def test_the_words_can_go_before_or_into_the_instruction():
    before = heard(EmotionPrompt(("EP02",), Position.BEFORE))
    assert before == (*TALK[:3], Message("user", f"{CAREER}\n2?"))
    system = heard(EmotionPrompt(("EP02",), "system"))
    assert system == (Message("system", f"Be brief.\n{CAREER}"), *TALK[1:])
    bare = heard(EmotionPrompt(("EP02",), "system"), chat("2?"))
    assert bare == (Message("system", CAREER), Message("user", "2?"))


def test_several_stimuli_are_a_compound_in_their_order():
    both = EmotionPrompt(("EP04", "EP02"))
    assert both.words == f"Are you sure? {CAREER}"


@pytest.mark.parametrize("name", list(STIMULI))
def test_a_placebo_has_as_many_words_and_as_many_sentences_or_fewer(name):
    real, placebo = (EmotionPrompt((name,), placebo=p).words for p in (False, True))
    assert len(real.split()) == len(placebo.split())
    assert real != placebo
    assert not set("!") & set(placebo)


def test_placebos_are_read_as_neutral_and_most_stimuli_are_not():
    from affectory.perceive.utterance import UtteranceEmotion

    reader = UtteranceEmotion()
    valence = [
        reader.read([EmotionPrompt((name,), placebo=p).words for name in STIMULI])[3][0][:, 0]
        for p in (False, True)
    ]
    assert np.abs(valence[1]).max() < 0.1
    assert np.abs(valence[1]).mean() < np.abs(valence[0]).mean() / 2


def test_the_published_words_are_kept_to_the_letter():
    path = DATA / "emotion_prompt_stimuli" / "stimuli.csv"
    if not path.is_file():
        pytest.skip("no emotion_prompt_stimuli")
    with path.open(encoding="utf-8") as lines:
        told = {row["id"]: row["text"] for row in csv.DictReader(lines) if row["id"][0] == "E"}
    assert told == {name: one.text for name, one in STIMULI.items()}


def test_sampling_scores_states_and_pushes_go_through():
    model = Scripted("yes", scores=luck, states=lambda text, layer: np.ones((len(text.split()), 2)))
    moved = EmotionPrompt(("EP04",)).steer(model)
    moved.generate([chat("a")], Sampling(tokens=3))
    assert model.heard[-1].how.tokens == 3
    asked = Ask(chat("a"), ("x",))
    told = moved.score([asked])[0][0]
    assert told.total == pytest.approx(luck(chat("a\nAre you sure?"), "x"))
    assert asked.prompt == chat("a")  # what was asked is left as it was
    assert moved.hidden(["a"], [0])[0].tokens == ("a", "Are", "you", "sure?")
    with pytest.raises(NotServed):
        moved.steered(())


def test_a_wrapped_model_can_be_wrapped_again():
    model = Scripted("yes")
    twice = EmotionPrompt(("EP02",)).steer(EmotionPrompt(("EP04",)).steer(model))
    twice.generate([chat("a")])
    assert model.heard[0].prompt[0].text == f"a\n{CAREER}\nAre you sure?"
    assert twice.digest != EmotionPrompt(("EP02",)).steer(model).digest


def test_lessons_choose_the_stimulus_and_none_wins_a_tie():
    def judge(said):
        return float(said == "right")

    lessons = [Lesson(chat("q"), judge)] * 3
    careful = Scripted({"attempt": "wrong", "Embrace challenges": "right", "": "wrong"})
    assert EmotionPrompt().steer(careful, lessons).words == STIMULI["EP08"].text
    deaf = Scripted("wrong")
    assert EmotionPrompt().steer(deaf, lessons).words == ""


def test_an_answer_object_is_handed_on_as_it_is():
    said = Answer("no", 1, 1, "refused")
    assert EmotionPrompt().steer(Scripted(said)).generate([chat("a")]) == (said,)


def test_what_is_wrong_is_named():
    with pytest.raises(BadChoice, match="stimulus"):
        EmotionPrompt(("EP12",))
    with pytest.raises(BadChoice, match="position"):
        EmotionPrompt(position="nowhere")
    model, _ = toy()
    with pytest.raises(BadValues, match="no message of the user"):
        Stimulated(model, "x").generate([(Message("system", "s"),)])


def test_published_rows_count_the_tasks_that_their_setting_names():
    for figure in CARD.published:
        assert figure.setting.startswith(f"{figure.n} tasks")
    assert {figure.n for figure in CARD.published} == {21, 24}
