"""measure/dyads and partners: planted coupling is found, absent coupling is not."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.measure.dyads import DYAD_MEANINGS, DYAD_REASONS, dyads
from affectory.measure.partners import Pairs, last_row
from affectory.measure.series import Series
from affectory.measure.surrogates import Surrogate

LINE = Space("line", Kind.DIMENSIONS, (Axis("valence", -100.0, 100.0),))


def together(a, b, t=None, times=None, session="s"):
    """Return one session of ann and bob at common times, or at `times` of each."""
    t = np.arange(len(a), dtype=float) if t is None else t
    ta, tb = (t, t) if times is None else times
    n = len(ta) + len(tb)
    at = np.concatenate([ta, tb])
    who = ["ann"] * len(ta) + ["bob"] * len(tb)
    values = np.concatenate([a, b]).astype(float)[:, None]
    return Trajectory(LINE, Clock.SECONDS, [session] * n, who, at, at, values)


def simulated(sessions, n, coupling, seed, turns=False):
    """Return couples in which bob's last state moves ann by `coupling`, own carry-over 0.4.

    With `turns`, bob speaks half a step after ann, so that he too looks at her last state.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for at in range(sessions):
        a, b = np.zeros(n), np.zeros(n)
        for i in range(1, n):
            a[i] = 0.4 * a[i - 1] + coupling * b[i - 1] + rng.normal()
            b[i] = 0.4 * b[i - 1] + rng.normal()
        t = np.arange(n, dtype=float)
        parts.append(together(a, b, times=(t, t + 0.5 * turns), session=f"s{at}"))
    return Trajectory.concat(parts)


def column(found, name):
    return found.values[:, found.names.index(name)]


def figures(found):
    return {figure.name: figure for figure in found.figures(resamples=500)}


def test_equal_courses_move_together_at_lag_zero():
    x = np.random.default_rng(0).normal(size=50)
    row = dyads(together(x, x)).table().row(0, named=True)
    assert (row["session"], row["a"], row["b"], row["n"]) == ("s", "ann", "bob", 50)
    assert row["synchrony"] == pytest.approx(1)
    assert row["lag"] == 0
    assert row["synchrony_p"] == pytest.approx(1 / 50)  # among 49 rotations, the least there is
    mirrored = dyads(together(x, -x)).table().row(0, named=True)
    assert mirrored["synchrony"] == pytest.approx(-1)


@pytest.mark.parametrize("by", [-3, 2])
def test_who_leads_has_the_positive_lag(by):
    x = np.random.default_rng(1).normal(size=80)
    found = dyads(together(x, np.roll(x, by), t=0.5 * np.arange(80)))
    assert column(found, "lag")[0] == pytest.approx(0.5 * by)  # bob follows ann by `by` steps
    assert column(found, "peak_correlation")[0] > 0.9
    lags, profile = found.profile(0)
    assert lags[np.nanargmax(profile)] == pytest.approx(0.5 * by)


@pytest.mark.parametrize("turns", [False, True])
def test_planted_contagion_is_recovered(turns):
    found = dyads(simulated(40, 60, coupling=0.5, seed=2, turns=turns), surrogates=100)
    seen = figures(found)
    figure = seen["contagion/valence"]
    surrogate = seen["contagion_surrogate/valence"]
    # bob's deviation is 1.09 (1 / sqrt(1 - .16)); ann's adds 0.25 of his variance and their
    # covariance to hers: 0.5 * sd(bob) / sd(ann) = 0.41 in SDs per SD, for b on a
    on_ann = column(found, "contagion_ba")
    on_bob = column(found, "contagion_ab")
    assert np.nanmean(on_ann) == pytest.approx(0.41, abs=0.04)
    assert abs(np.nanmean(on_bob)) < 0.065  # three standard errors, 3 / sqrt(58 * 40)
    assert figure.low > surrogate.high
    assert seen["contagion_p/valence"].value < 0.02
    assert figure.n == 40


