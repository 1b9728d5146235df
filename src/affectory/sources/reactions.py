"""What readers said they felt: essays after news stories, and votes about headlines.

WASSA 2022 (Buechel et al. 2018; Barriere et al. 2022): `train.tsv` or `messages_train.tsv`, with
article_id, response_id, empathy, distress (1-7), essay, emotion. SemEval-2007 Task 14
(Strapparava & Mihalcea 2007): `headlines.csv` with id, headline and 0-100 for six emotions. Both
plain or gzipped.
"""

__all__ = ["Reactions", "read_essays", "read_headlines"]

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from affectory.core.errors import BadFile, MissingFile
from affectory.core.records import Records
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.represent.vocabularies import EKMAN7N, EMPATHY, READERS5

AGAIN = "fetch the published file again"


class Reactions(NamedTuple):
    """Texts, and what was felt over them.

    Attributes:
        records: One record a text.
        felt: One state a record, per Space.
    """

    records: Records
    felt: States


def read_essays(folder: Path, by_writer: bool = False) -> Reactions:
    """Return essays with empathy (1-7) and emotion (ekman7n, one-hot) as their writers gave them.

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
    if np.isnan(ratings).any() or not EMPATHY.admits(ratings):
        raise BadFile(path, "a rating that is none", "empathy and distress from 1 to 7", AGAIN)
    emotions = table["emotion"].str.to_lowercase()
    if not emotions.is_in(list(EKMAN7N.names)).all():
        raise BadFile(path, "an unknown emotion", ", ".join(EKMAN7N.names), AGAIN)
    told = emotions.to_numpy()[:, None] == np.array(EKMAN7N.names)
    records = Records(
        table.select(
            session=pl.col(session).cast(pl.String),
            actor=pl.col(actor).cast(pl.String),
            text=pl.col("essay"),
        )
    )
    return Reactions(
        records,
        States.of(
            Trajectory.on(records, EMPATHY, ratings, "writers"),
            Trajectory.on(records, EKMAN7N, told.astype(np.float32), "writers"),
        ),
    )


def read_headlines(folder: Path) -> Reactions:
    """Return headlines with the shares of their readers' five emotions (readers5).

    Disgust is left out, as in the paper; a headline without any of the five is missing.

    Raises:
        MissingFile: if there is no file.
        BadFile: if a column is missing, or a vote is no number from 0 to 100.
    """
    path, table = _table(folder, ("headlines.csv",), ",")
    _need(path, table, ["id", "headline", *READERS5.names])
    votes = table.select(READERS5.names).cast(pl.Float64, strict=False).to_numpy()
    if not ((votes >= 0) & (votes <= 100)).all():
        raise BadFile(path, "a vote that is none", "0 to 100 for each emotion", AGAIN)
    total = votes.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, votes / np.where(total > 0, total, 1.0), np.nan)
    records = Records(
        table.select(session=pl.col("id").cast(pl.String), actor=pl.lit("reader"), text="headline")
    )
    return Reactions(records, States.of(Trajectory.on(records, READERS5, shares, "readers")))


def _table(folder: Path, names: Sequence[str], between: str) -> tuple[Path, pl.DataFrame]:
    for name in names:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                quote = '"' if between == "," else None
                return path, pl.read_csv(
                    path, separator=between, quote_char=quote, infer_schema_length=None
                )
    raise MissingFile(folder / names[0], "put the published file there, plain or gzipped")


def _need(path: Path, table: pl.DataFrame, columns: Sequence[str]) -> None:
    lost = [name for name in columns if name not in table.columns]
    if lost:
        raise BadFile(path, f"no column {', '.join(lost)}", ", ".join(columns), AGAIN)
