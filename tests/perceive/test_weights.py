"""Weights of every method that learns: another method's file is refused, not half read."""

import numpy as np
import pytest

from affectory.core import registry, shelf
from affectory.core.errors import BadFile
from affectory.perceive.lexicon import toy

NAMES = ("empathy", "readers", "symptoms", "instruct", "conversation")


@pytest.mark.parametrize("name", [f"perceive/{name}" for name in NAMES])
def test_another_methods_file_is_refused_by_name(tmp_path, name):
    path = tmp_path / "w.safetensors"
    shelf.save(path, {"w": np.zeros(1)}, {"name": "perceive/another"})
    with pytest.raises(BadFile, match=rf"'perceive/another', expected '{name}'"):
        registry.make(name, weights=path).perceive(toy())
