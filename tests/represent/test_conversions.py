"""represent/conversions: closed forms, spread by sampling, and what is refused."""

import numpy as np
import pytest

from affectory.core.errors import BadValues, NoRoute, SpaceMismatch, UnknownSpace
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.represent.conversions import LABELS, routes, to_space
from affectory.represent.prototypes import prototypes_of
from affectory.represent.vocabularies import VAD, space, spaces

EVERY_ROUTE = [(s.name, name) for s in spaces() for name in routes(s.name)]


def states(name, values, spread=None):
    values = np.atleast_2d(np.asarray(values, np.float32))
    n = len(values)
    at = np.arange(float(n))
    return Trajectory(space(name), Clock.TURNS, ["s"] * n, ["ann"] * n, at, at + 1, values, spread)


def one_hot(name, *labels):
    row = np.zeros(space(name).k)
    row[[space(name).index(label) for label in labels]] = 1.0
    return row


def test_a_label_lands_on_its_prototype():
    vad = to_space(states("goemotions28", one_hot("goemotions28", "joy")), "vad")
    np.testing.assert_allclose(vad.values, [[0.76, 0.48, 0.35]], atol=1e-6)


def test_a_half_and_half_distribution_lands_half_way():
    half = (one_hot("meld7", "joy") + one_hot("meld7", "anger")) / 2
    vad = to_space(states("meld7", half), "vad")
    # joyful .76 .48 .35, angry -.51 .59 .25
    np.testing.assert_allclose(vad.values, [[0.125, 0.535, 0.30]], atol=1e-6)


def test_two_flags_become_equal_shares():
    both = one_hot("goemotions28", "joy", "grief")
    ekman = to_space(states("goemotions28", both), "ekman7n")
    assert ekman.axis("joy") == ekman.axis("sadness") == 0.5


def test_scaling_all_flags_changes_nothing():
    flags = np.linspace(0.01, 0.3, 28)
    once = to_space(states("goemotions28", flags), "vad").values
    twice = to_space(states("goemotions28", 3 * flags), "vad").values
    np.testing.assert_allclose(once, twice, atol=1e-6)


def test_meld_is_reordered_exactly():
    rows = np.eye(7)
    back = to_space(to_space(states("meld7", rows), "ekman7n"), "meld7")
    np.testing.assert_array_equal(back.values, rows)


@pytest.mark.parametrize("name", [s.name for s in LABELS])
def test_a_label_survives_the_way_to_vad_and_back(name):
    rows = np.eye(space(name).k)
    back = to_space(to_space(states(name, rows), "vad"), name)
    np.testing.assert_array_equal(back.values.argmax(axis=1), np.arange(len(rows)))


def test_half_way_between_two_prototypes_both_are_equally_likely():
    mean = prototypes_of("ekman7n").mean
    p = to_space(states("vad", mean[:2].mean(axis=0)), "ekman7n").values[0]
    assert p[0] == pytest.approx(p[1], rel=1e-5)


def test_going_down_to_valence_keeps_valence():
    vad = states("vad", [[0.1, -0.2, 0.3]])
    assert to_space(vad, "va").values.tolist() == vad.values[:, :2].tolist()
    assert to_space(vad, "valence").values.tolist() == vad.values[:, :1].tolist()


def test_the_same_space_is_the_same_object():
    vad = states("vad", [[0.1, -0.2, 0.3]])
    assert to_space(vad, "vad") is vad


def test_times_names_author_and_missing_states_are_kept():
    rows = np.eye(7)[:3].copy()
    rows[1] = np.nan
    before = states("meld7", rows)
    after = to_space(before, "vad")
    assert after.missing.tolist() == [False, True, False]
    np.testing.assert_array_equal(after.start, before.start)
    assert (after.clock, after.by, after.actors) == (before.clock, before.by, before.actors)


def test_nothing_flagged_is_a_missing_state_not_neutral():
    assert to_space(states("goemotions28", np.zeros(28)), "ekman7n").missing.all()
    assert to_space(states("ekman7n", one_hot("ekman7n", "neutral")), "ekman6").missing.all()


@pytest.mark.parametrize(("before", "after"), EVERY_ROUTE)
def test_every_route_gives_legal_states_with_spread(before, after):
    home, rng = space(before), np.random.default_rng(0)
    rows = rng.uniform(*home.bounds, size=(50, home.k))
    if home.kind is Kind.DISTRIBUTION:
        rows /= rows.sum(axis=1, keepdims=True)
    gone = to_space(states(before, rows, np.full_like(rows, 0.01)), after)
    assert gone.space == space(after)
    assert not gone.missing.any()
    assert gone.spread is not None
    assert (gone.spread >= 0).all()


@pytest.mark.parametrize(
    ("before", "after"),
    [("goemotions28", "ekman7n"), ("goemotions28", "vad"), ("vad", "ekman7n"), ("vad", "va")],
)
def test_spread_agrees_with_sampling(before, after):
    rng = np.random.default_rng(1)
    home = space(before)
    centre = rng.uniform(0.2, 0.6, home.k)
    width = np.full(home.k, 0.01)  # small: the delta method is of first order
    n = 20_000
    draws = to_space(states(before, rng.normal(centre, width, (n, home.k))), after)
    carried = to_space(states(before, centre, [width]), after)
    # the relative standard error of a sampled standard deviation is 1 / sqrt(2 n) = 0.5 %
    np.testing.assert_allclose(carried.spread[0], draws.values.std(axis=0), rtol=0.03)


def test_merged_shares_add_their_variances():
    spread = np.zeros((1, 7))
    rows = np.full((1, 7), 1 / 7)
    spread[0, [space("ekman7n").index("fear"), space("ekman7n").index("anger")]] = 0.03, 0.04
    gone = to_space(states("ekman7n", rows, spread), "polarity")
    np.testing.assert_allclose(gone.spread, [[0.05, 0.0, 0.0]], atol=1e-7)  # 3-4-5


def test_without_spread_none_is_invented():
    assert to_space(states("vad", [[0.1, -0.2, 0.3]]), "ekman7n").spread is None


def test_no_states_stay_no_states():
    assert len(to_space(states("vad", np.zeros((0, 3))), "ekman7n")) == 0


def test_a_missing_way_lists_the_ways_there_are():
    with pytest.raises(NoRoute, match=r"no way from space 'va' to 'vad'.*ekman7n.*valence"):
        to_space(states("va", [[0.1, 0.2]]), "vad")
    assert issubclass(NoRoute, SpaceMismatch)


def test_a_scale_leads_nowhere():
    assert routes("suds") == ("suds",)


def test_an_unknown_space_is_named():
    with pytest.raises(UnknownSpace, match="moods"):
        to_space(states("vad", [[0.1, -0.2, 0.3]]), "moods")
    with pytest.raises(UnknownSpace, match="moods"):
        routes("moods")


def test_a_namesake_with_other_axes_is_refused():
    other = Space("vad", Kind.DIMENSIONS, tuple(Axis(n, 0.0, 1.0) for n in "vad"))
    felt = Trajectory(other, Clock.TURNS, ["s"], ["a"], [0], [1], [[0.1, 0.2, 0.3]])
    with pytest.raises(BadValues, match="another name"):
        to_space(felt, "va")


def test_the_same_space_built_elsewhere_is_understood():
    axes = tuple(Axis(axis.name, -1.0, 1.0) for axis in VAD.axes)
    own = Space("vad", Kind.DIMENSIONS, axes, "a source of their own")
    felt = Trajectory(own, Clock.TURNS, ["s"], ["a"], [0], [1], [[0.1, 0.2, 0.3]])
    assert to_space(felt, "va").space == space("va")
