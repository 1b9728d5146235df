"""cli/stopping: whoever stops a command is told what it means, in one line."""

import signal

import pytest
from tests.cli.test_main import leave

from affectory.perceive.empathy import EmpathyReader
from affectory.perceive.utterance import UtteranceEmotion


@pytest.mark.parametrize(
    ("place", "words", "goes_on"),
    [
        ("walk.trace", ("trace", "talk.csv"), True),
        ("walk.trace", ("trace", "talk.csv", "--fresh"), False),
        ("walk.trace", ("trace", "talk.csv", "-"), False),  # a pipe is read once
        ("proof.bench", ("bench", "ued"), False),  # measures anew
    ],
)
def test_a_stop_says_how_to_go_on_where_one_can(monkeypatch, capsys, place, words, goes_on):
    def stopped(*_, **how):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(f"affectory.cli.{place}", stopped)
    code, err = leave(monkeypatch, capsys, *words)
    assert code == 130
    assert "stopped" in err
    assert ("same command again" in err) == goes_on
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("cls", "name", "goes_on"),
    [(UtteranceEmotion, "perceive/utterance", True), (EmpathyReader, "perceive/empathy", False)],
)
def test_training_that_is_stopped_goes_on_where_its_recipe_does(
    monkeypatch, capsys, cls, name, goes_on
):
    def stopped(*_):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(cls, "train", staticmethod(stopped))
    code, err = leave(monkeypatch, capsys, "train", name)
    assert code == 130
    assert ("same command again" in err) == goes_on


def test_a_stop_in_the_middle_of_an_import_is_a_stop_all_the_same(monkeypatch, capsys):
    def importing(as_json):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt as error:
            raise RuntimeError("a library that was half loaded") from error

    monkeypatch.setattr("affectory.cli.listing.spaces", importing)
    code, err = leave(monkeypatch, capsys, "spaces")
    assert code == 130
    assert "stopped" in err
