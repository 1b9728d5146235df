"""A small lake, the application over it, and a browser where there is one."""

import os
import shutil
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="needs affectory[web]")

import uvicorn
from starlette.testclient import TestClient
from typer.testing import CliRunner

from affectory.cli.main import app as command
from affectory.web.app import create_app
from affectory.web.listening import configured
from affectory.web.settings import Settings

SHOTS = Path(os.environ.get("AFFECTORY_SHOTS", "out/screens"))  # pictures that tests keep
HEADERS = {"x-affectory": "1"}
HERE = "http://127.0.0.1"  # not the made-up name of a test client: the explorer refuses it
TALK = """actor,text,time
ann,"I am so happy for you, thank you!",0
bo,"=HYPERLINK(""http://x"")",4
ann,"<img src=x onerror=alert(1)> <script>window.hurt = 1</script>",9
bo,"I hate this. It makes me sad and angry.",15
ann,"I want to kill myself",22
"""


def traced(out: Path, text: str = TALK, name: str = "talk.csv") -> Path:
    """Trace one file into a lake, and return the lake's folder."""
    path = out.parent / name
    path.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(command, ["trace", str(path), "--out", str(out), "-q"])
    assert done.exit_code == 0, done.output
    return out


def ended(client, told: dict) -> dict:
    """Wait for an upload, and return how it ended."""
    for _ in range(1200):
        told = client.get(f"/api/uploads/{told['id']}").json()
        if told["state"] in ("done", "failed"):
            return told
        time.sleep(0.1)
    raise AssertionError(told)


def begun(page, rater: str, space: str, kind: str = "turns") -> None:
    """Begin to rate on the page of a session's raters."""
    page.fill("#rater", rater)
    page.select_option("#kind", kind)
    page.select_option("#space", space)
    page.click("text=Begin")


def drew(page) -> None:
    """Draw a line that rises on the pad of the page of shapes."""
    page.locator("svg.draw").scroll_into_view_if_needed()
    box = page.locator("svg.draw").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 10, steps=8)
    page.mouse.up()


def plays(page) -> None:
    """Say something on the pad, which nothing is rated before, and let the session play."""
    page.click("canvas.pad")
    page.click("button:text-is('Play')")


def counted(page, what: str, n: int) -> None:
    """Wait until there are so many of something."""
    from playwright.sync_api import expect

    expect(page.locator(what)).to_have_count(n, timeout=60_000)


@pytest.fixture(scope="session")
def lake(tmp_path_factory):
    """The folder of a lake with one session of five turns."""
    return traced(tmp_path_factory.mktemp("web") / "out")


@pytest.fixture
def client(lake):
    """A client of the application over that lake."""
    with TestClient(create_app(Settings(lake)), base_url=HERE, headers=HEADERS) as one:
        yield one


@pytest.fixture
def job(client):
    """The name of the lake's one trace."""
    return client.get("/api/traces").json()[0]["job"]


@pytest.fixture
def own(tmp_path):
    """A client over a lake of its own, which may be written to, and the lake."""
    out = traced(tmp_path / "out")
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as one:
        job = one.get("/api/traces").json()[0]["job"]
        yield one, out, f"/api/traces/{job}/sessions/0"


@pytest.fixture
def serve():
    """A function that serves an application on loopback and returns its address."""
    running = []

    def started(settings: Settings) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = uvicorn.Server(configured(create_app(settings), replace(settings, port=port)))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        running.append((server, thread))
        return f"http://127.0.0.1:{port}/"

    yield started
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def browser():
    """A real browser, or a skip with the reason."""
    sync = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("needs the program chromium")
    with sync.sync_playwright() as play:
        one = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield one
        one.close()


@pytest.fixture
def page(browser):
    """A fresh page that remembers what went wrong on it."""
    one = browser.new_page(viewport={"width": 1400, "height": 900})
    one.set_default_timeout(60_000)
    one.faults = []
    one.on("pageerror", lambda error: one.faults.append(f"{error}\n{error.stack}"))
    yield one
    one.close()


@pytest.fixture
def shot(page):
    """A function that keeps a picture of the page, as it is seen after its last movement."""

    def kept(name: str) -> Path:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(300)
        path = SHOTS / f"{name}.png"
        page.screenshot(path=path)
        return path

    return kept
