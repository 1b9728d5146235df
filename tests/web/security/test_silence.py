"""Nothing of what people say or are called stands in a log, an address, a title or a process."""

import io
import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, begun, traced
from tests.web.security.walking import everywhere, watched

from affectory.core.figure import Figure
from affectory.store.lake import open_lake
from affectory.web import shelves
from affectory.web.app import create_app
from affectory.web.listening import configured
from affectory.web.settings import Settings, without

SECRET = "Xanthippe"
SERVE = "from affectory.cli.main import main; main()"
TOKEN = f"a token with {SECRET} in it"


@pytest.fixture
def told(tmp_path):
    """A server of its own process over a lake with a secret everywhere, and what it says."""
    row = {"text": f"{SECRET}, I love it", "actor": SECRET}
    rows = [{**row, "session": f"{SECRET} {n % 2}", "time": n, SECRET: SECRET} for n in range(12)]
    lines = [json.dumps(row) for row in rows] + [f"{SECRET} is no line"]
    out = traced(tmp_path / "out", "\n".join(lines), name=f"{SECRET}.jsonl")
    lake = open_lake(out / "lake")
    lake.write_figures(SECRET, SECRET, [Figure(SECRET, 0.5, n=9, setting=SECRET)], method=SECRET)
    words = [sys.executable, "-c", SERVE, "serve", str(out), "--port", "0"]
    with open(tmp_path / "said", "wb") as said:
        one = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=said)
    address = one.stdout.readline().decode().strip()
    yield one, address, lambda: (tmp_path / "said").read_text(), out
    one.kill()
    one.wait()
    one.stdout.close()


