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


def walked(answer, *shown_there):
    """Return the walk along what is shown at each place it comes to, and those places."""
    walk, places = Walk(answer), []
    for seen in shown_there:
        places.append(walk.place)
        walk.step(seen)
    return walk, places


def test_the_likeliest_way_counts_not_the_longest_token():
    walk, places = walked(
        "sad",
        [("s", -1.0), ("sa", -3.0), ("x", -4.0)],
        [("ad", -0.5), ("a", -2.5)],  # after "s"
    )
    assert places == [0, 1]
    assert walk.place is None  # by "sa" it is -3 already, whatever follows
    told = scored(walk.whole)
    assert (told.tokens, told.total, told.rank.tolist()) == (("s", "ad"), -1.5, [0, 0])


def test_a_longer_way_is_tried_while_it_can_be_better():
    walk, places = walked(
        "joys",
        [("joys", -9.0), ("joy", -2.0), ("jo", -4.0)],
        [("y", -1.0), ("ys", -6.0)],  # after "jo"
        [("s", -3.0)],  # after "joy"
    )
    assert places == [0, 2, 3]
    assert walk.place is None
    assert scored(walk.whole).tokens == ("joy", "s")


def test_a_whole_token_that_is_likely_needs_no_further_step():
    walk, _ = walked("joy", [("joy", -1.0), ("j", -2.0)])
    assert walk.place is None


def test_an_answer_is_taken_to_the_letter():
    walk, _ = walked("joy", [(" joy", -1.0), ("Joy", -2.0), ("", -3.0)])
    assert (walk.place, walk.whole) == (None, None)
    spaced, _ = walked(" joy", [("joy", -0.5), (" joy", -1.0)])
    assert spaced.whole == ((" joy", -1.0, 1),)


def test_nothing_to_walk_is_walked():
    assert Walk("").whole == ()
    assert Walk("").place is None
    assert scored(()).logp.shape == (0,)


def test_an_echo_tells_where_each_token_ends():
    rows = echoed(ECHO, "is it so good")
    assert [row[:2] for row in rows] == [(5, " it"), (8, " so"), (13, " good")]
    np.testing.assert_allclose([row[2] for row in rows], [-1, -2, -3])
    assert [row[3] for row in rows] == [0, 1, 1]


def test_another_text_than_was_sent_is_no_echo():
    assert echoed(ECHO, "it is") is None
    assert echoed({"text": "is it", "logprobs": None}, "is it") is None
