"""perceive/signals [33]: a fixture for each leaf, the traps of its paper, then odd texts."""

import json

import numpy as np
import polars as pl
import pytest
from tests.lengths import assert_even

from affectory.core.errors import BadChoice, SpaceMismatch
from affectory.core.records import Records
from affectory.measure.triage import TYPES, leaf
from affectory.perceive.signals import SignalReader, bank, toy
from affectory.perceive.signals.alike import Alike
from affectory.perceive.signals.plain import plain, plain_words, rows_of
from affectory.perceive.signals.repeats import again, reworded
from affectory.represent.vocabularies import SIGNALS

READER = SignalReader()


def user(*texts):
    """Return messages of a user, each answered."""
    return [m for n, text in enumerate(texts) for m in (
        {"role": "user", "content": text}, {"role": "assistant", "content": f"Answer {n} of {n}."},
    )]  # fmt: skip


def call(name, arguments="{}"):
    function = {"name": name, "arguments": arguments}
    return {"role": "assistant", "content": None, "tool_calls": [{"function": function}]}


def tool(text):
    return [call("find"), {"role": "tool", "content": text}]


def kinds(messages, reader=READER):
    return [leaf(sign.type) for sign in reader.report(messages).signs]


LEAVES = {
    "correction": user("No, I meant the second train."),
    "rephrase": user("Let me rephrase that: when does it leave?"),
    "clarification": user("Sorry, what do you mean by a fare class?"),
    "dragging": user(*(f"And number {n}?" for n in "abcdefghij")),
    "repetition": user(*["So where is the lamp then?"] * 2),
    "escalation": user("This goes nowhere. Let me talk to a real person."),
    "quit": user("I give up."),
    "negative_stance": user("This is ridiculous, honestly."),
    "gratitude": user("Thank you, that is all."),
    "confirmation": user("Sounds good to me."),
    "success": user("It works now."),
    "invalid_args": tool("Error: missing required argument 'date'"),
    "bad_query": tool("Error: user not found"),
    "tool_not_found": tool("Unknown tool: teleport"),
    "auth_misuse": tool("401 Unauthorized"),
    "state_error": tool("The order has already been cancelled: already cancelled"),
    "retry": [call("find", '{"a": 1, "b": 2}'), call("find", '{"b": 2, "a": 1}'),
              call("find", '{"a":1,"b":2}')],
    "parameter_drift": [call("find", f'{{"a": {n}}}') for n in range(3)],
    "oscillation": [call(name, f'{{"n": {n}}}') for n in range(3) for name in ("find", "book")],
    "api_error": tool("500 Internal Server Error"),
    "timeout": tool("The request timed out after 30 s"),
    "rate_limit": tool("429 Too Many Requests"),
    "network": tool("connection refused by 10.0.0.1"),
    "malformed_response": tool("JSONDecodeError: Expecting value: line 1"),
    "context_overflow": tool("This model's maximum context length is 8192 tokens"),
}  # fmt: skip


def test_there_is_a_fixture_for_each_leaf_in_the_order_of_the_space():
    assert tuple(LEAVES) == SIGNALS.names == tuple(map(leaf, TYPES))


@pytest.mark.parametrize("name", LEAVES)
def test_each_leaf_is_found_where_it_is_and_alone(name):
    assert kinds(LEAVES[name]) == [name]


def test_what_is_ordinary_has_no_sign():
    talk = user("When does the train to Elmstadt leave?", "And the one after that?")
    report = READER.report([*talk, *tool('{"trains": [{"at": "09:10"}], "error": null}')])
    assert (report.signs, report.score, report.quality, report.marked) == (
        (),
        50.0,
        "neutral",
        False,
    )


# --------------------------------------------------------------- phrases and likenesses


@pytest.mark.parametrize(
    "text",
    [
        "Get me a refund, please.",  # four words of five of "get me a human"
        "What's wrong with it?",  # but for one letter "that's wrong"
        "That was not helpful to her, she said nothing more about it.",
        "I don't think that works for the others in my group.",
    ],
)
def test_a_word_that_turns_what_is_said_or_a_missing_one_voids_a_likeness(text):
    found = set(kinds(user(text)))
    assert found.isdisjoint({"escalation", "correction", "gratitude", "confirmation", "success"})


def test_the_rule_of_the_port_takes_a_refund_for_a_human():
    loose = SignalReader(strict=False)
    assert "escalation" in kinds(user("Get me a refund"), loose)


