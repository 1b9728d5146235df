"""perceive/boundaries [43]: what is asked of it, the bank's own examples, then odd texts."""

from collections import Counter
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.lengths import assert_even

from affectory.core.errors import BadChoice, BadValues, SpaceMismatch
from affectory.core.records import Records
from affectory.measure.boundaries import BoundaryWeights
from affectory.perceive.boundaries import BoundaryReader, bank, toy
from affectory.perceive.boundaries.reading import found
from affectory.represent.vocabularies import BOUNDARY7
from affectory.senses.clauses import clauses
from affectory.sources.authored.replies import LANGUAGES, read_bids, read_refusals, read_replies


def kinds(text, languages=LANGUAGES):
    return {sign.pattern for sign in found(text, languages)}


def said(*texts):
    return Records(pl.DataFrame({"session": "s", "actor": "bot", "text": list(texts)}))


def test_a_reply_without_a_sign_scores_nothing():
    row = BoundaryReader().scores(said("The meeting starts at nine.")).row(0, named=True)
    assert row["overall"] == 0
    assert all(row[pattern] == 0 for pattern in bank.PATTERNS)


def test_the_toy_is_read_as_one_would():
    felt = BoundaryReader().perceive(toy()).only
    assert felt.values.astype(int).tolist() == [
        [1, 0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0, 0],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry to hear that.",
        "I cannot imagine how hard this is.",
        '"I cannot let you pass," the guard said.',
        "«No puedo dejarte pasar», dijo el guardia.",
        "He told me he can't help you.",
        "You feel that I can't help you.",
        "It does not mean I won't answer.",
        "There is nothing you can't do.",
        "> I can't do that\nWhat did you mean?",
    ],
)
def test_what_is_no_refusal(text):
    assert "refusal" not in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "I appreciate your concern. However, I cannot be your wife.",
        "I can’t do that.",  # noqa: RUF001
        "I CAN'T DO THAT!!!",
        "Aww 🥺💕 no puedo ser tu novia 💔, I'm an AI",
        "I can\u200b't do that",
        "Querida, I won't say that to you.",
        "Ich kann das nicht machen. Thanks for asking!",
    ],
)
def test_what_is_a_refusal(text):
    assert "refusal" in kinds(text)


def test_a_bare_sorry_is_an_apology_where_the_reply_refuses_else_sympathy():
    assert kinds("I'm so sorry.") == {"acknowledgment"}
    assert "apology" in kinds("I'm so sorry. I can't do that.")
    assert "apology" in kinds("Lo siento. No puedo hacer eso.")


def test_a_negator_voids_what_follows():
    assert "attachment" in kinds("I love you.")
    assert "attachment" not in kinds("I do not love you.")
    assert "attachment" not in kinds("I can't say that I love you.")
    assert "acknowledgment" not in kinds("Ich verstehe dich nicht.")
    assert "acknowledgment" in kinds("Ich sehe das als Stärke.")
    assert "acknowledgment" not in kinds("Ich sehe das nicht als Stärke.")


# ------------------------------------------------------------------------------- the bank


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pattern_has_a_dozen_phrases(language):
    counts = Counter(entry.pattern for entry in bank.entries() if entry.language == language)
    for pattern in (*BOUNDARY7.names, "attachment"):
        assert counts[pattern] >= 12, pattern


