"""web/conversations: which conversation a request goes on with."""

from types import SimpleNamespace

import pytest

from affectory.web import conversations
from affectory.web.conversations import Conversations
from affectory.web.transcript import Told


@pytest.fixture(autouse=True)
def _unread(monkeypatch):
    """Talks that keep nothing and feel nothing: only the order is looked at."""
    monkeypatch.setattr(conversations.Talk, "of", lambda path=None: SimpleNamespace(path=path))


def turns(*words):
    return [Told(("user", "assistant")[at % 2], text) for at, text in enumerate(words)]


def exchange(known, history, answer, key=None):
    """Ask with a history, and answer; return the name and what was new."""
    one, point = known.asked(turns(*history), key)
    new = [turn.text for turn in one.new]
    known.answered(one, point, None if answer is None else Told("assistant", answer))
    return one.name, new, [turn.text for turn in one.new]


def test_a_history_that_grows_is_one_conversation():
    known = Conversations()
    name, new, answer = exchange(known, ["a"], "1")
    assert (new, answer) == (["a"], ["1"])
    assert exchange(known, ["a", "1", "b"], "2") == (name, ["b"], ["2"])


def test_the_same_first_words_are_two_conversations():
    known = Conversations()
    first, *_ = exchange(known, ["hi"], "hello")
    second, new, _ = exchange(known, ["hi"], "hello")
    assert (second != first, new) == (True, ["hi"])
    names = [exchange(known, ["hi", "hello", words], "ok")[0] for words in ("b", "c")]
    assert set(names) == {first, second}
    again = [exchange(known, ["hi", "hello", words, "ok", "on"], "ok")[0] for words in ("b", "c")]
    assert again == names


def test_two_that_begin_alike_while_both_wait_are_apart():
    known = Conversations()
    one, at = known.asked(turns("hi"))
    two, _ = known.asked(turns("hi"))
    assert one is not two
    known.answered(one, at, Told("assistant", "x"))
    known.answered(two, at, Told("assistant", "y"))
    assert exchange(known, ["hi", "x", "b"], "z")[0] == one.name
    assert exchange(known, ["hi", "y", "b"], "z")[0] == two.name


def test_an_answer_that_failed_is_asked_for_again_in_the_same_conversation():
    known = Conversations()
    name, *_ = exchange(known, ["hi"], None)
    assert exchange(known, ["hi"], "hello") == (name, [], ["hello"])


def test_a_later_answer_may_be_asked_for_again_and_either_be_gone_on_with():
    known = Conversations()
    name, *_ = exchange(known, ["a"], "1")
    exchange(known, ["a", "1", "b"], "2")
    assert exchange(known, ["a", "1", "b"], "2 too") == (name, [], ["2 too"])
    assert exchange(known, ["a", "1", "b"], "2") == (name, [], [])  # heard before
    assert exchange(known, ["a", "1", "b", "2", "c"], "3")[:2] == (name, ["c"])
    assert exchange(known, ["a", "1", "b", "2 too", "d"], "4")[:2] == (name, ["d"])


def test_a_turn_that_was_edited_is_new_and_in_the_same_conversation():
    known = Conversations()
    name, *_ = exchange(known, ["a"], "1")
    exchange(known, ["a", "1", "b"], "2")
    assert exchange(known, ["a", "1", "b, I mean"], "3")[:2] == (name, ["b, I mean"])


def test_an_answer_that_comes_back_shortened_is_the_same():
    known = Conversations()
    name, *_ = exchange(known, ["a"], "<think>well</think> yes, of course")
    assert exchange(known, ["a", "yes, of course", "b"], "2")[:2] == (name, ["b"])
    assert exchange(known, ["a", "yes, of course", "b", " 2\n", "c"], "3")[:2] == (name, ["c"])


def test_examples_before_every_question_do_not_join_the_questions():
    known = Conversations()
    names = [exchange(known, ["ex", "good", question], "x")[0] for question in ("p", "q")]
    assert names[0] != names[1]
    assert exchange(known, ["ex", "good", "q", "x", "r"], "y")[:2] == (names[1], ["r"])


def test_a_history_without_its_beginning_is_known_by_its_end():
    known, history = Conversations(), []
    for n in range(6):
        history.append(f"q{n}")
        _, new, _ = exchange(known, history[-5:], f"a{n}")  # five turns are sent, not more
        history.append(f"a{n}")
        assert new == [f"q{n}"]
    assert len(known.known) == 1


def test_who_asks_on_before_the_answer_is_heard_keeps_the_order():
    known = Conversations()
    one, at = known.asked(turns("a"))
    two, _ = known.asked(turns("a", "1", "b"))
    assert two is one
    assert [turn.text for turn in two.new] == ["1", "b"]
    known.answered(one, at, Told("assistant", "1"))
    assert one.new == []


def test_a_name_keeps_all_in_one_and_apart_from_others():
    known = Conversations()
    first, *_ = exchange(known, ["a"], "1", key="x")
    second, *_ = exchange(known, ["a"], "1", key="y")
    assert first != second
    assert exchange(known, ["a"], "1 too", key="x") == (first, [], ["1 too"])
    assert exchange(known, ["new"], "2", key="x")[:2] == (first, ["new"])
    assert exchange(known, ["a", "1", "b"], "2", key="y")[:2] == (second, ["b"])


def test_no_more_than_so_many_are_remembered(monkeypatch):
    monkeypatch.setattr(conversations, "MOST", 3)
    known = Conversations()
    names = [exchange(known, [f"q{n}"], "a")[0] for n in range(5)]
    assert list(known.known) == names[-3:]
    assert exchange(known, ["q4", "a", "b"], "c")[0] == names[4]
    assert exchange(known, ["q0", "a", "b"], "c")[:2][1] == ["q0", "a", "b"]
    assert set().union(*(one.nodes for one in known.known.values())) == set(known._at)


def test_a_request_without_turns_is_harmless():
    known = Conversations()
    assert exchange(known, [], "hello")[1:] == ([], ["hello"])


def test_who_says_and_hears_the_same_as_others_before_has_a_conversation_of_their_own():
    known, heard = Conversations(), {}
    for _ in range(3):  # one after another, each with the same answers
        said = []
        for words, answer in (("hi", "hello"), ("I am sad", "why"), ("my cat", "oh")):
            name, new, told = exchange(known, [*said, words], answer)
            said += [words, answer]
            heard.setdefault(name, []).extend(new + told)
    assert len(heard) == 3
    assert all(one == ["hi", "hello", "I am sad", "why", "my cat", "oh"] for one in heard.values())


def test_the_first_may_go_on_after_others_said_the_same():
    known = Conversations()
    first, *_ = exchange(known, ["hi"], "hello")
    exchange(known, ["hi", "hello", "b"], "2")
    second, *_ = exchange(known, ["hi"], "hello")
    exchange(known, ["hi", "hello", "b"], "2")
    names = {exchange(known, ["hi", "hello", "b", "2", words], "3")[0] for words in ("c", "d")}
    assert names == {first, second}
