"""web/static: whoever chooses twice sees what was chosen last, whichever answer comes last."""

import polars as pl
import pytest
from tests.web.conftest import counted, traced
from tests.web.test_media import put, sound

from affectory.web.settings import Settings

SAYS = {"glad": "I love this, thank you!", "sad": "I hate this.", "plain": "It is nine."}
PLANS = (["sad", "sad", "plain", "glad"], ["glad", "plain", "sad", "sad"])
MANY = 12


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """The folder of a lake with twelve sessions that rise and fall."""
    rows = [
        {"session": f"s{n:02}", "actor": "ann", "text": SAYS[step], "arm": "ab"[n % 2], "ward": "x"}
        for n in range(MANY)
        for step in PLANS[n % 2]
    ]
    return traced(tmp_path_factory.mktemp("late") / "out", pl.DataFrame(rows).write_csv())


@pytest.fixture
def opened(page, serve, lake):
    """A function that opens one of the pages of the trace by its link."""

    def gone_to(link, seen):
        page.goto(serve(Settings(lake)))
        page.click(f"text={link}")
        page.wait_for_selector(seen)
        return page

    return gone_to


@pytest.fixture
def held(page):
    """A function that holds back what is asked with some words, and returns how to let it go."""

    def holding(place, words, status=None):
        waiting = []

        def one(route):
            asked = f"{route.request.headers.get('x-query')} {route.request.post_data}"
            if words not in asked:
                route.continue_()
            else:
                waiting.append(route)

        page.route(place, one)

        def let_go():
            for _ in range(100):
                if not waiting:
                    page.wait_for_timeout(100)
            assert waiting
            with page.expect_response(lambda answer: answer.request == waiting[-1].request):
                for route in waiting:
                    if status is None:
                        route.continue_()
                    else:
                        route.fulfill(status=status, json={"detail": "too late"})
            page.wait_for_timeout(200)  # what comes of it is drawn

        return let_go

    return holding


def test_the_conversations_of_the_last_budget_are_shown_and_kept(opened, held):
    page = opened("What to read first", ".queue article")
    let_go = held("**/queue", "budget=10")
    page.get_by_label("At most").select_option("10")
    page.get_by_label("At most").select_option("50")
    counted(page, ".queue article", MANY)
    let_go()
    counted(page, ".queue article", MANY)
    assert "budget=50" in page.locator("a.get:text-is('CSV')").get_attribute("href")
    assert page.faults == []


@pytest.mark.parametrize("status", [None, 422])
def test_the_axis_that_was_chosen_last_is_drawn(opened, held, status):
    page = opened("Shapes and groups", ".kinds .band")
    let_go = held("**/curves", "axis=arousal", status)
    page.get_by_label("Axis").select_option("arousal")
    page.get_by_label("Axis").select_option("dominance")
    page.wait_for_selector(f"text=How dominance moves in {MANY} sessions")
    let_go()
    assert page.is_visible(f"text=How dominance moves in {MANY} sessions")
    assert not page.is_visible("text=too late")
    assert page.is_visible("canvas.carpet")
    assert page.faults == []


@pytest.mark.parametrize("status", [None, 422])
def test_the_words_that_were_looked_for_last_are_found(opened, held, status):
    page = opened("Shapes and groups", ".kinds .band")
    let_go = held("**/search", '"rising"', status)
    for words in ("rising", "falling"):
        page.fill("#phrase", words)
        page.keyboard.press("Enter")
    page.wait_for_selector("text=Understood: valence falls")
    let_go()
    assert page.inner_text(".said-as").startswith("Understood: valence falls.")
    assert page.locator(".kinds:has(small) a").count() == MANY // 2
    assert page.faults == []


