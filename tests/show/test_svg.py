"""show/svg: drawings that live together on one page."""

import re
from xml.etree import ElementTree

from affectory.show.arc import arc
from affectory.show.palette import LIGHT
from affectory.show.stream import stream
from affectory.show.svg import Sheet, embed


def drawings(make_world):
    _, states = make_world(sessions=1)
    sheet = Sheet()
    one = embed(arc(states["vad"]), "an arc", "s1a", sheet)
    two = embed(stream(states["ekman7n"]), 'a "stream" & more', "s1e", sheet)
    return one, two, sheet


def test_a_drawing_is_well_formed(make_world):
    for svg in drawings(make_world)[:2]:
        ElementTree.fromstring(svg)


def test_text_stays_text(make_world):
    one, _, _ = drawings(make_world)
    assert ">pleasant</text>" in one


def test_no_inline_style_no_outside_and_no_leaking_style_sheet(make_world):
    for svg in drawings(make_world)[:2]:
        assert "style=" not in svg
        assert "<style" not in svg
        assert "http" not in svg
        assert "xlink" not in svg


def test_every_colour_is_a_role_of_the_theme(make_world):
    one, two, sheet = drawings(make_world)
    assert not re.findall(r"#[0-9a-f]{6}", sheet.css())
    assert not set(re.findall(r"#[0-9a-f]{6}\b", one + two)) & set(LIGHT.colours.values())
    assert "var(--s0)" in sheet.css()
    assert "var(--e-joy)" in sheet.css()
    roles = set(re.findall(r"var\(--([\w-]+)\)", sheet.css()))
    assert roles <= set(LIGHT.colours)


def test_ids_are_unique_on_the_page_and_every_reference_is_kept(make_world):
    one, two, _ = drawings(make_world)
    ids = re.findall(r'\bid="([^"]+)"', one + two)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', one + two):
        assert "".join(target) in ids


def test_the_description_is_escaped(make_world):
    _, two, _ = drawings(make_world)
    root = ElementTree.fromstring(two)
    assert root.get("aria-label") == 'a "stream" & more'
    assert root.get("role") == "img"


def test_numbers_in_words_keep_their_digits(make_world):
    _, states = make_world(sessions=1)
    felt = states["vad"]
    svg = embed(arc(felt), "x", "s1a", Sheet())
    top = f"+{felt.axis('valence')[~felt.missing].max():.2f}"
    assert f">{top}</text>" in svg


def test_the_same_drawing_is_the_same_text(make_world):
    assert drawings(make_world)[0] == drawings(make_world)[0]
