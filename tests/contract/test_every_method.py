"""What every method owes its callers; runs once per entry in the book."""

import inspect
import pickle
import time
from importlib.metadata import metadata
from typing import Self

import numpy as np
import polars as pl
import pytest

from affectory.core import verbs
from affectory.core.card import ANY
from affectory.core.errors import BadChoice
from affectory.core.records import Channel, Clock, Records
from affectory.core.registry import methods
from affectory.core.states import States
from affectory.core.trajectory import Trajectory

VERBS = {
    "perceive": verbs.Perceiver,
    "forecast": verbs.Forecaster,
    "explain": verbs.Explainer,
    "respond": verbs.Responder,
    "express": verbs.Expresser,
    "simulate": verbs.Simulator,
    "steer": verbs.Steerer,
}


def by_record(states: States) -> dict[str, pl.DataFrame]:
    """Return each Space's states by session and seq, apart from who said so."""
    return {space: states[space].to_polars().sort("session", "seq").drop("by") for space in states}


def assert_same(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> None:
    """Compare states; equal up to the rounding of single precision."""
    assert one.keys() == other.keys()
    for space, frame in one.items():
        keys = ["session", "actor", "seq", "start", "stop"]
        assert frame.select(keys).equals(other[space].select(keys))
        mine = frame.drop(keys).to_numpy().astype(np.float64)
        yours = other[space].drop(keys).to_numpy().astype(np.float64)
        np.testing.assert_allclose(mine, yours, rtol=0, atol=2e-6)


# ------------------------------------------------------------------- what it is


def test_the_house_has_entered_its_own_methods():
    assert "perceive/lexicon" in methods()


def test_the_name_is_its_address(entry):
    assert entry.cls.__module__ == "affectory." + entry.card.name.replace("/", ".")


def test_its_parameters_are_frozen(entry):
    assert entry.cls.__dataclass_params__.frozen


def test_it_speaks_the_verb_of_its_wing(entry):
    assert isinstance(entry.make(), VERBS[entry.card.name.split("/")[0]])


def test_it_says_which_paper_it_is(entry):
    paper = entry.card.paper
    assert paper.number >= 0  # 0: a paper outside of the table of 44
    assert paper.title
    assert 1900 < paper.year < 2100
    assert paper.number > 0 or paper.ref  # what is not in the table says where to find it


def test_it_says_what_it_gives_and_what_to_beware_of(entry):
    assert entry.card.summary
    assert entry.card.cautions
    assert entry.card.gives
    assert set(entry.card.takes) <= {channel.value for channel in Channel}


def test_its_extras_can_be_installed(entry):
    offered = metadata("affectory").get_all("Provides-Extra") or []
    assert set(entry.card.extras) <= set(offered)


def test_fit_leaves_the_asker_as_it_was(entry):
    learns = hasattr(entry.cls, "fit")
    assert learns == entry.card.learns
    if learns:
        assert inspect.signature(entry.cls.fit).return_annotation is Self


def test_it_survives_a_pickle(entry):
    method = entry.make()
    assert pickle.loads(pickle.dumps(method)) == method


def test_two_made_alike_are_equal(entry):
    assert entry.make() == entry.make()


# ------------------------------------------------------------- what perceivers owe


def test_its_toy_is_legal_and_its_spaces_appear_and_admit_the_output(perceiver):
    toy = perceiver.toy()
    assert isinstance(toy, Records)
    assert len(toy) > 0
    states = perceiver.make().perceive(toy)
    assert set(perceiver.card.gives) <= set(states)
    for space, felt in states.items():
        assert felt.space.name == space
        assert felt.space.admits(felt.values)
        assert felt.by
        assert not felt.missing.all()


def test_the_same_input_gives_the_same_bytes(perceiver, talk):
    records = talk(3, 20, 2)
    one, other = (perceiver.make().perceive(records) for _ in range(2))
    for space in one:
        assert one[space].values.tobytes() == other[space].values.tobytes()
        assert one[space] == other[space]


def test_what_it_reads_is_left_as_it_was(perceiver, talk):
    records = talk(2, 10, 2)
    before = records.digest(), records.frame.clone()
    perceiver.make().perceive(records)
    assert records.digest() == before[0]
    assert records.frame.equals(before[1])


def test_it_is_the_same_after_a_pickle(perceiver):
    method = perceiver.make()
    first = method.perceive(perceiver.toy())
    again = pickle.loads(pickle.dumps(method)).perceive(perceiver.toy())
    assert_same(by_record(first), by_record(again))


def test_no_record_gives_no_state(perceiver, nothing):
    states = perceiver.make().perceive(nothing)
    assert set(perceiver.card.gives) <= set(states)
    assert all(len(felt) == 0 for felt in states.values())


def test_every_record_has_one_state_with_its_time(perceiver, talk):
    records = talk(3, 7, 3)
    for felt in by_record(perceiver.make().perceive(records)).values():
        keys = ["session", "seq", "actor", "start", "stop"]
        assert felt.select(keys).equals(records.frame.select(keys))


def test_texts_that_are_none_are_missing_and_nothing_else_falls(perceiver, odd):
    for felt in perceiver.make().perceive(odd).values():
        assert len(felt) == len(odd)
        assert felt.space.admits(felt.values)
        assert felt.missing[:4].all()  # null, empty, blank, white
        assert not np.isinf(felt.values).any()
        partly = np.isnan(felt.values).any(axis=1) & ~np.isnan(felt.values).all(axis=1)
        assert not partly.any()


def test_doubled_times_gaps_and_overlaps_are_kept(perceiver, at_once):
    for felt in by_record(perceiver.make().perceive(at_once)).values():
        assert felt["start"].to_list() == at_once.frame["start"].to_list()
        assert felt["seq"].to_list() == list(range(6))


def test_the_clock_goes_through(perceiver, at_once):
    felt = perceiver.make().perceive(at_once)
    assert {t.clock for t in felt.values()} == {Clock.SECONDS}


def test_a_state_does_not_depend_on_what_else_is_in_the_batch(perceiver, talk):
    method = perceiver.make()
    a, b = talk(3, 11, 2, "a"), talk(2, 5, 3, "b")
    both = by_record(method.perceive(Records.concat([a, b])))
    apart = [by_record(method.perceive(part)) for part in (a, b)]
    joined = {space: pl.concat([part[space] for part in apart]) for space in both}
    assert_same(both, joined)


def test_a_state_does_not_depend_on_the_names_of_sessions_and_actors(perceiver, talk):
    method, records = perceiver.make(), talk(2, 9, 2)
    alias = pl.col("actor").replace({"p0": "zoe", "p1": "abe"})
    renamed = Records(records.frame.with_columns(alias))
    for one, other in zip(
        by_record(method.perceive(records)).values(),
        by_record(method.perceive(renamed)).values(),
        strict=True,
    ):
        assert one.drop("actor").equals(other.drop("actor"))


def test_one_that_explains_its_states_does_so_by_axis(perceiver):
    method, records = perceiver.make(), perceiver.toy()
    explain = getattr(method, "explain", None)
    if explain is None:
        pytest.skip("it does not explain")
    felt = method.perceive(records)[perceiver.card.gives[0]]
    axis = felt.space.names[0]
    assert {one.axis for one in explain(records, felt, axis)} <= {axis}
    assert {one.axis for one in explain(records, felt)} <= set(felt.space.names)
    with pytest.raises(BadChoice):
        explain(records, felt, "no such axis")


def test_what_it_returns_cannot_be_written_to(perceiver):
    for felt in perceiver.make().perceive(perceiver.toy()).values():
        assert not felt.values.flags.writeable


def test_a_thousand_records_take_less_than_two_seconds(perceiver, talk):
    method, records = perceiver.make(), talk(50, 20, 2)
    method.perceive(perceiver.toy())
    begin = time.process_time()
    method.perceive(records)
    assert time.process_time() - begin < 2.0


# ----------------------------------------------------------- what forecasters owe


def groups_of(past: Trajectory | Records) -> int:
    """Return how many futures a past has: one a session and actor."""
    table = past.frame if isinstance(past, Records) else past.to_polars()
    return table.select("session", "actor").n_unique()


def test_what_follows_is_legal_and_as_long_as_asked(forecaster):
    past = forecaster.toy()
    ahead = forecaster.make().forecast(past, 3)
    kept = ahead.to_polars()
    futures = kept.group_by("session", "actor").agg(pl.col("start").n_unique())
    assert futures["start"].to_list() == [3] * groups_of(past)
    assert ahead.space.admits(ahead.values)
    assert not ahead.missing.any()
    assert ahead.by
    assert forecaster.card.gives == (ANY,) or ahead.space.name in forecaster.card.gives
    assert ahead.spread is None or (np.isfinite(ahead.spread) & (ahead.spread >= 0)).all()


def test_what_follows_comes_after(forecaster):
    past = forecaster.toy()
    ahead = forecaster.make().forecast(past, 2).to_polars()
    table = past.frame if isinstance(past, Records) else past.to_polars()
    last = table.group_by("session", "actor").agg(pl.col("start").max().alias("last"))
    assert (ahead.join(last, on=("session", "actor")).select(pl.col("start") > pl.col("last")))[
        "start"
    ].all()


def test_a_future_is_the_same_twice_and_after_a_pickle(forecaster):
    method, past = forecaster.make(), forecaster.toy()
    one, other = (method.forecast(past, 4) for _ in range(2))
    again = pickle.loads(pickle.dumps(method)).forecast(past, 4)
    assert one == other == again


def test_a_past_is_left_as_it_was(forecaster):
    past = forecaster.toy()
    before = pickle.dumps(past)
    forecaster.make().forecast(past, 2)
    assert pickle.dumps(past) == before


def test_no_past_has_no_future(forecaster):
    past = forecaster.toy()
    empty = past.where(pl.lit(False)) if isinstance(past, Records) else past.rows(slice(0, 0))
    assert len(forecaster.make().forecast(empty, 2)) == 0


def test_a_horizon_is_one_or_more(forecaster):
    with pytest.raises(BadChoice, match="horizon"):
        forecaster.make().forecast(forecaster.toy(), 0)
