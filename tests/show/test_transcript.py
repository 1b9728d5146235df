"""show/transcript: words cut at their evidence, nothing lost."""

import pytest

from affectory.core.evidence import Evidence
from affectory.show.transcript import pieces, turns


def mark(low, high, weight, record=0):
    return Evidence("talk-1", "ann", 0, 1, "valence", weight, record=record, span=(low, high))


def test_pieces_together_are_the_text():
    text = "I love the sea but hate the cold"
    found = pieces(text, [mark(2, 6, 0.9), mark(19, 23, -0.3)], 1.0)
    assert "".join(piece.text for piece in found) == text
    assert [(p.text, p.sign, p.tint) for p in found if p.sign] == [
        ("love", "pos", 3),
        ("hate", "neg", 1),
    ]


def test_of_two_marks_that_overlap_the_heavier_stays():
    found = pieces("not good", [mark(0, 8, -0.8), mark(4, 8, 0.2)], 1.0)
    assert [(p.text, p.sign) for p in found] == [("not good", "neg")]


@pytest.mark.parametrize("span", [(-5, 2), (6, 99), (4, 4), (9, 3)])
def test_a_span_outside_the_text_is_cut_to_it_or_dropped(span):
    text = "oh well"
    found = pieces(text, [mark(*span, 0.5)], 1.0)
    assert "".join(piece.text for piece in found) == text


def test_a_span_counts_characters_not_bytes():
    found = pieces("\U0001f600 ok", [mark(2, 4, 0.5)], 1.0)
    assert [p.text for p in found if p.sign] == ["ok"]


def test_an_empty_text_is_one_empty_piece():
    assert [piece.text for piece in pieces("", [], 1.0)] == [""]


def test_every_turn_has_its_state_or_says_that_it_has_none(make_world):
    records, states = make_world(sessions=1, turns=20, lost=0.3)
    found = turns(records["talk-1"], states["vad"], "valence", [], {"ann": 0, "bo": 1}, 99)
    assert len(found) == 20
    lost = [turn for turn in found if turn.step is None]
    assert len(lost) == int(states["vad"].missing.sum()) > 0
    assert {turn.chip for turn in lost} == {"no reading"}
    by_seq = dict(zip(states["vad"].seq.tolist(), states["vad"].axis("valence"), strict=True))
    told = next(turn for turn in found if turn.step is not None)
    assert float(told.chip.replace("\N{MINUS SIGN}", "-")) == pytest.approx(
        float(by_seq[told.seq]), abs=0.005
    )


def test_evidence_without_a_span_is_a_note(make_world):
    records, states = make_world(sessions=1, turns=4, lost=0.0)
    why = Evidence("talk-1", "ann", 0, 1, "valence", 0.2, record=0, text="a shaky voice")
    (first, *_) = turns(records["talk-1"], states["vad"], "valence", [why], {"ann": 0, "bo": 1}, 9)
    assert first.notes == ("a shaky voice",)
