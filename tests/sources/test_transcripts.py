"""sources: scripts, exported chats and subtitles, each from a few lines of its own."""

import pysubs2
import pytest

from affectory.core.errors import BadFile
from affectory.sources import read, read_with_rejects


def put(folder, name, content):
    path = folder / name
    path.write_text(content, newline="")
    return path


def rows(records, *columns):
    return records.frame.select(columns or ("actor", "text")).rows()


def test_a_script_with_continued_lines(tmp_path):
    path = put(tmp_path, "a.txt", "Ann: Hello.\nHow are you?\n\nBo: Fine. Listen: it rains.\n")
    assert rows(read(path)) == [("Ann", "Hello.\nHow are you?"), ("Bo", "Fine. Listen: it rains.")]


def test_a_word_before_a_colon_is_no_speaker_if_it_comes_once_among_many_lines(tmp_path):
    path = put(
        tmp_path, "a.txt", "ANN: One.\nANN: Two.\nand on\nand on\nNote: this\nand on\nand on\n"
    )
    assert read(path).actors == ("ANN",)
    assert read(path).frame["text"][1].endswith("Note: this\nand on\nand on")


@pytest.mark.parametrize(
    "line",
    [
        "[00:01:02] Ann: Hello",
        "(1:02) Ann: Hello",
        "00:01:02 Ann: Hello",
        "00:01:02 - Ann: Hello",
        "Ann (00:01:02): Hello",
        "[00:01:02.000] **Ann:** Hello",
    ],
)
def test_a_time_before_or_behind_the_name(tmp_path, line):
    path = put(tmp_path, "a.txt", f"{line}\n{line}\n")
    assert rows(read(path), "actor", "start", "text") == [("Ann", 62.0, "Hello")] * 2


def test_names_with_a_time_on_a_line_of_their_own(tmp_path):
    path = put(tmp_path, "a.txt", "Ann Lee  0:03\nHello.\nMore.\n\nBo  1:04\nYes.\n")
    assert rows(read(path), "actor", "start", "text") == [
        ("Ann Lee", 3.0, "Hello.\nMore."),
        ("Bo", 64.0, "Yes."),
    ]


def test_times_that_only_some_turns_have_stay_in_meta(tmp_path):
    path = put(tmp_path, "a.txt", "[00:01] Ann: Hello\nBo: Yes\n")
    reading = read_with_rejects(path)
    assert reading.records.clock.value == "turns"
    assert reading.records.meta("time").to_list() == ["00:01", None]
    assert "only some turns" in reading.notes[0]


def test_what_comes_before_the_first_speaker_is_rejected(tmp_path):
    path = put(tmp_path, "a.txt", "A play\n\nANN: Hello\nBO: Yes\n")
    assert read_with_rejects(path).rejected.rows()[0][1:] == (
        1,
        "it comes before the first speaker",
        "A play",
    )


def test_text_without_speakers_is_one_actor(tmp_path):
    path = put(tmp_path, "diary.txt", "Today it rained.\n\nTomorrow too.\n")
    assert rows(read(path)) == [("speaker", "Today it rained."), ("speaker", "Tomorrow too.")]


CHAT = (
    "31/12/2023, 21:05 - Messages are end-to-end encrypted.\n"
    "31/12/2023, 21:05 - Ann: Happy new year\nto you: all\n"
    "01/01/2024, 00:10 - Bo Lee: <Media omitted>\n"
)


def test_an_exported_chat(tmp_path):
    reading = read_with_rejects(put(tmp_path, "chat.txt", CHAT))
    assert reading.layout == "whatsapp"
    assert rows(reading.records, "actor", "text", "start") == [
        ("Ann", "Happy new year\nto you: all", 1_704_056_700.0),  # 2023-12-31 21:05 UTC
        ("Bo Lee", None, 1_704_067_800.0),  # 2024-01-01 00:10 UTC
    ]
    assert reading.rejected["line"].to_list() == [1]


def test_an_exported_chat_of_a_telephone_with_twelve_hours(tmp_path):
    text = "[12/31/23, 9:05:10\u202fPM] Ann: hi\n\u200e[12/31/23, 9:06:00\u202fPM] Bo: ho\n"
    assert read(put(tmp_path, "chat.txt", text)).frame["start"].to_list() == [
        1_704_056_710.0,
        1_704_056_760.0,
    ]


SRT = """1
00:00:01,000 --> 00:00:02,500
<i>ANN:</i> Hello &amp; welcome
to you

2
00:00:03,000 --> 00:00:04,000
- Who?
- Me.
"""


def test_subtitles_with_names_and_dashes(tmp_path):
    records = read(put(tmp_path, "a.srt", SRT))
    assert rows(records, "actor", "start", "stop", "text") == [
        ("ANN", 1.0, 2.5, "Hello & welcome to you"),
        ("speaker", 3.0, 4.0, "Who?"),
        ("speaker", 3.0, 4.0, "Me."),
    ]


def test_cue_times_agree_with_pysubs2(tmp_path):
    path = put(tmp_path, "a.srt", SRT)
    told = [(event.start / 1000, event.end / 1000) for event in pysubs2.load(str(path))]
    ours = read(path).frame.select("start", "stop").unique(maintain_order=True).rows()
    assert ours == told


def test_damaged_cues_are_rejected_by_line(tmp_path):
    text = SRT + "\n3\n00:00:0x --> 00:01\nbad\n\n4\n00:00:09,0 --> 00:00:08,0\nback\n\nstray\n"
    reading = read_with_rejects(put(tmp_path, "a.srt", text))
    assert len(reading) == 3
    assert reading.rejected["line"].to_list() == [12, 16, 19]


def test_a_missing_empty_line_between_cues_is_no_harm(tmp_path):
    text = "1\n00:01,000 --> 00:02,000\none\n2\n00:03,000 --> 00:04,000\ntwo\n"
    assert rows(read(put(tmp_path, "a.srt", text)), "start", "text") == [(1.0, "one"), (3.0, "two")]


def test_webvtt_voices_notes_and_settings(tmp_path):
    text = (
        "WEBVTT - a talk\n\nNOTE nothing\n\nSTYLE\n::cue {}\n\n"
        "c1\n00:01.000 --> 00:02.000 align:start\n<v.loud Ann Lee>Hi <b>there</b></v>\n\n"
        "01:00:00.000 --> 01:00:01.000\n<v Bo>Yes.</v> <v Ann Lee>No.\n"
    )
    reading = read_with_rejects(put(tmp_path, "a.vtt", text))
    assert rows(reading.records, "actor", "start", "text") == [
        ("Ann Lee", 1.0, "Hi there"),
        ("Bo", 3600.0, "Yes."),
        ("Ann Lee", 3600.0, "No."),
    ]
    assert reading.rejected.height == 0


def test_a_subtitle_file_without_cues_is_told(tmp_path):
    reading = read_with_rejects(put(tmp_path, "a.srt", "\n"))
    assert reading.records is None
    assert "nothing" in reading.rejected["reason"][0]


def test_a_chat_without_dates_is_refused(tmp_path):
    with pytest.raises(BadFile, match="date"):
        read(put(tmp_path, "a.txt", "Ann: hi\n"), layout="whatsapp")
