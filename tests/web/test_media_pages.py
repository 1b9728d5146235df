"""web/static, with recordings: they play, and turns, time line, captions and ratings follow."""

import base64
import re

import pytest
from tests.web.conftest import plays, traced
from tests.web.test_media import put, sound

from affectory.store.lake import open_lake
from affectory.web.settings import Settings

LENGTH = 30.0  # seconds; the talk's five turns begin at 0, 4, 9, 15 and 22
FILM = """async () => {
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
  [canvas.width, canvas.height] = [320, 180];
  const paint = setInterval(() => { pen.fillStyle = `hsl(${Date.now() / 20 % 360} 60% 50%)`;
    pen.fillRect(0, 0, 320, 180); }, 40);
  const tape = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" }), parts = [];
  tape.ondataavailable = (e) => parts.push(e.data);
  tape.start();
  await new Promise((done) => setTimeout(done, 6000));
  await new Promise((done) => { tape.onstop = done; tape.stop(); });
  clearInterval(paint);
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
}"""


@pytest.fixture(scope="session")
def heard(tmp_path_factory):
    """Settings of a lake whose talk has a recording that can be heard."""
    home = tmp_path_factory.mktemp("heard")
    put(home / "media" / "talk.wav", sound(LENGTH))
    return Settings(traced(home / "out"), media=home / "media")


@pytest.fixture(scope="session")
def film(browser):
    """A video of six seconds, made by the browser itself; it says nothing of its length."""
    page = browser.new_page()
    made = base64.b64decode(page.evaluate(FILM))
    page.close()
    return made


def opened(page, address):
    """Open the session, and wait for its turns, its pictures and its recording."""
    page.goto(address)
    page.click("tbody a")
    page.wait_for_selector("button.when")
    page.wait_for_selector(".u-over")
    page.wait_for_function(
        "() => document.querySelector('.film video, .film audio').readyState >= 1"
    )


def now(page):
    """Return how far the recording is."""
    return page.evaluate("document.querySelector('.film video, .film audio').currentTime")


def head(page):
    """Return where the line on the time line is, None while there is none."""
    box = page.locator(".playhead").bounding_box()
    return box and box["x"]


def test_the_cursor_moves_and_the_turn_that_is_said_is_lit(page, serve, heard, shot):
    opened(page, serve(heard))
    assert head(page) is None
    page.evaluate("document.querySelector('audio').playbackRate = 0.25")  # a slow machine may look
    page.click("#turn-1 button.when")
    page.wait_for_selector("#turn-1.now")
    page.wait_for_selector("#turn-1.lit")
    assert now(page) >= 4
    first = head(page)
    page.wait_for_function(
        "(x) => document.querySelector('.playhead').getBoundingClientRect().left > x + 3", arg=first
    )
    assert page.inner_text(".words").startswith("bo: ")
    shot("media")
    page.evaluate("document.querySelector('audio').currentTime = 8.8")
    page.wait_for_selector("#turn-2.now")  # by itself, since the recording goes on
    assert page.locator(".turn.now").count() == 1
    page.evaluate("document.querySelector('audio').pause()")
    assert page.faults == []


SEEN = """(at) => {
  const turn = document.querySelector(".turn.now"), roll = document.querySelector(".roll");
  const [here, box] = [turn?.getBoundingClientRect(), roll.getBoundingClientRect()];
  return turn && turn.dataset.at >= at && here.top >= box.top && here.bottom <= box.bottom;
}"""


