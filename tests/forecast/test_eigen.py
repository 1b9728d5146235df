"""forecast/eigen: anchors, margins and a small network, each against what must be so."""

from dataclasses import replace

import numpy as np
import pytest

from affectory.core.errors import (
    BadChoice,
    BadFile,
    NoRecords,
    NotFitted,
    NotTrained,
    SpaceMismatch,
)
from affectory.core.groups import Names
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.forecast.eigen import Draws, EigenForecast, taught, teaching, toy
from affectory.forecast.eigen.corrector import Corrector, Near, near
from affectory.forecast.eigen.sights import cut, last_seen
from affectory.parts.pose import Pose
from affectory.represent.vocabularies import PLACE2, POLARITY, VA, VALENCE

TURNED = {"turned": True, "scaled": True, "together": True, "still": 0.1}


def walks(n=60, steps=30, seed=0, session="s"):
    """Return people who walk on with a slow bend; some stand."""
    draw = np.random.default_rng(seed)
    heading = draw.uniform(0, 6, n)[:, None] + draw.normal(0, 0.03, (n, 1)) * np.arange(steps)
    pace = np.where(np.arange(n) % 3 == 0, 0.01, draw.uniform(0.3, 0.6, n))[:, None]
    step = pace[..., None] * np.stack([np.cos(heading), np.sin(heading)], axis=2)
    path = np.cumsum(step, axis=1) + draw.uniform(-9, 9, (n, 1, 2))
    who = Names(np.repeat(np.arange(n, dtype=np.int32), steps), tuple(f"p{i}" for i in range(n)))
    where = Names(np.zeros(n * steps, np.int32), (session,))
    time = np.tile(np.arange(steps, dtype=float), n)
    values = path.reshape(-1, 2).astype(np.float32)
    return Trajectory(PLACE2, Clock.SECONDS, where, who, time, time + 1, values)


def moods(n=40, steps=60, seed=0, rho=0.7):
    """Return persons whose valence goes back to a level of their own, AR(1)."""
    draw = np.random.default_rng(seed)
    level, told = draw.normal(0, 0.3, n), np.empty((n, steps))
    told[:, 0] = level
    for at in range(1, steps):
        told[:, at] = level + rho * (told[:, at - 1] - level) + draw.normal(0, 0.1, n)
    who = Names(np.repeat(np.arange(n, dtype=np.int32), steps), tuple(f"p{i}" for i in range(n)))
    where = Names(np.zeros(n * steps, np.int32), ("s",))
    time = np.tile(np.arange(steps, dtype=float), n)
    values = np.clip(told, -1, 1).reshape(-1, 1).astype(np.float32)
    return Trajectory(VALENCE, Clock.STEPS, where, who, time, time + 1, values)


def draws_of(ahead, g, s, h):
    return ahead.values.reshape(g, s, h, -1)


# ------------------------------------------------------------------ closed forms


def test_circles_go_on_as_circles():
    method = taught()
    middle, low, high = method.fan(toy())
    angle = np.pi / 12 * (48 + np.arange(12)[:, None] + np.arange(6))
    size = ((4 + np.arange(12)) / 16)[:, None]
    truth = np.stack([size * np.cos(angle), size * np.sin(angle)], axis=2).reshape(-1, 2)
    np.testing.assert_allclose(middle.values, truth, atol=0.05)
    assert (low.values <= high.values).all()


def test_without_a_network_modes_are_the_anchors():
    method = EigenForecast(many=5, **TURNED).fit(walks())
    past = walks(seed=1)
    looks = method.learned.codes.look(last_seen(past, 8))
    anchors = method.learned.codes.anchors(looks)[0]
    told = looks.pose.back(method.learned.codes.free(looks, anchors), 2)
    np.testing.assert_array_equal(method.modes(past).values, told)
    assert set(looks.kind) == {0, 1}  # some stand, some walk


def test_a_turned_world_has_a_turned_future():
    method = EigenForecast(many=6, **TURNED).fit(walks())
    past = walks(seed=1)
    turned = replace(past, values=past.values[:, ::-1] * np.array([-1, 1], np.float32))
    one, other = method.modes(past), method.modes(turned)
    np.testing.assert_allclose(one.values[..., ::-1] * [-1, 1], other.values, atol=1e-3)


