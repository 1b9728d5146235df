"""parts/bag: sums by hand, products by the formula, the same in any company."""

import numpy as np

from affectory.parts.bag import Bag, add_up
from affectory.parts.keytable import KeyTable


def small(hidden: int = 128) -> Bag:
    rng = np.random.default_rng(0)
    table = KeyTable.of(np.arange(1, 50, dtype=np.uint64))
    rows = rng.integers(-127, 128, (table.size + 1, 2 + 6)).astype(np.int8)
    rows[-1] = 0
    draw = lambda *shape: rng.normal(size=shape).astype(np.float32)  # noqa: E731
    return Bag(
        table.shift, table.prints, rows, np.abs(draw(8)) / 50, draw(2), draw(6, hidden),
        draw(hidden), draw(hidden, 2), np.array([0.5], np.float32),
    )  # fmt: skip


def test_rows_are_added_bag_by_bag():
    rows = np.array([[1, 2], [10, 20], [0, 0]], np.int8)
    sums = np.ones((3, 2), np.int16)
    add_up(rows, np.array([0, 1, 1, 0]), np.array([1, 0, 3]), sums)
    assert sums.tolist() == [[2, 3], [1, 1], [22, 43]]  # 1 + 10 + 10 + 1, and 1 was there


def test_scores_follow_the_formula():
    for bag in (small(128), small(256), small(5)):
        sums = np.random.default_rng(1).integers(-300, 300, (37, 8)).astype(np.int16)
        known = np.arange(37)
        shrink = np.maximum(known, 1)[:, None] ** -0.5
        x = sums * bag.scale * shrink
        hidden = np.maximum(x[:, 2:] @ bag.inner + bag.lift, 0)
        wanted = bag.bias + x[:, :2] + hidden @ bag.outer
        np.testing.assert_allclose(bag.score(sums, known), wanted, rtol=1e-4, atol=1e-3)


def test_a_bag_scores_the_same_to_the_bit_in_any_company():
    bag = small(256)
    sums = np.random.default_rng(2).integers(-300, 300, (1000, 8)).astype(np.int16)
    known = np.full(1000, 7)
    whole = bag.score(sums, known)
    for n in (1, 3, 16, 17, 500):
        np.testing.assert_array_equal(bag.score(sums[:n], known[:n]), whole[:n])


def test_no_bag_has_no_score():
    assert small().score(np.zeros((0, 8), np.int16), np.zeros(0, np.int64)).shape == (0, 2)


def test_a_bag_comes_back_from_its_tensors():
    bag = small()
    again = Bag.of(bag.tensors() | {"more": np.zeros(1)})
    np.testing.assert_array_equal(again.rows, bag.rows)
