"""web/static: the pages in a real browser, as a person would use them."""

from affectory.web.settings import Settings


def test_a_session_is_found_opened_read_and_seen(page, serve, lake):
    page.goto(serve(Settings(lake)))
    page.fill("input[type=search]", "tal")
    page.click("tbody a")
    page.wait_for_selector(".turn .chip")
    assert page.inner_text(".notice").startswith("Some turns speak of")
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
    page.wait_for_function("document.querySelectorAll('.turn').length < 5")
    page.click("text=Show all")
    page.wait_for_function("document.querySelectorAll('.turn').length === 5")


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
