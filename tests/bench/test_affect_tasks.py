"""bench/protocols/affect_tasks: what stands beside the method is what it says."""

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from affectory.bench.protocols import affect_tasks as protocol
from affectory.core.records import Records
from affectory.measure.agreement import pearson
from affectory.perceive.lexicon import LexiconEmotion
from affectory.represent.vocabularies import AFFECT11

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
VADER = DATA / "vader"
NEEDS = pytest.mark.skipif(not VADER.is_dir(), reason="no vader")


class Counting:
    """A perceiver that counts what it is asked."""

    def __init__(self):
        self.asked = 0

    def perceive(self, records):
        """Read words, and count."""
        self.asked += len(records)
        return LexiconEmotion().perceive(records)


def test_the_cover_of_bands_is_a_share_of_texts_whose_interval_draws_documents():
    inside = np.random.default_rng(0).random(300) < 0.9
    document = np.array([str(at // 3) for at in range(300)])
    told = protocol._cover("cover90/x", inside, document, "toy", 0)
    assert told.value == pytest.approx(inside.mean())
    assert told.low < told.value < told.high
    assert (told.n, "documents" in told.setting) == (100, True)


def test_each_text_is_read_once_and_read_the_same():
    inner = Counting()
    memory = protocol._Remembering(inner)
    talk = {"session": ["a", "b", "c"], "actor": "x", "text": ["What a joy!", "No joy.", "No joy."]}
    records = Records(pl.DataFrame(talk))
    first, again = memory.perceive(records)["vad"], memory.perceive(records)["vad"]
    assert inner.asked == 2
    assert first == again
    own = LexiconEmotion().perceive(records)["vad"]
    np.testing.assert_allclose(first.values, own.values, atol=1e-6)


def test_the_map_says_that_any_of_several_labels_holds():
    class Fixed:
        def perceive(self, records):
            from affectory.core.states import States
            from affectory.core.trajectory import Trajectory
            from affectory.represent.vocabularies import GOEMOTIONS28

            p = np.zeros((len(records), 28))
            p[:, GOEMOTIONS28.index("anger")] = p[:, GOEMOTIONS28.index("annoyance")] = 0.5
            return States.of(Trajectory.on(records, GOEMOTIONS28, p, "toy"))

    told = protocol._any(Fixed(), ["x"])[0]
    assert told[AFFECT11.index("anger")] == pytest.approx(0.75)  # 1 - 1/2 * 1/2
    assert told[AFFECT11.index("joy")] == pytest.approx(0)


@NEEDS
def test_documents_stay_whole_and_all_texts_are_there():
    rated = protocol._rated(VADER)
    counts = {name: int((rated.kind == name).sum()) for name in protocol.SETS}
    assert counts == {"amazon": 3708, "movies": 10605, "nyt": 5190, "tweets": 4200}
    assert rated.records.frame["session"].to_list() == rated.document.tolist()
    assert len(set(rated.document[rated.kind == "nyt"])) == 498


@NEEDS
@pytest.mark.slow
def test_vader_itself_has_its_four_figures_on_the_full_sets():
    pytest.importorskip("vaderSentiment")
    rated = protocol._rated(VADER)
    said = protocol._compound(rated.records.frame["text"].to_list())
    # vaderSentiment 3.3.2 on all texts
    known = {"amazon": 0.5896, "movies": 0.4274, "nyt": 0.5029, "tweets": 0.8722}
    for name, value in known.items():
        part = rated.kind == name
        assert pearson(rated.valence[part], said[part]) == pytest.approx(value, abs=5e-5)
