"""sources/elan and textgrids: written by hand, then by two independent libraries."""

import pytest
from praatio import textgrid as praat
from praatio.data_classes.interval_tier import IntervalTier
from praatio.data_classes.point_tier import PointTier
from pympi import Elan

from affectory.core.errors import BadFile
from affectory.sources import read, read_with_rejects

EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" FORMAT="3.0" VERSION="3.0">
<TIME_ORDER>
<TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="1000"/>
<TIME_SLOT TIME_SLOT_ID="ts2"/>
<TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="3000"/>
<TIME_SLOT TIME_SLOT_ID="ts4"/>
</TIME_ORDER>
<TIER TIER_ID="Ann" PARTICIPANT="Ann Lee" LINGUISTIC_TYPE_REF="t">
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
<ANNOTATION_VALUE>Hi &amp; ho</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts3">
<ANNOTATION_VALUE>well</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a3" TIME_SLOT_REF1="ts4" TIME_SLOT_REF2="ts4">
<ANNOTATION_VALUE>lost</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
</TIER>
<TIER TIER_ID="words" PARENT_REF="Ann" LINGUISTIC_TYPE_REF="s">
<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="r1" ANNOTATION_REF="a2">
<ANNOTATION_VALUE>we</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>
<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="r2" ANNOTATION_REF="a2" PREVIOUS_ANNOTATION="r1">
<ANNOTATION_VALUE>ll</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>
</TIER>
</ANNOTATION_DOCUMENT>
"""


def put(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(records):
    return records.frame.select("actor", "start", "stop", "text").rows()


def test_an_elan_file_with_missing_times_and_references(tmp_path):
    reading = read_with_rejects(put(tmp_path, "a.eaf", EAF))
    assert rows(reading.records) == [
        ("Ann", 1.0, 2.0, "Hi & ho"),  # the slot between 1 and 3 s has no value: half way
        ("Ann", 2.0, 3.0, "well"),
        ("words", 2.0, 2.5, "we"),  # two references share one second
        ("words", 2.5, 3.0, "ll"),
    ]
    assert reading.records.meta("participant").to_list() == ["Ann Lee", "Ann Lee", None, None]
    assert reading.records.meta("media").to_list() == [None] * 4
    assert reading.records.meta("parent_tier").to_list() == [None, None, "Ann", "Ann"]
    assert reading.rejected.rows()[0][1:] == (14, "it has no time", "lost")


@pytest.mark.parametrize(
    "place",
    [
        'MEDIA_URL="file:///C:/Users/zoe/Take%207.mp4" RELATIVE_MEDIA_URL="./Take%207.mp4"',
        'RELATIVE_MEDIA_URL="..\\films\\Take 7.mp4"',
    ],
)
def test_an_elan_file_names_its_recording_but_no_folder(tmp_path, place):
    head = f'<HEADER><MEDIA_DESCRIPTOR {place} MIME_TYPE="video/mp4"/></HEADER><TIME_ORDER>'
    reading = read_with_rejects(put(tmp_path, "a.eaf", EAF.replace("<TIME_ORDER>", head)))
    assert reading.records.meta("media").to_list() == ["Take 7.mp4"] * 4


def test_what_pympi_writes_is_read(tmp_path):
    eaf = Elan.Eaf()
    eaf.add_tier("Ann")
    eaf.add_tier("Bo")
    eaf.add_annotation("Ann", 0, 1500, "hello")
    eaf.add_annotation("Bo", 1500, 2250, "ça va?")
    path = tmp_path / "a.eaf"
    eaf.to_file(str(path))
    assert rows(read(path)) == [("Ann", 0.0, 1.5, "hello"), ("Bo", 1.5, 2.25, "ça va?")]


def test_a_document_type_is_refused_before_it_can_expand(tmp_path):
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        "<ANNOTATION_DOCUMENT>&b;</ANNOTATION_DOCUMENT>"
    )
    with pytest.raises(BadFile, match="document type"):
        read(put(tmp_path, "a.eaf", bomb))


def test_broken_xml_is_told(tmp_path):
    with pytest.raises(BadFile, match="broken XML"):
        read(put(tmp_path, "a.eaf", EAF[:600]))


LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 3
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "Ann"
        xmin = 0
        xmax = 3
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 1
            text = "she said ""hi"" 3 times"
        intervals [2]:
            xmin = 1
            xmax = 2
            text = ""
        intervals [3]:
            xmin = 2
            xmax = 3
            text = "ça"
    item [2]:
        class = "TextTier"
        name = "laughs"
        xmin = 0
        xmax = 3
        points: size = 1
        points [1]:
            number = 1.5
            mark = "ha"
"""
SHORT = (
    '"ooTextFile"\n"TextGrid"\n0 3 <exists> 2 ! two tiers\n"IntervalTier" "Ann" 0 3 3\n'
    '0 1 "she said ""hi"" 3 times" 1 2 "" 2 3 "ça"\n"TextTier"\n"laughs"\n0\n3\n1\n1.5\n"ha"\n'
)
SAID = [
    ("Ann", 0.0, 1.0, 'she said "hi" 3 times'),
    ("laughs", 1.5, 1.5, "ha"),
    ("Ann", 2.0, 3.0, "ça"),
]


@pytest.mark.parametrize("code", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("text", [LONG, SHORT])
def test_both_forms_of_a_textgrid_in_any_encoding(tmp_path, text, code):
    assert rows(read(put(tmp_path, "a.TextGrid", text.encode(code)))) == SAID


@pytest.mark.parametrize("form", ["long_textgrid", "short_textgrid"])
def test_what_praatio_writes_is_read(tmp_path, form):
    grid = praat.Textgrid()
    grid.addTier(IntervalTier("Ann", [(0.0, 1.0, SAID[0][3]), (2.0, 3.0, "ça")], 0, 3))
    grid.addTier(PointTier("laughs", [(1.5, "ha")], 0, 3))
    path = tmp_path / "a.TextGrid"
    grid.save(str(path), form, includeBlankSpaces=True)
    assert rows(read(path)) == SAID


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (LONG[:300], "ends too early"),
        ("ooBinaryFile", "binary"),
        ('"ooTextFile" "Pitch"', "no object"),
        ('"TextGrid" 0 1 <exists> 1 "Mystery" "a"', "Mystery"),
        ('"TextGrid" 0 "x"', "a text in line 1"),
    ],
)
def test_a_broken_textgrid_is_told(tmp_path, content, told):
    with pytest.raises(BadFile, match=told):
        read(put(tmp_path, "a.TextGrid", content))
