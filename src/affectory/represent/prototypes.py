"""Where each label lies in valence, arousal, dominance; and every state said in another Space.

A label's prototype is the mean that Russell & Mehrabian (1977) measured for the term, or for
the nearest documented term where the label itself was not among their 151; the tables below
say which. Labels become a place by averaging prototypes, a place becomes labels by the
likelihood of Gaussians around them.

Differs from the papers (*ours*): neutral lies at the origin, the middle of the scales;
negative and positive lie at the mean of the GoEmotions labels of that sentiment; all Gaussians
of a label set share one spread, `POOLED_SD`, so that each prototype is its own likeliest label.
The Gaussians with spreads and correlations of their own are in `represent.mixtures`.
"""

__all__ = ["Prototypes", "prototypes_of"]

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import UnknownSpace
from affectory.core.space import Space
from affectory.represent.label_maps import MAPS
from affectory.represent.mixture_terms import (
    AFFECTNET_TERMS,
    POOLED_SD,
    RM151_MEANS,
    RM151_TERMS,
)
from affectory.represent.vocabularies import (
    AFFECTNET8,
    ED32,
    EKMAN6,
    EKMAN7N,
    ESCONV7,
    GOEMOTIONS28,
    MELD7,
    POLARITY,
    RM151,
)

Floats = NDArray[np.float64]
_RM = "Russell & Mehrabian 1977"
_ORIGIN = "origin of the scales (ours)"


@dataclass(frozen=True, eq=False)
class Prototypes:
    """The places of the labels of one Space.

    Args:
        labels: The Space.
        mean: Valence, arousal, dominance of each label, in [-1, 1]. Shape (k, 3).
        source: Where each place comes from. Length k.
    """

    labels: Space
    mean: Floats
    source: tuple[str, ...]

    @property
    def sd(self) -> Floats:
        """The spread that all labels share, one standard deviation an axis. Shape (3,)."""
        return np.array(POOLED_SD)


@cache
def prototypes_of(space: str) -> Prototypes:
    """Return the prototypes of the label set called `space`.

    Raises:
        UnknownSpace: if that Space has none.

    Example:
        >>> from affectory.represent.prototypes import prototypes_of
        >>> joy = prototypes_of("goemotions28").labels.index("joy")
        >>> prototypes_of("goemotions28").mean[joy].tolist()
        [0.76, 0.48, 0.35]
    """
    if space in _TERMS:
        return _from_terms(*_TERMS[space])
    if space == AFFECTNET8.name:
        means = np.array([term.mean for term in AFFECTNET_TERMS.values()])
        source = ("authors of system 06",) * AFFECTNET8.k
        return Prototypes(AFFECTNET8, means, source)
    if space == POLARITY.name:
        return _sentiments()
    raise UnknownSpace(space, (*_TERMS, AFFECTNET8.name, POLARITY.name))


def _from_terms(labels: Space, terms: Mapping[str, str]) -> Prototypes:
    mean = np.zeros((labels.k, 3))
    source = [_ORIGIN] * labels.k
    for at, label in enumerate(labels.names):
        if label in terms:
            mean[at] = RM151_MEANS[RM151_TERMS.index(terms[label])]
            source[at] = f"{_RM}: {terms[label]}"
    mean.flags.writeable = False
    return Prototypes(labels, mean, tuple(source))


def _sentiments() -> Prototypes:
    fine = prototypes_of(GOEMOTIONS28.name)
    share = MAPS[GOEMOTIONS28.name, POLARITY.name].matrix
    mean = share.T @ fine.mean / share.sum(axis=0)[:, None]
    mean[POLARITY.index("neutral")] = 0.0
    mean.flags.writeable = False
    group = "mean of the GoEmotions labels of this sentiment (ours)"
    return Prototypes(POLARITY, mean, (group, _ORIGIN, group))


_EKMAN_TERMS = {
    "anger": "angry",
    "disgust": "disgusted",
    "fear": "fearful",
    "joy": "joyful",
    "sadness": "sad",
    "surprise": "surprised",
}
_GO_TERMS = _EKMAN_TERMS | {
    "admiration": "impressed",
    "amusement": "enjoyment",
    "annoyance": "mildly_annoyed",
    "approval": "appreciative",
    "caring": "kind",
    "confusion": "confused",
    "curiosity": "curious",
    "desire": "interested",
    "disappointment": "discouraged",
    "disapproval": "displeased",
    "embarrassment": "embarrassed",
    "excitement": "excited",
    "gratitude": "grateful",
    "grief": "despairing",
    "love": "affectionate",
    "nervousness": "tense",
    "optimism": "hopeful",
    "pride": "proud",
    "realization": "wonder",
    "relief": "relaxed",
    "remorse": "regretful",
}
_ED_TERMS = {
    "afraid": "fearful",
    "angry": "angry",
    "annoyed": "mildly_annoyed",
    "anticipating": "interested",
    "anxious": "anxious",
    "apprehensive": "tense",
    "ashamed": "shamed",
    "caring": "kind",
    "confident": "capable",
    "content": "untroubled",
    "devastated": "crushed",
    "disappointed": "discouraged",
    "disgusted": "disgusted",
    "embarrassed": "embarrassed",
    "excited": "excited",
    "faithful": "devoted",
    "furious": "enraged",
    "grateful": "grateful",
    "guilty": "guilty",
    "hopeful": "hopeful",
    "impressed": "impressed",
    "jealous": "suspicious",
    "joyful": "joyful",
    "lonely": "lonely",
    "nostalgic": "solemn",
    "prepared": "alert",
    "proud": "proud",
    "sad": "sad",
    "sentimental": "affectionate",
    "surprised": "surprised",
    "terrified": "terrified",
    "trusting": "secure",
}
_ESCONV_TERMS = {
    "anger": "angry",
    "anxiety": "anxious",
    "depression": "depressed",
    "disgust": "disgusted",
    "fear": "fearful",
    "sadness": "sad",
    "shame": "shamed",
}
_TERMS: dict[str, tuple[Space, Mapping[str, str]]] = {
    EKMAN6.name: (EKMAN6, _EKMAN_TERMS),
    EKMAN7N.name: (EKMAN7N, _EKMAN_TERMS),
    MELD7.name: (MELD7, _EKMAN_TERMS),
    GOEMOTIONS28.name: (GOEMOTIONS28, _GO_TERMS),
    ED32.name: (ED32, _ED_TERMS),
    ESCONV7.name: (ESCONV7, _ESCONV_TERMS),
    RM151.name: (RM151, {term: term for term in RM151_TERMS}),
}
