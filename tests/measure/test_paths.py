"""measure/paths: what can be done by head, then an independent way to the same numbers."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.measure.paths import best_of, collisions, far, mean_of, mixture_nll, tcc

RNG = np.random.default_rng(0)
TRUTH = np.cumsum(RNG.normal(0, 0.3, (5, 6, 2)), axis=1)
DRAWS = TRUTH[:, None] + RNG.normal(0, 0.5, (5, 7, 6, 2))


def test_mean_and_end_have_their_own_best():
    # draw 0 is off by 0, 4; draw 1 by 3, 3
    truth = np.zeros((1, 2, 2))
    draws = np.array([[[[0, 0], [4, 0]], [[0, 3], [3, 0]]]], float)
    assert far(draws, truth).tolist() == [[[0, 4], [3, 3]]]
    assert [error.tolist() for error in best_of(draws, truth)] == [[2.0], [3.0]]
    assert [error.tolist() for error in mean_of(draws, truth)] == [[2.5], [3.5]]
    chance = np.array([[1.0, 0.0]])
    assert [error.tolist() for error in mean_of(draws, truth, chance)] == [[2.0], [4.0]]


def test_the_best_is_never_worse_than_the_mean():
    for best, mean in zip(best_of(DRAWS, TRUTH), mean_of(DRAWS, TRUTH), strict=True):
        assert (best <= mean).all()


def test_what_moves_alike_correlates_and_what_rests_does_not():
    line = np.stack([np.arange(4.0), np.zeros(4)], axis=1)[None]
    assert tcc(2 * line[:, None] + 1, line).tolist() == [0.5]
    assert tcc(-line[:, None], line).tolist() == [-0.5]


def test_correlation_is_that_of_the_draw_with_the_best_end():
    at = np.linalg.norm(DRAWS[:, :, -1] - TRUTH[:, None, -1], axis=2).argmin(axis=1)
    told = [np.mean([np.corrcoef(DRAWS[i, at[i], :, k], TRUTH[i, :, k])[0, 1] for k in (0, 1)])
            for i in range(5)]  # fmt: skip
    np.testing.assert_allclose(tcc(DRAWS, TRUTH), told)


def test_two_who_meet_collide_and_others_do_not():
    away = np.stack([np.arange(6.0), np.zeros(6)], axis=1)
    back = away[::-1].copy()  # meet at 2.5, half way through a step
    far_off = away + np.array([0, 9])
    draws = np.stack([away, back, far_off])[:, None]
    assert collisions(draws, [0, 0, 0]).tolist() == [1, 1, 0]
    assert collisions(draws, [0, 1, 1]).tolist() == [0, 0, 0]


def test_only_the_first_steps_count_for_collisions():
    away = np.stack([np.arange(12.0), np.zeros(12)], axis=1)
    draws = np.stack([away, away[::-1]])[:, None]  # meet after 5.5 steps
    assert collisions(draws, [0, 0]).tolist() == [0, 0]


def test_collisions_are_shares_of_draws():
    apart, near = np.zeros((2, 4, 2)), np.zeros((2, 4, 2))
    apart[1] += 5
    draws = np.stack([apart, near], axis=1)  # (2 people, 2 draws, 4, 2)
    assert collisions(draws, [0, 0]).tolist() == [0.5, 0.5]


def test_one_component_is_a_normal():
    centre = np.zeros((1, 1, 1, 2))
    told = mixture_nll([[[3.0, 4.0]]], centre, [[1.0]], [[2.0]])
    assert told[0, 0] == pytest.approx(2 * np.log(2) + np.log(2 * np.pi) + 25 / 8)


def test_a_mixture_integrates_to_one():
    line = np.linspace(-30, 30, 6001)
    n = len(line)
    centres = np.tile(np.array([-2.0, 3.0])[None, :, None, None], (n, 1, 1, 1))
    log = mixture_nll(line[:, None, None], centres, np.tile([0.3, 0.7], (n, 1)), np.full((n, 1), 2))
    assert np.trapezoid(np.exp(-log[:, 0]), line) == pytest.approx(1, abs=1e-6)


def test_an_impossible_mode_counts_nothing():
    centres = np.array([[[[0.0]], [[9.0]]]])
    one = mixture_nll([[[0.0]]], centres, [[1.0, 0.0]], [[1.0]])
    assert one[0, 0] == pytest.approx(0.5 * np.log(2 * np.pi))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(BadValues, match="paths"):
        far(DRAWS, TRUTH[:, :3])