def test_without_coupling_one_pair_of_twenty_looks_coupled():
    found = dyads(simulated(300, 40, coupling=0.0, seed=3), surrogates=99)
    for name in ("synchrony_p", "peak_p", "contagion_ab_p", "contagion_ba_p"):
        share = np.mean(column(found, name) <= 0.05)
        assert 0.02 <= share <= 0.085, name  # 5 % of 300, se 1.3 %
    seen = figures(found)
    assert seen["synchrony/valence"].low <= 0 <= seen["synchrony/valence"].high


def test_without_coupling_the_corpus_is_among_its_surrogates():
    low = sum(
        figures(dyads(simulated(12, 30, 0.0, seed), surrogates=60))["contagion_p/valence"].value
        <= 0.05
        for seed in range(40)
    )
    assert low <= 6  # 2 expected; 7 or more has p = 0.003


def strangers(sessions, n, seed, turns=False):
    """Return couples of noise, at common times or by turns."""
    rng = np.random.default_rng(seed)
    t = np.arange(n) * (1.0 + turns)
    return Trajectory.concat(
        [
            together(*rng.normal(size=(2, n)), times=(t, t + turns), session=f"s{at}")
            for at in range(sessions)
        ]
    )


@pytest.mark.parametrize("n", [5, 8, 12])
def test_courses_with_too_few_worlds_for_a_p_have_none_and_say_so(n):
    found = dyads(strangers(20, n, seed=n))
    for name in ("synchrony_p", "peak_p", "contagion_ab_p", "contagion_ba_p"):
        at = found.names.index(name)
        assert np.isnan(found.values[:, at]).all(), name
        words = {DYAD_REASONS[code] for code in found.reasons[:, at]}
        assert words == {DYAD_REASONS[4] if n >= 8 else DYAD_REASONS[1 if at < 5 else 2]}


@pytest.mark.parametrize("turns", [False, True])
@pytest.mark.parametrize("n", [21, 40])
def test_noise_is_called_coupled_in_one_pair_of_twenty_at_most(n, turns):
    found = dyads(strangers(400, n, seed=n, turns=turns), lags=3)
    for name in ("synchrony_p", "peak_p", "contagion_ab_p", "contagion_ba_p"):
        share = np.mean(column(found, name) <= 0.05)  # NaN where no p of .05 can be had
        assert share <= 0.05 + 0.033, name  # three standard errors


@pytest.mark.parametrize(("sessions", "n"), [(5, 8), (2, 12), (1, 40)])
def test_a_corpus_of_noise_is_called_coupled_in_one_of_twenty_at_most(sessions, n):
    alarms = np.zeros(2)
    for seed in range(100):
        found = dyads(strangers(sessions, n, seed=1000 + seed), surrogates=60, lags=0)
        seen = {f.name: f.value for f in found.figures(resamples=5)}
        alarms += [seen[f"{name}_p/valence"] <= 0.05 for name in ("synchrony", "contagion")]
    assert (alarms <= 12).all()  # 5 expected; 13 or more has p = 0.001


def test_one_short_couple_has_no_p_over_the_corpus():
    figure = figures(dyads(strangers(1, 12, seed=0)))["synchrony_p/valence"]
    assert np.isnan(figure.value)
    assert figure.reason == DYAD_REASONS[4]


def test_a_perfect_echo_by_turns_is_in_step():
    a = np.random.default_rng(11).normal(size=12)
    found = dyads(together(a, a, times=(np.arange(0.0, 24, 2), np.arange(1.0, 24, 2))))
    assert found.steps[0] == 2  # how often either speaks
    assert column(found, "synchrony")[0] == pytest.approx(1)
    assert column(found, "lag")[0] == 0


def test_a_peak_is_sought_where_nearly_all_times_meet():
    a = np.random.default_rng(12).normal(size=10)
    b = np.random.default_rng(13).normal(size=10)
    b[5:] = a[:5]  # the same five states, five steps later: half of the times
    found = dyads(together(a, b), lags=5)
    assert found.profiles[0, -1] == pytest.approx(1)
    assert abs(column(found, "lag")[0]) <= 2  # 80 % of ten times
    assert column(found, "peak_correlation")[0] < 0.99


def test_pauses_do_not_make_a_grid_without_end():
    t = np.concatenate([np.arange(10) * 1e-3, 1e6 + np.arange(10) * 1e-3])
    x = np.random.default_rng(14).normal(size=20)
    assert dyads(together(x, x, t=t)).n[0] <= 4 * 20 + 1


