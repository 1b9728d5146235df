"""bench/walkers and bench/histories: what is known at each point, and what is not yet."""

import os
from pathlib import Path

import numpy as np
import pytest

from affectory.bench.histories import MEAN, OWN, PERSISTENCE, POOLED, Rival, histories
from affectory.bench.walkers import ground, lessons, over, steady, test_of
from affectory.core.groups import Names
from affectory.core.trajectory import Clock, Trajectory
from affectory.represent.vocabularies import VALENCE
from affectory.sources.pedestrians import SCENES

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
HERE = pytest.mark.skipif(not (DATA / "eth_ucy").is_dir(), reason="no ETH/UCY here")
test_of.__test__ = False  # its name begins as a test's does


def felt(values, who):
    """Return states of persons, in order."""
    names = Names.of([f"p{one}" for one in who]), Names.of(["s"] * len(who))
    time = np.arange(float(len(who)))
    told = np.array(values, np.float32)[:, None]
    return Trajectory(VALENCE, Clock.STEPS, names[1], names[0], time, time + 1, told)


def test_points_know_their_past_and_are_told_what_followed():
    states = felt([0.1, 0.2, np.nan, 0.3, 0.4, 0.5, 0.9, 0.8], [0] * 6 + [1] * 2)
    found = histories(states, seen=2, ahead=2)
    assert found.past.groups.sizes.tolist() == [2, 3]
    np.testing.assert_allclose(found.truth[..., 0], [[0.3, 0.4], [0.4, 0.5]], atol=1e-6)
    np.testing.assert_allclose(found.last.ravel(), [0.2, 0.3], atol=1e-6)
    np.testing.assert_allclose(found.mean.ravel(), [0.15, 0.2], atol=1e-6)
    assert found.group.tolist() == [0, 0]


def test_strides_pass_points_over():
    states = felt(np.linspace(0, 1, 20), [0] * 20)
    every, third = (histories(states, 2, 2, stride).last.ravel() for stride in (1, 3))
    np.testing.assert_array_equal(third, every[::3])


def test_rivals_say_what_their_names_say():
    draw, told = np.random.default_rng(0), [0.0]
    for _ in range(999):
        told.append(0.6 * told[-1] + draw.normal(0, 0.05))
    where = histories(felt(told, [0] * 1000), 500, 3)
    last, mean = where.last, where.mean
    said = {name: Rival.fit(name, where, 20) for name in (PERSISTENCE, MEAN, POOLED, OWN)}
    np.testing.assert_array_equal(said[PERSISTENCE].middle(where)[:, 2], last)
    np.testing.assert_array_equal(said[MEAN].middle(where)[:, 2], mean)
    assert said[POOLED].pull[0] == pytest.approx(0.6, abs=0.1)
    pull = said[POOLED].pull[0]
    np.testing.assert_allclose(said[POOLED].middle(where)[:, 1], mean + pull**2 * (last - mean))
    own = said[OWN].middle(where)[-1, :, 0]
    past = where.past.select(session=str(len(last) - 1)).values[:, 0].astype(float)
    slope, level = np.polyfit(past[:-1], past[1:], 1)
    np.testing.assert_allclose(own[0], level + slope * past[-1], atol=1e-6)
    assert said[OWN].draws(where).shape == (20, len(last), 3, 1)


@HERE
def test_windows_are_those_of_the_literature():
    places = ground(DATA / "eth_ucy")
    sizes = {}
    for scene in SCENES:
        test = test_of(places, scene)
        sizes[scene] = (len(test.truth), int(test.scene.max()) + 1)
        assert len(test.past.groups) == len(test.truth)
    assert sizes == {
        "eth": (181, 70),
        "hotel": (1053, 301),
        "univ": (24334, 947),
        "zara1": (2253, 602),
        "zara2": (5833, 921),
    }


@HERE
def test_the_scene_that_is_left_out_is_not_learned_from():
    early, late = lessons(ground(DATA / "eth_ucy"), "univ")
    assert not {"students001", "students003"} & {*early.sessions, *late.sessions}
    assert len(early.sessions) == len(late.sessions) == 6


@HERE
def test_constant_velocity_errs_as_computed_elsewhere():
    tests = {scene: test_of(ground(DATA / "eth_ucy"), scene) for scene in ("eth", "zara1")}
    ends = {s: np.linalg.norm(steady(t)[:, -1] - t.truth[:, -1], axis=1) for s, t in tests.items()}
    told = over("fde", ends, tests, 0, unit="m")
    assert [one.value for one in told] == pytest.approx([2.234, 0.960, 1.597], abs=0.001)
    assert [one.name for one in told] == ["fde/eth", "fde/zara1", "fde/mean"]
