"""Sockets that do not keep to the protocol: each is closed, and others are answered."""

import base64
import json
import os
import socket
import struct
import zlib

import httpx
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS
from tests.web.security.conftest import status

from affectory.web import listening
from affectory.web.app import create_app
from affectory.web.listening import LARGEST, PIECES
from affectory.web.settings import Settings

TEXT, BYTES, CLOSE, PING, CONT = 1, 2, 8, 9, 0
TURN = json.dumps({"id": 1, "actor": "ann", "text": "I love it"}).encode()


def frame(opcode, data=b"", *, fin=True, masked=True, reserved=0, size=None):
    """Return one frame, right or wrong."""
    length = len(data) if size is None else size
    head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
    mark = 0x80 if masked else 0
    if length < 126:
        head += bytes([mark | length])
    elif length < 65_536:
        head += bytes([mark | 126]) + struct.pack("!H", length)
    else:
        head += bytes([mark | 127]) + struct.pack("!Q", length)
    if not masked:
        return head + data
    mask = b"\x01\x02\x03\x04"
    repeated = (mask * (len(data) // 4 + 1))[: len(data)]
    hidden = int.from_bytes(data, "big") ^ int.from_bytes(repeated, "big")
    return head + mask + hidden.to_bytes(len(data), "big")


@pytest.fixture
def talk(serve, tmp_path):
    """The address of a server, the name of a talk, and the file that keeps it."""
    address = serve(Settings(tmp_path / "out", open=5))
    name = httpx.post(f"{address}api/talks", headers=HEADERS).json()["talk"]
    return address, name, tmp_path / "out" / "live" / f"{name}.jsonl"


@pytest.fixture
def begun(talk, wire):
    """A function that opens a socket on the talk, and returns its connection."""
    address, name, _ = talk

    def opened(*headers):
        one = wire(address)
        key = base64.b64encode(os.urandom(16)).decode()
        one.say(f"GET /api/talks/{name}/turns HTTP/1.1", f"host: {one.host}", "upgrade: websocket",
                "connection: upgrade", "sec-websocket-version: 13", f"sec-websocket-key: {key}",
                *headers, "")  # fmt: skip
        one.head = b""
        while b"\r\n\r\n" not in one.head:
            one.head += one.socket.recv(1)
        return one

    return opened


def closing(answer):
    """Return the code with which a socket was closed, None where it just ended."""
    while len(answer) >= 2:
        size = answer[1] & 127
        if size == 126:
            answer, size = answer[:1] + b"\0" + answer[4:], struct.unpack("!H", answer[2:4])[0]
        if answer[0] & 15 == CLOSE:
            return struct.unpack("!H", answer[2:4])[0]
        answer = answer[2 + size :]
    return None


def well(address, name):
    """Whether the talk still answers who speaks as one should."""
    from websockets.sync.client import connect

    place = address.replace("http", "ws")
    with connect(f"{place}api/talks/{name}/turns", max_size=10**7) as one:
        one.send(TURN.decode())
        return json.loads(one.recv())["seq"] == 0


WRONG = {
    "no such kind": frame(3, b"x"),
    "no such kind of control": frame(11, b"x"),
    "without a mask": frame(TEXT, TURN, masked=False),
    "reserved bits": frame(TEXT, TURN, reserved=7),
    "packed without leave": frame(TEXT, zlib.compress(TURN), reserved=4),
    "a ping in pieces": frame(PING, b"x", fin=False),
    "a ping that is long": frame(PING, b"x" * 126),
    "a close in pieces": frame(CLOSE, b"\x03\xe8", fin=False),
    "a close of one byte": frame(CLOSE, b"\x03"),
    "a close with no such code": frame(CLOSE, b"\x00\x01"),
    "a close with no words": frame(CLOSE, b"\x03\xe8\xff\xfe"),
    "words that are none": frame(TEXT, b"\xff\xfe\xfd"),
    "half a letter": frame(TEXT, b'{"id": 1, "actor": "ann", "text": "sch\xc3'),
    "a surrogate": frame(TEXT, b'"\xed\xa0\x80"'),
    "a piece of nothing": frame(CONT, TURN),
    "two beginnings": frame(TEXT, b"a", fin=False) + frame(TEXT, TURN),
    "too long": frame(TEXT, b"x" * (LARGEST + 1)),
    "too long in pieces": frame(TEXT, b"x" * LARGEST, fin=False) + frame(CONT, b"x" * LARGEST),
    "a size without end": frame(TEXT, b"x", size=2**63 - 1),
    "a size below nothing": frame(TEXT, b"x", size=2**64 - 1),
    "pieces without end": frame(TEXT, b"", fin=False) + frame(CONT, b"", fin=False) * 3 * PIECES,
    "noise": bytes(range(256)) * 40,
    "another protocol": b"GET / HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_frame_that_is_wrong_ends_its_socket_alone(talk, begun, name):
    address, known, path = talk
    one = begun()
    assert status(one.head) == 101
    one.socket.sendall(WRONG[name])
    code = closing(one.rest())
    assert code is None or code in (1000, 1002, 1003, 1007, 1009, 4400)
    assert not path.exists()  # nothing was said
    assert well(address, known)


def test_a_turn_may_come_in_pieces_and_between_pings(talk, begun):
    one = begun()
    pieces = [frame(TEXT, TURN[:5], fin=False), frame(PING, b"hm"), frame(CONT, TURN[5:])]
    one.socket.sendall(b"".join(pieces) + frame(CLOSE, b"\x03\xe8"))
    one.rest()
    kept = talk[2].read_bytes() if talk[2].exists() else b""
    assert kept.count(b"\n") <= 1
    assert well(*talk[:2])


def test_nothing_is_ever_packed_and_so_nothing_small_becomes_large(begun):
    one = begun("sec-websocket-extensions: permessage-deflate; client_max_window_bits")
    assert status(one.head) == 101
    assert b"permessage-deflate" not in one.head.lower()


def test_who_asks_and_never_reads_is_let_go(talk, begun, monkeypatch):
    """Each ping is answered; answers that nobody fetches are not kept."""
    monkeypatch.setattr(listening, "UNREAD", 100_000)
    one = begun()
    one.socket.settimeout(30)
    flood = frame(PING, b"x" * 125) * 400_000  # 50 MB, far more than the system keeps
    with pytest.raises(ConnectionError):
        one.socket.sendall(flood)
    assert well(*talk[:2])


@pytest.mark.parametrize(
    "headers",
    [
        ("sec-websocket-version: 8",),
        ("sec-websocket-key: short",),
        ("sec-websocket-protocol: x, y",),
        ("sec-websocket-extensions: x; y=z",),
        ("sec-websocket-extensions: \xff",),
    ],
)
def test_a_beginning_that_is_odd_breaks_nothing(talk, begun, headers):
    one = begun(*headers)
    assert status(one.head) in (101, 400, 403, 426)
    one.socket.close()
    assert well(*talk[:2])


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_a_page_elsewhere_opens_none_on_the_wire_either(begun, origin):
    assert status(begun(f"origin: {origin}").head) == 403


def test_only_so_many_talks_are_open_at_once(talk, begun):
    held = [begun() for _ in range(5)]
    assert [status(one.head) for one in held] == [101] * 5
    assert closing(begun().rest()) == 4429
    for one in held:
        one.socket.close()
    for _ in range(100):
        if closing_or_well(talk):
            return
    raise AssertionError("no room was made")


def closing_or_well(talk):
    from websockets.exceptions import ConnectionClosed

    try:
        return well(*talk[:2])
    except ConnectionClosed:
        return False


def test_only_so_many_talks_are_kept(tmp_path, monkeypatch):
    from affectory.web import live

    monkeypatch.setattr(live, "KEPT", 2)
    host = {**HEADERS, "host": "127.0.0.1"}
    (tmp_path / "out" / "live").mkdir(parents=True)
    with TestClient(create_app(Settings(tmp_path / "out")), headers=host) as client:
        told = [client.post("/api/talks")]
        for name in "ab":
            (tmp_path / "out" / "live" / f"{name}.jsonl").touch()
        told.append(client.post("/api/talks"))
    assert told[0].status_code == 200
    assert told[-1].status_code in (429, 507)
    assert "delete" in told[-1].json()["detail"]


def test_many_sockets_that_say_nothing_leave_room_for_requests(talk, begun):
    address, _, _ = talk
    held = [begun() for _ in range(5)]
    assert httpx.get(f"{address}api/about", timeout=30).status_code == 200
    for one in held:
        one.socket.shutdown(socket.SHUT_WR)
    assert httpx.get(f"{address}api/about", timeout=30).status_code == 200
