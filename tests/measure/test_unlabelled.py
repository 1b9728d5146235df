"""measure/unlabelled: the corrections are identities where there is nothing to correct."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.unlabelled import (
    area_figure,
    auc,
    aul,
    c_bacc,
    c_f1,
    c_mcc,
    corrected_figures,
)

RNG = np.random.default_rng(0)
TRUTH = RNG.random(400) < 0.3
SCORES = RNG.normal(size=400) + TRUTH
TOLD = SCORES > 0.6


def usual(truth, told):
    """Return MCC, balanced accuracy and F1 by their definitions."""
    tp, fp = (truth & told).sum(), (~truth & told).sum()
    fn, tn = (truth & ~told).sum(), (~truth & ~told).sum()
    root = np.sqrt(float(tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return (
        (tp * tn - fp * fn) / root,
        (tp / (tp + fn) + tn / (tn + fp)) / 2,
        2 * tp / (2 * tp + fp + fn),
    )


def test_with_alpha_0_and_beta_1_they_are_the_usual_ones():
    told = [score(TRUTH, TOLD) for score in (c_mcc, c_bacc, c_f1)]
    np.testing.assert_allclose(told, usual(TRUTH, TOLD), atol=1e-12)


def test_aul_is_half_the_prior_and_the_rest_of_the_auc():
    c = TRUTH.mean()
    assert aul(TRUTH, SCORES) == pytest.approx(c / 2 + (1 - c) * auc(TRUTH, SCORES))
    i = SCORES[TRUTH][:, None]
    by_hand = ((i > SCORES) + 0.5 * (i == SCORES)).mean()
    assert aul(TRUTH, SCORES) == pytest.approx(by_hand)


def test_equal_scores_count_by_half():
    assert auc([1, 0, 0, 1], [1, 1, 0, 2]) == pytest.approx((0.5 + 1 + 1 + 1) / 4)
    assert auc([1, 0], [3, 3]) == 0.5


@pytest.mark.parametrize("scores", [[1.0, np.nan], [1.0]])
def test_scores_that_are_none_are_refused(scores):
    for area in (auc, aul, area_figure):
        with pytest.raises(BadValues, match="auc"):
            area([1, 0], scores)
    with pytest.raises(BadValues, match="auc"):
        area_figure([1, 0], [1.0, 0.0], scores)


def test_the_area_is_that_of_pairs():
    pairs = SCORES[TRUTH][:, None] - SCORES[~TRUTH]
    assert auc(TRUTH, SCORES) == pytest.approx((pairs > 0).mean())


def test_correction_finds_the_truth_behind_hidden_positives():
    # of many, a third of the positives are called negative at random
    rng = np.random.default_rng(1)
    truth = rng.random(200_000) < 0.3
    told = np.where(truth, rng.random(200_000) < 0.7, rng.random(200_000) < 0.2)
    called = truth & (rng.random(200_000) < 2 / 3)
    alpha = truth[~called].mean()
    found = [score(called, told, alpha, 1.0) for score in (c_mcc, c_bacc, c_f1)]
    np.testing.assert_allclose(found, usual(truth, told), atol=0.01)
    assert c_mcc(called, told) < found[0] - 0.03


def test_figures_say_the_same_with_an_interval():
    told = {f.name: f for f in corrected_figures(TRUTH, TOLD)}
    assert told["c_mcc"].value == pytest.approx(c_mcc(TRUTH, TOLD))
    assert told["c_f1"].low < told["c_f1"].value < told["c_f1"].high
    area = area_figure(TRUTH, SCORES, resamples=200)
    assert area.low < area.value == pytest.approx(auc(TRUTH, SCORES))
    gained = area_figure(TRUTH, SCORES, SCORES, resamples=20)
    assert gained.value == gained.low == gained.high == 0


def test_one_kind_alone_has_no_area_and_no_correlation():
    assert np.isnan(auc([1, 1], [1, 2]))
    assert np.isnan(c_mcc([1, 0], [1, 1]))
    assert area_figure([1, 1], [1, 2]).reason


def test_shares_have_an_order_and_rows_a_partner():
    with pytest.raises(BadChoice, match="alpha"):
        c_mcc([1, 0], [1, 0], 0.5, 0.4)
    with pytest.raises(BadValues):
        c_mcc([1, 0], [1])
    with pytest.raises(BadValues):
        auc([1, 0], [1])