def processes(parent):
    """Return the command lines of the processes that another started."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if int((place / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append((place / "cmdline").read_text())
        except OSError:
            continue  # it has ended
    return found


def test_no_log_no_address_and_no_title_says_it(told, page):
    one, address, said, _ = told
    watched(page)
    job = httpx.get(f"{address}api/traces").json()[0]["job"]
    shown = [SECRET in page.content() for _ in everywhere(page, address, job, SECRET)]
    assert sum(shown) >= 5  # it is on the pages
    page.goto(f"{address}#/live")
    page.wait_for_selector("text=connected")
    page.fill("#actor", SECRET)
    page.fill("#turn", f"{SECRET} hates it")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn .chip")
    page.goto(f"{address}#/t/{job}/s/0/rate")
    begun(page, SECRET, "vad")
    page.click("text=As it stands")
    page.wait_for_selector("text=1 sample is safe")
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    for _ in everywhere(page, address, job, SECRET):
        for n in range(page.locator(".get:text-is('CSV'):visible").count()):
            with page.expect_download() as kept:
                page.locator(".get:text-is('CSV'):visible").nth(n).click()
            assert SECRET not in kept.value.suggested_filename
            assert SECRET not in kept.value.url  # no request event tells of a link that downloads
    for url, headers in page.asked:
        assert SECRET.lower() not in url.lower()
        assert not headers.get("referer")
    for title, url in page.seen:
        assert SECRET not in title + url
    os.kill(one.pid, signal.SIGINT)
    one.wait(60)
    assert SECRET not in said() + one.stdout.read().decode()


def test_no_log_says_what_went_wrong_in_the_words_of_the_request(told):
    _, address, said, out = told
    (out / "takes.sqlite").unlink(missing_ok=True)
    with httpx.Client(base_url=address, headers=HEADERS, timeout=60) as client:
        job = client.get("/api/traces").json()[0]["job"]
        for path in (f"/api/traces/{SECRET}", f"/api/takes/{SECRET}/samples", f"/{SECRET}",
                     f"/api/traces/{job}/sessions/0/states?space={SECRET}",
                     f"/api/traces/{job}/groups?by={SECRET}%00&measure={SECRET}"):  # fmt: skip
            client.get(path)
            client.post(path, content=f'["{SECRET}"', headers={"content-type": "application/json"})
        client.post(
            "/api/uploads", content=f"{SECRET}".encode(), headers={"x-name": f"{SECRET}.gz"}
        )
        client.get("/api/traces", headers={"authorization": f"Bearer {SECRET}", "host": SECRET})
    assert SECRET not in said()


def test_an_error_of_ours_is_told_by_its_kind_and_place_alone(serve, tmp_path, monkeypatch):
    """Should a request ever break, its words may stand in what the error says."""

    def broken(*_):
        raise RuntimeError(f"{SECRET} said this")

    monkeypatch.setattr(shelves.Shelves, "traces", broken)
    address = serve(Settings(tmp_path / "out"))
    kept, logger = io.StringIO(), logging.getLogger("uvicorn.error")
    handler = logging.StreamHandler(kept)
    logger.addHandler(handler)
    answer = httpx.get(f"{address}api/traces")
    logger.error('Traceback (most recent call last):\n  File "x.py"\nOdd: %s', SECRET)
    for _ in range(200):  # an answer goes out before what it was is noted
        if "RuntimeError" in kept.getvalue():
            break
        time.sleep(0.05)
    logger.removeHandler(handler)
    assert (answer.status_code, SECRET in answer.text) == (500, False)
    told = kept.getvalue()
    assert "RuntimeError" in told
    assert "in traces" in told
    assert SECRET not in told


def test_no_list_of_processes_names_a_file_or_a_token(tmp_path):
    out = tmp_path / "out"
    words = [sys.executable, "-c", SERVE, "serve", str(out), "--port", "0"]
    env = {**os.environ, "AFFECTORY_TOKEN": TOKEN}
    one = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    try:
        address = one.stdout.readline().decode().strip()
        headers = {**HEADERS, "authorization": f"Bearer {TOKEN}", "x-name": f"{SECRET}.csv"}
        text = "actor,text\n" + f"{SECRET},I love it\n" * 20_000
        told = httpx.post(f"{address}api/uploads", content=text.encode(), headers=headers).json()
        found = []
        while told["state"] in ("waiting", "running"):
            found += processes(one.pid)
            told = httpx.get(f"{address}api/uploads/{told['id']}", headers=headers).json()
        assert told["state"] == "done"
        assert any("affectory.cli.dropped" in line for line in found)
        assert not [line for line in found if SECRET in line]
    finally:
        one.terminate()
        one.wait(60)
        assert SECRET not in (one.stdout.read() + one.stderr.read()).decode()
        one.stdout.close()
        one.stderr.close()


def test_the_place_of_a_lake_is_nobodys_business(tmp_path):
    settings = Settings(tmp_path / "out")
    for words, left in (
        (f"{tmp_path}/out/uploads/0123abcd/talk.csv: it is damaged", "talk.csv: it is damaged"),
        (f"it is in '{tmp_path}/out/lake'; see there", "it is in 'lake'; see there"),
        (f"{tmp_path}/out: no lake", "out: no lake"),
        (f"{tmp_path}/outer/talk.csv is elsewhere", f"{tmp_path}/outer/talk.csv is elsewhere"),
        ("a word", "a word"),
    ):
        assert without(words, settings) == left


def test_an_answer_names_no_folder_of_this_machine(tmp_path):
    """Neither do rows that could not be read, whose file lay somewhere."""
    lake = traced(tmp_path / "out", "actor,text\nann,I love it\nann\n" + "bo,b,b,b\n" * 5)
    with TestClient(create_app(Settings(lake)), base_url=HERE, headers=HEADERS) as client:
        job = client.get("/api/traces").json()[0]["job"]
        assert client.get(f"/api/traces/{job}/rejected").json()
        paths = client.get("/api/openapi.json").json()["paths"]
        for path in paths:
            told = client.get(path.format(job=job, number=0, place=0, take="x", talk="0" * 16,
                                          upload="0" * 16)).text  # fmt: skip
            assert str(tmp_path) not in told, path


def test_who_ends_it_twice_reads_no_error(lake):
    configured(create_app(Settings(lake)), Settings(lake))  # from now on the log is quiet
    kept, logger = io.StringIO(), logging.getLogger("uvicorn.error")
    handler = logging.StreamHandler(kept)
    logger.addHandler(handler)
    torn = 'Traceback (most recent call last):\n  File "x.py", line 1, in f\n'
    logger.error(f"{torn}asyncio.exceptions.CancelledError: {SECRET}\n")
    logger.error(f"{torn}KeyboardInterrupt\n")
    assert kept.getvalue() == ""
    logger.error(f"{torn}ValueError: {SECRET}\n")
    logger.removeHandler(handler)
    assert "x.py" in kept.getvalue()
    assert SECRET not in kept.getvalue()
