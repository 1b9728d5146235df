"""store/delta: threads that read and write one lake at once, beside other programs."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from tests.store.test_lake import VAD, felt, talk

from affectory.store.lake import open_lake

TAKES = 12


@pytest.fixture
def lake(tmp_path):
    """A lake with records and states of one session."""
    lake = open_lake(tmp_path / "lake")
    lake.write_records(talk("a"), "job", 0)
    lake.write_states(felt(talk("a")), "job", 0)
    return lake


def test_a_snapshot_stays_as_it_was_when_it_was_taken(lake):
    delta = lake._delta("states/vad")
    before = delta.snapshot()
    version = before.version()
    lake.write_states(felt(talk("b")), "job", 1)
    open_lake(lake.uri).write_states(felt(talk("c")), "other", 0)
    assert delta.snapshot().version() == version + 2
    assert before.version() == version


def test_a_frame_that_was_asked_for_before_a_write_is_read_whole(lake):
    frame = lake.scan("states/vad").select("session").unique().sort("session")
    lake.write_states(felt(talk("b")), "job", 1)
    assert frame.collect()["session"].to_list() == ["a"]
    assert lake.sessions() == ("a", "b")


def test_a_table_that_another_program_made_anew_is_seen(lake):
    assert len(lake.states("vad")) == 3
    other = open_lake(lake.uri)
    other.clear()
    other.write_states(felt(talk("z")), "job", 0)  # as many commits as before
    assert set(lake.states("vad").sessions) == {"z"}


def test_threads_read_while_threads_and_another_handle_write(lake):
    stop = threading.Event()

    def read():
        while not stop.is_set():
            assert len(lake.states("vad", "a", by="rater")) == 3
            assert "states/vad" in lake.tables()
            assert lake.spaces() == (VAD,)

    def write(handle, name):
        for n in range(TAKES):
            handle.put(felt(talk("a"), by=f"{name}{n}"), "job")

    with ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        handles = ((lake, "x"), (lake, "y"), (open_lake(lake.uri), "z"))
        writers = [pool.submit(write, *one) for one in handles]
        wait(writers)
        stop.set()
    for one in (*readers, *writers):
        one.result()  # raises what it raised
    by = lake.scan("states/vad").select("by").unique().collect()["by"].to_list()
    assert sorted(by) == sorted(["rater", *(f"{name}{n}" for name in "xyz" for n in range(TAKES))])
