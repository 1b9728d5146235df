"""What is said or done next: words, the tone they carry, the strategy behind them."""

__all__ = ["Reply"]

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadValues
from affectory.core.evidence import Evidence
from affectory.core.space import Space


@dataclass(frozen=True, eq=False)
class Reply:
    """One answer.

    Args:
        text: The words.
        space: Space of `tone`.
        tone: The state that the words should carry. Shape (k,).
        strategy: Name of the support strategy, empty where none was chosen.
        plan: Way-points of what is done, x and y in metres. Shape (t, 2).
        evidence: What the choice rests on.

    Raises:
        BadValues: if `tone` is no legal state of `space`.
    """

    text: str
    space: Space | None = None
    tone: NDArray[np.float32] | None = None
    strategy: str = ""
    plan: NDArray[np.float64] | None = None
    evidence: tuple[Evidence, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse a tone without a Space, or outside of it."""
        if (self.space is None) != (self.tone is None):
            raise BadValues("Reply", "a tone or a space alone", "both or none")
        if self.space is not None and self.tone is not None:
            offence = self.space.offence(np.asarray(self.tone)[None])
            if offence:
                raise BadValues(f"tone in space {self.space.name!r}", offence, "a legal state")
