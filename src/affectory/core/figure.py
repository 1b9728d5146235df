"""A number that can be understood alone: with its n, interval, unit and setting."""

__all__ = ["Figure"]

import math
from dataclasses import dataclass

from affectory.core.errors import BadValues


@dataclass(frozen=True, slots=True)
class Figure:
    """What measures return, what the bench compares, what a Card publishes.

    Args:
        name: What was measured, such as "macro_f1".
        value: The number; NaN where it is undefined, never 0 in its stead.
        low: Lower end of the interval, NaN where none was computed.
        high: Upper end of the interval.
        n: How many independent units (rows, groups, sessions; `setting` says which) it rests on.
        unit: Unit of `value`, empty for a pure number.
        setting: Data, split, parameters, kind of interval.
        by: The method or rater that is measured.
        reason: Why the value is NaN; empty otherwise.

    Raises:
        BadValues: if a NaN has no reason, or the interval is upside down.

    Example:
        >>> from affectory.core.figure import Figure
        >>> str(Figure("ccc", 0.5, 0.4, 0.6, 120))
        'ccc 0.500 [0.400, 0.600] n=120'
    """

    name: str
    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    unit: str = ""
    setting: str = ""
    by: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse a number that cannot be understood."""
        if math.isnan(self.value) and not self.reason:
            raise BadValues(f"figure {self.name}", "NaN without a reason", "a reason")
        if self.low > self.high:
            raise BadValues(f"figure {self.name}", f"[{self.low}, {self.high}]", "low <= high")

    def __str__(self) -> str:
        """Return the figure as one short line."""
        if math.isnan(self.value):
            return f"{self.name} undefined ({self.reason}) n={self.n}"
        band = "" if math.isnan(self.low) else f" [{self.low:.3f}, {self.high:.3f}]"
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.name} {self.value:.3f}{unit}{band} n={self.n}"
