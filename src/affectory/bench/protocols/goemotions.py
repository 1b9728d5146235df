"""GoEmotions (Demszky et al. 2020): 28 labels, the Ekman grouping and polarity, official splits.

Thresholds come from the dev split, figures from the test split. The paper's BERT-base has a
macro-F1 of .46 over 28 labels, .64 over the Ekman grouping and .69 over sentiment (with the
ambiguous group apart, which is neutral here).
"""

__all__ = ["PROTOCOL"]

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.bench.posts import records_of
from affectory.bench.protocol import Protocol
from affectory.bench.readers import readers
from affectory.core import registry
from affectory.core.figure import Figure
from affectory.measure.calibration import ECE
from affectory.measure.labels import ACCURACY, MACRO_F1, best_thresholds
from affectory.parts.heads import grouped
from affectory.represent.label_maps import MAPS
from affectory.represent.vocabularies import EKMAN7N, GOEMOTIONS28, POLARITY
from affectory.senses.lexicon import read_lexicon
from affectory.sources.rated import Rated, read_goemotions

Floats = NDArray[np.float64]
SPACES = (GOEMOTIONS28, EKMAN7N, POLARITY)
_TOP = "GoEmotions test, greatest answer right if it is any true label"


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return macro-F1 and calibration error of the shipped weights, and simple rivals."""
    dev, test = (read_goemotions(folder, split) for split in ("dev", "test"))
    said = {name: _said(reader, dev, test) for name, reader in readers().items()}
    told: list[Figure] = []
    for at, space in enumerate(SPACES):
        before, after = (_truth(split.values, space.name) for split in (dev, test))
        rivals = {"majority of dev": _majority(before, len(after))}
        if space is GOEMOTIONS28:
            rivals["label's own name"] = _names(test.texts)
        for by, (own, given) in said.items():
            cut = best_thresholds(before > 0, own[at])
            told += _figures(space.name, by, after, given[at], cut, seed)
        half = np.full(space.k, 0.5)
        told += [_f1(space.name, name, after, rival, half, seed) for name, rival in rivals.items()]
    return (*told, *_lexicon(folder.parent / "vader", dev, test, seed))


PROTOCOL = Protocol(
    "goemotions",
    "28 emotions, seven families and polarity of Reddit comments; thresholds from dev",
    "goemotions",
    measure,
)


def _said(reader: Any, *splits: Rated) -> list[list[Floats]]:
    """Return what a reader says of each split, in each Space."""
    return [[_filled(value) for value, _ in reader.read(split.texts)] for split in splits]


def _figures(
    space: str, by: str, truth: Floats, given: Floats, cut: Floats, seed: int
) -> tuple[Figure, ...]:
    """Return macro-F1 with thresholds, accuracy of the greatest, and calibration error."""
    how: dict[str, Any] = {"seed": seed, "setting": "GoEmotions test", "by": by}
    top = ACCURACY.figure(truth, given, thresholds=None, **(how | {"setting": _TOP}))
    wrong = ECE.figure(truth, given, **how)
    return (
        _f1(space, by, truth, given, cut, seed),
        *(replace(one, name=f"{one.name}/{space}") for one in (top, wrong)),
    )


def _f1(space: str, by: str, truth: Floats, given: Floats, cut: Floats, seed: int) -> Figure:
    figure = MACRO_F1.figure(
        (truth > 0).astype(float), given, thresholds=cut, seed=seed,
        setting="GoEmotions test, thresholds from dev", by=by,
    )  # fmt: skip
    return replace(figure, name=f"macro_f1/{space}")


def _truth(labels: NDArray[np.float32], space: str) -> Floats:
    """Return labels as 0 and 1, or as equal shares of the groups that have one."""
    if space == GOEMOTIONS28.name:
        return labels.astype(np.float64)
    return grouped(labels, MAPS[GOEMOTIONS28.name, space].matrix)


def _filled(values: NDArray[np.float32]) -> Floats:
    """A text without anything to read counts as one in which no label was found."""
    return np.nan_to_num(values.astype(np.float64), nan=0.0)


def _majority(dev: Floats, n: int) -> Floats:
    usual = np.zeros((n, dev.shape[1]))
    usual[:, (dev > 0).sum(axis=0).argmax()] = 1.0
    return usual


def _names(texts: list[str]) -> Floats:
    """Return 1 where a text contains the name of a label."""
    said = pl.Series(texts).str.to_lowercase()
    columns = [said.str.contains(rf"\b{name}\b").to_numpy() for name in GOEMOTIONS28.names]
    return np.stack(columns, axis=1).astype(np.float64)


def _lexicon(folder: Path, dev: Rated, test: Rated, seed: int) -> tuple[Figure, ...]:
    """Return polarity from the mean weight of the VADER list, its dead zone chosen on dev."""
    path = folder / "vader_lexicon.txt.gz"
    if not path.is_file():
        return ()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        words = dict(line.split("\t")[:2] for line in lines)
    table = pl.DataFrame({"word": list(words), "valence": [float(w) for w in words.values()]})
    lexicon = read_lexicon(table, scale=(-4, 4))
    perceiver: Any = registry.make("perceive/lexicon", lexicon=lexicon)
    mean = [_means(perceiver, split.texts) for split in (dev, test)]
    truth = [_truth(split.values, POLARITY.name) for split in (dev, test)]
    half = np.full(3, 0.5)
    zones = np.linspace(0, 0.5, 26)
    gains = [MACRO_F1.value(truth[0] > 0, _poles(mean[0], zone), thresholds=half) for zone in zones]
    best = float(zones[int(np.argmax(gains))])
    return (_f1(POLARITY.name, "VADER list", truth[1], _poles(mean[1], best), half, seed),)


def _means(perceiver: Any, texts: list[str]) -> Floats:
    values: NDArray[np.float32] = perceiver.perceive(records_of(texts)).only.values
    return _filled(values[:, 0])


def _poles(mean: Floats, zone: float) -> Floats:
    """Return negative, neutral, positive as 0 and 1; within `zone` of 0 is neutral."""
    return np.stack([mean < -zone, np.abs(mean) <= zone, mean > zone], axis=1).astype(np.float64)
