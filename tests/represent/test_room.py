"""represent: what the room hands out is there under its own name, and hides no file."""

import inspect
from pathlib import Path

import pytest

from affectory import represent


@pytest.mark.parametrize("name", represent.__all__)
def test_a_name_of_the_room_is_a_verb_or_a_class_never_a_file(name):
    thing = getattr(represent, name)
    assert callable(thing)
    assert not inspect.ismodule(thing)
    assert not (Path(represent.__file__).parent / f"{name}.py").exists()
