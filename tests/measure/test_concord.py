"""measure/concord: pairs, all together, and labels."""

import numpy as np
import pytest

from affectory.measure.agreement import ccc
from affectory.measure.concord import agreed, labelled
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
