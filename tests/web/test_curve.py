"""The curve of a session and what stands beside it: zoom, authors, gaps, the words of its times."""

import re
from dataclasses import replace
from xml.etree import ElementTree as Tree

import numpy as np
import pytest
from tests.web.conftest import traced
from tests.web.test_session import saved

from affectory.represent import vocabularies
from affectory.store.lake import open_lake
from affectory.web.settings import Settings

ROWS = [("bo", "Hello there"), ("ann", "I hate this day"), ("bo", "Oh no"), ("ann", "I am so sad"),
        ("bo", "Tell me"), ("ann", "I love it")]  # fmt: skip
SELECTED = "document.querySelector('.u-select').getBoundingClientRect().toJSON()"
BY = "label:has(span:text-is('By')) select"
TICKS = """() => {
  window.ticks = [];
  const own = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (words, ...rest) {
    window.ticks.push([words, this.textAlign, rest[0]]);
    return own.call(this, words, ...rest);
  };
}"""


def talk(times, rows=ROWS):
    """Return a conversation whose turns begin at these times, as CSV."""
    lines = (f'{who},"{text}",{at}' for (who, text), at in zip(rows * 9, times, strict=False))
    return "\n".join(["actor,text,time", *lines])


def opened(page, address):
    page.goto(address)
    page.click("tbody a")
    page.wait_for_selector(".turn .chip")
    page.wait_for_selector(".authors h2")


def over(page):
    """The middle of the curve, without a mouse on it."""
    box = page.locator(".u-over").bounding_box()
    return box["x"], box["y"] + box["height"] / 2, box["width"]


def dragged(page, low, high):
    x, y, wide = over(page)
    page.mouse.move(x + low * wide, y)
    page.mouse.down()
    page.mouse.move(x + high * wide, y, steps=5)
    page.mouse.up()
    page.wait_for_selector("text=/ of 6 turns/")


def wheeled(page, dy, *, key=None, dx=0):
    """Turn the wheel over the middle of the curve."""
    x, y, wide = over(page)
    page.mouse.move(x + wide / 2, y)
    if key:
        page.keyboard.down(key)
    page.mouse.wheel(dx, dy)
    if key:
        page.keyboard.up(key)


def moved(page, before):
    """Wait until the stretch that is chosen lies elsewhere, and return where."""
    page.wait_for_function(f"(x) => {SELECTED}.width !== x", arg=before["width"])
    return page.evaluate(SELECTED)


def test_what_is_chosen_stays_at_its_time_when_the_curve_is_zoomed(page, serve, tmp_path, shot):
    opened(page, serve(Settings(traced(tmp_path / "out", talk(range(0, 30, 5))))))
    dragged(page, 0.5, 0.7)
    x, _, wide = over(page)
    first = page.evaluate(SELECTED)
    assert first["width"] == pytest.approx(0.2 * wide, abs=3)
    wheeled(page, -100, key="Control")  # about the middle, where the stretch begins
    second = moved(page, first)
    assert second["width"] == pytest.approx(0.25 * wide, abs=4)
    assert second["x"] == pytest.approx(x + 0.5 * wide, abs=4)
    shot("zoomed")
    page.focus(".picture")
    for _ in range(8):
        page.keyboard.press("End")
        page.keyboard.press("+")
    page.wait_for_function(
        "() => document.querySelector('.u-select').offsetWidth === 0"
    )  # out of sight
    page.mouse.dblclick(x + 20, over(page)[1])
    page.wait_for_selector(".transcript .count:empty", state="attached")
    assert page.faults == []


def test_the_wheel_scrolls_the_page_and_with_control_zooms(page, serve, tmp_path):
    opened(page, serve(Settings(traced(tmp_path / "out", talk(range(0, 30, 5))))))
    page.set_viewport_size({"width": 1400, "height": 500})
    page.evaluate("document.querySelector('.picture').scrollIntoView({ block: 'center' })")
    page.evaluate("scrollTo(0, 0)")
    dragged(page, 0.5, 0.7)
    first = page.evaluate(SELECTED)
    wheeled(page, 120)
    page.wait_for_function("() => scrollY > 60")
    page.evaluate("scrollTo(0, 0)")
    assert page.evaluate(SELECTED)["width"] == first["width"]
    wheeled(page, -100, key="Control")
    second = moved(page, first)
    assert second["width"] > 1.2 * first["width"]
    wheeled(page, 0, dx=60)
    page.wait_for_function(f"(x) => {SELECTED}.x < x - 30", arg=second["x"])
    assert page.evaluate("scrollY") == 0
    assert "Ctrl or ⌘ with the wheel" in page.inner_text("#timeline-hint")
    assert page.faults == []


