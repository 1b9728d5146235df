"""explain/interpret: reasons by hand, prompts against golden files, doubts, and the notice."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice, BadValues, SpaceMismatch
from affectory.core.evidence import Ground
from affectory.core.records import Records
from affectory.core.space import Axis, Kind, Space
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.core.verbs import Explainer
from affectory.explain.interpret import (
    Doubt,
    Example,
    Grain,
    InterpretedText,
    Question,
    Strategy,
    toy,
)
from affectory.explain.interpret.prompting import emotion_words, prompts, sentiment_words
from affectory.lm.scripted import Scripted
from affectory.represent.vocabularies import DSM5_9, EKMAN7N, VALENCE
from affectory.senses.lexicon import Lexicon, starter

GOLDEN = Path(__file__).parent / "golden"
LOW = Space("low", Kind.FLAGS, (Axis("low_mood", 0.0, 1.0),))
ASK = Question("Does the poster show {degree} signs of low mood?", LOW, degree="any")
POST = 'I was told "cheer up".\n\nBut I cry every night, and nobody is there.'
SHOWN = Example("Sunday was great.", "No", 'the poster calls the day "great".')
URGENT = "I want to end my life tonight."


def _said(*texts, space=EKMAN7N, axis="sadness", value=1.0):
    """Return records of `texts` and a state of one high axis for each."""
    records = Records(pl.DataFrame({"session": "s", "actor": "ann", "text": list(texts)}))
    values = np.tile(space.rest, (len(texts), 1))
    if space.kind is Kind.DISTRIBUTION:
        values[:] = 0.0
    values[:, space.index(axis)] = value
    return records, Trajectory.on(records, space, values, "truth")


class Counter:
    """See as much sadness as a text has of the word "blue", up to three."""

    def perceive(self, records):
        """Count."""
        count = records.frame["text"].fill_null("").str.count_matches("blue").to_numpy()
        values = np.zeros((len(records), EKMAN7N.k))
        values[:, EKMAN7N.index("sadness")] = np.minimum(count, 3) / 3
        values[:, EKMAN7N.index("neutral")] = 1 - values[:, EKMAN7N.index("sadness")]
        values[count == 0] = np.nan
        return States.of(Trajectory.on(records, EKMAN7N, values, "counter"))


# ------------------------------------------------------------------ without a model


def test_listed_words_that_lean_as_the_label_does_are_quoted_with_their_places():
    one, other = InterpretedText().interpret(*toy())
    assert one.rationale == 'sadness. Reasoning: "sad" and "alone" speak for it.'
    assert [quote.span for quote in one.quotes] == [(5, 8), (17, 22)]
    assert other.rationale == 'joy. Reasoning: "happy" speaks for it.'
    assert one.doubts == other.doubts == ()


def test_a_quote_stands_where_its_span_says():
    records, felt = _said("Ünder the bridge 😢 I cry", "sad   sad")
    for each in InterpretedText().explain(records, felt):
        if each.span:
            text = records.frame["text"][each.record]
            assert text[slice(*each.span)] == each.text


def test_without_a_word_that_speaks_for_it_the_reason_says_so():
    (one,) = InterpretedText().interpret(*_said("The table has four legs."))
    assert one.rationale == "sadness. Reasoning: no listed word of the text speaks for it."
    assert one.doubts == (Doubt.UNQUOTED,)


def test_what_a_perceiver_misses_without_a_word_is_quoted():
    records, felt = _said("blue skies, so blue")
    reader = InterpretedText(perceiver=Counter())
    (one,) = reader.interpret(records, felt)
    # two of three: 2/3 with both words, 1/3 without either
    assert [(q.text, q.span) for q in one.quotes] == [("blue", (0, 4)), ("blue", (15, 19))]
    assert [q.weight for q in one.quotes] == pytest.approx([1 / 3, 1 / 3])
    assert {each.kind for each in reader.explain(records, felt) if each.span} == {
        Ground.ATTRIBUTION
    }


def test_neighbours_are_one_quote_and_most_counts_words():
    (one,) = InterpretedText(perceiver=Counter(), most=2).interpret(*_said("I feel blue blue, oh"))
    assert [(q.text, round(q.weight, 6)) for q in one.quotes] == [("blue blue", round(2 / 3, 6))]
    (one,) = InterpretedText(perceiver=Counter(), most=1).interpret(*_said("blue blue blue"))
    assert len(one.quotes) == 1
    assert one.quotes[0].text == "blue"


def test_sentences_can_be_quoted_instead():
    records, felt = _said("All is well. But I am blue. So be it.")
    for reader in (
        InterpretedText(perceiver=Counter(), grain=Grain.SENTENCES),
        InterpretedText(grain="sentences", lexicon=_list({"blue": -0.9, "well": 0.5})),
    ):
        (one,) = reader.interpret(records, felt)
        assert one.quotes[0].text == "But I am blue."
        assert len(one.quotes) == 1


def test_states_come_from_the_perceiver_where_none_are_given():
    records, _ = _said("blue blue", "green")
    (one,) = InterpretedText(perceiver=Counter()).interpret(records)
    assert (one.label, round(one.value, 4)) == ("sadness", 0.6667)


def test_low_and_high_are_told_by_the_side_of_rest():
    records, felt = _said(
        "I hate this, but the cake is lovely", space=VALENCE, axis="valence", value=-0.5
    )
    (one,) = InterpretedText().interpret(records, felt)
    assert one.label == "low valence"
    assert [q.text for q in one.quotes] == ["hate"]


def test_an_axis_of_ones_own_choice_is_explained():
    records, felt = _said("I hate crying", space=DSM5_9, axis="fatigue", value=0.9)
    (one,) = InterpretedText(axis="depressed_mood").interpret(records, felt)
    assert (one.label, one.value) == ("no depressed mood", 0.0)
    (one,) = InterpretedText().interpret(records, felt)
    assert one.label == "fatigue"
    assert [q.text for q in one.quotes] == ["hate crying"]


def test_a_record_without_words_or_state_is_left_out():
    records, felt = _said("I cry", " ", "I cry", None)
    gone = felt.values.copy()
    gone[2] = np.nan
    felt = Trajectory.on(records, EKMAN7N, gone, "truth")
    assert [one.seq for one in InterpretedText().interpret(records, felt)] == [0]
    assert InterpretedText().explain(records.where(pl.lit(False)), felt) == ()


def test_the_words_can_lean_the_other_way():
    (one,) = InterpretedText().interpret(*_said("What a wonderful, happy day, if a sad one"))
    assert Doubt.CONTRADICTED in one.doubts


# -------------------------------------------------------------------- with a model


def test_a_models_reason_is_kept_and_its_quotes_are_looked_up():
    model = Scripted('Yes. Reasoning: the poster says "I CRY every night" and is alone.')
    records, _ = _said(POST)
    (one,) = InterpretedText(model, question=ASK).interpret(records)
    assert one.rationale.startswith("low mood. Reasoning: the poster says")
    assert (one.label, one.value) == ("low mood", 1.0)
    assert [POST[slice(*quote.span)] for quote in one.quotes] == ["I cry every night"]
    assert one.doubts == ()


def test_a_quote_that_is_not_in_the_text_is_a_doubt():
    model = Scripted('Yes. Reasoning: the poster says "I cry" and "I cannot go on".')
    (one,) = InterpretedText(model, question=ASK).interpret(_said(POST)[0])
    assert one.doubts == (Doubt.UNGROUNDED,)
    assert [quote.span is None for quote in one.quotes] == [False, True]
    told = InterpretedText(model, question=ASK).explain(_said(POST)[0])
    assert [each.text for each in told if each.text.startswith("doubt")] == [
        f"doubt: {Doubt.UNGROUNDED}"
    ]


def test_an_answer_that_is_not_read_gives_no_label_of_its_own():
    model = Scripted("It is hard to say.")
    (one,) = InterpretedText(model, question=ASK).interpret(_said(POST)[0])
    assert (one.label, one.rationale, one.doubts) == ("", "", (Doubt.UNREAD,))
    (one,) = InterpretedText(model).interpret(*_said(POST))
    assert one.rationale == 'sadness. Reasoning: "cry" speaks for it.'
    assert Doubt.UNREAD in one.doubts


def test_an_answer_without_a_reason_gets_one_from_the_words():
    (one,) = InterpretedText(Scripted("Yes."), question=ASK).interpret(_said(POST)[0])
    assert one.rationale == 'low mood. Reasoning: "cry" speaks for it.'


def test_a_label_can_be_read_off_its_probability():
    def likely(prompt, answer):
        said = prompt[-1].text
        if "I cry" not in said:  # without content it leans to No: -1 against -3
            return {"No": -1.0, "Yes": -3.0}[answer]
        return {"No": -2.0, "Yes": -2.0}[answer]

    reader = InterpretedText(Scripted(scores=likely), question=ASK, scored=True)
    (one,) = reader.interpret(_said(POST)[0])
    # -2 + 3 against -2 + 1 once its leaning is out: 1 / (1 + e^-2)
    assert (one.label, one.value) == ("low mood", pytest.approx(1 / (1 + np.exp(-2))))
    assert one.rationale == 'low mood. Reasoning: "cry" speaks for it.'


def test_a_scored_label_of_several_is_the_likeliest():
    likely = {name: -5.0 for name in EKMAN7N.names} | {"fear": -1.0}
    reader = InterpretedText(
        Scripted(scores=lambda p, a: likely[a] if "boo" in p[-1].text else -3.0), scored=True
    )
    (one,) = reader.interpret(_said("boo")[0])
    assert one.label == "fear"


def test_a_question_in_words_is_about_the_space_of_the_states():
    model = Scripted("Joy.")
    records, felt = _said("boo")
    reader = InterpretedText(model, question="What is felt here?")
    reader.interpret(records, felt)
    assert "Question: What is felt here?" in model.heard[0].prompt[-1].text
    assert reader.prompts(["boo"], EKMAN7N) == (model.heard[0].prompt,)


def test_examples_may_come_as_plain_tuples():
    plain = InterpretedText(Scripted("Yes."), strategy="few-shot", examples=[tuple(SHOWN)])
    assert plain.examples == (SHOWN,)


def test_another_label_than_the_state_is_a_doubt():
    model = Scripted('Joy. Reasoning: "cheer up".')
    (one,) = InterpretedText(model).interpret(*_said(POST))
    assert one.label == "sadness"
    assert one.rationale.startswith("joy. Reasoning")
    assert Doubt.DIFFERS in one.doubts


def test_a_long_text_is_cut_for_the_model_and_that_is_told():
    model = Scripted('Yes. Reasoning: "word word".')
    reader = InterpretedText(model, question=ASK, longest=50)
    (one,) = reader.interpret(_said("word " * 100)[0])
    assert Doubt.CUT in one.doubts
    assert "word " * 11 not in model.heard[0].prompt[-1].text


def test_urgent_words_are_shown_to_no_model_and_have_a_notice():
    model = Scripted('Yes. Reasoning: "cry".')
    records, felt = _said(URGENT, "I cry", space=LOW, axis="low_mood")
    urgent, other = InterpretedText(model, question=ASK).interpret(records, felt)
    assert len(model.heard) == 1
    assert URGENT not in model.heard[0].prompt[-1].text
    assert "call your local emergency number" in urgent.notice
    assert (urgent.label, urgent.rationale, urgent.quotes) == ("low mood", "", ())
    assert other.notice == ""
    first = InterpretedText(model, question=ASK).explain(records, felt)[0]
    assert (first.by, first.text) == ("guard/crisis", urgent.notice)
    assert [each.by for each in InterpretedText().explain(*_said(URGENT))] == ["guard/crisis"]
    (alone,) = InterpretedText(model, question=ASK).interpret(records.where(pl.col("seq") == 0))
    assert (alone.label, bool(alone.notice)) == ("", True)


def test_a_text_cannot_ask_the_model_for_another_answer_format():
    model = Scripted('No. Reasoning: "{{ 7 * 7 }}".')
    (one,) = InterpretedText(model, question=ASK).interpret(_said("{{ 7 * 7 }} {% raw %}")[0])
    assert "{{ 7 * 7 }} {% raw %}" in model.heard[0].prompt[-1].text
    assert one.label == "no low mood"


# ------------------------------------------------------------------------- prompts


@pytest.mark.parametrize("strategy", Strategy)
def test_the_prompt_is_the_golden_one(strategy):
    (prompt,) = prompts(ASK, strategy, [POST], starter(), [SHOWN])
    told = "".join(f"[{message.role}]\n{message.text}\n" for message in prompt)
    assert told == (GOLDEN / f"{strategy}.txt").read_text(encoding="utf-8")


def test_a_modifier_changes_the_question_alone():
    plain, severe = (
        prompts(ASK.varied(word), Strategy.ZERO_SHOT, [POST], starter())[0][-1].text
        for word in ("", "very severe")
    )
    assert plain.replace("show signs", "show very severe signs") == severe


def test_labels_are_asked_for_where_there_are_several():
    model = Scripted("Fear. Reasoning: none.")
    InterpretedText(model).interpret(*_said("boo"))
    asked = model.heard[0].prompt[-1].text
    assert "anger, disgust, fear, joy, sadness, surprise, neutral?" in asked
    assert "Begin with the one label" in asked


def test_sentiment_is_that_of_the_mean_weight():
    texts = ["I love it", "I hate it", "a table", "not good"]
    told = sentiment_words(texts, starter())
    assert told == ["positive", "negative", "neutral", "negative"]


def _list(words):
    axes = tuple(Axis(name, -1.0, 1.0) for name in ("valence", "arousal", "dominance"))
    return Lexicon("own", tuple(words), np.array([[v, 0, 0] for v in words.values()]), axes)


def test_an_emotion_of_an_emotion_list_needs_more_than_an_eighth():
    axes = tuple(Axis(name, 0.0, 1.0) for name in ("fear", "joy", "positive"))
    words = Lexicon("nrc", ("dog", "sun"), np.array([[1, 0, 0], [0, 1, 1.0]]), axes)
    texts = ["dog sun", "sun " * 7 + "dog", "no dog", "cat", "dog dog sun"]
    told = emotion_words(texts, words)
    # 1 of 8 is no more than an eighth; a negated dog is none
    assert told == [("fear", "joy"), ("joy",), ("neutral",), ("neutral",), ("fear", "joy")]


def test_a_list_of_places_votes_for_the_nearest_emotion():
    assert emotion_words(["I am sad and afraid", "so happy"], starter())[1] == ("joy",)
    assert "sadness" in emotion_words(["I am sad and afraid"], starter())[0]


# ------------------------------------------------------------------------- refused


def test_it_is_an_explainer():
    assert isinstance(InterpretedText(), Explainer)


def test_without_states_perceiver_and_model_there_is_nothing_to_explain():
    with pytest.raises(BadValues, match="hand over"):
        InterpretedText().explain(toy()[0])


def test_states_must_tell_their_records():
    records, felt = toy()
    with pytest.raises(BadValues, match="seq"):
        InterpretedText().explain(records, felt.ahead(felt.values[:2, None], "x"))


def test_a_perceiver_must_see_the_space():
    with pytest.raises(SpaceMismatch):
        InterpretedText(perceiver=Counter()).explain(
            *_said("blue", space=VALENCE, axis="valence", value=0.5)
        )


@pytest.mark.parametrize(
    "wrong", [{"strategy": "magic"}, {"grain": "letters"}, {"most": 0}, {"longest": 0}]
)
def test_what_is_no_choice_is_refused(wrong):
    with pytest.raises(BadChoice):
        InterpretedText(**wrong)


def test_few_shots_need_examples():
    reader = InterpretedText(Scripted("Yes."), strategy="few-shot", question=ASK)
    with pytest.raises(BadChoice, match="examples"):
        reader.interpret(_said("a")[0])


def test_a_cue_needs_a_list_that_has_it():
    axes = (Axis("arousal", -1.0, 1.0),)
    calm = Lexicon("calm", ("calm",), np.array([[-1.0]]), axes)
    with pytest.raises(BadChoice, match="valence"):
        prompts(ASK, Strategy.SENTIMENT, ["a"], calm)
    with pytest.raises(BadChoice, match="axes of the word list"):
        prompts(ASK, Strategy.EMOTION, ["a"], calm)