def test_a_line_that_was_drawn_after_words_is_found(opened, held):
    page = opened("Shapes and groups", ".kinds .band")
    let_go = held("**/search", '"rising"')
    page.fill("#phrase", "rising")
    page.keyboard.press("Enter")
    page.locator("svg.draw").scroll_into_view_if_needed()
    box = page.locator("svg.draw").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + 20 + 40 * step, box["y"] + 20 + 10 * step)
    page.mouse.up()
    page.wait_for_selector(".kinds:has(small) a")
    said = page.inner_text(".said-as")
    let_go()
    assert page.inner_text(".said-as") == said
    assert "Understood" not in said
    assert page.faults == []


def test_what_is_no_drawing_is_said_where_it_was_drawn(opened):
    page = opened("Shapes and groups", ".kinds .band")
    page.route("**/alike", lambda route: route.fulfill(status=422, json={"detail": "no line"}))
    page.locator("svg.draw").scroll_into_view_if_needed()
    box = page.locator("svg.draw").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    for step in range(1, 5):
        page.mouse.move(box["x"] + 20 + 40 * step, box["y"] + 20)
    page.mouse.up()
    page.wait_for_selector(".said-as.failed:text-is('no line')")
    assert page.faults == []


def test_the_measure_that_was_chosen_last_is_compared(opened, held):
    page = opened("Shapes and groups", ".forest canvas")
    let_go = held("**/groups", "measure=change")
    page.get_by_label("Measure").select_option("change")
    page.get_by_label("Measure").select_option("variability")
    page.wait_for_selector(".forest canvas[aria-label*='Varies by']")
    let_go()
    assert page.locator(".forest canvas[aria-label*='Varies by']").count() == 1
    assert page.faults == []


def test_signs_that_come_late_leave_the_keyboard_on_its_turn(page, serve, tmp_path, held):
    words = "actor,text\nuser,Book a table.\nassistant,Booked for two.\nuser,No that is wrong!\n"
    out = traced(tmp_path / "out", words)
    let_go = held("**/signs", "")
    page.goto(serve(Settings(out)))
    page.click("tbody a")
    page.wait_for_selector(".turn .chip")
    page.mouse.move(1, 1)
    page.focus(".roll")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    let_go()
    page.wait_for_selector(".turn .sign")
    assert page.evaluate("document.activeElement.id") == "turn-1"
    assert page.locator(".turn.lit").get_attribute("id") == "turn-1"
    assert page.faults == []


def test_signs_that_come_late_leave_the_keyboard_on_the_time_of_its_turn(
    page, serve, tmp_path, held
):
    words = (
        "actor,text,time\nuser,Book a table.,0\nassistant,Booked for two.,4\n"
        "user,No that is wrong!,8\n"
    )
    put(tmp_path / "media" / "talk.wav", sound(12.0))
    out = traced(tmp_path / "out", words)
    let_go = held("**/signs", "")
    page.goto(serve(Settings(out, media=tmp_path / "media")))
    page.click("tbody a")
    page.wait_for_selector(".turn .chip")
    page.focus("#turn-1 button.when")
    let_go()
    page.wait_for_selector(".turn .sign")
    assert page.evaluate("document.activeElement.matches('#turn-1 button.when')")
    assert page.locator(".turn .chip").count() == 3
    assert page.faults == []


@pytest.mark.parametrize("end", ["pointercancel", "lostpointercapture"])
def test_a_touch_that_is_taken_away_draws_nothing(opened, end):
    page = opened("Shapes and groups", ".kinds .band")
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "/alike" in one.url else None)
    board = page.locator("svg.draw")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    for step in range(5):
        page.mouse.move(box["x"] + 20 + 40 * step, box["y"] + 20)
        if step == 0:
            page.mouse.down()
    board.locator("path").wait_for(state="attached")
    board.dispatch_event(end, {"pointerId": 1})
    page.mouse.move(box["x"] + 60, box["y"] + 60)  # as what hovers afterwards
    page.mouse.move(box["x"] + 300, box["y"] + 20)
    assert board.locator("path").count() == 0
    page.mouse.up()
    page.evaluate("new Promise(requestAnimationFrame)")
    assert asked == []
    assert page.faults == []
