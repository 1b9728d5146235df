"""parts/train: a lesson that is stopped goes on where it was, to the same numbers."""

import numpy as np
import pytest

from affectory.parts.train import Plan, bar, learn

torch = pytest.importorskip("torch")
X = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
Y = X @ np.array([[1.0], [-2.0], [0.5]], np.float32)


class Stopped(Exception):
    """The machine went off."""


def lesson(kept=None, stop_after=None, seed=0, key=None, **plan):
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Dropout(0.2), torch.nn.Linear(8, 1))
    heard = []

    def report(said):
        heard.append(said)
        if stop_after is not None and len(heard) > stop_after:
            raise Stopped

    def loss(rows):
        return ((net(torch.from_numpy(X[rows])) - torch.from_numpy(Y[rows])) ** 2).mean()

    least = learn(
        net,
        Plan(**{"epochs": 5, "rate": 1e-2, **plan}),
        lambda rng: np.array_split(rng.permutation(64), 4),
        loss,
        lambda: float(loss(np.arange(64))),
        seed=seed,
        what="a line",
        kept=kept,
        key=key,
        report=report,
    )
    return least, {n: v.numpy().copy() for n, v in net.state_dict().items()}, heard


def test_a_stopped_lesson_ends_with_the_same_numbers(tmp_path):
    whole, numbers, _ = lesson()
    kept = tmp_path / "a.safetensors"
    with pytest.raises(Stopped):
        lesson(kept, stop_after=2)
    least, again, heard = lesson(kept)
    assert len(heard) == 3  # the epoch that was cut off before it was kept, and two more
    assert least == whole
    for name in numbers:
        np.testing.assert_array_equal(numbers[name], again[name])


def test_a_finished_lesson_is_not_learned_again(tmp_path):
    kept = tmp_path / "a.safetensors"
    first = lesson(kept)
    again = lesson(kept)
    assert again[2] == []
    assert again[0] == first[0]


def test_another_seed_or_key_begins_anew(tmp_path):
    kept = tmp_path / "a.safetensors"
    lesson(kept)
    assert len(lesson(kept, seed=3)[2]) == 5
    assert len(lesson(kept, seed=3, key={"plan": "another"})[2]) == 5
    assert lesson(kept, seed=3, key={"plan": "another"})[2] == []


def test_it_stops_when_patience_ends():
    assert len(lesson(rate=0.0, patience=2)[2]) == 2


def test_it_learns_and_says_how_far_it_is():
    least, _, heard = lesson(epochs=30, patience=30)
    assert least < 0.5
    assert heard[-1].startswith("[####################] a line: epoch 30 of 30 done")
    assert bar(0, 0) == "[--------------------]"
