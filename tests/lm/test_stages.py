"""lm/stages: one answer feeds the next question; what is not read falls and is counted."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.core.space import Axis, Kind, Space
from affectory.lm.answers import ManyLabels, Number, OneLabel
from affectory.lm.prompt import Template
from affectory.lm.scripted import Scripted
from affectory.lm.stages import Stage, Stages


def _space(kind, *names):
    return Space("toy", kind, tuple(Axis(name, 0.0, 1.0) for name in names))


FEEL = Stage(
    "feeling",
    Template("feel", "Which feeling? {{ text }}"),
    OneLabel(_space(Kind.DISTRIBUTION, "joy", "low_mood")),
)
HOW = Stage(
    "amount",
    Template("how", "How much {{ feeling }}, given: {{ feeling_rest }}? {{ text }}"),
    Number(_space(Kind.FLAGS, "amount")),
)
END = Stage("why", Template("why", "Why {{ feeling }} of {{ amount }}?"))
ROWS = [{"text": "I won"}, {"text": "rain"}, {"text": "??"}]
SAID = {
    "Which feeling? I won": "Joy. Reasoning: a prize.",
    "Which feeling? rain": "low mood, because of rain",
    "Which feeling?": "Who knows",
    "How much joy, given: a prize.?": "0.75",
    "How much low mood": "a lot",
    "Why joy of 0.75?": "she won",
}


def test_what_a_stage_reads_fills_the_holes_of_the_next():
    run = Stages((FEEL, HOW, END)).run(Scripted(SAID), ROWS[:1])
    np.testing.assert_array_equal(run.parsed["feeling"].values, [[1, 0]])
    np.testing.assert_array_equal(run.parsed["amount"].values, [[0.75]])
    assert run.said["why"] == ("she won",)
    assert run.passed.all()


def test_a_row_that_is_not_read_goes_no_further_and_is_counted():
    model = Scripted(SAID)
    run = Stages((FEEL, HOW, END)).run(model, ROWS)
    assert run.fell == ("", "amount", "feeling")
    assert run.counts == {"amount": 1, "feeling": 1}
    assert run.said["amount"] == ("0.75", "a lot", None)
    assert run.said["why"] == ("she won", None, None)
    assert np.isnan(run.parsed["amount"].values[1:]).all()
    assert run.parsed["amount"].reasons == ("", "no number", "no answer")
    assert len(model.heard) == 3 + 2 + 1


def test_a_stage_asks_all_rows_at_once():
    asked = []

    class Counting(Scripted):
        def generate(self, prompts, how=None):
            asked.append(len(prompts))
            return super().generate(prompts, how)

    Stages((FEEL, HOW)).run(Counting(SAID), ROWS)
    assert asked == [3, 2]


def test_several_labels_are_told_by_name_and_none_as_none():
    many = Stage(
        "all", Template("all", "All? {{ text }}"), ManyLabels(_space(Kind.FLAGS, "joy", "fear"))
    )
    tell = Stage("tell", Template("tell", "Tell: {{ all }}"))
    model = Scripted({"All? a": "joy, fear", "All? b": "none", "Tell": "ok"})
    Stages((many, tell)).run(model, [{"text": "a"}, {"text": "b"}])
    assert [h.prompt[-1].text for h in model.heard[2:]] == ["Tell: joy, fear", "Tell: none"]


def test_an_empty_answer_fills_no_hole():
    first = Stage("a", Template("a", "{{ text }}"))
    run = Stages((first, Stage("b", Template("b", "{{ a }}")))).run(Scripted(" "), ROWS[:1])
    assert run.fell == ("a",)


def test_no_row_asks_nothing():
    model = Scripted(SAID)
    run = Stages((FEEL, END)).run(model, [])
    assert run.fell == ()
    assert model.heard == []


def test_an_answer_is_words_and_no_template():
    first = Stage("a", Template("a", "{{ text }}"))
    model = Scripted(["{{ text }}", "fine"])
    Stages((first, Stage("b", Template("b", "Then: {{ a }}")))).run(model, ROWS[:1])
    assert model.heard[1].prompt[-1].text == "Then: {{ text }}"


def test_a_hole_that_nobody_fills_is_refused():
    with pytest.raises(BadValues, match="nothing for hole 'amount'"):
        Stages((FEEL, END)).run(Scripted(SAID), ROWS[:1])


def test_stages_of_one_name_are_refused():
    for steps in ((), (FEEL, FEEL)):
        with pytest.raises(BadValues, match="each once"):
            Stages(steps)
