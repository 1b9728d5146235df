"""parts.padded: runs of unlike length, the last row at the bottom."""

import numpy as np

from affectory.parts import padded
from affectory.parts.padded import bundles, dealt, stacked

ROWS = np.arange(10.0)[:, None]
OFFSETS = np.array([0, 2, 7, 10])


def test_the_last_row_of_every_run_is_at_the_bottom():
    told = stacked(ROWS, OFFSETS, np.array([0, 2]), 9)[..., 0]
    np.testing.assert_array_equal(told, [[np.nan, 7], [0, 8], [1, 9]])


def test_only_the_last_rows_count():
    assert stacked(ROWS, OFFSETS, np.array([1]), 2)[..., 0].tolist() == [[5], [6]]


def test_every_run_is_in_one_bundle_and_none_is_too_big(monkeypatch):
    monkeypatch.setattr(padded, "CELLS", 6)
    told = [runs.tolist() for runs in bundles(OFFSETS, 9, 1)]
    assert sorted(run for runs in told for run in runs) == [0, 1, 2]
    assert told == [[0, 2], [1]]


def test_runs_of_like_length_are_dealt_together_each_once():
    lengths = [3, 90, 4, 91, 5, 92]
    assert [part.tolist() for part in dealt(lengths, 3)] == [[0, 2, 4], [1, 3, 5]]
    mixed = [dealt(lengths, 3, np.random.default_rng(seed), 12.0) for seed in range(20)]
    assert {frozenset(part.tolist()) for parts in mixed for part in parts} == {
        frozenset({0, 2, 4}), frozenset({1, 3, 5}),
    }  # fmt: skip
    assert len({parts[0].tolist()[0] for parts in mixed}) > 2  # order differs, of runs and of parts
    assert dealt([], 3) == []
