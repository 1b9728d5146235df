"""engine/ray: the same as local, whatever dies; on one small cluster that all tests share."""

import importlib.util
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from affectory.cli import main
from affectory.core.errors import BadChoice, BadValues, MissingExtra, SpaceMismatch, WorkerLost
from affectory.core.records import Records
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Trajectory
from affectory.engine import cluster as grounds
from affectory.engine import engine
from affectory.engine import ray as room
from affectory.engine.environment import setting
from affectory.store.lake import open_lake

# what Ray leaves open in this process is its own affair
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
AROUSAL = Space("arousal", Kind.SCALE, (Axis("arousal", 0.0, 1.0),))
has_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="needs ray: pip install 'affectory[ray]'"
)


@pytest.fixture(scope="module")
def cluster():
    ray = pytest.importorskip("ray", reason="needs ray: pip install 'affectory[ray]'")
    with setting(grounds.QUIET):
        ray.init(
            address="local",
            num_cpus=2,
            object_store_memory=100 * 2**20,
            include_dashboard=False,
            log_to_driver=False,
            logging_level="ERROR",
        )
    yield partial(engine.map, on="ray")
    ray.shutdown()


def perceive(records: Records) -> Trajectory:
    length = records.frame["text"].str.len_chars().to_numpy()
    return Trajectory.on(records, AROUSAL, (1 / (1 + length))[:, None], by="length")


def talk(n: int) -> Records:
    session = [f"s{i // 5}" for i in range(n)]
    words = [("so " * (i % 7)).strip() for i in range(n)]
    return Records(pl.DataFrame({"session": session, "actor": "ann", "text": words}))


def perceive_and_die_once(mark: Path, records: Records) -> Trajectory:
    if "s4" in records.sessions and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return perceive(records)


def later_first(batch: int) -> int:
    time.sleep(0.05 if batch % 2 == 0 else 0.0)
    return batch


def where(_: int) -> tuple[int, str, int]:
    return os.getpid(), os.environ["OMP_NUM_THREADS"], pl.thread_pool_size()


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


def nested(batch: int) -> list[tuple[int, int]]:
    """What engines answer that are asked by a worker: from which process, and what."""
    asked = [engine.map(abs, [batch, -batch], on=on, workers=2) for on in ("local", "ray")]
    return [tuple(each) for each in asked]


@has_ray
def test_nobody_at_the_address_is_said_at_once():
    began = time.monotonic()
    with pytest.raises(BadChoice, match="where a cluster runs"):
        list(engine.map(abs, [1, 2], on="ray", address="127.0.0.1:1"))
    assert time.monotonic() - began < 5


def test_states_are_those_of_the_engine_local_byte_for_byte(cluster):
    batches = list(talk(60).batches(10))
    local = list(engine.map(perceive, batches, workers=1))
    for one, other in zip(cluster(perceive, batches), local, strict=True):
        assert one.values.tobytes() == other.values.tobytes()
        assert one == other


def test_a_batch_whose_worker_was_killed_is_done_again(cluster, tmp_path):
    batches = list(talk(60).batches(10))
    mark = tmp_path / "died"
    got = list(cluster(partial(perceive_and_die_once, mark), batches))
    assert mark.exists()
    assert [one.values.tobytes() for one in got] == [perceive(b).values.tobytes() for b in batches]


def test_results_come_in_the_order_of_the_batches(cluster):
    assert list(cluster(later_first, range(8))) == list(range(8))


def test_no_batch_gives_no_result(cluster):
    assert list(cluster(abs, [])) == []


def test_the_work_is_done_elsewhere_by_one_thread_a_worker(cluster):
    found = set(cluster(where, range(12)))
    assert os.getpid() not in {pid for pid, _, _ in found}
    assert {(omp, polars) for _, omp, polars in found} == {("1", 1)}


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_batches_are_never_taken_more_than_depth_ahead(cluster, depth):
    taken = 0

    def counted() -> Iterator[int]:
        nonlocal taken
        for batch in range(20):
            taken += 1
            yield batch

    for given, _ in enumerate(cluster(abs, counted(), depth=depth)):
        assert taken - given <= depth


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_memory_stays_flat_over_many_large_batches(cluster):
    block = np.ones(250_000)  # 2 MB a batch, 200 MB in all: twice what the cluster has room for

    def many() -> Iterator[np.ndarray]:
        for batch in range(100):
            yield block * batch

    before = own_memory()
    most = max(own_memory() for _ in cluster(np.sum, many()))
    assert most - before < 60  # MB: four batches under way, their pickles, the allocator's slack


