"""measure/labels: counts done in the head, then an independent implementation, then edges."""

import numpy as np
import pytest
from sklearn import metrics

from affectory.core.errors import BadChoice, BadValues
from affectory.measure.labels import (
    MACRO_F1,
    Weights,
    accuracy,
    best_thresholds,
    f1,
    jaccard,
    kappa,
    label_figures,
    macro_f1,
    micro_f1,
    top_k,
    weighted_f1,
)


def one_hot(codes, k):
    return np.eye(k)[np.asarray(codes)]


@pytest.fixture
def answers():
    rng = np.random.default_rng(7)
    truth = rng.integers(0, 5, 400)
    given = rng.dirichlet(np.ones(5), 400)
    given[np.arange(400), truth] += 0.3 * (rng.random(400) < 0.6)
    return one_hot(truth, 5), given / given.sum(axis=1, keepdims=True)


@pytest.fixture
def flags():
    rng = np.random.default_rng(8)
    truth = (rng.random((300, 6)) < 0.25).astype(float)
    return truth, np.clip(0.5 * truth + rng.random((300, 6)) * 0.7, 0, 1)


def test_two_hits_one_alarm_and_one_miss_make_two_thirds():
    truth, given = one_hot([0, 0, 0, 1], 2), one_hot([0, 0, 1, 0], 2)
    # label 0: tp 2, fp 1, fn 1 -> 4/6; label 1: tp 0, fp 1, fn 1 -> 0
    np.testing.assert_allclose(f1(truth, given), [2 / 3, 0.0])
    assert macro_f1(truth, given) == pytest.approx(1 / 3)
    assert weighted_f1(truth, given) == pytest.approx(0.5)  # 3/4 of 2/3
    assert micro_f1(truth, given) == accuracy(truth, given) == 0.5


def test_a_label_nobody_used_has_no_f1_and_does_not_dilute_the_mean():
    truth = one_hot([0, 1], 3)
    np.testing.assert_array_equal(np.isnan(f1(truth, truth)), [False, False, True])
    assert macro_f1(truth, truth) == 1.0


@pytest.mark.parametrize(
    ("ours", "average"), [(macro_f1, "macro"), (micro_f1, "micro"), (weighted_f1, "weighted")]
)
def test_single_label_f1s_equal_scikit_learn(answers, ours, average):
    truth, given = answers
    theirs = metrics.f1_score(truth.argmax(1), given.argmax(1), average=average)
    assert ours(truth, given) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize(
    ("ours", "average"), [(macro_f1, "macro"), (micro_f1, "micro"), (weighted_f1, "weighted")]
)
def test_multi_label_f1s_equal_scikit_learn(flags, ours, average):
    truth, given = flags
    limits = np.linspace(0.3, 0.8, 6)
    theirs = metrics.f1_score(
        truth.astype(int), (given >= limits).astype(int), average=average, zero_division=np.nan
    )
    assert ours(truth, given, limits) == pytest.approx(theirs, abs=1e-12)


def test_jaccard_and_subset_accuracy_equal_scikit_learn(flags):
    truth, given = flags
    said = (given >= 0.5).astype(int)
    theirs = metrics.jaccard_score(truth.astype(int), said, average="samples", zero_division=1.0)
    assert jaccard(truth, given) == pytest.approx(theirs, abs=1e-12)
    subset = metrics.accuracy_score(truth.astype(int), said)
    assert accuracy(truth, given, 0.5) == pytest.approx(subset)


@pytest.mark.parametrize(
    ("weights", "word"),
    [(Weights.NONE, None), (Weights.LINEAR, "linear"), (Weights.QUADRATIC, "quadratic")],
)
def test_kappa_equals_scikit_learn(answers, weights, word):
    truth, given = answers
    theirs = metrics.cohen_kappa_score(truth.argmax(1), given.argmax(1), weights=word)
    assert kappa(truth, given, weights) == pytest.approx(theirs, abs=1e-12)


def test_kappa_of_one_label_throughout_is_undefined():
    truth = one_hot([1, 1, 1], 2)
    assert np.isnan(kappa(truth, truth))


