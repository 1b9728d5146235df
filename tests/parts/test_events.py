"""parts/events: who sees whom, what a net is before it has learned, and masking."""

import numpy as np
import pytest

from affectory.parts.events import Events, Shape, masked

torch = pytest.importorskip("torch")


def given(t=6, v=9, seed=0):
    rng = np.random.default_rng(seed)
    codes = torch.from_numpy(rng.integers(5, v, (2, t, 1)))
    days = torch.from_numpy(np.sort(rng.random((2, t)) * 50, axis=1).astype(np.float32))
    return codes, days[:, :, None] / 7, days, torch.ones(2, t, dtype=torch.bool)


def still(shape):
    net = Events(shape)
    net.module.eval()
    return net


def test_a_causal_net_does_not_see_the_future():
    net = still(Shape((9,), causal=True))
    codes, times, days, seen = given()
    before = net(codes, times, days, seen)
    changed = codes.clone()
    changed[:, -1] = 5 + (changed[:, -1] - 4) % 4
    after = net(changed, times, days, seen)
    torch.testing.assert_close(before[:, :-1], after[:, :-1])
    assert not torch.allclose(before[:, -1], after[:, -1])


def test_a_masked_net_sees_both_sides():
    net = still(Shape((9,), causal=False))
    codes, times, days, seen = given()
    before = net(codes, times, days, seen)
    codes[:, -1] = 5 + (codes[:, -1] - 4) % 4
    assert not torch.allclose(before[:, 0], net(codes, times, days, seen)[:, 0])


def test_padding_changes_nothing():
    net = still(Shape((9,), causal=False))
    codes, times, days, seen = given()
    seen[:, 4:] = False
    before = net(codes, times, days, seen)[:, :4]
    codes[:, 4:] = 7
    torch.testing.assert_close(before, net(codes, times, days, seen)[:, :4])


def test_local_heads_alone_do_not_look_far():
    net = still(Shape((9,), heads=2, local=2, window=2, layers=1, causal=False))
    codes, times, days, seen = given(t=8)
    before = net(codes, times, days, seen)
    codes[:, 7] = 5 + (codes[:, 7] - 4) % 4
    after = net(codes, times, days, seen)
    torch.testing.assert_close(before[:, :6], after[:, :6])
    assert not torch.allclose(before[:, 6], after[:, 6])


def test_a_rezero_net_is_the_identity_on_embeddings_before_it_has_learned():
    net = still(Shape((9,), rezero=True, causal=False))
    codes, times, days, seen = given()
    torch.testing.assert_close(net(codes, times, days, seen), net.embed(codes, times))


def test_time_counts_for_nothing_before_its_gate_opens():
    net = still(Shape((9,), times=1))
    codes, times, _, _ = given()
    torch.testing.assert_close(net.embed(codes, times), net.embed(codes, 0 * times))


def test_centred_tokens_have_mean_zero():
    net = still(Shape((30,), centred=True))
    assert abs(float(net.tokens()[5:].mean(0).abs().max().detach())) < 1e-6


def test_a_uniform_net_is_surprised_by_the_logarithm_of_the_vocabulary():
    net = still(Shape((9,)))
    with torch.no_grad():
        net.module["codes"][0].weight.zero_()
    codes, times, days, seen = given()
    logits = net.scores(net(codes, times, days, seen))
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), codes.flatten())
    assert float(loss.detach()) == pytest.approx(np.log(9), abs=1e-5)
    assert float(torch.softmax(logits, -1).sum(-1).max().detach()) == pytest.approx(1, abs=1e-5)


def test_a_third_is_masked_and_specials_never_are():
    codes = np.random.default_rng(1).integers(0, 40, (2000, 100))
    out, chosen = masked(codes, np.random.default_rng(0), ordinary=5, size=40, mask=3, share=0.3)
    assert not chosen[codes < 5].any()
    assert chosen[codes >= 5].mean() == pytest.approx(0.3, abs=0.01)
    assert (out[chosen] == 3).mean() == pytest.approx(0.8, abs=0.02)
    assert (out[chosen] == codes[chosen]).mean() == pytest.approx(0.1, abs=0.02)
    assert (out[~chosen] == codes[~chosen]).all()
