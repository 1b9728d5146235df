"""How much of a population's posts show a marker, day by day.

A day's value is the share of posts, or of people, with any word of a marker; or the mean or median
share of words (system 30: four ways of one day). Days with few posts or few people are missing,
never zero: they would say little of a population, and might tell of persons.
"""

__all__ = ["Portion", "Prevalence", "around", "per_word", "prevalence"]

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.choices import one_of
from affectory.core.errors import BadChoice, BadValues, ClockMismatch
from affectory.core.groups import Names
from affectory.core.space import Kind
from affectory.core.trajectory import Clock, Trajectory

Floats = NDArray[np.float64]
DAY = {Clock.DAYS: 1.0, Clock.SECONDS: 86400.0}  # clock units
LEAST = 30  # posts of a day that is told of
PEOPLE = 5  # different people of such a day, where people are told apart
MEDIAN = 1.2533  # standard errors of a median in those of a mean
ALL = "all"
ACTOR = "population"


class Portion(StrEnum):
    """What of a day is told."""

    POSTS = "posts"  # share of posts with any word
    PEOPLE = "people"  # share of people with any such post
    MEAN = "mean"  # mean share of words
    MEDIAN = "median"


class Prevalence(NamedTuple):
    """Markers of populations by day.

    Attributes:
        felt: One state a day, actor "population", days since 1970-01-01; a missing day is NaN.
        posts: Posts of each day, also of missing ones. Shape (n,).
        people: Different people who wrote them. Shape (n,).
    """

    felt: Trajectory
    posts: NDArray[np.int64]
    people: NDArray[np.int64]


def per_word(felt: Trajectory, covered: pl.DataFrame) -> Trajectory:
    """Return states as shares of all words of a text, not of its listed words alone.

    Args:
        felt: What `perceive/lexicon` returned, of a list of flags.
        covered: What its `covered` returned of the same records.

    Returns:
        0 for a text without any listed word; missing for one without words, or in another
        language than the list.

    Raises:
        BadValues: if `felt` does not tell which records it was read from.
    """
    if felt.seq is None:
        raise BadValues("per_word", "states without seq", "what perceive returned")
    keys = felt.to_polars().select("session", "seq")
    both = keys.join(covered, on=("session", "seq"), how="left", maintain_order="left")
    words, known = (both[name].cast(pl.Float64).to_numpy() for name in ("words", "known"))
    usable = (words > 0) & ~both["strange"].to_numpy().astype(bool)
    share = np.where(usable, known / np.maximum(words, 1), np.nan)
    values = np.where(known[:, None] > 0, felt.values, 0.0) * share[:, None]
    return replace(felt, values=values.astype(np.float32), spread=None)


def prevalence(
    felt: Trajectory,
    portion: Portion | str = Portion.POSTS,
    *,
    least: int = LEAST,
    people: int = PEOPLE,
    together: bool = True,
) -> Prevalence:
    """Return how much of each day's posts show each marker.

    Args:
        felt: One state a post, as `per_word` returns it; a missing state is no post. The clock is
            seconds or days; days are those of UTC.
        portion: What of a day is told.
        least: Posts of a day below which it is missing, >= 1.
        people: Different actors of a day below which it is missing, >= 1; not asked where all
            posts have one actor, as where people were not told apart.
        together: Whether all sessions are one population; else each is one.

    Returns:
        A day for every one from the first to the last. `spread` is the standard error, as if
        posts (or people) said nothing of each other.

    Raises:
        ClockMismatch: if posts have no dates.
        BadValues: if the axes are no flags.
        BadChoice: if a number is less than 1.
    """
    how = one_of(Portion, "portion", portion)
    if felt.clock not in DAY:
        raise ClockMismatch(felt.clock, Clock.DAYS, "prevalence")
    if felt.space.kind is not Kind.FLAGS:
        raise BadValues("prevalence", f"a {felt.space.kind}", "flags: words that are there or not")
    for name, number in (("least", least), ("people", people)):
        if number < 1:
            raise BadChoice(name, number, "1 or more")
    posts = _posts(felt, together)
    known = posts["actor"].n_unique() > 1
    days = _days(posts, felt.space.names, how)
    enough = (pl.col("posts") >= least) & ((pl.col("people") >= people) | (not known))
    axes = [*felt.space.names, *(f"{name}_spread" for name in felt.space.names)]
    full = _line(days).with_columns(pl.when(enough).then(pl.col(name)).alias(name) for name in axes)
    table = full.with_columns(start=pl.col("day").cast(pl.Float64), actor=pl.lit(ACTOR))
    table = table.with_columns(stop=pl.col("start") + 1)
    told = Trajectory.from_frame(table, felt.space, Clock.DAYS, by=f"{felt.by} by {how}")
    counts = (full[name].to_numpy().astype(np.int64) for name in ("posts", "people"))
    return Prevalence(told, *counts)


