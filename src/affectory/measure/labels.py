"""How well labels were told: accuracy, F1s, Jaccard, kappa, top-k, thresholds.

Rows are states of one Space, shape (n, k): a distribution, a one-hot row or flags. Two
readings turn them into labels. Without `thresholds` a row has one label, its greatest axis
(the first of equals; for accuracy any true label will do). With `thresholds`, one number or
one per label, a row has every label that reaches its threshold, and the truth every label of
at least 0.5. A row with NaN on either side is missing and left out. How sure the answers were
is `calibration`'s question.
"""

__all__ = [
    "ACCURACY",
    "JACCARD",
    "KAPPA",
    "MACRO_F1",
    "MICRO_F1",
    "TOP_K",
    "WEIGHTED_F1",
    "Weights",
    "accuracy",
    "best_thresholds",
    "brier",
    "ece",
    "ece_per_label",
    "f1",
    "jaccard",
    "kappa",
    "label_figures",
    "macro_f1",
    "micro_f1",
    "top_k",
    "weighted_f1",
]

from collections.abc import Sequence
from enum import Enum
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues
from affectory.core.figure import Figure
from affectory.measure.bootstrap import (
    Codes,
    Floats,
    Score,
    codes_of,
    figures,
    gather,
    mean,
    ratio,
)
from affectory.measure.calibration import BRIER, ECE, brier, ece, ece_per_label, pair

Flags = NDArray[np.bool_]
_NO_ROW = "no row has both a truth and an answer"


class Weights(Enum):
    """How much two unlike grades disagree, by the distance d of their places."""

    NONE = 0  # every disagreement counts alike
    LINEAR = 1  # |d|
    QUADRATIC = 2  # d squared


def f1(truth: ArrayLike, given: ArrayLike, thresholds: ArrayLike | None = None) -> Floats:
    """Return the F1 of each label, ``2 tp / (2 tp + fp + fn)``. Shape (k,).

    NaN for a label that neither the truth nor the answers contain; else in [0, 1].

    Args:
        truth: What is so. Shape (n, k).
        given: What was said. Shape (n, k).
        thresholds: Least value of a label that counts as said, one or (k,); None: one label
            a row, the greatest.

    Raises:
        BadValues: if the shapes differ.

    Example:
        >>> from affectory.measure.labels import f1
        >>> f1([[1, 0], [0, 1], [1, 0]], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]).round(3).tolist()
        [0.667, 0.667]
    """
    code = np.zeros(len(np.asarray(truth)), np.int64)
    return _f1(*_split(_counts(truth, given, code, 1, thresholds))).ravel()


def macro_f1(truth: ArrayLike, given: ArrayLike, thresholds: ArrayLike | None = None) -> float:
    """Return the plain mean of `f1` over the labels that have one; NaN if none has.

    Args and errors as in `f1`.
    """
    return MACRO_F1.value(truth, given, thresholds=thresholds)


def micro_f1(truth: ArrayLike, given: ArrayLike, thresholds: ArrayLike | None = None) -> float:
    """Return the F1 of all decisions pooled; for one label a row it equals accuracy."""
    return MICRO_F1.value(truth, given, thresholds=thresholds)


def weighted_f1(truth: ArrayLike, given: ArrayLike, thresholds: ArrayLike | None = None) -> float:
    """Return the mean of `f1` weighted by how often the truth has each label."""
    return WEIGHTED_F1.value(truth, given, thresholds=thresholds)


def accuracy(truth: ArrayLike, given: ArrayLike, thresholds: ArrayLike | None = None) -> float:
    """Return the share of rows whose labels are right.

    Without thresholds: the greatest answer is one of the true labels, which are the greatest
    axis of the truth and all that equal it; a truth of zeros has none. With thresholds: every
    label is right (subset accuracy).
    """
    return ACCURACY.value(truth, given, thresholds=thresholds)


def jaccard(truth: ArrayLike, given: ArrayLike, thresholds: ArrayLike | None = 0.5) -> float:
    """Return the mean over rows of ``|truth and said| / |truth or said|``.

    A row with no label on either side is right and counts as 1.
    """
    return JACCARD.value(truth, given, thresholds=thresholds)


def kappa(truth: ArrayLike, given: ArrayLike, weights: Weights = Weights.NONE) -> float:
    """Return Cohen's kappa of the greatest labels, agreement beyond chance, in [-1, 1].

    Args:
        truth: What is so. Shape (n, k); for weighted kappa the axes are ordered grades.
        given: What was said. Shape (n, k).
        weights: How much unlike grades disagree (Cohen 1968).

    Returns:
        NaN where both sides always use one and the same label: chance is then certain.
    """
    return _kappa_score(weights).value(truth, given)


def top_k(truth: ArrayLike, given: ArrayLike, k: int = 3) -> float:
    """Return the share of rows whose true label is among the `k` greatest answers.

    Among equal answers the earlier axis is preferred.

    Raises:
        BadChoice: if k is less than 1 or more than there are labels.
    """
    return TOP_K.value(truth, given, k=k)


