"""engine: the same results on any number of workers; then what goes wrong."""

import os
import pickle
import resource
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest

from affectory.core import errors
from affectory.core.errors import AffectoryError, BadChoice, BadValues, SpaceMismatch, WorkerLost
from affectory.core.records import Records
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Trajectory
from affectory.engine import engine

AROUSAL = Space("arousal", Kind.SCALE, (Axis("arousal", 0.0, 1.0),))


def perceive(records: Records) -> Trajectory:
    length = records.frame["text"].str.len_chars().to_numpy()
    return Trajectory.on(records, AROUSAL, (1 / (1 + length))[:, None], by="length")


def later_first(batch: int) -> int:
    time.sleep(0.05 if batch % 2 == 0 else 0.0)
    return batch


def threads(_: int) -> tuple[str, str, int]:
    return os.environ["POLARS_MAX_THREADS"], os.environ["OMP_NUM_THREADS"], pl.thread_pool_size()


def process(_: int) -> int:
    return os.getpid()


def picky(batch: int) -> int:
    if batch == 3:
        raise SpaceMismatch("vad", "va", "picky")
    return batch


def broken(batch: int) -> int:
    return batch // 0


def dies(batch: int) -> int:
    if batch == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return batch


def nested(batch: int) -> list[int]:
    return list(engine.map(abs, [batch, -batch], workers=2))


def talk(n: int) -> Records:
    session = [f"s{i // 5}" for i in range(n)]
    words = [("so " * (i % 7)).strip() for i in range(n)]
    return Records(pl.DataFrame({"session": session, "actor": "ann", "text": words}))


@pytest.mark.parametrize("workers", [0, 1, 2, 3])
def test_any_number_of_workers_gives_the_same_bytes(workers):
    batches = list(talk(60).batches(10))
    got = list(engine.map(perceive, batches, workers=workers))
    for one, batch in zip(got, batches, strict=True):
        alone = perceive(batch)
        assert one.values.tobytes() == alone.values.tobytes()
        assert one == alone


def test_results_come_in_the_order_of_the_batches():
    assert list(engine.map(later_first, range(8), workers=2)) == list(range(8))


def test_no_batch_gives_no_result():
    assert list(engine.map(abs, [], workers=2)) == []


def test_a_single_batch_is_not_worth_a_process():
    assert list(engine.map(process, [1], workers=2)) == [os.getpid()]


def test_two_workers_are_two_other_processes():
    found = set(engine.map(process, range(20), workers=2))
    assert os.getpid() not in found
    assert len(found) <= 2


def test_a_worker_keeps_to_one_thread_and_we_keep_our_own():
    before = dict(os.environ)
    assert set(engine.map(threads, range(3), workers=2)) == {("1", "1", 1)}
    assert dict(os.environ) == before


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("depth", [1, 2, 5])
def test_batches_are_never_taken_more_than_depth_ahead(workers, depth):
    taken = 0

    def counted() -> Iterator[int]:
        nonlocal taken
        for batch in range(30):
            taken += 1
            yield batch

    for given, _ in enumerate(engine.map(abs, counted(), workers=workers, depth=depth)):
        assert taken - given <= depth


def test_nothing_is_taken_before_the_first_result_is_asked_for():
    engine.map(abs, iter_that_fails(), workers=2)


def iter_that_fails() -> Iterator[int]:
    raise AssertionError("taken too early")
    yield 0


def test_memory_stays_flat_over_many_large_batches():
    block = np.ones(250_000)  # 2 MB a batch, 400 MB in all

    def many() -> Iterator[np.ndarray]:
        for batch in range(200):
            yield block * batch

    sums = engine.map(np.sum, many(), workers=2)
    next(sums)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in sums) == 199
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 60  # MB: four batches under way, their pickles, and the allocator's slack


def test_a_worker_that_asks_for_workers_does_the_work_itself():
    assert list(engine.map(nested, [1, 2, 3], workers=2)) == [[1, 1], [2, 2], [3, 3]]


