"""Files and requests that are larger than they may be, or become so when they are unfolded."""

import gzip
import io
import json
import time
from urllib.parse import quote

import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, ended
from tests.web.security.conftest import status

from affectory.cli.dropped import counted
from affectory.core.errors import BadFile
from affectory.store.lake import open_lake
from affectory.web import uploads
from affectory.web.app import create_app
from affectory.web.bounding import SAID
from affectory.web.settings import Settings

LARGEST, ROWS = 50_000, 400
HEAD = "actor,text\n"
LINE = "ann,I love it\n"


@pytest.fixture
def small(tmp_path):
    settings = Settings(tmp_path / "out", largest=LARGEST, rows=ROWS)
    with TestClient(create_app(settings), base_url=HERE, headers=HEADERS) as one:
        yield one, tmp_path / "out"


def sent(client, name, content):
    return client.post("/api/uploads", content=content, headers={"x-name": quote(name)})


def nothing_left(out):
    """Whether neither a file nor a row is left of what was refused."""
    lake = out / "lake"
    rows = list(lake.rglob("*.parquet")) if lake.exists() else []
    return not rows and not list((out / "uploads").glob("*/*"))


def parquet(**columns):
    out = io.BytesIO()
    pl.DataFrame(columns).write_parquet(out)
    return out.getvalue()


def chunked(*parts):
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return "transfer-encoding: chunked", body


def posted(one, *headers, body=b""):
    return one.ask("POST /api/uploads HTTP/1.1", "x-affectory: 1", "x-name: a.csv", *headers,
                   body=body)  # fmt: skip


@pytest.fixture
def far(serve, tmp_path):
    """The address of a server that takes little and waits for nobody for long."""
    settings = Settings(tmp_path / "out", largest=LARGEST, idle=1.0, longest=4.0)
    return serve(settings), tmp_path / "out"


def test_a_file_that_says_that_it_is_too_large_is_not_taken_at_all(far, wire):
    address, out = far
    answer = posted(wire(address), "content-length: 99999999999", "expect: 100-continue")
    assert status(answer) == 413
    assert b"larger than 50,000 bytes" in answer
    assert not (out / "uploads").exists()


