"""parts.ridge: closed forms, and scikit-learn as an independent witness."""

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge as Theirs
from sklearn.linear_model import Ridge as TheirRidge
from sklearn.linear_model import RidgeCV

from affectory.parts.ridge import Curved, KernelRidge, Ridge, Straight

RNG = np.random.default_rng(1)
ALPHAS = (0.1, 1.0, 10.0)


@pytest.mark.parametrize("shape", [(40, 6), (20, 50)], ids=["tall", "wide"])
def test_it_is_the_ridge_of_others(shape):
    x, y = RNG.normal(size=shape), RNG.normal(size=(shape[0], 2))
    theirs = TheirRidge(alpha=1.0).fit(x, y)
    ours = Ridge.fit(x, y, (1.0,))
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), atol=1e-9)


@pytest.mark.parametrize("shape", [(40, 6), (20, 50)], ids=["tall", "wide"])
def test_it_chooses_the_penalty_by_leaving_one_out(shape):
    x = RNG.normal(size=shape)
    y = x[:, :1] + RNG.normal(size=(shape[0], 1))
    left = {alpha: np.mean([left_out(x, y, n, alpha) for n in range(len(x))]) for alpha in ALPHAS}
    assert Ridge.fit(x, y, ALPHAS).alpha == min(left, key=left.get)
    assert RidgeCV(ALPHAS).fit(x, y[:, 0]).alpha_ == min(left, key=left.get)


def left_out(x, y, n, alpha):
    keep = np.arange(len(x)) != n
    return float(((Ridge.fit(x[keep], y[keep], (alpha,)).predict(x[n : n + 1]) - y[n]) ** 2).sum())


def test_shares_stay_shares_in_sum():
    x = RNG.normal(size=(30, 4))
    y = RNG.dirichlet(np.ones(5), size=30)
    for model in (Ridge.fit(x, y), KernelRidge.fit(x, y)):
        np.testing.assert_allclose(model.predict(RNG.normal(size=(7, 4))).sum(axis=1), 1.0)


def test_the_kernel_form_is_that_of_others():
    x, y = RNG.normal(size=(25, 3)), RNG.normal(size=(25, 1))
    y -= y.mean()
    theirs = Theirs(alpha=0.5, kernel="rbf", gamma=0.3).fit(x, y)
    ours = KernelRidge.fit(x, y, 0.3, (0.5,))
    new = RNG.normal(size=(9, 3))
    np.testing.assert_allclose(ours.predict(new), theirs.predict(new), atol=1e-9)


@pytest.mark.parametrize("maker", [Straight("s", "rows", 1), Curved("c", "rows", 1)])
def test_what_is_kept_says_the_same(maker):
    x, y = RNG.normal(size=(30, 4)), RNG.normal(size=(30, 3))
    fitted = maker.fit(x, y, np.arange(30), 0)
    assert fitted.predict(x).shape == (30, 1)  # only the answers that are asked for
    again = maker.of(fitted.arrays())
    np.testing.assert_allclose(again.predict(x), fitted.predict(x), atol=1e-5)


def test_rows_in_single_precision_change_little():
    x, y = RNG.normal(size=(20, 60)), RNG.normal(size=(20, 2))
    double, single = (Ridge.fit(rows, y).predict(rows) for rows in (x, x.astype(np.float32)))
    np.testing.assert_allclose(single, double, atol=1e-4)
