"""store: a lake in a bucket is a lake; on a local server that speaks S3."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import numpy as np
import polars as pl
import pytest
from tests.buckets import bucket

from affectory.core.errors import BadFile
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Trajectory
from affectory.store.lake import open_lake

VALENCE = Space("valence", Kind.DIMENSIONS, (Axis("valence", -1.0, 1.0),))
TALK = Records(
    pl.DataFrame({"session": "s1", "actor": ["ann", "bo"], "text": ["So glad.", "Oh no."]})
)
FELT = Trajectory.on(TALK, VALENCE, np.array([[0.5], [-0.5]]), by="test")
NUMBERS = count()


@pytest.fixture(scope="module")
def store():
    with bucket() as address:
        yield address


@pytest.fixture
def place(store):
    return f"{store}/lake{next(NUMBERS)}"


def test_a_lake_in_a_bucket_holds_what_one_in_a_folder_holds(place, tmp_path):
    lakes = open_lake(place), open_lake(tmp_path / "lake")
    for lake in lakes:
        assert lake.tables() == ()
        assert lake.write_records(TALK, "job", 0)
        assert lake.write_states(FELT, "job", 0)
        assert lake.write_figures("job", "trace", [Figure("records", 2.0, n=2, setting="rows")])
    there, here = lakes
    assert there.tables() == here.tables()
    assert there.records() == here.records()
    assert there.states("valence") == here.states("valence") == FELT
    assert there.latest() == "job"
    asked = "select actor, valence from states_valence order by valence"
    assert there.query(asked).rows() == [("bo", -0.5), ("ann", 0.5)]


def test_whoever_starts_again_writes_nothing_twice(place):
    assert open_lake(place).write_records(TALK, "job", 0)
    again = open_lake(place)
    assert again.done("job", "records") == 0
    assert not again.write_records(TALK, "job", 0)
    assert again.write_records(TALK, "job", 1)
    assert len(again.scan("records").collect()) == 4


def test_a_writer_whose_view_is_old_finds_the_batch_done(place):
    late, early = open_lake(place), open_lake(place)
    assert late.done("job", "records") == early.done("job", "records") == -1
    assert early.write_records(TALK, "job", 0)
    assert not late.write_records(TALK, "job", 0)
    assert len(late.scan("records").collect()) == 2


def test_two_jobs_that_write_at_once_lose_nothing(place):
    def write(job: str) -> int:
        return sum(open_lake(place).write_records(TALK, job, batch) for batch in range(3))

    with ThreadPoolExecutor(2) as both:
        assert list(both.map(write, ["one", "two"])) == [3, 3]
    assert open_lake(place).scan("records").collect().height == 12


def test_clearing_a_bucket_is_left_to_its_own_tools(place):
    open_lake(place).write_records(TALK, "job", 0)
    with pytest.raises(BadFile, match="tools of that store"):
        open_lake(place).clear()


def test_a_bucket_that_is_not_there_is_one_sentence(store):
    with pytest.raises(BadFile) as caught:
        open_lake("s3://nowhere/lake").write_records(TALK, "job", 0)
    assert "\n" not in str(caught.value)
