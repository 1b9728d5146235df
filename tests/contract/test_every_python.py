"""Every Python that the project allows reads a pattern alike."""

import re
from pathlib import Path

import pytest

import affectory

# Python before 3.11.5 forgets where it stood when such a group fails midway, and takes too much.
POSSESSIVE = re.compile(r"\)(?:[*+?]|\{[\d,]+\})\+|\(\?>")
SOURCES = sorted(Path(affectory.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("pattern", [r"(?:a|b)*+", r"(?:-[a-z]++)?+", r"(?:ab){2,3}+", r"(?>ab|a)"])
def test_a_possessive_group_is_seen(pattern):
    assert POSSESSIVE.search(pattern)
    assert not POSSESSIVE.search(r"[a-z]++(?:'[a-z]++)*")


def test_no_pattern_has_a_possessive_group():
    assert len(SOURCES) > 100
    assert not [path.name for path in SOURCES if POSSESSIVE.search(path.read_text("utf-8"))]
