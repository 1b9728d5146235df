"""bench/stimuli: an experiment on scripted models whose effect is known."""

import numpy as np
import pytest

from affectory.bench.stimuli import NAMES, Arms, asked, attribution, experiment, questions, told
from affectory.lm.cache import Cache
from affectory.lm.scripted import Scripted
from affectory.sources.instructions import Item

ITEMS = [Item("sum", n, f"{n} 1", (str(n + 1),)) for n in range(8)]
SHOWN = [Item("sum", n, f"{n} 1", (str(n + 1),)) for n in range(4, 20)]
EVERY = questions(ITEMS, SHOWN, {"sum": ("Add the numbers.",)}, ("sum",), each=6)


def adds(prompt):
    """Add, but only where the stimulus EP04 is heard."""
    words = prompt[-1].text.split("Input: ")[-1].split("\n")[0]
    return str(sum(map(int, words.split()))) if "Are you sure?" in prompt[-1].text else "what?"


def by_name(figures):
    return {figure.name: figure for figure in figures}


def test_a_question_is_instruction_demonstrations_and_the_item():
    first = EVERY[0]
    assert len(EVERY) == 6
    assert first.prompt[0].text.startswith("Add the numbers.\n\nInput: ")
    assert [message.role for message in first.prompt] == ["user", "assistant"] * 4 + ["user"]
    asked_of = {question.prompt[-1].text for question in EVERY}
    shown = {message.text for message in first.prompt[2:-1:2]}
    assert not asked_of & shown
    assert questions(ITEMS, SHOWN, {"sum": ("Add the numbers.",)}, ("sum",), each=6) == EVERY


def test_a_model_that_hears_one_stimulus_gains_by_that_one_alone():
    found = by_name(experiment(Scripted(adds), EVERY))
    assert found["score/plain"].value == 0
    assert found["gain/EP04"].value == 100
    assert "McNemar +6 -0" in found["gain/EP04"].setting
    assert found["gain/EP02"].value == 0
    assert found["gain/EP04 over placebo"].value == 100
    assert found["gain/mean of 11 placebos"].value == 0
    assert found["gain/mean of 11"].value == pytest.approx(100 / 11)
    assert found["gain/max of 11 (optimistic)"].value == 100
    assert "EP04, chosen on the other half" in found["gain/selected, half 1"].setting


def test_chance_alone_makes_a_maximum_that_selection_on_other_items_takes_back():
    rng = np.random.default_rng(3)
    plain, moved, placebo = (
        rng.integers(0, 2, s).astype(float) for s in (200, (11, 200), (11, 200))
    )
    found = by_name(told(Arms(plain, moved, placebo), ["sum"] * 200, "chance"))
    most = found["gain/max of 11 (optimistic)"].value
    honest = np.mean([found[f"gain/selected, half {h}"].value for h in (1, 2)])
    assert most > 0
    assert honest < most
    p = [float(found[f"gain/{name}"].setting.split("Holm ")[1].split(";")[0]) for name in NAMES]
    assert min(p) > 0.05


def test_answers_are_kept_and_not_asked_for_again(tmp_path):
    cache, model = Cache(tmp_path / "answers.sqlite"), Scripted(adds)
    first = asked(model, EVERY, cache)
    assert len(model.heard) == 6
    np.testing.assert_array_equal(asked(model, EVERY, cache), first)
    assert len(model.heard) == 6
    cache.close()


def test_the_word_that_moves_the_answer_is_found_by_leaving_it_out():
    def likely(prompt, answer):
        return -1.0 if "sure?" in prompt[-1].text else -3.0

    found = by_name(attribution(Scripted(scores=likely), EVERY, "EP04"))
    assert found["attribution/whole of EP04"].value == pytest.approx(2.0)
    assert found["attribution/EP04.03 sure?"].value == pytest.approx(2.0)
    assert found["attribution/EP04.01 Are"].value == pytest.approx(0.0)
    assert found["attribution/EP04.01 Are"].unit == "nats"
