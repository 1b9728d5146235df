"""Who sends slowly, or nothing, or does not read: others are answered all the same."""

import time

import httpx
import pytest
from tests.web.conftest import HEADERS
from tests.web.security.conftest import status

from affectory.web import bounding, listening
from affectory.web.settings import Settings

CROWD = 30


def answered(address):
    """Whether somebody else is answered, and soon."""
    return httpx.get(f"{address}api/about", timeout=10).status_code == 200


def closed(one, within=20.0):
    """Return what is told until the other side closes; it must do so in time."""
    one.socket.settimeout(within)
    return one.rest()


def trickle(one, words):
    """Send letter after letter until the other side closes; it must do so before the end."""
    try:
        for letter in words:
            one.socket.sendall(letter.encode())
            time.sleep(0.1)
    except ConnectionError:
        return
    raise AssertionError("nobody minded")


@pytest.fixture
def quick(serve, tmp_path, monkeypatch):
    """The address of a server that waits for nobody for long."""
    monkeypatch.setattr(listening, "HEAD", 1.0)
    monkeypatch.setattr(listening, "STALL", 1.0)
    monkeypatch.setattr(bounding, "PATIENCE", 0.5)
    settings = Settings(tmp_path / "out", idle=1.0, longest=3.0, connections=CROWD)
    return serve(settings), tmp_path / "out"


def half(one):
    one.say("POST /api/uploads HTTP/1.1", f"host: {one.host}", "x-affectory: 1", "x-name: a.csv",
            "content-length: 1000", "", body=b"actor,text\nann,")  # fmt: skip


def test_half_a_head_is_not_waited_for(quick, wire):
    address, _ = quick
    many = [wire(address) for _ in range(10)]
    for one in many:
        one.say("GET /api/about HTTP/1.1", "host: 127")
    assert answered(address)
    assert [closed(one) for one in many] == [b""] * 10


def test_a_head_that_trickles_is_not_waited_for(quick, wire):
    address, _ = quick
    one = wire(address)
    trickle(one, "GET /api/about HTTP/1.1\r\nx: " + "x" * 100)
    assert answered(address)


def test_a_connection_that_says_nothing_is_closed(quick, wire):
    address, _ = quick
    assert closed(wire(address)) == b""


def test_a_head_without_end_is_refused(quick, wire):
    address, _ = quick
    one = wire(address)
    one.say("GET / HTTP/1.1", f"host: {one.host}")
    answer = b""
    try:
        for n in range(5000):
            one.say(f"x-{n}: {'x' * 100}")
        answer = closed(one)
    except ConnectionError:
        pass
    assert not answer or status(answer) == 400
    assert answered(address)


def test_the_second_request_of_a_connection_is_not_waited_for_either(quick, wire):
    address, _ = quick
    one = wire(address)
    one.say("GET /api/about HTTP/1.1", f"host: {one.host}", "", "GET /api/about HT")
    assert closed(one).count(b"HTTP/1.1 200") == 1


def test_a_file_that_stops_in_the_middle_is_told_and_leaves_nothing(quick, wire):
    address, out = quick
    one = wire(address)
    half(one)
    answer = closed(one)
    assert status(answer) == 408
    assert b"nothing came for 1 s" in answer
    assert list((out / "uploads").iterdir()) == []


def test_a_file_that_trickles_is_told_and_leaves_nothing(quick, wire):
    address, out = quick
    one = wire(address)
    half(one)
    told = b""
    one.socket.settimeout(0.3)
    for _ in range(60):
        try:
            one.socket.sendall(b"x")
            told += one.socket.recv(65_536)
        except TimeoutError:
            continue
        except ConnectionError:
            break
        if told:
            break
    assert status(told) == 408
    assert b"too slowly" in told
    assert list((out / "uploads").iterdir()) == []


def test_a_sender_that_goes_away_leaves_nothing(quick, wire):
    address, out = quick
    one = wire(address)
    half(one)
    while not list((out / "uploads").glob("*/*")):
        time.sleep(0.02)
    one.socket.close()
    for _ in range(200):
        if not list((out / "uploads").iterdir()):
            break
        time.sleep(0.02)
    assert list((out / "uploads").iterdir()) == []


def test_words_that_stop_in_the_middle_are_told(quick, wire):
    address, _ = quick
    one = wire(address)
    one.say("POST /api/takes/none/samples HTTP/1.1", f"host: {one.host}", "x-affectory: 1",
            "content-type: application/json", "content-length: 900", "", body=b"[")  # fmt: skip
    assert status(closed(one)) == 408


def test_a_crowd_that_says_half_makes_room_for_who_says_something(quick, wire):
    """More connections than there may be: heads, and bodies, that never end."""
    address, _ = quick
    for begin in (lambda one: one.say("GET / HTTP/1.1"), half):
        for _ in range(3 * CROWD):
            begin(wire(address))
        assert answered(address)


def test_who_does_not_read_is_not_waited_for(quick, wire):
    address, _ = quick
    one = wire(address)
    asked = f"GET /static/vendor/uPlot.esm.js HTTP/1.1\r\nhost: {one.host}\r\n\r\n".encode()
    one.socket.sendall(asked * 200)  # far more than the system keeps for a reader
    assert answered(address)
    trickle(one, "\n" * 200)


def test_who_reads_slowly_but_reads_is_served(quick, wire):
    address, _ = quick
    one = wire(address)
    one.socket.setsockopt(1, 8, 8192)
    one.say(
        "GET /static/vendor/uPlot.esm.js HTTP/1.1", f"host: {one.host}", "connection: close", ""
    )
    came, began = b"", time.monotonic()
    while part := one.socket.recv(4096):
        came += part
        if time.monotonic() - began < 3:
            time.sleep(0.15)
    assert came.endswith(b"\n") or len(came) > 145_000


def test_an_upload_that_is_quick_enough_is_taken(quick):
    address, _ = quick

    def parts():
        for _ in range(8):
            time.sleep(0.3)
            yield b"ann: I love it\n"

    headers = {**HEADERS, "x-name": "a.txt"}
    told = httpx.post(f"{address}api/uploads", content=parts(), headers=headers)
    assert told.status_code == 200
