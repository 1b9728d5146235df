"""How far a sentence that is appended to a text moves what is read from it.

The eleven stimuli of EmotionPrompt (Li et al. 2023) and their placebos, each put behind the texts
of the GoEmotions test split; read by `perceive/utterance`. A stimulus carries valence of its own:
whoever perceives prompts, and not what a person said, measures the prompt. A flip is another
greatest share of negative, neutral and positive.
"""

__all__ = ["PROTOCOL"]

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.bench.protocol import Protocol
from affectory.bench.stimuli import METHOD as ADDED
from affectory.bench.stimuli import NAMES
from affectory.core import registry
from affectory.core.figure import Figure
from affectory.measure.bootstrap import average
from affectory.sources.rated import read_goemotions

Floats = NDArray[np.float64]
METHOD = "perceive/utterance"
SETTING = "GoEmotions test, sentence appended"


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return shifts of valence and flips of polarity, by stimulus and by placebo."""
    texts = [text for text in read_goemotions(folder, "test").texts if text.strip()]
    return tuple(_told(registry.make(METHOD), texts, seed))


PROTOCOL = Protocol(
    "distraction",
    "what an appended emotional sentence does to valence and polarity as they are read",
    "goemotions",
    measure,
)


def _told(reader: Any, texts: Sequence[str], seed: int) -> Iterator[Figure]:
    before = _read(reader, texts)
    held = ~np.isnan(before[0])
    shifts, flips = {}, {}
    for placebo in (False, True):
        for name in NAMES:
            words = registry.make(ADDED, stimuli=(name,), placebo=placebo).words
            after = _read(reader, [f"{text}\n{words}" for text in texts])
            label = f"{name} placebo" if placebo else name
            shifts[label] = (after[0] - before[0])[held]
            flips[label] = (after[1] != before[1])[held].astype(float)
    how = {"drawn": "texts", "seed": seed, "setting": SETTING, "by": METHOD}
    for kind, rows in (("shift", shifts), ("flip", flips)):
        for group, names in (("mean of 11", NAMES), ("placebos", [f"{n} placebo" for n in NAMES])):
            together = np.mean([rows[name] for name in names], axis=0)
            yield average(f"{kind}/{group}", together, **how)
        for name in NAMES:
            yield average(f"{kind}/{name}", rows[name], **how)


def _read(reader: Any, texts: Sequence[str]) -> tuple[Floats, NDArray[np.int64]]:
    """Return the valence of each text, and its greatest share of polarity."""
    told = reader.read(texts)
    return told[3][0][:, 0].astype(float), np.nan_to_num(told[2][0]).argmax(axis=1)