def test_the_list_follows_what_is_said_and_leaves_alone_who_scrolls(page, serve, tmp_path):
    rows = ["actor,text,time", *(f"ann,I love number {n} and say so,{2 * n}" for n in range(300))]
    out = traced(tmp_path / "out", "\n".join(rows))
    put(tmp_path / "media" / "talk.wav", sound(620, rate=3000))
    opened(page, serve(Settings(out, media=tmp_path / "media")))
    page.evaluate("scrollTo(0, 40)")
    page.click("#turn-0 button.when")
    page.mouse.move(5, 5)
    page.evaluate("document.querySelector('audio').currentTime = 480.1")
    page.wait_for_function(SEEN, arg=240)  # far away: its part of the list was not there yet
    assert page.evaluate("scrollY") == 40  # the page itself stays
    page.hover(".roll")
    page.mouse.wheel(0, -20_000)
    page.wait_for_function("() => document.querySelector('.roll').scrollTop === 0")
    page.wait_for_selector("#turn-0")
    page.wait_for_function(SEEN, arg=240)  # and follows again when nobody is at it
    page.evaluate("document.querySelector('audio').pause()")
    assert page.faults == []


def test_the_recording_jumps_where_the_time_line_is_clicked(page, serve, heard):
    opened(page, serve(heard))
    box = page.locator(".u-over").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    page.wait_for_selector(".playhead:not([hidden])")
    assert now(page) == pytest.approx(11, abs=0.2)  # half of the way from 0 to 22
    assert head(page) == pytest.approx(box["x"] + box["width"] / 2, abs=3)
    page.wait_for_selector("#turn-2.now")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)  # nearer: the line stays at its time
    page.keyboard.up("Control")
    page.wait_for_function("() => document.querySelector('.playhead').hidden === false")
    assert page.faults == []


def test_a_stretch_is_played_to_its_end_and_no_further(page, serve, heard):
    opened(page, serve(heard))
    assert page.is_disabled("text=Play this stretch")
    box = page.locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.40, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + 30, steps=5)
    page.mouse.up()
    page.click("text=Play this stretch")
    page.wait_for_function("() => document.querySelector('audio').paused === false")
    page.wait_for_function("() => document.querySelector('audio').paused")
    assert now(page) == pytest.approx(0.45 * 22, abs=0.6)
    assert page.faults == []


def test_captions_are_there_word_by_word(page, serve, heard):
    opened(page, serve(heard))
    page.wait_for_function(
        "() => document.querySelector('audio').textTracks[0]?.cues?.length === 5"
    )
    cues = page.evaluate(
        "[...document.querySelector('audio').textTracks[0].cues]"
        ".map((c) => [c.startTime, c.endTime, c.getCueAsHTML().textContent])"
    )
    assert cues[0] == [0, 4, "ann: I am so happy for you, thank you!"]
    assert cues[2][2] == "ann: <img src=x onerror=alert(1)> <script>window.hurt = 1</script>"
    assert page.evaluate("document.querySelector('track').kind") == "captions"


def test_a_shift_is_kept_for_everybody(page, serve, heard):
    address = serve(heard)
    opened(page, address)
    page.fill("#shift", "2.5")
    page.keyboard.press("Tab")
    page.click("#turn-1 button.when")
    page.wait_for_selector("#turn-1.now")
    assert now(page) >= 6.5
    page.evaluate("document.querySelector('audio').pause()")
    page.reload()
    page.wait_for_selector("#shift")
    assert page.input_value("#shift") == "2.5"
    page.fill("#shift", "0")
    page.keyboard.press("Tab")
    page.wait_for_function(
        "() => fetch('/api' + location.hash.slice(1).replace('/t/', '/traces/').replace('/s/', "
        "'/sessions/') + '/media/facts').then((a) => a.json()).then((told) => told.offset === 0)"
    )
    assert page.faults == []


def test_a_recording_is_added_replaced_and_removed_on_the_page(page, serve, tmp_path, film, shot):
    page.goto(serve(Settings(traced(tmp_path / "out"))))
    page.click("tbody a")
    page.wait_for_selector("text=Add a recording")
    assert page.locator("button.when").count() == 0
    wrong = put(tmp_path / "wrong.wav", b"no recording")
    page.set_input_files("#recording", wrong)
    page.wait_for_selector("text=other content than its ending says")
    page.set_input_files("#recording", put(tmp_path / "talk.webm", film))
    page.wait_for_selector(".film video")
    page.wait_for_selector("button.when")
    page.click("#turn-1 button.when")  # a film that does not say how long it is can be jumped in
    page.wait_for_selector("#turn-1.now")
    page.wait_for_selector(".playhead:not([hidden])")
    shot("media-video")
    page.set_input_files("#recording", put(tmp_path / "talk.wav", sound(LENGTH)))
    page.wait_for_selector(".film audio")
    page.click("text=Remove")
    page.click("text=Remove it for good")
    page.wait_for_selector("text=Add a recording")
    assert page.locator("button.when").count() == 0
    assert page.faults == []


