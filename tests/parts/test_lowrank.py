"""parts/lowrank: what is best of its rank, and where clouds have their middles."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.parts.lowrank import basis, middles, nearest

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(400, 10)) @ RNG.normal(size=(10, 10))


def rebuilt(rows, columns):
    return (rows @ columns) @ columns.T


def test_columns_are_orthonormal():
    columns = basis(ROWS, 6)
    np.testing.assert_allclose(columns.T @ columns, np.eye(6), atol=1e-12)


def test_the_full_rank_rebuilds_exactly():
    np.testing.assert_allclose(rebuilt(ROWS, basis(ROWS, 10)), ROWS, atol=1e-10)


def test_it_is_the_basis_of_singular_vectors():
    left = np.linalg.svd(ROWS.T, full_matrices=False)[0][:, :4]
    ours = basis(ROWS, 4)
    np.testing.assert_allclose(ours @ ours.T, left @ left.T, atol=1e-10)


def test_errors_fall_with_the_rank():
    errors = [np.linalg.norm(ROWS - rebuilt(ROWS, basis(ROWS, rank))) for rank in range(1, 11)]
    assert (np.diff(errors) < 0).all()


def test_no_other_basis_of_the_rank_is_better():
    ours = np.linalg.norm(ROWS - rebuilt(ROWS, basis(ROWS, 3)))
    for seed in range(20):
        other = np.linalg.qr(np.random.default_rng(seed).normal(size=(10, 3)))[0]
        assert ours < np.linalg.norm(ROWS - rebuilt(ROWS, other))


def test_single_precision_finds_the_same_subspace():
    one, two = basis(ROWS, 3), basis(ROWS.astype(np.float32), 3)
    np.testing.assert_allclose(one @ one.T, two @ two.T, atol=1e-5)


def test_middles_of_parted_clouds_are_their_means():
    places = np.array([[0.0, 0], [10, 0], [0, 10]])
    cloud = np.concatenate([place + RNG.normal(0, 0.1, (200, 2)) for place in places])
    found = middles(cloud, 3)
    which, far = nearest(places, found)
    assert sorted(which) == [0, 1, 2]
    assert far.max() < 0.01


def test_middles_are_the_same_twice_and_no_worse_than_a_peer():
    cluster = pytest.importorskip("sklearn.cluster")
    cloud = RNG.normal(size=(2000, 4))
    ours = middles(cloud, 8)
    np.testing.assert_array_equal(ours, middles(cloud, 8))
    peer = cluster.KMeans(8, n_init=10, random_state=0).fit(cloud)
    assert nearest(cloud, ours)[1].sum() < 1.01 * peer.inertia_


def test_fewer_points_than_middles_are_repeated():
    assert middles(np.array([[1.0], [2.0]]), 3).ravel().tolist() == [1.0, 2.0, 1.0]


def test_points_that_are_all_alike_have_their_middles_there():
    np.testing.assert_allclose(middles(np.ones((50, 2)), 4), np.ones((4, 2)))


def test_what_cannot_be_is_refused():
    with pytest.raises(BadChoice, match="rank"):
        basis(ROWS, 11)
    with pytest.raises(BadValues, match="NaN"):
        basis(np.full((3, 2), np.nan), 1)
    with pytest.raises(BadValues, match="no row"):
        basis(np.empty((0, 2)), 1)
    with pytest.raises(BadValues, match="no point"):
        middles(np.empty((0, 2)), 1)
    with pytest.raises(BadChoice, match="middles"):
        middles(ROWS, 0)