def test_a_moved_world_has_a_moved_future():
    method = EigenForecast(many=6, **TURNED).fit(walks())
    past = walks(seed=1)
    moved = replace(past, values=past.values + np.float32(3))
    np.testing.assert_allclose(method.modes(past).values + 3, method.modes(moved).values, atol=1e-3)


def test_more_numbers_rebuild_more():
    lesson = cut(walks(), 8, 12, True)
    errors = []
    for rank in (1, 2, 4, 8, 24):
        method = EigenForecast(rank=rank, many=4, **TURNED).fit(walks())
        codes = method.learned.codes
        looks = codes.look(lesson.sight)
        free = looks.pose.away(lesson.future)
        errors.append(
            np.abs(codes.free(looks, codes.coefficients(looks, lesson.future)) - free).max()
        )
    assert (np.diff(errors) < 0).all()
    assert errors[-1] < 1e-3  # full rank, in single precision


def test_draws_have_the_margins_of_the_fan():
    method = EigenForecast(seen=8, ahead=4, many=20).fit(moods())
    past = moods(seed=1)
    drawn = draws_of(method.forecast(past, 4), 40, 20, 4)
    _, low, high = method.fan(past, 0.8)
    inside = (drawn >= low.values.reshape(40, 1, 4, 1)) & (
        drawn <= high.values.reshape(40, 1, 4, 1)
    )
    assert inside.mean() == pytest.approx(0.8, abs=0.001)  # 16 of 20, at every step