def crowd(counts):
    """Return one session in which actor i has so many states, spread over the same hour."""
    rng = np.random.default_rng(15)
    t = np.concatenate([np.sort(rng.uniform(0, 3600, n)) for n in counts])
    who = np.repeat([f"a{at:04}" for at in range(len(counts))], counts)
    x = rng.normal(size=(len(t), 1))
    return Trajectory(LINE, Clock.SECONDS, ["s"] * len(t), who, t, t, x)


def test_of_a_crowd_the_pairs_with_most_common_states_are_measured():
    felt = crowd([30, 9, 50, 12, 40])
    found = dyads(felt, surrogates=19, pairs=3)
    assert found.keys.select("a", "b").rows() == [
        ("a0000", "a0002"), ("a0000", "a0004"), ("a0002", "a0004"),
    ]  # fmt: skip
    assert found.left == 7
    assert all("7 pairs" in f.setting for f in found.figures(resamples=5))


def test_two_thousand_actors_cost_no_more_than_their_fifty_pairs():
    found = dyads(crowd([10] * 2000), surrogates=19, lags=1)
    assert len(found) == 50
    assert found.left == 2000 * 1999 // 2 - 50


def test_partners_of_few_other_sessions_give_no_p():
    found = dyads(strangers(6, 40, seed=16), how=Surrogate.PARTNER)
    at = found.names.index("synchrony_p")
    assert {DYAD_REASONS[code] for code in found.reasons[:, at]} == {DYAD_REASONS[4]}
    many = dyads(strangers(60, 20, seed=17), how=Surrogate.PARTNER, lags=0)
    assert np.mean(column(many, "synchrony_p") <= 0.05) <= 0.17  # 3 of 60, and four errors


def test_partners_of_other_sessions_share_the_script_but_not_the_moment():
    rng = np.random.default_rng(4)
    script = 5 * np.sin(np.arange(40) / 6)
    parts = [
        together(script + rng.normal(size=40), script + rng.normal(size=40), session=f"s{at}")
        for at in range(15)
    ]
    whole = Trajectory.concat(parts)
    shift = figures(dyads(whole, how=Surrogate.SHIFT))
    stranger = figures(dyads(whole, how=Surrogate.PARTNER))
    assert shift["synchrony/valence"].value > 0.8
    assert shift["synchrony_p/valence"].value < 0.02  # a common script is no accident ...
    assert stranger["synchrony_p/valence"].value > 0.05  # ... but no influence either


def test_alternating_turns_use_the_partners_last_state():
    n = 60
    rng = np.random.default_rng(5)
    a = rng.normal(size=n)
    found = dyads(together(a, a, times=(np.arange(0.0, 2 * n, 2), np.arange(1.0, 2 * n, 2))))
    assert column(found, "contagion_ab")[0] == pytest.approx(1, abs=1e-6)  # bob echoes ann
    # what ann heard last is her own last state again: nobody can tell the two apart
    assert np.isnan(column(found, "contagion_ba")[0])


def test_a_missing_state_is_not_held_over():
    a = np.array([1.0, 5, 2, 8, 3, 9, 1, 4, 7, 6])
    b = a[::-1].copy()
    b[3] = np.nan
    found = dyads(together(a, b), lags=0)
    keep = np.arange(10) != 3
    assert column(found, "synchrony")[0] == pytest.approx(np.corrcoef(a[keep], b[keep])[0, 1])


def test_windows_forgive_a_common_drift():
    rng = np.random.default_rng(9)
    drift = np.linspace(-50, 50, 120)
    felt = together(drift + rng.normal(size=120), drift + rng.normal(size=120))
    assert column(dyads(felt, surrogates=0), "synchrony")[0] > 0.99
    pieces = column(dyads(felt, surrogates=0, window=6), "synchrony")[0]
    x, y = (felt.select(actor=who).axis("valence").astype(float) for who in ("ann", "bob"))
    z = [np.arctanh(np.corrcoef(x[i : i + 6], y[i : i + 6])[0, 1]) for i in range(0, 120, 6)]
    assert pieces == pytest.approx(np.tanh(np.mean(z)), abs=1e-6)
    assert pieces < 0.9


