"""web/live and web/talk: answered at once, kept before answered, gone on with after a crash."""

import json
import os
from dataclasses import asdict

import httpx
import numpy as np
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from tests.web.conftest import HEADERS
from websockets.sync.client import connect

from affectory.core.errors import BadFile
from affectory.core.registry import make
from affectory.web.app import create_app
from affectory.web.heard import LONGEST
from affectory.web.settings import Settings
from affectory.web.talk import Talk
from affectory.web.transcript import Told

HOST = {**HEADERS, "host": "127.0.0.1"}  # a socket of the test client knows no base


def talk(path=None):
    methods = (make(f"{name}") for name in ("perceive/utterance", "forecast/states"))
    return Talk(*methods, make("perceive/signals"), path)


@pytest.fixture
def live(tmp_path):
    with TestClient(create_app(Settings(tmp_path / "out")), headers=HOST) as one:
        name = one.post("/api/talks").json()["talk"]
        yield one, f"/api/talks/{name}/turns", tmp_path / "out" / "live" / f"{name}.jsonl"


def test_a_turn_has_its_state_and_from_the_third_a_fan():
    one = talk()
    first = one.say("ann", "I love this, thank you!")
    assert first.values["valence"] > 0.2
    assert first.emotion[0] == "joy"
    assert first.fan == {}
    one.say("ann", "It is fine.")
    fan = one.say("ann", "I am so sad and angry").fan
    assert len(fan["middle"]) == 5
    assert all(low <= mid <= high for low, mid, high in zip(*fan.values(), strict=True))


def test_what_a_turn_shows_is_said():
    one = talk()
    one.say("user", "I want a refund for my order please")
    one.say("assistant", "Your order was sent yesterday.")
    assert any("correction" in sign for sign in one.say("user", "No, that is wrong.").signs)
    urgent = one.say("user", "I want to kill myself")
    assert urgent.crisis == ("suicide",)
    assert urgent.notice


def test_an_empty_turn_is_not_read():
    heard = talk().say("ann", "   ")
    assert heard.values["valence"] is None
    assert heard.emotion is None


def test_who_comes_back_finds_every_turn_that_was_answered(tmp_path):
    path = tmp_path / "talk.jsonl"
    one = talk(path)
    told = [asdict(one.say("ann", words)) for words in ("I love it", "I hate it", "ok")]
    with path.open("a") as file:
        file.write('{"actor": "ann", "te')  # killed in the middle of a line
    back = talk(path)
    again = [asdict(heard) for heard in back.resume()]
    assert again == told
    more = back.say("ann", "and on")
    assert (more.seq, more.fan != {}) == (3, True)
    assert [json.loads(line)["text"] for line in path.read_text().splitlines()][2:] == [
        "ok",
        "and on",
    ]


def test_the_socket_answers_and_remembers(live):
    client, address, path = live
    with client.websocket_connect(address) as socket:
        socket.send_json({"id": 7, "actor": "ann", "text": "I love it"})
        told = socket.receive_json()
        assert (told["id"], told["seq"]) == (7, 0)
    assert json.loads(path.read_text())["text"] == "I love it"
    with client.websocket_connect(address) as socket:
        assert socket.receive_json()["seq"] == 0
        socket.send_json({"id": 8, "actor": "bo", "text": "ok"})
        assert socket.receive_json()["seq"] == 1


@pytest.mark.parametrize(
    "frame",
    ["", "no json", "[]", "null", "{}", '{"id": -1, "actor": "a", "text": "b"}',
     '{"id": 1, "actor": "", "text": "b"}', '{"id": 1, "actor": "a", "text": 5}',
     json.dumps({"id": 1, "actor": "a", "text": "x" * (LONGEST + 1)}),
     json.dumps({"id": 1, "actor": "a", "text": "x" * (5 * LONGEST)})],
)  # fmt: skip
def test_what_is_no_turn_closes_the_socket_and_nothing_else(live, frame):
    client, address, path = live
    with client.websocket_connect(address) as socket:
        socket.send_text(frame)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4400
    assert not path.exists()


