"""show/regions and show/concepts: what is drawn is what was told."""

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadValues
from affectory.represent.vocabularies import VALENCE
from affectory.show.concepts import concept_map, projected
from affectory.show.palette import LIGHT
from affectory.show.regions import SURE, UNSURE, region_map

MOODS = pl.DataFrame(
    {
        "region": ["a", "b", "c"],
        "persons": [9, 9, 2],
        "mean": [0.2, 0.05, None],
        "low": [0.1, -0.1, None],
        "high": [0.3, 0.2, None],
    }
)


def test_a_sure_region_is_a_full_square_an_unsure_one_small_a_refused_one_empty():
    ax = region_map(MOODS, VALENCE.axes[0], [(0, 0), (1, 0), (2, 1)], title="SIMULATED")
    full = [p for p in ax.patches if p.get_gid() == "region"]
    assert [round(p.get_width(), 2) for p in full] == [SURE, UNSURE]
    assert ax.get_title(loc="left") == "SIMULATED"
    empty = [p for p in ax.patches if not p.get_fill()]
    assert len(empty) == 1


def test_tints_follow_the_mean():
    ax = region_map(MOODS, VALENCE.axes[0], [(0, 0), (1, 0), (2, 1)])
    from matplotlib.colors import to_hex

    tint = to_hex(next(p for p in ax.patches if p.get_gid() == "region").get_facecolor())
    assert tint == LIGHT["d4"]  # .2 of .25 in view is .8 of five steps


def test_each_region_has_a_place():
    with pytest.raises(BadValues, match="one a region"):
        region_map(MOODS, VALENCE.axes[0], [(0, 0)])


def test_points_on_a_line_keep_their_distances():
    line = np.outer([0.0, 1.0, 3.0], [3.0, 4.0])
    places, share = projected(line)
    np.testing.assert_allclose(np.abs(np.diff(places[:, 0])), [5, 10])
    np.testing.assert_allclose(share, [1, 0], atol=1e-9)


def test_every_token_has_its_word_and_every_family_its_mark():
    ax = concept_map(np.eye(3), ["JOB_1", "JOB_2", "CITY_1"], ["job", "job", "city"], title="t")
    assert sorted(t.get_text() for t in ax.texts) == ["CITY_1", "JOB_1", "JOB_2"]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["job", "city"]
    with pytest.raises(BadValues):
        concept_map(np.eye(2), ["a"], ["b"])
