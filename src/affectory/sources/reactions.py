"""What readers said they felt: essays after news stories, and votes about headlines.

WASSA 2022 (Buechel et al. 2018; Barriere et al. 2022): `train.tsv` or `messages_train.tsv`, with
article_id, response_id, empathy, distress (1-7), essay, emotion. SemEval-2007 Task 14
(Strapparava & Mihalcea 2007): `headlines.csv` with id, headline and 0-100 for six emotions. Both
plain or gzipped.
"""

__all__ = ["EMOTIONS", "VOTED", "Essays", "Headlines", "read_essays", "read_headlines"]

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadFile
from affectory.core.records import Records
from affectory.sources.published import AGAIN, published

Floats = NDArray[np.float64]


EMOTIONS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")  # as ekman7n
VOTED = ("anger", "fear", "joy", "sadness", "surprise")  # as readers5


class Essays(NamedTuple):
    """Essays, and what their writers said of themselves.

    Attributes:
        records: One record an essay.
        ratings: Empathic concern and personal distress, 1 to 7. Shape (n, 2).
        emotions: 1 for the emotion of `EMOTIONS` that each shows, else 0. Shape (n, 7).
    """

    records: Records
    ratings: Floats
    emotions: Floats


class Headlines(NamedTuple):
    """Headlines, and how their readers divided.

    Attributes:
        records: One record a headline.
        shares: Of the emotions of `VOTED`; a row of NaN where nobody felt one. Shape (n, 5).
    """

    records: Records
    shares: Floats


def read_essays(folder: Path, by_writer: bool = False) -> Essays:
    """Return essays with empathy, distress and emotion as their writers gave them.

    Args:
        folder: Where the file lies.
        by_writer: Whether the essays of one writer are a session; else those on one article.

    Raises:
        MissingFile: if there is no file.
        BadFile: if a column is missing, a rating is out of range, or an emotion is unknown.
    """
    path, table = _table(folder, ("train.tsv", "messages_train.tsv"), "\t")
    _need(path, table, ["article_id", "response_id", "empathy", "distress", "essay", "emotion"])
    session, actor = ("response_id", "article_id")[:: 1 if by_writer else -1]
    table = pl.concat(table.partition_by(session, maintain_order=True))  # as Records will sort
    ratings = table.select("empathy", "distress").cast(pl.Float64, strict=False).to_numpy()
    if not ((ratings >= 1) & (ratings <= 7)).all():
        raise BadFile(path, "a rating that is none", "empathy and distress from 1 to 7", AGAIN)
    emotions = table["emotion"].str.to_lowercase()
    if not emotions.is_in(EMOTIONS).all():
        raise BadFile(path, "an unknown emotion", ", ".join(EMOTIONS), AGAIN)
    told = emotions.to_numpy()[:, None] == np.array(EMOTIONS)
    records = Records(
        table.select(
            session=pl.col(session).cast(pl.String),
            actor=pl.col(actor).cast(pl.String),
            text=pl.col("essay"),
        )
    )
    return Essays(records, ratings, told.astype(np.float64))


def read_headlines(folder: Path) -> Headlines:
    """Return headlines with the shares of their readers' five emotions.

    Disgust is left out, as in the paper; a headline without any of the five is missing.

    Raises:
        MissingFile: if there is no file.
        BadFile: if a column is missing, or a vote is no number from 0 to 100.
    """
    path, table = _table(folder, ("headlines.csv",), ",")
    _need(path, table, ["id", "headline", *VOTED])
    votes = table.select(VOTED).cast(pl.Float64, strict=False).to_numpy()
    if not ((votes >= 0) & (votes <= 100)).all():
        raise BadFile(path, "a vote that is none", "0 to 100 for each emotion", AGAIN)
    total = votes.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, votes / np.where(total > 0, total, 1.0), np.nan)
    records = Records(
        table.select(session=pl.col("id").cast(pl.String), actor=pl.lit("reader"), text="headline")
    )
    return Headlines(records, shares)


def _table(folder: Path, names: Sequence[str], between: str) -> tuple[Path, pl.DataFrame]:
    path, quote = published(folder, *names), '"' if between == "," else None
    table = pl.read_csv(path, separator=between, quote_char=quote, infer_schema_length=None)
    return path, table


def _need(path: Path, table: pl.DataFrame, columns: Sequence[str]) -> None:
    lost = [name for name in columns if name not in table.columns]
    if lost:
        raise BadFile(path, f"no column {', '.join(lost)}", ", ".join(columns), AGAIN)
