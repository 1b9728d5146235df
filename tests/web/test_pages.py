"""web/static: the pages in a real browser, as a person would use them."""

import pytest
from tests.web.conftest import begun, counted, drew, traced

from affectory.guard import crisis
from affectory.store.lake import open_lake
from affectory.web.settings import Settings


def test_a_session_is_found_opened_read_and_seen(page, serve, lake):
    page.goto(serve(Settings(lake)))
    page.fill("input[type=search]", "tal")
    page.click("tbody a")
    page.wait_for_selector(".turn .chip")
    assert page.inner_text(".notice") == crisis.notice(crisis.flags(["I want to kill myself"]))
    page.wait_for_selector(".authors h2")  # the pictures are there
    assert page.locator("canvas").count() >= 3
    page.hover("#turn-3")
    assert "lit" in page.get_attribute("#turn-3", "class")
    page.wait_for_selector("mark.urgent")
    assert page.faults == []


def test_what_people_said_is_never_run(page, serve, lake):
    page.goto(serve(Settings(lake)))
    page.click("tbody a")
    page.wait_for_selector("#turn-2 .chip")
    assert page.inner_text("#turn-2 .said").startswith("<img src=x")
    assert page.evaluate("window.hurt") is None
    assert page.locator("#turn-2 img").count() == 0


def test_dragging_over_the_curve_chooses_turns(page, serve, lake):
    page.goto(serve(Settings(lake)))
    page.click("tbody a")
    page.wait_for_selector(".turn .chip")
    box = page.locator(".u-over").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=5)
    page.mouse.up()
    page.wait_for_selector("text=/ of 5 turns/")
    page.wait_for_selector(".turn .chip")
    assert 0 < page.locator(".turn").count() < 5
    page.click("text=Show all")
    counted(page, ".turn", 5)


def test_a_file_is_dropped_and_read(page, serve, tmp_path):
    path = tmp_path / "chat.csv"
    path.write_text("actor,text\nann,I love it\nbo,I hate it\n")
    page.goto(serve(Settings(tmp_path / "out")))
    assert "Nothing has been traced yet" in page.inner_text(".empty")
    page.set_input_files("#file", path)
    page.wait_for_selector("tbody a")
    assert page.inner_text("tbody a") == "chat"


def test_colours_are_kept_for_the_next_time(page, serve, lake):
    page.goto(serve(Settings(lake)))
    before = page.evaluate("document.documentElement.dataset.theme")
    page.click("#theme")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") != before


def test_a_session_is_rated_while_it_plays_and_nothing_is_lost(page, serve, tmp_path):
    out = traced(tmp_path / "out")
    page.goto(serve(Settings(out)))
    page.click("tbody a")
    page.click("text=Rate this session")
    page.fill("#rater", "zoe")
    page.click("text=Begin")
    page.click("text=Play")
    box = page.locator("canvas.pad").bounding_box()
    for step in range(12):
        page.mouse.move(box["x"] + 20 + 15 * step, box["y"] + 60)
        page.wait_for_timeout(80)
    page.click("text=Pause")
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    felt = open_lake(out / "lake").states("vad", by="rater:zoe")
    assert len(felt) > 10
    assert felt.axis("valence").max() > felt.axis("valence").min()
    assert page.faults == []


def test_turns_are_rated_one_by_one(page, serve, tmp_path):
    out = traced(tmp_path / "out")
    page.goto(serve(Settings(out)))
    page.click("tbody a")
    page.click("text=Rate this session")
    begun(page, "zoe", "ekman7n")
    page.click(".labels >> text=joy")
    page.wait_for_selector("text=Turn 2 of 5")
    page.click(".labels >> text=anger")
    page.wait_for_selector("text=Turn 3 of 5")
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    felt = open_lake(out / "lake").states("ekman7n", by="rater:zoe")
    assert felt.axis("joy").tolist() == [1.0, 0.0]
    assert page.faults == []


def test_turns_are_read_as_they_are_said_and_outlive_a_reload(page, serve, tmp_path):
    out = tmp_path / "out"
    page.goto(f"{serve(Settings(out))}#/live")
    page.wait_for_selector("text=connected")
    for words in ("I love it", "No, that is wrong!", "I am so sad", "<b>bold</b>"):
        page.fill("#turn", words)
        page.keyboard.press("Enter")
    counted(page, ".turn .chip", 4)
    assert page.locator(".said b").count() == 0
    page.reload()
    counted(page, ".turn .chip", 4)
    assert page.locator(".said").all_inner_texts()[3] == "<b>bold</b>"
    page.click("text=Put into the lake")
    page.wait_for_selector("text=is being put into the lake")
    page.wait_for_selector("text=/live-\\w+.jsonl: done, \\d+ records/")
    assert page.faults == []


