"""Personal data out of what a report shows: in the words, and in the names of speakers."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from affectory.core.groups import Names
from affectory.core.records import Records
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.guard.redact import redact
from affectory.show.page import Timed


def masked(parts: Sequence[Timed]) -> list[Timed]:
    """Return the parts with texts redacted and speakers called person 1, person 2 ...

    A speaker keeps the same number in all parts. Names of sessions and files stay.
    """
    names = dict.fromkeys(actor for part in parts for actor in part.records.actors)
    alias = {name: f"person {at}" for at, name in enumerate(names, 1)}
    return [_masked(part, alias) for part in parts]


def _masked(part: Timed, alias: dict[str, str]) -> Timed:
    records = part.records
    text = redact(records.frame["text"], names=tuple(alias)).alias("text")
    actor = pl.col("actor").replace_strict(alias)
    frame = records.frame.with_columns(text, actor, pl.lit(None, pl.String).alias("meta"))
    felt = [_renamed(part.states[space], alias) for space in part.states]
    return Timed(Records(frame, records.clock), States(tuple(felt)))


def _renamed(felt: Trajectory, alias: dict[str, str]) -> Trajectory:
    names = tuple(alias.get(name, name) for name in felt.actor.names)
    return replace(felt, actor=Names(felt.actor.codes, names))