def around(felt: Trajectory, events: Sequence[tuple[float, str]], width: int = 7) -> pl.DataFrame:
    """Return means of the days before and from each event on, of every marker.

    Args:
        felt: One state a day.
        events: Day and name of each.
        width: Days on either side.

    Returns:
        Columns session, axis, day, event, before, after, change; null where no day is known.
    """
    rows: list[tuple[object, ...]] = []
    for session in felt.sessions:
        own = felt.select(session=session)
        for day, name in events:
            sides = [
                own.values[(own.start >= low) & (own.start < low + width)]
                for low in (day - width, day)
            ]
            means = [_mean(side) for side in sides]
            for at, axis in enumerate(felt.space.names):
                before, after = (float(mean[at]) for mean in means)
                rows.append((session, axis, day, name, before, after, after - before))
    kinds = {"session": pl.String, "axis": pl.String, "day": pl.Float64, "event": pl.String,
             "before": pl.Float64, "after": pl.Float64, "change": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=kinds, orient="row").with_columns(
        pl.col("before", "after", "change").fill_nan(None)
    )


def _mean(rows: NDArray[np.float32]) -> Floats:
    known = ~np.isnan(rows)
    total = np.where(known, rows, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


def _posts(felt: Trajectory, together: bool) -> pl.DataFrame:
    """Return session, actor, day and values of the states that are there."""
    kept = felt.rows(~felt.missing)
    whole = Names(np.zeros(len(kept), np.int32), (ALL,)) if together else kept.session
    day = np.floor(kept.start / DAY[felt.clock]).astype(np.int64)
    values = {
        name: kept.values[:, at].astype(np.float64) for at, name in enumerate(felt.space.names)
    }
    names = {"session": whole.to_series("session"), "actor": kept.actor.to_series("actor")}
    return pl.DataFrame({**names, "day": day, **values})


def _days(posts: pl.DataFrame, axes: tuple[str, ...], how: Portion) -> pl.DataFrame:
    """Return a row for each session and day that has posts."""
    keys = ["session", "day"]
    counts = posts.group_by(keys).agg(posts=pl.len(), people=pl.col("actor").n_unique())
    if how is Portion.PEOPLE:
        posts = posts.group_by([*keys, "actor"]).agg(pl.col(axes).max())
    if how in (Portion.POSTS, Portion.PEOPLE):
        posts = posts.with_columns((pl.col(name) > 0).cast(pl.Float64) for name in axes)
    middle = pl.col(axes).median() if how is Portion.MEDIAN else pl.col(axes).mean()
    wide = MEDIAN if how is Portion.MEDIAN else 1.0
    error = (pl.col(axes).std(ddof=0) * wide / pl.len().sqrt()).name.suffix("_spread")
    return posts.group_by(keys).agg(middle, error).join(counts, on=keys)


def _line(days: pl.DataFrame) -> pl.DataFrame:
    """Return every day of every session from its first to its last, without a gap."""
    spans = days.group_by("session").agg(
        pl.int_ranges(pl.col("day").min(), pl.col("day").max() + 1).alias("day")
    )
    line = spans.explode("day").sort("session", "day")
    full = line.join(days, on=("session", "day"), how="left", maintain_order="left")
    return full.with_columns(pl.col("posts", "people").fill_null(0))
