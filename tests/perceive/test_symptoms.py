"""perceive/symptoms: scopes as closed forms, then posts, evidence, notice, learning."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.lengths import assert_even

from affectory.core.errors import BadChoice, BadValues, NoRecords, NotTrained, SpaceMismatch
from affectory.core.evidence import Ground
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.lm.model import Answer
from affectory.lm.scripted import Scripted
from affectory.perceive.symptoms import SymptomReader, toy
from affectory.perceive.symptoms.recipe import learned, sentences_of
from affectory.represent.vocabularies import DSM5_9, VA
from affectory.sources.authored import read_symptom_sentences
from affectory.sources.redsm5 import read_redsm5

READER = SymptomReader()


def texts(*said):
    frame = pl.DataFrame(
        {"session": "s", "actor": "ann", "text": said}, schema_overrides={"text": pl.String}
    )
    return Records(frame)


def found(text, reader=READER):
    """Return the symptoms whose probability reaches one half."""
    row = reader.perceive(texts(text)).only.values[0]
    return {name for name, p in zip(DSM5_9.names, row, strict=True) if p >= 0.5}


@pytest.mark.parametrize(
    ("text", "symptoms"),
    [
        ("I feel hopeless.", {"depressed_mood"}),
        ("I don't feel hopeless.", set()),
        ("I can't sleep.", {"sleep_issues"}),
        ("My sister cannot sleep.", set()),
        ("My sister sleeps well, but I can't sleep.", {"sleep_issues"}),
        ("I have no trouble sleeping.", set()),
        ("I cut myself again.", {"suicidal_thoughts"}),
        ("I used to cut.", set()),
        ("I want to die.", {"suicidal_thoughts"}),
        ("I don't want to die.", set()),
        ("This traffic makes me want to die.", set()),
        ("We were dying of laughter.", set()),
        ("If I wanted to die I would tell you.", set()),
        ("I'm worthless.", {"worthlessness"}),
        ("This phone is worthless.", set()),
        ('He said: "You are worthless."', set()),
        ("I have no appetite.", {"appetite_change"}),
        ("I'm starving, let's have lunch.", set()),
        ("I have no appetite because of the stomach flu.", set()),
        ("I'm so tired all the time.", {"fatigue"}),
        ("I'm tired of your excuses.", set()),
        ("I'm so tired after the marathon.", set()),
        ("I can't concentrate on anything.", {"cognitive_issues"}),
        ("The lens won't focus.", set()),
        ("Nothing interests me anymore.", {"anhedonia"}),
        ("He has lost interest in everything.", set()),
        ("I can't sit still, I pace all night.", {"psychomotor"}),
        ("The children can't sit still.", set()),
        ("I feel hopeless, I can't sleep, and I hate myself.",
         {"depressed_mood", "sleep_issues", "worthlessness"}),
        ("The train leaves at nine.", set()),
    ],
)  # fmt: skip
def test_a_mention_counts_where_it_is_the_writers_own_now(text, symptoms):
    assert found(text) == symptoms


def test_what_is_over_counts_where_that_is_asked():
    assert "suicidal_thoughts" in found("I used to cut.", SymptomReader(remembered=True))
    assert found("My sister used to cut.", SymptomReader(remembered=True)) == set()


def test_a_post_is_the_greatest_of_its_sentences():
    post = "The train left. I can't sleep. I'm worthless."
    table = READER.sentences(texts(post))
    whole = READER.perceive(texts(post)).only.values[0]
    np.testing.assert_allclose(table.select(DSM5_9.names).to_numpy().max(axis=0), whole, atol=1e-6)
    assert [post[a:b] for a, b in table.select("start", "stop").rows()] == [
        "The train left.", "I can't sleep.", "I'm worthless.",
    ]  # fmt: skip
    assert table["number"].to_list() == [0, 1, 2]


def test_so_heightens_and_slightly_softens():
    said = texts("I feel slightly hopeless.", "I feel hopeless.", "I feel so hopeless.")
    softened, plain, heightened = READER.perceive(said).only.axis("depressed_mood")
    assert softened < plain < heightened


def test_sentences_of_several_records_know_their_record():
    table = READER.sentences(texts("One. Two.", None, "Three."))
    assert table.select("seq", "number").rows() == [(0, 0), (0, 1), (2, 0)]


def test_spread_is_that_of_a_yes_or_no():
    felt = READER.perceive(toy()).only
    p = felt.values[:3].astype(float)
    np.testing.assert_allclose(felt.spread[:3], np.sqrt(p * (1 - p)), atol=1e-6)
    assert np.isnan(felt.values[3]).all()
    assert felt.values[:3].max() <= 0.86  # no mention is surer than readers found it to be


def test_a_rationale_has_quote_criterion_and_scope():
    cue, why = READER.explain(texts("Well. I can't sleep at all."), axis="sleep_issues")
    assert (cue.kind, cue.text, cue.span) == (Ground.CUE, "can't sleep", (8, 19))
    assert (why.kind, why.span) == (Ground.RATIONALE, (6, 27))
    assert why.text == (
        '"can\'t sleep" mentions sleep issues: insomnia or hypersomnia nearly every day (A4); '
        "the writer's own, now."
    )
    assert why.weight == pytest.approx(
        READER.perceive(texts("I can't sleep at all.")).only.axis("sleep_issues")[0], abs=1e-6
    )


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("I don't feel hopeless.", "denied"),
        ("My uncle feels hopeless.", "another person's"),
        ("I used to feel hopeless.", "over"),
        ("If I felt hopeless I would call.", "supposed"),
        ('The song goes "so hopeless".', "quoted"),
        ("My husband didn't feel hopeless.", "denied and another person's"),
    ],
)
def test_what_is_only_named_is_told_with_its_reason(text, scope):
    (why,) = READER.explain(texts(text), axis="depressed_mood")
    assert why.text.endswith(f"but {scope}: not counted.")
    assert why.weight < 0.5


def test_explain_keeps_to_what_is_asked():
    records = texts("I can't sleep.", "I'm worthless.", "Fine.")
    felt = READER.perceive(records).only
    first = READER.explain(records, felt.rows(felt.seq == 0))
    assert {each.record for each in first} == {0}
    assert {each.axis for each in READER.explain(records)} == {"sleep_issues", "worthlessness"}
    assert READER.explain(texts("Fine.", None)) == ()
    with pytest.raises(BadChoice, match="joy"):
        READER.explain(records, axis="joy")
    with pytest.raises(SpaceMismatch):
        READER.explain(records, Trajectory.on(records, VA, np.zeros((3, 2)), "x"))
    with pytest.raises(BadValues, match="without seq"):
        READER.explain(records, replace(felt, seq=None))


def test_a_model_may_rephrase_but_not_invent():
    def kept(prompt):
        return f"The writer says: {prompt[-1].text.split(' mentions')[0]}, see (A4)."

    def invented(prompt):
        return "The writer is ill."

    def cut(prompt):
        return Answer(kept(prompt), ending="length")

    plain = READER.explain(texts("I can't sleep."), axis="sleep_issues")[1].text
    said = [
        SymptomReader(writer=Scripted(answer)).explain(texts("I can't sleep."), axis="sleep_issues")
        for answer in (kept, invented, cut)
    ]
    assert said[0][1].text == 'The writer says: "can\'t sleep", see (A4).'
    assert said[1][1].text == said[2][1].text == plain
    assert said[0][0].text == "can't sleep"  # the quote is never the model's


def test_the_crisis_notice_does_not_depend_on_scopes():
    assert "ending their life" in READER.notice(texts("Fine.", "I want to kill myself."))
    assert "ending their life" in READER.notice(texts("I have written the goodbye letters."))
    assert "ending their life" in READER.notice(texts("This traffic makes me want to die."))
    assert "is named here" in READER.notice(texts("I used to cut."))
    assert READER.notice(texts("The train leaves at nine.", None)) is None
    assert READER.notice(texts("We were dying of laughter.")) is None
    assert "emergencias" in READER.notice(texts("I want to die."), "es")


def test_what_is_learned_from_is_invented_and_not_what_is_scored():
    invented, truth = sentences_of(0)
    assert truth.shape == (len(invented), 9)
    assert truth.sum(axis=0).min() > 100
    assert (truth.sum(axis=1) == 0).mean() > 0.3
    for half in ("dev", "held"):
        assert not {text.lower() for text in invented} & {
            text.lower() for text in read_symptom_sentences(half).texts
        }
    again = sentences_of(0)[0]
    assert invented == again
    assert invented != sentences_of(1)[0]


def test_words_alone_know_what_no_rule_names():
    head = learned(*sentences_of(0, share=0.03))
    reader = SymptomReader(head=head)
    assert "sleep_issues" in found("I can't sleep.", reader)
    assert found("The train leaves at nine.", reader) == set()


def test_calibration_moves_the_reading_and_not_the_asker():
    records = texts(*["I feel hopeless."] * 30, *["The train leaves."] * 30)
    none = Trajectory.on(records, DSM5_9, np.zeros((60, 9)), "raters")  # raters saw nothing
    fitted = READER.fit(records, none)
    before, after = (
        r.perceive(texts("I feel hopeless.")).only.values[0, 3] for r in (READER, fitted)
    )
    assert after < 0.5 < before
    assert READER.head is None
    with pytest.raises(NoRecords):
        READER.fit(texts(None), Trajectory.on(texts(None), DSM5_9, np.zeros((1, 9)), "x"))


def test_what_users_always_found_may_be_surer_than_the_shipped_ceiling():
    records = texts(*["I feel hopeless."] * 300, *["The train leaves."] * 300)
    truth = np.zeros((600, 9))
    truth[:300, DSM5_9.index("depressed_mood")] = 1.0
    fitted = READER.fit(records, Trajectory.on(records, DSM5_9, truth, "raters"))
    row = fitted.perceive(texts("I feel hopeless.")).only.axis("depressed_mood")
    assert row[0] > 0.95


def test_without_weights_it_says_what_to_do(tmp_path):
    with pytest.raises(NotTrained, match="affectory train perceive/symptoms"):
        SymptomReader(weights=tmp_path / "none").perceive(toy())


@pytest.mark.parametrize(
    "piece", ["I can't sleep ", "not ", "I want to die. ", "a", '"so sad" ', "\n."]
)
def test_a_hostile_text_takes_time_in_its_length_only(piece):
    assert_even(lambda text: READER.perceive(texts(text)), piece, 400)


def test_the_weights_ship_small():
    path = (
        Path(__import__("affectory").__file__).parent / "weights" / "symptoms" / "model.safetensors"
    )
    assert path.stat().st_size < 500_000


DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.mark.skipif(not (DATA / "redsm5_sample").is_dir(), reason="the sample is not here")
def test_the_published_sample_goes_through_and_back():
    corpus = read_redsm5(DATA / "redsm5_sample")
    truth = Trajectory.on(corpus.sentence_records, DSM5_9, corpus.sentence_labels(), "annotator")
    felt = READER.perceive(corpus.sentence_records).only
    assert len(felt) == len(truth) == 24
    assert READER.perceive(corpus.records).only.values.shape == (17, 9)


def test_the_digest_tells_settings_apart():
    assert READER.digest == SymptomReader().digest != SymptomReader(remembered=True).digest