@pytest.mark.parametrize("name", ["0" * 16, "..%2f..%2fetc%2fpasswd", "zz", "0" * 15 + "/"])
def test_there_is_no_talk_of_another_name(live, name):
    client, _, _ = live
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(f"/api/talks/{name}/turns") as socket,
    ):
        socket.receive_json()


def test_a_page_elsewhere_opens_no_socket(live):
    client, address, _ = live
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(address, headers={"origin": "http://evil.example"}),
    ):
        pass


def test_a_talk_is_put_into_the_lake(live):
    client, address, path = live
    assert client.post(address.replace("turns", "keep")).status_code == 422
    with client.websocket_connect(address) as socket:
        for n, words in enumerate(("I love it", "I hate it")):
            socket.send_json({"id": n, "actor": "ann", "text": words})
            socket.receive_json()
    told = client.post(address.replace("turns", "keep")).json()
    assert told["name"] == f"live-{path.stem}.jsonl"


def test_the_scale_is_that_of_the_space():
    values = talk().say("ann", "What a day").values
    assert set(values) == {"valence", "arousal", "dominance"}
    assert all(np.abs(value) <= 1 for value in values.values())


def test_a_turn_that_is_sent_again_counts_once(live):
    client, address, path = live
    turn = {"id": 7, "actor": "ann", "text": "I love it"}
    with client.websocket_connect(address) as socket:
        socket.send_json(turn)
        first = socket.receive_json()
    with client.websocket_connect(address) as socket:
        again = socket.receive_json()
        assert (again["id"], again["seq"], again["text"]) == (7, 0, "I love it")
        socket.send_json(turn)  # the answer was lost on its way
        assert socket.receive_json()["seq"] == first["seq"]
        socket.send_json({**turn, "id": 8})
        assert socket.receive_json()["seq"] == 1
    assert len(path.read_text().splitlines()) == 2


def test_two_sockets_on_one_talk_share_its_turns(live):
    client, address, path = live
    with client.websocket_connect(address) as one, client.websocket_connect(address) as two:
        for n, (socket, other) in enumerate(((one, two), (two, one)) * 2):
            socket.send_json({"id": n, "actor": "ann", "text": "ok"})
            assert socket.receive_json()["seq"] == n
            assert other.receive_json()["seq"] == n  # it is told what the other said
    assert len(path.read_text().splitlines()) == 4


def test_two_senders_may_give_their_turns_the_same_number(live):
    client, address, path = live
    with client.websocket_connect(address) as one, client.websocket_connect(address) as two:
        for seq, (socket, other, who) in enumerate(((one, two, "ann"), (two, one, "bob"))):
            socket.send_json({"id": 0, "actor": who, "text": f"I am {who}"})
            told = [socket.receive_json(), other.receive_json()]
            assert [(t["seq"], t["actor"], t["text"]) for t in told] == [
                (seq, who, f"I am {who}")
            ] * 2
    assert [json.loads(line)["actor"] for line in path.read_text().splitlines()] == ["ann", "bob"]


@pytest.mark.parametrize("words", ["one\u2028two", "one\u0085two", "one\x1ctwo\r\nthree"])
def test_a_turn_may_hold_any_end_of_a_line(tmp_path, words):
    path = tmp_path / "talk.jsonl"
    talk(path).say("ann", words)
    again = talk(path)
    assert len(list(again.resume())) == 1
    assert again.turns[0]["text"] == words


def test_a_line_may_be_torn_inside_a_letter(tmp_path):
    path = tmp_path / "talk.jsonl"
    talk(path).say("ann", "schön")
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: whole.index("ö".encode()) + 1])
    back = talk(path)
    assert len(list(back.resume())) == 1
    back.say("ann", "grün")
    assert path.read_bytes().startswith(whole)
    assert [heard.text for heard in talk(path).resume()] == ["schön", "grün"]


