"""web/live: what a talk costs before anything is said, and when there is no room for more."""

import errno
import os

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from tests.web.conftest import HEADERS

from affectory.web import live, uploads
from affectory.web.app import create_app
from affectory.web.settings import Settings

HOST = {**HEADERS, "host": "127.0.0.1"}  # a socket of the test client knows no base
TURN = {"id": 1, "actor": "ann", "text": "I love it"}


@pytest.fixture
def client(tmp_path):
    with TestClient(create_app(Settings(tmp_path / "out")), headers=HOST) as one:
        yield one


def begun(client):
    return client.post("/api/talks").json()["talk"]


def say(client, talk):
    with client.websocket_connect(f"/api/talks/{talk}/turns") as socket:
        socket.send_json(TURN)
        return socket.receive_json()


def closed(client, talk, *turns):
    """The code and the reason with which a socket is closed."""
    with client.websocket_connect(f"/api/talks/{talk}/turns") as socket:
        for turn in turns:
            socket.send_json(turn)
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive_json()
    return end.value.code, end.value.reason


def test_a_talk_leaves_no_file_before_its_first_turn(client, tmp_path):
    home = tmp_path / "out" / "live"
    names = [begun(client) for _ in range(20)]
    for name in names:
        with client.websocket_connect(f"/api/talks/{name}/turns"):
            pass
    assert os.listdir(home) == []
    assert client.post(f"/api/talks/{names[0]}/keep").status_code == 422
    assert say(client, names[0])["seq"] == 0
    assert {path.name for path in home.glob("*.jsonl")} == {f"{names[0]}.jsonl"}
    for path in home.iterdir():  # a person deletes it: it is no talk that waits for its first turn
        path.unlink()
    assert closed(client, names[0]) == (4404, "there is no such talk")


def test_of_many_talks_without_a_turn_the_oldest_is_forgotten(client, monkeypatch):
    monkeypatch.setattr(live, "EMPTY", 3)
    names = [begun(client) for _ in range(4)]
    assert closed(client, names[0])[0] == 4404
    assert say(client, names[1])["seq"] == 0


def test_only_talks_with_turns_count_against_their_number(client, monkeypatch):
    monkeypatch.setattr(live, "KEPT", 2)
    names = [begun(client) for _ in range(5)]
    for name in names[:2]:
        say(client, name)
    refused = client.post("/api/talks")
    assert refused.status_code == 507
    assert "delete old ones" in refused.json()["detail"]


def test_whatever_brings_a_file_waits_in_the_same_line(client, monkeypatch, tmp_path):
    talk = begun(client)
    say(client, talk)
    ways = [
        lambda: client.post("/api/uploads", content=b"ann: hi\n", headers={"x-name": "a.txt"}),
        lambda: client.post("/api/sample"),
        lambda: client.post(f"/api/talks/{talk}/keep"),
    ]
    for name in ("WAITING", "COMING"):
        with monkeypatch.context() as patch:
            patch.setattr(uploads, name, 0)
            told = [way() for way in ways]
        assert [answer.status_code for answer in told] == [429] * 3
        assert len({answer.json()["detail"] for answer in told}) == 1
    assert not (tmp_path / "out" / "uploads").exists()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("shutil.copyfile", full)
    for way in ways[1:]:
        answer = way()
        assert answer.status_code == 507
        assert answer.json()["detail"] == "it could not be kept: No space left on device"
    assert os.listdir(tmp_path / "out" / "uploads") == []


def test_a_turn_that_finds_the_disk_full_is_refused_in_a_sentence(client, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    talk = begun(client)
    with monkeypatch.context() as patch:
        patch.setattr("affectory.web.transcript.os.fsync", full)
        told = closed(client, talk, TURN)
    assert told == (4507, "it could not be kept: No space left on device")
    assert say(client, talk)["text"] == TURN["text"]  # and is taken once there is room


def test_a_file_that_is_spoilt_in_the_middle_of_a_talk_ends_it_in_a_sentence(client, tmp_path):
    talk = begun(client)
    with client.websocket_connect(f"/api/talks/{talk}/turns") as socket:
        socket.send_json(TURN)
        socket.receive_json()
        path = tmp_path / "out" / "live" / f"{talk}.jsonl"
        path.write_bytes(b"no turn\n")
        socket.send_json({**TURN, "id": 2})
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive_json()
    assert (end.value.code, "turns of a talk" in end.value.reason) == (4404, True)
