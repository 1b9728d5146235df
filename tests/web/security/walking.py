"""A person who goes everywhere and opens everything."""

PAGES = (
    "#/",
    "#/t/{t}",
    "#/t/{t}/shapes",
    "#/t/{t}/queue",
    "#/t/{t}/raters",
    "#/t/{t}/s/0",
    "#/t/{t}/s/1",
    "#/t/{t}/s/0/rate",
    "#/figures",
    "#/methods",
    "#/live",
    "#/nowhere/{t}",
)
QUIET, LONGEST = 4, 1200  # twentieths of a second
OPENED = 6  # choices of one list that are tried
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) =>
  window.violations.push(e.violatedDirective));
"""


def watched(page):
    """Note on every page what its policy forbade, and every address that is asked for."""
    page.add_init_script(WATCH)
    page.asked, page.seen, page.chosen, page.flying = [], [], [], set()
    page.on("request", lambda one: page.asked.append((one.url, one.headers)))
    page.on("request", lambda one: page.flying.add(one))
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda one: page.flying.discard(one))
    page.on("dialog", lambda one: (page.faults.append(f"dialog {one.message}"), one.dismiss()))


def settled(page):
    """Wait until nothing has been asked for a while; a page within the page is no new load."""
    quiet = 0
    for _ in range(LONGEST):
        page.wait_for_timeout(50)
        quiet = 0 if page.flying else quiet + 1
        if quiet == QUIET:
            return
    raise AssertionError(f"never answered: {[one.url for one in page.flying]}")


def everywhere(page, address, trace, words):
    """Go to every page, open every list, choose every choice, search for `words`."""
    for place in PAGES:
        page.goto(f"{address}{place.format(t=trace)}")
        page.wait_for_selector(".page > *")
        settled(page)
        opened(page, words)
        page.seen.append((page.title(), page.url))
        yield place


def opened(page, words):
    """Open and choose whatever a page has to open and to choose."""
    for one in page.locator("details:not([open]) > summary").all()[:OPENED]:
        one.click()
    for n in range(page.locator("main select").count()):
        for at in range(1, OPENED):
            one = page.locator("main select").nth(n)
            if not one.count() or not (one.is_visible() and one.is_enabled()):
                break
            if at < one.locator("option").count() and one.locator("option").nth(at).is_enabled():
                one.select_option(index=at)
                page.chosen.append((page.url, n, at))
                settled(page)
    for one in page.locator("main input[type=search]").all():
        one.fill(words)
        page.wait_for_timeout(100)
        one.fill("")
    for n in range(min(OPENED, page.locator(".turn").count())):
        page.locator(".turn").nth(n).hover()
    settled(page)
