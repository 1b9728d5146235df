"""lm.cache: what is kept stays, for every thread and process, whatever is killed."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from affectory.core.errors import BadFile
from affectory.lm.cache import Cache, Kept, key_of

WRITER = """
import sys
from pathlib import Path
from affectory.lm.cache import Cache, Kept
cache, first, count = Cache(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
for at in range(first, first + count):
    cache.keep(f"k{at}", Kept(f"answer {at}", 1, 2, 0.5), "run")
    print(at, flush=True)
"""
HOLDER = """
import sys, time
from pathlib import Path
from affectory.lm.cache import Cache
with Cache(Path(sys.argv[1])).claim("k"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def cache(tmp_path):
    with_it = Cache(tmp_path / "deep" / "answers.sqlite")
    yield with_it
    with_it.close()


def python(code, *arguments):
    words = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def test_what_is_kept_is_found_after_reopening(cache):
    kept = Kept('["ja \\ud83d"]', 12, 3, 0.25, False)
    cache.keep("k", kept)
    cache.close()
    assert cache.find("k") == kept
    assert cache.find("other") is None
    assert len(cache) == 1


def test_the_first_answer_of_a_key_stays(cache):
    cache.keep("k", Kept("one"))
    cache.keep("k", Kept("two"))
    assert cache.find("k") == Kept("one")


def test_a_run_knows_what_it_paid(cache):
    cache.keep("a", Kept("x", 10, 1, 0.5), "mine")
    cache.keep("b", Kept("x", 20, 2, 0.25), "mine")
    cache.keep("c", Kept("x", 40, 4, 4.0), "other")
    assert cache.spent("mine") == (2, 30, 3, 0.75)
    assert cache.spent("none") == (0, 0, 0, 0.0)


def test_the_key_of_a_question_does_not_depend_on_the_order_of_its_parts():
    assert key_of({"a": 1, "b": "ä"}) == key_of({"b": "ä", "a": 1})
    assert key_of({"a": 1}) != key_of({"a": 2}) != key_of({"a": "2"})
    assert len(key_of({"text": "\ud83d"})) == 32  # half a sign has a key, too


def test_only_its_owner_may_read_it(cache):
    cache.keep("k", Kept("x"))
    assert stat.S_IMODE(os.stat(cache.place).st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="modes are a thing of POSIX")
def test_a_file_that_all_could_read_is_closed_to_others(cache):
    cache.place.parent.mkdir(exist_ok=True)
    cache.place.touch()
    cache.place.chmod(0o644)
    cache.keep("k", Kept("joy"))
    files = list(cache.place.parent.iterdir())
    assert {file.name.removeprefix(cache.place.name) for file in files} >= {"", "-wal", ".claims"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_it_lies_among_the_things_of_the_house(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    assert Cache().place == tmp_path / "answers.sqlite"
    assert not Cache().place.exists()


def test_many_threads_write_at_once(cache):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: cache.keep(f"k{at}", Kept(str(at))), range(200)))
    assert len(cache) == 200


def test_several_processes_make_and_fill_one_file(cache):
    writers = [python(WRITER, cache.place, first, 50) for first in (0, 50, 25)]
    assert [writer.communicate()[0].count("\n") for writer in writers] == [50] * 3
    assert len(cache) == 100
    assert cache.find("k99") == Kept("answer 99", 1, 2, 0.5)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a thing of POSIX")
def test_what_was_acknowledged_survives_kill_nine(cache):
    writer = python(WRITER, cache.place, 0, 100_000)
    told = [writer.stdout.readline() for _ in range(20)]
    writer.send_signal(signal.SIGKILL)
    told += writer.stdout.readlines()
    writer.wait()
    writer.stdout.close()
    last = int([line for line in told if line.endswith("\n")][-1])
    assert all(cache.find(f"k{at}") == Kept(f"answer {at}", 1, 2, 0.5) for at in range(last + 1))
    assert len(cache) - (last + 1) in (0, 1)  # at most one was kept and not yet told


def test_one_thread_at_a_time_holds_a_claim(cache):
    inside, most = [], []

    def work(_):
        with cache.claim("k"):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.005)
            inside.pop()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert set(most) == {1}


@pytest.mark.skipif(sys.platform == "win32", reason="claims between processes need fcntl")
def test_a_claim_holds_between_processes_and_dies_with_its_holder(cache):
    holder = python(HOLDER, cache.place)
    assert holder.stdout.readline() == "held\n"
    with cache.claim("another"):
        pass  # a claim concerns one key only
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: cache.claim("k").__enter__() or time.monotonic())
        time.sleep(0.2)
        assert not waiting.done()
        killed = time.monotonic()
        holder.kill()
        assert waiting.result(5) >= killed
    holder.wait()
    holder.stdout.close()


def test_a_claim_is_given_back_when_work_fails(cache):
    with pytest.raises(ValueError, match="no"), cache.claim("k"):
        raise ValueError("no")
    with cache.claim("k"):
        pass


def test_a_file_that_is_no_cache_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "answers.sqlite"
    path.write_text("this is a diary, and it is longer than any header of SQLite " * 9)
    before = path.read_bytes()
    with pytest.raises(BadFile, match="name another file"):
        Cache(path).find("k")
    assert path.read_bytes() == before


def test_a_foreign_table_of_the_same_name_is_refused(tmp_path):
    path = tmp_path / "answers.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("create table answers (question text)")
    other.close()
    with pytest.raises(BadFile):
        Cache(path).find("k")