def test_modes_are_typical_futures_whose_chances_sum_to_one():
    method = EigenForecast(many=7, draws=Draws.MODES, **TURNED).fit(walks())
    past = walks(seed=1)
    modes = method.modes(past)
    np.testing.assert_allclose(modes.chance.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(
        draws_of(method.forecast(past, 12), 60, 7, 12), modes.values, atol=1e-4
    )
    assert (modes.blur > 0).all()


# -------------------------------------------------------------- on simulated moods


def test_the_middle_is_as_good_as_the_law_that_made_the_moods():
    method = EigenForecast(seen=8, ahead=3, many=10).fit(moods(n=80))
    future = cut(moods(n=60, seed=5, steps=40), 8, 3, False)
    ends = cut(moods(n=60, seed=5, steps=40), 8, 3, False).sight
    looks = method.learned.codes.look(ends)
    said = looks.pose.back(method.learned.fan.middle(looks).astype(np.float32), 1)
    miss = np.abs(said - future.future).mean(axis=(0, 2))
    last = np.abs(ends.seen[:, -1:] - future.future).mean(axis=(0, 2))
    noise = 0.1 * np.sqrt(np.cumsum(0.7 ** (2 * np.arange(3)))) * np.sqrt(2 / np.pi)
    assert (miss < last).all()
    assert (miss < 1.12 * noise).all()  # the level of a person is not known


def test_a_fan_of_four_fifths_holds_four_fifths_of_what_comes_to_new_persons():
    method = EigenForecast(seen=8, ahead=3, many=10).fit(moods(n=80))
    new = moods(n=80, seed=9, steps=40)
    cover = []
    for stop in (20, 30, 37):
        _, low, high = method.fan(new.rows(new.start < stop), 0.8)
        came = np.stack([new.values[new.start == stop + at] for at in range(3)], axis=1)
        shape = (80, 3, 1)
        cover.append((came >= low.values.reshape(shape)) & (came <= high.values.reshape(shape)))
    assert np.mean(cover) == pytest.approx(0.8, abs=0.04)


# -------------------------------------------------------------------- the network


def test_a_network_brings_the_best_mode_nearer_and_goes_on_where_it_was_stopped(tmp_path):
    pytest.importorskip("torch")
    method = EigenForecast(many=6, hidden=16, epochs=60, **TURNED)
    kept, said = tmp_path / "net.safetensors", []
    learned = method.fit(walks(), kept=kept, report=said.append)
    past = walks(seed=1, steps=8)
    lesson = cut(walks(seed=1, steps=20), 8, 12, True)
    first = lesson.sight.scene == 0
    truth = lesson.future[first]

    def best(one):
        away = np.linalg.norm(one.modes(past).values - truth[:, None], axis=3).mean(axis=2)
        return away.min(axis=1).mean()

    plain = replace(learned, learned=replace(learned.learned, corrector=None))
    assert best(learned) < best(plain)
    assert any("epoch 60 of 60" in one for one in said)
    again = method.fit(walks(), kept=kept)  # nothing is left to learn
    np.testing.assert_array_equal(again.modes(past).values, learned.modes(past).values)


def test_a_network_that_has_learned_nothing_moves_nothing():
    shapes = {"first": (3, 4), "second": (4, 4), "moves": (4, 10), "odds": (4, 5)}
    net = Corrector({name: (np.zeros(two), np.zeros(two[1])) for name, two in shapes.items()})
    moved, chance = net.say(np.ones((2, 3), np.float32), None)
    assert not moved.any()
    np.testing.assert_allclose(chance, 0.2)


def test_who_is_near_is_told_from_the_lookers_place_and_heading():
    ahead, left = [[0, 0], [0, 0.5], [0, 1]], [[-3, 1], [-3, 1], [-3, 1]]
    seen = np.array([ahead, left, np.ones((3, 2)) * 50], np.float32)
    pose = Pose.of(seen, turned=True)
    found = near(seen, np.array([0, 0, 1]), pose, pace=0.5)
    assert found.there.sum(axis=1).tolist() == [1, 1, 0]
    # three metres, six steps, to the left of one who walks along the second axis
    np.testing.assert_allclose(found.told[0, 0, :4], [0, 1.5, -1, 0], atol=1e-6)


def test_numpy_says_what_torch_says():
    torch = pytest.importorskip("torch")
    lesson = cut(walks(), 8, 12, True)
    learned = EigenForecast(many=6, **TURNED).fit(walks()).learned
    how = teaching.Lesson(1, 16, 0, True, None, print)
    net = teaching._made(torch, learned.codes.middle.shape[1], how, learned.codes)
    for part in net.parameters():
        torch.nn.init.normal_(part, std=0.2)
    paths = teaching._paths(torch, learned.codes, lesson, True, False)
    with torch.no_grad():
        moved, odds = net(paths.inputs, paths.told, paths.there)
    others = Near(paths.told.numpy(), paths.there.numpy())
    ours = teaching._kept(net).say(paths.inputs.numpy(), others)
    assert others.there.any()
    np.testing.assert_allclose(ours[0], moved.numpy(), atol=1e-4)
    np.testing.assert_allclose(ours[1], odds.softmax(dim=1).numpy(), atol=1e-5)


def test_what_was_learned_is_the_same_from_a_file(tmp_path):
    pytest.importorskip("torch")
    method = EigenForecast(many=6, hidden=8, epochs=1, **TURNED).fit(walks())
    path = tmp_path / "eigen.safetensors"
    method.save(path)
    again = EigenForecast(many=6, weights=path, **TURNED)
    past = walks(seed=1)
    np.testing.assert_allclose(method.modes(past).values, again.modes(past).values, atol=1e-5)
    one, other = (which.forecast(past, 5).values for which in (method, again))
    np.testing.assert_allclose(one, other, atol=1e-4)  # ridges are kept in single precision


def test_its_recipe_learns_from_rated_stories(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path / "home"))
    draw = np.random.default_rng(0)
    rows = [f"{at},tale{one},{v},{a}" for one in range(4)
            for at, (v, a) in enumerate(draw.uniform(0, 1, (60, 2)).round(2))]  # fmt: skip
    (tmp_path / "stories_va").mkdir()
    table = tmp_path / "stories_va" / "gold_standard.csv"
    table.write_text("\n".join(["ID,story,V_EWE,A_EWE", *rows]))
    said = []
    path = EigenForecast.train(tmp_path, tmp_path / "out", 0, said.append)
    assert path.is_file()
    assert said == ["240 sentences of 4 stories"]
    assert len(EigenForecast().forecast(toy(), 12)) == 12 * 20 * 12  # it finds them by itself
    table.write_text("ID,story\n0,a\n")
    with pytest.raises(BadFile, match="V_EWE"):
        EigenForecast.train(tmp_path, tmp_path / "out", 0, said.append)


