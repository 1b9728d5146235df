"""parts.retrieve: the same as brute force, then exclusions and edges."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.parts import retrieve
from affectory.parts.retrieve import Index, Near, shares


def test_it_equals_brute_force():
    rng = np.random.default_rng(0)
    rows, asked = rng.normal(size=(200, 8)), rng.normal(size=(30, 8))
    like = (asked @ rows.T) / np.linalg.norm(asked, axis=1)[:, None] / np.linalg.norm(rows, axis=1)
    near = Index(rows).nearest(asked, 5)
    np.testing.assert_array_equal(near.place, np.argsort(-like, axis=1)[:, :5])
    np.testing.assert_allclose(near.cosine, -np.sort(-like, axis=1)[:, :5], atol=1e-5)


def test_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(1)
    index, asked = Index(rng.normal(size=(50, 4))), rng.normal(size=(20, 4))
    whole = index.nearest(asked, 3)
    monkeypatch.setattr(retrieve, "BLOCK", 100)
    np.testing.assert_array_equal(index.nearest(asked, 3).place, whole.place)


def test_a_group_is_left_out():
    index = Index(np.eye(3), group=[0, 0, 1])
    near = index.nearest(np.eye(3), 1, without=[0, -1, 1])
    assert near.place[:, 0].tolist() == [2, 1, 0]


def test_equals_come_in_their_order():
    index = Index([[1.0, 0.0]] * 4)
    assert index.nearest([[2.0, 0.0]], 3).place.tolist() == [[0, 1, 2]]


def test_fewer_than_asked_for_are_marked():
    near = Index([[1.0], [1.0]], group=[0, 1]).nearest([[1.0]], 3, without=[0])
    assert near.place.tolist() == [[1, -1, -1]]
    assert np.isnan(near.cosine[0, 1:]).all()
    empty = Index(np.zeros((0, 2))).nearest([[1.0, 0.0]], 2)
    assert (empty.place == -1).all()


def test_shares_weigh_by_nearness():
    near = Near(np.array([[0, 1], [-1, -1]]), np.array([[1.0, 0.9], [np.nan, np.nan]]))
    told = shares(near, np.eye(2), sharp=10.0, usual=1e-9)
    heavy = 1 / (1 + np.exp(-1))
    np.testing.assert_allclose(told, [[heavy, 1 - heavy], [0.5, 0.5]], atol=1e-6)


def test_what_does_not_fit_is_refused():
    index = Index(np.eye(2))
    with pytest.raises(BadChoice, match="k is 0"):
        index.nearest(np.eye(2), 0)
    with pytest.raises(BadValues, match="queries"):
        index.nearest(np.eye(3), 1)
    with pytest.raises(BadValues, match="groups to leave out"):
        index.nearest(np.eye(2), 1, without=[0, 1])
    with pytest.raises(BadValues, match="groups"):
        Index(np.eye(2), group=[0])