PLACES = (
    *("", "#/live", "#/methods", "#/figures", "{s}", "{s}/rate"),
    *("{t}/raters", "{t}/shapes", "{t}/queue"),
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(browser, serve, lake, place, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # axe is put into the page
    page = context.new_page()
    page.set_default_timeout(60_000)
    address = serve(Settings(lake))
    page.goto(address)
    link = page.locator("tbody a").first.get_attribute("href")
    page.goto(f"{address}{place.format(s=link, t=link.rpartition('/s/')[0])}")
    page.wait_for_timeout(1500)
    found = axe.run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    told = [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in serious]
    context.close()
    assert told == []


def test_a_narrow_screen_shows_everything_without_scrolling_sideways(browser, serve, lake):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    address = serve(Settings(lake))
    page.goto(address)
    page.wait_for_selector("tbody a")
    link = page.locator("tbody a").first.get_attribute("href")
    trace = link.rpartition("/s/")[0]
    for place in (one.format(s=link, t=trace) for one in PLACES):
        page.goto(f"{address}{place}")
        page.wait_for_timeout(800)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, place
    page.close()


def test_kinds_are_seen_and_a_drawn_shape_is_found(page, serve, tmp_path):
    rows = ["session,actor,text"]
    for n in range(8):
        words = ["I hate this.", "So sad.", "Fine.", "I love it!"]
        rows += [f"s{n},ann,{text}" for text in (words if n % 2 else words[::-1])]
    out = traced(tmp_path / "out", "\n".join(rows))
    page.goto(serve(Settings(out)))
    page.click("text=Shapes and groups")
    page.wait_for_selector(".kinds .band")
    page.wait_for_selector(".forest canvas, .multiples a")
    drew(page)
    page.wait_for_selector(".kinds small")
    first = page.locator(".kinds:has(small) a").first.inner_text()
    assert first in [f"talk/s{n}" for n in (1, 3, 5, 7)]
    assert page.faults == []


def test_a_token_opens_the_page_and_a_wrong_one_is_told(page, serve, lake):
    address = serve(Settings(lake, token="a token of many letters"))
    page.goto(address)  # what the terminal prints
    page.fill("#token", "a wrong token of letters")
    page.click("text=Open")
    page.wait_for_selector("text=this token is not right")
    page.fill("#token", "a token of many letters")
    page.click("text=Open")
    page.wait_for_selector("tbody a")
    assert page.faults == []


def test_a_take_is_gone_on_with_after_a_reload(page, serve, tmp_path):
    out = traced(tmp_path / "out")
    page.goto(serve(Settings(out)))
    page.click("tbody a")
    page.click("text=Rate this session")
    begun(page, "zoe", "ekman7n")
    page.click(".labels >> text=joy")
    page.wait_for_selector("text=1 sample is safe")
    assert page.evaluate("document.activeElement.closest('.labels') !== null")
    take = page.evaluate(
        "Object.keys(localStorage).find((key) => key.startsWith('affectory.take.'))"
    )
    axes = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
    said = {axis: float(axis == "anger") for axis in axes}
    page.evaluate(  # what was not safe when the browser went down
        "([key, said]) => localStorage.setItem(key, JSON.stringify([{ n: 1, at: 4, said }]))",
        [".".join(take.split(".")[:3]) + ".0", said],
    )
    page.reload()
    page.click("text=Go on")
    page.wait_for_selector("text=Turn 3 of 5")
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    felt = open_lake(out / "lake").states("ekman7n", by="rater:zoe")
    assert felt.axis("joy").tolist() == [1.0, 0.0]
    assert felt.axis("anger").tolist() == [0.0, 1.0]
    assert page.faults == []


def test_the_keyboard_skips_to_the_page_and_walks_through_the_turns(page, serve, lake):
    page.goto(serve(Settings(lake)))
    page.wait_for_selector("tbody a")
    page.focus(".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "page"
    assert page.locator("tbody a").count() == 1
    page.click("tbody a")
    page.wait_for_selector(".turn .chip")
    assert page.title() == "Explore · Affectory"
    page.mouse.move(1, 1)  # what the mouse points at is where the keys begin
    page.focus(".roll")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "turn-1"
    assert page.faults == []


def test_a_page_that_is_left_while_it_loads_fills_nothing(page, serve, lake):
    page.goto(serve(Settings(lake)))
    page.wait_for_selector("tbody a")
    page.evaluate(
        "for (const at of ['#/methods', '#/figures', '#/', '#/methods']) location.hash = at"
    )
    page.wait_for_selector(".cards")
    page.wait_for_timeout(1000)
    assert page.locator(".page").count() == 1
    assert page.locator("h1").all_inner_texts() == ["Methods"]
    assert page.faults == []


ODD = {
    "one turn": "actor,text,time\nann,I love it,0\n",
    "one date": "actor,text,time\nann,I love it,1700000000\n",
    "nothing to read": 'actor,text,time\nann,"...",0\nbo,"12",1\n',
    "at once": "actor,text,time\n" + "ann,I love it,5\nbo,I hate it,5\n" * 3,
    "turns": "actor,text\nann,I love it\nbo,I hate it\n",
    "many": "actor,text,time\n" + "".join(f"p{n},I love number {n},{n}\n" for n in range(40)),
}


@pytest.mark.parametrize("name", ODD)
def test_no_odd_session_breaks_its_page(page, serve, tmp_path, name):
    address = serve(Settings(traced(tmp_path / "out", ODD[name])))
    page.goto(address)
    link = page.locator("tbody a").first.get_attribute("href")
    page.goto(f"{address}{link}")
    page.wait_for_selector(".turn .chip")
    page.hover("#turn-0")
    box = page.locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.mouse.dblclick(box["x"] + 20, box["y"] + 20)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] + 300)
    page.goto(f"{address}{link}/rate")
    page.fill("#rater", "zoe")
    page.click("text=Begin")
    page.click("text=Play")
    page.wait_for_timeout(300)
    assert page.locator(".error, .toast").count() == 0
    assert page.faults == []


def test_a_measure_that_no_session_has_is_not_compared(page, serve, tmp_path):
    rows = [f"s{n},ann,I love it,{'ab'[n % 2]}" for n in range(4)]
    out = traced(tmp_path / "out", "\n".join(["session,actor,text,arm", *rows]))
    page.goto(serve(Settings(out)))
    page.click("text=Shapes and groups")
    page.wait_for_selector(".forest canvas")
    page.get_by_label("Measure").select_option("variability")
    page.wait_for_selector("text=is known of no session: there is nothing to compare")
    page.get_by_label("Measure").select_option("mean")
    page.wait_for_selector(".forest canvas")
    assert page.faults == []
