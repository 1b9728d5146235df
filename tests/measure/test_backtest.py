"""measure/backtest: figures by hand, then origins, then gaps and draws."""

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice, SpaceMismatch
from affectory.core.records import Clock
from affectory.core.trajectory import Trajectory
from affectory.measure.backtest import Judged, compared, judged, rolling, scores
from affectory.measure.forecasts import crps_bounded
from affectory.represent.vocabularies import VA, VALENCE


def states(rows, space=VALENCE):
    """Return states from (actor, start, value)."""
    actor, start, value = zip(*rows, strict=True)
    frame = pl.DataFrame({"session": "s", "actor": actor, "start": start, "valence": value})
    if space is VA:
        frame = frame.with_columns(pl.lit(0.0).alias("arousal"))
    return Trajectory.from_frame(frame, space, Clock.STEPS)


PAST = states([("ann", 0.0, 0.0), ("ann", 1.0, 0.2), ("bo", 0.0, 0.5), ("bo", 1.0, 0.4)])
CAME = states([("ann", 2.0, 0.4), ("ann", 3.0, None), ("bo", 2.0, 0.4)])
TOLD = PAST.ahead([[[0.3], [0.3]], [[0.1], [0.1]]], "me", [[[0.2], [0.2]], [[0.1], [0.1]]])


def test_every_number_by_hand():
    told = judged(PAST, TOLD, CAME)
    assert told.group.tolist() == ["s/ann", "s/ann", "s/bo"]
    assert told.ahead.tolist() == [1, 2, 1]
    np.testing.assert_allclose(told.error[:, 0], [0.1, np.nan, 0.3], atol=1e-6)
    np.testing.assert_allclose(told.rival[:, 0], [0.2, np.nan, 0.0], atol=1e-6)
    np.testing.assert_allclose(told.scaled[:, 0], [0.5, np.nan, 3.0], atol=1e-5)
    np.testing.assert_array_equal(told.inside[:, 0], [1, np.nan, 0])
    want = crps_bounded([0.4, 0.4], [0.3, 0.1], [0.2, 0.1], -1, 1)
    np.testing.assert_allclose(told.crps[[0, 2], 0], want, atol=1e-6)


def test_figures_are_means_over_what_came():
    found = {figure.name: figure for figure in scores(judged(PAST, TOLD, CAME))}
    assert found["mase"].value == pytest.approx(1.75)
    assert found["cover"].value == pytest.approx(0.5)
    assert found["skill"].value == pytest.approx(1 - 0.4 / 0.2)
    assert found["mase"].n == 2
    assert np.isnan(found["mase"].low)  # two persons are too few for an interval


def test_figures_say_what_was_drawn():
    one, six = judged(PAST, TOLD, CAME), [f"tale {at}" for at in range(6)]
    many = Judged.concat([one] * 2)
    for told in (
        scores(many, cluster=six, drawn="tales"),
        compared(many, many, cluster=six, drawn="tales"),
    ):
        assert all("tales" in figure.setting and figure.n == 4 for figure in told)


def test_a_comparison_is_paired_and_in_percent():
    one = judged(PAST, TOLD, CAME)
    other = judged(PAST, PAST.ahead([[[0.2], [0.2]], [[0.4], [0.4]]], "it"), CAME)
    found = {figure.name: figure.value for figure in compared(one, other)}
    assert found["mase_saved"] == pytest.approx(100 * (1 - 3.5 / 1.0))


def test_draws_are_a_fan_too():
    rng = np.random.default_rng(0)
    values = np.clip(0.3 + 0.2 * rng.standard_normal((2, 4000, 2, 1)), -1, 1)
    drawn = judged(PAST, PAST.ahead(values, "me"), CAME)
    want = crps_bounded([0.4], [0.3], [0.2], -1, 1)
    np.testing.assert_allclose(drawn.crps[0], want, atol=0.005)
    assert drawn.inside[0, 0] == 1


def test_origins_roll_from_the_first_to_the_last_and_short_groups_stay_out():
    rows = [("ann", float(t), 0.1 * t) for t in range(10)] + [("bo", 0.0, 0.0)]
    found = [(len(past), came.start.tolist()) for past, came in rolling(states(rows), 2, 3, 4)]
    assert found == [(4, [4, 5]), (6, [6, 7]), (8, [8, 9])]


def test_who_is_not_in_both_is_not_judged():
    other = states([("zoe", 2.0, 0.4)])
    assert len(judged(PAST, TOLD, other)) == 0


def test_parts_are_put_together():
    told = judged(PAST, TOLD, CAME)
    assert len(Judged.concat([told, told])) == 2 * len(told)


def test_numbers_too_small_and_other_spaces_are_refused():
    with pytest.raises(BadChoice, match="origins"):
        next(rolling(PAST, 1, 0))
    with pytest.raises(SpaceMismatch):
        judged(PAST, TOLD, states([("ann", 2.0, 0.4)], VA))
