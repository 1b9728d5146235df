"""Values of the house as rows of a table, and back."""

__all__ = [
    "evidence_from_frame",
    "evidence_to_frame",
    "figures_to_frame",
    "given",
    "records_to_frame",
    "spaces_to_frame",
    "states_to_frame",
    "trajectory_from_frame",
]

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from affectory.core.errors import BadChoice, ClockMismatch
from affectory.core.evidence import Evidence, Ground
from affectory.core.figure import Figure
from affectory.core.records import Clock, Records
from affectory.core.space import Space
from affectory.core.trajectory import Trajectory
from affectory.store.schema import FIXED


def records_to_frame(records: Records) -> pl.DataFrame:
    """Return one row a record; the clock becomes a column."""
    return records.frame.with_columns(pl.lit(records.clock.value).alias("clock"))


def states_to_frame(states: Trajectory) -> pl.DataFrame:
    """Return one row a state; the clock becomes a column."""
    return states.to_polars().with_columns(pl.lit(states.clock.value).alias("clock"))


def given(job: str, felt: Trajectory) -> str:
    """Return, as a condition in SQL, which rows of `job` are states of one author and session.

    Raises:
        BadChoice: if the states are of several sessions, or of none.
    """
    if len(felt.sessions) != 1:
        raise BadChoice("session", felt.sessions, "states of one session")
    told = {"job": job, "session": felt.sessions[0], "by": felt.by}
    quoted = ((name, value.replace("'", "''")) for name, value in told.items())
    return " and ".join(f"{name} = '{value}'" for name, value in quoted)


def trajectory_from_frame(frame: pl.DataFrame, space: Space, where: str) -> Trajectory:
    """Return the states that `states_to_frame` wrote.

    Raises:
        BadChoice: if several raters or methods speak in the rows.
        ClockMismatch: if the rows count in several clocks.
    """
    authors = frame["by"].unique(maintain_order=True).to_list()
    if len(authors) > 1:
        raise BadChoice(f"by, in {where}", None, authors)
    optional = [f"{name}_spread" for name in space.names] + ["draw", "seq"]
    hollow = [name for name in optional if frame[name].null_count() == frame.height]
    clock = one_clock(frame, where)
    return Trajectory.from_frame(frame.drop(hollow), space, clock, (authors or [""])[0])


def one_clock(frame: pl.DataFrame, where: str) -> Clock:
    """Return the clock of the rows, turns where there are none.

    Raises:
        ClockMismatch: if they count in several.
    """
    clocks = frame["clock"].unique(maintain_order=True).to_list() or [Clock.TURNS.value]
    if len(clocks) > 1:
        raise ClockMismatch(clocks[1], clocks[0], f"{where} (select one with where=)")
    return Clock(clocks[0])


def evidence_to_frame(evidence: Iterable[Evidence], space: str) -> pl.DataFrame:
    """Return one row a reason; `space` names the Space whose axes are meant."""
    rows = [
        (
            *(e.session, e.actor, e.start, e.stop, space, e.axis, e.weight, e.kind.value),
            *(e.record, *(e.span or (None, None)), e.text),
            e.region and [float(share) for share in e.region],
            e.by,
        )
        for e in evidence
    ]
    return pl.DataFrame(rows, schema=dict(FIXED["evidence"]), orient="row")


def evidence_from_frame(frame: pl.DataFrame) -> tuple[Evidence, ...]:
    """Return the reasons that `evidence_to_frame` wrote."""
    weighed = frame.with_columns(pl.col("weight").fill_null(math.nan))
    return tuple(_evidence(row) for row in weighed.iter_rows(named=True))


def _evidence(row: Mapping[str, Any]) -> Evidence:
    plain = ("session", "actor", "start", "stop", "axis", "weight", "record", "text", "by")
    return Evidence(
        **{name: row[name] for name in plain},
        kind=Ground(row["kind"]),
        span=None if row["span_start"] is None else (row["span_start"], row["span_stop"]),
        region=None if row["region"] is None else tuple(row["region"]),
    )


def figures_to_frame(
    figures: Iterable[Figure], at: datetime | None = None, **of_all: Any
) -> pl.DataFrame:
    """Return one row a figure, with its time (None: now) and what holds `of_all` of them."""
    names = ("value", "low", "high", "n", "unit", "setting", "by", "reason")
    of_all["at"] = datetime.now(UTC) if at is None else at.astimezone(UTC)
    rows = [
        {"figure": f.name, **{name: getattr(f, name) for name in names}} | of_all for f in figures
    ]
    return pl.DataFrame(rows, schema=dict(FIXED["runs"]))


def spaces_to_frame(spaces: Sequence[Space]) -> pl.DataFrame:
    """Return one row a Space; each is a job of its own, so that it is listed once."""
    names = [space.name for space in spaces]
    texts = [space.to_json() for space in spaces]
    listed = {"space": names, "axes": [space.k for space in spaces], "json": texts}
    jobs = pl.Series("job", [f"space {name}" for name in names], pl.String)
    return pl.DataFrame(listed, FIXED["spaces"]).with_columns(jobs, batch=pl.lit(0, pl.Int64))
