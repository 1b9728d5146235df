"""No address, parameter or name leads to a file of this machine."""

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE
from tests.web.security.conftest import status

from affectory.web import uploads
from affectory.web.app import create_app
from affectory.web.receiving import plain
from affectory.web.settings import Settings

OUTSIDE = (
    "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "..%252f..%252fetc%252fpasswd",
    "....//....//etc/passwd",
    "..%5c..%5c..%5cetc%5cpasswd",
    "..%c0%af..%c0%afetc/passwd",
    "..%ef%bc%8f..%ef%bc%8fetc%ef%bc%8fpasswd",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "//etc/passwd",
    "file:///etc/passwd",
    "C:%5cWindows%5cwin.ini",
    "%00",
    "js/main.js%00.css",
    "..",
    ".",
    "%7e/.ssh/id_rsa",
    "app.py",
    "../app.py",
)
PLACES = (
    "/static/{}",
    "/static/js/{}",
    "/{}",
    "/api/traces/{}",
    "/api/traces/{}/sessions",
    "/api/traces/{}/sessions/0",
    "/api/traces/{}/sessions/0/turns",
    "/api/traces/{}/rejected",
    "/api/traces/JOB/sessions/{}",
    "/api/traces/JOB/sessions/0/file?space={}",
    "/api/traces/JOB/sessions/0/states?space={}",
    "/api/traces/JOB/sessions/0/states?space=vad&by={}",
    "/api/traces/JOB/groups?by={}",
    "/api/traces/JOB/sessions?find={}",
    "/api/takes/{}/samples",
    "/api/takes/{}/file",
    "/api/uploads/{}",
    "/api/talks/{}/keep",
)


@pytest.fixture(scope="module")
def asked(lake):
    """A function that asks for one place in many odd ways, and returns the answers."""
    (lake.parent / "secret.txt").write_text("root:x:0:0 of this machine")
    with TestClient(create_app(Settings(lake)), base_url=HERE, headers=HEADERS) as client:
        job = client.get("/api/traces").json()[0]["job"]
        yield lambda place, odd: client.get(place.replace("JOB", job).format(odd))


@pytest.mark.parametrize("place", PLACES)
def test_no_address_leads_out(asked, place):
    for odd in OUTSIDE:
        answer = asked(place, odd)
        assert answer.status_code < 500, odd
        assert "root:" not in answer.text, odd
        assert "create_app" not in answer.text, odd


@pytest.mark.parametrize("odd", OUTSIDE)
def test_no_address_on_the_wire_leads_out_either(serve, lake, wire, odd):
    address = serve(Settings(lake))
    for place in ("/static/", "/static/js/", "/", "/api/traces/"):
        if any(ord(letter) < 33 for letter in odd):
            continue
        answer = wire(address).ask(f"GET {place}{odd} HTTP/1.1")
        assert status(answer) < 500
        assert b"root:" not in answer
        assert b"create_app" not in answer


NAMES = (
    "../../evil.csv",
    "..\\..\\evil.csv",
    "/etc/cron.d/evil.csv",
    "evil.csv\x00.png",
    "a\nb\r.csv",
    "....//evil.csv",
    "\u2024\u2024/evil.csv",
    "..\uff0fevil.csv",
    "..\u2215evil.csv",
    "C:\\evil.csv",
    "evil.csv:stream",
    "-rf.csv",
    "$(touch evil).csv",
    "`touch evil`.csv",
    "*.csv",
    "[a-z].csv",
    "~root.csv",
    "~/.bashrc",
    ".bashrc",
    ". . .csv",
    " ",
    ".",
    "..",
    "",
    "CON",
    "\u202egsc.live.csv",
    "\u8a71" * 200 + ".csv",
    "x" * 5000,
    "%2e%2e%2fevil.csv",
    "\ud83d\ude00.csv".encode("utf-16", "surrogatepass").decode("utf-16"),
)


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_is_one_plain_name(tmp_path, name):
    kept = plain(name)
    assert 0 < len(kept.encode()) <= 120
    assert not set(kept) & set("/\\:*?[]~$`\"'<>|\x00\n\r\u202e\u2215\uff0f")
    assert not kept.startswith(".")
    (tmp_path / kept).touch()
    assert [one.name for one in tmp_path.iterdir()] == [kept]


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/evil.csv", "~/evil.csv", "$(touch evil)"])
def test_an_upload_lies_in_its_own_folder_whatever_it_is_called(tmp_path, monkeypatch, name):
    monkeypatch.setattr(uploads, "RUN", ("-c", "import time; time.sleep(60)"))
    out = tmp_path / "in" / "out"
    app = create_app(Settings(out))
    with TestClient(app, base_url=HERE, headers=HEADERS) as client:
        sent = client.post("/api/uploads", content=b"x", headers={"x-name": quote(name)})
        assert sent.status_code == 200
        (kept,) = out.glob("uploads/*/*")
        assert kept.read_bytes() == b"x"
    files = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert files == [kept]
