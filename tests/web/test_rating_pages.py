"""web/static, rating: the page samples, keeps, sways nobody, and shows how raters agree."""

import json
import re

import httpx
import numpy as np
import pytest
from playwright.sync_api import expect
from tests.web.conftest import HEADERS, SHOTS, plays, traced
from tests.web.test_rating import wander

from affectory.store.lake import open_lake
from affectory.web.settings import Settings

WORDS = "and so on and on as one speaks who has much to say of a long day at work"
TALK = "actor,text,time\n" + "".join(
    f"{who},{text} {WORDS},{8 * n}\n"
    for n, (who, text) in enumerate(
        [("ann", "I am so happy"), ("bo", "I hate this"), ("ann", "It is sad"), ("bo", "I love it")]
    )
)
PAD = """window.stick = [0, 0];
Object.defineProperty(navigator, 'getGamepads', { value: () => [{ axes: window.stick }] });"""
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"


@pytest.fixture
def served(serve, tmp_path):
    """The folder of a lake, the address of an explorer over it, and of its one session."""
    out = traced(tmp_path / "out", TALK)
    address = serve(Settings(out))
    with httpx.Client(headers=HEADERS, base_url=f"{address}api") as client:
        job = client.get("/traces").json()[0]["job"]
        yield out, address, f"{address}#/t/{job}/s/0", client, f"/traces/{job}/sessions/0"


def wave(late, seed, n=800):
    at = np.arange(n) / 25
    said = {
        "valence": np.sin((at - late) / 2.1) * 0.7,
        "arousal": 0.5 * np.cos((at - late) / 1.3),
    }
    noise = np.random.default_rng(seed).normal(0, 0.05, n)
    rows = np.clip(np.column_stack(list(said.values())) + noise[:, None], -1, 1)
    return [
        {
            "n": k,
            "at": float(at[k]),
            "play": float(at[k]),
            "said": dict(zip(said, row, strict=True)),
        }
        for k, row in enumerate(rows.tolist())
    ]


def take(client, base, rater, late, done=True):
    wish = {"rater": rater, "space": "vad", "axes": ["valence", "arousal"], "kind": "traced"}
    made = client.post(f"{base}/takes", json=wish).json()["id"]
    client.post(f"/takes/{made}/samples", json=wave(late, len(rater))).raise_for_status()
    if done:
        client.post(f"/takes/{made}/done").raise_for_status()
    return made


def label(client, base, rater, picks):
    axes = ["anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"]
    wish = {"rater": rater, "space": "ekman7n", "axes": axes, "kind": "turns"}
    made = client.post(f"{base}/takes", json=wish).json()["id"]
    rows = [
        {"n": n, "at": 8.0 * n, "said": {axis: float(axis == pick) for axis in axes}}
        for n, pick in enumerate(picks)
    ]
    client.post(f"/takes/{made}/samples", json=rows).raise_for_status()
    client.post(f"/takes/{made}/done").raise_for_status()


def begin(page, where, rater="zoe", kind="traced", space="vad"):
    page.goto(f"{where}/rate")
    page.fill("#rater", rater)
    page.select_option("#kind", kind)
    page.select_option("#space", space)
    page.click("text=Begin")


def until(page, seconds):
    """Wait until so many seconds of the session have gone by on the player's own clock."""
    for _ in range(600):
        if float(page.locator(".bar [type=range]").input_value()) >= seconds:
            return
        page.wait_for_timeout(50)
    raise AssertionError("it does not play")


def played(page, seconds):
    """Play for so many seconds of the session, and wait until what was said is safe."""
    plays(page)
    until(page, seconds)
    page.click("button:text-is('Pause')")
    page.wait_for_selector("text=samples are safe")


def samples(client, base):
    own = client.get(f"{base}/takes").json()[-1]
    return client.get(f"/takes/{own['id']}/samples").json()


def test_a_point_is_sampled_twenty_times_a_second_however_slow_the_machine(page, served, shot):
    _, _, where, client, base = served
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    begin(page, where)
    box = page.locator("canvas.pad").bounding_box()
    plays(page)
    for step in range(24):
        page.mouse.move(box["x"] + 30 + 8 * step, box["y"] + 90 + 60 * np.sin(step / 4))
        if step % 8 == 7:  # the page hangs, as it does on a slow machine
            page.evaluate("{ const t = performance.now(); while (performance.now() - t < 350); }")
    shot("rate-traced")
    until(page, 3)
    page.click("button:text-is('Pause')")
    page.wait_for_timeout(900)
    told = samples(client, base)
    play = np.array(told["play"])
    assert play[-1] - play[0] > 2.9
    assert len(play) / (play[-1] - play[0]) >= 20
    assert np.diff(play).max() < 0.1
    assert len(set(told["valence"])) > 5
    assert not [
        url for url in asked if "/api/" in url and ("/states" in url or "/agreement" in url)
    ]
    assert page.faults == []


