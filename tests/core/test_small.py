"""core: the small values."""

import math

import numpy as np
import pytest

from affectory.core import registry
from affectory.core.card import Card, Paper
from affectory.core.choices import one_of
from affectory.core.errors import BadChoice, BadValues, DuplicateMethod, UnknownMethod, UnknownSpace
from affectory.core.figure import Figure
from affectory.core.records import Clock
from affectory.core.registry import find, method
from affectory.core.reply import Reply
from affectory.core.space import Axis, Kind, Space
from affectory.core.states import States
from affectory.core.trajectory import Trajectory

LINE = Space("line", Kind.SCALE, (Axis("x", 0, 1),))


def line(n=1, space=LINE):
    """Return `n` turns at zero."""
    turns = np.arange(float(n))
    return Trajectory(
        space, Clock.TURNS, ["s"] * n, ["a"] * n, turns, turns + 1, np.zeros((n, space.k))
    )


def test_a_choice_is_a_member_however_it_is_named():
    assert one_of(Kind, "kind", "scale") is one_of(Kind, "kind", Kind.SCALE) is Kind.SCALE
    for other in ("SCALE", "scales", None):
        with pytest.raises(BadChoice, match=r"kind is .*choose one of: .*scale"):
            one_of(Kind, "kind", other)


def test_a_figure_speaks_for_itself():
    assert str(Figure("r", 0.5, 0.4, 0.6, 12, "SD")) == "r 0.500 SD [0.400, 0.600] n=12"


def test_an_undefined_figure_says_why():
    assert "undefined (one state)" in str(Figure("r", math.nan, reason="one state", n=1))
    with pytest.raises(BadValues, match="reason"):
        Figure("r", math.nan)


def test_an_interval_stands_on_its_feet():
    with pytest.raises(BadValues, match="low <= high"):
        Figure("r", 0.5, 0.6, 0.4)


def test_states_of_one_space_give_their_only_trajectory():
    felt = line()
    assert States.of(felt).only is felt
    assert list(States.of(felt)) == ["line"]
    assert "line" in States.of(felt)
    assert "vad" not in States.of(felt)


def test_states_of_two_spaces_must_be_named():
    other = Space("other", Kind.SCALE, LINE.axes)
    both = States.of(line(), line(space=other))
    assert both["other"].space is other
    with pytest.raises(BadValues, match="name the one"):
        _ = both.only
    with pytest.raises(UnknownSpace, match="line, other"):
        _ = both["third"]


def test_states_have_the_same_rows():
    with pytest.raises(BadValues, match="lengths"):
        States.of(line(1), line(2, Space("other", Kind.SCALE, LINE.axes)))


def test_a_reply_has_a_legal_tone():
    assert Reply("hm", LINE, np.array([0.5], np.float32)).strategy == ""
    with pytest.raises(BadValues):
        Reply("hm", LINE, np.array([5.0], np.float32))


def test_an_unknown_method_lists_the_known():
    with pytest.raises(UnknownMethod, match="perceive/lexicon"):
        find("perceive/none")


def test_one_name_belongs_to_one_method(monkeypatch):
    monkeypatch.setattr(registry, "_BOOK", {})
    card = Card("test/only-once", Paper(0, "t", 2026), "s", ("text",), ("line",))
    method(card)(type("A", (), {}))
    with pytest.raises(DuplicateMethod, match="rename one"):
        method(card)(type("B", (), {}))
