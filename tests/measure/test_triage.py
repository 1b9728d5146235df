"""measure/triage, telemetry, passes: arithmetic that one can do by hand."""

import json

import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.passes import passes
from affectory.measure.telemetry import attributes, events
from affectory.measure.triage import (
    CATEGORIES,
    TYPES,
    Decay,
    Report,
    Sign,
    Turns,
    leaf,
    quality,
    severity,
)

KINDS = {leaf(kind): kind for kind in TYPES}


def judged(turns=10, **many):
    return quality({KINDS[name]: n for name, n in many.items()}, turns)


def report(*names, turns=3):
    signs = tuple(Sign(KINDS[name], at, name) for at, name in enumerate(names))
    return Report("s", signs, Turns.of(turns, turns, Decay()), 2 * turns)


def test_the_25_types_are_the_published_strings():
    assert len(TYPES) == 25
    assert TYPES[0] == "interaction.misalignment.correction"
    assert TYPES[15] == "execution.failure.state_error"
    assert TYPES[-2] == "environment.exhaustion.malformed_response"
    assert list(CATEGORIES.values()) == [
        "interaction.misalignment", "interaction.stagnation", "interaction.disengagement",
        "interaction.satisfaction", "execution.failure", "execution.loops",
        "environment.exhaustion",
    ]  # fmt: skip


def test_severity_by_count():
    assert [severity(n) for n in range(7)] == [0, 1, 1, 2, 2, 3, 3]


def test_quality_by_hand():
    assert judged() == (50, "neutral")
    assert judged(gratitude=1) == (62, "good")
    assert judged(gratitude=1, success=1) == (66, "good")
    assert judged(gratitude=3) == (69, "good")
    assert judged(gratitude=9) == (69, "good")
    assert judged(invalid_args=1, parameter_drift=1) == (37, "poor")
    assert judged(negative_stance=1) == (40, "neutral")
    assert judged(negative_stance=3) == (30, "poor")
    assert judged(negative_stance=5) == (0, "severe")
    assert judged(correction=3) == (50, "neutral")  # 0.3 a turn is not above 0.3
    assert judged(correction=4) == (35, "poor")
    assert judged(0, correction=1) == (35, "poor")
    assert judged(repetition=2) == (50, "neutral")
    assert judged(repetition=3) == (34, "poor")
    assert judged(repetition=5) == (0, "severe")
    assert judged(timeout=2, network=1) == (41, "neutral")
    assert judged(timeout=9) == (23, "severe")
    assert judged(state_error=7) == (0, "severe")


@pytest.mark.parametrize("grave", ["escalation", "quit"])
def test_who_asks_for_a_human_or_quits_makes_it_severe_whatever_else(grave):
    assert judged(gratitude=5, **{grave: 1}) == (0, "severe")


def test_efficiency_falls_beyond_the_baseline():
    decay = Decay()
    assert [decay.efficiency(n) for n in (0, 5, 9, 13)] == [1, 1, 0.5, 1 / 3]
    assert [Turns.of(n, n, decay).is_dragging for n in (9, 10)] == [False, True]
    assert Decay(rate=0.3).efficiency(10) == pytest.approx(0.4)
    with pytest.raises(BadChoice):
        Decay(rate=-1)
    with pytest.raises(BadChoice):
        Decay(drags=2)


def test_what_is_marked():
    assert not report("gratitude", "repetition", "repetition").marked
    assert report("negative_stance").marked
    assert report("repetition", "repetition", "repetition").marked
    assert report("retry").marked
    assert not report("timeout").marked
    assert report(*["timeout"] * 9).marked  # poor quality


def test_a_report_says_it_all_in_plain_values():
    told = report("gratitude", "retry").to_dict()
    assert json.loads(json.dumps(told)) == told
    assert told["summary"] == "good (57): 1 satisfaction, 1 loops" or told["quality_score"] == 57
    assert told["categories"]["execution.loops"] == {"count": 1, "severity": 1}
    assert told["signals"][0]["type"] == "interaction.satisfaction.gratitude"
    assert told["turns"]["total_turns"] == 3


def test_attributes_are_those_of_the_gateway():
    told = attributes(report("retry", "retry", "retry"))
    assert told == {
        "signals.quality": "poor",
        "signals.quality_score": 35.0,
        "signals.turn_count": 3,
        "signals.efficiency_score": 1.0,
        "signals.execution.loops.count": 3,
        "signals.execution.loops.severity": 2,
    }


def test_there_is_one_event_a_sign():
    one = Sign(KINDS["retry"], 4, "find", 0.95, {"rounds": 3})
    ((name, told),) = events(Report("s", (one,), Turns.of(1, 1, Decay())))
    assert name == "signal.execution.loops.retry"
    assert told == {
        "signal.type": "execution.loops.retry", "signal.message_index": 4,
        "signal.confidence": 0.95, "signal.snippet": "find", "signal.metadata": '{"rounds": 3}',
    }  # fmt: skip


def test_pass_k_by_hand():
    task = ["a"] * 4 + ["b"] * 4
    done = [True, True, True, False] + [False] * 4
    # C(3, k) / C(4, k), and 0
    values = [passes(task, done, k).value for k in (1, 2, 3, 4)]
    assert values == pytest.approx([0.375, 0.25, 0.125, 0.0])
    assert passes(task, [True] * 8, 4).value == 1
    for k in (0, 5):
        with pytest.raises(BadChoice):
            passes(task, done, k)
    with pytest.raises(BadValues):
        passes(task, done[:-1], 1)
