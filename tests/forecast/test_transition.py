"""forecast/transition [08]: closed forms first, then what it learns, then the edges."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice, BadValues, NotTrained, SpaceMismatch
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.forecast.transition import (
    ANCHORS,
    LABELS,
    PersonalityTransition,
    influence,
    nearest,
    taught,
    toy,
)
from affectory.forecast.transition.push import Push, Step, learn
from affectory.forecast.transition.turns import turns_of
from affectory.represent.vocabularies import VA

# Big Five of six characters, O C E A N (README of the authors), and what they add (card of 08)
CAST = {
    "Chandler": ((0.648, 0.375, 0.386, 0.58, 0.477), (0.5139, -0.0007, 0.2718)),
    "Joey": ((0.574, 0.614, 0.297, 0.545, 0.455), (0.4704, -0.0097, 0.2517)),
    "Ross": ((0.722, 0.489, 0.6, 0.533, 0.356), (0.5081, 0.0653, 0.4531)),
    "Monica": ((0.713, 0.457, 0.457, 0.66, 0.511), (0.5825, 0.0137, 0.3189)),
    "Phoebe": ((0.6, 0.48, 0.31, 0.46, 0.56), (0.4429, -0.0912, 0.2704)),
    "Rachel": ((0.635, 0.354, 0.521, 0.552, 0.469), (0.5242, -0.0065, 0.3549)),
}


@pytest.mark.parametrize("name", CAST)
def test_the_influence_of_six_characters_is_that_of_the_card(name):
    traits, told = CAST[name]
    np.testing.assert_allclose(influence(traits).round(4), told, atol=1e-9)


def test_stability_turns_the_last_trait_around():
    calm, wild = (influence((0.5, 0.5, 0.5, 0.5, n)) for n in (0.2, 0.8))
    np.testing.assert_allclose(influence((0.5, 0.5, 0.5, 0.5, 0.8), stability=True), calm)
    np.testing.assert_allclose(wild - calm, [0.19 * 0.6, -0.57 * 0.6, 0.0])


def test_the_anchors_are_those_of_the_authors_code():
    told = {
        "anger": (-0.51, 0.59, 0.25), "disgust": (-0.60, 0.35, 0.11), "fear": (-0.62, 0.82, -0.43),
        "joy": (0.81, 0.51, 0.46), "neutral": (0, 0, 0), "sadness": (-0.63, -0.27, -0.33),
        "surprise": (0.40, 0.67, -0.13),
    }  # fmt: skip
    np.testing.assert_allclose(ANCHORS, [told[name] for name in LABELS.names])


def test_without_a_push_the_nearest_anchor_is_the_last_emotion():
    np.testing.assert_array_equal(nearest(ANCHORS), np.arange(7))


def one_push(**changes):
    """Return a push that does nothing, on contexts of one number, apart from `changes`."""
    parts = {
        "habit": np.full((7, 7), 1 / 7), "look": np.zeros((1, 3)), "shift": np.zeros(3),
        "gain": np.zeros((3, 3)), "base": np.ones(3), "reach": ANCHORS.T / 0.1,
        "usual": np.zeros((7, 3)), "middle": np.array([[0.0] * 3, [1.0] * 3]),
    }  # fmt: skip
    return Push(**{**parts, **changes})


def test_a_push_is_the_context_times_what_the_personality_says():
    push = one_push(look=np.array([[10.0, 0, 0]]), gain=np.diag([2.0, 0, 0]), base=np.zeros(3))
    step = Step(np.array([0, 0]), np.array([[1.0], [-1.0]]), np.array([[0.5, 9, 9], [0.5, 9, 9]]))
    np.testing.assert_allclose(push.delta(step), [[1.0, 0, 0], [-1.0, 0, 0]], atol=1e-6)
    pleasant, unpleasant = push.chances(step)
    assert LABELS.names[pleasant.argmax()] == "joy"
    assert ANCHORS[unpleasant.argmax(), 0] < -0.5


def test_no_context_leaves_habit_as_it_is():
    habit = np.full((7, 7), 0.05) + 0.65 * np.eye(7)
    push = one_push(habit=habit)
    step = Step(np.arange(7), np.zeros((7, 1)), np.zeros((7, 3)))
    np.testing.assert_allclose(push.chances(step), habit)
    np.testing.assert_allclose(push.alone(np.zeros(3)), habit)


def test_a_planted_push_is_learned():
    rng = np.random.default_rng(0)
    n = 3000
    before, good = rng.integers(0, 7, n), rng.integers(0, 2, n)
    joy, sadness = LABELS.index("joy"), LABELS.index("sadness")
    after = np.where(rng.random(n) < 0.5, before, np.where(good, joy, sadness))
    step = Step(before, 2.0 * good[:, None] - 1, rng.normal(0.5, 0.1, (n, 3)))
    push = learn(step, after, ANCHORS, np.array([0.3, 0.3, 0.3]), ridge=1e-3)
    said = push.chances(Step(np.array([6, 6]), np.array([[1.0], [-1.0]]), np.full((2, 3), 0.5)))
    assert said[0, joy] > 3 * said[0, sadness]
    assert said[1, sadness] > 3 * said[1, joy]


def test_rows_of_a_chain_are_shares_and_its_rest_stays():
    method = taught()
    table = method.table()
    np.testing.assert_allclose(table.sum(axis=1), 1)
    np.testing.assert_allclose(method.rest() @ table, method.rest(), atol=1e-9)


def test_a_forecast_comes_to_rest():
    method = taught()
    far = method.forecast(toy(), 400)
    np.testing.assert_allclose(far.values[399], method.rest() @ ANCHORS, atol=1e-3)
    np.testing.assert_allclose(far.values[799], far.values[399], atol=1e-3)


def test_the_expected_path_is_the_mean_of_the_drawn_ones():
    method = taught()
    past = toy().select(actor="bo")
    mean = method.forecast(past, 3).values
    drawn = method.paths(past, 3, draws=4000).values.reshape(4000, 3, 3).mean(axis=0)
    np.testing.assert_allclose(drawn, mean, atol=0.03)


def test_drawn_moods_stand_at_anchors_and_repeat_with_their_seed():
    one, other, third = (taught().paths(toy(), 5, draws=3, seed=seed) for seed in (1, 1, 2))
    assert one == other
    assert one != third
    places = {tuple(anchor) for anchor in ANCHORS.round(4)}
    assert {tuple(np.float64(v).round(4)) for v in one.values} <= places


def test_half_of_an_emotion_is_gone_after_its_half_life():
    stays = 0.8  # neutral is where everything ends; others stay with chance 0.8
    habit = np.eye(7) * stays
    habit[:, 6] += 1 - stays
    told = replace(taught(), learned=taught().learned._replace(push=one_push(habit=habit + 1e-12)))
    assert told.half_life() == pytest.approx(np.log(0.5) / np.log(stays), rel=1e-3)
    joy = told.recovery()["joy"]
    assert joy == pytest.approx(3 + (0.8**3 - 0.5) / (0.8**3 - 0.8**4), rel=1e-3)


def test_a_character_has_the_personality_of_the_cast():
    bare = taught()
    traits = (1.0, 1.0, 1.0, 1.0, 0.0)
    ahead = replace(bare, cast=(("ann", traits),)).forecast(toy(), 2)
    same, wild = bare.forecast(toy(), 2), replace(bare, traits=traits).forecast(toy(), 2)
    assert ahead.select(actor="bo") == same.select(actor="bo")
    assert ahead.select(actor="ann") == wild.select(actor="ann")
    assert ahead.select(actor="ann") != same.select(actor="ann")


def test_a_chain_is_made_once_for_all_who_are_alike(monkeypatch):
    made = []
    table = PersonalityTransition.table
    monkeypatch.setattr(
        PersonalityTransition,
        "table",
        lambda own, traits: made.append(traits) or table(own, traits),
    )
    method = replace(taught(), cast=(("ann", (1.0,) * 5),))
    people = [toy().select(actor=name) for name in ("ann", "bo")]
    both = method.forecast(toy(), 3)
    assert made == [(1.0,) * 5, method.traits]
    assert both == Trajectory.concat([method.forecast(one, 3) for one in people])
    drawn = method.paths(toy(), 4, draws=3000).values.reshape(2, 3000, 4, 3).mean(axis=1)
    np.testing.assert_allclose(drawn[:, :3].reshape(6, 3), both.values, atol=0.03)


def talk():
    """Return a talk in which ann speaks, bo insults her twice, and ann answers."""
    said = ["the table has legs", "you are bad", "it does", "you are bad", "I hate this"]
    frame = pl.DataFrame({"session": "s", "actor": ["ann", "bo", "ann", "bo", "ann"], "text": said})
    return Records(frame)


def test_a_turn_follows_its_actor_s_last_one_and_what_was_heard_since():
    found = turns_of(talk())
    assert found.own.tolist() == [-1, -1, 0, 1, 2]
    assert found.heard == ["", "the table has legs", "you are bad", "it does", "you are bad"]
    assert found.said[4] == "it does"


def test_expected_states_look_only_back():
    records = talk()
    names = ("neutral", "anger", "neutral", "anger", "anger")
    rows = np.eye(7)[[LABELS.index(name) for name in names]]
    felt = Trajectory.on(records, LABELS, rows, "toy")
    states = taught().expected(records, felt)
    assert set(states) == {"vad", "ekman7n"}
    rows[4] = np.eye(7)[LABELS.index("joy")]
    other = taught().expected(records, Trajectory.on(records, LABELS, rows, "toy"))
    np.testing.assert_array_equal(states["vad"].values, other["vad"].values)


def test_a_talk_teaches():
    many = Records.concat([
        Records(talk().frame.with_columns(session=pl.lit(f"s{at}"))) for at in range(8)
    ])  # fmt: skip
    rows = np.tile(np.eye(7)[[6, 0, 6, 0, 0]], (8, 1))
    felt = Trajectory.on(many, LABELS, rows, "toy")
    bare = replace(taught(), learned=None)
    method = bare.fit(many, felt)
    assert bare.learned is None
    told = method.expected(many, felt)["ekman7n"].select(session="s0", actor="bo")
    assert told.values[1].argmax() == LABELS.index("anger")  # bo was angry, and is again
    assert method.decide(told.values[1:])[0] == LABELS.index("anger")


def test_asked_before_learning_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    with pytest.raises(NotTrained, match="affectory train forecast/transition"):
        PersonalityTransition().forecast(toy(), 1)


def test_traits_are_five_numbers_from_0_to_1():
    with pytest.raises(BadChoice, match="O C E A N"):
        PersonalityTransition(traits=(0.5, 0.5))
    with pytest.raises(BadChoice, match="ann"):
        PersonalityTransition(cast=(("ann", (0.5, 0.5, 0.5, 0.5, 1.5)),))


def test_another_space_is_refused():
    past = toy()
    flat = Trajectory(
        VA, past.clock, past.session, past.actor, past.start, past.stop, past.values[:, :2]
    )
    with pytest.raises(SpaceMismatch, match="vad"):
        taught().forecast(flat, 1)
    with pytest.raises(BadValues, match="ekman7n or vad"):
        taught().expected(talk(), flat)
