"""web/static keeper, pieces, left: what was said is kept, also where its take takes no more."""

import json

import httpx
import pytest
from playwright.sync_api import expect
from tests.web.conftest import HEADERS, begun, counted, plays, traced

from affectory.web.settings import Settings

WORDS = "and so on and on as one speaks who has much to say of a long day at work"
TALK = "actor,text,time\n" + "".join(f"ann,I am happy {n} {WORDS},{8 * n}\n" for n in range(6))
HELD = """() => Object.entries(localStorage)
  .filter(([key]) => /^affectory.take.\\w+.\\d+$/.test(key))
  .map(([, text]) => JSON.parse(text).length).reduce((sum, n) => sum + n, 0)"""
NOTHING = "() => Object.keys(localStorage).every((key) => !key.startsWith('affectory.take.'))"
OWN = "Keep them as a take of their own"


@pytest.fixture
def rated(page, serve, tmp_path):
    """A page that rates one session, a client, and the path of the session."""
    address = serve(Settings(traced(tmp_path / "out", TALK)))
    with httpx.Client(headers=HEADERS, base_url=f"{address}api") as client:
        job = client.get("/traces").json()[0]["job"]
        page.goto(f"{address}#/t/{job}/s/0/rate")
        page.wait_for_selector("#rater")
        yield page, client, f"/traces/{job}/sessions/0"


def slid(page, value=0.5, name="input"):
    """Move the first slider without letting it go, as a hand that is still on it."""
    page.locator(".sliders input").first.evaluate(
        "(el, [value, name]) => { el.value = value; el.dispatchEvent(new Event(name)); }",
        [value, name],
    )


def takes(client, base):
    return client.get(f"{base}/takes").json()


def sampled(client, base, page, n=1, at=-1):
    """Wait until the server has so many samples of a take."""
    for _ in range(300):
        told = takes(client, base)
        if told and told[at]["samples"] >= n:
            return client.get(f"/takes/{told[at]['id']}/samples").json()
        page.wait_for_timeout(100)
    raise AssertionError(told)


def playing(page, client, base):
    """Begin a take all along, and return its name once some of it is safe."""
    begun(page, "bea", "va", "traced")
    plays(page)
    page.wait_for_selector("text=samples are safe")
    return takes(client, base)[-1]["id"]


@pytest.mark.parametrize("way", ["← talk", "Skip", "Back"])
def test_a_turn_that_was_said_is_kept_whichever_way_it_is_left(rated, way):
    page, client, base = rated
    begun(page, "zoe", "vad")
    page.click("button:text-is('Next')")
    slid(page)
    assert page.get_by_text("Rated", exact=True).count() == 0  # not before it is kept
    page.locator(".crumb a").first.click() if way == "← talk" else page.click(
        f"button:text-is('{way}')"
    )
    told = sampled(client, base, page)
    assert (told["n"], told["valence"]) == ([1], [0.5])
    assert page.faults == []


def test_a_turn_that_was_said_is_kept_as_the_page_goes(rated):
    page, client, base = rated
    begun(page, "zoe", "vad")
    page.wait_for_selector(".sliders input")
    slid(page)
    page.goto("about:blank")
    assert sampled(client, base, page)["n"] == [0]


def test_a_turn_is_called_rated_once_it_is_kept(rated):
    page, client, base = rated
    begun(page, "zoe", "vad")
    page.get_by_label("valence").press("ArrowRight")
    expect(page.get_by_text("Rated", exact=True)).to_be_visible()
    page.wait_for_selector("text=1 sample is safe")
    page.click("button:text-is('Skip')")
    assert sampled(client, base, page)["valence"] == [0.02]
    assert page.faults == []


@pytest.mark.parametrize("how", ["done", "gone"])
def test_what_a_take_that_ended_elsewhere_does_not_get_is_kept_as_one_of_its_own(rated, how, shot):
    page, client, base = rated
    made = playing(page, client, base)
    ended = client.post(f"/takes/{made}/done") if how == "done" else client.delete(f"/takes/{made}")
    ended.raise_for_status()
    page.wait_for_selector(f"text={OWN}")
    shot(f"rate-{how}")
    page.click("button:text-is('Pause')")
    with page.expect_download() as saved:
        page.click("text=Save as a file")
    assert saved.value.path().read_text().startswith("n,at,play,valence,arousal\n")
    page.click(f"text={OWN}")
    page.wait_for_selector("text=/samples? (is|are) safe/")
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    (mine,) = [one for one in takes(client, base) if one["id"] != made]
    assert mine["done"] is not None
    assert mine["samples"] == len(saved.value.path().read_text().splitlines()) - 1
    page.wait_for_function(NOTHING)
    assert page.faults == []


def test_a_take_of_its_own_is_gone_on_with_in_one_tab_alone(rated):
    page, client, base = rated
    client.delete(f"/takes/{playing(page, client, base)}").raise_for_status()
    page.click("button:text-is('Pause')")
    page.click(f"text={OWN}")
    page.wait_for_selector("text=/samples? (is|are) safe/")
    with page.expect_popup() as opened:
        page.evaluate("void open(location.href)")
    other = opened.value
    other.click("text=Go on")
    other.wait_for_selector("text=open in another tab")
    assert page.faults == []


