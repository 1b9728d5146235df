"""lm.scripted: says what it was told, refuses the rest."""

import math

import numpy as np
import pytest

from affectory.core.errors import NotServed
from affectory.lm.model import Answer, Ask, LanguageModel, Sampling, chat
from affectory.lm.scripted import Scripted, luck


def said(model, *asked, how=None):
    return [answer.text for answer in model.generate([chat(text) for text in asked], how)]


def test_it_is_a_language_model():
    assert isinstance(Scripted(), LanguageModel)


def test_one_answer_serves_every_question():
    assert said(Scripted("joy"), "a", "b") == ["joy", "joy"]


def test_a_list_is_said_in_order_and_then_nothing_is():
    model = Scripted(["joy", "fear"])
    assert said(model, "a") + said(model, "b") == ["joy", "fear"]
    with pytest.raises(NotServed, match="question 2"):
        said(model, "c")


def test_the_first_piece_found_in_the_prompt_gives_the_answer():
    model = Scripted({"not happy": "sadness", "happy": "joy", "": "neutral"})
    assert said(model, "I am not happy", "happy me", "so so") == ["sadness", "joy", "neutral"]


def test_the_instruction_is_part_of_the_prompt():
    assert Scripted({"be brief": "yes"}).generate([chat("?", "be brief")])[0].text == "yes"


def test_a_function_answers_and_may_decline():
    model = Scripted(lambda prompt: "yes" if prompt[-1].text == "a" else None)
    assert said(model, "a") == ["yes"]
    with pytest.raises(NotServed, match=r"lm\.local"):
        said(model, "b")


def test_an_answer_is_passed_on_as_it_is():
    whole = Answer("no", 3, 1, "refused")
    assert Scripted(whole).generate([chat("a")]) == (whole,)


def test_stop_strings_and_the_limit_cut_an_answer():
    model = Scripted("one two\nthree four")
    assert said(model, "a", how=Sampling(stop=("\n",))) == ["one two"]
    cut = model.generate([chat("how many words")], Sampling(tokens=3))[0]
    assert cut == Answer("one two\nthree", 3, 3, "length")


def test_what_was_asked_is_kept_with_how():
    model = Scripted("joy", luck)
    model.generate([chat("a")], Sampling(tokens=2))
    model.score([Ask(chat("b"), ("joy",))])
    assert [(h.prompt, h.how.tokens) for h in model.heard] == [(chat("a"), 2)]
    assert model.scored == [Ask(chat("b"), ("joy",))]


def test_a_score_is_shared_out_among_the_words():
    (one, two), *_ = Scripted(scores={"joy": math.log(0.3), "not joy": -4.0}).score(
        [Ask(chat("a"), ("joy", "not joy"))]
    )
    assert (one.tokens, two.tokens) == (("joy",), ("not", "joy"))
    np.testing.assert_allclose([one.total, two.total], [math.log(0.3), -4.0], rtol=1e-6)
    assert one.rank.tolist() == [2]  # two others of > .3 fit beside .3, three do not


def test_a_likely_token_has_rank_nought():
    ((sure,),) = Scripted(scores={"yes": math.log(0.6)}).score([Ask(chat("a"), ("yes",))])
    assert sure.rank.tolist() == [0]


def test_luck_depends_on_prompt_and_answer_alone():
    assert luck(chat("a"), "joy") == luck(chat("a"), "joy")
    assert len({luck(chat(a), b) for a in "xyz" for b in ("joy", "fear")}) == 6
    assert -5 < luck(chat("a"), "joy") <= 0


def test_states_come_by_layer():
    model = Scripted(states=lambda text, at: np.full((len(text.split()), 4), at, np.float32))
    (one,) = model.hidden(["so it is"], (1, -1))
    assert (one.tokens, one.values.shape) == (("so", "it", "is"), (3, 2, 4))
    assert one.values[0, :, 0].tolist() == [1, -1]


def test_its_digest_follows_the_script():
    assert Scripted("a").digest == Scripted("a").digest != Scripted("b").digest
    assert Scripted(len).digest != Scripted(str).digest


@pytest.mark.parametrize(
    "act",
    [
        lambda m: m.generate([chat("a")]),
        lambda m: m.score([Ask(chat("a"), ("b",))]),
        lambda m: m.hidden(["a"], (0,)),
        lambda m: m.steered(()),
    ],
)
def test_what_it_was_not_told_it_refuses(act):
    with pytest.raises(NotServed, match="scripted cannot"):
        act(Scripted())


def test_a_score_that_no_table_holds_is_refused():
    with pytest.raises(NotServed, match="score 'fear' after 'a'"):
        Scripted(scores={"joy": -1.0}).score([Ask(chat("a"), ("fear",))])
