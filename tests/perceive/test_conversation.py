"""perceive/conversation: what it learned in a toy lesson, context, then the edges and errors."""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from affectory.core import shelf
from affectory.core.errors import BadFile, NoRecords, NotTrained
from affectory.core.evidence import Ground
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.lm.scripted import Scripted
from affectory.parts.turns import Learner
from affectory.perceive import conversation
from affectory.perceive.conversation import ConversationEmotion, Held, asking, taught, toy
from affectory.perceive.conversation.interpret import interpretations, numbers
from affectory.perceive.lexicon import LexiconEmotion
from affectory.represent.vocabularies import IEMOCAP6, MELD7
from affectory.senses.hashed import HashedEncoder
from affectory.sources.labelled import Labelled

DATA = Path(os.environ.get("AFFECTORY_DATA", "../shared/data"))
PLAIN = HashedEncoder()


def talk(*lines, session="s"):
    frame = pl.DataFrame(lines, schema=["actor", "text"], orient="row")
    return Records(frame.with_columns(session=pl.lit(session)))


def labelled(records, labels, space=MELD7):
    states = np.full((len(records), space.k), np.nan)
    for row, label in enumerate(labels):
        if label is not None:
            states[row] = np.array(space.names) == label
    return Trajectory.on(records, space, states, "us")


def greatest(felt):
    order = np.argsort(felt.seq)
    return [felt.space.names[row.argmax()] for row in felt.values[order]]


def last(*lines):
    """Return the log-odds of the last turn, by the method with its toy lesson."""
    return taught().logits(taught().see(talk(*lines)))[-1]


# ------------------------------------------------------------------ what it learned


def test_the_toy_lesson_is_known():
    pytest.importorskip("torch")
    said = talk(("ann", "We sang at last, I'm so happy!"), ("bo", "The bus is on the table."))
    assert greatest(taught().perceive(said).only) == ["joy", "neutral"]


def test_spread_is_that_of_a_yes_or_no():
    pytest.importorskip("torch")
    felt = taught().perceive(toy()).only
    np.testing.assert_allclose(felt.spread, np.sqrt(felt.values * (1 - felt.values)), atol=1e-3)


def test_what_comes_later_changes_nothing():
    pytest.importorskip("torch")
    said = talk(("ann", "No!"), ("bo", "We won!"), ("ann", "The bus."), ("bo", "I hate it"))
    whole = taught().perceive(said).only.to_polars().filter(pl.col("seq") < 2)
    part = taught().perceive(said.where(pl.col("seq") < 2)).only.to_polars()
    for name in MELD7.names:
        np.testing.assert_allclose(whole[name], part[name], atol=1e-6)


def test_what_came_before_counts_within_the_window():
    pytest.importorskip("torch")
    glad, cross = ("ann", "We won at last, I'm so happy!"), ("ann", "You lied again, I hate it!")
    end = ("ann", "Well.")
    one, other = (last(first, end) for first in (glad, cross))
    assert np.abs(one - other).max() > 1e-2
    far = [("bo", "So.")] * 5
    one, other = (
        taught().logits(taught().see(talk(first, *far, end)))[-1] for first in (glad, cross)
    )
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_a_lost_apostrophe_reads_as_one():
    pytest.importorskip("torch")
    one, other = (taught().perceive(talk(("ann", f"I{mark}m so happy"))).only for mark in "'\x92")
    np.testing.assert_array_equal(one.values, other.values)


def test_a_blank_turn_is_missing_and_is_no_context():
    pytest.importorskip("torch")
    with_blank = talk(("ann", "We won!"), ("bo", "  "), ("ann", "You lied."))
    felt = taught().perceive(with_blank).only
    assert felt.missing[felt.seq == 1].all()
    without = taught().perceive(talk(("ann", "We won!"), ("ann", "You lied."))).only
    np.testing.assert_allclose(felt.values[felt.seq == 2], without.values[without.seq == 1])


def test_a_conversation_of_one_turn_is_read():
    pytest.importorskip("torch")
    assert not taught().perceive(talk(("ann", "We won!"))).only.missing.any()


# ------------------------------------------------------------------ how it learns


QUICK = ConversationEmotion(
    encoder=PLAIN, tuned=PLAIN, near=2, learner=Learner(hidden=8, epochs=2, copies=1)
)


def many(label="joy", sessions=12):
    rows = [
        (f"s{n}", who, text)
        for n in range(sessions)
        for who, text in (("ann", "We won!"), ("bo", "The bus."))
    ]
    return Records(pl.DataFrame(rows, schema=["session", "actor", "text"], orient="row"))


def test_it_learns_another_space_and_unknown_labels_are_let_be():
    pytest.importorskip("torch")
    records = many()
    felt = labelled(records, ["happy", None] * 12, IEMOCAP6)
    fitted = QUICK.fit(records, felt)
    assert list(fitted.perceive(records)) == ["iemocap6"]
    assert len(fitted.learned.told) == 11  # one session is held out for the temperature


