"""Colours that mean one thing everywhere: emotions, speakers, signs of valence, two themes.

Every colour is a role with a light and a dark value. Plots are drawn in the values of one
theme; a page that holds them replaces each value by the CSS variable of its role, so that one
drawing serves both themes. The hues follow Okabe & Ito (2008) in keeping apart under the
common colour-vision deficiencies; speakers also differ by marker, signs by line, so that
nothing is told by colour alone.
"""

__all__ = [
    "DARK",
    "FAMILY",
    "LIGHT",
    "MARKERS",
    "SPEAKERS",
    "Theme",
    "emotion",
    "level",
    "levels",
    "speakers",
]

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

SPEAKERS = 8  # beyond this many at once, colours repeat with the next marker
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h")
LEVELS = 5  # steps of tint on either side of rest


@dataclass(frozen=True)
class Theme:
    """One value for each role.

    Args:
        name: "light" or "dark".
        colours: Hex colour of each role; no two roles share one.
    """

    name: str
    colours: Mapping[str, str]

    def __getitem__(self, role: str) -> str:
        """Return the colour of `role`."""
        return self.colours[role]

    def css(self) -> str:
        """Return the roles as CSS custom properties."""
        return "".join(f"--{role}:{value};" for role, value in self.colours.items())


def emotion(label: str) -> str:
    """Return the role of an emotion label: that of its family, or neutral where it has none.

    Example:
        >>> emotion("joy"), emotion("gratitude"), emotion("furious")
        ('e-joy', 'e-joy', 'e-anger')
    """
    return f"e-{FAMILY.get(label, 'neutral')}"


def speakers(names: Iterable[str]) -> dict[str, int]:
    """Return the place of each speaker in the palette, by the order of their names.

    Example:
        >>> speakers(["zoe", "ann", "zoe"])
        {'ann': 0, 'zoe': 1}
    """
    return {name: at for at, name in enumerate(sorted(set(names)))}


def level(value: float, rest: float, low: float, high: float) -> int:
    """Return how far `value` lies from rest, in whole steps from -LEVELS to LEVELS.

    Example:
        >>> level(-1.0, 0.0, -1.0, 1.0), level(0.04, 0.0, -1.0, 1.0), level(0.5, 0.0, -1.0, 1.0)
        (-5, 0, 3)
    """
    return int(levels(np.array([value]), rest, low, high)[0])


def levels(values: ArrayLike, rest: float, low: float, high: float) -> NDArray[np.float64]:
    """Return the level of each of `values`; NaN stays NaN. Same shape."""
    away = np.asarray(values, dtype=np.float64) - rest
    reach = np.where(away >= 0, high - rest, rest - low)
    share = away / np.where(reach > 0, reach, 1.0)
    step = np.copysign(np.floor(np.abs(share) * LEVELS + 0.5), share)
    return np.asarray(np.clip(step, -LEVELS, LEVELS)) + 0.0  # no minus zero


_MEMBERS = {
    "anger": "anger annoyance disapproval angry annoyed furious jealous",
    "disgust": "disgust disgusted",
    "fear": "fear nervousness anxiety afraid anxious apprehensive terrified",
    "joy": "joy admiration amusement approval caring desire excitement gratitude love optimism "
    "pride relief confident content excited faithful grateful hopeful joyful proud trusting",
    "sadness": "sadness disappointment embarrassment grief remorse depression shame ashamed "
    "devastated disappointed embarrassed guilty lonely nostalgic sad sentimental",
    "surprise": "surprise confusion curiosity realization anticipating impressed prepared "
    "surprised",
    "neutral": "neutral",
    "negative": "negative",
    "positive": "positive",
}
# The families of GoEmotions are those of its paper (Demszky et al. 2020, appendix); those of
# the 32 labels of EmpatheticDialogues are ours, and serve colour only.
FAMILY = MappingProxyType({word: f for f, words in _MEMBERS.items() for word in words.split()})

LIGHT = Theme(
    "light",
    {
        "paper": "#f7f5f0", "panel": "#fffefb", "ink": "#1b1d26", "muted": "#5a5e6e",
        "line": "#dedcd4", "soft": "#efece4", "accent": "#3d4fa1",
        "s0": "#0b62b5", "s1": "#b4440b", "s2": "#04755b", "s3": "#8b3a94",
        "s4": "#7b5a02", "s5": "#24758f", "s6": "#a92f4f", "s7": "#4f5d0c",
        "e-anger": "#b3271f", "e-disgust": "#72942b", "e-fear": "#7a50ab", "e-joy": "#efb30a",
        "e-sadness": "#2c6bb2", "e-surprise": "#4cb6d4", "e-neutral": "#dfddd6",
        "e-negative": "#b5512b", "e-positive": "#1e7aa1",
        "neg": "#a8431a", "pos": "#0e6c93",
        "d-5": "#a9461b", "d-4": "#c4683b", "d-3": "#d98d65", "d-2": "#e9b295", "d-1": "#f4d8c8",
        "d0": "#e8e5dc",
        "d1": "#cfe3ec", "d2": "#a3cbdd", "d3": "#72afca", "d4": "#4191b3", "d5": "#17759c",
        "t0": "#c3b9e6", "t1": "#a79bd6", "t2": "#8b7ec5", "t3": "#6f62b2", "t4": "#54489c",
        "t5": "#3a2f83",
    },
)  # fmt: skip
DARK = Theme(
    "dark",
    {
        "paper": "#121319", "panel": "#1a1c24", "ink": "#ecebe6", "muted": "#a6a9b8",
        "line": "#343743", "soft": "#242732", "accent": "#9fb0ff",
        "s0": "#6cb4f7", "s1": "#f39c63", "s2": "#4fc8a5", "s3": "#d69bdc",
        "s4": "#dbba4e", "s5": "#7dcae3", "s6": "#f38fa6", "s7": "#b5c562",
        "e-anger": "#e0574c", "e-disgust": "#8fb13f", "e-fear": "#9d76cf", "e-joy": "#f2c230",
        "e-sadness": "#4c8fd9", "e-surprise": "#66c6e2", "e-neutral": "#3c3f4b",
        "e-negative": "#e07a4f", "e-positive": "#4fa9cf",
        "neg": "#f0a37e", "pos": "#7cc4e2",
        "d-5": "#e88a5b", "d-4": "#c46e44", "d-3": "#9c5735", "d-2": "#724229", "d-1": "#4b3025",
        "d0": "#31343f",
        "d1": "#233c49", "d2": "#235267", "d3": "#256b87", "d4": "#2f88aa", "d5": "#4ea8cc",
        "t0": "#4a4470", "t1": "#615999", "t2": "#7a70bd", "t3": "#968cd8", "t4": "#b5acec",
        "t5": "#d6d0fb",
    },
)  # fmt: skip
