"""bench/peld [08]: folds, pooled scores and baselines on triples of our own."""

import numpy as np
import pytest

from affectory.bench.protocols import peld
from affectory.measure.labels import ACCURACY


def test_a_pooled_score_is_the_mean_over_seeds(monkeypatch):
    monkeypatch.setattr(peld, "SEEDS", 2)
    eye = np.eye(7)
    truth = eye[[0, 1, 2, 3]]
    given = np.stack([eye[[0, 1, 2, 3]], eye[[0, 0, 0, 0]]], axis=1)  # right; a quarter right
    assert peld._pooled(ACCURACY).value(truth, given) == pytest.approx((1 + 0.25) / 2)


def test_counting_never_learns_from_the_fold_that_it_answers():
    rng = np.random.default_rng(0)
    n = 140
    before = rng.integers(0, 7, n)
    step = peld.registry.make(peld.METHOD, perceiver=peld.registry.make("perceive/lexicon")).lesson(
        before, ["x"] * n, ["y"] * n, np.full((n, 5), 0.5)
    )
    lesson = peld._Lesson(step, before, np.arange(n), np.array(["ann"] * n), np.full((n, 5), 0.5))
    said = peld._counted(lesson, seed=0, each=True)
    assert said.chances.shape == (peld.SEEDS, n, 7)
    np.testing.assert_allclose(said.chances.sum(axis=-1), 1)
    assert (said.chances.argmax(axis=-1) == before).mean() > 0.95  # each follows itself
