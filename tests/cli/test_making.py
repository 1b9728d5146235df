"""cli.making: a perceiver from the words of the command line, and again from its digest."""

import pytest

from affectory.cli.making import Wanted, remade
from affectory.core.errors import BadChoice, UnknownMethod
from affectory.perceive.lexicon import LexiconEmotion
from affectory.perceive.utterance import Size, UtteranceEmotion


@pytest.fixture
def listed(tmp_path):
    """A word list on disk."""
    path = tmp_path / "own.csv"
    path.write_text("word,valence\njoy,0.8\ngrief,-0.9\n", encoding="utf-8")
    return path


def test_nothing_named_is_the_light_utterance_reader():
    assert Wanted().make() == UtteranceEmotion()
    assert Wanted().digest == UtteranceEmotion().digest


def test_a_size_goes_to_the_method_that_has_sizes():
    assert Wanted(size="accurate").make().size is Size.ACCURATE
    with pytest.raises(BadChoice, match=r"--size.*perceive/utterance"):
        Wanted("perceive/lexicon", size="accurate").make()
    with pytest.raises(BadChoice, match="huge"):
        Wanted(size="huge").make()


def test_a_list_goes_to_the_method_that_reads_lists(listed):
    made = Wanted("perceive/lexicon", listed).make()
    assert isinstance(made, LexiconEmotion)
    assert set(made.lexicon.words) == {"joy", "grief"}
    with pytest.raises(BadChoice, match=r"--lexicon.*perceive/lexicon"):
        Wanted("perceive/utterance", listed).make()


@pytest.mark.parametrize("name", ["explain/interpret", "steer/stimuli"])
def test_a_method_that_does_not_perceive_is_refused(name):
    with pytest.raises(BadChoice, match="perceive/utterance"):
        Wanted(name).make()


def test_an_unknown_method_is_refused():
    with pytest.raises(UnknownMethod, match="perceive/nothing"):
        Wanted("perceive/nothing").make()


def test_each_size_is_found_again_by_its_digest():
    for size in (None, "accurate"):
        wanted = Wanted(size=size)
        assert remade("perceive/utterance", None, wanted.digest) == wanted.make()
    assert remade("perceive/utterance", None, "0" * 16) is None


def test_a_list_is_found_again_as_long_as_it_says_the_same(listed):
    digest = Wanted("perceive/lexicon", listed).digest
    assert remade("perceive/lexicon", listed, digest).digest == digest
    listed.write_text("word,valence\njoy,0.1\ngrief,-0.9\n", encoding="utf-8")
    assert remade("perceive/lexicon", listed, digest) is None
    listed.unlink()
    assert remade("perceive/lexicon", listed, digest) is None


def test_a_method_without_weights_cannot_be_had_again(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFECTORY_HOME", str(tmp_path))
    assert remade("perceive/empathy", None, "0" * 16) is None
