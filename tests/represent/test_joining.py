"""represent/joining: precision weights in closed form, disagreement, missing voices."""

import numpy as np
import pytest

from affectory.core.errors import BadValues, SpaceMismatch
from affectory.core.trajectory import Clock, Trajectory
from affectory.represent.joining import join
from affectory.represent.vocabularies import POLARITY, VALENCE

NAN = np.nan


def path(values, spread=None, start=None, session="s", space=VALENCE, by="rater"):
    rows = np.atleast_2d(np.asarray(values, float))
    rows = rows.T if space is VALENCE else rows
    n = len(rows)
    at = np.arange(float(n)) if start is None else np.asarray(start, float)
    width = None if spread is None else np.full_like(rows, spread)
    return Trajectory(space, Clock.TURNS, [session] * n, ["a"] * n, at, at + 1, rows, width, by=by)


def test_agreeing_raters_are_surer_by_the_root_of_their_number():
    fused = join([path([0.3], 0.2)] * 4)
    assert fused.values[0, 0] == pytest.approx(0.3)
    assert fused.spread[0, 0] == pytest.approx(0.2 / 2)


def test_the_surer_rater_counts_more():
    fused = join([path([0.0], 0.1), path([0.5], 0.2)])
    assert fused.values[0, 0] == pytest.approx(0.1)  # weights 100 and 25
    # chi2 = 100 * .1^2 + 25 * .4^2 = 5, one degree of freedom: 5 / 125
    assert fused.spread[0, 0] == pytest.approx(np.sqrt(5 / 125))


def test_disagreement_widens_and_agreement_beyond_chance_does_not_narrow():
    near, far = (
        join([path([0.0], 0.1), path([0.01], 0.1)]),
        join([path([-0.5], 0.1), path([0.5], 0.1)]),
    )
    assert near.spread[0, 0] == pytest.approx(0.1 / np.sqrt(2))
    assert far.spread[0, 0] == pytest.approx(0.5)


def test_without_spread_it_is_the_standard_error_of_the_mean():
    fused = join([path([0.0]), path([0.1]), path([0.5])])
    assert fused.values[0, 0] == pytest.approx(0.2)
    assert fused.spread[0, 0] == pytest.approx(np.std([0, 0.1, 0.5], ddof=1) / np.sqrt(3))


def test_a_single_rater_without_spread_has_none_that_could_be_known():
    fused = join([path([0.4])])
    assert fused.values[0, 0] == pytest.approx(0.4)
    assert np.isnan(fused.spread).all()


def test_a_missing_state_has_no_voice():
    fused = join([path([0.2, NAN, NAN], 0.1), path([0.4, 0.4, NAN], 0.1)])
    np.testing.assert_allclose(fused.values[:, 0], [0.3, 0.4, NAN], atol=1e-6, equal_nan=True)
    assert fused.spread[1, 0] == pytest.approx(0.1)
    assert np.isnan(fused.spread[2, 0])


def test_times_that_only_one_has_are_kept():
    fused = join([path([0.1, 0.2], 0.1, start=[0, 2]), path([0.3], 0.1, start=[1])])
    assert fused.start.tolist() == [0, 1, 2]
    np.testing.assert_allclose(fused.values[:, 0], [0.1, 0.3, 0.2], atol=1e-6)


def test_sessions_are_matched_by_name():
    one = Trajectory.concat([path([0.1], 0.1, session="x"), path([0.2], 0.1, session="y")])
    two = Trajectory.concat([path([0.4], 0.1, session="y"), path([0.3], 0.1, session="x")])
    fused = join([one, two], by="both")
    told = dict(zip(fused.session.to_series("s"), fused.values[:, 0], strict=True))
    assert told == {"x": pytest.approx(0.2), "y": pytest.approx(0.3)}
    assert fused.by == "both"


def test_a_distribution_stays_one():
    one = path([[0.7, 0.2, 0.1]], [[0.1, 0.3, 0.2]], space=POLARITY)
    two = path([[0.1, 0.1, 0.8]], [[0.3, 0.1, 0.1]], space=POLARITY)
    assert join([one, two]).values.sum() == pytest.approx(1.0)


def test_the_result_does_not_depend_on_the_order_of_raters():
    one, two = path([0.2, 0.5], 0.1), path([0.4, -0.1], 0.3)
    assert join([one, two]) == join([two, one])


def test_nothing_or_unlike_things_are_refused():
    with pytest.raises(BadValues, match="no trajectory"):
        join([])
    with pytest.raises(BadValues, match="in all or none"):
        join([path([0.1]), path([0.1], 0.1)])
    with pytest.raises(SpaceMismatch):
        join([path([0.1]), path([[0.7, 0.2, 0.1]], space=POLARITY)])
    assert len(join([path([]), path([])])) == 0
