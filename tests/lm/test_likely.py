"""lm.likely: walks along what servers show, in the shapes that they show it."""

import numpy as np

from affectory.lm.likely import Walk, echoed, scored, shown

CHAT = {"logprobs": {"content": [{"token": "b", "top_logprobs": [
    {"token": "b", "logprob": -2.0}, {"token": "a", "logprob": -1.0}]}]}}  # fmt: skip
OLD = {"logprobs": {"tokens": ["b"], "top_logprobs": [{"b": -2.0, "a": -1.0}]}}
ECHO = {
    "text": "is it so good and",
    "logprobs": {
        "tokens": ["is", " it", " so", " good", " and"],
        "token_logprobs": [None, -1.0, -2.0, -3.0, -4.0],
        "top_logprobs": [None, {" it": -1.0}, {" a": -0.5, " so": -2.0}, {" a": -0.1}, {}],
        "text_offset": [0, 2, 5, 8, 13],
    },
}


def test_the_likeliest_come_first_whatever_the_shape():
    assert shown(CHAT) == shown(OLD) == [("a", -1.0), ("b", -2.0)]


def test_a_server_that_shows_nothing_shows_none():
    assert [shown(choice) for choice in ({}, {"logprobs": None}, {"logprobs": {}})] == [None] * 3


def test_a_walk_takes_the_longest_token_that_fits():
    walk = Walk("joyful")
    assert walk.step([("j", -0.1), ("joy", -1.0), ("joys", -2.0)])
    assert (walk.behind, walk.done) == ("joy", False)
    assert not walk.step([(" ful", -0.1)])  # a space inside the answer is none of its own
    assert walk.step([("x", -0.1), ("ful", -3.0)])
    assert walk.done
    told = scored(walk.steps)
    assert (told.tokens, told.total, told.rank.tolist()) == (("joy", "ful"), -4.0, [1, 1])


def test_a_space_before_the_beginning_is_no_hindrance_but_an_exact_token_is_better():
    walk = Walk("joy")
    assert walk.step([(" joy", -1.0)])
    assert walk.steps == [(" joy", -1.0, 0)]
    spaced = Walk(" joy")
    assert spaced.step([("joy", -0.5), (" joy", -1.0)])
    assert spaced.steps == [(" joy", -1.0, 1)]


def test_an_empty_token_leads_nowhere():
    assert not Walk("joy").step([("", -0.1), (" ", -0.2)])


def test_nothing_to_walk_is_walked():
    assert Walk("").done
    assert scored([]).logp.shape == (0,)


def test_an_echo_tells_where_each_token_ends():
    rows = echoed(ECHO, "is it so good")
    assert [row[:2] for row in rows] == [(5, " it"), (8, " so"), (13, " good")]
    np.testing.assert_allclose([row[2] for row in rows], [-1, -2, -3])
    assert [row[3] for row in rows] == [0, 1, 1]


def test_another_text_than_was_sent_is_no_echo():
    assert echoed(ECHO, "it is") is None
    assert echoed({"text": "is it", "logprobs": None}, "is it") is None
