"""lm/judge: means, intervals, samples, and the favour of the first place."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice
from affectory.lm.judge import Criterion, Judge
from affectory.lm.prompt import Template
from affectory.lm.scripted import Scripted

ASK = Template("{{ asks }} from {{ low }} to {{ high }}: {{ text }}")
PAIR = Template("Which is warmer, first or second?\nfirst: {{ first }}\nsecond: {{ second }}")
FLUENT = Criterion("fluency", "Is it fluent?")
KIND = Criterion("kindness", "Is it kind?", 1, 5)


def test_each_criterion_is_asked_alone_and_averaged_over_items():
    model = Scripted(lambda prompt: "3" if "fluent" in prompt[-1].text else "4/5")
    told = Judge(model, (FLUENT, KIND), ASK).rate([{"text": "a"}, {"text": "b"}])
    np.testing.assert_allclose(told.scores, [[3, 4.2], [3, 4.2]])
    fluency, kindness = told.figures()
    assert (fluency.value, fluency.low, fluency.high, fluency.n) == (3, 3, 3, 2)
    assert kindness.by == "scripted"


def test_unread_answers_are_counted_and_leave_the_mean_alone():
    model = Scripted({": a": "2", ": b": "hard to say"})
    told = Judge(model, (FLUENT,), ASK).rate([{"text": "a"}, {"text": "b"}])
    assert told.unread.tolist() == [1]
    (figure,) = told.figures()
    assert (figure.value, figure.n) == (2, 1)
    assert "1 answers unread" in figure.setting


def test_nothing_read_is_undefined_with_a_reason():
    (figure,) = Judge(Scripted({"": "?"}), (FLUENT,), ASK).rate([{"text": "a"}]).figures()
    assert np.isnan(figure.value)
    assert figure.reason


def test_samples_of_one_item_are_one_item():
    model = Scripted(["1", "2", "3", "2"])
    told = Judge(model, (FLUENT,), ASK, samples=2).rate([{"text": "a"}, {"text": "b"}])
    np.testing.assert_allclose(told.scores[:, 0], [2, 2])
    assert [heard.how.seed for heard in model.heard] == [0, 0, 1, 1]


def test_a_judge_that_loves_the_first_place_prefers_nothing():
    judge = Judge(Scripted({"": "first"}), (), ASK)
    assert judge.prefer(PAIR, [("a", "b"), ("c", "d")]).tolist() == [0.5, 0.5]


def test_a_judge_that_reads_prefers_the_same_in_both_orders():
    judge = Judge(Scripted({"first: warm": "first", "second: warm": "Second."}), (), ASK)
    assert judge.prefer(PAIR, [("warm", "cold"), ("cold", "warm")]).tolist() == [1.0, 0.0]


def test_no_sample_is_refused():
    with pytest.raises(BadChoice, match="samples"):
        Judge(Scripted(), (FLUENT,), ASK, samples=0)