def test_arrow_keys_and_a_gamepad_move_the_point_and_a_spring_brings_it_back(page, served):
    _, _, where, client, base = served
    page.add_init_script(PAD)
    begin(page, where)
    page.focus("canvas.pad")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".reading")).to_have_text("valence 0.40, arousal 0.08")
    page.keyboard.press("Space")
    until(page, 0.5)
    page.evaluate("window.stick = [-0.5, -1]")  # a stick that is pushed away is up
    expect(page.locator(".reading")).to_have_text("valence \u22120.50, arousal 1.00")
    page.evaluate("window.stick = [0, 0]")
    page.wait_for_timeout(700)
    expect(page.locator(".reading")).to_have_text("valence \u22120.50, arousal 1.00")
    page.check("#spring")
    expect(page.locator(".reading")).to_have_text("valence 0.00, arousal 0.00", timeout=20_000)
    page.keyboard.press("Space")
    told = samples(client, base)
    assert {0.4, -0.5} <= {round(v, 2) for v in told["valence"]}
    assert page.faults == []


def test_a_finger_moves_the_point(browser, served):
    _, _, where, _, _ = served
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 800})
    page = context.new_page()
    begin(page, where)
    page.locator("canvas.pad").scroll_into_view_if_needed()
    box = page.locator("canvas.pad").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    expect(page.locator(".reading")).to_have_text("valence 0.50, arousal 0.50")
    context.close()


def test_a_take_is_gone_on_with_in_one_tab_alone(browser, served):
    _, _, where, client, base = served
    take(client, base, "ann", 0.0, done=False)
    context = browser.new_context()
    one, two = context.new_page(), context.new_page()
    for page in (one, two):
        page.goto(f"{where}/rate")
        page.click("text=Go on")
        if page is one:
            page.wait_for_selector("canvas.pad")
    two.wait_for_selector("text=open in another tab")
    assert two.locator("canvas.pad").count() == 0
    one.close()
    two.click("text=Go on")
    two.wait_for_selector("canvas.pad")
    context.close()


def test_a_browser_that_keeps_nothing_says_so_and_loses_nothing(page, served):
    _, _, where, client, base = served
    page.add_init_script(FULL)
    begin(page, where)
    page.wait_for_selector("canvas.pad")
    page.route("**/samples", lambda route: route.abort())
    plays(page)
    page.wait_for_selector("text=on this page alone")
    page.click("button:text-is('Pause')")
    page.unroute("**/samples")
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    told = samples(client, base)
    assert told["n"] == list(range(len(told["n"])))
    assert page.faults == []


def test_what_waits_is_sent_as_the_page_goes(page, served):
    _, address, where, client, base = served
    page.add_init_script(FULL)  # nothing but the last request can save it
    begin(page, where)
    page.wait_for_selector("canvas.pad")
    page.route("**/samples", lambda route: route.abort())
    plays(page)
    until(page, 1)
    page.click("button:text-is('Pause')")
    page.wait_for_selector("text=/samples wait/")
    page.unroute("**/samples")
    page.goto(f"{address}static/icon.svg")
    page.wait_for_timeout(500)
    assert len(samples(client, base)["n"]) > 15


def looked_again(page):
    """Wait until the page has looked again at how raters agree."""
    with page.expect_response("**/takes"):
        pass
    page.wait_for_timeout(300)


