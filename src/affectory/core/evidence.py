"""Why a state was claimed: the words, region or unit that it rests on."""

__all__ = ["Evidence", "Ground"]

from dataclasses import dataclass
from enum import StrEnum


class Ground(StrEnum):
    """What kind of reason a piece of evidence is."""

    CUE = "cue"
    RATIONALE = "rationale"
    ATTENTION = "attention"
    ATTRIBUTION = "attribution"
    NEIGHBOUR = "neighbour"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for one state.

    Args:
        session: Name of the session.
        actor: Who feels.
        start: Beginning of the state, in clock units.
        stop: End of the state, in clock units.
        axis: The axis of the Space that the reason speaks for.
        weight: How much it moved the state, in units of that axis; signed.
        kind: What kind of reason.
        record: `seq` of the record, None where it is about no single one.
        span: First and one past the last character of `text` in the record.
        text: The words themselves.
        region: x, y, width, height in shares of the picture, in [0, 1].
        by: Who says so.
    """

    session: str
    actor: str
    start: float
    stop: float
    axis: str
    weight: float
    kind: Ground = Ground.CUE
    record: int | None = None
    span: tuple[int, int] | None = None
    text: str = ""
    region: tuple[float, float, float, float] | None = None
    by: str = ""
