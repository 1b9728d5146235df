"""sources.labelled: labelled conversations of three layouts, from files of our own."""

import gzip
import json

import pytest

from affectory.core.errors import BadChoice, BadFile, MissingFile
from affectory.represent.vocabularies import IEMOCAP6, MELD7, POLARITY
from affectory.sources.labelled import read_meld, read_prc, read_reccon

HEAD = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID\n"


def labels(labelled):
    felt = labelled.felt.to_polars().sort("session", "seq")
    names = labelled.felt.space.names
    return [next((n for n in names if row[n]), None) for row in felt.iter_rows(named=True)]


def test_meld_is_read_in_the_order_of_its_turns(tmp_path):
    rows = '1,Fine.,Ann,neutral,neutral,0,1\n2,"I\x92m so glad, Bo!",Bo,joy,positive,0,0\n'
    with gzip.open(tmp_path / "dev_sent_emo.csv.gz", "wt", encoding="utf-8") as file:
        file.write(HEAD + rows)
    read = read_meld(tmp_path, "dev", MELD7)
    assert read.records.frame["text"].to_list() == ["I'm so glad, Bo!", "Fine."]
    assert read.records.frame["actor"].to_list() == ["Bo", "Ann"]
    assert labels(read) == ["joy", "neutral"]


def test_meld_without_its_files_or_columns_says_so(tmp_path):
    with pytest.raises(MissingFile, match="train_sent_emo"):
        read_meld(tmp_path, "train", MELD7)
    with pytest.raises(BadChoice, match="split"):
        read_meld(tmp_path, "valid", MELD7)
    (tmp_path / "dev_sent_emo.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadFile, match="no column"):
        read_meld(tmp_path, "dev", MELD7)


def test_prc_with_speakers_and_one_hot_genders(tmp_path):
    talk = {
        "sentences": ["Oh no.", "What?", ""],
        "labels": [3, 1, 99],
        "genders": [[1, 0], [0, 1], [1, 0]],
        "speakers": ["Ann", "Bo", "Ann"],
    }
    path = tmp_path / "meld.valid.json"
    path.write_text(json.dumps({"d7": talk}))
    read = read_prc(path, MELD7)
    assert read.records.sessions == ("d7",)
    assert read.records.frame["actor"].to_list() == ["Ann", "Bo", "Ann"]
    assert read.records.meta("gender").to_list() == ["0", "1", "0"]
    assert labels(read) == ["sadness", "surprise", None]  # 99 is no label of the Space


def test_prc_of_iemocap_names_speakers_by_gender(tmp_path):
    talk = {"s_id": "Ses01", "sentences": ["Hi.", "Yes!"], "labels": [2, 4], "genders": ["F", "M"]}
    path = tmp_path / "iemocap.test.json"
    path.write_text(json.dumps([talk]))
    read = read_prc(path, IEMOCAP6)
    assert read.records.sessions == ("Ses01",)
    assert read.records.frame["actor"].to_list() == ["F", "M"]
    assert labels(read) == ["neutral", "excited"]


def test_prc_of_another_form_is_refused(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"a": {"sentences": ["x"], "labels": []}}')
    with pytest.raises(BadFile, match="unequal length"):
        read_prc(path, MELD7)
    path.write_text('{"a": 1}')
    with pytest.raises(BadFile, match="another form"):
        read_prc(path, MELD7)
    path.write_text("{")
    with pytest.raises(BadFile, match="broken JSON"):
        read_prc(path, MELD7)
    with pytest.raises(BadChoice, match="space"):
        read_prc(path, POLARITY)


def test_reccon_spells_one_label_in_many_ways(tmp_path):
    turns = [
        {"turn": 1, "speaker": "A", "utterance": "Great !", "emotion": "happines"},
        {"turn": 2, "speaker": "B", "utterance": "So what .", "emotion": "angry"},
    ]
    (tmp_path / "dailydialog_test.json").write_text(json.dumps({"te_1": [turns]}))
    read = read_reccon(tmp_path, "test", MELD7)
    assert labels(read) == ["joy", "anger"]
    (tmp_path / "dailydialog_train.json").write_text('{"te_1": [1]}')
    with pytest.raises(BadFile, match="another form"):
        read_reccon(tmp_path, "train", MELD7)
