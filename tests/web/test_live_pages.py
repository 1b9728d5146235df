"""The page of talks: typed turns, those that go on, and what `affectory live` overhears."""

import httpx
import pytest
from tests.web.conftest import HEADERS, ended
from tests.web.upstream import Upstream, running

from affectory.web.overhearing import Ear
from affectory.web.proxy import create_proxy, upstream_of
from affectory.web.settings import Settings

SAID = (
    ("Hi, I am waiting for my parcel and I am quite excited!", "How nice! I will look it up."),
    ("Thank you, that is kind of you.", "It was sent on Monday and should be with you."),
    ("No, that is wrong. It is not here.", "I see. Your parcel is at the depot."),
    ("I already told you that it is not there. This is so annoying!", "I am sorry about that."),
    ("I am really angry. I want my money back.", "I understand. I will refund you right away."),
    ("Oh, great, thank you so much! I am relieved.", "You are welcome, I am glad I could help!"),
)


@pytest.fixture
def passing(tmp_path):
    """A function that says something through the proxy, and keeps it beside a lake."""
    answers = dict(SAID)
    server = Upstream(lambda messages: answers[messages[-1]["content"]])
    out = tmp_path / "out"
    (out / "live").mkdir(parents=True)
    ear = Ear(lambda *_: None, print, out / "live")
    with running(server.app) as behind:
        proxy = create_proxy(upstream_of(f"{behind}/v1"), ear, Settings(out))
        with running(proxy) as before:
            history = []

            def say(words):
                history.append({"role": "user", "content": words})
                asked = {"model": "m", "messages": history}
                told = httpx.post(f"{before}/v1/chat/completions", json=asked, timeout=60).json()
                history.append(told["choices"][0]["message"])

            yield out, say
            ear.close()


def turns(page, n):
    page.wait_for_function("n => document.querySelectorAll('.turn .chip').length === n", arg=n)


def test_the_page_follows_what_passes_to_a_server_and_lists_what_goes_on(
    page, serve, passing, shot
):
    out, say = passing
    address = serve(Settings(out))
    page.goto(f"{address}#/live")
    page.wait_for_selector("text=connected")
    page.fill("#turn", "I only type here")
    page.keyboard.press("Enter")
    turns(page, 1)
    say(SAID[0][0])
    page.click("text=excited!")  # it has come into the list
    turns(page, 2)
    assert page.locator("#turn").count() == 0
    assert page.locator(".talk[aria-current]").inner_text().startswith("Hi, I am waiting")
    for at, (words, _) in enumerate(SAID[1:], start=2):
        say(words)
        turns(page, 2 * at)  # without a reload
    assert page.locator(".sign").count() > 0
    assert "user" in page.locator(".card .keys").inner_text()
    page.wait_for_selector(".talk[aria-current] >> text=12 turns")
    shot("live")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("() => document.documentElement.scrollWidth <= 390")
    shot("live_phone")
    page.set_viewport_size({"width": 1400, "height": 900})
    page.click("text=I only type here")
    turns(page, 1)
    assert page.locator("#turn").count() == 1
    page.locator(".talk", has_text="Hi, I am waiting").focus()  # and back, by keyboard alone
    page.keyboard.press("Enter")
    turns(page, 12)
    page.click("#theme")
    shot("live_dark")
    assert page.faults == []
    names = [talk["overheard"] for talk in httpx.get(f"{address}api/talks").json()]
    assert sorted(names) == [False, True]


def test_a_talk_that_was_deleted_is_begun_anew(page, serve, tmp_path):
    out = tmp_path / "out"
    page.goto(f"{serve(Settings(out))}#/live")
    page.fill("#turn", "hello")
    page.keyboard.press("Enter")
    turns(page, 1)
    for path in (out / "live").iterdir():
        path.unlink()
    page.reload()
    page.wait_for_selector("text=connected")
    turns(page, 0)
    assert page.faults == []


SOCKETS = """
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(address) { super(address); window.sockets.push(this); }
};
"""


def test_what_was_not_answered_goes_on_in_another_talk_when_its_own_is_deleted(
    page, serve, tmp_path, shot
):
    out = tmp_path / "out"
    page.add_init_script(SOCKETS)
    page.goto(f"{serve(Settings(out))}#/live")
    page.wait_for_selector("text=connected")
    page.fill("#actor", "bo")
    page.fill("#turn", "hello")
    page.keyboard.press("Enter")
    turns(page, 1)
    for path in (out / "live").iterdir():
        path.unlink()
    page.evaluate("sockets.at(-1).send = () => {}")  # a line that is about to break
    for words in ("nothing of this", "is lost"):
        page.fill("#turn", words)
        page.keyboard.press("Enter")
    page.fill("#turn", "half a sen")
    page.evaluate("sockets.at(-1).close()")
    page.wait_for_selector("text=with the 2 turns that were not answered")
    turns(page, 2)
    shot("live_gone")
    assert page.locator(".said").all_inner_texts() == ["nothing of this", "is lost"]
    assert page.locator(".turn b").all_inner_texts() == ["bo", "bo"]
    assert (page.input_value("#turn"), page.input_value("#actor")) == ("half a sen", "bo")
    (path,) = (out / "live").glob("*.jsonl")
    assert len(path.read_bytes().splitlines()) == 2
    assert page.faults == []


