"""web/static: some hundred sessions at once, as a person looks at them and keeps what is seen."""

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import polars as pl
import pytest
from tests.web.conftest import drew, traced

from affectory.core.figure import Figure
from affectory.store.lake import open_lake
from affectory.web.settings import Settings

expect = pytest.importorskip("playwright.sync_api", reason="needs playwright").expect
SAYS = {
    "glad": ["I love this, thank you!", "What a wonderful day.", "I am so happy for you."],
    "sad": ["I hate this, it is awful.", "I am so sad and lonely.", "I cried all night."],
    "fear": ["I am scared and afraid.", "I am terrified of what comes.", "I fear the worst."],
    "plain": ["The train leaves at nine.", "There are four chairs.", "It is on the table."],
}
PLANS = {
    "rise": ["sad", "plain", "glad"],
    "fall": ["glad", "plain", "sad"],
    "valley": ["glad", "sad", "glad"],
    "relief": ["plain", "fear", "glad"],
}
MANY = 300


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The folder of a lake with 300 sessions of four planted kinds, and three rejected rows."""
    rng = np.random.default_rng(0)
    rows = ["session,actor,text,time,arm,age"]
    for n in range(MANY):
        name = list(PLANS)[n % 4]
        arm = "pilot" if n < 3 else ["care", "usual"][int(name == "fall")]
        turns = [step for step in PLANS[name] for _ in range(int(rng.integers(3, 5)))]
        rows += [
            f'{name}-{n:03d},{"ab"[at % 2]},"{rng.choice(SAYS[step])}",{9 * at},{arm},{20 + n % 60}'
            for at, step in enumerate(turns)
        ]
    rows += [f"rise-000,a,too late {n},soon,care,20" for n in range(3)]
    out = traced(tmp_path_factory.mktemp("corpus") / "out", "\n".join(rows))
    noted(out)
    return out


def noted(out):
    """Note figures of three methods on one task."""
    lake = open_lake(out / "lake")
    for method, f1, mae in (("one", 0.41, 0.2), ("two", 0.52, 0.3), ("three", 0.47, 0.1)):
        better = Figure("macro_f1", f1, f1 - 0.03, f1 + 0.03, n=500, setting="test")
        lake.write_figures(f"run-{method}", "feelings", [better], method=method, published=0.46)
        others = (
            Figure("mae", mae, mae - 0.02, mae + 0.02, n=500, setting="test"),
            Figure("lead", 3.0, n=5, unit="d"),
        )
        lake.write_figures(f"run-{method}-too", "feelings", others, method=method)


@pytest.fixture
def shapes(page, serve, corpus):
    """The page of shapes and groups, drawn."""
    page.goto(serve(Settings(corpus)))
    page.click("text=Shapes and groups")
    page.wait_for_selector(".kinds .band")
    page.wait_for_selector(".forest canvas")
    return page


def kept(page, what, inside="body"):
    """Return name and content of the file that a button or link gives."""
    with page.expect_download() as waited:
        page.locator(inside).get_by_label(what, exact=False).first.click()
    name = waited.value.suggested_filename
    assert not any(kind in name for kind in PLANS)
    return name, waited.value.path().read_bytes()


def svg(data):
    """Return a parsed SVG, which holds no script and names no other file."""
    tree = ET.fromstring(data)
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    for el in tree.iter():
        assert not el.tag.endswith("script")
        assert not any(key.startswith("on") or "href" in key for key in el.attrib)
    assert b"var(--" not in data
    return tree


def is_png(data):
    return data.startswith(b"\x89PNG") and len(data) > 2000


def test_all_sessions_are_seen_at_once_and_walked_through(shapes, shot):
    page = shapes
    assert page.inner_text("h2 >> nth=0") == "All at once: 300 sessions, each a row"
    box = page.locator("canvas.carpet").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 120)
    page.wait_for_selector(".peek b")
    seen = page.inner_text(".peek b")
    assert seen.partition("-")[0].removeprefix("talk/") in PLANS
    shot("carpet")
    page.mouse.move(1, 1)
    page.focus("canvas.carpet")
    page.keyboard.press("Home")
    first = page.inner_text(".peek b")
    page.keyboard.press("ArrowDown")
    assert page.inner_text(".peek b") != first
    page.keyboard.press("ArrowUp")
    assert page.inner_text(".peek b") == first
    page.keyboard.press("Enter")
    page.wait_for_selector("h1.name")
    assert page.inner_text("h1.name") == first
    assert page.faults == []


def test_a_click_in_the_carpet_opens_the_session_that_was_pointed_at(shapes):
    page = shapes
    box = page.locator("canvas.carpet").bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + 300)
    page.wait_for_selector(".peek b")
    name = page.inner_text(".peek b")
    page.mouse.click(box["x"] + 90, box["y"] + 300)
    page.wait_for_selector("h1.name")
    assert page.inner_text("h1.name") == name


def test_kinds_odd_ones_and_small_curves_are_kept_as_pictures_and_tables(shapes, shot):
    page = shapes
    shot("corpus")
    expect(page.locator(".multiples a")).to_have_count(60)
    page.click("text=Next")
    expect(page.locator(".multiples a")).to_have_count(60)
    assert page.get_by_role("status").filter(has_text="61 to 120 of 300").count() == 1
    name, data = kept(page, "Save as SVG: courses")
    assert name == "courses.svg"
    assert len([el for el in svg(data).iter() if el.tag.endswith("path")]) == 60
    assert is_png(kept(page, "Save as PNG: courses")[1])
    tree = svg(kept(page, "Save as SVG: kinds")[1])
    fills = {el.get("fill") for el in tree.iter() if el.get("fill")}
    assert any(fill.startswith("rgb") for fill in fills)  # colours as they are seen
    assert is_png(kept(page, "Save as PNG: kinds")[1])
    assert len(svg(kept(page, "Save as SVG: carpet")[1])) > 5
    assert is_png(kept(page, "Save as PNG: carpet")[1])
    name, data = kept(page, "Save as CSV: which session")
    table = pl.read_csv(io.BytesIO(data))
    assert (name, table.height) == ("courses-valence.csv", MANY)
    whole = pl.read_parquet(io.BytesIO(kept(page, "Save as Parquet: which session")[1]))
    assert whole["kind"].to_list() == table["kind"].to_list()
    assert page.faults == []


def rising(page):
    """Look for what rises on the axis that is chosen."""
    page.fill("#phrase", "rising")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Understood: valence rises")


def test_another_axis_is_chosen_for_everything_and_remembered(shapes):
    page = shapes
    rising(page)
    page.get_by_label("Space").select_option("ekman7n")
    page.get_by_label("Axis").select_option("fear")
    page.wait_for_selector("text=How fear moves in 300 sessions")
    page.wait_for_selector("text=Understood: fear rises")
    page.reload()
    page.wait_for_selector("text=How fear moves in 300 sessions")
    assert page.get_by_label("Axis").input_value() == "fear"
    assert "fear" not in page.url
    assert page.faults == []


def test_one_speaker_is_chosen_for_everything_and_remembered(shapes):
    page = shapes
    rising(page)
    page.locator(".kinds:has(small) a").first.evaluate("(link) => { link.id = 'before'; }")
    with page.expect_response("**/search") as answered, page.expect_response("**/groups") as other:
        page.get_by_label("Speaker").select_option(label="b (300)")
    assert answered.value.request.post_data_json["who"] == 1
    assert "who=1" in other.value.request.headers["x-query"]
    page.wait_for_selector("a[href*='who=1']")  # what can be saved is of this speaker as well
    for words in ("sessions (b alone), each a row", "sessions (b alone): kinds of shapes"):
        page.wait_for_selector(f"h2 >> text={words}")
    page.wait_for_selector("text=Understood: valence rises (b alone)")
    page.wait_for_selector(".forest canvas[aria-label*='valence (b alone) by arm']")
    assert not any("=b" in link.get_attribute("href") for link in page.locator("a[href]").all())
    page.wait_for_selector("#before", state="detached")
    data = kept(page, "Save as CSV: what was found")[1]
    assert set(pl.read_csv(io.BytesIO(data))["actor"]) == {"b"}
    page.reload()
    page.wait_for_selector("a[href*='who=1']")
    assert page.get_by_label("Speaker").locator("option:checked").inner_text() == "b (300)"
    page.get_by_label("Speaker").select_option("everybody")
    page.wait_for_function("() => !document.querySelector(\"a[href*='who=1']\")")
    assert page.faults == []


@pytest.mark.parametrize("who", ["guest {n}", "staff,guest {n}"])
def test_a_speaker_is_offered_who_comes_again_be_it_one_alone(page, serve, tmp_path, who):
    rows = [
        f'{n},{name.format(n=n)},"{word}"'
        for n in range(3)
        for words in SAYS.values()
        for word in words
        for name in who.split(",")
    ]
    out = traced(tmp_path / "out", "\n".join(["session,actor,text", *rows]))
    page.goto(serve(Settings(out)))
    page.click("text=Shapes and groups")
    page.wait_for_selector(".kinds .band")
    words = page.locator(".choose").inner_text()
    assert ("Speaker" in words) == ("staff (3)" in words) == ("staff" in who)
    assert "false" not in words
    assert page.faults == []


def test_a_speaker_without_courses_leaves_nothing_of_another_on_the_page(shapes):
    page = shapes
    rising(page)
    page.wait_for_selector(".kinds:has(small) a")
    for place in ("curves", "kinds", "search"):
        page.route(f"**/traces/*/{place}", lambda route: route.fulfill(
            status=422, json={"detail": "no two sessions of this speaker"}))  # fmt: skip
    page.get_by_label("Speaker").select_option(label="b (300)")
    page.wait_for_selector(".said-as.failed")
    assert page.locator(".kinds:has(small) a").count() == 0
    assert page.locator(".carpet").is_hidden()
    assert page.faults == []


def test_words_become_lines_and_find_the_planted_kind(shapes, shot):
    page = shapes
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.fill("#phrase", "rising fear then relief")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Understood: fear rises, then valence rises")
    assert page.locator("svg.draw .course").count() == 2
    assert page.locator("svg.draw text").all_text_contents() == ["fear", "valence"]
    page.wait_for_selector(".kinds:has(small) a")
    names = page.locator(".kinds:has(small) a").all_inner_texts()
    assert {name.removeprefix("talk/").partition("-")[0] for name in names[:8]} == {"relief"}
    page.evaluate("document.querySelector('#phrase').closest('.card').scrollIntoView()")
    shot("search")
    name, data = kept(page, "Save as CSV: what was found")
    table = pl.read_csv(io.BytesIO(data))
    assert name == "search.csv"
    assert table["session"].to_list()[:3] == names[:3]
    assert {"r1_fear", "r2_valence"} <= set(table.columns)
    svg(kept(page, "Save as SVG: found")[1])
    assert not any("relief" in url or "rising" in url for url in asked)
    page.fill("#phrase", "slowly rising fear")
    page.keyboard.press("Enter")
    page.wait_for_selector("text='slowly', which is not understood")
    assert page.locator(".kinds:has(small) a").count() == 0
    assert page.faults == []


def test_groups_are_seen_beside_each_other_and_kept(shapes, shot):
    page = shapes
    page.get_by_label("Group by").select_option("arm")
    page.get_by_label("Measure").select_option("change")
    row = page.locator("tr:has(th:text-is('usual'))")
    expect(row).to_contain_text("to")
    expect(page.locator("tr:has(th:text-is('pilot'))")).to_contain_text("fewer than 5")
    page.locator(".forest").scroll_into_view_if_needed()
    shot("groups")
    table = pl.read_csv(io.BytesIO(kept(page, "Save as CSV: Groups")[1]))
    usual = table.row(by_predicate=pl.col("value") == "usual", named=True)
    assert (usual["largest"], usual["axis"]) == ("care", "valence")
    assert usual["gap_high"] < 0  # planted: those fall
    words = "".join(svg(kept(page, "Save as SVG: groups")[1]).itertext())
    assert "care" in words
    assert "usual" in words
    page.get_by_label("Group by").select_option("age")
    page.wait_for_selector("text=four groups of about the same size")
    expect(page.locator(".card:has(.forest) tbody tr")).to_have_count(4)
    assert page.faults == []


def test_rejected_rows_are_looked_at_and_kept(page, serve, corpus, shot):
    page.goto(serve(Settings(corpus)))
    page.click("text=3 rows could not be read")
    page.wait_for_selector(".rejected li")
    assert "too late 0" in page.inner_text(".rejected li >> nth=0")
    assert "not a time" in page.inner_text(".rejected li >> nth=0")
    shot("rejected")
    table = pl.read_csv(io.BytesIO(kept(page, "Save as CSV", ".rejected")[1]))
    assert table.columns == ["file", "line", "reason", "raw"]
    assert table.height == 3
    page.fill("input[type=search]", "valley")
    page.wait_for_selector("text=50 of 75 sessions")
    name, data = kept(page, "Save as Parquet: this list")
    table = pl.read_parquet(io.BytesIO(data))
    assert (name, table.height) == ("sessions.parquet", 75)
    assert page.faults == []


def test_a_file_of_which_nothing_could_be_read_shows_its_rows(page, serve, tmp_path):
    path = tmp_path / "talk.jsonl"
    path.write_text("not json\n{bad\n")
    page.goto(serve(Settings(tmp_path / "out")))
    page.set_input_files("#file", path)
    page.wait_for_selector(".failed:has-text('no usable record')")
    page.click("text=2 rows could not be read")
    page.wait_for_selector(".rejected li")
    assert "not json" in page.inner_text(".rejected li >> nth=0")
    table = pl.read_csv(io.BytesIO(kept(page, "Save as CSV", ".rejected")[1]))
    assert table["file"].to_list() == ["talk.jsonl"] * 2  # and not where the server kept it
    assert table["line"].to_list() == [1, 2]
    assert page.faults == []


def test_what_to_read_first_is_kept(page, serve, corpus, shot):
    page.goto(serve(Settings(corpus)))
    page.click("text=What to read first")
    page.wait_for_selector(".queue article")
    shot("queue")
    table = pl.read_csv(io.BytesIO(kept(page, "Save as CSV")[1]))
    assert table["session"].to_list() == page.locator(".queue h2 a").all_inner_texts()
    assert page.faults == []


def test_figures_stand_best_first_where_that_is_known(page, serve, corpus, shot):
    page.goto(f"{serve(Settings(corpus))}#/figures")
    page.wait_for_selector(".forest canvas")
    shot("figures")

    def methods(figure):
        card = page.locator(f"article:has(h2:text-is('feelings · {figure}'))")
        return card.locator("tbody th").all_inner_texts(), card.locator("tbody td:first-child")

    names, places = methods("macro_f1")
    assert names == ["two", "three", "one"]
    assert places.all_inner_texts() == ["1", "2", "3"]
    assert methods("mae")[0] == ["three", "one", "two"]
    assert methods("lead")[1].all_inner_texts() == ["\u2013"] * 3  # nobody knows
    assert "two" in "".join(svg(kept(page, "Save as SVG: figure")[1]).itertext())
    table = pl.read_parquet(io.BytesIO(kept(page, "Save as Parquet")[1]))
    assert table.filter(pl.col("task") == "feelings").height == 9
    assert page.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_many_sessions_shut_nobody_out(browser, serve, corpus, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # axe is put into the page
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(serve(Settings(corpus)))
    page.click("text=Shapes and groups")
    page.wait_for_selector(".forest canvas")
    page.fill("#phrase", "rising fear then relief")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Understood")
    told = []
    for place in ("", "#/figures"):
        if place:
            page.goto(f"{page.url.partition('#')[0]}{place}")
            page.wait_for_selector(".forest canvas")
        found = axe.run(page).response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        told += [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in serious]
    context.close()
    assert told == []


def test_many_sessions_fit_a_phone(browser, serve, corpus):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(serve(Settings(corpus)))
    page.click("text=Shapes and groups")
    page.wait_for_selector(".forest canvas")
    page.fill("#phrase", "rising fear then relief")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Understood")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_who_comes_back_from_a_session_finds_the_search_as_it_was(shapes):
    shapes.fill("#phrase", "rising fear then relief")
    shapes.keyboard.press("Enter")
    shapes.wait_for_selector(".kinds small")
    found = shapes.locator(".kinds:has(small) a").all_inner_texts()
    assert re.fullmatch(
        r"fear [.\d]+ to [.\d]+", shapes.inner_text(".kinds:has(small) small >> nth=0")
    )
    shapes.locator(".kinds:has(small) a").first.click()
    shapes.wait_for_selector(".turn .chip")
    assert shapes.get_by_label("Space").input_value() == "ekman7n"
    assert shapes.get_by_label("Axis").input_value() == "fear"
    shapes.click("text=← Shapes and groups")
    shapes.wait_for_selector(".kinds small")
    assert shapes.input_value("#phrase") == "rising fear then relief"
    assert shapes.locator(".kinds:has(small) a").all_inner_texts() == found
    assert shapes.faults == []


def test_who_comes_back_finds_the_line_that_was_drawn(shapes):
    drew(shapes)
    shapes.wait_for_selector(".kinds small")
    line = shapes.locator("svg.draw .course").get_attribute("d")
    shapes.locator(".kinds:has(small) a").first.click()
    shapes.wait_for_selector(".turn .chip")
    shapes.go_back()
    shapes.wait_for_selector(".kinds small")
    assert shapes.locator("svg.draw .course").get_attribute("d") == line
    assert shapes.faults == []


def test_who_comes_back_finds_the_list_as_it_was(page, serve, corpus):
    page.goto(serve(Settings(corpus)))
    page.fill("input[type=search]", "rise")
    page.get_by_label("Order").select_option("mean")
    page.wait_for_selector("tbody a:has-text('rise')")
    page.click("tbody a >> nth=1")
    page.wait_for_selector(".turn .chip")
    page.click("text=← All sessions")
    page.wait_for_selector("tbody a")
    assert page.input_value("input[type=search]") == "rise"
    assert page.get_by_label("Order").input_value() == "mean"
    assert all("rise" in name for name in page.locator("tbody a").all_inner_texts())
    assert page.faults == []


def test_what_was_measured_again_stands_once_with_its_last_value(page, serve, tmp_path):
    lake = open_lake(tmp_path / "lake")
    for value in (0.4, 0.5, 0.6):
        figure = Figure("macro_f1", value, value - 0.1, value + 0.1, n=9, setting="test")
        other = Figure("macro_f1", 0.3, 0.2, 0.4, n=9, setting="dev")
        lake.write_figures("run", "feelings", [figure, other], method="one")
    page.goto(f"{serve(Settings(tmp_path / 'lake'))}#/figures")
    page.wait_for_selector("tbody tr")
    told = page.locator("tbody tr").all_inner_texts()
    assert len(told) == 2
    assert "0.6" in told[0]
    assert "and 2 earlier" in told[0]
    assert page.faults == []
