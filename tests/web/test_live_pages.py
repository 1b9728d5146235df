"""The page of talks: typed turns, those that go on, and what `affectory live` overhears."""

import httpx
import pytest
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
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
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
