"""steer/instructions: every rated text ten ways, its answer one that can be read back."""

import json

import pytest

from affectory.core.errors import BadChoice, NoRecords
from affectory.perceive.instruct.answers import read_answer
from affectory.represent.affect_tasks import Task
from affectory.steer.instructions import Rated, samples, write_samples

RATED = [
    Rated(Task.EI_REG, "I won\nthe race!", 0.812, "joy"),
    Rated(Task.EI_OC, "I won the race!", 0, "fear"),
    Rated(Task.V_REG, "It rains.", 0.4),
    Rated(Task.V_OC, "It rains.", -1),
    Rated(Task.E_C, "We won!", ("joy", "optimism")),
    Rated(Task.E_C, "It is nine.", ()),
]


def test_every_text_is_asked_in_ten_ways_and_every_answer_is_read_back():
    made = samples(RATED)
    assert len(made) == 10 * len(RATED)
    for one in RATED:
        own = [s for s in made if (s.task, s.emotion) == (one.task.value, one.emotion)
               and " ".join(one.text.split()) in s.prompt]  # fmt: skip
        assert {s.way for s in own} == set(range(10))
        assert len({s.prompt for s in own}) == 10
        assert {read_answer(one.task, s.answer) for s in own} == {one.value}


def test_a_text_stays_on_its_line_and_the_last_field_is_open():
    made = samples(RATED[:1], noun="Text")
    lines = made[0].prompt.split("\n")
    assert [line.partition(":")[0] for line in lines] == [
        "Task", "Text", "Emotion E", "Intensity score",
    ]  # fmt: skip
    assert lines[-1] == "Intensity score:"


def test_the_seed_alone_decides_the_order():
    assert samples(RATED, seed=1) == samples(RATED, seed=1) != samples(RATED, seed=2)
    assert sorted(s.prompt for s in samples(RATED, seed=1)) == sorted(
        s.prompt for s in samples(RATED, seed=2)
    )


def test_samples_are_written_as_json_lines(tmp_path):
    path = tmp_path / "new" / "aaid.jsonl"
    assert write_samples(path, samples(RATED)) == 60
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert list(rows[0]) == ["task", "emotion", "way", "prompt", "answer"]
    assert not path.with_name("aaid.jsonl.partial").exists()


def test_what_is_wrong_is_named():
    with pytest.raises(BadChoice, match="noun"):
        samples(RATED, noun="Post")
    with pytest.raises(BadChoice, match="task"):
        samples([Rated("EI", "x", 0.5, "joy")])
    with pytest.raises(BadChoice, match="value"):
        samples([Rated(Task.EI_REG, "x", 1.5, "joy")])
    with pytest.raises(BadChoice, match="emotion"):
        samples([Rated(Task.EI_REG, "x", 0.5)])
    with pytest.raises(NoRecords):
        samples([])