def test_windows_stay_with_their_pair_beside_one_without_common_times():
    x = np.random.default_rng(10).normal(size=12)
    apart = together(x[:3], x[:3], times=(np.arange(3.0), np.arange(50.0, 53)), session="s0")
    found = dyads(
        Trajectory.concat([apart, together(x, x, session="s1")]), surrogates=0, lags=0, window=6
    )
    synchrony = column(found, "synchrony")
    assert np.isnan(synchrony[0])
    assert synchrony[1] == pytest.approx(1)


def test_three_actors_make_three_pairs_and_one_makes_none():
    t = np.tile(np.arange(8.0), 3)
    who = np.repeat(["ann", "bob", "cat"], 8)
    x = np.random.default_rng(6).normal(size=(24, 1))
    three = Trajectory(LINE, Clock.TURNS, ["s"] * 24, who, t, t, x)
    keys = dyads(three, surrogates=9).keys
    assert keys.select("a", "b").rows() == [("ann", "bob"), ("ann", "cat"), ("bob", "cat")]
    assert len(dyads(three.select(actor="ann"))) == 0


def test_nobody_has_no_dyads_and_the_figures_say_so():
    nobody = Trajectory(LINE, Clock.TURNS, [], [], [], [], np.zeros((0, 1)))
    found = dyads(nobody)
    assert found.table().height == 0
    assert all(np.isnan(f.value) and f.reason for f in found.figures())


def test_constants_and_short_courses_have_no_correlation():
    for a, b in (([1.0] * 9, list(range(9))), ([1.0, 2, 3], [1.0, 3, 2])):
        found = dyads(together(np.array(a), np.array(b, float)))
        assert np.isnan(column(found, "synchrony")[0])
        assert found.reasons[0, 0] == 1
    np.testing.assert_array_equal(np.isnan(found.values), found.reasons > 0)


def test_without_surrogates_there_is_no_p_and_the_reason_says_so():
    x = np.random.default_rng(7).normal(size=30)
    found = dyads(together(x, x), surrogates=0)
    at = found.names.index("synchrony_p")
    assert np.isnan(found.values[0, at])
    assert DYAD_REASONS[found.reasons[0, at]] == "no surrogate was made"


def test_the_same_seed_gives_the_same_numbers():
    felt = simulated(5, 20, 0.2, seed=8)
    np.testing.assert_array_equal(dyads(felt, seed=1).values, dyads(felt, seed=1).values)
    assert (dyads(felt, seed=1).values != dyads(felt, seed=2).values).any()


def test_last_rows_are_found_at_and_before_a_time():
    s = Series(LINE.axes[0], np.array([0, 3, 5]), np.zeros(5), np.array([0.0, 1, 1, 0, 4]))
    group, time = np.array([0, 0, 1, 1, 1]), np.array([1.0, -1, 4, 3, 9])
    assert last_row(s, group, time, before=False).tolist() == [2, -1, 4, 3, 4]
    assert last_row(s, group, time, before=True).tolist() == [0, -1, 3, 3, 4]


def test_every_measure_is_explained():
    x = np.arange(9.0)
    assert set(dyads(together(x, x)).names) == set(DYAD_MEANINGS)


def test_draws_are_refused():
    x = np.arange(4.0)
    draws = Trajectory(
        LINE, Clock.TURNS, ["s"] * 4, ["a", "a", "b", "b"], x, x, x[:, None], draw=np.zeros(4)
    )
    with pytest.raises(BadValues, match="choose a draw"):
        Pairs.of(draws)


def test_senseless_settings_are_refused():
    x = np.arange(9.0)
    with pytest.raises(BadChoice, match="lags is -1"):
        dyads(together(x, x), lags=-1)
    with pytest.raises(BadChoice, match="pairs is 0"):
        dyads(together(x, x), pairs=0)
    with pytest.raises(BadChoice, match="window is 5"):
        dyads(together(x, x), window=5)
    with pytest.raises(BadChoice, match="single session"):
        dyads(together(x, x), how=Surrogate.PARTNER)
