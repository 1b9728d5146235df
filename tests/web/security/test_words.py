"""Words of people in every field of every page: they are shown, and never run."""

import json
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree as Tree

import numpy as np
import pytest
from tests.web.conftest import HEADERS, begun, traced
from tests.web.security.walking import everywhere, watched

from affectory.core import registry
from affectory.core.figure import Figure
from affectory.core.records import Clock
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Trajectory
from affectory.store.lake import open_lake
from affectory.web.settings import Settings

RUN = (
    '"><img src=x onerror="window.hurt=1"><svg/onload=window.hurt=1><script>window.hurt=1</script>'
    "{{window.hurt=1}}${window.hurt=1}<a href='javascript:window.hurt=1'>"
)
HIDDEN = "\u202e\u2066\u200f\u200b\ufeff\u2028"  # turns the order of letters around, or is unseen
EVIL = RUN + HIDDEN
ROWS = 12  # of each session: four of each speaker, who has a course then


def planted(out):
    """Return a lake with evil words in every field that one can have them in."""
    rows = [
        {"session": f"{EVIL} {n % 2}", "actor": f"{EVIL} {n % 3}", "text": f"{EVIL} I love it",
         "time": 5 * n, EVIL: EVIL, f"more {EVIL}": f"{EVIL} {n % 2}"}
        for n in range(2 * ROWS)
    ]  # fmt: skip
    lines = [json.dumps(row) for row in rows] + [f"{EVIL} is no line", '{"session": "' + RUN]
    traced(out, "\n".join(lines), name="<img src=x onerror=window.hurt=1>.jsonl")
    lake = open_lake(out / "lake")
    job = lake.latest()
    figures = [Figure(f"{EVIL} f1", 0.5, 0.4, 0.6, 9, unit=EVIL, setting=EVIL, by=EVIL)]
    lake.write_figures(f"run {EVIL}", EVIL, figures, method=EVIL)
    axes = tuple(Axis(f"{EVIL} {n}", -1.0, 1.0) for n in range(3))
    space = Space("odd", Kind.DIMENSIONS, axes)
    records = lake.view(job).scan("records").collect()
    felt = Trajectory(
        space, Clock.SECONDS, records["session"].to_list(), records["actor"].to_list(),
        records["start"].to_numpy(), records["stop"].to_numpy(),
        np.zeros((records.height, 3), np.float32), by=EVIL, seq=records["seq"].to_numpy(),
    )  # fmt: skip
    lake.write_states(felt, job, 0)
    return job


@pytest.fixture
def evil(page, serve, tmp_path, monkeypatch):
    """A page of a server whose every word is evil, its address and its trace."""
    out = tmp_path / "out"
    job = planted(out)
    card = next(iter(registry.methods().values()))
    words = {"summary": EVIL, "takes": (EVIL,), "gives": (EVIL,), "extras": (EVIL,),
             "cautions": (EVIL,)}  # fmt: skip
    paper = replace(card.paper, title=EVIL, ref=EVIL)
    names = ("cautions", "extras", "gives", "takes", "summary", "published")
    told = {name: getattr(card, name) for name in names} | words | {"paper": paper}
    monkeypatch.setitem(registry._BOOK, EVIL, (SimpleNamespace(**told), object))
    watched(page)
    return page, serve(Settings(out)), job


def unhurt(page, place):
    """Whether nothing ran, nothing was forbidden, and no element was made of words."""
    assert page.evaluate("window.hurt") is None, place
    assert page.evaluate("window.violations") == [], place
    made = "img, script:not([src]), iframe, object, embed, [onerror], [onload], a[href^=javascript]"
    assert page.locator(f"main :is({made})").count() == 0, place
    assert page.faults == [], place


def test_no_word_of_a_lake_is_run_on_any_page(evil):
    page, address, job = evil
    for place in everywhere(page, address, job, EVIL):
        unhurt(page, place)
    tried = {(url.rpartition("/")[2], n) for url, n, _ in page.chosen}
    assert {("shapes", n) for n in range(7)} <= tried  # it does go everywhere
    assert all(url.startswith((address, "data:", "blob:")) for url, _ in page.asked)


