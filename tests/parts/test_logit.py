"""parts/logit: closed forms, and what scikit-learn says."""

import numpy as np
import pytest

from affectory.parts.logit import Logit


def test_without_inputs_it_is_the_share():
    y = np.array([True] * 3 + [False])
    assert Logit.fit(np.zeros((4, 1)), y).shift == pytest.approx(np.log(3))


def test_it_says_what_scikit_learn_says():
    sklearn = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 4))
    y = rng.random(300) < 1 / (1 + np.exp(-x @ [1, -1, 0, 2]))
    other = sklearn.LogisticRegression(C=0.5, tol=1e-10, max_iter=5000).fit(x, y)
    mine = Logit.fit(x, y, penalty=2.0)
    np.testing.assert_allclose(mine.odds(x), other.decision_function(x), atol=1e-4)


def test_noise_wants_a_great_penalty():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(80, 40)), rng.random(80) < 0.5
    assert Logit.chosen(x, y, np.arange(80) % 2 == 0).penalty >= 100