def test_the_marked_turn_comes_into_the_middle_when_the_keyboard_zooms(page, serve, tmp_path):
    opened(page, serve(Settings(traced(tmp_path / "out", talk(range(0, 30, 5))))))
    page.focus(".picture")
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    for _ in range(4):
        page.keyboard.press("+")
    x, _, wide = over(page)
    page.wait_for_function(
        """(x) => {
          const cross = document.querySelector('.u-cursor-x').getBoundingClientRect();
          return Math.abs(cross.x - x) < 4;
        }""",
        arg=x + wide / 2,
    )
    assert page.faults == []


def words(page, tmp_path):
    """What stands below the curve, from left to right, by its picture as a file."""
    svg = saved(page, "[aria-label='Save as SVG: timeline-valence']", tmp_path)
    root = Tree.fromstring(svg.read_text(encoding="utf-8"))
    texts = root.findall(".//{*}text")
    middle = [one for one in texts if one.get("text-anchor") == "middle"]
    return [one.text for one in sorted(middle, key=lambda one: float(one.get("x")))]


AXES = {
    "minutes": (range(0, 500, 100), r"0|\d min"),
    "an hour and more": (range(0, 4500, 900), r"0|\d+ min|1 h( \d+ min)?"),
    "hours": (range(0, 36_000, 7200), r"0|\d+ h"),
    "days": (range(0, 5 * 86_400, 80_000), r"0|\d+ d( 12 h)?"),
    "a date": (range(1_700_000_000, 1_700_020_000, 4000), r"\d\d:\d0|2023-11-1[45]"),
    "many dates": (range(1_700_000_000, 1_705_000_000, 999_000), r"20\d\d-\d\d-\d\d"),
}


@pytest.mark.parametrize("name", AXES)
def test_times_stand_at_round_places_in_words_that_cannot_be_misread(
    page, serve, tmp_path, shot, name
):
    times, form = AXES[name]
    opened(page, serve(Settings(traced(tmp_path / "out", talk(times)))))
    told = words(page, tmp_path)
    assert len(told) >= 3
    assert [one for one in told if not re.fullmatch(form, one)] == []
    assert len(told) == len(set(told))
    shot(f"times_{name.replace(' ', '_')}")
    assert page.faults == []


def test_hours_of_a_turn_are_not_read_as_minutes(page, serve, tmp_path):
    opened(page, serve(Settings(traced(tmp_path / "out", talk([0, 9960, 200_000])))))
    said = page.locator(".turn .when").all_inner_texts()
    assert said == ["0:00", "2:46:00", "2 d 7:33:20"]


def test_values_beside_the_curve_are_whole(page, serve, tmp_path):
    out = traced(tmp_path / "out", talk(range(0, 30, 5)))
    page.add_init_script(f"({TICKS})()")
    opened(page, serve(Settings(out)))
    page.select_option("select >> nth=1", "arousal")
    page.wait_for_selector(".picture[aria-valuetext*=arousal]")
    cut = page.evaluate(
        """() => {
          const pen = document.createElement("canvas").getContext("2d");
          pen.font = "12px system-ui";
          const left = ([words, , x]) => x / devicePixelRatio - pen.measureText(words).width;
          const number = ([words, align]) => align === "right" && /\\d/.test(words);
          const beside = window.ticks.filter(number);
          return [beside.length, beside.filter((one) => left(one) < 0).map(([words]) => words)];
        }"""
    )
    assert cut[0] > 3
    assert cut[1] == []
    cross = page.evaluate(
        """() => [".u-cursor-x", ".u-cursor-y"].map((one) => {
          const look = getComputedStyle(document.querySelector(one));
          return [look.borderRightStyle, look.borderBottomStyle, look.borderLeftStyle];
        })"""
    )
    assert cross == [["solid", "none", "none"], ["none", "solid", "none"]]  # nor like a line beside


def rated(out, space, by, values):
    """Put states by somebody else into a lake, as a person's rating or a gold would."""
    lake = open_lake(out / "lake")
    felt = lake.states("vad")
    values = np.tile(values, (len(felt), 1))
    made = replace(felt, space=vocabularies.space(space), values=values, spread=None, by=by)
    (job,) = set(lake.scan("records").collect()["job"])
    lake.put(made, job)