def best_thresholds(truth: ArrayLike, given: ArrayLike, default: float = 0.5) -> Floats:
    """Return for each label the threshold of greatest F1 on these rows. Shape (k,).

    Choose on a development set, never on the rows that are then reported. The threshold lies
    halfway between two neighbouring answers; of equally good ones the greatest is taken.

    Args:
        truth: What is so; a label of at least 0.5 holds. Shape (n, k).
        given: What was said. Shape (n, k).
        default: Threshold of a label that never holds here.
    """
    true, said, usable = pair(truth, given)
    holds, said = true[usable] >= 0.5, said[usable]
    columns = [_best(holds[:, j], said[:, j], default) for j in range(said.shape[1])]
    return np.array(columns, np.float64)


def label_figures(
    truth: ArrayLike,
    given: ArrayLike,
    names: Sequence[str],
    *,
    thresholds: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    setting: str = "",
    by: str = "",
) -> tuple[Figure, ...]:
    """Return the usual figures of a labelling, then the F1 of each label, with intervals.

    Accuracy, macro, micro and weighted F1, kappa (Jaccard with thresholds), calibration error
    and Brier score.

    Args:
        truth: What is so. Shape (n, k).
        given: What was said. Shape (n, k).
        names: Name of each label. Length k.
        thresholds: As in `f1`.
        cluster: What is drawn again, such as the session of each row. Length n.
        level: Share of resamples within the interval.
        resamples: How often clusters are drawn.
        seed: Seed of the draws.
        setting: Data and split, to be read with every figure.
        by: Whose answers these are.
    """
    how: dict[str, Any] = {
        "level": level, "resamples": resamples, "seed": seed, "setting": setting, "by": by,
    }  # fmt: skip
    code, c = codes_of(cluster, len(np.asarray(truth)))
    several = thresholds is not None
    counted = figures(
        ("macro_f1", "micro_f1", "weighted_f1", *(f"f1/{name}" for name in names)),
        _counts(truth, given, code, c, thresholds),
        _every_f1,
        (_NO_ROW, _NO_ROW, _NO_ROW, *map(_absent, names)),
        drawn="rows" if cluster is None else "clusters",
        **how,
    )
    right = ACCURACY.figure(truth, given, cluster=cluster, thresholds=thresholds, **how)
    overlap = partial(JACCARD.figure, thresholds=thresholds)
    others = (overlap if several else KAPPA.figure, ECE.figure, BRIER.figure)
    rest = tuple(figure(truth, given, cluster=cluster, **how) for figure in others)
    return (right, *counted[:3], *rest, *counted[3:])


def _every_f1(sums: Floats) -> Floats:
    """Return macro, micro and weighted F1, then that of each label. Shape (r, 3 + k)."""
    means = (_macro(sums), _micro(sums), _weighted(sums))
    return np.column_stack([*means, _f1(*_split(sums))])


def _absent(name: str) -> str:
    return f"neither the truth nor the answers contain {name}"


def hard(values: Floats, thresholds: ArrayLike | None) -> Flags:
    """Return which labels each row has, by either reading. Shape (n, k)."""
    if thresholds is not None:
        return np.asarray(values >= np.asarray(thresholds, np.float64))
    flags = np.zeros(values.shape, dtype=bool)
    if flags.size:
        flags[np.arange(len(values)), values.argmax(axis=1)] = True
    return flags


def _decided(
    truth: ArrayLike, given: ArrayLike, thresholds: ArrayLike | None
) -> tuple[Flags, Flags, Flags]:
    """Return labels of truth and answers, and the usable rows. Shapes (n, k), (n, k), (n,)."""
    true, said, usable = pair(truth, given)
    if thresholds is not None and np.shape(thresholds) not in {(), (true.shape[1],)}:
        shape = np.shape(thresholds)
        raise BadValues("thresholds", f"shape {shape}", f"one number or ({true.shape[1]},)")
    read = None if thresholds is None else 0.5
    return hard(true, read), hard(said, thresholds), usable


def _counts(
    truth: ArrayLike, given: ArrayLike, code: Codes, c: int, thresholds: ArrayLike | None = None
) -> Floats:
    """Return rows, then hits, false alarms and misses of each label. Shape (c, 1 + 3 k)."""
    true, said, usable = _decided(truth, given, thresholds)

    def rows(part: slice) -> Floats:
        t, s, u = true[part], said[part], usable[part, None]
        return np.hstack([u, t & s & u, ~t & s & u, t & ~s & u]).astype(np.float64)

    return gather(rows, 1 + 3 * true.shape[1], code, c)


def _split(sums: Floats) -> tuple[Floats, Floats, Floats]:
    hits, alarms, misses = np.split(sums[:, 1:], 3, axis=1)
    return hits, alarms, misses


def _f1(hits: Floats, alarms: Floats, misses: Floats) -> Floats:
    return ratio(2 * hits, 2 * hits + alarms + misses)


def _macro(sums: Floats) -> Floats:
    each = _f1(*_split(sums))
    return ratio(np.nansum(each, axis=1), (~np.isnan(each)).sum(axis=1).astype(np.float64))


