"""represent/vocabularies: orders are fixed for ever, names are found or refused."""

import pytest

from affectory.core.errors import UnknownSpace
from affectory.core.space import Axis, Kind, Space
from affectory.represent.vocabularies import AFFECTNET8, RM151, VAD, space, spaces


def test_every_space_is_found_by_its_name():
    assert [space(known.name) for known in spaces()] == list(spaces())


def test_names_are_distinct():
    assert len({known.name for known in spaces()}) == len(spaces())


@pytest.mark.parametrize("known", spaces(), ids=lambda known: known.name)
def test_a_person_at_rest_is_legal_where_rest_is_a_distribution(known):
    if known.kind is Kind.DISTRIBUTION and "neutral" not in known.names:
        assert known.rest.sum() == 0  # no label for rest: it cannot be said
    else:
        assert known.admits(known.rest[None])


def test_the_eight_are_in_the_order_of_the_released_files():
    # B-AffectNet, found by inverting four released vectors
    assert AFFECTNET8.names == (
        "happy", "contempt", "surprised", "angry", "disgusted", "fearful", "sad", "neutral",
    )  # fmt: skip


def test_the_terms_of_1977_are_in_their_printed_order():
    # Russell & Mehrabian 1977: 1 bold, 31 happy, 75 disgusted, 85 contempt, 151 sad
    assert RM151.k == 151
    places = [RM151.index(t) + 1 for t in ("bold", "happy", "disgusted", "contempt", "sad")]
    assert places == [1, 31, 75, 85, 151]


def test_a_space_of_the_callers_own_comes_first():
    own = Space("vad", Kind.SCALE, (Axis("mood", 0.0, 1.0),))
    assert space("vad", [own]) is own
    assert space("vad") is VAD


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownSpace, match=r"no space 'mood'; known: .*vad"):
        space("mood")