def test_pictures_follow_whoever_the_curve_is_by_or_say_whose_they_are(page, serve, tmp_path, shot):
    out = traced(tmp_path / "out", talk(range(0, 30, 5)))
    rated(out, "vad", "gold:turns", (0.5, 0.25, 0.0))
    opened(page, serve(Settings(out)))
    plane, stream = page.locator(".pictures .card").nth(1), page.locator(".pictures .card").nth(2)
    assert "by perceive/utterance" in plane.locator("h2").inner_text()
    assert "by perceive/utterance" in stream.locator("h2").inner_text()
    assert page.locator(".not >> visible=true").count() == 0
    page.wait_for_selector(".said mark")
    before = plane.locator("canvas").screenshot()
    page.locator(BY).select_option("gold:turns")
    page.wait_for_selector("h2 >> text=by gold:turns")
    assert "by perceive/utterance" in stream.locator("h2").inner_text()
    assert stream.locator(".not").inner_text() == "gold:turns gave no states of this."
    assert page.inner_text(".shown") == "The curve is by gold:turns"
    assert page.locator(".said mark").count() == 0  # nobody knows why the raters said so
    assert plane.locator("canvas").screenshot() != before
    page.mouse.move(1, 1)
    shot("by_gold")
    page.locator(BY).select_option("perceive/utterance")
    page.wait_for_selector(".not", state="hidden")
    page.wait_for_function(
        "() => !document.querySelector('.pictures').innerText.includes('by gold')"
    )
    assert page.locator(".not >> visible=true").count() == 0
    assert page.locator(".shown").inner_text() == ""
    assert page.faults == []


def test_a_method_with_a_space_of_its_own_is_shown_by_its_name(page, serve, tmp_path, shot):
    opened(page, serve(Settings(traced(tmp_path / "out", talk(range(0, 30, 5))))))
    page.select_option("#also", "perceive/boundaries")
    page.wait_for_selector("text=perceive/boundaries alone gave states in boundary7.")
    assert page.locator(".pick b").inner_text() == "perceive/boundaries"
    page.wait_for_selector(".shown a >> text=perceive/boundaries")
    headings = page.locator(".pictures h2 small").all_inner_texts()
    assert headings == ["by perceive/utterance"] * 2
    shot("alone")
    assert page.faults == []


def test_a_turn_that_was_not_read_is_a_gap_among_emotions(page, serve, tmp_path, shot):
    rows = [("ann", "I love it"), ("bo", ""), ("ann", "I hate it"), ("bo", "So sad")]
    out = traced(tmp_path / "out", talk(range(0, 40, 10), rows))
    opened(page, serve(Settings(out)))
    svg = saved(page, "[aria-label='Save as SVG: stream']", tmp_path)
    root = Tree.fromstring(svg.read_text(encoding="utf-8"))
    wide = float(root.get("width"))
    filled = [one for one in root.findall(".//{*}path") if one.get("fill") not in (None, "none")]
    ends = [[float(x) for x in re.findall(r"[ML](-?[\d.]+) ", one.get("d"))] for one in filled]
    inside = [x for row in ends for x in row if 0.26 * wide < x < 0.49 * wide]
    assert inside == []
    assert any(min(row) >= 0.49 * wide for row in ends)
    assert any(max(row) <= 0.26 * wide for row in ends)
    page.wait_for_selector(".keys li:has(.gap) >> text=not read")
    shot("gap")
    assert page.faults == []


def test_a_turn_with_a_sign_is_whole_on_a_phone(page, serve, tmp_path, shot):
    page.set_viewport_size({"width": 390, "height": 844})
    times = range(1_700_000_000, 1_700_000_040, 10)
    said = ("Here.", "Thank you so much!", "Oh.", "No, that is wrong.")
    rows = list(zip(("assistant", "user") * 2, said, strict=True))
    opened(page, serve(Settings(traced(tmp_path / "out", talk(times, rows)))))
    page.wait_for_selector("#turn-1 .sign")
    told = page.evaluate(
        """() => [...document.querySelectorAll('.turn')].map((turn) => {
          const [box, chip, when] = [turn, turn.querySelector('.chip'), turn.querySelector('.when')]
            .map((one) => one.getBoundingClientRect());
          return [chip.right <= box.right && chip.width > 40, when.height < 30, chip.height < 30];
        })"""
    )
    assert told == [[True, True, True]] * 4
    shot("turn_phone")
    assert page.faults == []
