"""measure.profiles: AP is 1.25 r over five emotions; errors over cells in closed form."""

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from affectory.measure.agreement import pearson
from affectory.measure.profiles import (
    AP_DOCUMENT,
    CELL_RMSE,
    R_DOCUMENT,
    average_pearson,
    wasserstein,
)

RNG = np.random.default_rng(5)
TRUTH, SAID = RNG.dirichlet(np.ones(5), size=(2, 40))


@pytest.mark.parametrize("n", [2, 5, 6, 100])
def test_the_papers_formula_is_n_over_n_minus_1_times_r(n):
    x, y = RNG.normal(size=(2, n))
    written = ((x - x.mean()) * (y - y.mean())).sum() / ((n - 1) * x.std() * y.std())
    assert written == pytest.approx(n / (n - 1) * pearson(x, y))
    assert written == pytest.approx(average_pearson(x, y))


def test_over_five_emotions_it_is_1_25_r_and_can_exceed_1():
    assert AP_DOCUMENT.value(TRUTH, SAID) == pytest.approx(1.25 * R_DOCUMENT.value(TRUTH, SAID))
    assert AP_DOCUMENT.value(TRUTH, TRUTH) == pytest.approx(1.25)


def test_the_mean_of_rows_is_the_mean_of_their_r():
    rows = [pearson(x, y) for x, y in zip(TRUTH, SAID, strict=True)]
    assert R_DOCUMENT.value(TRUTH, SAID) == pytest.approx(np.mean(rows))


def test_a_flat_row_has_no_correlation_and_is_left_out():
    flat = SAID.copy()
    flat[0] = 0.2
    assert R_DOCUMENT.figure(TRUTH, flat).n == 39


def test_errors_are_over_all_cells():
    assert CELL_RMSE.value(TRUTH, SAID) == pytest.approx(np.sqrt(((TRUTH - SAID) ** 2).mean()))
    holed = SAID.copy()
    holed[0, 0] = np.nan
    assert CELL_RMSE.value(TRUTH, holed) == pytest.approx(
        np.sqrt(((TRUTH[1:] - SAID[1:]) ** 2).mean())
    )


def test_wasserstein_is_of_values_whichever_emotion_has_them():
    assert wasserstein(TRUTH[0], SAID[0]) == pytest.approx(wasserstein_distance(TRUTH[0], SAID[0]))
    assert wasserstein(TRUTH[0], TRUTH[0][::-1]) == 0
