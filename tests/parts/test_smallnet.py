"""parts.smallnet: it learns what a line and a bend are, and is the same twice."""

import numpy as np
import pytest

from affectory.core.errors import BadValues
from affectory.parts.smallnet import SmallNet


def lesson(n=2000, seed=0):
    x = np.random.default_rng(seed).normal(size=(n, 3))
    return x, np.column_stack([x[:, 0] - x[:, 1], np.abs(x[:, 2])])


def test_it_learns_a_line_and_a_bend():
    x, y = lesson()
    net = SmallNet.fit(x, y, epochs=300)
    new, truth = lesson(500, seed=1)
    missed = ((net.predict(new) - truth) ** 2).mean(axis=0) / truth.var(axis=0)
    assert (missed < 0.1).all()


def test_gaps_among_the_answers_are_no_lesson():
    x, y = lesson()
    y[::2, 0] = np.nan
    net = SmallNet.fit(x, y, epochs=40)
    assert np.isfinite(net.predict(x)).all()
    assert np.corrcoef(net.predict(x)[1::2, 0], y[1::2, 0])[0, 1] > 0.95


def test_an_answer_that_is_never_known_is_zero_and_no_row_is_no_lesson():
    x, y = lesson(300)
    y[:, 1] = np.nan
    told = SmallNet.fit(x, y, epochs=2).predict(x)
    assert np.isfinite(told).all()
    np.testing.assert_allclose(told[:, 1], 0, atol=1e-6)
    with pytest.raises(BadValues, match="no row"):
        SmallNet.fit(x[:0], y[:0])


def test_it_is_the_same_twice():
    x, y = lesson(300)
    one, other = (SmallNet.fit(x, y, epochs=2).predict(x) for _ in range(2))
    assert one.tobytes() == other.tobytes()
