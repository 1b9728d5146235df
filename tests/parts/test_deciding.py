"""parts/deciding: rules that are known to be best."""

import numpy as np

from affectory.parts.deciding import Decision


def f1(true, said, k):
    """Return the macro-F1 of labels."""
    both = np.bincount(said[said == true], minlength=k)
    return (2 * both / (np.bincount(true, minlength=k) + np.bincount(said, minlength=k))).mean()


def drawn(n=4000, seed=0):
    """Return chances of a rare label among a common one, and labels drawn from them."""
    rng = np.random.default_rng(seed)
    rare = rng.beta(0.5, 5.0, n)
    return np.column_stack([1 - rare, rare]), (rng.random(n) < rare).astype(int)


def test_a_rare_label_is_named_where_it_pays():
    (p, true), (q, fresh) = drawn(seed=0), drawn(seed=1)
    rule = Decision.learn(p, true, weight=0.0)
    assert f1(fresh, rule.choose(q), 2) > f1(fresh, q.argmax(axis=1), 2) + 0.03


def test_it_is_as_good_as_the_best_threshold():
    (p, true), (q, fresh) = drawn(seed=0), drawn(seed=1)
    rule = Decision.learn(p, true, weight=0.0)
    best = max(f1(fresh, (q[:, 1] > at).astype(int), 2) for at in np.linspace(0.05, 0.95, 91))
    assert f1(fresh, rule.choose(q), 2) > best - 0.01


def test_accuracy_alone_names_the_likeliest():
    p, true = drawn()
    said = Decision.learn(p, true, weight=1e6).choose(p)
    assert (said == p.argmax(axis=1)).mean() > 0.999


def test_sure_chances_are_left_as_they_are():
    true = np.array([0, 1, 2, 2, 1, 0])
    assert Decision.learn(np.eye(3)[true], true).choose(np.eye(3)[true]).tolist() == true.tolist()
