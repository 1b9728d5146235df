"""The turns of a session as plain pieces: words, marks of evidence, a chip for the state.

Nothing here is markup; the template escapes every piece.
"""

__all__ = ["Piece", "Turn", "pieces", "turns"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from affectory.core.evidence import Evidence
from affectory.core.records import Session
from affectory.core.space import Axis
from affectory.core.trajectory import Trajectory
from affectory.show import times
from affectory.show.palette import SPEAKERS, level
from affectory.show.wording import signed

LONG = 4_000  # characters of one turn that are shown
TINTS = 3


@dataclass(frozen=True)
class Piece:
    """A stretch of a turn's text; `sign` is "", "pos" or "neg", `tint` 0 to 3."""

    text: str
    sign: str = ""
    tint: int = 0
    note: str = ""


@dataclass(frozen=True)
class Turn:
    """One record as the page shows it; `step` is None where there is no reading."""

    seq: int
    actor: str
    place: int
    when: str
    chip: str
    step: int | None
    pieces: tuple[Piece, ...]
    notes: tuple[str, ...] = ()
    cut: int = 0


def turns(
    session: Session,
    felt: Trajectory,
    axis: str,
    evidence: Sequence[Evidence],
    places: Mapping[str, int],
    most: int,
    view: Axis | None = None,
) -> tuple[Turn, ...]:
    """Return the first `most` records of `session` with their states and evidence.

    Args:
        session: Its records.
        felt: States of this session alone; `seq` leads to their records.
        axis: The axis of the chips.
        evidence: Evidence of this session alone.
        places: Palette place of each actor.
        most: How many turns at most.
        view: The axis with the ends at which tints are full; its own if None.
    """
    scale = felt.space.axes[felt.space.index(axis)] if view is None else view
    seqs = np.full(len(felt), -1) if felt.seq is None else felt.seq
    values = dict(zip(seqs.tolist(), felt.axis(axis).tolist(), strict=True))
    marks: dict[int, list[Evidence]] = {}
    for one in evidence:
        marks.setdefault(-1 if one.record is None else one.record, []).append(one)
    origin, _ = times.bounds(session.frame)
    rows = session.frame.head(most).select("seq", "actor", "start", "text", "uri").rows()
    return tuple(
        _turn(
            row, times.when(session.clock, row[2] - origin), values.get(row[0], np.nan), scale,
            marks.get(row[0], ()), places[row[1]] % SPEAKERS,
        )
        for row in rows
    )  # fmt: skip


def _turn(
    row: tuple[int, str, float, str | None, str | None],
    when: str,
    value: float,
    scale: Axis,
    marks: Sequence[Evidence],
    place: int,
) -> Turn:
    seq, actor, _, text, uri = row
    words = text if text else f"[{uri}]" if uri else "[no words]"
    known = bool(np.isfinite(value))
    step = level(value, scale.rest, scale.low, scale.high) if known else None
    reach = max(scale.high - scale.rest, scale.rest - scale.low)
    return Turn(
        seq,
        actor,
        place,
        when,
        signed(value) if known else "no reading",
        step,
        pieces(words[:LONG], marks, reach),
        tuple(one.text for one in marks if one.span is None and one.text),
        max(len(words) - LONG, 0),
    )


def pieces(text: str, evidence: Sequence[Evidence], reach: float) -> tuple[Piece, ...]:
    """Return `text` cut at the spans of `evidence`; of two that overlap the heavier one stays.

    Args:
        text: The words of one turn.
        evidence: What marks them.
        reach: The weight of full tint.

    Example:
        >>> from affectory.core.evidence import Evidence
        >>> love = Evidence("s", "ann", 0, 1, "valence", 0.9, record=0, span=(2, 6))
        >>> [(piece.text, piece.sign, piece.tint) for piece in pieces("I love it", [love], 1.0)]
        [('I ', '', 0), ('love', 'pos', 3), (' it', '', 0)]
    """
    out, at = [], 0
    for low, high, one in sorted(_kept(evidence, len(text)), key=lambda cut: cut[0]):
        if low > at:
            out.append(Piece(text[at:low]))
        tint = 1 + min(TINTS - 1, int(TINTS * abs(one.weight) / reach)) if reach > 0 else 1
        note = f"{signed(one.weight)} {one.axis} ({one.kind})"
        out.append(Piece(text[low:high], "pos" if one.weight > 0 else "neg", tint, note))
        at = high
    return (*out, Piece(text[at:])) if at < len(text) or not out else tuple(out)


def _kept(evidence: Sequence[Evidence], size: int) -> list[tuple[int, int, Evidence]]:
    """Return the spans that do not overlap, the heaviest first, cut to the text."""
    kept: list[tuple[int, int, Evidence]] = []
    for one in sorted(evidence, key=lambda each: -abs(each.weight)):
        if one.span is None or not one.weight or not np.isfinite(one.weight):
            continue
        low, high = max(one.span[0], 0), min(one.span[1], size)
        if low < high and all(high <= a or low >= b for a, b, _ in kept):
            kept.append((low, high, one))
    return kept