def test_a_session_that_counts_in_turns_says_that_nothing_follows(page, serve, tmp_path):
    out = traced(tmp_path / "out", "actor,text\nann,I love it\nbo,I hate it\n")
    put(tmp_path / "media" / "talk.wav", sound(2))
    page.goto(serve(Settings(out, media=tmp_path / "media")))
    page.click("tbody a")
    page.wait_for_selector("text=does not count in seconds")
    assert page.locator("button.when").count() == 0
    assert page.faults == []


def test_dates_begin_with_the_recording(page, serve, tmp_path):
    rows = "actor,text,time\nann,I love it,2026-01-05 10:00:00\nbo,I hate it,2026-01-05 10:00:05\n"
    out = traced(tmp_path / "out", rows)
    put(tmp_path / "media" / "talk.wav", sound(12))
    opened(page, serve(Settings(out, media=tmp_path / "media")))
    page.click("#turn-1 button.when")
    page.wait_for_selector("#turn-1.now")
    assert 5 <= now(page) < 10
    assert page.faults == []


def test_a_file_that_cannot_be_played_is_told(page, serve, tmp_path):
    put(tmp_path / "media" / "talk.wav", b"RIFF\0\0\0\0WAVE and no sound")
    page.goto(serve(Settings(traced(tmp_path / "out"), media=tmp_path / "media")))
    page.click("tbody a")
    page.wait_for_selector("text=This browser cannot play the recording")
    assert page.faults == []


def rated(page, address):
    """Begin to rate the session, and let it play."""
    page.goto(address)
    page.click("tbody a")
    page.click("text=Rate this session")
    page.fill("#rater", "zoe")
    page.click("text=Begin")
    page.wait_for_selector("canvas.pad")
    plays(page)


def wiggled(page):
    """Move over the field while samples are kept."""
    box = page.locator("canvas.pad").bounding_box()
    for step in range(12):
        page.mouse.move(box["x"] + 20 + 15 * step, box["y"] + 60)
        page.wait_for_timeout(80)


def test_a_rating_goes_by_the_recordings_time(page, serve, tmp_path, shot):
    put(tmp_path / "media" / "talk.wav", sound(LENGTH))
    out = traced(tmp_path / "out")
    rated(page, serve(Settings(out, media=tmp_path / "media")))
    page.wait_for_function("() => document.querySelector('.screen audio').currentTime > 0.3")
    page.evaluate("document.querySelector('.screen audio').currentTime = 9.5")
    page.wait_for_selector(".stage .now >> text=<img src=x")
    wiggled(page)
    shot("rate-media")
    page.click("button:text-is('Pause')")
    end = page.evaluate("document.querySelector('.screen audio').currentTime")
    page.fill("#lag", "0")
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    start = open_lake(out / "lake").states("vad", by="rater:zoe").start
    assert start.max() == pytest.approx(end, abs=0.5)
    assert ((start < 5) | (start >= 9.5)).all()  # nothing was said of what was not heard
    assert (start >= 9.5).sum() > 5
    assert page.faults == []


