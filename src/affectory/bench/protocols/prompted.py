"""Seven emotions by prompting a small local model, on GoEmotions comments (Demszky et al. 2020).

400 comments of the test split that belong to one family of the Ekman grouping, drawn with the
seed. One prompt with seven solved examples of our own, chosen before any comment was seen; the
label words are scored, with and without content-free calibration (`lm.labels`). Beside them
stand the shipped method on the same comments, and the majority.
"""

__all__ = ["PROTOCOL"]

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.bench.posts import records_of
from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.errors import MissingFile
from affectory.core.figure import Figure
from affectory.lm import catalogue
from affectory.lm.labels import LabelScorer
from affectory.lm.local import LocalModel
from affectory.lm.model import Message, Prompt
from affectory.measure.labels import ACCURACY, MACRO_F1
from affectory.parts.heads import grouped
from affectory.represent.label_maps import MAPS
from affectory.represent.vocabularies import EKMAN7N, GOEMOTIONS28
from affectory.sources.rated import read_goemotions

Floats = NDArray[np.float64]
N = 400
SETTING = f"GoEmotions test, {N} comments of one Ekman family each, greatest answer"


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return macro-F1 and accuracy of each model that is here, raw and calibrated."""
    here = [
        each.name for each in catalogue.ENTRIES if not catalogue.lost(catalogue.place(each.name))
    ]
    if not here:
        raise MissingFile("language models", "fetch one: affectory models get smollm2-135m")
    texts, truth = _drawn(folder, seed)
    said: dict[str, Floats] = {}
    for name in here:
        scorer = scorer_of(catalogue.open_model(name))
        calibrated = scorer.scores(texts)
        said[f"{name}, raw"] = calibrated + scorer.leaning
        said[f"{name}, calibrated"] = calibrated
    said["perceive/utterance"] = _shipped(texts)
    told: list[Figure] = []
    for by, given in said.items():
        told += _figures(by, truth, given, seed)
    usual = np.zeros_like(truth) + (truth.sum(axis=0) == truth.sum(axis=0).max())
    return (*told, *_figures("majority of these", truth, usual, seed))


PROTOCOL = Protocol(
    "prompted",
    "seven emotions of Reddit comments by prompting a small local model, calibrated and not",
    "goemotions",
    measure,
    minutes=2,
)


def scorer_of(model: LocalModel) -> LabelScorer:
    """Return what scores the seven labels after a prompt that suits `model`."""
    words = tuple(f" {name}" for name in EKMAN7N.names)
    return LabelScorer(model, EKMAN7N, _begun if model.chats else _whole, words)


def _whole(text: str) -> Prompt:
    solved = "\n\n".join(f"Text: {said}\nEmotion: {label}" for said, label in SOLVED)
    told = f"Name the emotion of each text: {', '.join(EKMAN7N.names)}."
    return (Message("user", f"{told}\n\n{solved}\n\nText: {text}\nEmotion:"),)


def _begun(text: str) -> Prompt:
    """Return the prompt with its last word as the beginning of the model's answer."""
    head, _, tail = _whole(text)[0].text.rpartition("\n")
    return Message("user", head), Message("assistant", tail)


def _drawn(folder: Path, seed: int) -> tuple[list[str], Floats]:
    test = read_goemotions(folder, "test")
    families = grouped(test.values, MAPS[GOEMOTIONS28.name, EKMAN7N.name].matrix) > 0
    single = np.flatnonzero(families.sum(axis=1) == 1)
    rows = np.sort(np.random.default_rng(seed).permutation(single)[:N])
    return [test.texts[row] for row in rows], families[rows].astype(np.float64)


def _shipped(texts: list[str]) -> Floats:
    perceiver: Any = registry.make("perceive/utterance")
    values = perceiver.perceive(records_of(texts))[EKMAN7N.name].values
    return np.nan_to_num(np.asarray(values, dtype=np.float64))


def _figures(by: str, truth: Floats, given: Floats, seed: int) -> tuple[Figure, Figure]:
    best = np.eye(truth.shape[1])[given.argmax(axis=1)]
    how: dict[str, Any] = {"seed": seed, "setting": SETTING, "by": by}
    f1 = MACRO_F1.figure(truth, best, thresholds=np.full(truth.shape[1], 0.5), **how)
    right = ACCURACY.figure(truth, best, thresholds=None, **how)
    return replace(f1, name="macro_f1/ekman7n"), replace(right, name="accuracy/ekman7n")


SOLVED = (
    ("How dare you read my letters!", "anger"),
    ("There was a hair in the soup, and I had already eaten half.", "disgust"),
    ("Did you hear that? Somebody is in the house.", "fear"),
    ("We got the flat! I could dance all night.", "joy"),
    ("The house is so empty since he died.", "sadness"),
    ("What? You two know each other?", "surprise"),
    ("The meeting starts at three.", "neutral"),
)
