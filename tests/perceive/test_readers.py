"""perceive/readers: shares, attention as evidence, enriched words, and no weights."""

from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl
import pytest

from affectory.core import shelf
from affectory.core.errors import BadChoice, BadFile, NoRecords, NotTrained, SpaceMismatch
from affectory.core.evidence import Ground
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.parts.branches import TwoBranches
from affectory.perceive import readers
from affectory.perceive.readers import CARD, LONGEST, MEMBERS, ReaderEmotions, taught, toy
from affectory.represent.vocabularies import READERS5, VALENCE
from affectory.senses.hashed import HashedEncoder
from affectory.senses.lexicon import starter
from affectory.senses.opposites import affect_pairs
from affectory.senses.vocabulary import Vocabulary
from affectory.senses.wordvectors import WordTable

GLAD, GRIM = [0.0, 0.0, 0.8, 0.0, 0.2], [0.3, 0.3, 0.0, 0.4, 0.0]


def lesson(n=40):
    """Return glad and grim headlines with their shares."""
    ends = [f"in place{at % 7}" for at in range(n)]
    text = [("Love wins " if at % 2 else "War kills ") + end for at, end in enumerate(ends)]
    table = {"session": [str(at) for at in range(n)], "actor": "reader", "text": text}
    records = Records(pl.DataFrame(table))
    shares = [GLAD if at % 2 else GRIM for at in range(n)]
    return records, Trajectory.on(records, READERS5, shares, "votes")


def keep(fitted, path):
    """Write what was learned to a file of its own, as training does."""
    shelf.save(path, fitted.learned.arrays(), fitted._ground())


@pytest.fixture(scope="module")
def looking():
    """The method with a net, taught glad and grim."""
    pytest.importorskip("torch")
    net = TwoBranches("net", "both", LONGEST, hidden=4, fused=8, epochs=12, copies=1)
    bare = ReaderEmotions(encoder=HashedEncoder(32), members=(*MEMBERS[:1], net), folds=2)
    return bare.fit(*lesson())


def test_the_toy_is_glad_then_grim_then_silent():
    felt = taught().perceive(toy()).only
    assert felt.values[0].argmax() == READERS5.index("joy")
    assert felt.axis("joy")[1] < 0.05
    assert felt.missing.tolist() == [False, False, True]


def test_a_net_and_a_kernel_together_give_shares(looking):
    records, felt = lesson()
    said = looking.perceive(records).only
    np.testing.assert_allclose(said.values.sum(axis=1), 1, atol=1e-5)
    assert (said.values.argmax(axis=1) == felt.values.argmax(axis=1)).all()
    assert (looking.learned.blend.shares == looking.learned.blend.shares[:, :1]).all()
    assert set(looking.each(records)) == {"kernel", "net"}


def test_of_what_texts_do_not_tell_the_spread_is_that_of_the_shares():
    records, _ = lesson()
    chance = np.random.default_rng(1).dirichlet(np.ones(5), len(records))
    bare = ReaderEmotions(encoder=HashedEncoder(32), members=MEMBERS[:1])
    spread = bare.fit(records, Trajectory.on(records, READERS5, chance, "x")).learned.spread
    assert (spread > 0.9 * chance.std(axis=0)).all()


def test_attention_is_evidence_whose_weights_sum_to_one(looking):
    why = looking.explain(toy())
    assert {reason.kind for reason in why} == {Ground.ATTENTION}
    for seq, text in enumerate(toy().frame["text"][:2]):
        own = [reason for reason in why if reason.record == seq]
        assert sum(reason.weight for reason in own) == pytest.approx(1)
        assert all(text[slice(*reason.span)] == reason.text for reason in own)
    assert not [reason for reason in why if reason.record == 2]


def test_evidence_is_of_the_asked_records_and_axis(looking):
    felt = looking.perceive(toy()).only
    why = looking.explain(toy(), felt.rows(slice(0, 1)), axis="fear")
    assert {(reason.record, reason.axis) for reason in why} == {(0, "fear")}
    with pytest.raises(BadChoice):
        looking.explain(toy(), axis="disgust")
    with pytest.raises(SpaceMismatch):
        looking.explain(toy(), Trajectory.on(toy(), VALENCE, np.zeros((3, 1)), "x"))


def test_without_a_net_there_is_no_evidence():
    assert taught().explain(toy()) == ()


def test_enriched_words_alike_are_nearer_and_opposed_ones_farther():
    own = starter()
    valence = {w: v for w, v in zip(own.words, own.weights[:, 0], strict=True) if w.isalpha()}
    rows = {word: at for at, word in enumerate(valence)}
    table = np.random.default_rng(0).normal(size=(len(rows), 40)).astype(np.float32)
    source = WordTable("chance", rows, table)
    bare, rich = (
        ReaderEmotions(words=source, encoder=HashedEncoder(32), enriched=on)._vocabulary(["joy"])
        for on in (False, True)
    )
    words = Vocabulary.sorted_words(sorted(valence))
    pairs = affect_pairs(own, words)

    def mean_cosine(vocabulary, found):
        table = vocabulary.vectors(words, source)
        return float((table[found[:, 0]] * table[found[:, 1]]).sum(axis=1).mean())

    assert mean_cosine(rich, pairs.alike) > mean_cosine(bare, pairs.alike) + 0.3
    assert mean_cosine(rich, pairs.opposed) < mean_cosine(bare, pairs.opposed) - 0.1