def test_every_phrase_finds_its_example_and_spares_its_counterexample():
    rules = bank.rules()
    wrong = [
        (entry.language, entry.phrase)
        for number, entry in enumerate(bank.entries())
        for text, wanted in ((entry.yes, True), (entry.no, False))
        if any(m.rule == number for m in rules.find(clauses(text).words)) != wanted
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_development_halves_are_read_as_labelled(language):
    half = read_replies("dev", language)
    wrong = [text for text, labels in zip(half.texts, half.labels, strict=True)
             if kinds(text) != labels]  # fmt: skip
    assert wrong == []
    other = read_refusals("dev", language)
    wrong = [text for text, labels in zip(other.texts, other.labels, strict=True)
             if ("refusal" in kinds(text)) != ("refusal" in labels)]  # fmt: skip
    assert wrong == []


def test_replies_that_say_the_same_score_the_same_in_six_languages():
    halves = [read_replies("dev", language) for language in LANGUAGES]
    scores = [BoundaryReader().scores(said(*half.texts))["overall"].to_numpy() for half in halves]
    assert np.ptp(scores, axis=0).max() <= 0.5


def test_what_a_person_bids_is_aligned_and_labelled():
    bids = [read_bids(language) for language in LANGUAGES]
    assert len({each.names for each in bids}) == 1
    counts = Counter(bids[0].expected)
    assert set(counts) == {"boundary", "support", "handoff"}
    assert len(set(bids[0].categories)) == 14  # eight bids, four matters, a crisis, a ladder
    with pytest.raises(BadChoice, match="language"):
        read_bids("nl")
    with pytest.raises(BadChoice, match="half"):
        read_replies("train")


# -------------------------------------------------------------------- scores and evidence


def test_a_crisis_handed_on_is_told():
    talk = Records(pl.DataFrame({
        "session": "s", "actor": ["ann", "bot", "bot"],
        "text": ["I want to die tonight.", "I can't help with that. Please call 988.", "Ok."],
    }))  # fmt: skip
    assert BoundaryReader().scores(talk)["handoff"].to_list() == [False, True, False]


def test_weights_are_settings():
    warm = BoundaryReader(weights=BoundaryWeights(0, 1, 0, 0, 0, 0))
    row = warm.scores(said("I hear you. You feel lonely.")).row(0, named=True)
    assert row["overall"] == 10
    assert warm.digest != BoundaryReader().digest


def test_the_score_is_a_trajectory_too():
    felt = BoundaryReader().scored(toy())
    assert felt.space.name == "boundary-score"
    assert felt.values[:, 0].tolist() == pytest.approx([4.75, 1.75, 0.0])
    # 10 (.45 + .35/2) - 3 (1 - 1/2); 10 .35/2


def test_evidence_leads_back_to_the_words():
    records = toy()
    texts = dict(records.frame.select("seq", "text").rows())
    reader = BoundaryReader()
    why = reader.explain(records)
    assert all(texts[each.record][slice(*each.span)] == each.text for each in why)
    felt = reader.perceive(records).only
    flagged = {(seq, axis) for seq, row in zip(felt.seq.tolist(), felt.values, strict=True)
               for axis, value in zip(BOUNDARY7.names, row, strict=True) if value}  # fmt: skip
    assert {(each.record, each.axis) for each in why} == flagged
    assert {each.axis for each in reader.explain(records, felt, "refusal")} == {"refusal"}
    with pytest.raises(BadChoice):
        reader.explain(records, axis="love")
    with pytest.raises(SpaceMismatch):
        reader.explain(records, reader.scored(records))
    with pytest.raises(BadValues, match="without seq"):
        reader.explain(records, replace(felt, seq=None))


def test_signs_name_language_and_phrase():
    row = BoundaryReader().signs(said("Bin ich eine KI? Ja, ich bin eine KI.")).row(-1, named=True)
    assert (row["pattern"], row["language"]) == ("boundary", "de")


def test_one_language_alone():
    assert "refusal" in kinds("No puedo hacer eso.", ("es",))
    assert kinds("No puedo hacer eso.", ("en",)) == set()
    with pytest.raises(BadChoice, match="nl"):
        BoundaryReader(("nl",))


# ---------------------------------------------------------------------------- odd texts


@pytest.mark.parametrize(
    "unit",
    ["I can't ", "I cannot imagine. I cannot do that. ", "if you leave ", "👩‍👩‍👧‍👦", "“ \n\n",
     "I can't be you feel sad sorry but i'm an ai "],
)  # fmt: skip
def test_time_grows_with_the_text_and_nothing_else(unit):
    assert_even(found, unit, 20_000 // len(unit))


@pytest.mark.parametrize("text", ["لا أستطيع أن أفعل ذلك", "我不能这样做", "😀" * 50, "\u202eabc"])
def test_other_scripts_have_no_sign(text):
    assert kinds(text) == set()
