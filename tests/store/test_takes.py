"""store/takes: what was acknowledged is kept, once, whatever dies."""

import subprocess
import sys

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadFile, BadValues
from affectory.core.records import Clock
from affectory.core.space import Axis, Space
from affectory.core.space import Kind as Sort
from affectory.store.takes import Kind, Takes

VA = Space("va", Sort.DIMENSIONS, (Axis("valence", -1, 1), Axis("arousal", -1, 1)))


@pytest.fixture
def takes(tmp_path):
    one = Takes(tmp_path / "out")
    yield one
    one.close()


def begun(takes, kind=Kind.TRACED, axes=("valence",), rater="ann"):
    return takes.begin("job", "s1", rater, VA, axes, Clock.SECONDS, kind)


def test_samples_become_states_that_last_until_the_next(takes):
    take = begun(takes)
    assert takes.add(take.id, [(0, 1.0, {"valence": 0.5}), (1, 1.5, {"valence": -2.0})]) == 2
    felt = takes.trajectory(take.id, VA)
    assert felt.by == "rater:ann"
    assert felt.start.tolist() == [1.0, 1.5]
    assert felt.stop.tolist() == [1.5, 1.5]
    assert felt.axis("valence").tolist() == [0.5, -1.0]  # held to the Space
    assert felt.spread[:, 1].tolist() == [2.0, 2.0]  # arousal was not rated


def test_what_is_sent_again_counts_once(takes):
    take = begun(takes)
    batch = [(n, n / 25, {"valence": n / 100}) for n in range(50)]
    assert takes.add(take.id, batch) == 50
    assert takes.add(take.id, [(49, 9.0, {"valence": 0.0}), (50, 2.0, {"valence": 0.0})]) == 51
    assert takes.samples(take.id)["at"].to_list()[49] == 49 / 25


def test_a_turn_can_be_rated_anew(takes):
    take = begun(takes, Kind.TURNS, ("valence", "arousal"))
    takes.add(take.id, [(3, 10.0, {"valence": 0.5, "arousal": 0.1})])
    takes.add(take.id, [(3, 10.0, {"valence": -0.5, "arousal": 0.1})])
    felt = takes.trajectory(take.id, VA)
    assert felt.seq.tolist() == [3]
    assert felt.axis("valence").tolist() == [-0.5]


def test_a_slow_hand_is_moved_back(takes):
    take = begun(takes)
    takes.add(take.id, [(0, 4.0, {"valence": 0.5})])
    assert takes.trajectory(take.id, VA, lag=3.0).start.tolist() == [1.0]


def test_a_take_that_is_done_takes_no_more(takes):
    take = begun(takes)
    assert takes.finish(take.id).done is not None
    with pytest.raises(BadChoice, match="goes on"):
        takes.add(take.id, [(0, 0.0, {"valence": 0.0})])
    assert [one.id for one in takes.of("job", "s1")] == [take.id]
    assert takes.of("job", "s2") == ()


@pytest.mark.parametrize("said", [{}, {"valence": np.nan}, {"arousal": 0.1}])
def test_half_a_sample_is_refused_and_nothing_of_its_batch_kept(takes, said):
    take = begun(takes)
    with pytest.raises(BadValues, match="valence"):
        takes.add(take.id, [(0, 0.0, {"valence": 0.1}), (1, 0.1, said)])
    assert takes.samples(take.id).height == 0


def test_who_rates_and_what_is_checked(takes):
    with pytest.raises(BadChoice, match="rater"):
        begun(takes, rater="  ")
    with pytest.raises(BadChoice):
        begun(takes, axes=("joy",))
    with pytest.raises(BadChoice, match="begun"):
        takes.find("none")


def test_what_was_acknowledged_outlives_a_kill(tmp_path):
    script = f"""
import os
from pathlib import Path
from tests.store.test_takes import VA, begun
from affectory.store.takes import Takes
takes = Takes(Path({str(tmp_path)!r}))
take = begun(takes)
takes.add(take.id, [(n, n / 25, {{"valence": 0.1}}) for n in range(100)])
print(take.id, flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == -9, done.stderr
    assert Takes(tmp_path).samples(done.stdout.strip()).height == 100


def test_a_file_of_something_else_is_told(tmp_path):
    (tmp_path / "takes.sqlite").write_text("no such thing" * 100)
    with pytest.raises(BadFile, match="takes"):
        Takes(tmp_path)
