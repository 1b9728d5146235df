"""web/static, agreement: what was asked last is shown, the keyboard stays, holes stay holes."""

import httpx
import numpy as np
import pytest
from playwright.sync_api import expect
from tests.web.conftest import HEADERS, traced

from affectory.web.settings import Settings


@pytest.fixture
def served(serve, tmp_path):
    """The address of a session's page of ratings, and a client with its base."""
    address = serve(Settings(traced(tmp_path / "out")))
    with httpx.Client(headers=HEADERS, base_url=f"{address}api") as client:
        job = client.get("/traces").json()[0]["job"]
        yield f"{address}#/t/{job}/s/0/rate", client, f"/traces/{job}/sessions/0"


def rate(client, base, rater, at, late=0.0, done=True):
    wish = {"rater": rater, "space": "va", "axes": ["valence", "arousal"], "kind": "traced"}
    made = client.post(f"{base}/takes", json=wish).json()["id"]
    more(client, made, at, late)
    if done:
        client.post(f"/takes/{made}/done").raise_for_status()
    return made


def more(client, made, at, late=0.0, first=0):
    said = 0.8 * np.sin((at - late) / 1.2)
    rows = [
        {"n": first + n, "at": t, "play": t, "said": {"valence": v, "arousal": -v / 2}}
        for n, (t, v) in enumerate(zip(at.tolist(), said.tolist(), strict=True))
    ]
    client.post(f"/takes/{made}/samples", json=rows).raise_for_status()


def shown(page, where):
    page.goto(where)
    page.click("text=Show it all the same")
    page.wait_for_selector(".agree tbody tr")


def test_a_late_answer_is_not_shown_in_place_of_what_was_asked_last(page, served):
    where, client, base = served
    at = np.arange(0, 40, 0.04)
    for rater, late in (("ann", 0.0), ("bo", 1.5)):
        rate(client, base, rater, at, late)
    shown(page, where)
    cell = page.locator(".agree tbody tr td").nth(4)
    before = cell.inner_text()
    held = []

    def hold(route):
        if "aligned=true" in route.request.headers.get("x-query", ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/agreement", hold)
    page.check("#away")
    for _ in range(200):
        if len(held) == 2:
            break
        page.wait_for_timeout(50)
    with page.expect_response(lambda told: "/agreement" in told.url):
        page.uncheck("#away")
    for route in held:
        route.continue_()
    page.wait_for_timeout(1500)
    assert not page.is_checked("#away")
    assert cell.inner_text() == before
    page.unroute("**/agreement")
    page.check("#away")
    expect(cell).not_to_have_text(before)
    assert page.faults == []


def test_polls_do_not_overlap_and_leave_the_keyboard_where_it_is(page, served):
    where, client, base = served
    at = np.arange(0, 20, 0.04)
    rate(client, base, "ann", at)
    made = rate(client, base, "bo", at, done=False)
    shown(page, where)
    page.select_option(".agree select", index=1)
    chosen = page.locator(".agree select").input_value()
    page.focus(".agree select")
    held = []
    page.route("**/agreement", lambda route: held.append(route))
    more(client, made, np.arange(20, 24, 0.04), first=500)
    page.wait_for_timeout(9500)  # two polls' time and more
    assert len(held) == 2  # one an axis, and no more while these are on their way
    for route in held:
        route.continue_()
    expect(page.locator(".agree tbody tr").first).to_contain_text("1,100 samples, ")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    assert page.locator(".agree select").input_value() == chosen
    page.unroute("**/agreement")
    assert page.faults == []


def test_a_hole_is_one_in_the_picture_and_gold_is_of_those_who_are_done(page, served, shot):
    where, client, base = served
    at = np.arange(0, 60, 0.04)
    rate(client, base, "ann", at)
    rate(client, base, "bo", at[(at < 15) | (at > 35)])
    rate(client, base, "cy", at[at < 45], late=0.5, done=False)
    shown(page, where)
    row = page.locator(".agree tbody tr").first
    expect(row).to_contain_text("0.50, 0.50, \u2013")
    page.locator(".agree canvas").scroll_into_view_if_needed()
    shot("agreement-holes")
    with page.expect_download() as kept:
        page.click(".agree .get:text-is('SVG')")
    svg = kept.value.path().read_text()
    colours = [part.split('"')[0] for part in svg.split('stroke="')[1:]]
    assert max(colours.count(colour) for colour in set(colours)) > 1
    page.set_viewport_size({"width": 390, "height": 844})
    shot("agreement-holes-phone")
    assert page.faults == []