def test_how_others_rated_is_seen_after_ones_own_take_and_followed_live(page, served, shot):
    out, _, where, client, base = served
    for rater, late in (("ann", 0.0), ("bo", 0.6)):
        take(client, base, rater, late)
    page.goto(f"{where}/rate")
    page.wait_for_selector("text=not shown before you are done")
    assert page.locator(".agree").count() == 0
    begin(page, where, rater="cy")
    played(page, 2)
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    page.wait_for_selector(".agree tbody tr")
    assert "3 takes, 0 of them going on" in page.inner_text(".agree [role=status]")
    made = take(client, base, "di", 1.0, done=False)  # somebody begins elsewhere
    page.wait_for_selector("text=4 takes, 1 of them going on")
    client.delete(f"/takes/{made}")
    page.wait_for_selector("text=3 takes, 0 of them going on")
    mine = page.locator(".takes li").filter(has_text="cy")
    mine.locator("text=Take back").click()
    mine.locator("text=Yes, for good").click()
    page.wait_for_selector("text=not shown before you are done")
    page.click("text=Show it all the same")
    page.check("#away")
    expect(page.locator(".agree tbody tr").first).to_contain_text("0.0, 0.6")
    page.click("text=Put the gold into the lake")
    page.wait_for_selector("text=/gold:traced: .* states/")
    looked_again(page)
    assert page.locator("text=/gold:traced: .* states/").count() == 1
    shot("agreement")
    assert len(open_lake(out / "lake").states("vad", by="gold:traced")) > 100
    with page.expect_download() as kept:
        page.click(".agree .get:text-is('SVG')")
    assert "gold" in kept.value.path().read_text()
    page.goto(where)
    page.wait_for_selector(".turn .chip")
    page.locator("select").filter(has_text="gold:traced").last.select_option("gold:traced")
    page.wait_for_selector("text=/gold:traced: CCC/")
    shot("session-beside-gold")
    page.locator("select").filter(has_text="gold:traced").first.select_option("gold:traced")
    page.wait_for_selector(".u-over")
    shot("session-by-gold")
    assert page.faults == []


def test_labels_are_rated_and_compared_as_labels(page, served, shot):
    _, _, where, client, base = served
    label(client, base, "ann", ["joy", "anger", "sadness", "joy"])
    begin(page, where, kind="turns", space="ekman7n")
    page.click(".labels >> text=joy")
    page.click(".labels >> text=anger")
    page.wait_for_selector("text=Turn 3 of 4")
    page.click("text=Back")
    assert page.get_attribute(".labels >> text=anger", "aria-pressed") == "true"
    shot("rate-turns")
    page.click(".labels >> text=fear")  # said anew
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    page.wait_for_selector(".agree tbody tr")
    first = page.locator(".agree tbody tr").first
    expect(first).to_contain_text("ekman7n, label")
    expect(first).to_contain_text("0.50 of labels alike")
    shot("agreement-labels")
    assert page.faults == []


def test_a_measured_lag_is_offered_and_taken(page, served):
    _, _, where, client, base = served
    take(client, base, "ann", 0.0)
    made = take(client, base, "bo", 1.2, done=False)
    page.goto(f"{where}/rate")
    page.click("text=Go on")
    page.click("text=Measure")
    offer = page.locator(".offers button").first
    expect(offer).to_have_text(
        "1.2 s after the others"
    )  # and not how well it agrees: it would sway
    offer.click()
    assert page.input_value("#lag") == "1.2"
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    expect(page.locator(".notice")).to_contain_text("with 1.2 s taken away")
    row = next(one for one in client.get(f"{base}/takes").json() if one["id"] == made)
    assert row["lag"] == 1.2
    assert page.faults == []


