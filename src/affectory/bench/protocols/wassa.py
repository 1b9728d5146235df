"""WASSA 2022 essays: empathic concern and personal distress, ten folds, nested.

No article stands on both sides of a fold (then, in a second pass, no writer), nor do copies of
one essay. Everything that is learned, the words, scales, penalties and shares of the ensemble, is
learned inside the nine other folds. Rivals from the same folds: the mean of the nine folds, and
ridge regression on TF-IDF words and pairs, which is the member "words" by itself.
"""

__all__ = ["PROTOCOL"]

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.bench.grouped import grouped
from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.figure import Figure
from affectory.core.trajectory import Trajectory
from affectory.measure.agreement import CCC, PEARSON, RMSE, pearson
from affectory.measure.bootstrap import Score, codes_of, figures, ratio
from affectory.measure.paired import difference, williams_figure
from affectory.parts.blend import folds_of
from affectory.represent.abreast import abreast
from affectory.represent.vocabularies import EKMAN7N, EMPATHY
from affectory.sources.reactions import Essays, read_essays

Floats = NDArray[np.float64]
METHOD, RIVAL = "perceive/empathy", "words"
FOLDS = 10
ALONE = "rows taken as independent, which they are not: the clustered interval beside it decides"


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return agreement with writers, by article in full and by writer in short."""
    return (
        *_figures(read_essays(folder), "articles", seed, short=False),
        *_figures(read_essays(folder, by_writer=True), "writers", seed, short=True),
    )


PROTOCOL = Protocol(
    "wassa",
    "empathic concern and personal distress of essays, ten folds that part articles or writers",
    "wassa2022_train",
    measure,
    minutes=10,
)


def _figures(essays: Essays, apart: str, seed: int, short: bool) -> Iterator[Figure]:
    records, order = grouped(essays.records)
    essays = Essays(records, essays.ratings[order], essays.emotions[order])
    truth, fold, said = _crossed(essays, seed)
    session = records.frame["session"].to_numpy()
    setting = f"{len(truth):,} essays, {FOLDS} folds apart by {apart}, nested"
    how: dict[str, Any] = {"cluster": session, "seed": seed, "setting": setting}
    both = PEARSON.figure(truth[:, 0], truth[:, 1], by="the ratings themselves", **how)
    yield replace(both, name=f"{both.name}/{' with '.join(EMPATHY.names)}")
    for at, axis in enumerate(EMPATHY.names):
        true, own = truth[:, at], said[METHOD][:, at]
        yield _by_fold(axis, true, own, fold, how)
        scores = (PEARSON,) if short else (PEARSON, CCC, RMSE, VARIANCE)
        for score in scores:
            yield _named(score.figure(true, own, by=METHOD, **how), axis)
        for name in (n for n in said if n != METHOD and (not short or n == RIVAL)):
            score = RMSE if name == "mean" else PEARSON
            by = f"{name} alone" if name != "mean" else "mean of the other folds"
            yield _named(score.figure(true, said[name][:, at], by=by, **how), axis)
        by = f"{METHOD} over TF-IDF ridge"
        yield _named(difference(PEARSON, true, said[RIVAL][:, at], own, by=by, **how), axis)
        yield williams_figure(f"p/{axis}", true, said[RIVAL][:, at], own, f"{setting}; {ALONE}", by)


def _crossed(essays: Essays, seed: int) -> tuple[Floats, NDArray[np.int64], dict[str, Floats]]:
    """Return ratings, folds, and what method, members and the mean say of unseen essays."""
    records, truth, emotions = essays
    felt = Trajectory.on(records, EMPATHY, truth, "writers")
    beside = Trajectory.on(records, EKMAN7N, emotions, "writers")
    fold = folds_of(records.frame["session"].to_numpy(), FOLDS, seed)
    said: dict[str, Floats] = {}
    fresh = registry.make(METHOD, seed=seed)
    for held in range(FOLDS):
        off = fold == held
        on, test = (records.where(pl.lit(pl.Series(keep))) for keep in (~off, off))
        fitted = fresh.fit(on, felt, beside)
        own = abreast(test, fitted.perceive(test)["empathy"])
        mean = np.broadcast_to(truth[~off].mean(axis=0), own.shape)
        for name, values in {METHOD: own, **fitted.each(test), "mean": mean}.items():
            said.setdefault(name, np.full_like(truth, np.nan))[off] = values
    return truth, fold, said


def _by_fold(
    axis: str, true: Floats, own: Floats, fold: NDArray[np.int64], how: dict[str, Any]
) -> Figure:
    """Return the mean over folds of Pearson's r, as the published rows have it.

    A cluster lies in one fold, so that each fold's sums stand in columns of their own.
    """
    code, c = codes_of(how["cluster"], len(true))
    parts = [PEARSON.sums(true, own, np.where(fold == k, code, c), c + 1)[:c] for k in range(FOLDS)]
    width = parts[0].shape[1]
    used = sum(part[:, :1] for part in parts)

    def finish(sums: Floats) -> Floats:
        split = np.split(sums[:, 1:], range(width, FOLDS * width, width), axis=1)
        return np.asarray(np.mean([PEARSON.finish(part) for part in split], axis=0))

    each = [pearson(true[fold == k], own[fold == k]) for k in range(FOLDS)]
    return figures(
        (f"fold_pearson/{axis}",), np.hstack([used, *parts]), finish, ("a fold does not vary",),
        seed=how["seed"], setting=f"{how['setting']}; mean of folds, their sd {np.std(each):.3f}",
        by=METHOD,
    )[0]  # fmt: skip


def _named(figure: Figure, axis: str) -> Figure:
    return replace(figure, name=f"{figure.name}/{axis}")


def _squares(truth: Any, given: Any, code: NDArray[np.int64], c: int) -> Floats:
    """Return n, sums and squares of both sides. Shape (c, 5)."""
    parts = np.column_stack([np.ones(len(truth)), truth, given, truth**2, given**2])
    return np.stack([np.bincount(code, part, c) for part in parts.T], axis=1)


def _variances(sums: Floats) -> Floats:
    n, x, y, xx, yy = sums.T
    return ratio(yy / n - (y / n) ** 2, xx / n - (x / n) ** 2)


VARIANCE = Score("variance_ratio", _squares, _variances, "the truth does not vary")
