"""EmoBank (Buechel & Hahn 2017): valence, arousal and dominance of sentences, official split.

The figures are of the test split without its newspaper headlines where those are not in the
folder. The rival predicts the mean of the train split, whose correlation is undefined and whose
error the readers' own must beat; ridge regression on TF-IDF words reached r = .50, .29, .26.
"""

__all__ = ["PROTOCOL"]

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.bench.protocol import Protocol
from affectory.bench.readers import METHOD, readers
from affectory.core.figure import Figure
from affectory.measure.agreement import CCC, PEARSON, RMSE
from affectory.measure.bootstrap import figures
from affectory.parts.heads import NORMAL_90
from affectory.parts.proportion import share
from affectory.represent.vocabularies import VAD
from affectory.sources.rated import Rated, read_emobank

Floats = NDArray[np.float32]


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return agreement of the shipped weights with raters, and how often bands cover."""
    train, test = (read_emobank(folder, split) for split in ("train", "test"))
    told: list[Figure] = []
    for by, reader in readers().items():
        told += _measured(by, reader.read(test.texts)[3], train, test, seed)
    return tuple(told)


def _measured(
    by: str, said: tuple[Floats, Floats], train: Rated, test: Rated, seed: int
) -> tuple[Figure, ...]:
    """Return the figures of one size of the method."""
    values, spread = said
    told: list[Figure] = []
    for at, axis in enumerate(VAD.names):
        how: dict[str, Any] = {"seed": seed, "setting": "EmoBank test"}
        truth = test.values[:, at].astype(np.float64)
        for score in (PEARSON, CCC, RMSE):
            one = score.figure(truth, values[:, at].astype(np.float64), by=by, **how)
            told.append(replace(one, name=f"{one.name}/{axis}"))
        if by == METHOD:
            mean = np.full(len(truth), train.values[:, at].mean())
            rival = RMSE.figure(truth, mean, by="mean of train", **how)
            told.append(replace(rival, name=f"rmse/{axis}"))
        told.append(_coverage(axis, by, np.abs(values[:, at] - truth) <= NORMAL_90 * spread[:, at]))
    inside = np.abs(values - test.values) <= NORMAL_90 * spread
    return (*told, _together(inside, by, seed))


PROTOCOL = Protocol(
    "emobank",
    "valence, arousal and dominance of written sentences, and the cover of 90 % bands",
    "emobank",
    measure,
)


def _together(inside: NDArray[np.bool_], by: str, seed: int) -> Figure:
    """Return the share of all ratings inside their bands; a sentence is drawn with all three."""
    sums = np.column_stack([np.full(len(inside), inside.shape[1]), inside.sum(axis=1)])
    return figures(
        ("cover90/vad",), sums.astype(np.float64), lambda s: s[:, 1] / s[:, 0], ("no rating",),
        drawn="sentences", seed=seed, setting="EmoBank test, three axes together", by=by,
    )[0]  # fmt: skip


def _coverage(axis: str, by: str, inside: NDArray[np.bool_]) -> Figure:
    """Return the share of ratings inside their band, with Wilson's interval."""
    setting = "EmoBank test, value +- 1.645 spread"
    return share(f"cover90/{axis}", int(inside.sum()), len(inside), setting=setting, by=by)