def test_a_file_of_something_else_is_said_in_one_sentence(live):
    client, address, path = live
    path.write_text("[1]\n")
    with client.websocket_connect(address) as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_json()
    assert closed.value.code == 4404
    with pytest.raises(BadFile, match="turns of a talk"):
        list(talk(path).resume())


class Counting:
    """A perceiver that says how often it was asked."""

    def __init__(self):
        self.inner, self.asked = make("perceive/utterance"), 0
        self.digest = "one"

    def perceive(self, records):
        """Count the records, and read them."""
        self.asked += len(records)
        return self.inner.perceive(records)


def counted(path, digest="one"):
    perceiver = Counting()
    perceiver.digest = digest
    return perceiver, Talk(perceiver, make("forecast/states"), make("perceive/signals"), path)


SAID = ("I love it", "No, that is wrong", "I am so sad", "", "I want to kill myself")


@pytest.mark.parametrize(
    ("harm", "again"),
    [(lambda lines: lines, 0), (lambda lines: [], 5), (lambda lines: lines[:3], 2),
     (lambda lines: [*lines[:3], lines[3][:20]], 2), (lambda lines: [b"[1]", *lines], 0),
     (lambda lines: [lines[0].replace(b"valence", b"walence"), *lines[1:]], 1),
     (lambda lines: [b"{}", lines[0].replace(b'"signs"', b'"sighs"'), *lines[1:]], 1)],
)  # fmt: skip
def test_what_was_heard_is_not_heard_again_unless_it_is_lost(tmp_path, harm, again):
    path = tmp_path / "talk.jsonl"
    _, one = counted(path)
    told = [one.say("ann", words) for words in SAID]
    beside = tmp_path / ".talk.jsonl.heard"
    harmed = harm(beside.read_bytes().split(b"\n")[:-1])
    torn = bool(harmed) and not harmed[-1].endswith(b"}")
    beside.write_bytes(b"\n".join([*harmed, *([] if torn else [b""])]))
    perceiver, back = counted(path)
    heard = list(back.resume())
    assert perceiver.asked == again
    assert [one.seq for one in heard] == [0, 1, 2, 3, 4]
    same = [asdict(one) | {"seconds": 0.0} for one in heard]
    assert same == [asdict(one) | {"seconds": 0.0} for one in told]
    perceiver, back = counted(path)  # what was computed again is kept
    list(back.resume())
    assert perceiver.asked == 0


def test_another_method_or_another_word_is_heard_anew(tmp_path):
    path = tmp_path / "talk.jsonl"
    _, one = counted(path)
    for words in SAID:
        one.say("ann", words)
    perceiver, back = counted(path, "two")
    list(back.resume())
    assert perceiver.asked == 5
    path.write_text(path.read_text().replace("so sad", "so glad"))
    perceiver, back = counted(path)
    heard = list(back.resume())
    assert perceiver.asked == 3  # it, and all that come after
    assert heard[2].values["valence"] > 0


def test_what_another_process_writes_is_told(live):
    client, address, path = live
    writer = talk(path)
    with client.websocket_connect(address) as socket:
        writer.say("ann", "I love it")
        told = socket.receive_json()
        assert (told["seq"], told["text"]) == (0, "I love it")
        writer.say("bo", "ok")
        assert socket.receive_json()["actor"] == "bo"


