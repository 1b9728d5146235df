"""show/stream: shares that add up to one, and nothing where there is no reading."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice
from affectory.represent.vocabularies import EKMAN7N, GOEMOTIONS28
from affectory.show.palette import LIGHT
from affectory.show.stream import families, stream


def test_families_of_one_whole_sum_to_one():
    rng = np.random.default_rng(0)
    names, shares = families(GOEMOTIONS28.names, rng.uniform(size=(5, 28)))
    assert names == ["joy", "surprise", "neutral", "sadness", "fear", "anger", "disgust"]
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)


def test_one_emotion_alone_fills_its_family():
    row = np.zeros((1, 28))
    row[0, GOEMOTIONS28.index("gratitude")] = 0.4
    names, shares = families(GOEMOTIONS28.names, row)
    assert dict(zip(names, shares[0], strict=True))["joy"] == 1.0


def test_a_row_without_any_emotion_is_undefined_not_zero():
    _, shares = families(EKMAN7N.names, np.zeros((1, 7)))
    assert np.isnan(shares).all()


def test_bands_have_the_colours_of_their_families(make_world):
    _, states = make_world(sessions=1, turns=40, lost=0.0)
    ax = stream(states["ekman7n"])
    bands = {c.get_gid(): c.get_facecolor() for c in ax.collections}
    red = tuple(int(LIGHT["e-anger"][at : at + 2], 16) / 255 for at in (1, 3, 5))
    np.testing.assert_allclose(bands["band-anger"][0][:3], red)


def test_a_gap_is_a_gap_in_every_band(make_world):
    _, states = make_world(sessions=1, turns=60, lost=0.1)
    felt = states["ekman7n"]
    runs = np.diff(np.concatenate([[0], (~felt.missing[np.argsort(felt.start)]).astype(int)]))
    parts = int((runs == 1).sum())  # stretches between gaps, of one state or more
    for band in stream(felt).collections:
        assert len(band.get_paths()) == parts > 1


def test_sparse_readings_get_a_column_each(make_world):
    _, states = make_world(sessions=1, turns=30, lost=0.5)
    ax = stream(states["ekman7n"])
    known = int((~states["ekman7n"].missing).sum())
    assert [len(bars) for bars in ax.containers] == [known] * 7


def test_an_unknown_actor_says_who_there_is(make_world):
    _, states = make_world(sessions=1)
    with pytest.raises(BadChoice, match="ann, bo"):
        stream(states["ekman7n"], actor="zoe")
