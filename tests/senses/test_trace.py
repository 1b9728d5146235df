"""senses/trace and senses/loops: steps of logs, and circles among calls."""

import polars as pl

from affectory.core.records import Records
from affectory.senses.loops import Loop, drifts, oscillations, retries
from affectory.senses.trace import Call, Role, call_of, role_of, steps_of, steps_told


def calls(names, arguments="{}"):
    return [Call(name, arguments) for name in names]


def test_words_and_two_calls_are_three_steps_and_a_prompt_is_none():
    talk = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "image_url"}]},
        {"role": "assistant", "content": "One moment.", "tool_calls": [
            {"function": {"name": "a", "arguments": '{"y": 1, "x": 2}'}}, {"name": "b"}]},
        {"role": "tool", "content": None},
        {"role": "assistant", "content": ""},
    ]  # fmt: skip
    steps = steps_told([talk])
    assert steps.role.tolist() == [Role.HUMAN, Role.AGENT, Role.CALL, Role.CALL, Role.RESULT]
    assert steps.text == ["Hi", "One moment.", "", "", ""]
    assert steps.calls == [Call("a", '{"x":2,"y":1}'), Call("b", "")]
    assert steps.record.tolist() == [1, 2, 2, 2, 3]
    assert steps.index.tolist() == [0, 1, 2, 3, 4]


def test_the_last_steps_keep_their_numbers_and_their_calls():
    one, other = ({"from": "human", "value": "a"}, {"from": "function_call", "value": "f(1)"})
    talk = [one, other, one, other | {"value": "g(2)"}]
    steps = steps_told([talk, talk[:1]], ["x", "y"], window=2)
    assert steps.index.tolist() == [2, 3, 0]
    assert steps.calls == [Call("g", "2")]
    assert steps.lengths.tolist() == [4, 1]
    assert steps.names == ("x", "y")


def test_a_long_text_keeps_a_fifth_of_its_head():
    (text,) = steps_told([[{"role": "user", "content": "h" * 50 + "t" * 50}]], longest=20).text
    assert text == "h" * 4 + " " + "t" * 15


def test_roles_by_name():
    assert [role_of(name) for name in ("User", "gpt", "observation", "developer", "Zoe")] == [
        Role.HUMAN, Role.AGENT, Role.RESULT, None, Role.HUMAN,
    ]  # fmt: skip
    assert role_of("Zoe", frozenset({"zoe"})) is Role.AGENT


def test_somebody_on_the_trace_channel_is_a_tool():
    frame = pl.DataFrame(
        {
            "session": "s",
            "actor": ["ann", "search"],
            "channel": ["text", "trace"],
            "text": ["a", "b"],
        }
    )
    assert steps_of(Records(frame)).role.tolist() == [Role.HUMAN, Role.RESULT]


def test_calls_however_written():
    assert call_of('{"name": "f", "arguments": "{\\"b\\": 1, \\"a\\": [2]}"}') == (
        "f",
        '{"a":[2],"b":1}',
    )
    assert call_of("f(a=1)") == ("f", "a=1")
    assert call_of("f") == ("f", "")
    assert call_of({"tool": "f", "input": {"a": None}}) == ("f", '{"a":null}')
    assert call_of({}) == ("unknown", "")
    assert call_of(3) == ("3", "")
    assert call_of({"name": "f", "arguments": "{broken"}) == ("f", "{broken")


def test_three_equal_calls_are_a_loop_and_two_are_none():
    assert retries(calls("aab")) == []
    assert retries(calls("baaac")) == [Loop(1, 3, ("a",), 3)]
    assert retries(calls("aaa", ""), empty=False) == []


def test_a_drift_has_two_arguments_and_no_retry_in_it():
    ways = [Call("a", str(n)) for n in (1, 2, 2)]
    assert drifts(ways) == [Loop(0, 2, ("a",), 2)]
    assert drifts([*ways, Call("a", "2")]) == []  # 2, 2, 2 is a retry
    assert drifts(calls("aaa")) == []


def test_three_rounds_of_two_tools_are_an_oscillation():
    assert oscillations(calls("ababa")) == []
    assert oscillations(calls("xababab")) == [Loop(1, 6, ("a", "b"), 3)]
    assert oscillations(calls("aaaaaa")) == []
    assert oscillations(calls("abcabcabc")) == [Loop(0, 8, ("a", "b", "c"), 3)]
    assert oscillations(calls("abcde" * 3)) == [Loop(0, 14, tuple("abcde"), 3)]
    assert oscillations(calls("abcdef" * 3)) == []


def test_of_rounds_that_overlap_the_longer_are_kept():
    # aab aab aab a: nine calls from 0; ab a.. is never three rounds
    assert oscillations(calls("aabaabaab")) == [Loop(0, 8, ("a", "a", "b"), 3)]
    found = oscillations(calls("abababab" + "cdcdcd"))
    assert found == [Loop(0, 7, ("a", "b"), 4), Loop(8, 13, ("c", "d"), 3)]
