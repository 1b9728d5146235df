"""What every measure owes whatever the data are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.measure.agreement import CCC, ccc
from affectory.measure.arcs import arcs
from affectory.measure.labels import f1, kappa, macro_f1
from affectory.measure.raters import Metric, alpha
from affectory.measure.warping import dtw

LINE = Space("line", Kind.DIMENSIONS, (Axis("valence", -1000.0, 1000.0),))
tens = st.integers(-500, 500).map(float)  # sums of whole numbers are exact
course = st.lists(st.one_of(tens, st.just(np.nan)), min_size=1, max_size=25)
table = arrays.arrays(
    np.float64, st.tuples(st.integers(2, 12), st.just(3)), elements=st.floats(0, 1)
)


def row(x, t=None):
    t = np.arange(float(len(x))) if t is None else np.asarray(t, float)
    values = np.asarray(x, float)[:, None]
    felt = Trajectory(LINE, Clock.TURNS, ["s"] * len(x), ["a"] * len(x), t, t, values)
    return arcs(felt).table().drop("session", "actor", "axis").row(0, named=True)


@given(course, st.integers(-400, 400))
def test_moving_every_state_moves_the_levels_and_no_dynamics(x, by):
    usual, moved = row(x), row(np.array(x) + by)
    for name in ("mean", "peak", "trough", "first", "last", "home"):
        if usual[name] is not None:
            assert moved[name] == pytest.approx(usual[name] + by)
    for name in ("variability", "instability", "slope", "change", "displacements", "range"):
        assert moved[name] == pytest.approx(usual[name], abs=1e-6)


@given(course)
def test_a_mirror_exchanges_high_and_low(x):
    usual, mirror = row(x), row(-np.array(x))
    for one, other in (
        ("displacements_high", "displacements_low"),
        ("rise_rate_high", "rise_rate_low"),
        ("recovery_rate_low", "recovery_rate_high"),
        ("above", "below"),
    ):
        assert mirror[one] == pytest.approx(usual[other], abs=1e-9)
    for name in ("inertia", "instability", "peak_distance", "half_life"):
        assert mirror[name] == pytest.approx(usual[name], abs=1e-5)


@given(course)
def test_shares_are_shares_and_counts_add_up(x):
    found = row(x)
    for name in ("missing", "in_home", "above", "below", "relative_variability"):
        assert found[name] is None or -1e-9 <= found[name] <= 1 + 1e-9
    if found["displacements"] is not None:
        assert found["displacements"] == found["displacements_high"] + found["displacements_low"]
    assert found["n"] == round(len(x) * (1 - found["missing"]))


@given(course, st.integers(0, 25))
def test_a_missing_state_never_adds_to_the_instability_seen(x, at):
    steps = np.diff(np.array(x))
    holed = [*x[:at], np.nan, *x[at:]]
    seen = np.diff(np.array(holed))
    left = seen[~np.isnan(seen)]
    assert len(left) <= (~np.isnan(steps)).sum()
    found = row(holed)["instability"]
    if len(left):
        assert found == pytest.approx((left**2).mean())
    else:
        assert found is None


@given(table, st.permutations(range(3)))
def test_the_order_of_labels_changes_no_mean(x, order):
    given_, truth = x, x[::-1].copy()
    assert macro_f1(truth[:, order], given_[:, order], 0.5) == pytest.approx(
        macro_f1(truth, given_, 0.5), nan_ok=True
    )
    np.testing.assert_array_equal(
        f1(truth[:, order], given_[:, order], 0.5), f1(truth, given_, 0.5)[list(order)]
    )


@given(table)
def test_truth_told_as_it_is_is_never_wrong(x):
    each = f1(x, x)
    assert (each[~np.isnan(each)] == 1).all()
    assert kappa(x, x) == pytest.approx(1) or np.isnan(kappa(x, x))


@given(table)
def test_alpha_never_passes_one_and_ignores_the_order_of_raters(x):
    for metric in Metric:
        one = alpha(x, metric)
        assert np.isnan(one) or one <= 1 + 1e-9
        assert alpha(x[:, ::-1], metric) == pytest.approx(one, nan_ok=True, abs=1e-9)


@given(st.lists(tens, min_size=1, max_size=12), st.lists(tens, min_size=1, max_size=12))
def test_warping_is_symmetric_and_nought_for_equals(x, y):
    assert dtw(x, x) == 0
    assert dtw(x, y) == pytest.approx(dtw(y, x))
    assert dtw(x, [*x, x[-1]]) == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(tens, tens), min_size=3, max_size=30), st.integers(0, 9))
def test_the_figure_and_the_number_are_one(pairs, seed):
    x, y = np.array(pairs).T
    figure = CCC.figure(x, y, resamples=50, seed=seed)
    assert figure.value == pytest.approx(ccc(x, y), nan_ok=True, abs=1e-9)
    assert np.isnan(figure.low) or figure.low <= figure.high
