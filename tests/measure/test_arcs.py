"""measure/arcs: closed forms, simulators with known truth, a loop as oracle, then edges."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from affectory.core.errors import BadValues
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.measure.arcs import MEANINGS, REASONS, UNITS, Arcs, arcs
from affectory.measure.catalogue import NAMES, Reason

WIDE = Space("wide", Kind.DIMENSIONS, (Axis("valence", -100.0, 100.0),))
SUDS = Space("suds", Kind.SCALE, (Axis("distress", 0.0, 100.0, 0.0, "SUDS"),))
TIMED = {"slope", "area", "decay_rate", "half_life", "trough_time", "peak_time"}


def felt(x, t=None, session="s", actor="ann", space=WIDE):
    x = np.asarray(x, np.float64)
    t = np.arange(len(x), dtype=float) if t is None else np.asarray(t, float)
    n = len(x)
    session = [session] * n if isinstance(session, str) else session
    return Trajectory(space, Clock.SECONDS, session, [actor] * n, t, t, x.reshape(n, space.k))


def one(x, t=None, **how):
    return arcs(felt(x, t, **how)).table().row(0, named=True)


def why(x, name, t=None):
    found = arcs(felt(x, t))
    at = found.names.index(name)
    assert np.isnan(found.values[0, at])
    return Reason(found.reasons[0, at])


def many(seed=0, sessions=40):
    """Return sessions of unlike length with irregular times, gaps, constants and singles."""
    rng = np.random.default_rng(seed)
    parts, names = [], []
    for at in range(sessions):
        n = int(rng.integers(1, 30))
        x = np.round(rng.normal(0, 20, n), 1) if at % 9 else np.full(n, 7.3)
        x[rng.random(n) < 0.15] = np.nan
        parts.append((np.cumsum(rng.exponential(1, n)), x))
        names += [f"s{at}"] * n
    t, x = (np.concatenate(side) for side in zip(*parts, strict=True))
    return felt(x, t, session=names)


# closed forms


def test_a_sine_is_above_rest_half_of_the_time_and_has_its_known_spread():
    t = np.linspace(0, 2 * np.pi, 2001)
    found = one(10 * np.sin(t), t)
    assert found["above"] == pytest.approx(0.5, abs=1e-3)
    assert found["below"] == pytest.approx(0.5, abs=1e-3)
    assert found["variability"] == pytest.approx(10 / np.sqrt(2), rel=1e-3)
    assert found["peak_time"] == pytest.approx(np.pi / 2)
    assert found["area"] == pytest.approx(0, abs=1e-3)
    assert found["rmssd"] == pytest.approx(10 / np.sqrt(2) * 2 * np.pi / 2000, rel=1e-3)


def test_a_straight_line_has_its_slope_whatever_the_times():
    t = np.array([0.0, 1, 1.5, 7, 7.25, 30])
    found = one(2 * t - 5, t)
    assert found["slope"] == pytest.approx(2, abs=1e-6)
    assert found["change"] == 60
    assert found["area"] == pytest.approx(30 * 25, rel=1e-6)  # from -5 to 55, mean 25
    assert found["time_mean"] == pytest.approx(25, rel=1e-6)
    assert found["above"] == pytest.approx(27.5 / 30)  # crosses 0 at 2.5


def test_large_clock_readings_lose_no_digits():
    t = np.arange(10.0)
    found = one(3 * t, t + 1.7e9)  # seconds since 1970
    assert found["slope"] == pytest.approx(3, abs=1e-9)
    assert found["peak_time"] == 9


def test_exponential_decay_after_the_peak_has_its_rate():
    t = np.array([0.0, 1, 2, 3, 5, 8])
    x = np.concatenate([[5.0], 80 * np.exp(-0.3 * (t[1:] - 1))])
    found = one(x, t, space=SUDS)
    assert found["decay_rate"] == pytest.approx(0.3, abs=1e-6)
    assert found["habituation"] == pytest.approx(80 - 80 * np.exp(-2.1), abs=1e-4)


def test_successive_differences_done_in_the_head():
    found = one([0.0, 3, 1, 1])  # 9 + 4 + 0 over 3
    assert found["instability"] == pytest.approx(13 / 3)
    assert found["rmssd"] == pytest.approx(np.sqrt(13 / 3))
    assert found["timed_instability"] == pytest.approx(13 / 3)  # equal times change nothing


def test_time_adjusted_differences_done_in_the_head():
    # steps 2, 2, 2 over 1, 1, 4: median 1, so 4 + 4 + 4 / 4 over 3
    assert one([0.0, 2, 4, 6], [0, 1, 2, 6])["timed_instability"] == pytest.approx(3)


@pytest.mark.parametrize("phi", [-0.4, 0.0, 0.5, 0.8])
def test_the_inertia_of_an_autoregression_is_its_coefficient(phi):
    rng = np.random.default_rng(1)
    x = np.zeros(40_000)
    noise = rng.normal(size=len(x))
    for at in range(1, len(x)):
        x[at] = phi * x[at - 1] + noise[at]
    assert one(x)["inertia"] == pytest.approx(phi, abs=4 / np.sqrt(len(x)))  # four standard errors


def autoregressions(phi, n, seed, many=3000):
    """Return many stationary courses of n states with carry-over phi, one session each."""
    rng = np.random.default_rng(seed)
    x = np.empty((many, n))
    x[:, 0] = rng.normal(size=many) / np.sqrt(1 - phi**2)
    for at in range(1, n):
        x[:, at] = phi * x[:, at - 1] + rng.normal(size=many)
    names = np.repeat([f"s{at}" for at in range(many)], n)
    return felt(x.ravel(), np.tile(np.arange(float(n)), many), session=list(names))


@pytest.mark.parametrize("n", [8, 12, 20, 50])
@pytest.mark.parametrize("phi", [0.0, 0.5])
def test_the_mean_inertia_of_short_series_is_not_biased(phi, n):
    table = arcs(autoregressions(phi, n, seed=n)).table()
    # four standard errors; clipping at 1 costs the shortest a little more
    slack = 4 * table["inertia"].std() / np.sqrt(len(table)) + (0.02 if n == 8 else 0)
    assert table["inertia"].mean() == pytest.approx(phi, abs=slack)
    assert slack < 0.07  # the plain correlation of eight states is off by 0.14 and 0.32


def test_the_figure_of_a_measure_that_many_arcs_lack_says_of_how_many_it_is():
    found = arcs(autoregressions(0.0, 12, seed=1, many=40))
    figures = {figure.name: figure for figure in found.figures(resamples=50)}
    known = found.table()["half_life"].count()
    assert known < 40  # half of the courses of noise carry nothing over
    assert f"{known} of 40 defined" in figures["half_life/valence"].setting
    assert "defined" not in figures["mean/valence"].setting


def test_a_measure_known_in_few_sessions_has_no_interval_and_the_setting_says_why():
    parts = [felt(np.arange(9.0) % 4, session=f"s{at}") for at in range(4)]
    lone = [felt([1.0], session=f"t{at}") for at in range(6)]
    found = arcs(Trajectory.concat([*parts, *lone])).figures(resamples=50)
    figures = {figure.name: figure for figure in found}
    assert np.isnan(figures["inertia/valence"].low)
    assert "no interval: fewer than 5 sessions" in figures["inertia/valence"].setting
    assert not np.isnan(figures["mean/valence"].low)


@pytest.mark.parametrize("even", [True, False])
def test_the_half_life_of_an_ornstein_uhlenbeck_process_is_recovered(even):
    rng = np.random.default_rng(2)
    gaps = np.ones(40_000) if even else rng.exponential(1.0, 40_000) + 0.05
    theta = 0.35
    x = np.zeros(len(gaps))
    carry = np.exp(-theta * gaps)
    noise = 10 * np.sqrt(1 - carry**2) * rng.normal(size=len(gaps))
    for at in range(1, len(x)):
        x[at] = carry[at] * x[at - 1] + noise[at]
    found = one(x, np.cumsum(gaps))
    assert found["half_life"] == pytest.approx(np.log(2) / theta, rel=0.04)


def test_a_noise_free_relaxation_has_its_half_life_at_irregular_times():
    t = np.array([0.0, 0.4, 1.1, 3.0, 3.2, 6.0, 40.0])
    x = 50 * 0.5 ** (t / 2.0)
    x = np.concatenate([x, -x])  # mirrored, so that the mean is the rest
    found = one(x, np.concatenate([t, 1000 + t]))
    assert found["half_life"] == pytest.approx(2.0, rel=0.02)


def test_relative_variability_reaches_one_at_the_bounds_only():
    assert one([-100.0, 100, -100, 100])["relative_variability"] == pytest.approx(1)
    assert one([-100.0, 100, 100])["relative_variability"] == pytest.approx(1)
    assert one([-10.0, 10, -10, 10])["relative_variability"] == pytest.approx(0.1)
    assert why([100.0, 100.0], "relative_variability") is Reason.ON_BOUND


def test_no_values_of_this_mean_vary_more_than_the_bound():
    rng = np.random.default_rng(5)
    for n in range(2, 8):
        for _ in range(50):
            share = one(np.where(rng.random(n) < 0.6, 100.0, rng.uniform(-100, 100, n)))
            value = share["relative_variability"]
            assert value is None or value <= 1 + 1e-6


# oracles


def test_one_pass_over_all_groups_equals_a_loop_over_them():
    whole = many()
    apart = [arcs(whole.select(session=name)) for name in whole.sessions]
    loop, once = Arcs.concat(apart), arcs(whole)
    assert once.keys.equals(loop.keys)
    np.testing.assert_array_equal(once.reasons, loop.reasons)
    np.testing.assert_allclose(once.values, loop.values, rtol=1e-6, atol=1e-9)


def test_the_usual_measures_equal_numpy_and_scipy_group_by_group():
    whole = many(seed=3)
    for row, (name,) in zip(
        arcs(whole).table().iter_rows(named=True),
        arcs(whole).keys.select("session").iter_rows(),
        strict=True,
    ):
        part = whole.select(session=name)
        x, t = part.axis("valence").astype(float), part.start
        known = ~np.isnan(x)
        if known.sum() < 3:
            continue
        assert row["mean"] == pytest.approx(x[known].mean())
        assert row["variability"] == pytest.approx(x[known].std(ddof=1), abs=1e-9)
        assert row["slope"] == pytest.approx(stats.linregress(t[known], x[known]).slope, abs=1e-9)
        steps = np.diff(x)
        steps = steps[~np.isnan(steps)]
        if len(steps):
            assert row["instability"] == pytest.approx((steps**2).mean(), abs=1e-9)
        pair = ~np.isnan(x[:-1]) & ~np.isnan(x[1:])
        if row["inertia"] is not None:
            r, m = stats.pearsonr(x[:-1][pair], x[1:][pair]).statistic, pair.sum()
            free = np.clip((m * r + 1) / (m - 3), -1, 1)  # Marriott & Pope 1954
            assert row["inertia"] == pytest.approx(free, abs=1e-9)


# properties


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(12)))
def test_the_order_of_sessions_changes_nothing(order):
    whole = many(seed=4, sessions=12)
    parts = [whole.select(session=f"s{at}") for at in order]
    usual, mixed = arcs(whole).table(), arcs(Trajectory.concat(parts)).table()
    assert usual.sort("session").equals(mixed.sort("session"))


def test_a_missing_state_at_either_end_changes_the_missing_share_alone():
    x, t = [3.0, 8, -5, 0, 4, 4, 9], np.arange(7.0)
    usual = one(x, t)
    longer = one([np.nan, *x, np.nan], [-1.0, *t, 9.0])
    assert longer.pop("missing") == pytest.approx(2 / 9)
    assert usual.pop("missing") == 0
    assert longer == pytest.approx(usual)


def test_a_gap_is_never_spliced_over():
    holed = one([0.0, 1, np.nan, 50, 51, 52])
    assert holed["instability"] == 1  # the jump from 1 to 50 was not seen
    assert holed["area"] == pytest.approx(0.5 + 50.5 + 51.5)
    assert holed["time_mean"] == pytest.approx((0.5 + 50.5 + 51.5) / 3)
    assert holed["n"] == 5


def test_stretched_time_scales_what_is_timed_and_nothing_else():
    x, t = many(seed=6, sessions=1).axis("valence"), many(seed=6, sessions=1).start
    slow, usual = one(x, 10 * t), one(x, t)
    for name, value in usual.items():
        if name in {"session", "actor", "axis"} or value is None:
            assert slow[name] == value
            continue
        inverse = "rate" in name or name == "slope"
        factor = 0.1 if inverse else 10 if name in TIMED else 1
        assert slow[name] == pytest.approx(factor * value, rel=1e-4, abs=1e-9), name


# edges


def test_five_pairs_are_too_few_for_inertia():
    assert why([1.0, 3, 2, 5, 4, 1], "inertia") is Reason.FEW_PAIRS
    assert one([1.0, 3, 2, 5, 4, 1, 2])["inertia"] is not None


def test_one_state_has_a_level_and_no_dynamics():
    found = one([4.0])
    assert (found["n"], found["mean"], found["peak"], found["home"]) == (1, 4.0, 4.0, 4.0)
    for name in ("variability", "inertia", "instability", "slope", "area", "displacements"):
        assert why([4.0], name) is Reason.FEW


def test_two_states_have_a_change_but_no_inertia():
    found = one([1.0, 3.0])
    assert (found["change"], found["slope"], found["instability"]) == (2.0, 2.0, 4.0)
    assert why([1.0, 3.0], "inertia") is Reason.FEW_PAIRS


@pytest.mark.parametrize("level", [0.0, 0.1, 1 / 3])
def test_constants_do_not_vary_and_carry_nothing(level):
    found = one([level] * 8)
    assert found["variability"] == found["instability"] == found["slope"] == 0
    assert why([level] * 8, "inertia") is Reason.FLAT
    assert why([level] * 8, "half_life") is Reason.FLAT


def test_states_at_one_instant_have_no_rates():
    assert why([1.0, 2, 4, 3, 5, 1, 2], "slope", t=[5.0] * 7) is Reason.NO_TIME
    assert why([1.0, 2, 4, 3, 5, 1, 2], "half_life", t=[5.0] * 7) is Reason.NO_TIME
    assert why([1.0, 2, 4, 3, 5, 1, 2], "area", t=[5.0] * 7) is Reason.NO_TIME


def test_all_missing_is_undefined_throughout():
    found = arcs(felt([np.nan, np.nan]))
    assert found.table()["missing"][0] == 1.0
    assert (found.reasons[0, 1:] == Reason.EMPTY).all()
    assert found.n[0] == 0


def test_nobody_has_no_arcs():
    found = arcs(felt([]))
    assert len(found) == found.table().height == found.long().height == 0
    figures = found.figures()
    assert {f.n for f in figures} == {0}
    assert all(f.reason for f in figures)


def test_every_undefined_measure_has_its_reason_and_no_other_has_one():
    found = arcs(many())
    np.testing.assert_array_equal(np.isnan(found.values), found.reasons > 0)
    long = found.long()
    assert long.columns == ["session", "actor", "axis", "measure", "value", "unit", "n", "reason"]
    assert (long["value"].is_null() == (long["reason"] != "")).all()


def test_units_follow_axis_and_clock():
    found = arcs(felt([1.0, 2.0], space=SUDS)).long()
    units = dict(zip(found["measure"], found["unit"], strict=True))
    assert units["mean"] == "SUDS"
    assert units["slope"] == "SUDS / seconds"
    assert units["instability"] == "SUDS^2"
    assert units["area"] == "SUDS * seconds"
    assert units["half_life"] == "seconds"
    assert units["inertia"] == ""


def test_every_measure_and_reason_is_explained():
    assert set(MEANINGS) == set(UNITS) == set(NAMES) == set(arcs(felt([1.0])).names)
    assert len(REASONS) == len(Reason)


def test_the_mean_over_arcs_has_an_interval_over_sessions():
    found = arcs(many(sessions=60))
    mean = next(f for f in found.figures() if f.name == "mean/valence")
    table = found.table()
    assert mean.value == pytest.approx(table["mean"].mean())
    assert mean.n == table["mean"].count() == 60 - table["mean"].null_count()
    half = 1.96 * table["mean"].std(ddof=0) / np.sqrt(mean.n)
    assert mean.high - mean.low == pytest.approx(2 * half, rel=0.1)
    assert "sessions" in mean.setting


def test_draws_are_told_apart():
    t = np.array([0.0, 1, 0, 1])
    draws = Trajectory(
        WIDE, Clock.TURNS, ["s"] * 4, ["a"] * 4, t, t, np.array([[0.0], [1], [5], [9]]),
        draw=np.array([0, 0, 1, 1]),
    )  # fmt: skip
    table = arcs(draws).table()
    assert table["draw"].to_list() == [0, 1]
    assert table["change"].to_list() == [1.0, 4.0]


def test_several_axes_come_in_their_order():
    space = Space("va", Kind.DIMENSIONS, (Axis("valence", -9, 9), Axis("arousal", -9, 9)))
    table = arcs(felt([[0.0, 1], [2, 5]], space=space)).table()
    assert table["axis"].to_list() == ["valence", "arousal"]
    assert table["change"].to_list() == [2.0, 4.0]


def test_nothing_cannot_be_put_together():
    with pytest.raises(BadValues, match="one author"):
        Arcs.concat([])


def test_the_wide_table_is_plain_polars():
    table = arcs(many()).table()
    assert isinstance(table, pl.DataFrame)
    assert table.columns[:4] == ["session", "actor", "axis", "n"]
    assert not any(table[name].is_nan().any() for name in table.columns[4:])


def test_arcs_read_from_their_own_table_say_the_same_but_for_the_reasons():
    found = arcs(felt([0.0, 0.5, 0.25]))
    again = Arcs.from_table(found.table(), found.space, found.clock, found.by)
    np.testing.assert_array_equal(again.values, found.values)
    assert again.table().equals(found.table())
    undefined = np.isnan(found.values)
    assert (again.reasons[undefined] == Reason.UNTOLD).all()
    assert again.figures(seed=1)[0].value == found.figures(seed=1)[0].value
