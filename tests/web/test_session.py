"""The page of one session: the keyboard on its curve, its pictures as files, who stands beside."""

from pathlib import Path
from xml.etree import ElementTree as Tree

import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.web.conftest import HEADERS, HERE, counted, traced
from typer.testing import CliRunner

from affectory.cli.main import app as command
from affectory.store.lake import open_lake
from affectory.web.app import create_app
from affectory.web.settings import Settings

TALK = """actor,text,time
bo,Hello there,0
ann,I hate this day,5
bo,Oh no,10
ann,I am so sad,15
bo,Tell me,20
ann,I love it,25
"""


@pytest.fixture
def opened(page, serve, tmp_path):
    """The page of a session of six turns, and its lake."""
    out = traced(tmp_path / "out", TALK)
    page.goto(serve(Settings(out)))
    page.click("tbody a")
    page.wait_for_selector(".turn .chip")
    return page, out


def saved(page, what: str, tmp_path: Path) -> Path:
    with page.expect_download() as told:
        page.click(what)
    path = tmp_path / told.value.suggested_filename
    told.value.save_as(path)
    return path


def test_arrows_walk_along_the_curve_and_with_shift_choose_turns(opened, shot):
    page, _ = opened
    page.mouse.move(1, 1)
    page.focus(".picture")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert "ann, 0:05: valence" in page.get_attribute(".picture", "aria-valuetext")
    assert "lit" in page.get_attribute("#turn-1", "class")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    page.wait_for_selector("text=3 of 6 turns")
    page.wait_for_selector(".turn .chip")
    assert page.locator(".turn .who b").all_inner_texts() == ["ann", "bo", "ann"]
    assert page.locator(".u-select").bounding_box()["width"] > 50
    shot("session")
    page.keyboard.press("Escape")
    counted(page, ".turn", 6)
    assert page.faults == []


def test_what_is_chosen_stays_chosen_on_another_axis(opened):
    page, _ = opened
    page.focus(".picture")
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    page.select_option("select >> nth=1", "arousal")
    page.wait_for_selector(".picture[aria-valuetext*=arousal]")
    assert page.locator(".u-select").bounding_box()["width"] > 50
    assert page.inner_text(".transcript .count") == "3 of 6 turns"


def test_a_drag_that_leaves_the_curve_below_chooses_by_its_time_alone(opened):
    page, _ = opened
    box = page.locator(".u-over").bounding_box()
    chosen = []
    for down in (0, 250):
        page.mouse.move(box["x"] + 3, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 60, steps=4)
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60 + down, steps=4)
        page.mouse.up()
        page.wait_for_selector("text=/ of 6 turns/")
        chosen.append(page.inner_text(".transcript .count"))
        page.click("text=Show all")
    assert chosen[0] == chosen[1]


def test_pointing_at_the_curve_moves_the_list_and_never_the_page(opened):
    page, _ = opened
    page.set_viewport_size({"width": 1400, "height": 500})
    curve = page.locator(".u-over").element_handle()
    for share in (0.1, 0.5, 0.98):
        curve.wait_for_element_state("stable")  # it is laid out anew in a window of another size
        box = curve.bounding_box()
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 60)
        page.wait_for_selector(".turn.lit")
        assert page.evaluate("scrollY") == 0


def test_every_picture_is_an_svg_and_a_png(opened, tmp_path):
    page, _ = opened
    for card in ("timeline-valence", "plane", "stream"):
        svg = saved(page, f"[aria-label='Save as SVG: {card}']", tmp_path)
        root = Tree.fromstring(svg.read_text(encoding="utf-8"))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert {one.tag.partition("}")[2] for one in root.iter()} <= {"svg", "rect", "path", "text"}
        assert len(root.findall(".//{*}path")) >= 3
        png = saved(page, f"[aria-label='Save as PNG: {card}']", tmp_path).read_bytes()
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(png[16:20], "big") == 2 * round(float(root.attrib["width"]))
    assert page.faults == []


def test_a_session_is_a_csv_and_a_parquet(opened, tmp_path):
    page, _ = opened
    table = pl.read_csv(saved(page, ".saves .get >> text=CSV", tmp_path))
    assert table["actor"].to_list() == ["bo", "ann"] * 3
    held = pl.read_parquet(saved(page, ".saves .get >> text=Parquet", tmp_path))
    assert held["valence"].null_count() == 0