def _micro(sums: Floats) -> Floats:
    hits, alarms, misses = (part.sum(axis=1) for part in _split(sums))
    return _f1(hits, alarms, misses)


def _weighted(sums: Floats) -> Floats:
    hits, alarms, misses = _split(sums)
    support = hits + misses
    each = np.nan_to_num(_f1(hits, alarms, misses))  # a label without support weighs nothing
    return ratio((each * support).sum(axis=1), support.sum(axis=1))


def _right(
    truth: ArrayLike, given: ArrayLike, code: Codes, c: int, thresholds: ArrayLike | None = None
) -> Floats:
    true, said, usable = _decided(truth, given, thresholds)
    right = (true == said).all(axis=1) if thresholds is not None else _hit(truth, said)
    right &= usable
    parts = np.column_stack([usable, right]).astype(np.float64)
    return gather(lambda part: parts[part], 2, code, c)


def _hit(truth: ArrayLike, said: Flags) -> Flags:
    """Return in which rows the one label said is among those that are true. Shape (n,)."""
    true = pair(truth, truth)[0]
    held = (true >= true.max(axis=1, keepdims=True, initial=0.0)) & (true > 0)
    return np.asarray((held & said).any(axis=1))


def _overlap(
    truth: ArrayLike, given: ArrayLike, code: Codes, c: int, thresholds: ArrayLike | None = 0.5
) -> Floats:
    true, said, usable = _decided(truth, given, thresholds)
    either = (true | said).sum(axis=1).astype(np.float64)
    share = np.where(either > 0, ratio((true & said).sum(axis=1).astype(float), either), 1.0)
    parts = np.column_stack([usable, np.where(usable, share, 0.0)]).astype(np.float64)
    return gather(lambda part: parts[part], 2, code, c)


def _table(truth: ArrayLike, given: ArrayLike, code: Codes, c: int) -> Floats:
    """Return rows, then the table of true by said labels. Shape (c, 1 + k k)."""
    true, said, usable = pair(truth, given)
    k = true.shape[1]
    cell = np.zeros(len(true), np.int64)
    cell[usable] = true[usable].argmax(axis=1) * k + said[usable].argmax(axis=1)
    flat = np.bincount((code * k * k + cell)[usable], minlength=c * k * k).reshape(c, k * k)
    return np.hstack([flat.sum(axis=1, keepdims=True), flat]).astype(np.float64)


def _kappa(weights: Weights, sums: Floats) -> Floats:
    k = round((sums.shape[1] - 1) ** 0.5)
    table = sums[:, 1:].reshape(-1, k, k)
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k))).astype(np.float64)
    cost = distance**weights.value if weights is not Weights.NONE else np.sign(distance)
    chance = table.sum(axis=2)[:, :, None] * table.sum(axis=1)[:, None, :]  # (r, k, k), times n
    seen = (table * cost).sum(axis=(1, 2)) * sums[:, 0]
    return 1 - ratio(seen, (chance * cost).sum(axis=(1, 2)))


def _kappa_score(weights: Weights) -> Score:
    why = "both sides use one and the same label throughout, so chance agreement is certain"
    return Score("kappa", _table, partial(_kappa, weights), why)


def _among(truth: ArrayLike, given: ArrayLike, code: Codes, c: int, k: int = 3) -> Floats:
    true, said, usable = pair(truth, given)
    if not 1 <= k <= true.shape[1]:
        raise BadChoice("k", k, f"1 to {true.shape[1]}, the number of labels")
    own = true.argmax(axis=1) if true.size else np.zeros(0, np.int64)
    score = np.take_along_axis(said, own[:, None], axis=1)  # (n, 1)
    earlier = np.arange(true.shape[1]) < own[:, None]
    better = ((said > score) | ((said == score) & earlier)).sum(axis=1)
    parts = np.column_stack([usable, usable & (better < k)]).astype(np.float64)
    return gather(lambda part: parts[part], 2, code, c)


def _best(holds: Flags, said: Floats, default: float) -> float:
    """Return the threshold of greatest F1 for one label."""
    if not holds.any():
        return default
    order = np.argsort(-said, kind="stable")
    score, hits = said[order], np.cumsum(holds[order])
    last = np.append(score[1:] != score[:-1], True)  # only a whole run of equals can be cut off
    measure = np.where(last, 2 * hits / (np.arange(1, len(score) + 1) + holds.sum()), -1.0)
    at = int(measure.argmax())
    below = score[at + 1] if at + 1 < len(score) else score[at]
    return float((score[at] + below) / 2)


ACCURACY = Score("accuracy", _right, mean, _NO_ROW)
JACCARD = Score("jaccard", _overlap, mean, _NO_ROW)
KAPPA = _kappa_score(Weights.NONE)
MACRO_F1 = Score("macro_f1", _counts, _macro, _NO_ROW)
MICRO_F1 = Score("micro_f1", _counts, _micro, _NO_ROW)
WEIGHTED_F1 = Score("weighted_f1", _counts, _weighted, _NO_ROW)
TOP_K = Score("top_k", _among, mean, _NO_ROW)
