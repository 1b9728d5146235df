"""web/uploads: bounded, watched, and nothing of a name becomes a path."""

import gzip
import time
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, ended

from affectory.web import uploads
from affectory.web.app import create_app
from affectory.web.receiving import whole
from affectory.web.settings import Settings


@pytest.fixture
def small(tmp_path):
    settings = Settings(tmp_path / "out", largest=50_000)
    with TestClient(create_app(settings), base_url=HERE, headers=HEADERS) as one:
        yield one, tmp_path / "out"


def test_a_dropped_file_becomes_a_trace(small):
    client, out = small
    text = b"actor,text\nann,I love it\nbo,I hate it\n"
    told = client.post("/api/uploads", content=text, headers={"x-name": quote("Gespr\u00e4ch.csv")})
    end = ended(client, told.json())
    assert (end["state"], end["records"], end["error"]) == ("done", 2, "")
    (trace,) = client.get("/api/traces").json()
    assert trace["job"] == end["job"]
    assert list((out / "uploads").iterdir()) == []  # the lake has it now


def test_a_bad_file_is_said_in_one_sentence(small):
    client, out = small
    told = client.post("/api/uploads", content=b"\x00\x01\x02", headers={"x-name": "talk.parquet"})
    end = ended(client, told.json())
    assert end["state"] == "failed"
    assert end["error"]
    assert str(out) not in end["error"]


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("a.csv", b"x" * 50_001, 413, "larger than"),
        ("a.csv", b"", 413, "empty"),
        ("a.csv.gz", gzip.compress(b"0" * 2_000_000), 413, "unfolds"),
        ("a.csv.gz", b"no gzip", 413, "not packed"),
        ("a.csv.gz", gzip.compress(b"a") + gzip.compress(b"0" * 2_000_000), 413, "unfolds"),
        ("a.csv.gz", gzip.compress(b"a") + b"no member", 413, "not packed"),
        ("a.zip", b"PK", 415, "unpack"),
    ],
)
def test_what_is_too_much_is_refused_and_leaves_nothing(small, name, content, status, words):
    client, out = small
    answer = client.post("/api/uploads", content=content, headers={"x-name": name})
    assert answer.status_code == status
    assert words in answer.json()["detail"]
    assert not (out / "uploads").is_dir() or list((out / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.csv",
        "..\\evil.csv",
        "/etc/passwd",
        "...",
        ".hidden",
        "",
        "\u8a71" * 100 + ".csv",
    ],
)
def test_a_name_is_never_a_path(small, name):
    client, out = small
    told = client.post("/api/uploads", content=b"ann: hi\n", headers={"x-name": quote(name)}).json()
    assert "/" not in told["name"]
    assert "\\" not in told["name"]
    assert not told["name"].startswith(".")
    ended(client, told)
    assert not (out.parent / "evil.csv").exists()


def test_a_server_that_stops_goes_on_with_its_uploads_when_it_starts(tmp_path):
    settings = Settings(tmp_path / "out")
    with TestClient(create_app(settings), base_url=HERE, headers=HEADERS) as one:
        one.post("/api/uploads", content=b"ann: I love it\n", headers={"x-name": "talk.txt"})
    assert len(list((tmp_path / "out" / "uploads").glob("*/talk.txt"))) == 1  # it was stopped
    with TestClient(create_app(settings), base_url=HERE, headers=HEADERS) as other:
        for _ in range(1200):
            if other.get("/api/traces").json():
                break
            time.sleep(0.1)
        assert other.get("/api/traces").json()[0]["records"] == 1


def test_a_file_that_came_in_half_is_never_traced(tmp_path):
    """Who sends it goes away in the middle, or the server does."""
    home = tmp_path / "out" / "uploads"

    def half():
        with whole(home, "talk.csv") as path:
            path.write_text("actor,text\nann,I lo")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        half()
    assert list(home.iterdir()) == []
    torn = home / "0123.part"
    torn.mkdir()
    (torn / "talk.csv").write_text("actor,text\nann,I lo")
    with TestClient(create_app(Settings(tmp_path / "out")), base_url=HERE) as one:
        assert one.get("/api/traces").json() == []
    assert list(home.iterdir()) == []


def test_a_bad_file_is_not_tried_again_at_the_next_start(small):
    client, out = small
    told = client.post("/api/uploads", content=b"\x00\x01\x02", headers={"x-name": "talk.parquet"})
    assert ended(client, told.json())["state"] == "failed"
    assert list((out / "uploads").iterdir()) == []


def test_a_trace_that_says_something_odd_ends_all_the_same(small, monkeypatch):
    client, _ = small
    monkeypatch.setattr(uploads, "RUN", ("-c", "print('no json' * 10)"))
    told = client.post("/api/uploads", content=b"ann: hi\n", headers={"x-name": "talk.txt"})
    end = ended(client, told.json())
    assert (end["state"], "could not be followed" in end["error"]) == ("failed", True)


def test_only_so_many_files_wait(small, monkeypatch):
    client, out = small
    monkeypatch.setattr(uploads, "WAITING", 0)
    answer = client.post("/api/uploads", content=b"ann: hi\n", headers={"x-name": "talk.txt"})
    assert answer.status_code == 429
    assert not (out / "uploads").exists()
