"""What the numbers of a state mean: a Space has a kind and named, bounded axes.

A state is one float vector in one Space. A hard label is a one-hot row, a label
distribution a row that sums to one, action units a row of independent intensities,
valence-arousal-dominance three bounded reals. The legal Spaces of the house are listed in
`represent.vocabularies`; here is only what a Space is.
"""

__all__ = ["Axis", "Kind", "Space"]

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, BadValues

TOLERANCE = 1e-4  # float32 rounding of a bound or of a sum over 32 labels stays below this


class Kind(StrEnum):
    """How the axes of a Space hang together."""

    DIMENSIONS = "dimensions"  # bounded reals, such as valence and arousal
    DISTRIBUTION = "distribution"  # shares of one whole: each row sums to one
    FLAGS = "flags"  # independent probabilities or intensities
    SCALE = "scale"  # one rating scale, such as SUDS 0-100


@dataclass(frozen=True, slots=True)
class Axis:
    """One named coordinate.

    Args:
        name: Lower-case name, such as "valence".
        low: Least legal value.
        high: Greatest legal value.
        rest: Value of a person at rest, within [low, high].
        unit: Unit of the values; empty for pure numbers.
    """

    name: str
    low: float
    high: float
    rest: float = 0.0
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse an axis whose bounds or rest contradict one another."""
        if not self.low < self.high:
            raise BadValues(f"axis {self.name}", f"low {self.low}, high {self.high}", "low < high")
        if not self.low <= self.rest <= self.high:
            raise BadValues(f"axis {self.name}", f"rest {self.rest}", f"{self.low} to {self.high}")


@dataclass(frozen=True)
class Space:
    """A kind and its axes, in an order that is fixed for ever.

    Args:
        name: Short name by which methods ask for it, such as "vad".
        kind: How the axes hang together.
        axes: The coordinates, in order.
        source: Where the set comes from (paper, instrument).

    Example:
        >>> from affectory.core.space import Axis, Kind, Space
        >>> va = Space("va", Kind.DIMENSIONS, (Axis("valence", -1, 1), Axis("arousal", -1, 1)))
        >>> va.names, va.admits([[0.5, -1.0], [2.0, 0.0]])
        (('valence', 'arousal'), False)
    """

    name: str
    kind: Kind
    axes: tuple[Axis, ...]
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse an empty Space and doubled names."""
        if not self.axes or len(set(self.names)) != len(self.axes):
            raise BadValues(f"space {self.name}", f"axes {self.names}", "distinct names, >= 1")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the axes, in order."""
        return tuple(axis.name for axis in self.axes)

    @property
    def k(self) -> int:
        """How many axes there are."""
        return len(self.axes)

    @cached_property
    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Least and greatest value of each axis. Shapes (k,), (k,)."""
        low = np.array([axis.low for axis in self.axes], dtype=np.float64)
        high = np.array([axis.high for axis in self.axes], dtype=np.float64)
        return low, high

    @cached_property
    def rest(self) -> NDArray[np.float64]:
        """The state of a person at rest. Shape (k,)."""
        return np.array([axis.rest for axis in self.axes], dtype=np.float64)

    def index(self, axis: str) -> int:
        """Return the column of `axis`.

        Raises:
            BadChoice: if the Space has no such axis.
        """
        if axis not in self.names:
            raise BadChoice(f"axis of space {self.name!r}", axis, self.names)
        return self.names.index(axis)

    def offence(self, values: Any) -> str:
        """Return what is illegal in `values` (n, k), or an empty string.

        A missing state is a row of NaN, and is legal; infinity never is.
        """
        rows = np.asarray(values, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != self.k:
            return f"shape {rows.shape}"
        low, high = self.bounds
        # NaN compares false, so missing states pass; infinities fall outside every bound
        bad = (rows < low - TOLERANCE) | (rows > high + TOLERANCE)
        if bad.any():
            row, axis = np.argwhere(bad)[0]
            return f"{self.names[axis]} = {rows[row, axis]:g} in row {row}"
        if self.kind is Kind.DISTRIBUTION:
            total = rows.sum(axis=1)
            wrong = np.abs(total - 1) > TOLERANCE
            if wrong.any():
                row = int(np.flatnonzero(wrong)[0])
                return f"a sum of {total[row]:g} in row {row}"
        return ""

    def admits(self, values: Any) -> bool:
        """Whether every row of `values` (n, k) is a legal or a missing state."""
        return not self.offence(values)

    def nearest(self, values: Any) -> NDArray[np.float64]:
        """Return `values` (..., k) cut to the bounds; shares sum to one again, NaN stays.

        Shares of which nothing is left are all alike.
        """
        held = np.clip(np.asarray(values, dtype=np.float64), *self.bounds)
        if self.kind is not Kind.DISTRIBUTION:
            return held
        total = held.sum(axis=-1, keepdims=True)
        return np.where(total <= 0, 1.0 / self.k, held / np.where(total <= 0, 1.0, total))

    def to_json(self) -> str:
        """Return the Space as one line of JSON, so that a table can describe itself."""
        axes = [[a.name, a.low, a.high, a.rest, a.unit] for a in self.axes]
        parts = {"name": self.name, "kind": self.kind.value, "axes": axes, "source": self.source}
        return json.dumps(parts, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the Space that `to_json` wrote."""
        parts = json.loads(text)
        axes = tuple(Axis(*axis) for axis in parts["axes"])
        return cls(parts["name"], Kind(parts["kind"]), axes, parts["source"])
