"""measure/concord: pairs, all together, and labels."""

import numpy as np
import pytest

from affectory.measure.agreement import CCC, ccc
from affectory.measure.concord import agreed, labelled, pooled
from affectory.measure.raters import Icc, alpha, icc


def table(n=300, r=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) + rng.normal(0, 0.5, (n, r))


def test_each_pair_takes_what_both_rated_and_icc_what_all_did():
    told = table()
    told[:100, 2] = np.nan
    found = agreed(told)
    assert [(one.one, one.other) for one in found.pairs] == [(1, 0), (2, 0), (2, 1)]
    assert found.pairs[0].ccc.value == ccc(told[:, 1], told[:, 0])
    assert found.pairs[1].ccc.value == pytest.approx(ccc(told[100:, 2], told[100:, 0]))
    assert found.icc.value == pytest.approx(icc(told[100:], Icc.TWO))
    assert found.alpha.value == pytest.approx(alpha(told))
    for figure in (found.icc, found.alpha, *(one.ccc for one in found.pairs)):
        assert figure.low < figure.value < figure.high


def test_one_rater_agrees_with_nobody():
    found = agreed(table(r=1))
    assert found == (None, None, ())


def test_raters_who_never_meet_have_a_reason_and_no_number():
    told = table(r=2)
    told[:150, 0] = np.nan
    told[150:, 1] = np.nan
    found = agreed(told)
    assert np.isnan(found.pairs[0].ccc.value)
    assert np.isnan(found.icc.value)
    assert np.isnan(found.alpha.value)


def test_labels_are_alike_where_the_greatest_share_is():
    told = np.full((4, 2, 2), np.nan)
    told[:, 0] = [[1, 0], [1, 0], [0, 1], [0.6, 0.4]]
    told[:3, 1] = [[1, 0], [0, 1], [0.1, 0.9]]
    found = labelled(told)
    assert found.n == 4
    assert found.alike == pytest.approx(2 / 3)
    assert np.isnan(labelled(told[:, :1]).alpha)


def test_a_pooled_moment_counts_as_long_as_it_lasts():
    long, short = np.sin(np.arange(0, 600, 0.1) / 3), np.sin(np.arange(0, 4, 0.01) / 3)
    told = pooled([(short, 0.1 - short, 0.01), (long, long, 0.1)])
    even = np.sin(np.arange(0, 4, 0.1) / 3)  # the same four seconds, as far apart as the others
    x, y = np.concatenate([long, even]), np.concatenate([long, 0.1 - even])
    assert told.value == pytest.approx(ccc(x, y), abs=1e-3)
    assert told.value > 0.98 > 0.93 > ccc(np.append(long, short), np.append(long, 0.1 - short))


def test_pooled_alike_and_scaled_alike_are_one_figure():
    rng = np.random.default_rng(0)
    rows = [(x := rng.normal(size=50), x + rng.normal(size=50)) for _ in range(8)]
    whole = CCC.figure(
        *(np.concatenate(side) for side in zip(*rows, strict=True)),
        cluster=np.repeat(np.arange(8), 50),
    )
    for step in (0.01, 7.0):
        told = pooled([(*row, step) for row in rows])
        assert (told.value, told.low, told.high) == pytest.approx(
            (whole.value, whole.low, whole.high)
        )
    assert whole.low < whole.value < whole.high


def test_the_interval_of_a_pooled_figure_counts_time_too():
    rng = np.random.default_rng(1)

    def sessions(step):
        alike = [(x := rng.normal(size=200), x + rng.normal(0, 0.1, 200), 1.0) for _ in range(7)]
        return [*alike, *((x := rng.normal(size=200), -x, step) for _ in range(3))]

    short, long = pooled(sessions(0.001)), pooled(sessions(1.0))
    assert short.low > 0.97  # three sessions of a fifth of a second sway nothing
    assert long.low < 0.5
