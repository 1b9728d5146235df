"""States that people told of themselves or of what they read, as Trajectories of many persons.

Three data sets, three time scales: experience sampling (beeps a day), fairy tales (sentences),
joystick traces (seconds). Missed beeps are missing states and keep their row.
"""

__all__ = ["DIARY", "DIARY_ITEMS", "diaries", "stories", "traces"]

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from affectory.core.records import Clock
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Trajectory
from affectory.represent.vocabularies import VA

DIARY = Space(
    "diary2",
    Kind.DIMENSIONS,
    (Axis("positive", 0.0, 1.0, 0.5), Axis("negative", 0.0, 1.0)),
    "means of positive and of negative items, each scaled to 0-1",
)


@dataclass(frozen=True, slots=True)
class Study:
    """Which items of an experience-sampling study are positive and which negative.

    Args:
        low: Least answer of the scale.
        high: Greatest answer of the scale.
        positive: Columns of positive items.
        negative: Columns of negative items.
    """

    low: float
    high: float
    positive: str
    negative: str


DIARY_ITEMS = {
    "Bringmann2013": Study(1, 7, "Excited Relaxed", "Worried Anxious Sad"),
    "Bringmann2016": Study(1, 100, "Relaxed Happy", "Angry Depressed Dysphoric Anxious"),
    "Fisher2017": Study(
        0, 100, "energetic enthusiastic content positive",
        "irritable worried guilty afraid angry hopeless down",
    ),
    "Fried2021": Study(1, 5, "Relax", "Irritable Worry Nervous Future Anhedonia Angry"),
    "Rowland2020": Study(0, 100, "happy excited relaxed satisfied", "angry anxious depressed sad"),
    "Wright2017": Study(
        1, 5, "Active Alert Attentive Determined Enthusiastic Excited Inspired Interested Proud "
        "Strong", "Afraid Ashamed Distressed Guilty Hostile Irritable Jittery Nervous Scared Upset",
    ),
}  # fmt: skip


def diaries(folder: Path) -> Trajectory:
    """Return positive and negative affect of 697 persons, one row a beep; session is the study."""
    parts = []
    for name, study in DIARY_ITEMS.items():
        table = pl.read_csv(folder / f"{name}.csv.gz", infer_schema=False)
        parts.append(
            table.select(
                pl.lit(name).alias("session"),
                pl.col("subj_id").alias("actor"),
                pl.int_range(pl.len()).over("subj_id").cast(pl.Float64).alias("start"),
                _mean(study, study.positive).alias("positive"),
                _mean(study, study.negative).alias("negative"),
            )
        )
    return Trajectory.from_frame(pl.concat(parts), DIARY, Clock.STEPS, by="self-report")


def stories(folder: Path, partition: str | None = None) -> Trajectory:
    """Return valence and arousal of the sentences of 169 fairy tales, or of one partition's."""
    gold = pl.read_csv(folder / "gold_standard.csv.gz")
    if partition is not None:
        parts = pl.read_csv(folder / "partitioning.csv.gz")
        chosen = parts.filter(pl.col("partition") == partition)["story"]
        gold = gold.filter(pl.col("story").is_in(chosen.implode()))
    told = gold.select(
        pl.col("story").alias("session"),
        pl.lit("story").alias("actor"),
        pl.col("ID").cast(pl.Float64).alias("start"),
        (2 * pl.col("V_EWE") - 1).clip(-1, 1).alias("valence"),
        (2 * pl.col("A_EWE") - 1).clip(-1, 1).alias("arousal"),
    )
    return Trajectory.from_frame(told, VA, Clock.STEPS, by="raters")


def traces(folder: Path) -> Trajectory:
    """Return what 26 persons told by joystick of 8 videos, the last sample of each second."""
    table = pl.read_parquet(folder / "traces.parquet")
    second = (
        table.with_columns(pl.col("t").floor().alias("start"))
        .group_by("participant", "video", "start")
        .agg(pl.col("valence", "arousal").sort_by("t").last())
        .with_columns(((pl.col("valence", "arousal") - 5) / 4).clip(-1, 1))
        .rename({"participant": "actor", "video": "session"})
        .cast({"session": pl.String, "actor": pl.String})
        .sort("session", "actor", "start")
    )
    whole = second.group_by("session", "actor", maintain_order=True).agg(
        pl.int_ranges(pl.col("start").min(), pl.col("start").max() + 1).first().alias("start")
    )
    grid = whole.explode("start").cast({"start": pl.Float64})
    told = grid.join(second, on=("session", "actor", "start"), how="left")
    return Trajectory.from_frame(told, VA, Clock.SECONDS, by="self-report")


def _mean(study: Study, items: str) -> pl.Expr:
    """Return the mean of the answered items, none where any is out of its scale."""
    told = [pl.col(item).cast(pl.Float64, strict=False) for item in items.split()]
    legal = [pl.when(one.is_between(study.low, study.high)).then(one) for one in told]
    return (pl.mean_horizontal(legal) - study.low) / (study.high - study.low)
