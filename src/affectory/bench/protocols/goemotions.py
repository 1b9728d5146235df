"""GoEmotions (Demszky et al. 2020): 28 labels, the Ekman grouping and polarity, official splits.

Thresholds come from the dev split, figures from the test split. The paper's BERT-base has a
macro-F1 of .46 over 28 labels, .64 over the Ekman grouping and .69 over sentiment (with the
ambiguous group apart, which is neutral here).
"""

__all__ = ["PROTOCOL"]

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.figure import Figure
from affectory.measure.calibration import ECE
from affectory.measure.labels import ACCURACY, MACRO_F1, best_thresholds
from affectory.parts.heads import grouped
from affectory.represent.label_maps import MAPS
from affectory.represent.vocabularies import EKMAN7N, GOEMOTIONS28, POLARITY
from affectory.senses.lexicon import read_lexicon
from affectory.senses.scoring import score
from affectory.sources.rated import read_goemotions

Floats = NDArray[np.float64]
METHOD = "perceive/utterance"
SPACES = (GOEMOTIONS28, EKMAN7N, POLARITY)


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return macro-F1 and calibration error of the shipped weights, and simple rivals."""
    reader: Any = registry.make(METHOD)
    dev, test = (read_goemotions(folder, split) for split in ("dev", "test"))
    said = [[_filled(value) for value, _ in reader.read(split.texts)] for split in (dev, test)]
    told: list[Figure] = []
    for at, space in enumerate(SPACES):
        before, after = (_truth(split.values, space.name) for split in (dev, test))
        cut = best_thresholds(before > 0, said[0][at])
        rivals = {"majority of dev": _majority(before, len(after))}
        if space is GOEMOTIONS28:
            rivals["label's own name"] = _names(test.texts)
        told += _figures(space.name, METHOD, after, said[1][at], cut, seed)
        for name, given in rivals.items():
            told.append(_f1(space.name, name, after, given, np.full(space.k, 0.5), seed))
    return (*told, *_lexicon(folder.parent / "vader", dev, test, seed))


PROTOCOL = Protocol(
    "goemotions",
    "28 emotions, seven families and polarity of Reddit comments; thresholds from dev",
    "goemotions",
    measure,
)