def test_a_text_of_function_words_or_of_strange_ones_is_read(looking):
    odd = ["of the and", "zxqv wvut", "день добрый", "word " * 500]
    records = Records(pl.DataFrame({"session": "s", "actor": "a", "text": odd}))
    felt = looking.perceive(records).only
    assert READERS5.admits(felt.values)
    assert not felt.missing.any()


def test_what_is_kept_says_the_same(tmp_path, looking):
    keep(looking, tmp_path / "w.safetensors")
    again = replace(looking, weights=tmp_path / "w.safetensors", learned=None)
    records, _ = lesson()
    np.testing.assert_allclose(
        again.perceive(records).only.values, looking.perceive(records).only.values, atol=1e-4
    )
    assert [r.text for r in again.explain(toy())] == [r.text for r in looking.explain(toy())]


def test_what_training_leaves_is_found_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path / "home"))
    records, felt = lesson()
    small = partial(ReaderEmotions, encoder=HashedEncoder(32), members=MEMBERS[:1])
    monkeypatch.setattr(readers, "read_headlines", lambda _: (records, felt.values))
    monkeypatch.setattr(readers, "ReaderEmotions", small)
    made = ReaderEmotions.train(tmp_path, tmp_path / "out", 3, lambda _: None)
    assert made == tmp_path / "out" / "readers.safetensors"
    note = shelf.load(shelf.place(CARD.name))[1]
    assert note["seed"] == 3
    assert "owner's use only" in note["data"]
    assert small().perceive(records).only == small(made).perceive(records).only
    fitted = small(seed=3).fit(records, felt).perceive(records).only
    np.testing.assert_allclose(small().perceive(records).only.values, fitted.values, atol=1e-4)


def test_weights_are_bound_to_what_was_read_beside_them(tmp_path):
    path = tmp_path / "w.safetensors"
    keep(taught(), path)
    kept = replace(taught(), weights=path, learned=None)
    kept.perceive(toy())
    table = WordTable("chance", {"joy": 0}, np.ones((1, 64), np.float32))
    others = {
        "encoder": {"encoder": HashedEncoder(32)},
        "words": {"words": table},
        "lexicon": {"lexicon": None},
        "members": {"members": (*MEMBERS, *MEMBERS)},
    }
    for what, change in others.items():
        with pytest.raises(BadFile, match=rf"{what} .*expected .*train the method again"):
            replace(kept, **change).perceive(toy())
    told = [replace(taught(), **change).digest for change in list(others.values())[:3]]
    assert len({taught().digest, *told}) == 4


def test_another_methods_file_or_half_a_file_is_refused(tmp_path):
    path = tmp_path / "w.safetensors"
    kept = replace(taught(), weights=path, learned=None)
    shelf.save(path, {"w": np.zeros(1)}, {"name": "perceive/empathy"})
    with pytest.raises(BadFile, match="name 'perceive/empathy', expected 'perceive/readers'"):
        kept.perceive(toy())
    keep(taught(), path)
    arrays, note = shelf.load(path)
    del arrays["own/middle"]
    shelf.save(path, arrays, note)
    with pytest.raises(BadFile, match="own/middle"):
        kept.perceive(toy())


def test_records_without_a_word_have_no_state_and_no_reason(looking):
    blank = Records(pl.DataFrame({"session": "s", "actor": "a", "text": ["", None]}))
    for method in (taught(), looking):
        assert method.perceive(blank).only.missing.all()
        assert all(np.isnan(values).all() for values in method.each(blank).values())
        assert method.explain(blank) == ()


def test_many_texts_are_read_in_parts_and_say_the_same(looking, monkeypatch):
    records, _ = lesson(10)
    whole = looking.perceive(records).only.values, looking.each(records), looking.explain(records)
    monkeypatch.setattr(readers, "CHUNK", 3)
    np.testing.assert_allclose(looking.perceive(records).only.values, whole[0], atol=1e-6)
    for name, values in looking.each(records).items():
        np.testing.assert_allclose(values, whole[1][name], atol=1e-6)
    why = looking.explain(records)
    assert [(r.session, r.text, r.axis) for r in why] == [
        (r.session, r.text, r.axis) for r in whole[2]
    ]
    np.testing.assert_allclose([r.weight for r in why], [r.weight for r in whole[2]], atol=1e-6)


def test_without_weights_it_says_how_to_train(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    with pytest.raises(NotTrained, match="affectory train perceive/readers"):
        ReaderEmotions().perceive(toy())


def test_lessons_that_teach_nothing_are_refused():
    records, felt = lesson()
    with pytest.raises(NoRecords, match="20 texts"):
        taught().fit(records, felt.rows(slice(0, 10)))
    with pytest.raises(SpaceMismatch, match="readers5"):
        taught().fit(records, Trajectory.on(records, VALENCE, np.zeros((40, 1)), "x"))


def test_the_card_says_what_it_gives():
    assert CARD.gives == (READERS5.name,)