def test_a_slip_of_the_keys_is_still_the_phrase():
    report = READER.report(user("this is ridiculuos"))
    (sign,) = report.signs
    assert leaf(sign.type) == "negative_stance"
    assert 0.6 < sign.confidence < 1
    assert sign.metadata["layer"] == "likeness"


def test_a_long_message_is_like_no_phrase():
    long = "human get " * 30 + "me a"
    assert Alike(("get me a human",), strict=False).find([long]) == []
    assert (
        kinds(
            user(
                "I would have liked to get to the station and see me and a friend, human "
                "beings that we are, before noon, and then walk along the river."
            )
        )
        == []
    )


def test_a_likeness_is_counted_as_written():
    # abcd has the trigrams abc, bcd; abcde one more: 2 of 3
    near = Alike(("abcd",), trigrams=0.6, cosine=1.0).find(["abcde"])
    assert [(one.row, one.phrase) for one in near] == [(0, 0)]
    assert near[0].share == pytest.approx(2 / 3)
    # a b c against b c d: 2 of sqrt(3) sqrt(3)
    words = Alike(("aa bb cc",), trigrams=1.0, cosine=0.6, strict=False).find(["bb cc dd"])
    assert words[0].share == pytest.approx(2 / 3)


@pytest.mark.parametrize("strict", [True, False])
def test_an_index_finds_what_comparing_each_with_each_does(strict):
    phrases = [phrase.words for phrase in bank.phrases() if phrase.alike][::7]
    texts = [f"{a} {b}".strip() for a in phrases[::9] for b in ("", "please", "you know it")]
    turning, small = bank.words("turning"), bank.words("small")
    alike = Alike(tuple(phrases), 0.65, 0.6, turning, small, strict)
    got = {(one.row, one.phrase) for one in alike.find(texts)}
    assert got == {(row, at) for row, text in enumerate(texts) for at, phrase in enumerate(phrases)
                   if _alike(text, phrase, turning, small, strict)}  # fmt: skip


def _alike(text, phrase, turning, small, strict):
    """Tell whether two are alike, by the definition."""
    a, b = ({s[i : i + 3] for i in range(len(s) - 2)} for s in (text, phrase))
    said, own = text.split(), phrase.split()
    turns = set(said) & turning == set(own) & turning
    letters = bool(a & b) and len(a & b) / len(a | b) >= 0.65 and (turns or not strict)
    dot = sum(said.count(word) * own.count(word) for word in set(own))
    norm = np.prod([np.sqrt(sum(s.count(w) ** 2 for w in set(s))) for s in (said, own)])
    weighty = set(own) - small
    held = turns and bool(weighty) and weighty <= set(said)
    return letters or (dot / norm >= 0.6 - 1e-9 and (held or not strict))


def test_one_family_counts_once_and_the_first_wins():
    text = "You misunderstood. Let me rephrase that. What do you mean? You misunderstood me."
    assert kinds(user(text)) == ["correction"]
    assert kinds(user("Thanks, it works now, sounds good.")) == ["gratitude"]


def test_escalation_and_quit_stand_side_by_side_and_hide_a_complaint():
    text = "I give up, this is useless, get me a manager."
    assert kinds(user(text)) == ["escalation", "quit"]


def test_shouting_is_told_by_capitals_or_marks():
    assert kinds(user("WHERE IS MY ORDER")) == ["negative_stance"]
    assert kinds(user("WHERE IS IT")) == []  # nine letters
    assert kinds(user("where is it??")) == ["negative_stance"]
    assert kinds(user("where is it?!?")) == ["negative_stance"]
    assert kinds(user("where is it?!")) == []
    assert "negative_stance" not in kinds(user("Yes!! That one!!!"))
    assert "negative_stance" not in kinds(user("please hurry!!!"))  # polite: missed, and said so


def test_other_languages_are_silent_but_for_marks():
    assert kinds(user("Das ist doch lächerlich, ich gebe auf.", "No entiendo nada.")) == []
    assert kinds(user("Wo ist es denn nun??")) == ["negative_stance"]


def test_apostrophes_and_quotes_of_any_make_do():
    for text in (
        "That\u2019s not what I asked.",
        "thats not what i asked",
        "THAT'S not what I asked",
    ):
        assert kinds(user(text)) == ["correction"]


def test_agents_are_not_read_for_phrases():
    assert kinds([{"role": "assistant", "content": "Thank you. I give up. Get me a human."}]) == []


# --------------------------------------------------------------- repeats


