"""How two people move together at every lag, read from a table of measured pairs."""

__all__ = ["Profile", "profile_of"]

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from affectory.core.trajectory import Clock
from affectory.show import times
from affectory.show.canvas import Floats
from affectory.show.wording import signed

KEYS = ("session", "a", "b", "axis", "n")


@dataclass(frozen=True)
class Profile:
    """The correlation of two actors at every lag.

    Args:
        a: The actor who leads where the lag is positive.
        b: The other.
        lag: Lags, in clock units. Shape (m,).
        r: Correlation at each lag; NaN where undefined. Shape (m,).
        p: Share of surrogates with as strong a peak; NaN where none were made.
    """

    a: str
    b: str
    lag: Floats
    r: Floats
    p: float = float("nan")

    def words(self, clock: Clock) -> str:
        """Return where the correlation is strongest, in a sentence."""
        at = int(np.nanargmax(np.abs(self.r)))
        lag = float(self.lag[at])
        first, second = (self.a, self.b) if lag >= 0 else (self.b, self.a)
        lead = f"with {first} ahead of {second} by {times.length(clock, abs(lag))}"
        chance = (
            f" ({self.p:.0%} of surrogates, made without influence, are as strong)"
            if np.isfinite(self.p)
            else ""
        )
        how = lead if lag else "at the same time"
        return f"Correlation is strongest {how}: {signed(float(self.r[at]))}{chance}."


def profile_of(dyads: Any, session: str, axis: str) -> Profile | None:
    """Return the profile of the pair of `session` with most common states, or None.

    Args:
        dyads: What has `.table()` and `.profile(row)`, or anything else: then None.
        session: Which session.
        axis: Which axis.
    """
    if not callable(getattr(dyads, "profile", None)):
        return None
    table: pl.DataFrame = dyads.table()
    if not set(KEYS) <= set(table.columns):
        return None
    rows = table.with_row_index("row").filter(session=session, axis=axis).sort("n")
    if not rows.height:
        return None
    best = rows.row(-1, named=True)
    lag, r = dyads.profile(best["row"])
    if not np.isfinite(r).any():
        return None
    chance = best.get("peak_p")
    return Profile(best["a"], best["b"], lag, r, float("nan") if chance is None else chance)
