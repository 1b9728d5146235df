"""represent/prototypes: documented places, all distinct, all legal."""

import numpy as np
import pytest

from affectory.core.errors import UnknownSpace
from affectory.represent.conversions import LABELS
from affectory.represent.mixture_terms import RM151_CONFLICTS, RM151_MEANS, RM151_TERMS
from affectory.represent.prototypes import prototypes_of
from affectory.represent.vocabularies import VAD

SETS = [space.name for space in LABELS]


@pytest.mark.parametrize("name", SETS)
def test_every_label_has_a_place_of_its_own_with_a_source(name):
    known = prototypes_of(name)
    assert known.mean.shape == (known.labels.k, 3)
    assert VAD.admits(known.mean)
    assert len(np.unique(known.mean, axis=0)) == known.labels.k
    assert all(known.source)


def test_the_terms_of_1977_are_where_they_were_measured():
    # Russell & Mehrabian 1977: angry -.51 .59 .25; sad -.63 -.27 -.33
    known = prototypes_of("ekman7n")
    assert known.mean[known.labels.index("anger")].tolist() == [-0.51, 0.59, 0.25]
    assert known.mean[known.labels.index("sadness")].tolist() == [-0.63, -0.27, -0.33]
    assert known.source[known.labels.index("sadness")] == "Russell & Mehrabian 1977: sad"


@pytest.mark.parametrize("name", ["ekman7n", "meld7", "goemotions28", "polarity"])
def test_neutral_is_the_origin(name):
    known = prototypes_of(name)
    assert not known.mean[known.labels.index("neutral")].any()


def test_sentiments_have_the_sign_of_their_name():
    negative, _, positive = prototypes_of("polarity").mean[:, 0]
    assert negative < -0.4
    assert positive > 0.4


def test_all_151_terms_are_there_and_the_first_transcription_is_used():
    assert len(RM151_TERMS) == 151 == len(set(RM151_TERMS))
    assert (np.abs(RM151_MEANS) <= 1).all()
    for term, axis, first, _ in RM151_CONFLICTS:
        assert RM151_MEANS[RM151_TERMS.index(term), VAD.index(axis)] == first


def test_a_space_without_labels_has_no_prototypes():
    with pytest.raises(UnknownSpace, match="known: "):
        prototypes_of("suds")