def test_a_rating_with_a_recording_is_gone_on_with_after_a_reload(page, serve, tmp_path):
    put(tmp_path / "media" / "talk.wav", sound(LENGTH))
    out = traced(tmp_path / "out")
    rated(page, serve(Settings(out, media=tmp_path / "media")))
    wiggled(page)
    page.wait_for_selector("text=/[1-9][0-9]* samples are safe/")
    page.reload()
    page.wait_for_selector("text=Begun and not ended")
    left = page.inner_text("li:has(button:text-is('Go on'))")
    safe = int(re.search(r"(\d+) samples", left)[1])
    page.click("text=Go on")
    page.wait_for_selector("canvas.pad")
    plays(page)
    page.wait_for_function(  # what was safe still is, and more comes to it
        "(safe) => parseInt(document.querySelector('.count[role=status]').textContent) > safe + 5",
        arg=safe,
    )
    page.click("button:text-is('Pause')")
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    assert len(open_lake(out / "lake").states("vad", by="rater:zoe")) > 5
    assert page.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [1400, 390])
def test_a_recording_shuts_nobody_out(browser, serve, heard, scheme, wide):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(
        bypass_csp=True, color_scheme=scheme, viewport={"width": wide, "height": 800}
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    opened(page, serve(heard))
    page.click("#turn-1 button.when")
    page.wait_for_selector("#turn-1.now")
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
    found = axe.run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    told = [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in serious]
    context.close()
    assert told == []


def begun(page, address, kind="traced"):
    """Begin to rate the session."""
    page.goto(address)
    page.click("tbody a")
    page.click("text=Rate this session")
    page.fill("#rater", "zoe")
    page.select_option("#kind", kind)
    page.click("text=Begin")


def test_a_turn_that_is_rated_is_heard_when_asked_for(page, serve, tmp_path, shot):
    put(tmp_path / "media" / "talk.wav", sound(LENGTH))
    begun(page, serve(Settings(traced(tmp_path / "out"), media=tmp_path / "media")), "turns")
    page.wait_for_selector("text=Turn 1 of 5")
    page.wait_for_timeout(500)
    at = lambda: page.evaluate("document.querySelector('.screen audio').currentTime")  # noqa: E731
    paused = "(wanted) => document.querySelector('.screen audio').paused === wanted"
    assert at() == 0  # not by itself
    page.click("text=Next")
    page.click("text=Play this turn")
    page.wait_for_function(paused, arg=False)
    shot("rate-turn-heard")
    assert 4 <= at() < 9
    page.keyboard.press("p")
    page.wait_for_function(paused, arg=True)
    page.keyboard.press("p")
    page.wait_for_function(paused, arg=False)
    page.evaluate("document.querySelector('.screen audio').currentTime = 8.6")
    page.wait_for_function(paused, arg=True)  # the turn's end
    assert 9 <= at() < 9.6
    page.keyboard.press("p")
    page.wait_for_function(paused, arg=False)
    page.click("button:text-is('Skip')")
    page.wait_for_function(paused, arg=True)
    assert page.faults == []


def test_a_recording_that_cannot_lead_says_why_and_the_rating_begins(page, serve, tmp_path):
    put(tmp_path / "media" / "talk.wav", b"RIFF\0\0\0\0WAVE and no sound")
    begun(page, serve(Settings(traced(tmp_path / "out"), media=tmp_path / "media")))
    page.wait_for_selector("canvas.pad")
    assert "cannot play the recording" in page.inner_text(".why")


def test_a_session_without_seconds_says_why_its_recording_does_not_lead(page, serve, tmp_path):
    put(tmp_path / "media" / "talk.wav", sound(2))
    out = traced(tmp_path / "out", "actor,text\nann,I love it\nbo,I hate it\n")
    begun(page, serve(Settings(out, media=tmp_path / "media")))
    page.wait_for_selector("canvas.pad")
    assert "does not count in seconds" in page.inner_text(".why")


def test_a_recording_that_does_not_come_keeps_nobody_from_rating(page, serve, tmp_path):
    put(tmp_path / "media" / "talk.wav", sound(LENGTH))
    page.route("**/media?v=*", lambda route: None)
    begun(page, serve(Settings(traced(tmp_path / "out"), media=tmp_path / "media")))
    page.wait_for_selector("text=Looking for the recording")
    page.wait_for_selector("canvas.pad")
    assert "does not come" in page.inner_text(".why")
    page.unroute("**/media?v=*")
    assert page.faults == []
