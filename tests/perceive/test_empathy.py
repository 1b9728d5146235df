"""perceive/empathy: what was taught, what must not leak, and what is said without weights."""

import math
import os
from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl
import pytest

from affectory.core import shelf
from affectory.core.errors import BadFile, NoRecords, NotTrained, SpaceMismatch
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.measure.agreement import ccc, pearson
from affectory.parts.blend import blended
from affectory.perceive import empathy
from affectory.perceive.empathy import CARD, MEMBERS, EmpathyReader, taught, toy
from affectory.perceive.lexicon import LexiconEmotion
from affectory.represent.vocabularies import EMPATHY, VALENCE
from affectory.senses.hashed import HashedEncoder
from affectory.senses.lexicon import read_lexicon
from affectory.senses.tfidf import Topics

RNG = np.random.default_rng(6)


def lesson(n=60, sessions=12):
    """Return texts whose one word tells their rating, and the ratings."""
    words = [f"word{level}" for level in range(6)]
    level = np.arange(n) % 6
    text = [f"they say {words[k]} again and {words[k]} today" for k in level]
    table = {"session": [str(at % sessions) for at in range(n)], "actor": "ann", "text": text}
    records = Records(pl.DataFrame(table).sort("session", maintain_order=True))
    rank = records.frame["text"].str.extract(r"word(\d)").cast(float).to_numpy()
    ratings = np.column_stack([1 + rank, 7 - rank])
    return records, Trajectory.on(records, EMPATHY, ratings, "raters")


def keep(fitted, path):
    """Write what was learned to a file of its own, as training does."""
    shelf.save(path, fitted.learned.arrays(), fitted._ground())


BARE = EmpathyReader(encoder=HashedEncoder(32), members=MEMBERS[:3], topics=5, fewest=2)


def test_the_toy_is_concerned_then_not_then_silent():
    felt = taught().perceive(toy()).only
    assert felt.values[0, 0] > 5 > 3 > felt.values[1, 0]
    assert felt.missing.tolist() == [False, False, True]
    assert np.isnan(felt.spread).any(axis=1).tolist() == [False, False, True]


def test_what_words_tell_is_learned():
    records, felt = lesson()
    said = BARE.fit(records, felt).perceive(records).only
    for at in (0, 1):
        assert pearson(felt.values[:, at], said.values[:, at]) > 0.95
        assert abs(ccc(felt.values[:, at], said.values[:, at])) <= pearson(
            felt.values[:, at], said.values[:, at]
        )


def test_of_what_words_do_not_tell_the_spread_is_that_of_the_ratings():
    records, felt = lesson()
    chance = RNG.uniform(1, 7, felt.values.shape)
    spread = BARE.fit(records, Trajectory.on(records, EMPATHY, chance, "x")).learned.spread
    assert (spread > 0.9 * chance.std(axis=0)).all()


def test_words_and_scales_of_a_fold_are_learned_without_the_others(monkeypatch):
    records, felt = lesson()
    ways = []

    def spy(*args, **how):
        ways.append(how["apart"])
        return blended(*args, **how)

    monkeypatch.setattr(empathy, "blended", spy)
    BARE.fit(records, felt)
    texts = np.array(records.frame["text"].to_list())
    rank = np.array([int(text.partition("word")[2][0]) for text in texts])
    on, off = np.flatnonzero(rank < 3), np.flatnonzero(rank >= 3)
    mine, theirs = ways[0](on, off)
    words = Topics.of(texts[on].tolist(), BARE.topics, BARE.fewest).words
    np.testing.assert_array_equal(theirs["words"], words.dense(texts[off].tolist()))
    np.testing.assert_allclose(mine["rows"].mean(axis=0), 0, atol=1e-9)
    assert np.abs(theirs["rows"].mean(axis=0)).max() > 0.01


def test_answers_stay_on_the_scale_and_shares_on_the_simplex():
    records, felt = lesson()
    fitted = BARE.fit(records, felt)
    assert EMPATHY.admits(fitted.perceive(records).only.values)
    shares = fitted.learned.blend.shares
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=0), 1)


def test_an_ensemble_of_one_is_that_one():
    records, felt = lesson()
    one = EmpathyReader(encoder=HashedEncoder(32), members=MEMBERS[:1], topics=5, fewest=2)
    fitted = one.fit(records, felt)
    own = np.clip(fitted.each(records)["ridge"], 1, 7)
    np.testing.assert_allclose(fitted.perceive(records).only.values, own, atol=1e-5)


def test_another_perceiver_may_be_handed_in():
    records, felt = lesson()
    other = EmpathyReader(
        encoder=HashedEncoder(32), perceiver=LexiconEmotion(), members=MEMBERS[:1], topics=5
    )
    assert not other.fit(records, felt).perceive(records).only.missing.any()


def test_labels_may_be_learned_beside_and_change_no_ridge():
    records, felt = lesson()
    labels = Trajectory.on(records, VALENCE, RNG.uniform(-1, 1, (60, 1)), "x")
    alone, beside = BARE.fit(records, felt), BARE.fit(records, felt, labels)
    np.testing.assert_array_equal(
        alone.perceive(records).only.values, beside.perceive(records).only.values
    )


def test_the_same_lesson_gives_the_same_method_and_leaves_the_asker():
    records, felt = lesson()
    one, other = BARE.fit(records, felt), BARE.fit(records, felt)
    assert one.digest == other.digest
    assert BARE.learned is None


