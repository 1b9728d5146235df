"""web/guarding: who may ask, and what a page may load."""

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HERE

from affectory.core.errors import BadFile, BadValues
from affectory.web.app import create_app
from affectory.web.settings import Settings

TOKEN = "a token of many letters"


@pytest.fixture
def locked(lake):
    with TestClient(
        create_app(Settings(lake, token=TOKEN)), base_url=HERE, follow_redirects=False
    ) as one:
        yield one


def test_beyond_loopback_there_must_be_a_token(tmp_path):
    with pytest.raises(BadValues, match="could read every conversation"):
        Settings(tmp_path, host="0.0.0.0")
    with pytest.raises(BadValues, match="16"):
        Settings(tmp_path, host="0.0.0.0", token="short")
    (tmp_path / "file").touch()
    with pytest.raises(BadFile, match="folder"):
        Settings(tmp_path / "file")
    assert Settings(tmp_path, host="127.0.0.9").local
    assert not Settings(tmp_path, host="example.org", token=TOKEN).local


def test_without_the_token_there_is_nothing_to_read(locked):
    assert locked.get("/api/traces").status_code == 401
    door = locked.get("/", follow_redirects=False)
    assert (door.status_code, door.headers["location"]) == (303, "/enter")
    assert locked.get("/enter").status_code == 200
    wrong = {"authorization": "Bearer wrong"}
    assert locked.get("/api/traces", headers=wrong).status_code == 401
    right = {"authorization": f"Bearer {TOKEN}"}
    assert locked.get("/api/traces", headers=right).status_code == 200


def test_the_token_becomes_a_cookie_that_no_script_reads(locked):
    headers = {"x-affectory": "1"}
    answer = locked.post("/enter", json={"token": TOKEN}, headers=headers)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert TOKEN not in cookie
    assert locked.get("/api/traces").status_code == 200


def test_a_cookie_of_another_start_is_not_known(locked, lake):
    with TestClient(create_app(Settings(lake, token=TOKEN)), base_url=HERE) as other:
        given = other.post("/enter", json={"token": TOKEN}, headers={"x-affectory": "1"},
                           follow_redirects=False).cookies["affectory"]  # fmt: skip
    locked.cookies.set("affectory", given)
    assert locked.get("/api/traces").status_code == 401


def test_who_guesses_has_to_wait(locked):
    headers = {"x-affectory": "1"}
    tried = [locked.post("/enter", json={"token": f"guess {n}"}, headers=headers).status_code
             for n in range(12)]  # fmt: skip
    assert tried == [401] * 10 + [429] * 2
    assert locked.post("/enter", json={"token": TOKEN}, headers=headers).status_code == 429


def test_a_page_elsewhere_changes_nothing(client):
    forged = client.post("/api/uploads", content=b"x", headers={"origin": "http://evil.example"})
    assert forged.status_code == 403
    del client.headers["x-affectory"]
    assert client.post("/api/uploads", content=b"x").status_code == 403


def test_another_name_of_this_machine_is_refused(client):
    answer = client.get("/api/traces", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert client.get("/api/traces", headers={"host": "localhost:8321"}).status_code == 200


def test_pages_load_nothing_from_elsewhere(client):
    for path in ("/", "/api/traces", "/static/js/main.js", "/api/none"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"],
)
def test_no_path_leads_out_of_the_static_files(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "create_app" not in answer.text


def test_who_is_in_stays_in_while_a_neighbour_guesses(locked):
    headers = {"x-affectory": "1"}
    locked.post("/enter", json={"token": TOKEN}, headers=headers)
    for n in range(11):
        locked.post("/enter", json={"token": f"guess {n}"}, headers=headers)
    assert locked.get("/api/traces").status_code == 200


@pytest.mark.parametrize(
    "host", ["testserver", "[::1", "", "evil.example:8321", "127.0.0.1.evil.example"]
)
def test_a_name_that_is_not_ours_is_refused_whatever_it_is(client, host):
    assert client.get("/api/traces", headers={"host": host}).status_code == 421


def test_an_origin_that_is_none_is_refused(client):
    for origin in ("null", "http://[::1", "http://127.0.0.1:1"):
        answer = client.post("/api/talks", headers={"origin": origin})
        assert answer.status_code == 403


def test_what_cannot_be_read_is_said_in_one_sentence_and_not_repeated(client):
    body = '[{"n": NaN, "at": 0, "said": {"secret": "words"}}]'
    headers = {"content-type": "application/json"}
    answer = client.post("/api/takes/none/samples", content=body, headers=headers)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
    assert "words" not in answer.text
