"""parts.counterfit: what must move, what must stay, and that the sum never rises."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.parts.counterfit import counterfit

RNG = np.random.default_rng(0)
WORDS = RNG.normal(size=(60, 12))
ALIKE = np.array([[0, 1], [2, 3], [4, 5]])
OPPOSED = np.array([[0, 6], [2, 7], [8, 9]])


def cosine(vectors, pairs):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return (unit[pairs[:, 0]] * unit[pairs[:, 1]]).sum(axis=1)


def test_words_alike_come_near_and_opposed_ones_part():
    near = WORDS.copy()
    near[[6, 7, 9]] = near[[0, 2, 8]] + 0.1 * RNG.normal(size=(3, 12))  # opposed, and near
    fitted = counterfit(near, ALIKE, OPPOSED, rho=0.0).vectors
    assert (cosine(fitted, ALIKE) > cosine(near, ALIKE)).all()
    assert (cosine(fitted, OPPOSED) < cosine(near, OPPOSED)).all()
    assert cosine(fitted, OPPOSED).max() < 0.05  # delta 1: orthogonal at least


def test_the_sum_never_rises_and_lengths_stay_one():
    fitted = counterfit(WORDS, ALIKE, OPPOSED, rho=0.4)
    assert (np.diff(fitted.sums) <= 0).all()
    assert fitted.sums[-1] < fitted.sums[0]
    np.testing.assert_allclose(np.linalg.norm(fitted.vectors, axis=1), 1.0, atol=1e-12)


def test_a_pair_alone_meets_half_way():
    fitted = counterfit([[1.0, 0.0], [0.0, 1.0]], [[0, 1]], [], rho=0.0, epochs=200).vectors
    np.testing.assert_allclose(fitted, np.full((2, 2), 0.5**0.5), atol=0.02)


def test_without_pairs_nothing_moves():
    fitted = counterfit(WORDS, [], [])
    np.testing.assert_allclose(
        fitted.vectors, WORDS / np.linalg.norm(WORDS, axis=1, keepdims=True), atol=1e-12
    )
    assert fitted.sums == (0.0,)


def test_the_sum_is_the_published_one():
    a, b, c = np.eye(3)
    found = counterfit([a, b, c], [[0, 1]], [[1, 2]], delta=1.5, gamma=0.25, rho=0.0).sums[0]
    assert found == pytest.approx(0.1 * (1.5 - 1) + 0.1 * (1 - 0.25))  # every distance is 1


def test_neighbours_are_held():
    words = np.array([[1.0, 0, 0], [0.99, 0.1, 0], [0, 0, 1.0]])
    held, free = (
        counterfit(words, [[0, 2]], [], rho=0.2, weights=(0.1, 0.1, k)).vectors for k in (1.0, 0.0)
    )
    near = np.array([[0, 1]])
    assert cosine(held, near)[0] > cosine(free, near)[0]


@pytest.mark.parametrize("pairs", [[[0, 60]], [[-1, 2]]])
def test_a_pair_of_no_word_is_refused(pairs):
    with pytest.raises(BadValues, match="pairs"):
        counterfit(WORDS, pairs, [])


def test_a_zero_vector_is_refused():
    with pytest.raises(BadValues, match="leave the word out"):
        counterfit(np.zeros((2, 3)), [], [])
