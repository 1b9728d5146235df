"""From the 28 labels of GoEmotions to the five affect tasks: one explicit table each, all *ours*.

Nobody has published such maps. Which label belongs to which of the eleven follows the near
synonyms that SemEval-2018 gave its raters (interest is anticipation, dislike disgust, affection
love, hope optimism, liking trust). A label says that an emotion is there, not how strong; the
grades of intensity order the labels of a family as their words do (annoyance below anger), and
are a stand-in for raters of intensity. Valence is the mean place of the labels
(`represent.prototypes`), neutral at 0.
"""

__all__ = ["GO_AFFECT", "GRADES", "affect_of", "intensity_of", "valence_of"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.represent.label_maps import LabelMap
from affectory.represent.prototypes import prototypes_of
from affectory.represent.vocabularies import AFFECT11, GOEMOTIONS28, INTENSITY4

Floats = NDArray[np.float64]

GO_AFFECT = LabelMap.of(
    GOEMOTIONS28,
    AFFECT11,
    {
        "anger": "anger annoyance",
        "anticipation": "curiosity desire",
        "disgust": "disgust disapproval",
        "fear": "fear nervousness",
        "joy": "joy amusement excitement pride relief",
        "love": "love caring",
        "optimism": "optimism",
        "pessimism": "disappointment",
        "sadness": "sadness grief remorse disappointment",
        "surprise": "surprise realization",
        "trust": "admiration approval gratitude",
    },
    "ours, after the near synonyms of SemEval-2018 E-c; confusion, embarrassment left out",
)
GRADES: dict[str, dict[str, float]] = {
    "anger": {"anger": 0.85, "annoyance": 0.5, "disapproval": 0.3},
    "fear": {"fear": 0.8, "nervousness": 0.5},
    "joy": {
        "joy": 0.8, "excitement": 0.8, "love": 0.6, "amusement": 0.6, "pride": 0.6,
        "gratitude": 0.5, "relief": 0.4, "admiration": 0.4, "optimism": 0.4, "caring": 0.3,
        "approval": 0.2,
    },
    "sadness": {
        "grief": 1.0, "sadness": 0.8, "remorse": 0.6, "disappointment": 0.5, "embarrassment": 0.3,
    },
}  # fmt: skip


def affect_of(labels: NDArray[Any]) -> Floats:
    """Return which of affect11 hold, from goemotions28 (n, 28) as 0 and 1. Shape (n, 11)."""
    return np.asarray((labels >= 0.5) @ GO_AFFECT.matrix > 0, np.float64)


def intensity_of(labels: NDArray[Any]) -> Floats:
    """Return the grade of the strongest label of each family in intensity4. Shape (n, 4)."""
    grade = np.zeros((GOEMOTIONS28.k, INTENSITY4.k))
    for emotion, own in GRADES.items():
        for label, value in own.items():
            grade[GOEMOTIONS28.index(label), INTENSITY4.index(emotion)] = value
    held = np.asarray(labels >= 0.5, np.float64)
    return np.asarray((held[:, :, None] * grade).max(axis=1, initial=0.0))


def valence_of(labels: NDArray[Any]) -> Floats:
    """Return the mean valence of the labels' places, 0 for a text without any. Shape (n,)."""
    held = np.asarray(labels >= 0.5, np.float64)
    place = prototypes_of(GOEMOTIONS28.name).mean[:, 0]
    return np.asarray(held @ place / np.maximum(held.sum(axis=1), 1.0))