def test_evil_words_are_shown_as_they_are(evil):
    page, address, job = evil
    page.goto(f"{address}#/t/{job}")
    page.wait_for_selector("tbody a")
    assert "<img src=x" in page.inner_text("tbody a")
    page.goto(f"{address}#/t/{job}/s/0")
    page.wait_for_selector(".turn .chip")
    assert "<script>" in page.locator(".turn .said").first.inner_text()
    assert "<img src=x" in page.locator(".turn b").first.inner_text()
    unhurt(page, "session")


def test_words_that_turn_the_order_around_stay_in_their_place(evil):
    """A name with a sign that turns letters around does not turn those of its neighbours."""
    page, address, job = evil
    page.goto(f"{address}#/t/{job}/s/0")
    page.wait_for_selector(".turn .chip")
    found = page.evaluate("""() => [...document.querySelectorAll("b, .said, h1, tbody a, li")]
        .filter((el) => el.children.length === 0 && /\\u202e/.test(el.textContent))
        .map((el) => getComputedStyle(el).unicodeBidi)""")
    assert found
    assert set(found) <= {"isolate", "plaintext", "isolate-override"}


def test_words_that_are_typed_are_never_run(evil):
    page, address, job = evil
    page.goto(f"{address}#/live")
    page.wait_for_selector("text=connected")
    page.fill("#actor", RUN[:99])
    page.fill("#turn", f"{EVIL} I hate it")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn .chip")
    unhurt(page, "live")
    page.reload()
    page.wait_for_selector(".turn .chip")
    unhurt(page, "live, again")
    page.goto(f"{address}#/t/{job}/s/0/rate")
    begun(page, RUN[:59], "ekman7n")
    page.click(".labels >> text=joy")
    page.wait_for_selector("text=1 sample is safe")
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    unhurt(page, "rate")
    for place in everywhere(page, address, job, EVIL):
        unhurt(page, place)


def test_the_name_of_a_dropped_file_and_what_is_said_of_it_are_words(evil, tmp_path):
    page, address, _ = evil
    page.goto(address)
    for name, content in (
        ("<img src=x onerror=window.hurt=1>.parquet", b"\0\1"),
        ('"><svg onload=window.hurt=1>.csv', f"{RUN},text\n{EVIL},ok\n".encode()),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        page.set_input_files("#file", path)
        page.wait_for_selector(f".uploads li:has-text({json.dumps(name[:12])}) :is(.done, .failed)")
        unhurt(page, name)


def test_a_picture_that_is_kept_runs_nothing(evil):
    page, address, job = evil
    page.goto(f"{address}#/t/{job}/s/0")
    page.wait_for_selector(".turn .chip")
    for n in range(page.locator(".get:text-is('SVG')").count()):
        with page.expect_download() as told:
            page.locator(".get:text-is('SVG')").nth(n).click()
        kept = told.value.path().read_text(encoding="utf-8")
        for el in Tree.fromstring(kept).iter():
            assert el.tag.rpartition("}")[2] not in ("script", "a", "image", "foreignObject")
            assert not [name for name in el.attrib if name.startswith("on") or "href" in name]


def test_what_a_browser_is_given_it_never_takes_for_a_page(client, job):
    """A file that is opened in a tab of its own is no page of the explorer."""
    told = client.get("/api/openapi.json").json()["paths"]
    for path, ways in told.items():
        for way in set(ways) & {"get"}:
            answer = client.request(way, path.format(
                job=job, number=0, take="x", talk="0" * 16, upload="0" * 16, place=0))  # fmt: skip
            kind = answer.headers["content-type"]
            assert "html" not in kind, path
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert client.post("/api/talks", headers=HEADERS).headers["content-type"] == "application/json"