def test_the_same_question_in_other_words():
    one = "I need to change the delivery address of my second parcel"
    two = "please change the delivery address on the second parcel I ordered"
    talk = user(one, two)
    (sign,) = READER.report(talk).signs
    assert (leaf(sign.type), sign.confidence, sign.message_index) == ("rephrase", 0.8, 2)
    assert sign.metadata["compared_to"] == 0
    assert kinds(user(one, "Yes, " + two)) == []


def test_words_that_count_for_a_rephrase():
    stop = frozenset({"the"})
    assert reworded("the a b c d", "a b c d", stop) == 1.0
    assert reworded("a b c d e f", "a b c x", stop) == 0.75  # 3 of 4; 3 of 6 are new
    assert reworded("a b c d e f g", "a b c x", stop) == 0  # 4 of 7 are new
    assert reworded("a b c", "a b c d", stop) == 0  # three words


def test_repeats_share_the_trigrams_that_they_share():
    texts = ["one two three four five six", "one two three four five sax", "something else is said"]
    buffer = plain(texts)
    rows = rows_of(buffer)
    (hit,) = again(buffer, rows, np.array([[1, 0], [2, 0]]), least=0.5)
    a, b = ({t[i : i + 3] for i in range(len(t) - 2)} for t in texts[:2])
    assert hit[:2] == (1, 0)
    assert hit.share == pytest.approx(len(a & b) / len(a | b))


def test_an_agent_that_repeats_itself_is_told_apart():
    said = "I am sorry, that flight cannot be changed any more."
    talk = [{"role": "user", "content": "hm"}, {"role": "assistant", "content": said}] * 2
    (sign,) = READER.report(talk).signs
    assert (sign.message_index, sign.metadata["role"], sign.metadata["repetition_type"]) == (
        3, "gpt", "exact",
    )  # fmt: skip


def test_four_words_and_politeness_are_no_repetition():
    assert kinds(user(*["where is the lamp"] * 2)) == []
    assert kinds(user(*["please, where is the lamp then?"] * 2)) == []
    # by the definitions, what is said again with four words of weight is a rephrase as well
    assert kinds(user(*["the blue lamp stands next door, Zoe"] * 2)) == ["rephrase", "repetition"]


# --------------------------------------------------------------- tools


@pytest.mark.parametrize(
    "text",
    [
        '{"timeout": 30, "retries": 2}',
        "Policy: in case of conflict between two bookings the earlier stands; timeout is an hour.",
        '{"error": null, "errors": [], "status": "ok"}',
        "Seats 503 and 504 are free. Flight 429 leaves at nine.",
        "The network of stations covers the whole coast.",
    ],
)
def test_ordinary_data_is_no_error(text):
    assert kinds(tool(text)) == []


def test_an_error_names_the_call_before_it():
    talk = [call("first"), {"role": "tool", "content": "ok"}, call("second"),
            {"role": "tool", "content": "Error: record not found"}]  # fmt: skip
    (sign,) = READER.report(talk).signs
    assert (sign.message_index, sign.metadata["tool_name"], sign.metadata["call_index"]) == (
        3, "second", 2,
    )  # fmt: skip
    assert "record not found" in sign.snippet


def test_an_empty_result_is_less_sure_than_an_error():
    sure = [READER.report(tool(text)).signs[0].confidence for text in
            ("Error: user not found", "no results")]  # fmt: skip
    assert sure == [0.8, 0.6]


def test_a_call_without_arguments_may_be_told_not_to_count():
    talk = [call("status")] * 3
    assert kinds(talk) == ["retry"]
    assert kinds(talk, SignalReader(empty=False)) == []


def test_calls_written_otherwise_are_read():
    told = [
        {"from": "function_call", "value": 'find({"b": 1, "a": 2})'},
        {"from": "function_call", "value": '{"name": "find", "arguments": {"a": 2, "b": 1}}'},
        {
            "from": "function_call",
            "value": '{"name": "find", "arguments": "{\\"a\\":2,\\"b\\":1}"}',
        },
    ]
    assert kinds(told) == ["retry"]
    broken = [call("find", "{not json")] * 3
    assert kinds(broken) == ["retry"]


# --------------------------------------------------------------- records, windows, evidence


def test_the_toy_is_read_as_one_would():
    felt = READER.perceive(toy()).only
    assert felt.space is SIGNALS
    rows = {
        row[:2]: row for row in felt.to_polars().select("session", "seq", *SIGNALS.names).rows()
    }
    found = {key: {name: value for name, value in zip(SIGNALS.names, row[2:], strict=True) if value}
             for key, row in rows.items()}  # fmt: skip
    assert {key: one for key, one in found.items() if one} == {
        ("s1", 1): {"parameter_drift": pytest.approx(0.85)},
        ("s1", 4): {"bad_query": pytest.approx(0.8)},
        ("s2", 2): {"gratitude": 1.0},
    }


