"""The words of a web page that came with a model, such as its terms, for a terminal."""

__all__ = ["lines_of"]

import re
from html.parser import HTMLParser
from typing import Any

ARTICLE = "devsite-article-body"  # how the pages of the catalogue mark what is not menu


def lines_of(page: str) -> list[str]:
    """Return the lines of a page: of its article, where it marks one, else all.

    Example:
        >>> from affectory.lm.page import lines_of
        >>> lines_of("<h1>Terms</h1><script>no()</script><p>Be  kind.</p>")
        ['Terms', 'Be kind.']
    """
    said = "".join(_Words(page).said)
    lines = [re.sub(r"\s+", " ", line).strip() for line in said.splitlines()]
    return [line for line in lines if line]


class _Words(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.deaf = 0
        self.depth = 0 if ARTICLE in page else 1  # how many div deep in what is wanted
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.deaf += tag in ("script", "style")
        marked = ARTICLE in (dict(attrs).get("class") or "")
        self.depth += tag == "div" and (self.depth > 0 or marked)
        self.said += ["\n"] * (tag in ("p", "li", "h1", "h2", "h3", "br", "div"))

    def handle_endtag(self, tag: str) -> None:
        self.deaf -= tag in ("script", "style")
        self.depth -= tag == "div" and self.depth > 0

    def handle_data(self, data: str) -> None:
        self.said += [data] * (self.depth > 0 and not self.deaf)
