"""web/overhearing: what is heard is bounded in bytes, what passes is not; nothing stays open."""

import json
import threading
import time
from types import SimpleNamespace

import httpx
import pytest
from tests.web.upstream import Upstream, running

from affectory.web import overhearing
from affectory.web.answers import Answer
from affectory.web.budget import Budget
from affectory.web.overhearing import Ear
from affectory.web.proxy import create_proxy, upstream_of
from affectory.web.settings import Settings

HELD = 250_000
LONG = "so long " * 10_000


@pytest.fixture
def line(tmp_path):
    """A server, the proxy before it, and an ear that holds little, and hears when it is let."""
    server, heard, troubles, let = Upstream(), [], [], threading.Event()
    server.say = lambda _: "yes"
    ear = Ear(lambda _, turn: heard.append(turn.text), troubles.append, held=HELD)
    real = ear.conversations.asked

    def asked(*words):
        assert let.wait(60)
        return real(*words)

    ear.conversations.asked = asked
    with running(server.app) as behind:
        proxy = create_proxy(upstream_of(f"{behind}/v1"), ear, Settings(tmp_path))
        with running(proxy) as before, httpx.Client(timeout=60) as client:

            def say(words, **more):
                told = {"messages": [{"role": "user", "content": words}], **more}
                answer = client.post(f"{before}/v1/chat/completions", json=told)
                assert answer.status_code == 200
                return answer

            yield SimpleNamespace(
                ear=ear, say=say, heard=heard, troubles=troubles, server=server, let=let,
                before=before,
            )  # fmt: skip
    let.set()


def all_heard(line):
    """Let the ear hear what waits; nothing is held and no answer is awaited after it."""
    line.let.set()
    line.ear.close()
    assert line.ear.budget.taken == 0
    known = line.ear.conversations.known.values()
    assert {asked.open for one in known for asked in one.asked.values()} <= {0}
    return line.heard


def test_what_waits_to_be_heard_is_bounded_in_bytes_and_all_of_it_passes(line):
    for n in range(8):
        line.say(f"{n} {LONG}")
        assert line.ear.budget.taken <= HELD
    assert [len(json.loads(body)["messages"][0]["content"]) for *_, body in line.server.seen] == [
        len(LONG) + 2
    ] * 8
    heard = all_heard(line)
    asked = [words for words in heard if words != "yes"]
    assert 2 <= len(asked) < 8
    assert asked[0].startswith("0 so long")
    (told,) = line.troubles
    assert "too much is said at once" in told
    assert "so long" not in told


def test_a_request_that_is_too_large_to_be_heard_passes_as_it_is(line, monkeypatch):
    monkeypatch.setattr(overhearing, "LARGEST", 50_000)
    line.let.set()
    told = b'{"messages": [{"role": "user", "content": "%s"}]}' % LONG.encode()
    parts = (told[at : at + 10_000] for at in range(0, len(told), 10_000))
    answer = httpx.post(f"{line.before}/v1/chat/completions", content=parts, timeout=60)
    assert answer.json()["choices"][0]["message"]["content"] == "yes"
    assert line.server.seen[0][2] == told
    line.say("a small one", stream=True)
    assert all_heard(line) == ["a small one", "yes"]


def test_an_answer_for_which_there_is_no_room_is_heard_as_far_as_it_came(line):
    line.server.say = lambda _: "word " * 20_000  # the events take two megabytes
    answer = line.say("speak", stream=True)
    assert answer.content.count(b"word") == 20_000
    first, said = all_heard(line)
    assert (first, said.startswith("word word")) == ("speak", True)
    assert len(said) < HELD


@pytest.mark.parametrize("waiting", [0, 1])
def test_where_too_many_wait_no_answer_stays_awaited(line, monkeypatch, waiting):
    line.say("first")
    deadline = time.monotonic() + 60
    while line.ear._jobs.qsize() != 1:  # the ear is at the request, the answer waits
        assert time.monotonic() < deadline
        time.sleep(0.01)
    monkeypatch.setattr(overhearing, "WAITING", 1 + waiting)
    for n in range(5):
        line.say(f"again {n}")
    heard = all_heard(line)
    assert heard == ["first", "yes", "again 0", "yes"][: 2 + 2 * waiting]
    assert len(line.troubles) == 1


def test_who_leaves_in_the_middle_of_a_request_gives_back_what_he_held(line):
    def half():
        yield b'{"messages": '
        raise ConnectionError

    with pytest.raises(ConnectionError):
        httpx.post(f"{line.before}/v1/chat/completions", content=half())
    line.say("and on")
    assert all_heard(line) == ["and on", "yes"]


def test_of_an_answer_that_was_cut_nothing_more_is_kept():
    budget = Budget(10)
    answer = Answer(200, httpx.Headers({"content-type": "text/event-stream"}), budget)
    assert not answer.add(b"12345")
    assert not answer.add(b"1234567")  # there is no room
    assert not answer.add(b"123")  # here there would be
    assert answer.add(b"data: [DONE]") is False
    assert answer.add(b"\ndata: [DONE]\n\n") is True
    assert (b"".join(answer.parts), answer.held, budget.taken) == (b"12345", 5, 5)
