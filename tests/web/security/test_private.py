"""What the explorer writes is its owner's alone, and a link leads nowhere."""

import os
import stat
import subprocess
import sys
import time

import httpx
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from tests.web.conftest import HEADERS, HERE, ended, traced

from affectory.web import uploads
from affectory.web.app import create_app
from affectory.web.holding import freed, held
from affectory.web.receiving import PART
from affectory.web.settings import Settings

SERVE = "from affectory.cli.main import main; main()"
posix = pytest.mark.skipif(os.name != "posix", reason="modes and links of Unix")


def open_to_others(folder):
    """Return what somebody else of this machine could read or change."""
    every = [folder, *folder.rglob("*")]
    return [str(one) for one in every if stat.S_IMODE(one.lstat().st_mode) & 0o077]


@posix
def test_everything_that_a_server_writes_is_its_owners_alone(tmp_path):
    out = tmp_path / "out"
    words = [sys.executable, "-c", SERVE, "serve", str(out), "--port", "0"]
    one = subprocess.Popen(words, stdout=subprocess.PIPE)
    try:
        address = one.stdout.readline().decode().strip()
        with httpx.Client(base_url=address, headers=HEADERS, timeout=60) as client:
            text = b"actor,text\nann,I love it\nbo,I hate it\n"
            told = client.post("/api/uploads", content=text, headers={"x-name": "a.csv"}).json()
            assert ended(client, told)["state"] == "done"
            client.post("/api/talks")
            job = client.get("/api/traces").json()[0]["job"]
            wish = {"rater": "zoe", "space": "va", "axes": ["valence"]}
            assert client.post(f"/api/traces/{job}/sessions/0/takes", json=wish).status_code == 200
    finally:
        one.terminate()
        one.wait(60)
        one.stdout.close()
    assert len(list(out.rglob("*"))) > 10
    assert open_to_others(out) == []


@posix
def test_uploads_and_talks_are_private_in_a_folder_that_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "RUN", ("-c", "import time; time.sleep(60)"))
    out = tmp_path / "out"
    out.mkdir(mode=0o755)
    before = os.umask(0)
    try:
        with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
            client.post("/api/uploads", content=b"ann: hi\n", headers={"x-name": "a.txt"})
            client.post("/api/talks")
            assert open_to_others(out / "uploads") == []
            assert open_to_others(out / "live") == []
    finally:
        os.umask(before)


@posix
def test_a_link_among_the_uploads_is_not_followed(tmp_path):
    """Neither to a file of the machine, nor to a folder of it, nor is any of them deleted."""
    out, other = tmp_path / "out", tmp_path / "other"
    other.mkdir()
    (other / "secret.csv").write_text("actor,text\nann,I love it\n")
    (out / "uploads" / ("0123" * 4)).mkdir(parents=True)
    (out / "uploads" / ("0123" * 4) / "talk.csv").symlink_to(other / "secret.csv")
    (out / "uploads" / "4567").symlink_to(other)
    (out / "uploads" / f"89ab{PART}").symlink_to(other)
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        time.sleep(1)
        assert client.get("/api/traces").json() == []
    assert (other / "secret.csv").exists()
    assert not (out / "lake").exists()


@posix
def test_a_link_among_the_talks_is_not_followed(tmp_path):
    out = tmp_path / "out"
    (out / "live").mkdir(parents=True)
    (tmp_path / "secret.jsonl").write_text('{"actor": "ann", "text": "a secret"}\n')
    name = "0123456789abcdef"
    (out / "live" / f"{name}.jsonl").symlink_to(tmp_path / "secret.jsonl")
    host = {**HEADERS, "host": "127.0.0.1"}
    with TestClient(create_app(Settings(out)), headers=host) as client:
        with (
            pytest.raises(WebSocketDisconnect) as closed,
            client.websocket_connect(f"/api/talks/{name}/turns") as socket,
        ):
            socket.receive_json()
        assert closed.value.code == 4404
        assert client.post(f"/api/talks/{name}/keep").status_code == 422
        assert "secret" not in client.get("/api/talks").text


def test_a_link_among_the_pages_is_not_served(client):
    for path in ("/static/js", "/static/", "/static/js/", "/static/vendor"):
        assert client.get(path).status_code == 404


@posix
def test_an_upload_that_another_server_works_on_is_left_alone(tmp_path):
    out = traced(tmp_path / "out")
    home = out / "uploads" / ("0123" * 4)
    half = out / "uploads" / f"4567{PART}"
    for folder in (home, half):
        folder.mkdir(parents=True)
        (folder / "talk.csv").write_text("actor,text\nann,I love it\n")
    holders = [held(home), held(half)]
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        time.sleep(1)
        assert (half / "talk.csv").exists()
        assert client.get(f"/api/uploads/{home.name}").status_code == 422  # none of ours
        for one in holders:  # the other server was killed
            freed(one)
        for _ in range(600):
            if not home.exists():
                break
            time.sleep(0.1)
        assert len(client.get("/api/traces").json()) == 2
        assert not half.exists()