def test_what_is_kept_says_the_same(tmp_path):
    fitted = taught()
    keep(fitted, tmp_path / "w.safetensors")
    again = EmpathyReader(
        tmp_path / "w.safetensors", HashedEncoder(), members=MEMBERS[:3], topics=20, fewest=2
    )
    np.testing.assert_allclose(
        again.perceive(toy()).only.values, fitted.perceive(toy()).only.values, atol=1e-4
    )
    assert shelf.load(tmp_path / "w.safetensors")[1]["name"] == CARD.name


def test_what_training_leaves_is_found_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path / "home"))
    records, felt = lesson()
    small = partial(EmpathyReader, encoder=HashedEncoder(32), members=MEMBERS[:3], topics=5)
    essays = (records, felt.to_polars().sort("session", "seq").select(EMPATHY.names).to_numpy())
    moods = np.eye(7)[np.arange(len(records)) % 7]
    monkeypatch.setattr(empathy, "read_essays", lambda _: (*essays, moods))
    monkeypatch.setattr(empathy, "EmpathyReader", small)
    made = EmpathyReader.train(tmp_path, tmp_path / "out", 3, lambda _: None)
    assert made == tmp_path / "out" / "empathy.safetensors"
    note = shelf.load(shelf.place(CARD.name))[1]
    assert note["seed"] == 3
    assert "owner's use" in note["data"]
    assert small().perceive(records).only == small(made).perceive(records).only
    for at in (0, 1):
        assert pearson(felt.values[:, at], small().perceive(records).only.values[:, at]) > 0.95


def test_weights_are_bound_to_what_was_read_beside_them(tmp_path):
    path = tmp_path / "w.safetensors"
    keep(taught(), path)
    kept = replace(taught(), weights=path, learned=None)
    kept.perceive(toy())
    own = read_lexicon(pl.DataFrame({"word": ["joy"], "valence": [0.5]}), scale=(-1, 1))
    others = {
        "encoder": {"encoder": HashedEncoder(32)},
        "perceiver": {"perceiver": LexiconEmotion()},
        "lexicons": {"lexicons": (own,)},
        "topics": {"topics": 30},
        "members": {"members": MEMBERS[:2]},
    }
    for what, change in others.items():
        with pytest.raises(BadFile, match=rf"{what} .*expected .*train the method again"):
            replace(kept, **change).perceive(toy())
    told = [replace(taught(), **change).digest for change in list(others.values())[:4]]
    assert len({taught().digest, *told}) == 5


def test_another_methods_file_or_half_a_file_is_refused(tmp_path):
    path = tmp_path / "w.safetensors"
    kept = replace(taught(), weights=path, learned=None)
    shelf.save(path, {"w": np.zeros(1)}, {"name": "perceive/readers"})
    with pytest.raises(BadFile, match="name 'perceive/readers', expected 'perceive/empathy'"):
        kept.perceive(toy())
    keep(taught(), path)
    arrays, note = shelf.load(path)
    del arrays["own/spread"]
    shelf.save(path, arrays, note)
    with pytest.raises(BadFile, match="own/spread"):
        kept.perceive(toy())


def test_weights_written_anew_are_read_anew(tmp_path):
    path = tmp_path / "w.safetensors"
    keep(taught(), path)
    kept = replace(taught(), weights=path, learned=None)
    before = kept.perceive(toy()).only.spread[0, 0]
    wider = taught().learned._replace(spread=taught().learned.spread + 1)
    keep(replace(taught(), learned=wider), path)
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    assert kept.perceive(toy()).only.spread[0, 0] == pytest.approx(before + 1)


def test_records_without_a_word_have_no_state():
    blank = Records(pl.DataFrame({"session": "s", "actor": "a", "text": ["", None, " "]}))
    assert taught().perceive(blank).only.missing.all()
    each = taught().each(blank)
    assert set(each) == {"ridge", "kernel", "words"}
    assert all(values.shape == (3, 2) and np.isnan(values).all() for values in each.values())


def test_without_weights_it_says_how_to_train(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    with pytest.raises(NotTrained, match="affectory train perceive/empathy"):
        EmpathyReader().perceive(toy())


def test_lessons_that_teach_nothing_are_refused():
    records, felt = lesson()
    with pytest.raises(SpaceMismatch, match="empathy"):
        BARE.fit(records, Trajectory.on(records, VALENCE, np.zeros((60, 1)), "x"))
    with pytest.raises(NoRecords, match="20 rated texts"):
        BARE.fit(records, felt.rows(slice(0, 10)))
    one = Records(records.frame.with_columns(session=pl.lit("s"), seq=pl.int_range(60)))
    with pytest.raises(NoRecords, match="several sessions"):
        BARE.fit(one, Trajectory.on(one, EMPATHY, felt.values, "x"))


def test_long_and_broken_texts_are_read():
    odd = ["so sad " * 3000, "â€™ mojibake", "123 456"]
    records = Records(pl.DataFrame({"session": "s", "actor": "a", "text": odd}))
    assert not taught().perceive(records).only.missing.any()


def test_published_rows_are_on_the_card():
    assert {figure.by.split()[0] for figure in CARD.published} == {"CNN", "FFN", "ridge"}
    assert all(math.isfinite(figure.value) for figure in CARD.published)
