"""measure/calibration: closed forms, then independent formulas, then edges."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy
from sklearn.metrics import brier_score_loss

from affectory.core.errors import BadChoice
from affectory.measure.calibration import (
    ECE,
    Bins,
    brier,
    confidence_ece,
    ece,
    ece_per_label,
    js,
    kl,
)


@pytest.fixture
def shares():
    rng = np.random.default_rng(3)
    return rng.dirichlet(np.ones(4), 200), rng.dirichlet(np.ones(4), 200)


def test_saying_seventy_percent_of_what_happens_half_the_time_is_off_by_a_fifth():
    truth = np.tile([[1.0], [0.0]], (50, 1))
    assert ece(truth, np.full((100, 1), 0.7)) == pytest.approx(0.2)


@pytest.mark.parametrize("binning", list(Bins))
def test_truth_told_as_it_is_has_no_calibration_error(shares, binning):
    truth, _ = shares  # soft targets
    assert ece(truth, truth, binning=binning) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("binning", list(Bins))
def test_answers_drawn_from_their_own_probabilities_are_calibrated(binning):
    rng = np.random.default_rng(5)
    said = rng.random((200_000, 1))
    truth = (rng.random((200_000, 1)) < said).astype(float)
    # each bin's gap has standard error sqrt(p (1 - p) / n_b) <= 0.0044
    assert ece(truth, said, binning=binning) < 0.0044


def test_equal_width_bins_equal_the_formula_written_out(shares):
    truth, given = shares
    edges = np.linspace(0, 1, 11)
    place = np.digitize(given[:, 0], edges[1:-1], right=True)
    gaps = [
        (place == b).mean() * abs(truth[place == b, 0].mean() - given[place == b, 0].mean())
        for b in range(10)
        if (place == b).any()
    ]
    assert ece_per_label(truth, given, bins=10)[0] == pytest.approx(sum(gaps))


def test_equal_mass_bins_are_equally_full_and_keep_equals_together():
    given = np.array([[0.1], [0.1], [0.2], [0.9]])
    truth = np.array([[0.0], [1.0], [0.0], [1.0]])
    # two bins: {.1, .1} and {.2, .9}: |.5-.1| * 1/2 + |.5-.55| * 1/2
    assert ece(truth, given, bins=2, binning=Bins.MASS) == pytest.approx(0.2 + 0.025)


def test_confidence_error_looks_at_the_greatest_label_alone():
    given = np.array([[0.8, 0.2], [0.8, 0.2]])
    truth = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert confidence_ece(truth, given) == pytest.approx(0.3)  # says .8, right in .5


def test_brier_is_twice_the_one_sided_form_of_two_labels():
    rng = np.random.default_rng(1)
    said, truth = rng.random(100), rng.integers(0, 2, 100)
    both = brier(np.column_stack([1 - truth, truth]), np.column_stack([1 - said, said]))
    assert both == pytest.approx(2 * brier_score_loss(truth, said))


def test_divergences_equal_scipy(shares):
    truth, given = shares
    assert kl(truth, given) == pytest.approx(entropy(truth, given, axis=1).mean())
    assert kl(truth, given, base=2) == pytest.approx(entropy(truth, given, base=2, axis=1).mean())
    theirs = (jensenshannon(truth, given, base=2, axis=1) ** 2).mean()
    assert js(truth, given) == pytest.approx(theirs)


def test_rows_that_share_nothing_are_one_bit_apart():
    assert js([[1.0, 0.0]], [[0.0, 1.0]]) == pytest.approx(1.0)


def test_a_said_zero_gives_a_finite_divergence():
    assert kl([[1.0, 0.0]], [[0.0, 1.0]]) == pytest.approx(-np.log(1e-12))


def test_missing_rows_are_left_out(shares):
    truth, given = shares
    holed = given.copy()
    holed[::7] = np.nan
    keep = ~np.isnan(holed[:, 0])
    for measure in (brier, js, kl, ece, confidence_ece):
        assert measure(truth, holed) == pytest.approx(measure(truth[keep], given[keep]))
    equal = ece(truth, holed, binning=Bins.MASS)
    assert equal == pytest.approx(ece(truth[keep], given[keep], binning=Bins.MASS))


def test_without_a_row_everything_is_undefined():
    empty = np.zeros((0, 2))
    for measure in (brier, js, kl, ece, confidence_ece):
        assert np.isnan(measure(empty, empty))


def test_the_interval_holds_the_value_and_counts_clusters(shares):
    truth, given = shares
    figure = ECE.figure(truth, given, cluster=np.arange(200) // 10, bins=5)
    assert figure.n == 20
    assert figure.value == pytest.approx(ece(truth, given, bins=5))
    assert figure.low < figure.high


def test_no_bin_at_all_is_refused():
    with pytest.raises(BadChoice, match="bins is 0"):
        ece(np.eye(2), np.eye(2), bins=0)


def test_the_interval_of_a_calibration_error_holds_the_error():
    rng = np.random.default_rng(3)
    given = rng.random((400, 1))
    truth = (rng.random((400, 1)) < given).astype(float)  # calibrated: all error is chance
    figure = ECE.figure(truth, given, resamples=500)
    assert 0 <= figure.low < figure.value < figure.high
