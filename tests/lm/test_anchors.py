"""lm/anchors: answers of a model that stutters are read in linear time."""

import time

import pytest

from affectory.core.space import Axis, Kind, Space
from affectory.lm.answers import ManyLabels, Number, OneLabel, YesNo, parse


def _space(kind, *names):
    return Space("toy", kind, tuple(Axis(name, 0.0, 1.0, 0.0) for name in names))


ONE = OneLabel(_space(Kind.DISTRIBUTION, "joy", "fear", "low mood"), {"low": "low mood"})
MANY = ManyLabels(_space(Kind.FLAGS, "joy", "anger", "fear"), {"happiness": "joy"})
YES = YesNo(_space(Kind.FLAGS, "joy"))
UNIT = Number(YES.space, {"very high": 0.9, "low": 0.2})


@pytest.mark.parametrize("reader", [ONE, MANY, YES, UNIT])
@pytest.mark.parametrize(
    "unit",
    ['"', "\"'", "(", "[", ":", ": ", ", ", "* ", "- ", " ", "\n", "\n\"", "#\n", "the, ", "a ",
     "_-", "joy and ", "joy ", "joy, ", "answer: joy. ", "answer is ", "answer: (", "yes no ",
     "low ", "low_", "1,", "1", "0.7, ", "1. ", "-", "?", "<think>", "</think><think>", "reason ",
     "reason: ", "{", "no, ", "maybe ", "\u2022", "not\n"],
)  # fmt: skip
def test_a_model_that_stutters_does_not_hold_up_a_run(reader, unit):
    said = unit * (10_000 // len(unit))
    begin = time.process_time()
    parse(reader, [f"{said}@", f"joy {said}", f"answer: {said}"])
    assert time.process_time() - begin < 1.5  # three answers
