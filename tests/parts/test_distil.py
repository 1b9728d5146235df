"""parts/distil: what the teacher is asked, what is packed, and, with torch, the whole of it."""

import importlib.util

import numpy as np
import pytest

from affectory.core.errors import MissingExtra
from affectory.parts import distil as room
from affectory.parts.bag import add_up
from affectory.parts.distil import Recipe, distil
from affectory.parts.teacher import Lessons, Opinion, Teacher
from affectory.senses import keys
from affectory.senses.tokens import key_of

TORCH = all(map(importlib.util.find_spec, ("torch", "transformers")))


def lessons() -> Lessons:
    glad, sad = ["what a good day", "so good to see"], ["what a bad day", "so bad to see"]
    texts = (glad + sad) * 20
    flags = np.tile([[1, 0], [1, 0], [0, 1], [0, 1]], (20, 1)).astype(np.float32)
    return Lessons(texts, flags, texts, (flags[:, :1] - 0.5) * 0.4)


def test_a_not_is_put_in_or_left_out():
    rng = np.random.default_rng(0)
    turned = list(room._turned(["This is fine", "it is not fine", "fine"], rng))
    assert turned == ["This is not fine", "it is fine"]


def test_pieces_are_stretches_of_their_text():
    texts = ["one two three four five six", "too short"]
    for seed in range(20):
        (piece,) = room._pieces(texts, np.random.default_rng(seed))
        assert piece in texts[0]
        assert 2 <= len(piece.split()) < 6


def test_splices_are_half_of_one_and_half_of_another():
    (spliced,) = room._splices(["a b c d", "w x y z"], np.random.default_rng(0))
    assert spliced in {"a b y z", "w x c d"}


def test_a_packed_student_scores_as_it_did_before_up_to_rounding():
    rng = np.random.default_rng(0)
    draw = lambda *shape: rng.normal(size=shape).astype(np.float32)  # noqa: E731
    student = {
        "direct": draw(40, 3), "vector": draw(40, 5), "inner": draw(5, 8), "lift": draw(8),
        "outer": draw(8, 3), "bias": draw(3),
    }  # fmt: skip
    key = np.arange(100, 140, dtype=np.uint64)
    bag = room._packed(student, key, Recipe())
    slots = bag.keys.find(key[[3, 7, 9]])
    sums = np.zeros((1, 8), np.int16)
    add_up(bag.rows, slots, np.array([3]), sums)
    shrink = 3**-0.5
    vector = student["vector"][[3, 7, 9]].sum(axis=0) * shrink
    hidden = np.maximum(vector @ student["inner"] + student["lift"], 0)
    wanted = student["bias"] + shrink * student["direct"][[3, 7, 9]].sum(axis=0)
    np.testing.assert_allclose(
        bag.score(sums, np.array([3]))[0], wanted + hidden @ student["outer"], atol=0.1
    )


@pytest.mark.skipif(TORCH, reason="torch is here")
def test_without_torch_the_extra_is_named():
    with pytest.raises(MissingExtra, match=r"affectory\[train\]"):
        Teacher(2, 1, 0)


@pytest.mark.slow  # loads torch
@pytest.mark.skipif(not TORCH, reason="torch is not here")
def test_a_student_learns_what_its_teacher_says_and_asks_each_thing_once(tmp_path):
    class Fake:
        vocabulary = ("good", "bad", "fine")
        asked = 0

        def say(self, texts, report, what):
            self.asked += 1
            good = np.array([("good" in t) - 1.0 * ("bad" in t) for t in texts], np.float32)
            return Opinion(np.stack([3 * good, -3 * good, good], 1), np.tile(good[:, None], 4))

    fake, said = Fake(), []
    recipe = Recipe(vector=4, hidden=16, epochs=30, rate=0.01)
    for _ in range(2):
        bag = distil(lessons(), keys, lambda: fake, tmp_path, 0, said.append, recipe)
    assert fake.asked == 5  # words, two lessons, pieces, splices; no text has an auxiliary
    slots = bag.keys.find(np.array([key_of("good"), key_of("bad")], np.uint64))
    sums = np.zeros((2, bag.rows.shape[1]), np.int16)
    add_up(bag.rows, slots, np.array([1, 1]), sums)
    scores = bag.score(sums, np.ones(2, np.int64))
    assert scores[0, 0] > scores[1, 0]
    assert scores[0, 2] > scores[1, 2]
