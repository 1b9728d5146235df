"""measure/granularity: emotions that move as one, independent ones, then edges."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Clock, Trajectory
from affectory.measure.granularity import granularity
from affectory.measure.raters import Icc, icc

NAMES = ("anger", "fear", "sadness")
MOODS = Space("moods", Kind.FLAGS, tuple(Axis(name, 0.0, 100.0) for name in NAMES))


def felt(*parts):
    x = np.concatenate(parts)
    names = np.repeat([f"s{at}" for at in range(len(parts))], [len(part) for part in parts])
    t = np.concatenate([np.arange(float(len(part))) for part in parts])
    return Trajectory(MOODS, Clock.TURNS, names, ["ann"] * len(x), t, t, x)


def test_emotions_that_move_as_one_are_not_told_apart():
    x = np.add.outer(np.arange(10.0), [0, 20, 5])
    assert granularity(felt(x), NAMES)["granularity"][0] == pytest.approx(0)


def test_all_groups_in_one_pass_equal_the_correlation_of_each():
    rng = np.random.default_rng(0)
    parts = [
        np.clip(50 + rng.normal(0, 9, (n, 1)) + rng.normal(0, 6, (n, 3)), 0, 100)
        for n in (5, 12, 40)
    ]
    parts[1][3, 2] = np.nan
    for kind in Icc:
        table = granularity(felt(*parts), NAMES, kind)
        for at, part in enumerate(parts):
            assert table["granularity"][at] == pytest.approx(1 - icc(part, kind), abs=1e-4)
    assert table["n"].to_list() == [5, 11, 40]


def test_undefined_cases_have_their_reasons():
    single, still = np.full((1, 3), 3.0), np.full((6, 3), 3.0)
    against = np.column_stack([np.arange(6.0), 6 - np.arange(6.0), np.full(6, 3.0)])
    reasons = granularity(felt(single, still, against), NAMES)["reason"].to_list()
    assert "fewer than two" in reasons[0]
    assert "vary" in reasons[1]
    assert reasons[2]


def test_one_axis_cannot_be_told_apart():
    with pytest.raises(BadChoice, match="two axes"):
        granularity(felt(np.ones((2, 3))), ("anger",))
