"""How a person's way of speaking moves: pronouns, tenses and dates in windows over time.

After the language profile of ReDSM5 (Bao et al. 2025), which found more "I" and more present tense
in posts with symptoms. Shares are of all that were counted in the window, and sum to 100.
"""

__all__ = ["language"]

import numpy as np
import polars as pl

from affectory.core.groups import Names
from affectory.core.records import Records
from affectory.measure.rolling import Floats, of_persons, width_of
from affectory.senses.profile import PRONOUNS, TENSES, counts


def language(records: Records, width: float | None = None, across: bool = True) -> pl.DataFrame:
    """Return the profile of each person's words in a window that ends at each record.

    Args:
        records: What was said; records without words count as silence.
        width: Length of the window in clock units; two weeks where the clock has days.
        across: Whether a person's sessions are read as one; else each stands alone.

    Returns:
        A row a record, by person and time: session ("all" with `across`), actor, start, words,
        percent of subject pronouns in five classes, percent of verbs in three tenses (null where
        there are none), and dates per 100 words (null without words).

    Raises:
        BadChoice: if `width` is not above 0, or the clock has no days and none is given.
    """
    length = width_of(records.clock, width)
    frame = records.frame
    windows, keys = of_persons(
        Names.of(frame["session"]), Names.of(frame["actor"]), frame["start"].to_numpy(), length,
        across,
    )  # fmt: skip
    sums = windows.sums(counts(frame["text"].fill_null("").to_list()))
    who, when = sums[:, : len(PRONOUNS)], sums[:, len(PRONOUNS) : -2]
    shares = {**_shares(PRONOUNS, who), **_shares(TENSES, when),
              **_shares(("dates",), sums[:, -2:-1], sums[:, -1])}  # fmt: skip
    return pl.DataFrame({**keys, "words": sums[:, -1].astype(np.int64), **shares})


def _shares(
    names: tuple[str, ...], part: Floats, whole: Floats | None = None
) -> dict[str, pl.Series]:
    """Return percent columns, null where the whole is 0."""
    total = part.sum(axis=1) if whole is None else whole
    share = np.divide(100.0 * part, total[:, None], out=np.full(part.shape, np.nan),
                      where=total[:, None] > 0)  # fmt: skip
    return {name: pl.Series(name, share[:, at]).fill_nan(None) for at, name in enumerate(names)}
