"""lm/prompt: words stay words; holes are named, typed and filled."""

import pickle

import pytest

from affectory.core.errors import BadChoice, BadValues
from affectory.lm.model import Message, chat
from affectory.lm.prompt import Hole, Shot, Template

FEEL = Template("feel", "Post: {{ text }}\nWhich emotion?", system="Answer in one word.")


def test_a_template_without_an_instruction_is_one_question():
    assert Template("plain", "Hello {{ who }}").render({"who": "bo"}) == chat("Hello bo")


def test_an_instruction_stands_before_the_question():
    assert FEEL.render({"text": "hi"}) == chat("Post: hi\nWhich emotion?", "Answer in one word.")


@pytest.mark.parametrize(
    "text",
    [
        "{{ 7 * 7 }}",
        "{% for x in y %}{{ x }}{% endfor %}",
        "{# gone? #}",
        "{{ text }}",
        '<b>Tom & Jerry\'s "joy"</b>',
        "100 %}",
        "two\n\nlines\n",
        "{{ cycler.__init__.__globals__ }}",
    ],
)
def test_what_somebody_said_stays_as_it_was_said(text):
    assert FEEL.render({"text": text})[1].text == f"Post: {text}\nWhich emotion?"


def test_examples_are_asked_in_the_same_words_before_the_question():
    prompt = FEEL.render({"text": "c"}, [Shot({"text": "a"}, "joy"), Shot({"text": "b"}, "fear")])
    roles = ["system", "user", "assistant", "user", "assistant", "user"]
    assert [each.role for each in prompt] == roles
    assert prompt[1].text == "Post: a\nWhich emotion?"
    assert [prompt[2].text, prompt[4].text] == ["joy", "fear"]


def test_an_example_need_not_fill_again_what_the_question_fills():
    two = Template("two", "{{ labels | join(', ') }}: {{ text }}", holes=(Hole("labels", tuple),))
    prompt = two.render({"labels": ["a", "b"], "text": "x"}, [Shot({"text": "y"}, "a")])
    assert [each.text for each in prompt] == ["a, b: y", "a", "a, b: x"]


def test_a_begun_answer_stands_last():
    assert FEEL.render({"text": "a"}, begun="Emotion:")[-1] == Message("assistant", "Emotion:")


def test_a_default_fills_a_hole_that_is_left():
    cue = Template(
        "cue", "{% if cue %}Cue: {{ cue }}. {% endif %}{{ text }}", holes=(Hole("cue", default=""),)
    )
    assert cue.render({"text": "a"}) == chat("a")
    assert cue.render({"text": "a", "cue": "sad"}) == chat("Cue: sad. a")


def test_its_holes_are_found_in_both_texts():
    assert Template("t", "{{ b }}{% set c = 1 %}{{ c }}", system="{{ a }}").names == ("a", "b")


def test_equal_templates_have_one_digest_and_survive_a_pickle():
    again = pickle.loads(pickle.dumps(FEEL))
    assert again == FEEL
    assert again.digest == FEEL.digest
    assert again.render({"text": "a"}) == FEEL.render({"text": "a"})
    assert Template("feel", "Post: {{ text }}").digest != FEEL.digest


def test_numbers_and_lists_are_shown_plainly():
    sums = Template("n", "{{ n }} {{ x }}", holes=(Hole("n", int), Hole("x", float)))
    assert sums.render({"n": 3, "x": 1}) == chat("3 1")


@pytest.mark.parametrize("name", ["range", "dict", "lipsum", "cycler", "joiner", "namespace"])
def test_a_hole_may_have_any_name(name):
    ask = Template("x", f"Rate {{{{ {name} }}}}")
    assert ask.names == (name,)
    assert ask.render({name: "joy"}) == chat("Rate joy")


def test_the_last_line_keeps_its_end():
    assert Template("x", "{{ text }}\nLabel:\n").render({"text": "a"}) == chat("a\nLabel:\n")


# ------------------------------------------------------------------------- refused


def test_an_empty_hole_is_refused_by_name():
    with pytest.raises(BadValues, match="nothing for hole 'text'"):
        FEEL.render({})
    with pytest.raises(BadValues, match="nothing for hole 'text'"):
        FEEL.render({"text": None})


def test_a_value_without_a_hole_is_refused():
    with pytest.raises(BadValues, match=r"\['txt'\]"):
        FEEL.render({"text": "a", "txt": "b"})


@pytest.mark.parametrize(
    ("kind", "value"),
    [(str, 3), (str, ["a"]), (int, 1.5), (int, True), (float, "1"), (tuple, "ab"), (tuple, [1])],
)
def test_a_value_of_another_kind_is_refused(kind, value):
    with pytest.raises(BadValues, match="hole 'a'"):
        Template("t", "{{ a }}", holes=(Hole("a", kind),)).render({"a": value})


def test_a_text_that_is_no_template_is_refused_at_once():
    with pytest.raises(BadValues, match="template 'broken'"):
        Template("broken", "{{ text ")
    with pytest.raises(BadValues, match="nonsense"):
        Template("broken", "{{ text | nonsense }}")


def test_a_hole_that_the_texts_lack_is_refused():
    with pytest.raises(BadValues, match=r"\['mood'\]"):
        Template("t", "{{ text }}", holes=(Hole("mood"),))


def test_a_hole_for_anything_is_refused():
    with pytest.raises(BadChoice, match="kind of hole"):
        Hole("x", dict)