def own_memory() -> float:
    """Return the memory in MB that this process holds alone: not what it shares with Ray."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024


def test_an_error_comes_in_its_turn_and_as_it_is(cluster):
    results = cluster(picky, range(6))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(SpaceMismatch) as caught:
        next(results)
    assert str(caught.value) == str(SpaceMismatch("vad", "va", "picky"))
    assert not hasattr(caught.value, "__notes__")


def test_an_error_that_is_not_ours_says_where_it_came_from(cluster):
    with pytest.raises(ZeroDivisionError) as caught:
        list(cluster(broken, range(3)))
    assert "in broken" in caught.value.__notes__[0]


def test_a_batch_that_kills_every_worker_ends_the_map(cluster, monkeypatch):
    monkeypatch.setattr(room, "RETRIES", 0)
    results = cluster(dies, range(8), depth=2)
    assert [next(results) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(WorkerLost, match=r"after 4 finished.*start the same command again"):
        next(results)


def test_a_worker_of_another_version_is_refused(cluster, monkeypatch):
    monkeypatch.setattr(room, "_version", lambda: "0.0.0")
    with pytest.raises(BadValues, match=r"expected 0\.0\.0; install it on every machine"):
        list(cluster(abs, [1, 2]))


def test_a_worker_that_asks_for_workers_does_the_work_itself(cluster):
    assert list(cluster(nested, [1, 2])) == [[(1, 1), (1, 1)], [(2, 2), (2, 2)]]


def test_what_cannot_be_sent_is_refused(cluster):
    with pytest.raises(BadValues, match="function of a module"):
        list(cluster((_ for _ in ()).send, [1, 2]))
    with pytest.raises(BadValues, match="batch"):
        list(cluster(abs, [1, lambda: 0, 2]))


def test_a_second_cluster_is_refused_where_one_is_connected(cluster):
    with pytest.raises(BadChoice, match="connected to a cluster already"):
        list(cluster(abs, [1, 2], address="auto"))


def test_leaving_early_takes_back_what_has_not_begun(cluster, tmp_path):
    results = cluster(partial(_leave_a_mark, tmp_path), range(50), depth=20)
    next(results)
    results.close()
    time.sleep(0.5)
    assert len(list(tmp_path.iterdir())) < 20


def _leave_a_mark(folder: Path, batch: int) -> None:
    (folder / str(batch)).touch()
    time.sleep(0.1)


def test_without_ray_its_extra_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"affectory\[ray\]"):
        engine.map(abs, [1], on="ray")


def test_the_engine_local_has_no_address():
    with pytest.raises(BadChoice, match="use the engine ray"):
        engine.map(abs, [1], address="auto")


TOOL = str(Path(sys.executable).with_name("affectory"))
TURNS, EACH = 1_200, 100
FEW = ("trace", "--batch", "100", "--stories", "1")


@pytest.fixture(scope="module")
def chat(tmp_path_factory):
    path = tmp_path_factory.mktemp("chat") / "chat.csv"
    row = pl.int_range(TURNS, eager=True)
    said = pl.Series(["I am so glad", "this is awful", "well, no", "I want to die"])
    pl.DataFrame(
        {
            "conversation": "c" + (row // EACH).cast(pl.String),
            "speaker": pl.Series(["ann", "bo"]).gather(row % 2),
            "text": said.gather(row % 4) + " " + row.cast(pl.String),
        }
    ).write_csv(path)
    return path


def walk(chat, out, *more):
    words = [TOOL, *FEW, str(chat), "--out", str(out), *more]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def content(out):
    """Return what each table of a lake holds, in the order of its rows."""
    lake = open_lake(out / "lake", create=False)
    names = [name for name in lake.tables() if name not in ("runs", "spaces")]
    return {name: lake.scan(name).sort("batch", maintain_order=True).collect() for name in names}


def test_a_trace_that_is_killed_and_goes_on_writes_the_lake_of_a_local_one(cluster, chat, tmp_path):
    import ray

    address = ray.get_runtime_context().gcs_address
    local, far = tmp_path / "local", tmp_path / "far"
    words = [*FEW, str(chat), "--out", str(local)]
    assert CliRunner().invoke(main.app, words).exit_code == 0
    first = walk(chat, far, "--on", "ray", "--address", address)
    log = far / "lake" / "records" / "_delta_log"
    while len(list(log.glob("*.json"))) < 5 and first.poll() is None:
        time.sleep(0.01)
    first.kill()
    first.communicate()
    written = content(far)["records"].height
    assert 0 < written < TURNS
    second = walk(chat, far, "--on", "ray", "--address", address)
    said, told = second.communicate()
    assert second.returncode == 0
    assert said.decode().split() == [str(far / "report.html")]
    assert "ray" not in told.decode().lower()
    there, here = content(far), content(local)
    assert there.keys() == here.keys()
    assert all(there[name].equals(here[name]) for name in here)


def test_triage_on_ray_says_what_it_says_alone(cluster, chat):
    words = ["triage", str(chat), "--json", "--budget", "5"]
    told = [CliRunner().invoke(main.app, [*words, "--on", on]) for on in ("local", "ray")]
    assert [done.exit_code for done in told] == [0, 0]
    assert told[0].stdout == told[1].stdout


SLOW = """
    import os, signal, sys, time
    from functools import partial
    from affectory.engine import engine

    def work(folder, batch):  # a function of the script itself
        open(os.path.join(folder, str(os.getpid())), "w").close()
        time.sleep(60)

    if __name__ == "__main__":
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
        try:
            list(engine.map(partial(work, sys.argv[1]), range(9), on="ray", workers=2))
        except KeyboardInterrupt:
            sys.exit(130)
"""


def gone(pid: int, within: float = 30.0) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def offspring(pid: int) -> list[int]:
    """Return the processes that `pid` has started, and those that they have."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *offspring(child)]
    return found


@has_ray
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_a_cluster_of_our_own_ends_with_us_and_leaves_the_output_alone(tmp_path):
    script, marks = tmp_path / "script.py", tmp_path / "marks"
    script.write_text(textwrap.dedent(SLOW))
    marks.mkdir()
    before = set(Path(grounds.SHORT).glob("affectory-*"))
    ours = subprocess.Popen(
        [sys.executable, str(script), str(marks)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 120
    while len(list(marks.iterdir())) < 2 and time.monotonic() < until and ours.poll() is None:
        time.sleep(0.05)
    family = offspring(ours.pid)
    assert {int(mark.name) for mark in marks.iterdir()} < set(family)
    os.killpg(ours.pid, signal.SIGINT)  # as a terminal does: the whole group hears it
    said, told = ours.communicate(timeout=60)
    assert (ours.returncode, said) == (130, "")
    assert "Traceback" not in told
    assert all(gone(pid) for pid in family)
    assert set(Path(grounds.SHORT).glob("affectory-*")) == before
