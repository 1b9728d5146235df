"""measure/ellipse: quantiles of chi squared, a known ellipse, then edges."""

import numpy as np
import pytest
from scipy import stats

from affectory.core.errors import BadChoice
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.measure.ellipse import ellipses, radius

PLANE = Space("va", Kind.DIMENSIONS, (Axis("valence", -99, 99), Axis("arousal", -99, 99)))


def felt(x):
    n = len(x)
    t = np.arange(float(n))
    return Trajectory(PLANE, Clock.TURNS, ["s"] * n, ["ann"] * n, t, t, np.asarray(x, float))


def home(x, level=0.68):
    return ellipses(felt(x), PLANE.names, level).row(0, named=True)


@pytest.mark.parametrize("k", [1, 2, 3, 8])
@pytest.mark.parametrize("level", [0.05, 0.5, 0.68, 0.99])
def test_the_radius_is_that_of_chi_squared(level, k):
    assert radius(level, k) == pytest.approx(np.sqrt(stats.chi2.ppf(level, k)), abs=1e-9)


def test_the_level_is_the_share_of_normal_states_at_home():
    rng = np.random.default_rng(0)
    x = rng.multivariate_normal([3, -2], [[9, 4], [4, 4]], 50_000)
    found = home(x)
    assert found["in_home"] == pytest.approx(0.68, abs=0.01)
    assert found["home_valence"] == pytest.approx(3, abs=0.05)
    area = np.pi * radius(0.68, 2) ** 2 * np.sqrt(9 * 4 - 16)
    assert found["volume"] == pytest.approx(area, rel=0.02)


def test_a_change_of_units_changes_no_distance():
    x = np.random.default_rng(1).normal(0, 3, (60, 2))
    one, other = home(x), home(x * [10, 0.5])
    assert other["distance"] == pytest.approx(one["distance"], rel=1e-4)
    assert other["displacements"] == one["displacements"] > 0
    assert other["volume"] == pytest.approx(5 * one["volume"], rel=1e-4)


def test_one_far_state_is_one_displacement_and_a_gap_ends_it():
    x = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0, 0.5], [9, 9], [1, 0], [0, 1]], float)
    assert home(x)["displacements"] == 1
    longer = np.vstack([x, x[5:6], [[np.nan, np.nan]], x[5:6]])
    assert home(longer, 0.3)["displacements"] >= 2


def test_states_on_a_line_have_no_ellipse():
    t = np.arange(9.0)
    on_line = home(np.column_stack([t, 2 * t]))
    assert on_line["volume"] is None
    assert "line" in on_line["reason"]
    assert "few" in home(np.zeros((2, 2)))["reason"]


def test_nobody_has_no_home():
    assert ellipses(felt(np.zeros((0, 2))), PLANE.names).is_empty()


def test_senseless_levels_are_refused():
    with pytest.raises(BadChoice, match="level is 1"):
        radius(1, 2)
    with pytest.raises(BadChoice, match="k is 0"):
        ellipses(felt(np.zeros((3, 2))), ())
