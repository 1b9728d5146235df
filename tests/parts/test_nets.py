"""parts.perceptron, branches, patience: losses in closed form; numpy says what torch says."""

import numpy as np
import pytest

from affectory.parts.branches import Branches, TwoBranches, _forward, _unpacked, packed
from affectory.parts.patience import apart, patiently
from affectory.parts.perceptron import Net, Perceptron, ccc_loss, rarity

torch = pytest.importorskip("torch")
RNG = np.random.default_rng(3)
N, C, T, D = 40, 6, 5, 4
COUNT = RNG.integers(0, T + 1, N)
WORDS = RNG.normal(size=(N, T, D)) * (np.arange(T) < COUNT[:, None])[:, :, None]
ROWS = packed(RNG.normal(size=(N, C)), WORDS, COUNT)
SHARES = RNG.dirichlet(np.ones(3), size=N)
SMALL = {"longest": T, "hidden": 3, "fused": 4, "epochs": 2, "copies": 1}


def test_the_loss_of_the_truth_is_zero_and_of_its_mirror_is_not():
    y = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    assert float(ccc_loss(y, y)) == pytest.approx(0, abs=1e-6)
    shifted = y + 1  # half of MSE 1, and half of 1 - 2 v / (2 v + 1)
    v = y.var(0, unbiased=False)
    assert float(ccc_loss(shifted, y)) == pytest.approx(
        0.5 + 0.5 * float((1 - 2 * v / (2 * v + 1)).mean()), abs=1e-5
    )


def test_rare_bins_are_drawn_more_often_by_the_root_of_their_size():
    found = rarity(np.array([[1.0]] * 16 + [[7.0]] * 4))
    assert found.sum() == pytest.approx(1)
    assert found[-1] / found[0] == pytest.approx(2)  # sqrt(16 / 4)


def test_what_was_best_is_kept_and_learning_stops_when_patience_ends():
    net, x = torch.nn.Linear(1, 1), torch.ones(4, 1)
    seen, told = [], iter([5.0, 3.0, 4.0, 3.0, 9.0])
    kept = patiently(
        torch,
        Net("net", "rows", 1, patience=2, epochs=50),
        net,
        lambda: [slice(0, 4)],
        lambda rows: (net(x[rows]) ** 2).mean(),
        lambda: seen.append(net.weight.item()) or next(told),
        lambda net: net.weight.item(),
    )
    assert len(seen) == 4  # as good as before is no gain
    assert kept == seen[1] != seen[0]
    assert not net.training


def test_a_tenth_is_held_apart_and_no_group_is_cut():
    group = np.arange(200) % 20
    held = apart(group, 3)
    assert held.sum() == 20
    assert len(np.unique(group[held])) == 2
    assert apart(np.arange(50) % 3, 3).sum() == 5  # of so few groups, rows
    assert (apart(group, 3) == held).all()
    assert (apart(group, 4) != held).any()


def test_a_net_learns_and_what_is_kept_says_the_same():
    x = RNG.normal(size=(120, 3))
    y = np.column_stack([x @ [1, 0, 0], x @ [0, 1, -1], np.eye(2)[(x[:, 0] > 0).astype(int)]])
    fitted = Net("net", "rows", 2, hidden=(16, 8), copies=2).fit(x, y, np.arange(120), 0)
    said = fitted.predict(x)
    assert said.shape == (120, 2)
    assert np.corrcoef(said[:, 0], y[:, 0])[0, 1] > 0.8
    np.testing.assert_allclose(Perceptron.of(fitted.arrays()).predict(x), said, atol=1e-5)


@pytest.mark.parametrize(
    "how", [{}, {"uniform": True}, {"reads": (True, False)}, {"reads": (False, True)}]
)
def test_numpy_says_what_torch_says(how):
    maker = TwoBranches("net", "both", **SMALL, **how)
    fitted = maker.fit(ROWS, SHARES, np.arange(N), 0)
    given = _unpacked(maker, ROWS)
    net = _torch_of(maker, fitted)
    turned = np.where(
        np.arange(T) < COUNT[:, None], COUNT[:, None] - 1 - np.arange(T), np.arange(T)
    )
    tensors = [torch.from_numpy(np.asarray(a)) for a in (given.context, given.words)]
    with torch.no_grad():
        logits = _forward(
            maker, torch, net, *(t.double() for t in tensors),
            torch.from_numpy(COUNT), torch.from_numpy(turned),
        )  # fmt: skip
    np.testing.assert_allclose(fitted.predict(ROWS), logits.softmax(1).numpy(), atol=1e-9)


def _torch_of(maker, fitted):
    from affectory.parts.branches import _made

    net = _made(maker, torch, _unpacked(maker, ROWS), 3).double().eval()
    net.load_state_dict({key: torch.from_numpy(a) for key, a in fitted.nets[0].items()})
    return net


def test_profiles_and_attention_are_shares_and_padding_has_none():
    fitted = TwoBranches("net", "both", **SMALL).fit(ROWS, SHARES, np.arange(N), 0)
    np.testing.assert_allclose(fitted.predict(ROWS).sum(axis=1), 1)
    looked = fitted.attention(ROWS)
    assert (looked[np.arange(T) >= COUNT[:, None]] == 0).all()
    np.testing.assert_allclose(looked.sum(axis=1), COUNT > 0)


def test_uniform_attention_is_mean_pooling():
    maker = TwoBranches("net", "both", **SMALL, uniform=True)
    looked = maker.fit(ROWS, SHARES, np.arange(N), 0).attention(ROWS)
    some = COUNT > 0
    wanted = (np.arange(T) < COUNT[:, None])[some] / COUNT[some, None]
    np.testing.assert_allclose(looked[some], wanted)


def test_what_stands_behind_the_last_word_plays_no_part():
    fitted = TwoBranches("net", "both", **SMALL).fit(ROWS, SHARES, np.arange(N), 0)
    noisy = WORDS + 9.0 * (np.arange(T) >= COUNT[:, None])[:, :, None]
    other = packed(ROWS[:, :C], noisy, COUNT)
    np.testing.assert_allclose(fitted.predict(other), fitted.predict(ROWS), atol=1e-12)


def test_kept_branches_say_the_same_and_no_row_gives_none():
    maker = TwoBranches("net", "both", **SMALL)
    fitted = maker.fit(ROWS, SHARES, np.arange(N), 0)
    again = Branches.of(maker, fitted.arrays())
    np.testing.assert_allclose(again.predict(ROWS), fitted.predict(ROWS), atol=1e-6)
    assert fitted.predict(ROWS[:0]).shape == (0, 3)
