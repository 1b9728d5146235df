"""forecast/lives: a toy register first, then leaks, refusals and reasons."""

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice, ClockMismatch, NoRecords, NotTrained, SpaceMismatch
from affectory.core.evidence import Ground
from affectory.core.records import Clock, Records
from affectory.core.trajectory import Trajectory
from affectory.forecast.lives import LifeOutcomes, outcomes, taught, toy
from affectory.forecast.lives.reading import Book, batch_of, documents
from affectory.parts.train import Plan
from affectory.represent.vocabularies import VALENCE
from affectory.senses.life import CLS, SEP, SPECIALS

pytest.importorskip("torch")
CAME = np.arange(30) % 3 == 0


def test_who_had_the_event_has_the_outcome():
    ahead = taught().forecast(toy(), 1)
    assert ((ahead.values[:, 0] > 0.5) == CAME).all()
    np.testing.assert_allclose(ahead.spread**2, ahead.values * (1 - ahead.values), atol=1e-6)


def test_risk_adds_up_over_windows():
    values = taught().forecast(toy(), 3).values.reshape(30, 3).astype(np.float64)
    np.testing.assert_allclose(1 - values[:, 2], (1 - values[:, 0]) ** 3, atol=1e-5)


def test_the_event_is_what_it_rests_on():
    told = taught().explain(toy())
    first = [max((e for e in told if e.session == f"s{p}"), key=lambda e: abs(e.weight))
             for p in range(30)]  # fmt: skip
    assert sum(e.text.startswith("EVENT") for e in first) >= 27
    assert {e.kind for e in told} == {Ground.ATTRIBUTION}
    some = taught().forecast(toy(), 1).select(session="s3")
    assert {e.session for e in taught().explain(toy(), some)} == {"s3"}


def test_what_lies_behind_the_cut_is_never_read():
    late = toy().frame.filter(pl.col("text").str.starts_with("EVENT"))
    late = late.with_columns(
        start=pl.lit(20_000.0), stop=pl.lit(20_000.0), seq=pl.lit(99, pl.Int64)
    )
    more = Records(pl.concat([toy().frame, late]), Clock.DAYS)
    one = LifeOutcomes(cut=19_000.0, learned=taught().learned)
    np.testing.assert_array_equal(one.forecast(more, 1).values, taught().forecast(toy(), 1).values)
    assert (one.forecast(more, 1).start > 19_000).all()


def test_no_word_from_behind_the_cut_is_learned():
    cut = 15_015.0
    told = pl.when(pl.col("start") < cut).then("text").otherwise(pl.lit("AFTER"))
    late = Records(toy().frame.with_columns(text=told), Clock.DAYS)
    came = outcomes(late.sessions, CAME)
    fitted = LifeOutcomes(
        cut=cut, plans=(Plan(epochs=0), Plan(epochs=0)), size=taught().size, least=1
    ).fit(late, came)
    assert {"JOB_1", "EVENT_a"} <= set(fitted.tokens()[0])
    assert "AFTER" not in fitted.tokens()[0]


def test_a_document_is_background_and_events_with_their_times():
    book = Book.of(toy(), (), 4, 1)
    own = documents(book, toy())[0]
    names = [book.words.names[code] for code in own.codes[:, 0]]
    assert names == ["[CLS]", "SEX_f", "[SEP]", "JOB_1", "[SEP]", "EVENT_b", "[SEP]",
                     "MOVE", "CITY_2", "[SEP]"]  # fmt: skip
    assert own.codes[:, 1].tolist() == [1, 1, 1, 2, 2, 3, 3, 1, 1, 1]
    assert own.days.tolist() == [15_000] * 5 + [15_010] * 2 + [15_020] * 3
    assert own.ages[-1] == pytest.approx((15_020 - 5_000) / 365.25)
    assert own.records.tolist() == [-1, 0, -1, 1, -1, 2, -1, 3, 3, -1]


def test_of_a_long_life_the_last_events_are_kept():
    book = Book.of(toy(), (), 4, 1)
    own = documents(book, toy(), longest=6)[0]
    assert own.codes[:3, 0].tolist()[::2] == [CLS, SEP]
    assert [book.words.names[c] for c in own.codes[3:, 0]] == ["MOVE", "CITY_2", "[SEP]"]


def test_amounts_are_told_by_bins_of_those_learned_from():
    frame = toy().frame.with_columns(
        meta=pl.struct(income=pl.int_range(pl.len())).struct.json_encode()
    )
    book = Book.of(Records(frame, Clock.DAYS), ("income",), 4, 1)
    assert {n for n in book.words.names if n.startswith("INCOME")} == {
        f"INCOME_{k}" for k in range(4)
    }
    assert "INCOME_3" in book.said(Records(frame, Clock.DAYS))[-1]


def test_the_order_of_events_is_heard_where_order_is_told():
    net = taught().learned.net(before=True)
    some = documents(taught().learned.book, toy())[:4]
    turned = [each._replace(codes=each.codes[[0, 1, 2, 8, 7, 9, 5, 6, 3, 4]]) for each in some]
    told = [
        net.module["order"](net.states(batch_of(net.torch, lives))[:, 0]).detach().numpy()
        for lives in (some, turned)
    ]
    assert np.abs(told[0] - told[1]).max() > 1e-4


def test_frequency_is_less_surprised_than_a_uniform_guess():
    told, often = taught().surprise(toy(), toy())
    assert told.shape == often.shape == (30,)
    assert np.nanmean(often) < np.log(12)


def test_an_unknown_token_is_unknown_and_nothing_falls():
    strange = Records(toy().frame.with_columns(text=pl.lit("NEVER_SEEN")), Clock.DAYS)
    assert not taught().forecast(strange, 1).missing.any()


@pytest.mark.parametrize("name", ["death", "Time_to_death", "insurance claim", "hiring"])
def test_outcomes_that_decide_about_a_person_are_refused(name):
    with pytest.raises(BadChoice, match="decides about nobody"):
        LifeOutcomes(outcome=name)


def test_alike_tokens_are_found_and_unknown_ones_named():
    names, vectors = taught().tokens()
    assert vectors.shape == (len(names), 16)
    assert names[: len(SPECIALS)] == SPECIALS
    assert len(taught().nearest("EVENT_a", 2)) == 2
    with pytest.raises(BadChoice, match="token"):
        taught().nearest("EVENT_q")


def test_learning_wants_persons_with_an_outcome_in_its_own_space():
    with pytest.raises(NoRecords, match="10 persons"):
        LifeOutcomes().fit(toy(), outcomes(["s1"], np.array([True])))
    wrong = Trajectory(VALENCE, Clock.DAYS, ["s"], ["s"], [0.0], [0.0], [[0.0]])
    with pytest.raises(SpaceMismatch):
        LifeOutcomes().fit(toy(), wrong)


def test_turns_are_refused_and_so_is_asking_before_learning(monkeypatch, tmp_path):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    with pytest.raises(ClockMismatch):
        taught().forecast(Records(toy().frame.drop("start", "stop"), Clock.TURNS), 1)
    with pytest.raises(NotTrained, match="affectory train forecast/lives"):
        LifeOutcomes().forecast(toy(), 1)
