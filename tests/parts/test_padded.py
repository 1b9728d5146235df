"""parts.padded: runs of unlike length, the last row at the bottom."""

import numpy as np

from affectory.parts import padded
from affectory.parts.padded import bundles, stacked

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
