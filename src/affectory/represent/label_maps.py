"""From one label set to another: one explicit table each, with its source.

A table says for every label of the first Space where its weight goes in the second. No map is
guessed from spellings; where the field has published none, the choice is marked *ours*.
"""

__all__ = ["MAPS", "LabelMap"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.core.space import Space
from affectory.represent.vocabularies import (
    AFFECTNET8,
    ED32,
    EKMAN6,
    EKMAN7N,
    ESCONV7,
    GOEMOTIONS28,
    MELD7,
    POLARITY,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LabelMap:
    """Where the weight of each label goes.

    Args:
        before: Space of the labels that are mapped.
        after: Space that they are mapped to.
        matrix: Share of each label of `before` in each of `after`; a row sums to one, or to
            zero for a label that is left out. Shape (k_before, k_after).
        source: Who drew the map.
    """

    before: Space
    after: Space
    matrix: Floats
    source: str

    @classmethod
    def of(cls, before: Space, after: Space, table: Mapping[str, str], source: str) -> Self:
        """Return the map that a table of words describes.

        Args:
            before: Space of the labels that are mapped.
            after: Space that they are mapped to.
            table: The labels of `before`, separated by blanks, that go to each label of
                `after`. A label named under several is shared equally among them; one that is
                named nowhere is left out.
            source: Who drew the table.

        Raises:
            BadChoice: if the table names a label that one of the Spaces does not have.
        """
        share = np.zeros((before.k, after.k))
        for target, labels in table.items():
            for label in labels.split():
                share[before.index(label), after.index(target)] = 1.0
        share /= np.maximum(share.sum(axis=1, keepdims=True), 1.0)
        share.flags.writeable = False
        return cls(before, after, share, source)

    def then(self, after: "LabelMap") -> "LabelMap":
        """Return the map that goes on from here through `after`.

        Raises:
            BadChoice: if `after` does not begin where this map ends.
        """
        if after.before != self.after:
            raise BadChoice("the next map's beginning", after.before.name, [self.after.name])
        source = f"{self.source}; then {after.source}"
        return LabelMap(self.before, after.after, self.matrix @ after.matrix, source)


def _same(labels: str) -> dict[str, str]:
    return {label: label for label in labels.split()}


_EKMAN = "anger disgust fear joy sadness surprise"
_OURS = "ours, after the emotion tree of Shaver et al. 1987"

_GO_EKMAN = LabelMap.of(
    GOEMOTIONS28,
    EKMAN7N,
    {
        "anger": "anger annoyance disapproval",
        "disgust": "disgust",
        "fear": "fear nervousness",
        "joy": "admiration amusement approval caring desire excitement gratitude joy love "
        "optimism pride relief",
        "sadness": "disappointment embarrassment grief remorse sadness",
        "surprise": "confusion curiosity realization surprise",
        "neutral": "neutral",
    },
    "Demszky et al. 2020, Ekman grouping of GoEmotions",
)
_GO_POLARITY = LabelMap.of(
    GOEMOTIONS28,
    POLARITY,
    {
        "negative": "anger annoyance disappointment disapproval disgust embarrassment fear grief "
        "nervousness remorse sadness",
        "neutral": "neutral confusion curiosity realization surprise",
        "positive": "admiration amusement approval caring desire excitement gratitude joy love "
        "optimism pride relief",
    },
    "Demszky et al. 2020, sentiment grouping of GoEmotions; its ambiguous labels count as "
    "neutral (ours)",
)
_EKMAN_POLARITY = LabelMap.of(
    EKMAN7N,
    POLARITY,
    {"negative": "anger disgust fear sadness", "neutral": "neutral surprise", "positive": "joy"},
    "as the sentiment grouping of GoEmotions: surprise is ambiguous, so neutral (ours)",
)
_MELD_EKMAN = LabelMap.of(
    MELD7, EKMAN7N, _same(f"{_EKMAN} neutral"), "the same seven labels in another order"
)
_EKMAN_MELD = LabelMap.of(
    EKMAN7N, MELD7, _same(f"{_EKMAN} neutral"), "the same seven labels in another order"
)
_ADD_NEUTRAL = LabelMap.of(EKMAN6, EKMAN7N, _same(_EKMAN), "the same six labels; neutral stays 0")
_DROP_NEUTRAL = LabelMap.of(
    EKMAN7N, EKMAN6, _same(_EKMAN), "the six shares, given that the state is not neutral"
)
_ED_EKMAN = LabelMap.of(
    ED32,
    EKMAN7N,
    {
        "anger": "angry annoyed furious jealous",
        "disgust": "disgusted",
        "fear": "afraid anxious apprehensive terrified",
        # nostalgic and sentimental are bitter-sweet: half joy, half sadness
        "joy": "caring confident content excited faithful grateful hopeful impressed joyful "
        "nostalgic proud sentimental trusting",
        "sadness": "ashamed devastated disappointed embarrassed guilty lonely nostalgic sad "
        "sentimental",
        "surprise": "surprised",
        "neutral": "anticipating prepared",
    },
    f"{_OURS}; embarrassed, guilty, hopeful, proud as in GoEmotions; anticipating and prepared "
    "have no Ekman family",
)
_ESCONV_EKMAN = LabelMap.of(
    ESCONV7,
    EKMAN7N,
    {
        "anger": "anger",
        "disgust": "disgust",
        "fear": "anxiety fear",
        "sadness": "depression sadness shame",
    },
    _OURS,
)
_AFFECTNET_EKMAN = LabelMap.of(
    AFFECTNET8,
    EKMAN7N,
    {
        "anger": "angry",
        "disgust": "contempt disgusted",
        "fear": "fearful",
        "joy": "happy",
        "sadness": "sad",
        "surprise": "surprised",
        "neutral": "neutral",
    },
    f"{_OURS}, which has contempt beside disgust",
)


def _all() -> dict[tuple[str, str], LabelMap]:
    """Return the tables above, and those that they make when joined at ekman7n."""
    direct = (
        _GO_EKMAN, _GO_POLARITY, _EKMAN_POLARITY, _MELD_EKMAN, _EKMAN_MELD, _ADD_NEUTRAL,
        _DROP_NEUTRAL, _ED_EKMAN, _ESCONV_EKMAN, _AFFECTNET_EKMAN,
    )  # fmt: skip
    maps = {(one.before.name, one.after.name): one for one in direct}
    into = [one for one in direct if one.after == EKMAN7N]
    out = [one for one in direct if one.before == EKMAN7N]
    joined = [one.then(two) for one in into for two in out if one.before != two.after]
    return {(one.before.name, one.after.name): one for one in joined} | maps


MAPS = _all()
