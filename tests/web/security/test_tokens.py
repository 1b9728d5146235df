"""Tokens that are missing, wrong, told in the wrong place, or told again."""

import time

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from tests.web.conftest import HEADERS, HERE
from tests.web.security.conftest import status

from affectory.web import guarding
from affectory.web.app import create_app
from affectory.web.guarding import COOKIE, Guard
from affectory.web.settings import Settings

TOKEN = "a token of many letters"
BEARER = {"authorization": f"Bearer {TOKEN}"}


def server(lake, **settings):
    told = Settings(lake, **{"token": TOKEN, **settings})
    return TestClient(create_app(told), base_url=HERE, follow_redirects=False)


@pytest.fixture
def locked(lake):
    with server(lake) as one:
        yield one


def entered(client, token=TOKEN):
    return client.post("/enter", json={"token": token}, headers=HEADERS)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": TOKEN},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": f"Bearer {TOKEN} "[:-2]},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": f"Bearer {TOKEN.upper()}"},
        {"authorization": b"Bearer \xff\xfe\x00\x80"},
        {"authorization": "Bearer gesch\u00fctzt".encode()},
        {"x-token": TOKEN},
        {"cookie": f"{COOKIE}={TOKEN}"},
        {"cookie": f"{COOKIE}="},
        {"cookie": b"affectory=\xff\xfe"},
        {"cookie": f"other={'0' * 64}; {COOKIE}={'0' * 64}"},
    ],
)
def test_without_the_right_token_in_the_right_place_nothing_is_read(locked, headers):
    for path in ("/api/about", "/api/traces", "/api/openapi.json"):
        assert locked.get(path, headers=headers).status_code == 401, path
    door = locked.get("/", headers=headers)  # a person is led to where a token is typed
    assert (door.status_code, door.headers["location"], door.content) == (303, "/enter", b"")


@pytest.mark.parametrize("query", ["token", "authorization", "access_token", COOKIE])
def test_a_token_in_an_address_opens_nothing(locked, query):
    assert locked.get("/api/traces", params={query: TOKEN}).status_code == 401
    assert locked.get("/", params={query: TOKEN}).headers["location"] == "/enter"


@pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER"])
def test_a_header_may_be_written_large_or_small(locked, name, kind):
    assert locked.get("/api/traces", headers={name: f"{kind} {TOKEN}"}).status_code == 200


def test_a_token_may_have_letters_of_any_language(lake):
    token = "\u00fcber alle Ma\u00dfen geheim \u8a71"
    with server(lake, token=token) as one:
        assert entered(one, "uber alle Massen geheim").status_code == 401
        assert entered(one, token).status_code == 303
        assert one.get("/api/traces").status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b'{"token": null}', b'{"token": 1}', b'{"token": ["a"]}',
     b'{"token": "\\ud800"}', b'{"token": "' + b"x" * 501 + b'"}', b'{"token": "\xff"}',
     b"token=a+token+of+many+letters", b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_token_is_told_so_and_opens_nothing(locked, body):
    answer = locked.post("/enter", content=body, headers=HEADERS)
    assert answer.status_code in (400, 401, 422)
    assert "set-cookie" not in answer.headers


def test_a_cookie_of_another_start_opens_nothing(locked, lake):
    with server(lake) as before:
        given = entered(before).cookies[COOKIE]
    assert locked.get("/api/traces", headers={"cookie": f"{COOKIE}={given}"}).status_code == 401


def test_a_cookie_opens_nothing_once_the_token_is_another(lake):
    one = Settings(lake, token=TOKEN)
    other = Settings(lake, token="another token altogether", secret=one.secret)
    assert not Guard(None, other).known(Guard(None, one).pass_of())


def test_no_script_and_no_other_page_gets_the_cookie_and_no_open_wire(locked, lake):
    told = entered(locked).headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=strict" in told
    assert "domain" not in told
    assert TOKEN not in told
    with TestClient(
        create_app(Settings(lake, token=TOKEN)), base_url="https://127.0.0.1",
        follow_redirects=False,
    ) as far:  # fmt: skip
        assert "secure" in entered(far).headers["set-cookie"].lower()


def test_who_guesses_waits_whichever_door_he_tries(locked):
    tried = []
    for n in range(12):
        if n % 2:
            tried.append(entered(locked, f"guess {n}").status_code)
        else:
            wrong = {"authorization": f"Bearer guess {n}"}
            tried.append(locked.get("/api/traces", headers=wrong).status_code)
    assert tried == [401] * 10 + [429] * 2
    assert locked.get("/api/traces", headers=BEARER).status_code == 429
    assert entered(locked).status_code == 429


def test_who_waited_may_try_again(locked, monkeypatch):
    for n in range(11):
        entered(locked, f"guess {n}")
    now = time.monotonic()
    monkeypatch.setattr(guarding.time, "monotonic", lambda: now + guarding.SPAN + 1)
    assert entered(locked).status_code == 303


def asked_by(guard, address):
    scope = {"type": "http", "client": (address, 1)}
    return None if guard.blocked(scope) else guard.admits("a guess", scope)


def test_a_household_of_many_addresses_is_one_neighbour(lake):
    guard = Guard(None, Settings(lake, token=TOKEN))
    tried = [asked_by(guard, f"2001:db8::{n:x}") for n in range(12)]
    assert tried == [False] * 10 + [None] * 2
    assert asked_by(guard, "2001:db8:0:1::1") is False


def test_made_up_addresses_do_not_buy_more_guesses(lake):
    guard = Guard(None, Settings(lake, token=TOKEN))
    tried = [asked_by(guard, f"10.0.{n // 250}.{n % 250}") for n in range(guarding.MANY + 5)]
    assert tried == [False] * guarding.MANY + [None] * 5


def test_neighbours_are_not_remembered_without_end(lake, monkeypatch):
    monkeypatch.setattr(guarding, "NEIGHBOURS", 50)
    guard = Guard(None, Settings(lake, token=TOKEN))
    for n in range(90):
        asked_by(guard, f"10.0.0.{n}")
    assert len(guard.failures) == 50


def test_a_socket_opens_for_who_is_in_alone(locked):
    host = {"host": "127.0.0.1"}
    name = locked.post("/api/talks", headers={**HEADERS, **BEARER}).json()["talk"]
    for headers in ({}, {"cookie": f"{COOKIE}={'0' * 64}"}, {"authorization": "Bearer wrong"}):
        with (
            pytest.raises(WebSocketDisconnect),
            locked.websocket_connect(f"/api/talks/{name}/turns", headers={**host, **headers}),
        ):
            pass
    given = entered(locked).cookies[COOKIE]
    cookie = {"cookie": f"{COOKIE}={given}"}
    with locked.websocket_connect(f"/api/talks/{name}/turns", headers={**host, **cookie}) as one:
        one.send_json({"id": 1, "actor": "ann", "text": "I love it"})
        assert one.receive_json()["seq"] == 0


def test_bytes_that_are_no_letters_are_a_wrong_token(serve, lake, wire):
    address = serve(Settings(lake, token=TOKEN))
    head = "GET /api/traces HTTP/1.1"
    assert status(wire(address).ask(head, "authorization: Bearer \xff\xfe\x80")) == 401
    assert status(wire(address).ask(head, f"authorization: Bearer {TOKEN}")) == 200


def test_a_door_without_a_lock_is_no_door_to_others(lake):
    for host in ("0.0.0.0", "::", "[::]", "192.168.1.5", "example.org", "localhost.evil.example"):
        with pytest.raises(ValueError, match="AFFECTORY_TOKEN"):
            Settings(lake, host=host)
