"""parts.turns: what lies behind a turn, then a lesson that only the past can tell."""

import numpy as np
import pytest

from affectory.parts.curriculum import Order, Plan
from affectory.parts.turns import Learner, Talk, TurnNet, _forward, _net, _run, _weights, past_of

SMALL = Learner(hidden=16, dropout=0.0, rate=1e-2, decay=0.0, epochs=30, copies=1)


def lesson(n=40, length=4, d=3):
    """Each turn's label is the sign of the first number of the turn before it; 0 at first."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(n * length, d)).astype(np.float32)
    offsets = np.arange(0, n * length + 1, length)
    label = np.where(np.arange(n * length) % length == 0, 0, np.roll(rows[:, 0] > 0, 1))
    beside = np.zeros((len(rows), 1), np.float32)
    past, same = past_of(offsets, np.zeros(len(rows)), 2)
    return Talk(rows, beside, past, same), label.astype(np.int64), offsets


def test_the_past_stays_within_its_sequence():
    past, same = past_of([0, 3, 5], [0, 1, 0, 1, 1], 2)
    assert past.tolist() == [[-1, -1], [0, -1], [1, 0], [-1, -1], [3, -1]]
    assert same.tolist() == [[0, 0], [0, 0], [0, 1], [0, 0], [1, 0]]
    assert past_of([0], [], 2)[0].shape == (0, 2)


def test_it_learns_what_only_the_past_can_tell():
    talk, label, offsets = lesson()
    hard = np.zeros(len(offsets) - 1)
    net = SMALL.fit(talk, label, offsets, hard, 2, 0)
    assert (net.logits(talk).argmax(axis=1) == label).mean() > 0.9
    blind = talk._replace(past=np.full_like(talk.past, -1))
    assert (net.logits(blind).argmax(axis=1) == label).mean() < 0.8


def test_numpy_reads_what_torch_has_learned():
    torch = pytest.importorskip("torch")
    talk, _, _ = lesson(5)
    torch.manual_seed(0)
    net = _net(SMALL, talk, 2)
    with torch.no_grad():
        net.far.normal_()
        rows, beside = torch.from_numpy(talk.rows), torch.from_numpy(talk.beside)
        past, same = torch.from_numpy(talk.past), torch.from_numpy(talk.same).long()
        told = _forward(net.eval(), 0.0, rows, beside, past, same)
    np.testing.assert_allclose(_run(_weights(net), talk), told.numpy(), atol=1e-5)


def test_the_future_changes_nothing():
    talk, label, offsets = lesson()
    net = Learner(hidden=8, epochs=1, copies=2).fit(talk, label, offsets, offsets[:-1], 2, 0)
    told = net.logits(talk)
    part = Talk(*(array[:6] for array in talk))
    np.testing.assert_allclose(net.logits(part), told[:6], atol=1e-6)


def test_the_same_seed_teaches_the_same_and_a_file_keeps_it():
    talk, label, offsets = lesson(10)
    how = Learner(hidden=8, epochs=2, copies=2, plan=Plan(2, 1, Order.RANDOM))
    one, two = (how.fit(talk, label, offsets, offsets[:-1], 2, 3) for _ in range(2))
    np.testing.assert_array_equal(one.logits(talk), two.logits(talk))
    np.testing.assert_array_equal(TurnNet.of(one.arrays()).logits(talk), one.logits(talk))


def test_unknown_labels_are_not_learned_from():
    talk, label, offsets = lesson(10)
    label[::3] = -1
    label[offsets[0] : offsets[1]] = -1
    net = Learner(hidden=8, epochs=1, batch=1, copies=1).fit(
        talk, label, offsets, offsets[:-1], 2, 0
    )
    assert np.isfinite(net.logits(talk)).all()


def test_no_turn_has_no_answer():
    talk, label, offsets = lesson(10)
    net = Learner(hidden=8, epochs=1, copies=1).fit(talk, label, offsets, offsets[:-1], 2, 0)
    assert net.logits(Talk(*(array[:0] for array in talk))).shape == (0, 2)
