"""parts/trunk: several heads, untold answers, the same from the same seed."""

import numpy as np

from affectory.parts.trunk import Recipe, Trunk

RNG = np.random.default_rng(4)
X = RNG.normal(size=(600, 5))
Y = np.column_stack([X[:, 0] > 0, 0.5 * X[:, 1], X[:, 2] * X[:, 3] > 0]).astype(float)
HOW = Recipe(hidden=32, epochs=60)


def test_flags_and_reals_are_learned_together_and_the_layer_bends():
    said = Trunk.fit(X, Y, [1], recipe=HOW).predict(X)
    assert ((said[:, 0] > 0) == Y[:, 0]).mean() > 0.95
    assert np.corrcoef(said[:, 1], Y[:, 1])[0, 1] > 0.97
    assert ((said[:, 2] > 0) == Y[:, 2]).mean() > 0.8  # a product is no line


def test_untold_answers_do_not_matter_whatever_they_would_be():
    some = Y.copy()
    some[300:, 0] = np.nan
    said = Trunk.fit(X, some, [1], recipe=HOW).predict(X)
    assert ((said[:, 0] > 0) == Y[:, 0])[300:].mean() > 0.9
    never = np.full((600, 1), np.nan)
    assert np.isfinite(Trunk.fit(X, never, [], recipe=HOW).predict(X)).all()


def test_the_same_seed_learns_the_same_and_travels_as_arrays():
    one, other = (Trunk.fit(X, Y, [1], recipe=Recipe(epochs=2), seed=7) for _ in range(2))
    np.testing.assert_array_equal(one.predict(X), other.predict(X))
    np.testing.assert_allclose(Trunk.of(one.arrays()).predict(X), one.predict(X), atol=1e-4)


def test_a_strange_row_moves_the_answer_no_farther_than_a_far_one():
    learned = Trunk.fit(X, Y, [1], recipe=Recipe(epochs=2))
    np.testing.assert_array_equal(learned.predict(X[:1] + 1e6), learned.predict(X[:1] + 1e9))