# ------------------------------------------------------------------------- edges


def test_short_missing_and_empty_pasts_have_futures():
    nan = np.nan
    values = np.array([[0.5, 0.1], [nan, nan], [0.6, 0.2], [nan, nan], [0.3, 0.3]], np.float32)
    who = Names.of(["a", "a", "a", "b", "c"])
    where = Names.of(["s"] * 5)
    time = np.array([0.0, 2, 4, 0, 0])
    past = Trajectory(VA, Clock.STEPS, where, who, time, time, values)
    ahead = taught().forecast(past, 2)
    assert not ahead.missing.any()
    assert sorted(set(ahead.select(actor="a").start)) == [6.0, 8.0]  # two apart, as its past
    assert sorted(set(ahead.select(actor="c").start)) == [1.0, 2.0]


def test_one_session_does_not_change_another():
    method, past = taught(), toy()
    alone = method.forecast(past.select(actor="p3"), 4)
    both = method.forecast(past, 4).select(actor="p3")
    np.testing.assert_allclose(alone.values, both.values, atol=1e-6)


def test_where_nobody_stands_there_is_one_kind():
    past = walks().select(actor=[f"p{i}" for i in range(60) if i % 3])
    method = EigenForecast(many=4, **TURNED).fit(past)
    assert len(method.learned.codes.kinds) == 1
    assert np.isfinite(method.modes(past).values).all()


def test_states_never_leave_their_space():
    past = moods()
    ahead = EigenForecast(seen=4, ahead=12, many=20).fit(past).forecast(past, 12)
    assert ahead.space.admits(ahead.values)


def test_shares_stay_shares():
    told = np.random.default_rng(4).dirichlet([0.4] * 3, (12, 40)).astype(np.float32)
    who = Names.of([f"p{at}" for at in range(12) for _ in range(40)])
    time = np.tile(np.arange(40.0), 12)
    where = Names.of(["s"] * 480)
    past = Trajectory(POLARITY, Clock.STEPS, where, who, time, time + 1, told.reshape(-1, 3))
    ahead = EigenForecast(seen=4, ahead=3, many=8).fit(past).forecast(past, 3)
    assert ahead.space.admits(ahead.values)


def test_one_person_alone_can_be_learned_from():
    past = moods(n=1, steps=80)
    assert len(EigenForecast(seen=4, ahead=2, many=3).fit(past).forecast(past, 2)) == 6


# ------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    "bad",
    [{"seen": 2}, {"ahead": 0}, {"rank": 0}, {"many": 0}, {"draws": "wild"}, {"scaled": True}],
)
def test_what_cannot_be_learned_is_refused(bad):
    with pytest.raises(BadChoice):
        EigenForecast(**bad)


def test_paths_that_are_too_short_are_refused():
    with pytest.raises(NoRecords, match="20 states"):
        EigenForecast().fit(moods(steps=19))


def test_no_horizon_is_longer_than_what_was_learned():
    with pytest.raises(BadChoice, match="1 to 6"):
        taught().forecast(toy(), 7)


def test_states_of_another_space_are_refused():
    with pytest.raises(SpaceMismatch):
        taught().forecast(moods(), 1)
    other = Space("va", Kind.DIMENSIONS, (Axis("x", -1, 1), Axis("y", -1, 1)))
    with pytest.raises(SpaceMismatch):
        taught().forecast(replace(toy(), space=other), 1)


def test_asked_before_learning_it_says_how(tmp_path):
    with pytest.raises(NotTrained, match="affectory train forecast/eigen"):
        EigenForecast(weights=tmp_path / "none").forecast(toy(), 1)
    with pytest.raises(NotFitted):
        EigenForecast().save(tmp_path / "none")


def test_a_level_is_a_share():
    with pytest.raises(BadChoice, match="level"):
        taught().fan(toy(), 1.0)
