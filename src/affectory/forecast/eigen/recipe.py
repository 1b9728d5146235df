"""Weights that need no data of one's own: how valence and arousal go on in stories.

Learned from the ratings of 169 fairy tales, sentence by sentence (Christ et al. 2024), which hold
no text. They may not be handed on, so each user learns them once.
"""

__all__ = ["read", "train"]

import io
from collections.abc import Callable
from pathlib import Path

import polars as pl

from affectory.core import shelf
from affectory.core.errors import BadFile
from affectory.core.trajectory import Clock, Trajectory
from affectory.represent.scales import rescale
from affectory.represent.vocabularies import VA
from affectory.sources.published import AGAIN, content, published

FOLDER = "stories_va"
COLUMNS = ("story", "ID", "V_EWE", "A_EWE")


def read(folder: Path) -> Trajectory:
    """Return the states of every sentence, a session a story.

    Raises:
        MissingFile: if the file is not in `folder`.
        BadFile: if it lacks a column.
    """
    path = published(folder, "gold_standard.csv")
    gold = pl.read_csv(io.BytesIO(content(path)))
    if not set(COLUMNS) <= set(gold.columns):
        raise BadFile(path, f"columns {', '.join(gold.columns)}", ", ".join(COLUMNS), AGAIN)
    told = gold.select(
        session="story",
        actor=pl.lit("story"),
        start=pl.col("ID").cast(pl.Float64),
        valence=pl.Series(rescale(gold["V_EWE"].to_numpy(), 0, 1)),
        arousal=pl.Series(rescale(gold["A_EWE"].to_numpy(), 0, 1)),
    )
    return Trajectory.from_frame(told, VA, Clock.STEPS, by="raters")


def train(
    fitted: Callable[[Trajectory, int], tuple[shelf.Arrays, dict[str, object]]],
    data: Path,
    out: Path,
    seed: int,
    report: Callable[[str], None],
) -> Path:
    """Write what `fitted` learns from the stories in `data`; return the path.

    Args:
        fitted: From states and a seed to arrays and their note.
        data: Where the folder `stories_va` is.
        out: Where the weights go, beside where the method looks for its own.
        seed: Seed of the anchors.
        report: Told what is done.
    """
    felt = read(data / FOLDER)
    report(f"{len(felt):,} sentences of {len(felt.groups)} stories")
    arrays, note = fitted(felt, seed)
    return shelf.put("forecast/eigen", out, arrays, note)
