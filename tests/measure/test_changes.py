"""measure/changes: planted steps, the plain recursion, false alarms, then edges."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.measure.changes import changes

LINE = Space("line", Kind.DIMENSIONS, (Axis("valence", -100.0, 100.0),))


def felt(*courses, t=None):
    x = np.concatenate([np.asarray(c, float) for c in courses])[:, None]
    names = np.repeat([f"s{at}" for at in range(len(courses))], [len(c) for c in courses])
    start = np.concatenate([np.arange(len(c), dtype=float) for c in courses]) if t is None else t
    return Trajectory(LINE, Clock.TURNS, names, ["ann"] * len(x), start, start, x)


def plainly(x, penalty, noise):
    """Return the cuts of the recursion without pruning."""
    best, cuts = [-penalty], [[]]
    for stop in range(1, len(x) + 1):
        tried = [
            best[s] + ((x[s:stop] - x[s:stop].mean()) ** 2).sum() / noise**2 + penalty
            if stop - s >= 2
            else np.inf
            for s in range(stop)
        ]
        at = int(np.argmin(tried))
        best.append(tried[at])
        cuts.append([*cuts[at], at] if at else [])
    return cuts[-1]


def noise_of(x):
    steps = np.diff(x)
    return np.median(np.abs(steps - np.median(steps))) * 1.4826 / np.sqrt(2)


def test_a_step_without_noise_is_found_where_it_is():
    row = changes(felt([1.0] * 6 + [4.0] * 5), "valence").row(0, named=True)
    assert (row["changes"], row["at"], row["before"], row["after"]) == (1, 6.0, 1.0, 4.0)
    assert row["p"] < 0.05


def test_two_steps_in_noise_are_found():
    rng = np.random.default_rng(0)
    x = np.repeat([0.0, 30, -10], 40) + rng.normal(0, 4, 120)
    table = changes(felt(x, x[:80]), "valence")
    assert table["session"].to_list() == ["s0", "s0", "s1"]
    np.testing.assert_allclose(table["at"], [40, 80, 40], atol=1)
    assert (table["p"] < 0.02).all()


def test_times_are_those_of_the_clock():
    t = np.cumsum(np.random.default_rng(1).exponential(1, 20))
    table = changes(felt([0.0] * 8 + [9.0] * 12, t=t), "valence")
    assert table["at"][0] == t[8]


def test_pruning_and_padding_change_nothing():
    rng = np.random.default_rng(2)
    courses = [
        np.repeat(rng.normal(0, 6, 4), rng.integers(2, 20, 4)) + rng.normal(0, 2, 1)
        for _ in range(25)
    ]
    courses = [np.round(c + rng.normal(0, 2, len(c)), 3) for c in courses]
    whole = felt(*courses)
    table = changes(whole, "valence", permutations=0)
    for at in range(len(courses)):
        x = whole.select(session=f"s{at}").axis("valence").astype(float)
        wanted = plainly(x, 3 * np.log(len(x)), noise_of(x))
        found = table.filter((table["session"] == f"s{at}") & table["at"].is_not_null())
        assert found["at"].to_list() == wanted


@pytest.mark.parametrize("n", [6, 10, 20, 50, 100])
def test_one_course_of_noise_in_twenty_changes_at_most(n):
    rng = np.random.default_rng(n)
    table = changes(felt(*rng.normal(0, 5, (600, n))), "valence")
    changed = table.filter(table["changes"] > 0)["session"].n_unique()
    assert changed <= 0.07 * 600  # 5 %, and two standard errors


@pytest.mark.parametrize(("n", "least"), [(10, 0.35), (20, 0.8), (50, 0.97)])
def test_a_step_of_two_standard_deviations_is_found(n, least):
    x = np.random.default_rng(n).normal(0, 5, (200, n))
    x[:, n // 2 :] += 10
    table = changes(felt(*x), "valence")
    changed = table.filter(table["changes"] > 0)["session"].n_unique()
    assert changed >= least * 200


def test_without_shuffles_every_change_worth_its_penalty_is_kept():
    x = np.random.default_rng(3).normal(0, 5, 12)
    assert changes(felt(x), "valence", penalty=1, permutations=0)["changes"][0] > 0
    assert changes(felt(x), "valence", penalty=1)["changes"][0] == 0


def test_a_change_that_is_dropped_leaves_its_neighbours_their_own_p():
    x = np.concatenate([np.zeros(10), np.full(10, 50.0)]) + np.tile([0.0, 1], 10)
    table = changes(felt(x), "valence", penalty=0.1)
    assert table["at"].to_list() == [10.0]
    assert table["after"][0] == 50.5


def test_the_p_is_the_share_of_arrangements_as_sharp():
    # of the 6 arrangements of 0 0 1 1 two are as sharp: itself and its mirror
    table = changes(felt([0.0, 0, 1, 1]), "valence", penalty=1, permutations=20_000, most_p=1)
    assert table["p"][0] == pytest.approx(1 / 3, abs=0.015)  # four standard errors


def test_no_change_is_an_answer():
    for x in ([5.0] * 10, [1.0], [1.0, 9.0], [], [np.nan, np.nan]):
        table = changes(felt(x), "valence")
        assert table["changes"].sum() == 0
        assert table.height == (1 if x else 0)
        assert table["at"].null_count() == table.height


def test_missing_states_are_left_out():
    x = [1.0, 1, np.nan, 1, 1, 1, 8, 8, np.nan, 8, 8, 8]
    assert changes(felt(x), "valence")["at"].to_list() == [6.0]


def test_a_greater_penalty_never_finds_more():
    x = np.random.default_rng(5).normal(0, 5, 150)
    counts = [
        int(changes(felt(x), "valence", penalty=p, permutations=0)["changes"][0])
        for p in (0.5, 2, 8, 32, 500)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == 0


def test_senseless_settings_are_refused():
    with pytest.raises(BadChoice, match="penalty"):
        changes(felt([1.0]), "valence", penalty=-1)
    with pytest.raises(BadChoice, match="most_p"):
        changes(felt([1.0]), "valence", most_p=0)
    with pytest.raises(BadChoice, match="axis"):
        changes(felt([1.0]), "arousal")
