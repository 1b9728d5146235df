"""What was read, in words and in a few large numbers."""

__all__ = ["Headline", "headline"]

from dataclasses import dataclass

import numpy as np
import polars as pl

from affectory.core.records import Clock, Records
from affectory.core.trajectory import Trajectory
from affectory.show import times
from affectory.show.shape import shapes
from affectory.show.wording import count, listed, signed


@dataclass(frozen=True)
class Headline:
    """Sentences, and the numbers beneath them, each with what it counts."""

    sentence: str
    course: str
    tiles: tuple[tuple[str, str], ...]
    refused: tuple[tuple[str, int], ...] = ()


def headline(
    records: Records,
    felt: Trajectory,
    axis: str,
    rejected: pl.DataFrame | int | None,
    overview: pl.DataFrame | None = None,
) -> Headline:
    """Return what was read, how it went, and what could not be read.

    Args:
        records: What the report is about.
        felt: States that have `axis`.
        axis: The axis that is drawn.
        rejected: What could not be read.
        overview: Measures of the whole corpus, with a column session.
    """
    actors = sorted(records.actors)
    who = listed(actors, 3) if len(actors) < 4 else count(len(actors), "person|people")
    days = _days(records)
    parts = [
        count(len(records), "turn"),
        f"by {who}",
        f"in {count(len(records.sessions), 'session')}",
    ]
    sentence = " ".join([*parts, days]).strip() + "."
    lost = int(felt.missing.sum())
    tiles = [
        _tile(len(records.sessions), "session|sessions"),
        _tile(len(records), "turn|turns"),
        _tile(len(actors), "person|people"),
        _tile(lost, f"turns without a reading ({lost / max(len(felt), 1):.0%})"),
    ]
    reasons = _reasons(rejected)
    if rejected is not None:
        tiles.append(_tile(sum(n for _, n in reasons), "input row refused|input rows refused"))
    whole = _whole(overview, len(records.sessions))
    return Headline(f"{sentence}{whole}", _course(felt, axis), tuple(tiles), reasons)


def _whole(overview: pl.DataFrame | None, shown: int) -> str:
    """Return of how many sessions these are a part; empty where they are all."""
    if overview is None or "session" not in overview.columns:
        return ""
    every = overview["session"].n_unique()
    return f" They are part of {count(every, 'session')}." if every > shown else ""


def _tile(n: int, noun: str) -> tuple[str, str]:
    one, _, many = noun.partition("|")
    return f"{n:,}", one if n == 1 or not many else many


def _days(records: Records) -> str:
    """Return from which day to which, empty where the times are no dates."""
    if records.clock is not Clock.SECONDS or not len(records):
        return ""
    first, last = (times.date(end) for end in times.bounds(records.frame))
    if not first:
        return ""
    return f"on {first}" if first == last else f"from {first} to {last}"


def _course(felt: Trajectory, axis: str) -> str:
    """Return in a sentence how the sessions went, one or many."""
    known = shapes(felt, axis)
    change = known.change[np.isfinite(known.change)]
    if len(known.names) < 2 or not len(change):
        return ""
    rise, fall = int((change > 0.1).sum()), int((change < -0.1).sum())
    level = len(change) - rise - fall
    words = (
        f"From the first to the last third of the turns, {axis} rises in "
        f"{count(rise, 'session')}, falls in {fall or 'none'} and stays level in "
        f"{level or 'none'}."
    )
    best, worst = int(np.nanargmax(known.change)), int(np.nanargmin(known.change))
    if best == worst:
        return words
    return (
        f"{words} Most of all it moves in {known.names[best]} ({signed(known.change[best])}) and "
        f"{known.names[worst]} ({signed(known.change[worst])})."
    )


def _reasons(rejected: pl.DataFrame | int | None) -> tuple[tuple[str, int], ...]:
    """Return why rows were refused, most frequent first; `len` holds counts where it is there."""
    if rejected is None or isinstance(rejected, int):
        return (("rejected", rejected),) if rejected else ()
    if "reason" not in rejected.columns:
        return (("rejected", rejected.height),) if rejected.height else ()
    rows = pl.col("len").sum() if "len" in rejected.columns else pl.len().alias("len")
    counted = rejected.group_by("reason").agg(rows)
    table = counted.sort(["len", "reason"], descending=[True, False])
    return tuple((str(reason), int(n)) for reason, n in table.rows())
