"""lm.keeper: answers under way outlive the process that wanted them."""

import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from benchmarks.counting_server import CountingServer, Reply, good

from affectory.core.errors import BadFile, MissingExtra, ServerFailed
from affectory.lm.cache import Cache
from affectory.lm.keeper import _Line
from affectory.lm.ledger import Usage
from affectory.lm.model import chat
from affectory.lm.remote import Remote

pytest.importorskip("openai", reason="the extra affectory[remote] is not installed")

ASKED = [chat(f"word {at}") for at in range(6)]
CLIENT = """
import sys
from pathlib import Path
from affectory.lm.cache import Cache
from affectory.lm.model import chat
from affectory.lm.remote import Remote
model = Remote("m", sys.argv[1], cache=Cache(Path(sys.argv[2])), at_once=4)
model.generate([chat(f"word {at}") for at in range(6)])
print(model.usage.calls, model.usage.cached)
"""


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cache(tmp_path):
    kept = Cache(tmp_path / "answers.sqlite")
    yield kept
    kept.close()


def wait_for(what):
    end = time.monotonic() + 20
    while not what():
        assert time.monotonic() < end, "nothing happened in 20 s"
        time.sleep(0.01)


def test_it_answers_like_an_asker_in_the_same_process(cache):
    with CountingServer() as server:
        model = Remote("m", server.endpoint, cache=cache)
        said = model.generate([*ASKED, ASKED[0]])
        assert [answer.text for answer in said[:2]] == ["re: word 0", "re: word 1"]
        assert model.usage == Usage(6, 1, 12, 18)
        model.generate([chat("more")])
        assert len(server.seen) == 7
        assert Remote("m", server.endpoint, cache=cache, apart=False).generate(ASKED) == said[:6]


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a thing of POSIX")
def test_what_was_under_way_at_a_kill_is_kept_and_not_paid_again(cache):
    gate = threading.Event()

    def held(number, seen):
        gate.wait(20)
        return Reply(body=good(seen))

    with CountingServer(held) as server:
        words = [sys.executable, "-c", CLIENT, server.endpoint, str(cache.place)]
        run = subprocess.Popen(words)
        wait_for(lambda: len(server.seen) == 4)
        run.send_signal(signal.SIGKILL)
        run.wait()
        again = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        time.sleep(0.2)
        gate.set()  # the server answers when its first asker is long dead
        calls, cached = map(int, again.communicate()[0].split())
        assert (calls, cached) == (2, 4)
        assert set(server.served.values()) == {1}
        assert len(server.served) == 6


def test_errors_come_back_as_they_are(cache):
    told = Reply(401, {"error": {"message": "who are you?"}})
    with CountingServer(lambda n, seen: told) as server:
        model = Remote("m", server.endpoint, "NO_SUCH_KEY", cache)
        with pytest.raises(ServerFailed, match=r"who are you.*6 of 6 .*check the key"):
            model.generate(ASKED)
        server.rule = lambda n, seen: None
        assert len(model.generate(ASKED)) == 6


def test_a_missing_client_is_told_from_over_there(cache, tmp_path, monkeypatch):
    (tmp_path / "openai.py").write_text("raise ImportError('not here')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with CountingServer() as server, pytest.raises(MissingExtra, match=r"affectory\[remote\]"):
        Remote("m", server.endpoint, cache=cache).generate(ASKED[:1])


def test_what_is_printed_over_there_is_no_reply(cache, tmp_path, monkeypatch):
    noise = "import os; print('hello'); os.write(1, b'more'); raise ImportError('not here')"
    (tmp_path / "openai.py").write_text(noise)
    monkeypatch.syspath_prepend(str(tmp_path))
    with CountingServer() as server, pytest.raises(MissingExtra):
        Remote("m", server.endpoint, cache=cache).generate(ASKED[:1])


class _Pipe(io.StringIO):
    """Says a line that is no reply, another one's, a reply; then it breaks, if it is to."""

    def __init__(self, breaks):
        super().__init__('noise\n\n[1]\n{"n": 9}\n{"n": 1}\n')
        self.breaks = breaks

    def __next__(self):
        line = self.readline()
        if not line and self.breaks:
            raise OSError("broken")
        if not line:
            raise StopIteration
        return line


def test_lines_that_are_no_replies_are_passed_over():
    line = _Line(SimpleNamespace(stdin=io.StringIO(), stdout=_Pipe(breaks=False)), "there")
    first, second = line.ask({}), line.ask({})
    line.listen()
    assert first.result(0) == {"n": 1}
    with pytest.raises(ServerFailed, match="has died"):
        second.result(0)


def test_nobody_waits_for_a_pipe_that_breaks():
    line = _Line(SimpleNamespace(stdin=io.StringIO(), stdout=_Pipe(breaks=True)), "there")
    _, second = line.ask({}), line.ask({})
    with pytest.raises(OSError, match="broken"):
        line.listen()
    assert line.cut
    with pytest.raises(ServerFailed, match="has died"):
        second.result(0)


def test_a_keeper_that_dies_is_an_error_and_a_new_one_is_hired(cache):
    gate = threading.Event()
    with CountingServer(lambda n, seen: gate.wait(20) and None) as server:
        model = Remote("m", server.endpoint, cache=cache)
        killer = threading.Thread(
            target=lambda: (
                wait_for(lambda: server.seen),
                model.asker.errand.line.process.kill(),
            )
        )
        killer.start()
        with pytest.raises(ServerFailed, match="the process that asks has died"):
            model.generate(ASKED[:1])
        killer.join()
        gate.set()
        assert len(model.generate(ASKED)) == 6


def test_a_fault_of_ours_over_there_is_not_hidden(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("x" * 2000)
    with CountingServer() as server, pytest.raises(BadFile):
        Remote("m", server.endpoint, cache=Cache(blocked)).generate(ASKED[:1])


def test_it_goes_when_nobody_needs_it(cache):
    with CountingServer() as server:
        model = Remote("m", server.endpoint, cache=cache)
        model.generate(ASKED[:1])
        pid = model.asker.errand.line.process.pid
        twin = pickle.loads(pickle.dumps(model))
        del model
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert twin.generate(ASKED[:1])[0].text == "re: word 0"