def test_raters_of_all_sessions_stand_on_one_page(page, served, shot):
    _, _, where, client, base = served
    page.goto(f"{where.partition('/s/')[0]}/raters")
    page.wait_for_selector("text=Nobody has rated")
    for rater in ("ann", "bo"):
        take(client, base, rater, 0.0)
    page.reload()
    page.wait_for_selector("tbody tr")
    expect(page.locator("tbody tr").first).to_contain_text("1 / 1")
    assert page.locator("tbody tr").first.locator("td.n").all_inner_texts()[1:] == ["\u2013"] * 2
    shot("raters")
    assert page.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_raters_shuts_anybody_out_on_a_phone(browser, served, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    _, _, where, client, base = served
    for rater in ("ann", "bo", "cy"):
        take(client, base, rater, 0.3)
    context = browser.new_context(
        bypass_csp=True, color_scheme=scheme, viewport={"width": 390, "height": 800}
    )
    page = context.new_page()
    steps = {
        "agreement": lambda: page.click("text=Show it all the same"),
        "rate": lambda: (page.fill("#rater", "di"), page.click("text=Begin")),
    }
    for name, step in steps.items():
        page.goto(f"{where}/rate")
        step()
        page.wait_for_selector(".agree canvas" if name == "agreement" else "canvas.pad")
        page.wait_for_timeout(400)
        page.screenshot(path=SHOTS / f"{name}-phone-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        found = axe.run(page).response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        told = [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in serious]
        assert told == [], json.dumps(told)
        page.goto("about:blank")
    context.close()


KEYS = """window.ears = 0;
const [add, drop] = [window.addEventListener, window.removeEventListener];
window.addEventListener = function (name, ...more) {
  if (name === "keydown") window.ears += 1;
  return add.call(window, name, ...more);
};
window.removeEventListener = function (name, ...more) {
  if (name === "keydown") window.ears -= 1;
  return drop.call(window, name, ...more);
};"""


def test_a_rating_in_the_forms_own_space_is_compared_with_the_method(page, served):
    _, _, where, client, base = served
    page.goto(f"{where}/rate")
    expect(page.locator("#space")).to_have_value("vad")  # that the method gave
    page.select_option("#kind", "turns")
    expect(page.locator("#space")).to_have_value("vad")
    wish = {"rater": "ann", "space": "va", "axes": ["valence"], "kind": "turns"}
    made = client.post(f"{base}/takes", json=wish).json()["id"]
    rows = [{"n": n, "at": 8.0 * n, "said": {"valence": v}} for n, v in enumerate([1, -1, -0.5, 1])]
    client.post(f"/takes/{made}/samples", json=rows).raise_for_status()
    client.post(f"/takes/{made}/done").raise_for_status()
    page.click("text=Show it all the same")
    last = page.locator(".agree tbody tr").first.locator("td").last
    expect(last).to_contain_text("in vad")
    assert float(last.inner_text().split()[0]) > 0
    assert page.faults == []


def test_whose_emotion_is_meant_and_what_the_ends_of_the_pad_are_is_said(page, served, shot):
    _, _, where, _, _ = served
    page.goto(f"{where}/rate")
    expect(page.locator("form.setup")).to_contain_text("what whoever speaks expresses")
    begin(page, where)
    board = page.locator("canvas.pad")
    expect(board).to_have_attribute("aria-label", re.compile(r"negative.*positive.*calm.*excited"))
    shot("rate-ends")
    assert page.faults == []


@pytest.mark.parametrize(("most", "long"), [(100, False), (5000, True)])
def test_brackets_are_explained_where_there_are_some(page, served, most, long):
    _, _, where, client, base = served
    for rater, seed in (("ann", 1), ("bo", 2)):
        wish = {"rater": rater, "space": "vad", "axes": ["valence"], "kind": "traced"}
        made = client.post(f"{base}/takes", json=wish).json()["id"]
        rows = wander(5000, seed)[:most]  # four seconds are too short for an interval
        client.post(f"/takes/{made}/samples", json=rows).raise_for_status()
    page.goto(f"{where}/rate")
    page.click("text=Show it all the same")
    expect(page.locator(".agree tbody tr").first).to_contain_text("samples")
    assert ("[" in page.inner_text(".agree table")) == long
    assert page.get_by_text("In brackets").is_visible() == long
    assert page.faults == []


def test_a_double_click_begins_one_take(page, served):
    _, _, where, client, base = served
    page.goto(f"{where}/rate")
    page.fill("#rater", "zoe")
    page.dblclick("text=Begin")
    page.wait_for_selector("canvas.pad")
    page.wait_for_timeout(600)
    assert len(client.get(f"{base}/takes").json()) == 1
    assert page.faults == []


def test_whoever_leaves_while_a_take_is_begun_leaves_nothing_behind(page, served):
    _, _, where, client, base = served
    take(client, base, "ann", 0.0, done=False)
    page.add_init_script(KEYS)
    page.goto(f"{where}/rate")
    page.click("text=Go on")
    page.evaluate("location.hash = '#/live'")  # before it is known whether another tab has it
    page.wait_for_selector("#turn")
    page.wait_for_timeout(1000)
    assert page.evaluate("window.ears") == 0
    page.click("#turn")
    page.keyboard.type("one two three")
    assert page.input_value("#turn") == "one two three"
    page.evaluate(f"location.hash = '{where.partition('#')[2]}/rate'")
    page.click("text=Go on")
    page.wait_for_selector("canvas.pad")  # nobody else has it open
    assert page.faults == []


def test_another_browsers_samples_are_told_and_ours_become_a_take_of_their_own(page, served):
    _, _, where, client, base = served
    begin(page, where)
    page.wait_for_selector("canvas.pad")
    own = client.get(f"{base}/takes").json()[-1]["id"]
    other = [{"n": 3, "at": 0.1, "said": {"valence": -0.8, "arousal": 0.1}}]
    client.post(f"/takes/{own}/samples", json=other).raise_for_status()
    plays(page)
    page.wait_for_selector("text=Another browser says something else in this take")
    until(page, 1)
    page.click("button:text-is('Pause')")
    page.click("text=Keep them as a take of their own")
    page.wait_for_selector("text=samples are safe")
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    rows = {row["id"]: row for row in client.get(f"{base}/takes").json()}
    assert rows.pop(own)["samples"] == 1
    (mine,) = rows.values()
    assert mine["done"] is not None
    told = client.get(f"/takes/{mine['id']}/samples").json()["n"]
    assert told == list(range(len(told)))
    assert len(told) > 15
    assert page.faults == []


def test_a_server_that_asks_for_its_token_again_takes_no_sample_away(browser, serve, tmp_path):
    out, token = traced(tmp_path / "out", TALK), "a long token of mine 123"
    address = serve(Settings(out, token=token))
    with httpx.Client(
        headers={**HEADERS, "authorization": f"Bearer {token}"}, base_url=f"{address}api"
    ) as client:
        job = client.get("/traces").json()[0]["job"]
        context = browser.new_context()
        context.add_init_script(FULL)
        page = context.new_page()
        enter = lambda one: (one.fill("#token", token), one.click("button[type=submit]"))  # noqa: E731
        page.goto(f"{address}enter")
        enter(page)
        page.wait_for_selector("tbody tr")
        begin(page, f"{address}#/t/{job}/s/0")
        page.wait_for_selector("canvas.pad")
        context.clear_cookies()  # as after a restart, which forgets them
        plays(page)
        page.wait_for_selector("text=/asks for its token/")
        page.click("button:text-is('Pause')")
        with context.expect_page() as opened:
            page.click("text=Enter again in a new tab")
        enter(opened.value)
        page.wait_for_selector("text=samples are safe")  # by itself
        page.click("text=Done")
        page.wait_for_selector("text=Kept. As a file:")
        told = samples(client, f"/traces/{job}/sessions/0")["n"]
        assert told == list(range(len(told)))
        context.close()


def test_what_is_left_in_a_browser_is_sent_whatever_page_is_opened(page, served):
    _, address, _, client, base = served
    made = take(client, base, "ann", 0.0, done=False)
    rows = [
        {"n": 800 + n, "at": 32 + n / 25, "said": {"valence": 0, "arousal": 0}} for n in range(9)
    ]
    page.goto(f"{address}static/icon.svg")
    page.evaluate(
        "([take, rows]) => localStorage.setItem('affectory.take.' + take, rows)",
        [made, json.dumps(rows)],
    )
    page.goto(address)
    page.wait_for_function(
        "() => Object.keys(localStorage).every((key) => !key.startsWith('affectory.take.'))"
    )
    assert client.get(f"{base}/takes").json()[0]["samples"] == 809


def test_a_turn_that_nobody_touched_is_not_rated(page, served, shot):
    _, _, where, client, base = served
    begin(page, where, kind="turns", space="goemotions28")
    for _ in range(3):
        expect(page.get_by_text("Not rated yet")).to_be_visible()
        page.click("button:text-is('Next')")
    assert samples(client, base)["n"] == []
    page.click("button:text-is('As it stands')")  # of no emotion, and meant so
    page.wait_for_selector("text=1 sample is safe")
    told = samples(client, base)
    assert told["n"] == [3]
    assert told["joy"] == [0]
    page.goto("about:blank")
    begin(page, where, kind="turns", space="vad")
    first = page.locator(".sliders > div").first
    expect(first).to_contain_text("valence \u2013")
    expect(first).to_contain_text("\u22121 negative1 positive")
    page.click("button:text-is('Next')")
    page.get_by_label("valence").click()  # in the middle, where it stands
    expect(page.get_by_text("Rated", exact=True)).to_be_visible()
    expect(first).to_contain_text("valence 0.00")
    shot("rate-sliders")
    page.click("button:text-is('Next')")
    page.wait_for_selector("text=1 sample is safe")
    assert samples(client, base)["n"] == [1]
    page.click("button:text-is('Back')")
    expect(page.get_by_text("Rated", exact=True)).to_be_visible()
    page.click("button:text-is('Back')")
    page.get_by_label("arousal").press("ArrowRight")
    page.click("text=Done")  # keeps what was just said, without Next
    page.wait_for_selector("text=Kept. As a file:")
    assert samples(client, base)["n"] == [0, 1]
    assert page.faults == []


def test_who_says_nothing_rates_nothing(page, served):
    _, _, where, client, base = served
    begin(page, where)
    page.wait_for_selector("text=Nothing is rated until you move the point or press it.")
    page.click("button:text-is('Play')")
    until(page, 1)
    page.focus("canvas.pad")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("text=/sample.* safe/")
    page.click("button:text-is('Pause')")
    told = samples(client, base)
    assert told["play"][0] > 0.9
    assert told["valence"][0] > 0
    assert page.faults == []