def test_no_turn_finds_its_own_conversation_in_learning():
    pytest.importorskip("torch")
    records = talk(("ann", "We won!"), ("bo", "We won!"))
    other = talk(("ann", "Rain."), session="t")
    both = Records.concat([records, other])
    felt = labelled(both, ["joy", "joy", "anger"])
    known = QUICK.fit(both, felt).learned
    found = known.memory.nearest(PLAIN.encode(["We won!"]), 2, [0])
    assert found.place.tolist() == [[2, -1]]


def test_what_stands_beside_a_turn_in_learning_is_what_other_conversations_were_called():
    told = [talk(("ann", "We won!"), session=f"s{n}") for n in range(3)]
    own = talk(("ann", "We won!"), ("bo", "We won!"), session="t")
    both = Records.concat([*told, own])
    lesson = replace(QUICK, near=2).prepare(both, labelled(both, ["joy"] * 3 + ["anger"] * 2))
    shares = np.exp(lesson.seen.beside)
    joy, anger = MELD7.index("joy"), MELD7.index("anger")
    assert (shares[:, joy] > 0.9).all()  # two of three others, never the twin in its own talk
    asked = np.exp(lesson.known._replace(near=5).beside(PLAIN.encode(["We won!"])))
    np.testing.assert_allclose(asked[0, [joy, anger]], [0.6, 0.4], atol=1e-6)


def test_held_out_conversations_make_shares_come_true():
    pytest.importorskip("torch")
    records = many()
    felt = labelled(records, ["joy", "neutral"] * 12)
    wrong = Held(records, labelled(records, ["neutral", "joy"] * 12))
    method = replace(QUICK, learner=replace(QUICK.learner, rate=1e-2, epochs=20))
    cold, hot = (
        method.fit(records, felt, told).learned.heat for told in (Held(records, felt), wrong)
    )
    assert hot > cold


def test_the_same_seed_teaches_the_same_and_weights_survive_a_file(tmp_path):
    pytest.importorskip("torch")
    records = many()
    felt = labelled(records, ["joy", "neutral"] * 12)
    one, two = (QUICK.fit(records, felt) for _ in range(2))
    assert one.perceive(records).only == two.perceive(records).only
    path = tmp_path / "c.safetensors"
    shelf.save(path, one.learned.arrays(), one._ground() | one.learned.note())
    again = ConversationEmotion(path, PLAIN, PLAIN)
    assert again.perceive(records).only == one.perceive(records).only
    others = {
        "encoder": {"encoder": HashedEncoder(32)},
        "tuned": {"tuned": HashedEncoder(32)},
        "perceiver": {"perceiver": LexiconEmotion()},
    }
    for what, change in others.items():
        with pytest.raises(BadFile, match=rf"{what} .*expected .*train the method again"):
            replace(again, **change).perceive(records)
    told = [replace(again, **change).digest for change in others.values()]
    assert len({again.digest, *told}) == 4


def test_what_training_leaves_is_found_by_name(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path / "home"))
    records = many()
    felt = labelled(records, ["joy", "neutral"] * 12)
    small = partial(ConversationEmotion, encoder=PLAIN, tuned=PLAIN, near=2, learner=QUICK.learner)
    monkeypatch.setattr(conversation, "read_meld", lambda *_: Labelled(records, felt))
    monkeypatch.setattr(conversation, "ConversationEmotion", small)
    made = ConversationEmotion.train(tmp_path, tmp_path / "out", 3, lambda _: None)
    assert made == tmp_path / "out" / "conversation.safetensors"
    note = shelf.load(shelf.place("perceive/conversation"))[1]
    assert note["seed"] == 3
    assert "research only" in note["data"]
    fitted = small(seed=3).fit(records, felt, Held(records, felt))
    for kept in (small(), small(made)):
        assert kept.perceive(records).only == fitted.perceive(records).only


def test_without_neighbours_and_window_it_still_reads():
    pytest.importorskip("torch")
    records = many()
    felt = labelled(records, ["joy", "neutral"] * 12)
    bare = ConversationEmotion(
        encoder=PLAIN, tuned=PLAIN, near=0, window=0, learner=QUICK.learner
    ).fit(records, felt)
    assert not bare.perceive(records).only.missing.any()


def test_labels_of_nothing_are_refused():
    records = many()
    with pytest.raises(NoRecords, match="seq"):
        QUICK.fit(records, labelled(records, [None] * 24))


def test_without_weights_it_says_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    with pytest.raises(NotTrained, match="affectory train perceive/conversation"):
        ConversationEmotion().perceive(toy())
    assert not shelf.place("perceive/conversation").exists()


