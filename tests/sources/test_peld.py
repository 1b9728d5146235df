"""sources/peld: dialogues of overlapping triples, in miniature and as published."""

import os
from pathlib import Path

import numpy as np
import pytest

from affectory.core.errors import BadFile
from affectory.sources.peld import read_peld

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))
HEAD = "\t".join(
    ["Speaker_1", "Speaker_2", "Personality", "Utterance_1", "Utterance_2", "Utterance_3",
     "Emotion_1", "Emotion_2", "Emotion_3"]
)  # fmt: skip


def write(folder, rows, traits="[0.1, 0.2, 0.3, 0.4, 0.5]"):
    """Write triples of utterances."""
    lines = ["\t".join(["Ann", "Bo", traits, *row, "joy", "anger", "neutral"]) for row in rows]
    (folder / "Dyadic_PELD.tsv").write_text("\n".join([HEAD, *lines]), encoding="utf-8")


def test_triples_that_share_words_are_of_one_dialogue(tmp_path):
    rows = [
        ("one", "two", "three"), ("three", "four", "five"), ("four", "five", "six"),
        ("hey", "you", "there"), ("three", "never", "more"),  # short, and no neighbour
        ("this is a long line", "no", "yes"), ("x", "y", "z"), ("p", "This is a  long line", "q"),
    ]  # fmt: skip
    write(tmp_path, rows)
    found = read_peld(tmp_path)
    assert found.dialogue.tolist() == [0, 0, 0, 1, 2, 3, 4, 3]
    assert found.emotions[0].tolist() == ["joy", "anger", "neutral"]
    assert found.traits[0].tolist() == [0.1, 0.2, 0.3, 0.4, 0.5]


def test_a_personality_that_is_none_is_refused(tmp_path):
    write(tmp_path, [("a", "b", "c")], traits="[0.1, 0.2]")
    with pytest.raises(BadFile, match="personality"):
        read_peld(tmp_path)


@pytest.mark.skipif(not (DATA / "peld").is_dir(), reason="no data set")
def test_copying_the_last_emotion_scores_what_the_data_set_s_page_says():
    found = read_peld(DATA / "peld")
    first, last = found.emotions[:, 0], found.emotions[:, 2]
    assert len(last) == 5732
    assert round(float((first == last).mean()), 5) == 0.41609
    scores = [
        2
        * ((first == name) & (last == name)).sum()
        / ((first == name).sum() + (last == name).sum())
        for name in np.unique(last)
    ]
    assert round(float(np.mean(scores)), 5) == 0.32329
