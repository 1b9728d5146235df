"""Where emotions lie on Russell's circle, how like they are, and how hard a conversation is.

Angles as in the code of system 32 (Li et al. 2026), after Russell 1980; neutral is the middle. Two
emotions on the same side of valence are as like as the cosine between them, never below zero; on
opposite sides not at all; to neutral all are as like as chance, one in N labels.
"""

__all__ = ["ANGLES", "Compat", "hardness", "labels_of", "similarity"]

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadColumn, BadValues
from affectory.core.records import Records
from affectory.core.space import Space
from affectory.core.trajectory import Trajectory
from affectory.parts.curriculum import difficulty
from affectory.represent.abreast import abreast

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

_DEGREES = {
    27: "joy happy happiness",
    63: "excited excitement",
    81: "surprise",
    99: "anger angry",
    153: "disgust",
    171: "fear",
    189: "frustrated frustration",
    261: "sadness sad",
}
ANGLES: Mapping[str, float] = MappingProxyType(
    {name: float(angle) for angle, names in _DEGREES.items() for name in names.split()}
)  # degrees from pleasant, counted toward active
MIDDLE = "neutral"
TABLE = 10  # labels in the table of the published code


class Compat(StrEnum):
    """Whose rules count."""

    PAPER = "paper"  # the equations: N labels of the Space; turns of two speakers
    CODE = "code"  # the code: N = 10; turns of two genders, which `meta` must tell


def similarity(space: Space, labels: int | None = None) -> Floats:
    """Return how like the labels of `space` are, in [0, 1]. Shape (k, k), symmetric.

    Args:
        space: Labels that have an angle, or are neutral.
        labels: N; None: as many as `space` has.

    Raises:
        BadValues: if a label has no place on the circle.

    Example:
        >>> from affectory.represent.circumplex import similarity
        >>> from affectory.represent.vocabularies import MELD7
        >>> float(similarity(MELD7)[MELD7.index("anger"), MELD7.index("disgust")].round(4))
        0.5878
    """
    lost = [name for name in space.names if name not in ANGLES and name != MIDDLE]
    if lost:
        raise BadValues(f"circumplex of {space.name}", lost, f"labels among {sorted(ANGLES)}")
    angle = np.radians([ANGLES.get(name, 0.0) for name in space.names])
    middle = np.array([name == MIDDLE for name in space.names])
    side = np.where(middle, 0.0, np.sign(np.cos(angle)))
    like = np.maximum(np.cos(angle[:, None] - angle), 0.0)
    like[side[:, None] * side < 0] = 0.0
    like[middle] = like[:, middle] = 1.0 / (labels or space.k)
    return np.asarray(like)


def hardness(records: Records, felt: Trajectory, compat: Compat = Compat.PAPER) -> Floats:
    """Return how hard each session is to follow, in its order; see `parts.curriculum.difficulty`.

    Args:
        records: Whole sessions.
        felt: Labels of their turns; a turn's label is its greatest axis, a missing state none.
        compat: The equations of the paper, or the rules of its code.

    Raises:
        BadColumn: if the code's rules are asked for and `meta` does not tell `gender`.
        BadValues: if a label has no place on the circle.
    """
    who = _codes(records.frame["actor"].to_list())
    side = labels = None
    if compat == Compat.CODE:
        gender = records.meta("gender")
        if gender.null_count():
            raise BadColumn("gender", records.frame.columns, "put it into meta, or obey the paper")
        side, labels = _codes(gender.to_list()), TABLE
    like = similarity(felt.space, labels)
    return difficulty(labels_of(records, felt), who, records.offsets, like, side=side)


def labels_of(records: Records, felt: Trajectory) -> Places:
    """Return the code of each record's greatest axis, -1 where it has no state. Shape (n,)."""
    rows = abreast(records, felt)
    lost = np.asarray(np.isnan(rows).any(axis=1))
    return np.where(lost, -1, np.where(lost[:, None], 0.0, rows).argmax(axis=1))


def _codes(names: list[str]) -> Places:
    return np.unique(np.array(names, dtype=np.str_), return_inverse=True)[1].astype(np.int64)