def test_records_and_messages_tell_the_same():
    talk = [{"role": "system", "content": "be kind"}, *LEAVES["oscillation"], *user("Thanks!"),
            *LEAVES["timeout"]]  # fmt: skip
    rows = [("s", m["role"], m["content"],
             json.dumps({"tool_calls": m["tool_calls"]}) if "tool_calls" in m else None)
            for m in talk]  # fmt: skip
    records = Records(pl.DataFrame(rows, schema=["session", "actor", "text", "meta"], orient="row"))
    (one,) = READER.reports(records)
    other = READER.report(talk, "s")
    assert [sign[:5] for sign in one.signs] == [sign[:5] for sign in other.signs]
    assert (one.turns, one.messages) == (other.turns, other.messages)
    assert one.signs[0].seq == 1  # the prompt has seq 0, and no index


def test_only_the_last_are_read_and_keep_their_places():
    talk = user("I give up.", *(f"Question {n} of mine is this" for n in "ab"))
    assert kinds(talk) == ["quit"]
    short = SignalReader(window=5)
    assert kinds(talk, short) == []
    sign = short.report([*talk, *user("Thank you.")]).signs[0]
    assert sign.message_index == 6
    records = Records(pl.DataFrame({"session": "s", "actor": "user", "text": ["a", "b", "c"]}))
    assert SignalReader(window=2).perceive(records).only.missing.tolist() == [True, False, False]


def test_the_middle_of_a_long_message_is_not_read():
    long = "word " * 200 + "I give up. " + "word " * 2000
    assert kinds(user(long)) == []
    assert kinds(user(long + "I give up.")) == ["quit"]


def test_evidence_is_where_it_says():
    said = ["Well \u2013 THAT\u2019S  not what I asked!", "Thanks."]
    records = Records(pl.DataFrame({"session": "s", "actor": "user", "text": said}))
    first, second = READER.explain(records)
    text = records.frame["text"][0]
    assert text[slice(*first.span)] == first.text == "THAT\u2019S  not what I asked"
    assert (second.record, second.axis) == (1, "gratitude")
    felt = READER.perceive(records).only
    assert READER.explain(records, felt, "gratitude") == (second,)
    assert READER.explain(records.where(pl.col("seq") == 0), axis="gratitude") == ()
    with pytest.raises(BadChoice):
        READER.explain(records, axis="joy")
    with pytest.raises(SpaceMismatch):
        READER.explain(records, felt.__class__.on(records, _other(), np.zeros((2, 1)), "x"))


def _other():
    from affectory.core.space import Axis, Kind, Space

    return Space("other", Kind.FLAGS, (Axis("a", 0, 1),))


def test_names_of_agents_can_be_given():
    frame = pl.DataFrame({"session": "s", "actor": ["ann", "Desk"], "text": ["Thanks.", "Thanks."]})
    count = [len(SignalReader(agents=agents).signs(Records(frame))) for agents in ((), ("desk",))]
    assert count == [2, 1]


def test_what_users_felt_stands_beside():
    records = toy()
    felt = READER.perceive(records).only
    one, two = READER.reports(records, felt)
    assert [point["message_index"] for point in one.felt] == [0]
    assert [point["gratitude"] for point in two.felt] == [0.0, 1.0]


def test_settings_that_mean_nothing_are_refused():
    for wrong in ({"trigrams": 0}, {"cosine": 1.5}, {"window": 0}, {"longest": 3}):
        with pytest.raises(BadChoice):
            SignalReader(**wrong)


def test_plain_form():
    assert (
        plain_words("Don\u2019t!  It's\tOK\u2014fine, e.g. X-ray") == "dont its ok fine e g x ray"
    )
    assert rows_of(plain(["", "a\0b", "É"])) == [" ", " a b ", " é "]


@pytest.mark.parametrize(
    "unit", ["a", "thank you ", "!?", "get me a ", "error ", "\u2019", "not not ", "AbC ", "thats "]
)
def test_time_grows_with_a_text_and_with_nothing_else(unit):
    reader = SignalReader(longest=1 << 30)
    assert_even(lambda text: reader.report([*user(text, text), *tool(text)]), unit, 2000)


def test_many_calls_take_time_in_their_number():
    def work(text):
        calls = [call("ab"[at % 2], "{}") for at in range(len(text))]
        return SignalReader(window=None).report(calls)

    assert_even(work, "x", 300)
