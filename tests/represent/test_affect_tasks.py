"""represent/affect_tasks: forms whose order of fields is a contract, and classes of reals."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.represent.affect_grades import GO_AFFECT, affect_of, intensity_of, valence_of
from affectory.represent.affect_instructions import INSTRUCTIONS
from affectory.represent.affect_tasks import (
    EMOTIONS,
    LABELS,
    NONE,
    Task,
    answer_of,
    class_of,
    fields,
    real_of,
)
from affectory.represent.vocabularies import GOEMOTIONS28


@pytest.mark.parametrize("noun", ["Tweet", "Text"])
def test_the_fields_come_in_the_order_of_the_paper(noun):
    def lines(task, emotion=None):
        return fields(task, "So glad!", "Rate it.", emotion, noun).split("\n")

    head = ["Task: Rate it.", f"{noun}: So glad!"]
    assert lines(Task.EI_REG, "joy") == [*head, "Emotion E: joy", "Intensity score:"]
    assert lines(Task.EI_OC, "fear") == [*head, "Emotion E: fear", "Intensity class:"]
    assert lines(Task.V_REG) == [*head, "Intensity score:"]
    assert lines(Task.V_OC) == [*head, "Intensity class:"]
    assert lines(Task.E_C) == [*head, f"This {noun.lower()} contains emotions:"]


def test_every_task_has_ten_instructions_of_its_own():
    assert set(INSTRUCTIONS) == set(Task)
    assert all(len(set(ways)) == 10 for ways in INSTRUCTIONS.values())
    assert len({way for ways in INSTRUCTIONS.values() for way in ways}) == 50


@pytest.mark.parametrize("task", [Task.EI_OC, Task.V_OC])
def test_a_class_is_its_own_middle_and_ends_belong_to_the_outer_classes(task):
    np.testing.assert_array_equal(class_of(task, real_of(task, task.classes)), task.classes)
    ends = class_of(task, [0.0, 1.0])
    assert ends.tolist() == [task.classes[0], task.classes[-1]]
    assert np.isnan(class_of(task, [np.nan])).all()
    assert (np.diff(class_of(task, np.linspace(0, 1, 101))) >= 0).all()


def test_an_answer_is_a_real_a_class_with_words_or_names():
    assert answer_of(Task.EI_REG, 0.8) == "0.800"
    assert answer_of(Task.EI_OC, 0, "anger") == "0: no anger can be inferred"
    assert answer_of(Task.V_OC, -3).startswith("-3: very negative")
    assert answer_of(Task.E_C, ["love", "anger"]) == "anger, love"  # in the order of affect11
    assert answer_of(Task.E_C, []) == NONE


@pytest.mark.parametrize(
    ("task", "value"),
    [(Task.EI_REG, 1.2), (Task.EI_OC, 4), (Task.V_OC, 0.5), (Task.E_C, ["boredom"])],
)
def test_what_is_no_answer_is_refused(task, value):
    with pytest.raises(BadChoice):
        answer_of(task, value, "joy")


def test_an_emotion_is_named_where_one_is_asked_for_and_nowhere_else():
    with pytest.raises(BadChoice, match="emotion"):
        fields(Task.EI_REG, "x", "y", "boredom")
    with pytest.raises(BadChoice, match="emotion"):
        fields(Task.V_REG, "x", "y", "joy")
    with pytest.raises(BadChoice, match="task"):
        class_of(Task.V_REG, [0.5])
    with pytest.raises(BadValues):
        class_of(Task.V_OC, [1.5])
    with pytest.raises(BadChoice):
        real_of(Task.EI_OC, [5])


def held(*labels):
    return np.array([[float(name in labels) for name in GOEMOTIONS28.names]])


def test_labels_go_where_the_table_says():
    assert affect_of(held("annoyance", "curiosity"))[0].nonzero()[0].tolist() == [
        LABELS.index("anger"),
        LABELS.index("anticipation"),
    ]
    assert affect_of(held("neutral")).sum() == 0
    assert affect_of(held("confusion")).sum() == 0  # left out
    assert set(GO_AFFECT.matrix.sum(axis=0) > 0) == {True}  # every one of the eleven has a source


def test_the_strongest_label_of_a_family_gives_its_grade():
    strong = intensity_of(held("annoyance", "anger", "joy"))[0]
    assert strong[EMOTIONS.index("anger")] == 0.85
    assert strong[EMOTIONS.index("joy")] == 0.8
    assert strong[EMOTIONS.index("fear")] == 0
    assert intensity_of(held("annoyance")).max() < 0.85
    assert valence_of(held("joy")) > 0 == valence_of(held("neutral")) > valence_of(held("anger"))