def test_leaving_early_leaves_no_process_behind():
    results = engine.map(process, range(1000), workers=2)
    worker = next(results)
    results.close()
    assert gone(worker)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_comes_in_its_turn_and_as_it_is(workers):
    results = engine.map(picky, range(6), workers=workers)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(SpaceMismatch) as caught:
        next(results)
    assert str(caught.value) == str(SpaceMismatch("vad", "va", "picky"))
    assert not hasattr(caught.value, "__notes__")


def test_an_error_that_is_not_ours_says_where_it_came_from():
    with pytest.raises(ZeroDivisionError) as caught:
        list(engine.map(broken, range(3), workers=2))
    assert "in broken" in caught.value.__notes__[0]


def test_a_killed_worker_says_so_and_how_to_go_on():
    with pytest.raises(WorkerLost, match=r"SIGKILL.*start the same command again"):
        list(engine.map(dies, range(8), workers=2))


def test_a_killed_worker_takes_no_earlier_result_with_it():
    results = engine.map(dies, range(5), workers=2, depth=2)
    assert [next(results) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(WorkerLost, match=r"after 4 finished"):
        next(results)


def test_what_cannot_be_sent_is_refused_before_a_process_is_started():
    with pytest.raises(BadValues, match="function of a module"):
        engine.map(lambda batch: batch, [1, 2], workers=2)


def test_a_batch_that_cannot_be_sent_is_refused():
    with pytest.raises(BadValues, match="batch"):
        list(engine.map(abs, [1, lambda: 0, 2], workers=2))


@pytest.mark.parametrize("on", ["dask", "", "Local"])
def test_an_unknown_engine_is_refused_with_the_list(on):
    with pytest.raises(BadChoice, match="local"):
        engine.map(abs, [1], on=on)


@pytest.mark.parametrize("wrong", [{"workers": -1}, {"depth": 0}])
def test_numbers_out_of_range_are_refused_at_the_door(wrong):
    with pytest.raises(BadChoice):
        engine.map(abs, [1], **wrong)


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_of_the_house_travels_between_processes(name):
    kind = getattr(errors, name)
    error = kind.__new__(kind)
    error.args = ("found, expected, what to do",)
    there = pickle.loads(pickle.dumps(error))
    assert type(there) is kind
    assert str(there) == "found, expected, what to do"
    assert isinstance(there, AffectoryError)


def script(tmp_path, body: str) -> str:
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(body))
    return str(path)


def gone(pid: int, within: float = 5.0) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


SLOW = """
    import os, signal, sys, time
    from affectory.engine import engine

    def work(batch):
        os.write(1, b"%d\\n" % os.getpid())  # one call, so that two workers never mix
        time.sleep(BUSY)

    if __name__ == "__main__":
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
        try:
            list(engine.map(work, range(9), workers=2))
        except KeyboardInterrupt:
            sys.exit(130)
"""


@pytest.mark.parametrize(
    ("sign", "code", "busy"),
    [(signal.SIGINT, 130, "60"), (signal.SIGKILL, -9, "1")],  # workers are told; or find out
)
def test_no_process_and_no_traceback_outlives_us(tmp_path, sign, code, busy):
    ours = subprocess.Popen(
        [sys.executable, script(tmp_path, SLOW.replace("BUSY", busy))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    workers = [int(ours.stdout.readline()) for _ in range(2)]
    if sign is signal.SIGINT:
        os.killpg(ours.pid, sign)  # as a terminal does: the whole group hears it
    else:
        ours.kill()
    _, said = ours.communicate(timeout=50)
    assert ours.returncode == code
    assert all(gone(worker) for worker in workers)
    assert "Traceback" not in said


def test_a_script_without_its_guard_is_told_so(tmp_path):
    body = """
        from affectory.core.errors import WorkerLost
        from affectory.engine import engine
        try:
            list(engine.map(abs, range(4), workers=2))
        except WorkerLost as error:
            print(error)
    """
    ran = subprocess.run(
        [sys.executable, script(tmp_path, body)], capture_output=True, text=True, check=False
    )
    assert 'if __name__ == "__main__"' in ran.stdout
    assert "Traceback" not in ran.stderr