# ------------------------------------------------------------------ interpretations by rule


def test_what_is_counted_is_what_stands_there():
    counted = numbers(["WHAT a joy!! Really?...", ""])
    assert counted[0, 0] > 0.5
    np.testing.assert_allclose(counted[0, 4:], np.log1p([2, 1, 1, 1]))
    np.testing.assert_allclose(counted[1], 0.0)


def test_a_mood_that_falls_is_told_and_labels_are_not_named():
    said = talk(("ann", "I love this joy!"), ("bo", "Nice."), ("ann", "I hate this misery."))
    told = interpretations(said)
    assert "darkened" in told[2].implicit
    assert "unpleasant" in told[2].explicit
    assert "nothing before" in told[1].implicit
    words = " ".join(part for each in told for part in each).lower().split()
    assert not set(words) & set(MELD7.names) - {"neutral"}


def test_explain_gives_two_sentences_a_turn():
    pytest.importorskip("torch")
    told = taught().explain(toy())
    assert [(one.record, one.kind) for one in told] == [
        (seq, Ground.RATIONALE) for seq in (0, 0, 1, 1, 2, 2)
    ]
    assert all(0 < one.weight <= 1 for one in told)


# ------------------------------------------------------------------ by a language model


GOLDEN = """Conversation:
ann: We won!
bo: You lied.

What the last line shows: Curt.
What may lie beneath: Hurt.
Lines like it, with their emotion:
"You cheat!" -> anger
Possible emotions: neutral, surprise, fear, sadness, joy, disgust, anger.
Which of them does bo feel in the last line, "bo: You lied."? Answer with one word."""


def test_the_prompt_is_what_the_paper_asks():
    said = talk(("ann", "We won!"), ("bo", "You lied."))
    read = [asking.Interpretation("Glad.", "Proud."), asking.Interpretation("Curt.", "Hurt.")]
    shown = [(), (asking.Example("You cheat!", "anger"),)]
    asked = asking.prompts(said, said=read, examples=shown)
    assert asked[1][-1].text == GOLDEN
    assert "Lines like it" not in asked[0][-1].text


def test_the_window_and_the_sketch_are_shown():
    said = talk(*(("ann", f"line {n}") for n in range(8)))
    asked = asking.prompts(said, sketches=["Quiet."] * 8, window=2)[7][-1].text
    assert "line 5" in asked
    assert "line 4" not in asked
    assert "About ann: Quiet." in asked


def test_answers_are_read_and_what_cannot_be_read_is_counted():
    said = talk(("ann", "We won!"), ("bo", ""), ("bo", "Hm."), ("bo", "You lied."))
    model = Scripted(["Joy.", "Who knows?", "The emotion is angry"])
    told = asking.ask(model, said)
    felt = told.states.only
    assert np.isnan(felt.values[np.isin(felt.seq, [1, 2])]).all()
    assert felt.values[felt.seq == 0][0, MELD7.index("joy")] == 1
    assert felt.values[felt.seq == 3][0, MELD7.index("anger")] == 1
    assert (len(told.parsed), told.parsed.unparsed) == (3, 1)


def test_examples_come_from_other_conversations():
    shelf_of = Records.concat(
        [
            talk(("ann", "We won the cup!"), session="s"),
            talk(("ann", "We won a cake!"), session="t"),
        ]
    )
    library = asking.Library.of(shelf_of, labelled(shelf_of, ["joy", "surprise"]), PLAIN)
    found = library.near(talk(("bo", "We won the cup!"), session="s"), 3)
    assert found == [(asking.Example("We won a cake!", "surprise"),)]


def test_interpretations_of_a_model_are_read_or_replaced():
    said = talk(("ann", "We won!"), ("bo", "Hm."))
    told, lost = asking.interpret(
        Scripted(["Outward: loud and\nbright.\nInward: at ease.", "I do not know."]), said
    )
    assert told[0] == ("loud and bright.", "at ease.")
    assert lost == 1
    assert told[1] == interpretations(said)[1]


def test_a_sketch_knows_only_what_was_said_so_far():
    model = Scripted("A winner.")
    told = asking.sketch(model, talk(("ann", "We won!"), ("bo", "Hm.")))
    assert told == ["A winner.", "A winner."]
    assert "Hm." not in model.heard[0].prompt[-1].text


@pytest.mark.skipif(not (DATA / "meld").is_dir(), reason="the data set meld is not here")
def test_meld_trains_and_reads_in_short(tmp_path):
    pytest.importorskip("torch")
    from affectory.sources.labelled import read_meld

    records, felt = read_meld(DATA / "meld", "dev", MELD7)
    some = records.where(pl.col("session").is_in(records.sessions[:20]))
    fitted = QUICK.fit(some, felt)
    assert fitted.perceive(some).only.space is MELD7
