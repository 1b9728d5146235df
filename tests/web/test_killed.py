"""The server is killed: what it acknowledged is there when it starts again."""

import os
import signal
import subprocess
import sys

import httpx
import pytest
from tests.web.conftest import HEADERS, traced

SERVE = "from affectory.cli.main import main; main()"


@pytest.fixture
def server(tmp_path):
    """A function that starts a server of its own process over one lake."""
    out = traced(tmp_path / "out")
    running = []

    def start():
        words = [sys.executable, "-c", SERVE, "serve", str(out), "--port", "0"]
        one = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        running.append(one)
        return one, one.stdout.readline().strip() + "api"

    yield start
    for one in running:
        one.kill()
        one.wait()
        one.stdout.close()


def killed(one):
    os.kill(one.pid, signal.SIGKILL)
    one.wait()


def test_samples_that_were_acknowledged_outlive_the_server(server):
    one, api = server()
    with httpx.Client(headers=HEADERS, timeout=60) as client:
        job = client.get(f"{api}/traces").json()[0]["job"]
        wish = {"rater": "zoe", "space": "va", "axes": ["valence"]}
        take = client.post(f"{api}/traces/{job}/sessions/0/takes", json=wish).json()["id"]
        rows = [{"n": n, "at": n / 25, "said": {"valence": 0.1}} for n in range(200)]
        for low in range(0, 200, 20):
            answer = client.post(f"{api}/takes/{take}/samples", json=rows[low : low + 20])
        assert answer.json() == {"samples": 200}
    killed(one)
    _, api = server()
    with httpx.Client(headers=HEADERS, timeout=60) as client:
        assert len(client.get(f"{api}/takes/{take}/samples").json()["n"]) == 200
        assert client.post(f"{api}/takes/{take}/samples", json=rows[-5:]).json()["samples"] == 200


def test_a_talk_that_was_answered_outlives_the_server(server, page):
    one, api = server()
    address = api.removesuffix("api")
    page.goto(f"{address}#/live")
    page.wait_for_selector("text=connected")
    for words in ("I love it", "I hate it"):
        page.fill("#turn", words)
        page.keyboard.press("Enter")
    page.locator(".turn .chip").nth(1).wait_for()
    talk = page.evaluate("sessionStorage.getItem('affectory.talk')")
    killed(one)
    page.wait_for_selector("text=The server does not answer")
    _, api = server()
    page.goto(f"{api.removesuffix('api')}#/live")
    page.wait_for_selector("text=connected")  # to a talk of its own
    page.evaluate(f"sessionStorage.setItem('affectory.talk', '{talk}')")
    page.reload()
    page.locator(".turn .chip").nth(1).wait_for()
    assert page.locator(".turn").count() == 2
