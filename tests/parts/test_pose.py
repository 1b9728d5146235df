"""parts/pose: taken out and put back, nothing is lost."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.parts.pose import Pose

RNG = np.random.default_rng(0)
PATHS = np.cumsum(RNG.normal(0.5, 1, (30, 8, 2)), axis=1)
FLAGS = [(False, False), (True, False), (False, True), (True, True)]


@pytest.mark.parametrize(("turned", "scaled"), FLAGS)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_what_was_taken_out_is_put_back(turned, scaled, kind):
    paths = PATHS.astype(kind)
    pose = Pose.of(paths, turned, scaled)
    back = pose.back(pose.away(paths), 2)
    np.testing.assert_allclose(back, paths, atol=1e-4 if kind is np.float32 else 1e-10)
    assert back.dtype == kind


def test_it_is_the_formula_of_the_paper():
    pose = Pose.of(PATHS, True, True)
    origin, step = PATHS[:, -1], PATHS[:, -1] - PATHS[:, -3]
    angle = np.arctan2(step[:, 1], step[:, 0])
    turn = np.moveaxis(np.array([[np.cos(angle), -np.sin(angle)],
                                 [np.sin(angle), np.cos(angle)]]), 2, 0)  # fmt: skip
    told = (PATHS - origin[:, None]) @ turn * (2 / np.linalg.norm(step, axis=1))[:, None, None]
    np.testing.assert_allclose(pose.away(PATHS), told.reshape(30, -1), atol=1e-12)


def test_turned_and_scaled_paths_end_with_a_step_of_one_along_the_first_axis():
    free = Pose.of(PATHS, True, True).away(PATHS).reshape(30, 8, 2)
    np.testing.assert_allclose(free[:, -1], 0, atol=1e-12)
    np.testing.assert_allclose((free[:, -1] - free[:, -3]) / 2, np.tile([1, 0], (30, 1)), atol=1e-9)


def test_one_that_stands_still_is_left_as_it_is():
    still = np.ones((1, 4, 2))
    for flags in FLAGS:
        assert Pose.of(still, *flags).away(still).tolist() == [[0.0] * 8]


def test_many_paths_go_back_at_once():
    pose = Pose.of(PATHS, True, True)
    free = np.repeat(pose.away(PATHS)[:, None], 3, axis=1)
    back = pose.back(free, 2)
    assert back.shape == (30, 3, 8, 2)
    np.testing.assert_allclose(back[:, 2], PATHS, atol=1e-10)


def test_one_axis_can_be_scaled_but_not_turned():
    line = np.arange(5.0)[None, :, None] * 3
    assert Pose.of(line, scaled=True).away(line).ravel().tolist() == [-4, -3, -2, -1, 0]
    with pytest.raises(BadValues, match="in the plane"):
        Pose.of(line, turned=True)


def test_two_points_have_no_heading():
    with pytest.raises(BadValues, match="3 or more points"):
        Pose.of(PATHS[:, :2], turned=True)
