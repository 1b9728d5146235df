"""parts/recent: models of lags and season learn rules that are known."""

import numpy as np

from affectory.parts.recent import Look, Net, learn, scale_of

LOOK = Look(lags=7, ahead=3, season=7)


def _rows(n=6, t=120, seed=0):
    rng = np.random.default_rng(seed)
    week = rng.normal(size=(n, 7))
    return [np.tile(w, t // 7 + 1)[:t] + 10.0 * at for at, w in enumerate(week)]


def test_a_week_is_learned_whatever_the_level_of_a_series():
    series = _rows()
    model = learn(series, [0] * len(series), LOOK, ridge=1e-6)
    said = model.follow(np.stack(series), np.full(6, 120 % 7), 10)
    came = np.stack([np.resize(np.roll(s[:7], -(120 % 7)), 10) for s in series])
    np.testing.assert_allclose(said, came, atol=1e-3)


def test_a_net_learns_what_no_line_can_say():
    rng = np.random.default_rng(0)
    series = []
    for _ in range(8):
        x = [0.3, 0.6]
        while len(x) < 300:  # a logistic map: the next step is a parabola of the last
            x.append(3.7 * x[-1] * (1 - x[-1]))
            x[-1] = float(np.clip(x[-1] + rng.normal(0, 1e-3), 0.01, 0.99))
        series.append(np.array(x))
    look = Look(lags=3, ahead=1, season=1)
    held = np.array(series)[:, :-1], np.array(series)[:, -1]
    line, net = (
        learn([s[:-1] for s in series], [0] * 8, look, net=how)
        for how in (None, Net(rate=1e-2, copies=2, epochs=60))
    )
    miss = [
        np.abs(m.follow(held[0], np.zeros(8, int), 1)[:, 0] - held[1]).mean() for m in (line, net)
    ]
    assert miss[1] < 0.5 * miss[0]


def test_the_same_seed_says_the_same():
    series = _rows(2, 60)
    one, other = (
        learn(series, [0, 0], LOOK, net=Net(copies=2, epochs=3)).follow(
            np.stack(series), np.zeros(2, int), 5
        )
        for _ in range(2)
    )
    assert one.tobytes() == other.tobytes()


def test_too_little_to_learn_from_gives_no_model():
    assert learn([np.zeros(9)], [0], LOOK) is None


def test_the_scale_is_the_mean_weekly_step_and_never_nothing():
    rising = np.arange(21.0)[None]
    assert scale_of(rising, 7).tolist() == [7.0]
    assert scale_of(np.tile([0.0, 1.0], 7)[None], 2).tolist() == [
        1.0
    ]  # seasons alike: from day to day
    assert scale_of(np.zeros((1, 9)), 7).tolist() == [1.0]
