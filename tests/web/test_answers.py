"""web/answers: what a request asks and what an answer says, whole, streamed or broken."""

import gzip
import json

import httpx
import pytest
from tests.web.upstream import event

from affectory.web.answers import Answer, turns_of
from affectory.web.transcript import Told

STREAM = {"content-type": "text/event-stream; charset=utf-8"}


def answered(*parts, status=200, **headers):
    one = Answer(status, httpx.Headers(headers))
    ends = [one.add(part) for part in parts]
    return one.turn(), ends


def whole(message, **more):
    return json.dumps({"choices": [{"index": 0, "message": message, **more}]}).encode()


def test_words_of_parts_are_joined_and_prompts_left_out():
    parts = [{"type": "text", "text": "a"}, {"type": "image_url"}, {"type": "text", "text": "b"}]
    asked = {"messages": [{"role": "system", "content": "be"}, {"role": "developer"},
                          {"role": "user", "content": parts}, {"role": "user", "content": None},
                          {"role": "tool", "content": "42"}, "nothing"]}  # fmt: skip
    assert turns_of(json.dumps(asked).encode()) == [
        Told("user", "a\nb"), Told("user", ""), Told("tool", "", result="42")
    ]  # fmt: skip


def test_an_answer_says_its_first_choice():
    choices = [
        {"index": at, "message": {"content": words}} for at, words in ((1, "no"), (0, "yes"))
    ]
    raw = json.dumps({"choices": choices}).encode()
    turn, ends = answered(raw, **{"content-length": str(len(raw))})
    assert turn == Told("assistant", "yes")
    assert ends == [True]


def test_a_stream_is_put_together_wherever_it_is_cut():
    raw = event({"role": "assistant", "content": ""}) + event({"content": "Grü"})
    raw += b": a comment\n\n" + event({"content": "ße\n"}, "stop") + b"data: [DONE]\n\n"
    for size in (1, 7, 100, len(raw)):
        parts = [raw[at : at + size] for at in range(0, len(raw), size)]
        turn, ends = answered(*parts, **STREAM)
        assert turn == Told("assistant", "Grüße\n")
        assert any(ends)
        first = ends.index(True)  # and not before the last word is there
        assert b"[DONE]" in b"".join(parts[: first + 1])


def test_calls_come_in_pieces():
    pieces = [
        {"tool_calls": [{"index": 0, "id": "t", "type": "function",
                         "function": {"name": "look", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]},
        {"tool_calls": [{"index": 1, "function": {"name": "go", "arguments": "{}"}}]},
    ]  # fmt: skip
    turn, _ = answered(*map(event, pieces), **STREAM)
    look = {"function": {"name": "look", "arguments": '{"a": 1}'}, "id": "t", "type": "function"}
    assert turn.calls == (look, {"function": {"name": "go", "arguments": "{}"}})
    same, _ = answered(whole({"content": None, "tool_calls": [look]}))
    assert same.calls == turn.calls[:1]


def test_a_refusal_is_said():
    assert answered(whole({"content": None, "refusal": "I can't"}))[0].text == "I can't"
    assert answered(event({"refusal": "I "}), event({"refusal": "can't"}), **STREAM)[0].text == (
        "I can't"
    )


def test_what_came_of_a_broken_stream_was_said():
    turn, _ = answered(event({"content": "half"}), event({"content": " lost"})[:-9], **STREAM)
    assert turn == Told("assistant", "half")


def test_a_packed_answer_is_unpacked():
    packed = gzip.compress(whole({"content": "yes"}))
    assert answered(packed, **{"content-encoding": "gzip"})[0].text == "yes"


@pytest.mark.parametrize("raw", [b"{}", b"[]", b'{"choices": []}', whole({"content": ""})])
def test_what_says_nothing_is_no_answer(raw):
    assert answered(raw)[0] is None
    assert answered(whole({"content": "yes"}), status=500)[0] is None


def test_what_is_no_json_is_said_to_be_none():
    with pytest.raises(ValueError, match="Expecting value"):
        answered(b"<html>")