def test_what_another_process_hears_is_not_heard_here_again(tmp_path):
    path = tmp_path / "talk.jsonl"
    writer = talk(path)
    writer.say("ann", "I love it")
    perceiver, follower = counted(path)
    by = writer._memory.by  # as if the same methods followed
    follower._recollection().by = by
    list(follower.resume())
    assert perceiver.asked == 0
    told = writer.say("ann", "I hate it")
    beside = tmp_path / ".talk.jsonl.heard"
    noted = beside.read_bytes()
    beside.write_bytes(noted[: noted.index(b"\n") + 1])  # it is written, and not yet heard
    follower.follow()
    assert (len(follower.heard), follower.stale) == (1, True)
    beside.write_bytes(noted)
    follower.follow()
    assert (follower.heard[-1], perceiver.asked) == (told, 0)
    with path.open("ab") as file:  # long ago, by who died over it
        file.write(Told("ann", "ok", 1.0).line)
    follower.follow()
    assert (follower.heard[-1].text, perceiver.asked) == ("ok", 1)


def test_tools_are_heard_for_their_signs_and_never_felt(tmp_path):
    one = talk(tmp_path / "talk.jsonl")
    call = {"id": "a", "function": {"name": "look", "arguments": '{"n": 1}'}}
    told = []
    for _ in range(4):
        told.append(one.overhear(Told("assistant", "", 1.0, calls=(call,))))
        told.append(one.overhear(Told("tool", "", 1.0, result="Error: connection timed out")))
    assert told[0].text == 'look({"n":1})'
    assert {heard.values["valence"] for heard in told} == {None}
    signs = [heard.signs for heard in told]
    assert signs.index(("retry",)) == 4  # the third call of the same: seen then, and told once
    assert sum(signs, ()).count("retry") == 1
    assert [asdict(heard) for heard in talk(tmp_path / "talk.jsonl").resume()] == list(
        map(asdict, told)
    )


def test_the_talks_are_listed_the_last_first(live):
    client, _, path = live
    assert client.get("/api/talks").json() == []
    talk(path).say("ann", "I love it\n" * 20)
    other = path.with_name(f"chat-{'a' * 16}.jsonl")
    one = talk(other)
    one.overhear(Told("user", "hello there"))
    one.overhear(Told("assistant", "hi"))
    os.utime(path, (1, 1))
    path.with_name("notes.jsonl").write_text("{}\n")
    first, second = client.get("/api/talks").json()
    assert (first["talk"], first["overheard"], first["turns"]) == (other.stem, True, 2)
    assert first["words"] == "hello there"
    assert (second["talk"], second["overheard"]) == (path.stem, False)
    assert (len(second["words"]), second["words"][-1]) == (80, "…")


def test_what_is_overheard_is_followed_and_not_joined(live):
    client, address, path = live
    other = path.with_name(f"chat-{'a' * 16}.jsonl")
    talk(other).overhear(Told("user", "hello"))
    address = address.replace(path.stem, other.stem)
    with client.websocket_connect(address) as socket:
        assert socket.receive_json()["text"] == "hello"
        socket.send_json({"id": 1, "actor": "ann", "text": "I join"})
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4400
    assert b"I join" not in other.read_bytes()


def test_a_socket_may_be_silent_for_longer_than_a_request_takes(serve, tmp_path, monkeypatch):
    monkeypatch.setattr("affectory.web.listening.HEAD", 0.2)
    address = serve(Settings(tmp_path / "out"))
    name = httpx.post(f"{address}api/talks", headers=HEADERS).json()["talk"]
    with connect(f"ws{address[4:]}api/talks/{name}/turns") as socket:
        with pytest.raises(TimeoutError):
            socket.recv(timeout=1)
        socket.send('{"id": 1, "actor": "ann", "text": "still here"}')
        assert json.loads(socket.recv(timeout=60))["text"] == "still here"


def test_a_talk_whose_file_is_deleted_goes_on(tmp_path):
    path = tmp_path / "talk.jsonl"
    one = talk(path)
    one.say("ann", "I love it")
    path.unlink()
    assert one.say("ann", "and on").seq == 1
    assert [heard.text for heard in talk(path).resume()] == ["and on"]


def test_bytes_are_no_turn(live):
    client, address, _ = live
    with client.websocket_connect(address) as socket:
        socket.send_bytes(b"\x00")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4400
