"""represent/label_maps: every table is complete, and says what its source says."""

import os
from pathlib import Path

import numpy as np
import pytest

from affectory.core.errors import BadChoice
from affectory.represent.label_maps import MAPS, LabelMap
from affectory.represent.vocabularies import EKMAN6, EKMAN7N, GOEMOTIONS28, MELD7, POLARITY

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
DROPS_NEUTRAL = {name for name in MAPS if name[1] == "ekman6"}


@pytest.mark.parametrize("name", sorted(set(MAPS) - DROPS_NEUTRAL))
def test_no_weight_is_lost(name):
    np.testing.assert_allclose(MAPS[name].matrix.sum(axis=1), 1.0)


@pytest.mark.parametrize("name", sorted(DROPS_NEUTRAL))
def test_only_neutral_is_left_out_of_the_six(name):
    one = MAPS[name]
    lost = [label for label, row in zip(one.before.names, one.matrix, strict=True) if not row.any()]
    through = MAPS.get((name[0], "ekman7n"))
    neutral = EKMAN7N.index("neutral")
    expected = (
        ["neutral"]
        if through is None
        else [
            label
            for label, row in zip(one.before.names, through.matrix, strict=True)
            if row[neutral] == 1
        ]
    )
    assert lost == expected


def test_meld_there_and_back_is_the_identity():
    there, back = MAPS["meld7", "ekman7n"], MAPS["ekman7n", "meld7"]
    np.testing.assert_array_equal(there.then(back).matrix, np.eye(7))
    assert there.before == MELD7


def test_goemotions_groups_have_the_sizes_of_the_paper():
    # Demszky et al. 2020, figure 2 and appendix: 12 positive, 11 negative, 4 ambiguous labels
    sizes = MAPS["goemotions28", "polarity"].matrix.sum(axis=0)
    assert dict(zip(POLARITY.names, sizes, strict=True)) == {
        "negative": 11,
        "neutral": 4 + 1,
        "positive": 12,
    }
    ekman = MAPS["goemotions28", "ekman7n"].matrix.sum(axis=0)
    assert dict(zip(EKMAN7N.names, ekman, strict=True)) == {
        "anger": 3, "disgust": 1, "fear": 2, "joy": 12, "sadness": 5, "surprise": 4, "neutral": 1,
    }  # fmt: skip


def test_both_goemotions_groupings_agree_on_the_sign():
    through = MAPS["goemotions28", "ekman7n"].then(MAPS["ekman7n", "polarity"])
    np.testing.assert_array_equal(through.matrix, MAPS["goemotions28", "polarity"].matrix)


def test_a_bitter_sweet_label_is_shared():
    one = MAPS["ed32", "ekman7n"]
    row = one.matrix[one.before.index("nostalgic")]
    assert row[one.after.index("joy")] == row[one.after.index("sadness")] == 0.5


def test_the_published_tables_win_over_joined_ones():
    assert "then" not in MAPS["goemotions28", "polarity"].source


def test_the_order_of_goemotions_is_the_order_of_its_file():
    labels = DATA / "goemotions" / "labels.txt"
    if not labels.exists():
        pytest.skip("GoEmotions is not here")
    assert GOEMOTIONS28.names == tuple(labels.read_text().split())


def test_a_label_that_does_not_exist_is_refused():
    with pytest.raises(BadChoice, match="happy"):
        LabelMap.of(EKMAN6, EKMAN7N, {"joy": "happy"}, "a slip")


def test_maps_join_only_where_they_meet():
    with pytest.raises(BadChoice, match="next map"):
        MAPS["meld7", "ekman7n"].then(MAPS["goemotions28", "ekman7n"])
