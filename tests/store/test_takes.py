"""store/takes: what was acknowledged is kept, once, whatever dies."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadFile, BadValues, Clash
from affectory.core.records import Clock
from affectory.core.space import Axis, Space
from affectory.core.space import Kind as Sort
from affectory.store.take import Kind
from affectory.store.takes import STEPS, Takes

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
    assert takes.add(take.id, [(0, 1.0, {"valence": 0.5}), (1, 1.5, {"valence": -1.0})]) == 2
    felt = takes.trajectory(take.id, VA)
    assert felt.by == "rater:ann"
    assert felt.start.tolist() == [1.0, 1.5]
    assert felt.stop.tolist() == [1.5, 1.5]
    assert felt.axis("valence").tolist() == [0.5, -1.0]
    assert felt.spread[:, 1].tolist() == [2.0, 2.0]  # arousal was not rated


def test_what_is_sent_again_counts_once(takes):
    take = begun(takes)
    batch = [(n, n / 25, {"valence": n / 100}) for n in range(50)]
    assert takes.add(take.id, batch) == 50
    assert takes.add(take.id, [batch[49], (50, 2.0, {"valence": 0.0})]) == 51
    assert takes.samples(take.id)["at"].to_list()[49] == 49 / 25


@pytest.mark.parametrize("other", [(1, 9.0, {"valence": 0.1}), (1, 0.1, {"valence": -0.8})])
def test_another_sample_of_the_same_number_is_told_and_nothing_of_its_batch_kept(takes, other):
    take = begun(takes)
    takes.add(take.id, [(0, 0.0, {"valence": 0.1}), (1, 0.1, {"valence": 0.1})])
    with pytest.raises(Clash, match=r"sample 1.*begin another"):
        takes.add(take.id, [(2, 0.2, {"valence": 0.1}), other])
    with pytest.raises(Clash, match="sample 5"):  # in one batch as well
        takes.add(take.id, [(5, 0.2, {"valence": 0.1}), (5, 0.2, {"valence": 0.2})])
    assert takes.samples(take.id)["n"].to_list() == [0, 1]


@pytest.mark.parametrize(
    ("at", "value", "told"),
    [(0.0, 99.0, "from -1 to 1"), (0.0, -1.01, "from -1 to 1"), (1e308, 0.0, "1e.13")],
)
def test_what_is_beyond_an_axis_or_all_time_is_refused(takes, at, value, told):
    take = begun(takes)
    with pytest.raises(BadValues, match=told):
        takes.add(take.id, [(0, at, {"valence": value})])
    assert takes.count(take.id) == 0


def test_play_for_longer_than_anything_plays_is_refused_and_nothing_of_its_batch_kept(takes):
    take = begun(takes)
    near = (0, 0.0, {"valence": 0.1}, 0.0)
    with pytest.raises(
        BadValues, match=r"play of a sample: got 2000000000000.0, expected 1e\+07 seconds"
    ):
        takes.add(take.id, [near, (1, 1.0, {"valence": 0.1}, 2e12)])
    assert takes.count(take.id) == 0
    assert takes.add(take.id, [near, (1, 1.0, {"valence": 0.1}, 86400.0)]) == 2


def test_an_axis_is_rated_once(takes):
    with pytest.raises(BadChoice, match="once"):
        begun(takes, axes=("valence", "valence"))


def test_a_take_that_is_deleted_takes_no_more(takes):
    take = begun(takes)
    other = Takes(takes._book.path.parent)  # as another server over one lake
    checked = other.find

    def late(name):
        told = checked(name)
        takes.delete(name)  # between the look and the writing
        return told

    other.find = late
    with pytest.raises(BadChoice, match="begun"):
        other.add(take.id, [(0, 0.0, {"valence": 0.1})])
    assert takes.count(take.id) == 0
    other.close()


def test_what_is_said_while_a_take_is_ended_keeps_it_open(takes):
    take = begun(takes)
    takes.add(take.id, [(0, 0.0, {"valence": 0.1})])
    first = takes.name(take.id)
    takes.add(take.id, [(1, 0.1, {"valence": 0.2})])
    assert not takes.finish(take.id, first.ending)
    assert takes.find(take.id).done is None
    assert takes.finish(take.id, takes.name(take.id).ending)
    assert takes.find(take.id).done is not None
    takes.delete(take.id)
    with pytest.raises(BadChoice, match="begun"):
        takes.finish(take.id, None)


def test_whoever_only_reads_makes_no_file(tmp_path):
    takes = Takes(tmp_path / "out")
    assert takes.of("job", "s1") == takes.of_trace("job") == ()
    with pytest.raises(BadChoice):
        takes.find("none")
    assert list(tmp_path.iterdir()) == []
    begun(Takes(tmp_path / "out"))  # another server makes it
    assert len(takes.of("job", "s1")) == 1
    takes.close()


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
    assert takes.finish(take.id, takes.name(take.id).ending)
    assert takes.find(take.id).done is not None
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


def test_a_second_take_of_a_rater_is_by_an_author_of_its_own(takes):
    made = [begun(takes) for _ in range(3)]
    assert [takes.name(take.id).author for take in made[:2]] == ["rater:ann", "rater:ann#2"]
    assert takes.name(made[0].id).author == "rater:ann"  # once named, for ever
    assert takes.find(made[2].id).author is None
    assert takes.name(made[2].id, taken=["rater:ann#3"]).label == "ann#4"
    other = takes.begin("job", "s2", "ann", VA, ("valence",), Clock.SECONDS, Kind.TRACED)
    assert takes.name(other.id).author == "rater:ann"


def test_takes_that_are_named_at_once_share_no_name(tmp_path):
    two = [Takes(tmp_path), Takes(tmp_path)]  # as two servers over one lake
    made = [begun(two[n % 2]).id for n in range(12)]
    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(lambda at: two[at % 2].name(made[at]).author, range(12)))
    assert len(set(told)) == 12
    for one in two:
        one.close()


def test_a_name_holds_no_mark_and_one_that_does_is_never_taken_twice(takes):
    with pytest.raises(BadChoice, match="without #"):
        begun(takes, rater="ann#2")
    first, second = begun(takes), begun(takes)
    takes._book.run("update takes set rater = 'ann#2' where id = ?", (first.id,))  # from before
    assert takes.name(first.id).author == "rater:ann#2"
    assert takes.name(second.id).author == "rater:ann"
    assert takes.name(begun(takes).id).author == "rater:ann#3"


def test_a_file_of_an_earlier_version_is_gone_on_with(tmp_path):
    with sqlite3.connect(tmp_path / "takes.sqlite") as old:
        for line in STEPS[0]:
            old.execute(line)
        row = ("job", "s1", "ann", "va", '["valence"]', "seconds", "traced", 1.0)
        for name, done in (("one", 2.0), ("two", 3.0), ("open", None)):
            old.execute("insert into takes values (?,?,?,?,?,?,?,?,?,?)", (name, *row, done))
        old.execute("insert into samples values ('one', 0, 1.5, '[0.5]')")
    for _ in range(2):
        takes = Takes(tmp_path)
        told = [takes.find(name).author for name in ("one", "two", "open")]
        assert [takes.count(name) for name in ("one", "two", "gone")] == [1, 0, 0]
        assert told == ["rater:ann", "rater:ann#2", None]
        assert takes.samples("one").rows() == [(0, 1.5, None, 0.5)]
        assert takes.trajectory("one", VA, 0.5).start.tolist() == [1.0]
        takes.close()


def test_a_file_of_a_later_version_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "takes.sqlite") as later:
        later.execute("pragma user_version = 99")
    with pytest.raises(BadFile, match="version 99"):
        Takes(tmp_path)


def test_a_take_is_deleted_with_its_samples_and_its_name_is_free(takes):
    gone, stays = begun(takes), begun(takes)
    for take in (gone, stays):
        takes.add(take.id, [(0, 0.0, {"valence": 0.1})])
        takes.name(take.id)
    takes.delete(gone.id)
    assert takes.count(gone.id) == 0
    assert takes.of_trace("job") == (takes.find(stays.id),)
    assert takes.name(begun(takes).id).author == "rater:ann"


def test_shares_of_one_whole_are_rated_turn_by_turn(takes):
    shares = Space("two", Sort.DISTRIBUTION, (Axis("joy", 0, 1), Axis("fear", 0, 1)))
    with pytest.raises(BadChoice, match="turn by turn"):
        takes.begin("job", "s", "ann", shares, ("joy", "fear"), Clock.SECONDS, Kind.TRACED)


def test_a_state_of_a_turn_is_of_who_spoke(takes):
    take = begun(takes, Kind.TURNS)
    takes.add(take.id, [(0, 0.0, {"valence": 0.1}), (1, 4.0, {"valence": 0.2})])
    assert takes.trajectory(take.id, VA).actors == ("ann",)
    assert takes.trajectory(take.id, VA, actors={0: "bo", 1: "cy"}).actors == ("bo", "cy")


def test_a_lag_that_was_noted_moves_the_states(takes):
    take = begun(takes)
    takes.add(take.id, [(n, 10.0 * n, {"valence": 0.5}, float(n)) for n in range(5)])
    assert takes.trajectory(take.id, VA).start.tolist() == [0, 10, 20, 30, 40]
    takes.name(take.id, lag=1.5)  # seconds of play, each of which is ten of the session
    assert takes.trajectory(take.id, VA).start.tolist() == [-15, -5, 5, 15, 25]


def test_a_state_does_not_last_into_a_stretch_that_nobody_rated(takes):
    take = begun(takes)
    at = [0.0, 0.5, 1.0, 280.0, 280.5]
    takes.add(take.id, [(n, t, {"valence": 0.1}, t) for n, t in enumerate(at)])
    felt = takes.trajectory(take.id, VA)
    assert felt.stop.tolist() == [0.5, 1.0, 2.0, 280.5, 280.5]


def test_samples_are_counted_as_they_come_in_once_each(takes):
    made = begun(takes)
    for first in (0, 5, 3, 40):  # some of them are sent again
        rows = [(n, n / 10, {"valence": 0.1}) for n in range(first, first + 5)]
        told = takes.add(made.id, rows)
        assert told == takes.count(made.id) == takes.samples(made.id).height
    assert takes.count(made.id) == 15
    assert takes.add(made.id, []) == 15
    takes.delete(made.id)
    assert takes.count(made.id) == 0
