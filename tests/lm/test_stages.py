"""lm/stages: values flow down, a row that cannot be read stops alone."""

import pytest

from affectory.core.errors import BadValues
from affectory.lm.prompt import Template
from affectory.lm.scripted import Scripted
from affectory.lm.stages import Stage, run

CUE = Stage("cue", Template("Cue in: {{ text }}"), lambda answer: answer.text or None)
FEEL = Stage("feel", Template("Feeling for {{ cue }}"), lambda answer: answer.text.upper())
MODEL = Scripted({"Cue in: I won": "won", "Feeling for won": "joy", "": ""})


def test_what_one_stage_reads_fills_the_next():
    (course,) = run(MODEL, [CUE, FEEL], [{"text": "I won"}])
    assert course.values == {"cue": "won", "feel": "JOY"}
    assert course.answers["feel"].text == "joy"
    assert course.stopped == ""


def test_a_row_that_cannot_be_read_stops_and_the_others_go_on():
    first, second = run(MODEL, [CUE, FEEL], [{"text": "hm"}, {"text": "I won"}])
    assert (first.stopped, dict(first.values)) == ("cue", {})
    assert second.values["feel"] == "JOY"


def test_a_field_that_nobody_has_is_refused_before_anything_is_asked():
    with pytest.raises(BadValues, match="cue"):
        run(MODEL, [FEEL], [{"text": "I won"}])


def test_no_row_asks_nothing():
    assert run(MODEL, [CUE], []) == ()
