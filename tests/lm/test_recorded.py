"""lm.recorded: answers what was recorded, from pairs or from a file, and nothing else."""

import gzip
import json

import pytest

from affectory.core.errors import BadFile, BadValues, MissingFile, NotServed
from affectory.lm.model import Answer, Ask, LanguageModel, Message, Sampling, chat
from affectory.lm.recorded import Recorded, record


def test_it_is_a_language_model():
    assert isinstance(Recorded({}), LanguageModel)


def test_text_stands_for_a_question_of_the_user():
    model = Recorded.of([("how?", "so"), (chat("how?", "be kind"), "dearly so")])
    said = model.generate([chat("how?", "be kind"), chat("how?")], Sampling(tokens=1))
    assert [answer.text for answer in said] == ["dearly so", "so"]


def test_a_file_comes_back_as_it_was_written(tmp_path):
    pairs = [
        (chat("ä?\u2028", "be kind"), Answer("ö", 3, 1, "length")),
        (chat("b"), Answer("x\ny")),
    ]
    for name in ("said.jsonl", "said.jsonl.gz"):
        record(tmp_path / name, pairs)
        back = Recorded.load(tmp_path / name)
        assert back.answers == dict(pairs)
        assert back.digest == Recorded.of(pairs).digest


def test_released_outputs_need_only_text(tmp_path):
    path = tmp_path / "gpt.jsonl"
    rows = [
        {"prompt": "a", "answer": "1"},
        {"prompt": [{"role": "user", "content": "b"}], "answer": {"text": "2", "said": 4}},
    ]
    path.write_text("\ufeff" + "\n\n".join(map(json.dumps, rows)), encoding="utf-8")
    model = Recorded.load(path)
    assert model.generate([chat("b"), chat("a")]) == (Answer("2", said=4), Answer("1"))
    assert model.name == "gpt"


def test_the_same_answer_twice_is_one_answer():
    assert len(Recorded.of([("a", "1"), ("a", "1")]).answers) == 1


def test_two_answers_to_one_prompt_are_refused():
    with pytest.raises(BadValues, match="two answers to 'a'"):
        Recorded.of([("a", "1"), ("a", "2")])


def test_its_digest_does_not_depend_on_the_order():
    one, two = ("a", "1"), ("b", "2")
    assert Recorded.of([one, two]).digest == Recorded.of([two, one]).digest
    assert Recorded.of([one]).digest != Recorded.of([two]).digest


def test_an_unknown_prompt_is_refused_by_its_words():
    with pytest.raises(NotServed, match="answer 'what else\\?', which is not among its 1 prompts"):
        Recorded.of([("a", "1")]).generate([chat("what else?")])
    assert Recorded({}).generate([]) == ()
    assert Message("user", "a") in chat("a")


@pytest.mark.parametrize(
    "act",
    [
        lambda m: m.score([Ask(chat("a"), ("b",))]),
        lambda m: m.hidden(["a"], (0,)),
        lambda m: m.steered(()),
    ],
)
def test_what_is_not_recorded_it_refuses(act):
    with pytest.raises(NotServed, match=r"lm\.local"):
        act(Recorded({}))


@pytest.mark.parametrize(
    "line",
    ["{", '{"prompt": "a"}', '{"prompt": 3, "answer": "x"}', '{"prompt": "a", "answer": {}}'],
)
def test_a_line_that_is_no_answer_is_named(tmp_path, line):
    path = tmp_path / "x.jsonl"
    path.write_text(f'{{"prompt": "a", "answer": "b"}}\n{line}\n')
    with pytest.raises(BadFile, match="line 2"):
        Recorded.load(path)


def test_a_file_that_is_not_there_or_is_no_text_is_named(tmp_path):
    with pytest.raises(MissingFile):
        Recorded.load(tmp_path / "none.jsonl")
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(b"no gzip")
    with pytest.raises(BadFile, match="gz"):
        Recorded.load(path)
    path.write_bytes(gzip.compress(b"\xff\xfe"))
    with pytest.raises(BadFile):
        Recorded.load(path)
