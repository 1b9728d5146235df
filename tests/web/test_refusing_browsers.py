"""web/static: a browser that keeps nothing, late frames, and what could not be done."""

import re

import httpx
import pytest
from playwright.sync_api import expect
from tests.web.conftest import HEADERS, traced

from affectory.web.settings import Settings

REFUSES = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
"""
ROWS = "session,actor,text,time\n" + "".join(
    f"s{n % 6},ann,I am {'so happy' if n % 3 else 'sad'} today,{n}\n" for n in range(48)
)
PENDING = """async () => {
  const { canvas } = await import("/static/js/canvas.js");
  const view = document.createElement("div");
  document.body.append(view);
  let painted = 0;
  const board = canvas(view, 50, () => (painted += 1), () => {}, "a picture");
  board.draw();
  board.close();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return painted;
}"""


@pytest.fixture
def served(serve, tmp_path):
    """The address of an explorer over six sessions, a client of it, and the name of its trace."""
    address = serve(Settings(traced(tmp_path / "out", ROWS)))
    with httpx.Client(headers=HEADERS, base_url=f"{address}api") as client:
        yield address, client, client.get("/traces").json()[0]["job"]


def test_pages_open_in_a_browser_that_refuses_to_keep_anything(page, served):
    address, _, job = served
    page.add_init_script(REFUSES)
    page.goto(address)
    page.wait_for_selector("tbody tr")
    before = page.get_attribute("html", "data-theme")
    page.click("#theme")
    assert page.get_attribute("html", "data-theme") != before
    page.goto(f"{address}#/t/{job}/shapes")
    page.wait_for_selector("canvas.carpet")
    page.goto(f"{address}#/t/{job}/s/0")
    page.wait_for_selector(".u-over")
    page.goto(f"{address}#/t/{job}/s/0/rate")
    page.wait_for_selector("text=Begin")
    assert page.faults == []


def test_a_picture_that_was_closed_is_not_painted_any_more(page, served):
    page.goto(served[0])
    assert page.evaluate(PENDING) == 1


def test_a_deletion_that_failed_is_asked_for_twice_again(page, served):
    address, client, job = served
    base = f"/traces/{job}/sessions/0"
    wish = {"rater": "ann", "space": "va", "axes": ["valence"], "kind": "traced"}
    made = client.post(f"{base}/takes", json=wish).json()["id"]
    client.post(f"/takes/{made}/samples", json=[{"n": 0, "at": 0.0, "said": {"valence": 0.1}}])
    page.goto(f"{address}#/t/{job}/s/0/rate")
    away = page.locator(".takes li button.get")
    page.route(f"**/api/takes/{made}", lambda route: route.abort())
    away.click()
    away.click()
    page.wait_for_selector(".toast")
    page.unroute(f"**/api/takes/{made}")
    expect(away).to_have_text("Throw away")
    away.click()
    expect(away).to_have_text(re.compile("^Yes, for good"))
    assert len(client.get(f"{base}/takes").json()) == 1
    away.click()
    expect(away).to_have_count(0)
    assert client.get(f"{base}/takes").json() == []
    assert page.faults == []


def test_turns_stand_there_where_a_picture_cannot_be_drawn(page, served):
    address, _, job = served
    page.route("**/states", lambda route: route.fulfill(status=500, json={"detail": "no states"}))
    page.goto(f"{address}#/t/{job}/s/0")
    page.wait_for_selector("text=no states")
    page.wait_for_selector(".turn")
    page.wait_for_selector(".authors h2")
    assert page.faults == []