@pytest.mark.parametrize("k", [1, 2, 5])
def test_top_k_equals_scikit_learn(answers, k):
    truth, given = answers
    theirs = metrics.top_k_accuracy_score(truth.argmax(1), given, k=k) if k < 5 else 1.0
    assert top_k(truth, given, k) == pytest.approx(theirs)


def test_equal_answers_prefer_the_earlier_axis_in_every_measure():
    given = np.full((2, 3), 1 / 3)
    truth = one_hot([0, 2], 3)
    assert accuracy(truth, given) == top_k(truth, given, 1) == 0.5
    assert top_k(truth, given, 2) == 0.5


def test_a_threshold_is_found_between_the_two_classes():
    truth = np.array([[0.0], [0.0], [1.0], [1.0]])
    given = np.array([[0.1], [0.2], [0.4], [0.9]])
    np.testing.assert_allclose(best_thresholds(truth, given), [0.3])  # halfway of .2 and .4


def test_no_other_threshold_on_the_same_rows_is_better(flags):
    truth, given = flags
    chosen = f1(truth, given, best_thresholds(truth, given))
    for limit in np.unique(given)[::20]:
        assert (chosen >= f1(truth, given, np.full(6, limit)) - 1e-12).all()


def test_a_label_that_never_holds_keeps_the_default_threshold():
    assert best_thresholds(np.zeros((3, 1)), np.full((3, 1), 0.7), default=0.5)[0] == 0.5


def test_a_missing_row_is_left_out_on_either_side(answers):
    truth, given = answers
    holed, gone = given.copy(), truth.copy()
    holed[3], gone[5] = np.nan, np.nan
    keep = np.setdiff1d(np.arange(400), [3, 5])
    assert macro_f1(gone, holed) == macro_f1(truth[keep], given[keep])
    assert kappa(gone, holed) == kappa(truth[keep], given[keep])
    assert top_k(gone, holed) == top_k(truth[keep], given[keep])


def test_nothing_to_score_is_undefined_with_a_reason():
    empty = np.zeros((0, 3))
    assert np.isnan(macro_f1(empty, empty))
    figure = MACRO_F1.figure(empty, empty)
    assert figure.n == 0
    assert figure.reason


def test_every_figure_has_an_interval_around_its_value(answers):
    truth, given = answers
    sessions = np.repeat(np.arange(40), 10)
    figures = label_figures(truth, given, tuple("abcde"), cluster=sessions, by="me")
    names = [figure.name for figure in figures]
    assert names[:4] == ["accuracy", "macro_f1", "micro_f1", "weighted_f1"]
    assert names[-5:] == ["f1/a", "f1/b", "f1/c", "f1/d", "f1/e"]
    for figure in figures[:5]:
        assert figure.low <= figure.value <= figure.high
        assert figure.n == 40
        assert "clusters" in figure.setting


def test_multi_label_figures_use_the_thresholds(flags):
    truth, given = flags
    figures = {f.name: f for f in label_figures(truth, given, tuple("abcdef"), thresholds=0.6)}
    assert figures["macro_f1"].value == macro_f1(truth, given, 0.6)
    assert figures["jaccard"].value == jaccard(truth, given, 0.6)


def test_unlike_shapes_are_refused_with_both_named():
    with pytest.raises(BadValues, match=r"\(2, 3\).*\(2, 2\)"):
        macro_f1(np.zeros((2, 3)), np.zeros((2, 2)))
    with pytest.raises(BadValues, match="thresholds"):
        f1(np.zeros((2, 3)), np.zeros((2, 3)), [0.1, 0.2])


def test_a_k_beyond_the_labels_is_refused():
    with pytest.raises(BadChoice, match="1 to 3"):
        top_k(np.eye(3), np.eye(3), 4)


def test_the_greatest_answer_is_right_if_it_is_any_true_label():
    truth = np.array([[1, 1, 0], [0, 1, 1], [0.5, 0.5, 0], [0, 0, 0]], float)
    given = np.array([[0.1, 0.8, 0.1], [0.6, 0.2, 0.2], [0.2, 0.5, 0.3], [0.9, 0.1, 0]])
    assert accuracy(truth, given) == 0.5  # rows 1 and 3; a row without a label is never right
    assert accuracy(truth, given, thresholds=0.5) == 0  # no row is right in every label
