"""Dated life events as records of channel `life`: one an event, its tokens in `text`.

A person is a session and an actor of his own; time is in days since 1970-01-01. A birth is a
record whose `meta` says ``{"kind": "background"}``; amounts, such as an income, stand in `meta` as
numbers. An event without a date cannot be placed and is counted, not guessed.
"""

__all__ = ["Lives", "read_events", "read_life2vec"]

import io
from pathlib import Path
from typing import NamedTuple

import polars as pl

from affectory.core.errors import BadColumn
from affectory.core.records import Channel, Clock, Records
from affectory.sources.published import content, published

BACKGROUND = '{"kind":"background"}'


class Lives(NamedTuple):
    """What was read.

    Attributes:
        records: Events, those of one day in the order of the file.
        undated: How many rows had no date that could be read.
    """

    records: Records
    undated: int


def read_events(
    table: Path | pl.DataFrame,
    person: str = "person",
    date: str = "date",
    event: str = "event",
    birth: str | None = None,
) -> Lives:
    """Return the events of a table with a row an event.

    Args:
        table: A CSV file, or a polars frame.
        person: Column of who.
        date: Column of when, ISO dates; a date and a time will do.
        event: Column of what: one or more words, each a token.
        birth: What stands in `event` where a row is the birth; None: no row is.

    Further columns go into `meta`, numbers as numbers.

    Raises:
        BadColumn: if one of the three is missing.
    """
    told = (
        pl.read_csv(io.BytesIO(content(table)), try_parse_dates=False)
        if isinstance(table, Path)
        else table
    )
    for role, name in (("person", person), ("date", date), ("event", event)):
        if name not in told.columns:
            raise BadColumn(role, told.columns, f"name the column of the {role}")
    rest = [name for name in told.columns if name not in (person, date, event)]
    meta = pl.struct(rest).struct.json_encode() if rest else pl.lit(None, pl.String)
    text = pl.col(event).cast(pl.String)
    if birth is not None:
        meta = pl.when(text == birth).then(pl.lit(BACKGROUND)).otherwise(meta)
    return _lives(
        told.select(
            pl.col(person).cast(pl.String).alias("session"),
            _day(pl.col(date)).alias("start"),
            text.alias("text"),
            meta.alias("meta"),
        )
    )


def read_life2vec(folder: Path) -> Lives:
    """Return the synthetic register of life2vec-light: births, work and health of 500 persons.

    Its values are random: a fixture for formats, with nothing to learn.

    Raises:
        MissingFile: if one of its three files is not in `folder`.
    """
    users, labor, health = (
        pl.read_csv(io.BytesIO(content(published(folder, f"{name}.csv"))), infer_schema_length=None)
        for name in ("users", "synth_labor", "synth_health")
    )
    who = pl.col("USER_ID").cast(pl.String).alias("session")
    born = users.select(
        who,
        _day(pl.col("BIRTHDAY")).alias("start"),
        pl.format("SEX_{}", "SEX").alias("text"),
        pl.lit(BACKGROUND).alias("meta"),
    )
    work = labor.select(
        who,
        _day(pl.col("RECORD_DATE")).alias("start"),
        _tokens("CITY", "OCCUPATION", "INDUSTRY").alias("text"),
        pl.struct(income="INCOME").struct.json_encode().alias("meta"),
    )
    ill = health.select(
        who,
        _day(pl.col("RECORD_DATE")).alias("start"),
        _tokens("DIAGNOSIS", "PATIENT_TYPE").alias("text"),
        pl.lit(None, pl.String).alias("meta"),
    )
    return _lives(pl.concat([born, work, ill]))


def _tokens(*columns: str) -> pl.Expr:
    """Return one word a column that is not empty, such as CITY_6, in one text."""
    parts = [
        pl.when(pl.col(name).is_not_null()).then(pl.format(name[:4] + "_{}", pl.col(name)))
        for name in columns
    ]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True)


def _day(column: pl.Expr) -> pl.Expr:
    """Return days since 1970-01-01, null where no date can be read."""
    text = column.cast(pl.String).str.strip_chars().str.replace("T", " ")
    whole = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    time = text.str.slice(11, 5).str.to_time("%H:%M", strict=False)
    minutes = time.dt.hour().cast(pl.Int32) * 60 + time.dt.minute().cast(pl.Int32)
    return whole.to_physical().cast(pl.Float64) + minutes.fill_null(0) / 1440


def _lives(table: pl.DataFrame) -> Lives:
    dated = table.filter(pl.col("start").is_not_null() & pl.col("session").is_not_null())
    frame = dated.sort("session", "start", maintain_order=True).with_columns(
        actor="session", channel=pl.lit(Channel.LIFE.value)
    )
    return Lives(Records(frame, Clock.DAYS), table.height - dated.height)
