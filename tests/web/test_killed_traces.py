"""A server is killed in the middle of a trace, or before a page: nothing is lost; it is told."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import polars as pl
import polars.testing
import pytest
from tests.web.conftest import HEADERS, begun, traced

from affectory.store.lake import open_lake
from affectory.store.takes import Takes

SERVE = "from affectory.cli.main import main; main()"
HEAD = "session,actor,text\n"
LARGE = HEAD + "".join(f"s{n // 50},p{n % 2},ok {n % 7}\n" for n in range(41_000))  # three batches
WAIT = 600  # tenths of a second

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")


@pytest.fixture
def server(tmp_path):
    """A function that starts a server over one lake, each time at the same address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    out, running = tmp_path / "out", []

    def start():
        words = [sys.executable, "-c", SERVE, "serve", str(out), "--port", str(port)]
        one = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        running.append(one)
        return one, one.stdout.readline().strip(), out

    yield start
    for one in running:
        one.kill()
        one.wait()
        one.stdout.close()


def children(parent):
    """Return the processes that another started."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if int((place / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(place.name))
        except OSError:
            continue  # it has ended
    return found


def running(number):
    """Whether a process still does something."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def killed(one, *others):
    for number in (one.pid, *others):
        os.kill(number, signal.SIGKILL)
    one.wait()


def until(told, what):
    """Wait until `told()` gives something for which `what` holds, and return it."""
    for _ in range(WAIT):
        last = told()
        if what(last):
            return last
        time.sleep(0.1)
    raise AssertionError(last)


def held(out, job):
    """Return every row that a trace wrote, table after table, in an order that is none of its."""
    lake = open_lake(out / "lake").view(job)
    for name in lake.tables():
        if name not in ("runs", "spaces"):
            rows = lake.scan(name).drop("job").collect()
            yield name, rows.with_columns(row=rows.hash_rows()).sort("row").drop("row")


@pytest.mark.parametrize("both", [True, False], ids=["with its trace", "alone"])
def test_a_trace_whose_server_is_killed_goes_on_and_has_every_record_once(server, tmp_path, both):
    one, address, out = server()
    with httpx.Client(base_url=address, headers=HEADERS, timeout=60) as client:
        sent = client.post("/api/uploads", content=LARGE.encode(), headers={"x-name": "talk.csv"})
        told = sent.json()
        until(
            lambda: client.get(f"/api/uploads/{told['id']}").json(), lambda now: now["records"] > 0
        )
    (trace,) = children(one.pid)
    killed(one, *([trace] if both else []))
    assert list(out.glob("uploads/*/talk.csv"))  # acknowledged, and not lost
    until(lambda: running(trace), lambda still: not still)  # nobody reads for a dead server
    _, _, _ = server()
    with httpx.Client(base_url=address, headers=HEADERS, timeout=60) as client:
        end = until(lambda: client.get(f"/api/uploads/{told['id']}").json(),
                    lambda now: now["state"] in ("done", "failed"))  # fmt: skip
        assert (end["state"], end["records"]) == ("done", 41_000)
        assert [row["records"] for row in client.get("/api/traces").json()] == [41_000]
    (tmp_path / "whole").mkdir()
    whole = traced(tmp_path / "whole" / "out", LARGE)
    again = dict(held(out, end["job"]))
    for name, rows in held(whole, open_lake(whole / "lake").latest()):
        assert rows.height > 0 or name == "rejected"
        pl.testing.assert_frame_equal(again[name], rows)


def words(page):
    """Return what a page says when the server is away, and when it is there again."""
    return page.evaluate("import('/static/js/texts.js').then(({ T }) => [T.lost, T.again])")


def test_a_page_of_live_turns_says_that_the_server_is_away_and_back(server, page, shot):
    one, address, out = server()
    page.goto(f"{address}#/live")
    page.wait_for_selector("text=connected")
    lost, again = words(page)
    page.fill("#turn", "I love it")
    page.keyboard.press("Enter")
    page.locator(".turn .chip").first.wait_for()
    killed(one)
    page.wait_for_selector(f"text={lost}")
    shot("server-away-live")
    page.fill("#turn", "I hate it")  # it waits in the browser
    page.keyboard.press("Enter")
    server()
    page.wait_for_selector(f"text={again}")
    page.locator(".turn .chip").nth(1).wait_for()
    page.wait_for_selector("text=connected")
    (kept,) = (out / "live").glob("*.jsonl")
    assert len(kept.read_text().splitlines()) == 2
    assert page.faults == []


def test_a_rater_goes_on_while_the_server_is_away_and_every_sample_is_kept(server, page, tmp_path):
    traced(tmp_path / "out", HEAD + "".join(f"s,p{n % 2},I love number {n}\n" for n in range(6)))
    one, address, out = server()
    page.goto(address)
    page.click("tbody a")
    page.click("text=Rate this session")
    lost, again = words(page)
    begun(page, "zoe", "ekman7n")
    page.click(".labels >> text=joy")
    page.wait_for_selector("text=1 sample is safe")
    killed(one)
    for n in (3, 4, 5):
        page.click(".labels >> text=anger")
        page.wait_for_selector(f"text=Turn {n} of 6")
    page.wait_for_selector(f"text={lost}")
    page.wait_for_selector("text=/3 samples wait in this browser/")
    server()
    page.wait_for_selector(f"text={again}")
    page.wait_for_selector("text=4 samples are safe")
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    assert open_lake(out / "lake").states("ekman7n", by="rater:zoe").axis("anger").sum() == 3
    takes = Takes(out)
    (take,) = takes.of(open_lake(out / "lake").latest(), open_lake(out / "lake").sessions()[0])
    assert takes.count(take.id) == 4
    takes.close()
    assert page.faults == []


def test_a_page_that_waits_for_its_file_says_so_and_shows_it_in_the_end(
    server, page, tmp_path, shot
):
    one, address, _ = server()
    path = tmp_path / "talk.csv"
    path.write_text(LARGE)
    page.goto(address)
    lost, again = words(page)
    page.set_input_files("#file", path)
    page.wait_for_selector("text=/being read, [1-9]/")
    killed(one)
    page.wait_for_selector(f".toast:has-text('{lost}')")
    page.wait_for_selector(f".uploads:has-text('{lost}')")
    shot("server-away-upload")
    server()
    page.wait_for_selector(f".toast:has-text('{again}')")
    page.wait_for_selector("tbody a")
    page.wait_for_selector("text=/of 820 sessions/")
    assert page.faults == []
