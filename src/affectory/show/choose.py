"""Which sessions are shown in full, and why."""

__all__ = ["Pick", "choose", "ranks"]

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectory.show.shape import Shapes

MOST = 12


@dataclass(frozen=True)
class Pick:
    """One session and the reason for showing it; no reason where all are shown."""

    session: str
    why: str


def choose(known: Shapes, most: int = MOST) -> tuple[Pick, ...]:
    """Return up to `most` sessions: all where there are no more, else the telling ones.

    In turn, and each once: the largest fall, the largest rise, the most and the least varied,
    the one with most turns unread, the longest, the most typical; then the next of each.

    Args:
        known: Shapes of all sessions.
        most: How many at most, >= 1.
    """
    names = known.names
    if len(names) <= most:
        return tuple(Pick(name, "") for name in names)
    orders = ranks(known)
    out: dict[str, str] = {}
    for depth in range(len(names)):
        for why, order in orders.items():
            if depth < len(order) and len(out) < most:
                out.setdefault(names[int(order[depth])], _reason(why, depth))
        if len(out) >= most:
            break
    return tuple(Pick(name, why) for name, why in out.items())


def ranks(known: Shapes) -> dict[str, NDArray[np.int64]]:
    """Return for every reason the rows of the sessions that it can hold for, best first."""
    usual = np.abs(known.mean - _middle(known.mean)) + np.abs(known.change - _middle(known.change))
    keys = {
        "largest fall": np.where(known.change < 0, known.change, np.nan),
        "largest rise": np.where(known.change > 0, -known.change, np.nan),
        "most varied": -known.sd,
        "steadiest": known.sd,
        "most turns without a reading": np.where(known.lost > 0, -known.lost, np.nan),
        "longest": np.where(known.size > known.size.min(), -known.size, np.nan),
        "most typical": usual,
    }
    out = {}
    for why, key in keys.items():
        order = np.argsort(key, kind="stable")  # NaN comes last
        out[why] = order[: int(np.isfinite(key).sum())]
    return out


def _middle(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else 0.0


def _reason(why: str, depth: int) -> str:
    return why if depth == 0 else f"{why}, number {depth + 1}"
