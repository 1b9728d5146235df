"""show/plane: the path over valence and arousal."""

import numpy as np
import pytest

from affectory.core.errors import BadChoice
from affectory.show.plane import plane


def test_the_dots_are_the_states_of_one_actor(make_world):
    _, states = make_world(sessions=1, lost=0.0)
    ax = plane(states["vad"], actor="ann")
    (dots,) = [line for line in ax.lines if line.get_gid() == "states"]
    own = states["vad"].select(actor="ann")
    np.testing.assert_array_equal(dots.get_xdata(), own.axis("valence"))
    np.testing.assert_array_equal(dots.get_ydata(), own.axis("arousal"))


def test_the_path_never_crosses_a_missing_state(make_world):
    _, states = make_world(sessions=1, turns=60, lost=0.3)
    own = states["vad"].select(actor="ann")
    legs = [patch for patch in plane(own).patches if patch.get_gid() == "leg"]
    pairs = (~own.missing[1:] & ~own.missing[:-1]).sum()
    assert sum(len(leg.get_path().vertices) // 2 for leg in legs) == pairs


def test_start_and_end_are_marked(make_world):
    _, states = make_world(sessions=1)
    ax = plane(states["vad"])
    assert {"start", "end"} <= {text.get_text() for text in ax.texts}


def test_an_unknown_actor_says_who_there_is(make_world):
    _, states = make_world(sessions=1)
    with pytest.raises(BadChoice, match="ann, bo"):
        plane(states["vad"], actor="zoe")


def test_a_space_without_arousal_is_refused(make_world):
    _, states = make_world(sessions=1)
    with pytest.raises(BadChoice, match="valence"):
        plane(states["ekman7n"])
