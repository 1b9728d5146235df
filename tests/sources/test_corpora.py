"""sources/corpora: small copies of each layout by hand, then the corpora themselves."""

import json
import os
from pathlib import Path

import pytest

from affectory.core.records import Records
from affectory.sources import read_with_rejects, stream

DATA = Path(os.environ.get("AFFECTORY_DATA", Path(__file__).parents[3] / "shared" / "data"))


def corpus(name):
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not here")
    return folder


def counted(*paths):
    """Return (layouts, records, sessions, rejected) over all readings."""
    readings = list(stream(list(paths)))
    records = Records.concat([reading.records for reading in readings if reading.records])
    lost = sum(reading.rejected.height for reading in readings)
    names = {reading.layout for reading in readings}
    return names, len(records), len(records.sessions), lost


def test_a_convokit_corpus(tmp_path):
    tmp_path = tmp_path / "corpus"
    tmp_path.mkdir()
    rows = [
        {"id": "u1", "speaker": "ann", "conversation_id": "u1", "reply_to": None,
         "timestamp": 20, "text": "hi", "meta": {"x": 1}},
        {"id": "u2", "speaker": "bo", "conversation_id": "u1", "reply_to": "u1",
         "timestamp": 10, "text": "ho", "meta": {"x": 2}},
    ]  # fmt: skip
    (tmp_path / "utterances.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "conversations.json").write_text('{"u1": {"meta": {"success": true}}}')
    (tmp_path / "speakers.json").write_text('{"ann": {"meta": {"age": 40}}}')
    (tmp_path / "index.json").write_text("{}")
    reading = read_with_rejects(tmp_path)
    assert reading.layout == "convokit"
    assert reading.records.frame.select("session", "actor", "start", "text").rows() == [
        ("corpus/u1", "bo", 10.0, "ho"),
        ("corpus/u1", "ann", 20.0, "hi"),
    ]
    assert reading.records.meta("reply_to").to_list() == ["u1", None]
    assert reading.records.meta("conversation").to_list() == ['{"success": true}'] * 2
    assert reading.records.meta("speaker_meta").to_list() == [None, '{"age": 40}']


def test_meld_dialogues_are_ordered_by_utterance_and_named_by_file(tmp_path):
    head = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,"
    rows = ['2,b,Bo,joy,positive,0,1,1,1,"0:00:09,500","0:00:10,000"',
            '1,a,Ann,anger,negative,0,0,1,1,"00:00:12,250","00:00:13,000"']  # fmt: skip
    path = tmp_path / "dev_sent_emo.csv"
    path.write_text("\n".join([head + "StartTime,EndTime", *rows]))
    records = read_with_rejects(path).records
    assert records.sessions == ("meld/dev_sent_emo/0",)
    assert records.frame.select("actor", "start", "stop").rows() == [
        ("Ann", 12.25, 13.0),
        ("Bo", 9.5, 10.0),
    ]
    assert records.meta("Emotion").to_list() == ["anger", "joy"]


def test_empathetic_dialogues_have_their_commas_back(tmp_path):
    path = tmp_path / "valid.csv"
    path.write_text(
        "conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags\n"
        "c:1,2,sad,p,9,why_comma_ then?,5,\nc:1,1,sad,p,8,oh,5,\n"
    )
    reading = read_with_rejects(path)
    assert reading.layout == "empathetic_dialogues"
    assert reading.records.frame["text"].to_list() == ["oh", "why, then?"]


def test_support_conversations_carry_their_outcome_on_every_row(tmp_path):
    talk = {
        "experience_type": "e", "emotion_type": "anxiety", "problem_type": "job", "situation": "s",
        "survey_score": {"seeker": {"initial_emotion_intensity": "4",
                                    "final_emotion_intensity": "2"}, "supporter": {}},
        "dialog": [{"text": "Hi", "speaker": "sys", "strategy": "Question"},
                   {"text": "Hello\n", "speaker": "usr"}],
    }  # fmt: skip
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps(talk) + "\nbroken\n")
    reading = read_with_rejects(path)
    records = reading.records
    assert records.frame.select("session", "actor", "text").rows() == [
        ("train/1", "supporter", "Hi"),
        ("train/1", "seeker", "Hello"),
    ]
    assert records.meta("seeker_final_emotion_intensity").to_list() == ["2", "2"]
    assert records.meta("strategy").to_list() == ["Question", None]
    assert records.meta("situation").to_list() == ["s", None]
    assert reading.rejected["line"].to_list() == [2]


# The counts below are those of the corpora's own descriptions (README of each folder).


@pytest.mark.parametrize(
    ("name", "utterances", "dialogues"),
    [("train", 8206, 834), ("valid", 493, 47), ("test", 2405, 225)],
)
def test_dailydialog_in_full(name, utterances, dialogues):
    path = corpus("dailydialog_reccon") / f"dailydialog_{name}.json.gz"
    assert counted(path) == ({"dailydialog"}, utterances, dialogues, 0)


@pytest.mark.parametrize(
    ("name", "utterances", "dialogues"),
    [
        ("train_sent_emo", 9989, 1038),
        ("dev_sent_emo", 1109, 114),
        ("test_sent_emo_part", 1884, 210),
    ],
)
def test_meld_in_full(name, utterances, dialogues):
    assert counted(corpus("meld") / f"{name}.csv.gz") == ({"meld"}, utterances, dialogues, 0)


def test_esconv_in_full():
    main = sorted(corpus("esconv").glob("*.jsonl.gz"))
    assert counted(*main) == ({"esconv"}, 38_365, 1300, 0)
    names, _, sessions, lost = counted(corpus("esconv") / "failed_esconv.json.gz")
    assert (names, sessions, lost) == ({"esconv"}, 196, 0)


@pytest.mark.parametrize(
    ("name", "utterances", "dialogues"), [("valid", 12_078, 2770), ("test", 10_973, 2547)]
)
def test_empathetic_dialogues_in_full(name, utterances, dialogues):
    path = corpus("empathetic_dialogues") / f"{name}.csv.gz"
    assert counted(path) == ({"empathetic_dialogues"}, utterances, dialogues, 0)


def test_tau_bench_in_full():
    names, messages, sessions, lost = counted(corpus("tau_bench") / "gpt-4o-airline.json.gz")
    assert (names, sessions, lost) == ({"tau_bench"}, 200, 0)
    assert messages / sessions == pytest.approx(26.5, abs=0.05)
