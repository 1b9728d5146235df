"""A drawing becomes part of a page: small, themed, styled by class, and free of clashing ids.

Matplotlib writes an SVG file with a style attribute on every element. Here each distinct style
becomes one class of a shared Sheet, each colour of the light theme the CSS variable of its
role, and each id one that no other drawing of the page has. So a page needs no inline style,
and one drawing serves the light and the dark theme.
"""

__all__ = ["Sheet", "embed"]

import io
import re
import warnings
from dataclasses import dataclass, field
from html import escape
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from affectory.show.palette import LIGHT

_ROLE = {value: f"var(--{role})" for role, value in LIGHT.colours.items()}
_SETTINGS = {"svg.fonttype": "none", "path.simplify": True, "path.simplify_threshold": 0.3}
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_PLACE = re.compile(r' (?:d|x|y|transform|width|height)="[^"]*"')
_FAMILY = re.compile(r"font-family:[^;]*;\s*")


@dataclass
class Sheet:
    """The classes that the drawings of one page share; grows while they are embedded."""

    classes: dict[str, str] = field(default_factory=dict)

    def name(self, style: str) -> str:
        """Return the class of `style`, entering it when it is new."""
        clean = _themed(style)
        return self.classes.setdefault(clean, f"m{len(self.classes)}")

    def css(self) -> str:
        """Return one rule a class."""
        return "".join(f".plot .{name}{{{style}}}" for style, name in self.classes.items())


def embed(drawn: Axes | Figure, alt: str, ident: str, sheet: Sheet, over: str = "") -> Markup:
    """Return `drawn` as an inline SVG element.

    Args:
        drawn: What to embed.
        alt: What it shows, in a sentence.
        ident: Letters and digits that no other drawing of the page has.
        sheet: Where its styles go.
        over: SVG elements to lay over the drawing, safe already.
    """
    figure = drawn if isinstance(drawn, Figure) else drawn.figure
    assert isinstance(figure, Figure)
    settings: Any = {**_SETTINGS, "svg.hashsalt": ident}
    with mpl.rc_context(settings), warnings.catch_warnings():
        # text stays text, so that the reader's fonts draw it and not the one measured with here
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        file = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=nothing, transparent=True)
    body = _body(file.getvalue())
    width, height = (72 * side for side in figure.get_size_inches())
    inner = _styled(_named(body, ident), sheet)
    role = "group" if over else "img"
    return Markup(
        f'<svg class="plot" viewBox="0 0 {width:.0f} {height:.0f}" role="{role}" '
        f'aria-label="{escape(alt)}">{inner}{over}</svg>'
    )


def _body(text: str) -> str:
    """Return what is inside the root element, without the leaking style sheet and comments."""
    start = text.index(">", text.index("<svg")) + 1
    body = text[start : text.rindex("</svg>")]
    body = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", body, flags=re.S)
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.S)
    body = _PLACE.sub(lambda hit: _NUMBER.sub(_shorter, hit.group()), body)
    body = re.sub(r' transform="rotate\(-?0 [^"]*\)"', "", body)
    return re.sub(r"\s*\n\s*", " ", body).replace("> <", "><")


def _shorter(hit: re.Match[str]) -> str:
    """Return a coordinate to a tenth of a point."""
    return f"{float(hit.group()):.1f}".removesuffix(".0")


def _named(body: str, ident: str) -> str:
    """Keep the ids that something refers to, under a name of this drawing's own."""
    used = dict.fromkeys(re.findall(r"(?:#)([A-Za-z][\w-]*)", " ".join(_references(body))))
    short = {old: f"{ident}-{at}" for at, old in enumerate(used)}
    body = re.sub(
        r' id="([^"]*)"',
        lambda hit: f' id="{short[hit.group(1)]}"' if hit.group(1) in short else "",
        body,
    )
    for old, new in short.items():
        body = body.replace(f'"#{old}"', f'"#{new}"').replace(f"url(#{old})", f"url(#{new})")
    return body.replace("xlink:href", "href")


def _references(body: str) -> list[str]:
    return re.findall(r'href="#[^"]*"|url\(#[^)]*\)', body)


def _styled(body: str, sheet: Sheet) -> str:
    return re.sub(r'style="([^"]*)"', lambda hit: f'class="{sheet.name(hit.group(1))}"', body)


def _themed(style: str) -> str:
    style = re.sub(r"#[0-9a-f]{6}", lambda hit: _ROLE.get(hit.group(), hit.group()), style)
    return _FAMILY.sub("", style).strip()  # the family comes from the page