def test_signs_stand_in_their_turns(page, serve, tmp_path):
    talk = "actor,text\nuser,Where is it?\nassistant,Here.\nuser,Thank you so much!\n"
    page.goto(serve(Settings(traced(tmp_path / "out", talk))))
    page.click("tbody a")
    page.wait_for_selector("#turn-2 .sign.good >> text=gratitude")
    assert page.locator("#turn-1 .sign").count() == 0
    assert page.faults == []


def test_another_method_reads_and_stands_beside(opened, shot, monkeypatch, tmp_path):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path / "home"))  # where nothing was trained
    page, out = opened
    page.wait_for_selector("#also option >> text=perceive/lexicon", state="attached")
    closed = page.locator("#also option:disabled").all_inner_texts()
    assert "perceive/empathy (not trained here)" in closed
    assert not any("lexicon" in name for name in closed)
    page.select_option("#also", "perceive/lexicon")
    page.wait_for_selector("text=/perceive.lexicon:starter: CCC/")
    shot("beside")
    lake = open_lake(out / "lake")
    assert len(lake.states("vad", by="perceive/lexicon:starter")) == 6
    assert len(lake.states("vad", by="perceive/utterance")) == 6
    page.click(".authors a")
    page.wait_for_selector("details[open] >> text=English only")
    page.fill(".bar [type=search]", "empathy")
    page.wait_for_selector("dd >> text=affectory train perceive/empathy")
    page.fill(".bar [type=search]", "utterance")
    shot("methods")
    assert page.faults == []


def test_a_method_reads_a_session_once_and_a_wrong_one_is_told(tmp_path):
    out = traced(tmp_path / "out", TALK)
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        base = f"/api/traces/{client.get('/api/traces').json()[0]['job']}/sessions/0"
        for _ in range(2):
            told = client.post(f"{base}/also", json={"method": "perceive/boundaries"}).json()
            assert told == {"by": "perceive/boundaries", "spaces": ["boundary7"]}
        assert len(open_lake(out / "lake").states("boundary7")) == 6
        for wrong in ("respond/support", "perceive/none", "<b>"):
            answer = client.post(f"{base}/also", json={"method": wrong})
            assert answer.status_code == 422
            assert "perceive/lexicon" in answer.json()["detail"]
        untrained = client.post(f"{base}/also", json={"method": "perceive/empathy"})
        assert untrained.status_code == 422
        assert "affectory train" in untrained.json()["detail"]


def test_lists_are_about_what_the_method_gave_whatever_a_rater_says(tmp_path):
    path, out = tmp_path / "talk.csv", tmp_path / "out"
    path.write_text(TALK, encoding="utf-8")
    words = ["trace", str(path), "--out", str(out), "--with", "perceive/boundaries", "-q"]
    assert CliRunner().invoke(command, words).exit_code == 0
    with TestClient(create_app(Settings(out)), base_url=HERE, headers=HEADERS) as client:
        base = f"/api/traces/{client.get('/api/traces').json()[0]['job']}/sessions"
        wish = {"rater": "zoe", "space": "va", "axes": ["valence"], "kind": "turns"}
        take = client.post(f"{base}/0/takes", json=wish).json()["id"]
        sample = [{"n": 0, "at": 0.0, "said": {"valence": 0.5}}]
        client.post(f"/api/takes/{take}/samples", json=sample)
        assert client.post(f"/api/takes/{take}/done").status_code == 200
        assert client.get(base).json()["space"] == "boundary7"
        spaces = client.get(f"{base}/0").json()["spaces"]
        assert [one["name"] for one in spaces] == ["boundary7", "va"]


@pytest.fixture
def long_talk(page, serve, tmp_path):
    """The page of a session of more turns than the list has room for."""
    rows = [f"{'ab'[n % 2]},The train of {n} leaves at nine." for n in range(80)]
    page.goto(serve(Settings(traced(tmp_path / "out", "\n".join(["actor,text", *rows])))))
    page.click("tbody a")
    page.wait_for_selector(".turn .chip")
    box = page.locator(".roll").bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + box["height"] / 2)
    page.wait_for_selector(".turn.lit")
    return page


def test_arrows_walk_on_whatever_scrolls_under_a_mouse_at_rest(long_talk):
    page = long_talk
    page.focus("#turn-2")
    for at in range(3, 15):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(150)  # a browser tells of what came under the mouse a little later
        assert page.evaluate("document.activeElement.id") == f"turn-{at}"
        assert page.locator(".turn.lit").get_attribute("id") == f"turn-{at}"
    assert page.faults == []
