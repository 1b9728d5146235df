"""lm/prompt: what is a template and what is only text."""

import pytest

from affectory.core.errors import BadValues
from affectory.lm.model import Message
from affectory.lm.prompt import Template

ASK = Template("What is felt in: {{ text }}?", "You are a rater.")


def test_fields_fill_holes_and_the_system_stands_first():
    assert ASK.fill(text="I won") == (
        Message("system", "You are a rater."),
        Message("user", "What is felt in: I won?"),
    )


@pytest.mark.parametrize("text", ["{{ 7 * 7 }}", "{% for a in b %}", "<b>&amp;</b>", "{# no #}"])
def test_what_a_person_wrote_is_never_a_template(text):
    assert ASK.fill(text=text)[1].text == f"What is felt in: {text}?"


def test_solved_questions_come_before_in_turns():
    shown = ASK.shown([({"text": "boo"}, "fear"), ({"text": "yay"}, "joy")])
    prompt = shown.fill(text="hm")
    assert [message.role for message in prompt] == [
        "system", "user", "assistant", "user", "assistant", "user",
    ]  # fmt: skip
    assert prompt[2].text == "fear"
    assert prompt[-1].text == "What is felt in: hm?"


@pytest.mark.parametrize("given", [{}, {"text": "a", "other": 1}])
def test_a_missing_and_an_unknown_field_are_refused(given):
    with pytest.raises(BadValues, match="text"):
        ASK.fill(**given)


def test_a_broken_template_is_refused_when_it_is_made():
    with pytest.raises(BadValues, match="line 1"):
        Template("{% if %}")


def test_an_example_without_its_field_is_refused():
    with pytest.raises(BadValues, match="example"):
        ASK.shown([({"texts": "boo"}, "fear")])


def test_a_template_cannot_reach_into_python():
    prompt = Template("{{ text.__class__ }}")
    with pytest.raises(Exception, match=r"unsafe|undefined"):
        prompt.fill(text="a")
