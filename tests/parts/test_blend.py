"""parts.blend: shares on the simplex, folds that part groups, and nothing seen twice."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice
from affectory.parts.blend import Blend, blended, folds_of, shares, within
from affectory.parts.blocks import Block, Blocks
from affectory.parts.ridge import Curved, Straight

RNG = np.random.default_rng(2)
X = RNG.normal(size=(60, 4))
Y = X[:, :2] + 0.1 * RNG.normal(size=(60, 2))
GROUP = np.repeat(np.arange(20), 3)
TWO = (Straight("line", "rows", 2), Curved("curve", "rows", 2))


class Seen:
    """What a spy has learned: which rows it has seen."""

    def __init__(self, rows):
        self.rows = frozenset(rows[:, 0].tolist())

    def predict(self, x):  # noqa: D102
        return np.array([[float(row in self.rows)] for row in x[:, 0].tolist()])


class Spy:
    """A member that answers 1 for rows it has seen."""

    name, view = "spy", "rows"

    def fit(self, x, y, group, seed):  # noqa: D102
        return Seen(x)


def test_an_ensemble_of_one_is_that_one():
    alone = blended(TWO[:1], {"rows": X}, Y, GROUP, asked=2)
    np.testing.assert_array_equal(alone.shares, [[1.0, 1.0]])
    np.testing.assert_allclose(alone.predict({"rows": X}), alone.members[0].predict(X))


def test_shares_are_not_negative_and_sum_to_one():
    for _ in range(20):
        found = shares(RNG.normal(size=(30, 5)), RNG.normal(size=30))
        assert (found >= 0).all()
        assert found.sum() == pytest.approx(1.0)


def test_shares_are_the_best_of_the_simplex():
    said, truth = RNG.normal(size=(50, 3)), RNG.normal(size=50)
    least = ((said @ shares(said, truth) - truth) ** 2).sum()
    for other in RNG.dirichlet(np.ones(3), size=500):
        assert least <= ((said @ other - truth) ** 2).sum() + 1e-9


def test_the_right_member_gets_all():
    truth = RNG.normal(size=40)
    said = np.column_stack([RNG.normal(size=40), truth, -truth])
    np.testing.assert_allclose(shares(said, truth), [0, 1, 0], atol=1e-6)


def test_too_many_members_are_refused():
    with pytest.raises(BadChoice, match="members"):
        shares(np.zeros((3, 13)), np.zeros(3))


def test_shares_rest_on_rows_that_no_member_has_seen():
    rows = np.arange(60.0)[:, None]
    found = blended((Spy(),), {"rows": rows}, np.zeros((60, 1)), GROUP, asked=1)
    assert (found.unseen == 0).all()  # a spy says 1 of what it has seen
    assert (found.predict({"rows": rows}) == 1).all()


def test_views_that_learn_see_no_more_than_their_fold():
    asked = []

    def apart(on, off):
        asked.append((set(GROUP[on]), set(GROUP[off])))
        return {"rows": X[on]}, {"rows": X[off]}

    blended(TWO[:1], {"rows": X}, Y, GROUP, asked=2, apart=apart)
    assert len(asked) == 5
    assert all(not on & off for on, off in asked)


def test_groups_are_not_parted_and_folds_are_even():
    fold = folds_of(GROUP, 10, seed=0)
    assert all(len(set(fold[g == GROUP])) == 1 for g in range(20))
    assert np.bincount(fold).tolist() == [6] * 10
    assert (folds_of(GROUP, 10, 0) == fold).all()
    assert (folds_of(GROUP, 10, 1) != fold).any()


@pytest.mark.parametrize(("group", "folds"), [([1, 1, 1], 3), ([1, 2, 3], 1)])
def test_one_group_or_one_fold_cannot_be_parted(group, folds):
    with pytest.raises(BadChoice, match="folds"):
        folds_of(group, folds, 0)


def test_one_fold_means_equal_shares():
    found = blended(TWO, {"rows": X}, Y, GROUP, asked=2, folds=1)
    np.testing.assert_array_equal(found.shares, np.full((2, 2), 0.5))
    assert np.isnan(found.unseen).all()


def test_common_shares_keep_sums():
    profile = RNG.dirichlet(np.ones(3), size=60)
    makers = (Straight("line", "rows", 3), Curved("curve", "rows", 3))
    found = blended(makers, {"rows": X}, profile, GROUP, asked=3, common=True)
    assert (found.shares == found.shares[:, :1]).all()
    np.testing.assert_allclose(found.predict({"rows": X}).sum(axis=1), 1.0)


def test_what_is_kept_says_the_same():
    found = blended(TWO, {"rows": X}, Y, GROUP, asked=2)
    again = Blend.of(found.arrays(), TWO)
    np.testing.assert_allclose(again.predict({"rows": X}), found.predict({"rows": X}), atol=1e-5)
    assert within({"a/b/c": X, "ab/c": X}, "a").keys() == {"b/c"}


def test_blocks_weigh_what_they_are_told():
    parts = [RNG.normal(size=(500, 8)) * 100, RNG.normal(size=(500, 2)) * [1.0, 50.0]]
    scales = Blocks.fit(parts, (Block(2.0), Block(1.0, each=True)))
    rows = scales.rows(parts)
    squares = (rows**2).mean(axis=0)
    assert squares[:8].sum() == pytest.approx(0.8)  # 4 of 4 + 1
    np.testing.assert_allclose(squares[8:], [0.1, 0.1])  # each column alike


def test_a_column_that_never_moves_or_is_missing_says_nothing():
    still = np.column_stack([np.full(9, 7.0), RNG.normal(size=9)])
    still[0, 1] = np.nan
    rows = Blocks.fit([still], (Block(1.0, each=True),)).rows([still])
    assert (rows[:, 0] == 0).all()
    assert rows[0, 1] == 0
