"""bench: the rival, the halves, and the readers of felt states."""

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from affectory.bench import felt
from affectory.bench.protocols.forecasts import DATA, halves
from affectory.bench.rivals import auto_ets, frame_of
from affectory.core.records import Clock
from affectory.core.trajectory import Trajectory
from affectory.represent.vocabularies import VALENCE

ROOM = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))


def states(values, session="s"):
    frame = pl.DataFrame(
        {
            "session": session,
            "actor": [who for who, own in values.items() for _ in own],
            "start": [float(at) for own in values.values() for at in range(len(own))],
            "valence": [value for own in values.values() for value in own],
        }
    )
    return Trajectory.from_frame(frame, VALENCE, Clock.STEPS)


def test_the_rival_gets_no_gaps_and_nothing_before_the_first_value():
    table = frame_of(states({"a": [None, 0.1, None, 0.3]}))
    assert table.rows() == [(0, 1, pytest.approx(0.1)), (0, 2, pytest.approx(0.1)),
                            (0, 3, pytest.approx(0.3))]  # fmt: skip


def test_the_rival_says_what_the_library_says():
    library = pytest.importorskip("statsforecast.models")
    y = np.clip(0.3 + 0.05 * np.random.default_rng(0).normal(size=30).cumsum(), -1, 1)
    told = auto_ets(states({"a": y.tolist(), "b": [0.2, 0.2]}), 3)
    want = library.AutoETS(season_length=1).forecast(y.astype(np.float32), 3, level=[80])
    np.testing.assert_allclose(told.values[:3, 0], want["mean"], atol=1e-4)
    half = (want["hi-80"] - want["lo-80"]) / 2 / 1.2815516
    np.testing.assert_allclose(told.spread[:3, 0], half, atol=1e-3)
    assert told.values[3:, 0].tolist() == pytest.approx([0.2] * 3)  # too short: persistence


def test_nobody_is_in_both_halves():
    who = [f"p{at}" for at in range(40)]
    both = states({name: [0.1, 0.2] for name in who})
    one, other = halves(both, slice(1, 2))
    assert len(one) + len(other) == len(both)
    kept = [{part.actor.names[code] for code in part.groups.actor} for part in (one, other)]
    assert kept[0] | kept[1] == set(who)
    assert kept[0].isdisjoint(kept[1])
    assert min(map(len, kept)) > 5


@pytest.mark.parametrize(
    ("data", "groups", "rows"),
    [(DATA[0], 697, 103_652), (DATA[1], 169, 14_884), (DATA[2], 208, 12_564)],
    ids=lambda value: getattr(value, "name", None),
)
def test_data_sets_are_read_whole(data, groups, rows):
    folder = ROOM / data.folder
    if not folder.is_dir():
        pytest.skip(f"no {data.folder}")
    told = data.read(folder)
    assert (len(told.groups), len(told)) == (groups, rows)
    assert told.space.admits(told.values)


def test_a_partition_of_the_tales_is_a_part():
    folder = ROOM / "stories_va"
    if not folder.is_dir():
        pytest.skip("no stories_va")
    assert len(felt.stories(folder, "test").groups) == 26
