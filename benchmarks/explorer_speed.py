"""How fast the explorer is in a real browser: first view, a long session, hovering, choosing.

    affectory trace BIG --out BIG_LAKE
    python benchmarks/explorer_speed.py BIG_LAKE

Starts `affectory serve` on a free port of loopback and drives Chromium. Prints medians of five
rounds in seconds or milliseconds: from asking for the page to the first rows being there and a
click answered; the longest session opened; from a mouse move over the curve to the turn being
marked and painted, and from the end of a drag to the chosen turns being painted.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import time

from playwright.sync_api import Page, sync_playwright

ROUNDS = 5
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
HOVER = """async (share) => {
  const over = document.querySelector(".u-over"), box = over.getBoundingClientRect();
  const begun = performance.now();
  const at = { clientX: box.left + share * box.width, clientY: box.top + 80, bubbles: true };
  over.dispatchEvent(new MouseEvent("mousemove", at));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  if (!document.querySelector(".turn.lit")) throw new Error("no turn is marked");
  return performance.now() - begun;
}"""
WATCH = """() => { window.spent = new Promise((done) => document.addEventListener("mouseup", () => {
  const begun = performance.now();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
}, { once: true, capture: true })); }"""


def main() -> None:
    """Print the figures of one lake."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("lake", help="folder that a trace wrote")
    asked = parser.parse_args()
    command = [sys.executable, "-c", "from affectory.cli.main import main; main()"]
    with subprocess.Popen(
        [*command, "serve", asked.lake, "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        try:
            with sync_playwright() as play:
                browser = play.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox"]
                )
                measure(browser.new_page(viewport={"width": 1400, "height": 900}), address)
        finally:
            server.terminate()


def measure(page: Page, address: str) -> None:
    """Print the medians of one browser on one lake."""
    page.set_default_timeout(120_000)
    first = [seconds(lambda: opened(page, address)) for _ in range(ROUNDS)]
    told("first view, s", first[:1])
    told("later views, s", first[1:])
    page.select_option("select[aria-label=Order]", "records")
    page.wait_for_function("document.querySelector('.bar .count').textContent.startsWith('50')")
    page.wait_for_timeout(500)
    link = page.locator("tbody a").first
    href, turns = link.get_attribute("href"), page.locator("tbody td.n").first.inner_text()
    long = [seconds(lambda: session(page, address, href)) for _ in range(ROUNDS)]
    told(f"a session of {turns} turns, s", long)
    page.wait_for_timeout(3000)
    told("hover to mark, ms", [page.evaluate(HOVER, 0.1 + 0.04 * n) for n in range(20)])
    told("drag to chosen turns, ms", [chosen(page, 0.1 + 0.1 * n) for n in range(ROUNDS)])


def opened(page: Page, address: str) -> None:
    """Open the first page, and wait until it answers."""
    page.goto(address)
    page.wait_for_selector("tbody tr")
    page.evaluate(PAINTED)


def session(page: Page, address: str, href: str | None) -> None:
    """Open a session, and wait for its turns, its curve and its states."""
    page.goto("about:blank")
    page.goto(f"{address}{href}")
    page.wait_for_selector(".turn .chip")
    page.wait_for_selector(".u-over")
    page.evaluate(PAINTED)


def chosen(page: Page, low: float) -> float:
    """Drag over a tenth of the curve; return milliseconds from letting go to the painted turns."""
    box = page.locator(".u-over").bounding_box()
    assert box is not None
    page.evaluate(WATCH)
    page.mouse.move(box["x"] + low * box["width"], box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + (low + 0.1) * box["width"], box["y"] + 80, steps=4)
    page.mouse.up()
    spent = float(page.evaluate("window.spent"))
    assert page.inner_text(".transcript .count")
    return spent


def seconds(work: object) -> float:
    """Return how long `work` takes."""
    begun = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - begun


def told(name: str, values: list[float]) -> None:
    """Print the median of some values, and their range."""
    print(f"{name}: {statistics.median(values):.3g} [{min(values):.3g}, {max(values):.3g}]")


if __name__ == "__main__":
    main()