@pytest.mark.parametrize("size", [LARGEST + 1, 40 * LARGEST])
def test_a_file_that_does_not_say_how_large_it_is_is_counted(far, wire, size):
    address, out = far
    header, body = chunked(*[b"x" * 10_000] * (size // 10_000), b"x" * (size % 10_000 + 1), b"")
    answer = posted(wire(address), header, body=body)
    assert status(answer) == 413
    assert list((out / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    "headers",
    [
        ("content-length: -1",),
        ("content-length: 1e3",),
        ("content-length: 0x10",),
        ("content-length: 5", "content-length: 6"),
        ("transfer-encoding: chunked, chunked",),
        ("transfer-encoding: gzip",),
    ],
)
def test_a_size_that_is_none_is_refused(far, wire, headers):
    address, out = far
    assert 400 <= status(posted(wire(address), *headers, body=b"x" * 20)) < 502
    assert not list((out / "uploads").glob("*"))


@pytest.mark.parametrize("part", [b"zz\r\nxx\r\n", b"-5\r\nxx\r\n", b"5\r\nxxxxxxxxxx\r\n0\r\n\r\n",
                                  b"f" * 30 + b"\r\n"])  # fmt: skip
def test_parts_that_lie_about_their_size_leave_nothing(far, wire, part):
    address, out = far
    wire(address).ask("POST /api/uploads HTTP/1.1", "x-affectory: 1", "x-name: a.csv",
                      "transfer-encoding: chunked", body=b"3\r\nabc\r\n" + part)  # fmt: skip
    for _ in range(100):
        if not list((out / "uploads").glob("*")):
            break
        time.sleep(0.05)
    assert not list((out / "uploads").glob("*"))


def test_more_than_was_said_is_no_part_of_the_file(far, wire):
    address, out = far
    answer = posted(wire(address), "content-length: 9", body=b"ann: hi\n\n" + b"x" * LARGEST)
    assert status(answer) == 200
    (kept,) = out.glob("uploads/*/*")
    assert kept.stat().st_size == 9


@pytest.mark.parametrize("path", ["/api/takes/none/samples", "/api/traces/none/alike", "/enter",
                                  "/api/talks", "/api/traces/none/sessions/0/takes"])  # fmt: skip
def test_a_request_that_is_no_file_is_bounded_too(serve, lake, wire, path):
    address = serve(Settings(lake))
    header, body = chunked(*[b"[" * 1_000_000] * (SAID // 1_000_000 + 2), b"")
    started = wire(address)
    try:
        answer = started.ask(f"POST {path} HTTP/1.1", "x-affectory: 1",
                             "content-type: application/json", header, body=body)  # fmt: skip
    except ConnectionError:
        return  # it was closed while we still spoke
    assert status(answer) in (404, 413, 422) or path == "/api/talks"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 500_000,
        b'{"a":' * 200_000,
        b"[" + b"1," * 1_000_000,
        b"1" * 1_000_000,
        b'"' + b"\\u0000" * 100_000 + b'"',
    ],
)
def test_a_request_that_is_deep_or_long_is_told_so(client, job, body):
    headers = {"content-type": "application/json"}
    for path in (f"/api/traces/{job}/alike", f"/api/traces/{job}/sessions/0/takes",
                 "/api/takes/none/samples"):  # fmt: skip
        answer = client.post(path, content=body, headers=headers)
        assert answer.status_code in (400, 404, 422)


BOMB = b"0" * 2_000_000
BOMBS = {
    "one member": ("a.csv.gz", gzip.compress(BOMB)),
    "many members": ("a.csv.gz", b"".join(gzip.compress(BOMB[:60_000]) for _ in range(20))),
    "a small one first": ("a.csv.gz", gzip.compress(b"ann: hi\n") + gzip.compress(BOMB)),
    "behind zeros": ("a.csv.gz", gzip.compress(b"a") + b"\0" * 512 + gzip.compress(BOMB)),
    "in capitals": ("A.CSV.GZ", gzip.compress(BOMB)),
    "behind a blank": ("a.csv.gz ", gzip.compress(BOMB)),
    "empty members": ("a.csv.gz", gzip.compress(b"") * 2000 + gzip.compress(BOMB)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_packed_file_that_unfolds_to_too_much_is_refused_at_the_door(small, name):
    client, out = small
    answer = sent(client, *BOMBS[name])
    assert answer.status_code == 413
    assert "unfolds to too much" in answer.json()["detail"]
    assert list((out / "uploads").iterdir()) == []


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ELAN = (f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "haha">{LAUGHS}]>'
        "<ANNOTATION_DOCUMENT><TIER TIER_ID='&l9;'/></ANNOTATION_DOCUMENT>")  # fmt: skip
OUTSIDE = ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
           "<ANNOTATION_DOCUMENT><TIER TIER_ID='a'>&f;</TIER></ANNOTATION_DOCUMENT>")  # fmt: skip
FOLDED = {
    "packed twice": ("a.csv.gz.gz", gzip.compress(gzip.compress(BOMB * 10))),
    "packed under another name": ("a.csv", gzip.compress((HEAD + LINE * 100).encode())),
    "a table of one large word": ("a.parquet", parquet(text=["x" * 20_000] * 300)),
    "an arrow file that is none": ("a.arrow", b"ARROW1\0\0" + b"\xff" * 500),
    "a parquet file that is none": ("a.parquet", b"PAR1" + b"\xff" * 500 + b"PAR1"),
    "a million laughs": ("a.eaf", ELAN.encode()),
    "a file of the machine": ("a.eaf", OUTSIDE.encode()),
    "a sheet": ("a.xlsx", b"PK\x03\x04" + b"\0" * 500),
    "deep json": ("a.json", b"[" * 40_000),
    "deep lines": ("a.jsonl", b'{"text":' * 5000 + b"1" + b"}" * 5000),
}


@pytest.mark.parametrize("name", FOLDED)
def test_what_unfolds_inside_is_told_in_a_sentence_and_leaves_nothing(small, name):
    client, out = small
    end = ended(client, sent(client, *FOLDED[name]).json())
    assert end["state"] == "failed", end
    assert end["error"]
    assert "root:" not in json.dumps(end)
    assert str(out) not in json.dumps(end)
    assert "fault of affectory" not in end["error"]
    assert not list((out / "uploads").glob("*/*"))
    assert open_lake(out / "lake").latest() is None


TABLES = {
    "csv": ("a.csv", (HEAD + LINE * (ROWS + 1)).encode()),
    "packed": ("a.csv.gz", gzip.compress((HEAD + LINE * (ROWS + 1)).encode())),
    "lines": ("a.jsonl", b'{"actor":"a","text":"I love it"}\n' * (ROWS + 1)),
    "transcript": ("a.txt", b"ann: hi\nbo: ho\n" * ROWS),
    "parquet": ("a.parquet", parquet(actor=["ann"] * (ROWS + 1), text=["ok"] * (ROWS + 1))),
    "rejected rows": ("a.csv", (HEAD + ",\n" * (2 * ROWS)).encode()),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_file_of_too_many_rows_leaves_nothing_in_the_lake(small, name):
    client, out = small
    end = ended(client, sent(client, *TABLES[name]).json())
    assert end["state"] == "failed"
    assert "more than 400 rows" in end["error"]
    assert nothing_left(out)


def test_as_many_rows_as_there_may_be_are_read(small):
    client, _ = small
    end = ended(client, sent(client, "a.csv", (HEAD + LINE * ROWS).encode()).json())
    assert (end["state"], end["records"]) == ("done", ROWS)


def test_a_table_of_very_many_rows_is_small_and_is_counted_all_the_same(tmp_path):
    """Three million equal rows are a few kilobytes of parquet."""
    path = tmp_path / "a.parquet"
    pl.DataFrame({"actor": ["ann"], "text": ["ok"]}).select(pl.all().repeat_by(3_000_000)).explode(
        "actor", "text"
    ).write_parquet(path)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(BadFile, match="more than 1,000,000 rows"):
        counted(path, 1_000_000, 10**9)
    with pytest.raises(BadFile, match="unfolds to too much"):
        counted(path, 10**9, 1_000_000)


def test_only_so_many_files_come_in_at_once(small, monkeypatch):
    client, out = small
    monkeypatch.setattr(uploads, "COMING", 0)
    answer = sent(client, "a.csv", b"x")
    assert answer.status_code == 429
    assert not (out / "uploads").exists()


def test_a_full_disk_is_told_and_nothing_half_is_kept(small, monkeypatch):
    client, out = small

    async def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads, "taken", full)
    answer = sent(client, "a.csv", b"x")
    assert (answer.status_code, "No space left" in answer.json()["detail"]) == (507, True)
    assert list((out / "uploads").iterdir()) == []