def test_what_was_typed_is_there_when_its_page_is_left_and_comes_back(page, serve, tmp_path):
    page.add_init_script(SOCKETS)
    page.goto(f"{serve(Settings(tmp_path / 'out'))}#/live")
    page.wait_for_selector("text=connected")
    page.evaluate("sockets.at(-1).send = () => {}")
    page.fill("#turn", "on its way")
    page.keyboard.press("Enter")
    page.fill("#turn", "half a sen")
    page.click("#nav >> text=Methods")
    page.wait_for_selector("h1 >> text=Methods")
    page.click("#nav >> text=Live")
    turns(page, 1)
    assert page.locator(".said").all_inner_texts() == ["on its way"]
    assert page.input_value("#turn") == "half a sen"
    assert page.faults == []


def test_what_the_server_takes_for_no_turn_is_the_persons_again(page, serve, tmp_path):
    page.add_init_script(SOCKETS)
    page.goto(f"{serve(Settings(tmp_path / 'out'))}#/live")
    page.wait_for_selector("text=connected")
    page.eval_on_selector("#turn", "el => { el.value = 'x'.repeat(20001); }")
    page.locator("#turn").press("Enter")
    page.wait_for_selector(".toast >> text=this is no turn")
    assert len(page.input_value("#turn")) == 20001
    assert page.faults == []


def test_a_turn_is_seen_on_every_page_that_has_the_talk(browser, page, serve, tmp_path):
    address = serve(Settings(tmp_path / "out"))
    page.goto(f"{address}#/live")
    page.wait_for_selector("text=connected")
    page.fill("#turn", "I love it")
    page.keyboard.press("Enter")
    turns(page, 1)
    other = browser.new_page()
    other.goto(f"{address}#/live")
    other.click(".talk")
    turns(other, 1)
    other.fill("#turn", "so do I")
    other.keyboard.press("Enter")
    turns(page, 2)
    assert page.locator(".said").all_inner_texts() == ["I love it", "so do I"]
    other.close()


DOTS = """() => {
  const colour = (one) => getComputedStyle(one).color;
  const said = [...document.querySelectorAll(".turn")]
    .map((one) => [one.querySelector("b").textContent, colour(one.querySelector("i.who"))]);
  const keys = [...document.querySelectorAll(".keys li:has(b)")]
    .map((one) => [one.querySelector("b").textContent, colour(one.querySelector("i.who"))]);
  return [said.length, [...new Set([...said, ...keys].map((one) => one.join()))].sort()];
}"""


@pytest.mark.parametrize("pair", [("user", "assistant"), ("zoe", "bo")])
def test_a_speaker_has_one_colour_from_the_first_turn_on(page, serve, tmp_path, pair):
    page.goto(f"{serve(Settings(tmp_path / 'out'))}#/live")
    page.wait_for_selector("text=connected")
    first = None
    for at, name in enumerate((*pair, *pair), start=1):
        page.fill("#actor", name)
        page.fill("#turn", "I love it")
        page.keyboard.press("Enter")
        turns(page, at)
        page.locator(".keys b", has_text=name).wait_for()
        first = first or page.evaluate(DOTS)[1][0]
    count, inks = page.evaluate(DOTS)
    assert count == 4
    assert len(inks) == 2  # a name and a colour each, in the turns and below the picture
    assert first in inks
    assert len({ink.partition(",")[2] for ink in inks}) == 2
    assert page.faults == []


def test_thanks_are_good_on_every_page(page, serve, tmp_path, shot):
    address = serve(Settings(tmp_path / "out"))
    page.goto(f"{address}#/live")
    page.wait_for_selector("text=connected")
    said = (("user", "Where is it?"), ("assistant", "Here."), ("user", "Thank you so much!"),
            ("user", "No, that is wrong."))  # fmt: skip
    for at, (name, words) in enumerate(said, start=1):
        page.fill("#actor", name)
        page.fill("#turn", words)
        page.keyboard.press("Enter")
        turns(page, at)
    page.wait_for_selector(".turn >> nth=2 >> .sign.good >> text=gratitude")
    page.wait_for_selector(".turn >> nth=3 >> .sign:not(.good) >> text=correction")
    shot("live_signs")
    with page.expect_response("**/keep") as kept:
        page.click("text=Put into the lake")
    with httpx.Client(base_url=address, headers=HEADERS) as client:
        assert ended(client, kept.value.json())["state"] == "done"
    page.click("#nav >> text=Explore")
    page.click("tbody a")
    page.wait_for_selector("#turn-2 .sign.good >> text=gratitude")
    live = page.evaluate("getComputedStyle(document.querySelector('#turn-0 i.who')).color")
    page.click("#nav >> text=Live")
    page.wait_for_selector("text=connected")  # the session's page had four turns as well
    turns(page, 4)
    again = page.evaluate("getComputedStyle(document.querySelector('.turn i.who')).color")
    assert live == again  # and a speaker has the colour of the other page
    assert page.faults == []