def test_what_was_refused_is_offered_on_whatever_page_is_opened(rated, shot):
    page, client, base = rated
    made = playing(page, client, base)
    client.post(f"/takes/{made}/done").raise_for_status()
    page.wait_for_selector(f"text={OWN}")
    page.locator(".crumb a").first.click()
    page.wait_for_selector(f"#left >> text={OWN}")
    left = page.evaluate(HELD)
    page.reload()
    page.goto(page.url.partition("#")[0])
    page.wait_for_selector("#left >> text=by bea (va)")  # and has asked what it asks
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "/samples" in one.url else None)
    page.reload()
    page.wait_for_selector("#left >> text=by bea (va)")
    shot("left")
    page.set_viewport_size({"width": 390, "height": 800})
    shot("left-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert len(asked) == 1
    assert page.evaluate(HELD) == left
    page.click(f"#left >> text={OWN}")
    page.wait_for_function(NOTHING)
    counted(page, "#left .notice", 0)
    assert [one["samples"] for one in takes(client, base) if one["id"] != made] == [left]
    assert page.faults == []


def test_what_was_refused_is_forgotten_when_somebody_says_so_twice(rated):
    page, client, base = rated
    made = playing(page, client, base)
    client.delete(f"/takes/{made}").raise_for_status()
    page.wait_for_selector(f"text={OWN}")
    page.locator(".crumb a").first.click()
    with page.expect_download() as saved:
        page.click("#left >> text=Save as a file")
    assert len(saved.value.path().read_text().splitlines()) == page.evaluate(HELD) + 1
    page.click("#left >> text=Throw away")
    assert page.evaluate(HELD) > 0
    page.click("#left >> text=Yes, for good")
    page.wait_for_function(NOTHING)
    assert takes(client, base) == []
    assert page.faults == []


def test_what_an_earlier_version_left_of_a_take_that_is_done_is_a_file(rated):
    page, client, base = rated
    made = playing(page, client, base)
    page.click("button:text-is('Pause')")
    page.click("text=Done")
    page.wait_for_selector("text=Kept. As a file:")
    rows = [{"n": 9000 + n, "at": n / 25, "said": {"valence": 0, "arousal": 1}} for n in range(900)]
    page.evaluate(
        "([take, rows]) => localStorage.setItem(`affectory.take.${take}`, rows)",
        [made, json.dumps(rows)],
    )
    sent = []
    page.on("request", lambda one: sent.append(one.post_data) if "/samples" in one.url else None)
    page.reload()
    with page.expect_download() as saved:
        page.click("#left >> text=Save as a file")
    assert len(saved.value.path().read_text().splitlines()) == 901
    assert [len(json.loads(one)) for one in sent] == [400]  # and not all of it
    assert page.locator(f"#left >> text={OWN}").count() == 0  # it is not known whose it is
    assert page.faults == []


PIECES = """async () => {
  const { pieces } = await import('/static/js/pieces.js');
  const put = Storage.prototype.setItem, own = { base: '/x', axes: ['valence'] };
  const size = () => Object.entries(localStorage)
    .reduce((sum, [key, text]) => sum + key.length + text.length, 0);
  let longest = 0, room = Infinity;
  Storage.prototype.setItem = function (key, text) {
    longest = Math.max(longest, text.length);
    const had = this.getItem(key), more = key.length + text.length;
    if (size() + more - (had === null ? 0 : key.length + had.length) > room)
      throw new DOMException('full', 'QuotaExceededError');
    put.call(this, key, text);
  };
  const one = pieces('a', own);
  for (let n = 0; n < 5000; n++) {
    one.add({ n, at: n / 25, play: n / 25, said: { valence: 0.123456789 } });
    if (n % 10 === 0) one.save();
  }
  one.save();
  const read = (take) => pieces(take).rest().map((row) => row.n);
  const all = read('a');
  one.drop(300);
  const later = read('a');
  room = size(); // nothing new can be written before something else is gone
  const held = one.move('b');
  return { longest, all, later, held, old: read('a').length, moved: read('b') };
}"""


def test_what_is_written_stays_small_and_whole_however_much_waits(rated):
    page, _, _ = rated
    told = page.evaluate(PIECES)
    assert told["longest"] < 60_000  # of half a megabyte
    assert told["all"] == list(range(5000))
    assert told["later"] == list(range(300, 5000))
    assert told["held"]
    assert told["old"] == 0
    assert told["moved"] == list(range(300, 5000))  # a full browser loses none on the way


def test_whoever_throws_a_take_away_is_told_that_somebody_may_rate_it(rated):
    page, client, base = rated
    playing(page, client, base)
    page.click("button:text-is('Pause')")
    page.reload()
    page.click("text=Throw away")
    page.click("text=Yes, for good, even if somebody rates it now")
    counted(page, ".takes li", 0)
    assert takes(client, base) == []
    assert page.faults == []
