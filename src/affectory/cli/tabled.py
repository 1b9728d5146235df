"""A table of states for `affectory forecast`: which columns are the axes, and their bounds."""

from typing import TYPE_CHECKING, NamedTuple

import typer

from affectory.core.errors import BadChoice, BadColumn, BadFile, NoRecords

if TYPE_CHECKING:
    from affectory.core.records import Clock
    from affectory.core.space import Space
    from affectory.core.trajectory import Trajectory
    from affectory.sources import Columns
    from affectory.sources.diaries import Diary


class Wish(NamedTuple):
    """What the user said of a table's columns."""

    columns: "Columns"
    clock: "Clock | None"
    space: str | None
    axis: str | None
    low: float | None
    high: float | None


def states_of(source: str, wish: Wish) -> "Trajectory":
    """Return the states of a table; what was guessed is told on stderr."""
    from affectory.cli.tables import plain
    from affectory.core.space import TOLERANCE
    from affectory.core.trajectory import Trajectory
    from affectory.sources.diaries import read_diary

    diary = read_diary(source, wish.columns, wish.clock, wish.axis)
    space, guessed = _space(diary, wish)
    needed = [*space.names, *(f"{name}_spread" for name in space.names)]
    needed += [] if diary.absolute else ["stop"]
    told = [diary.numbers(name) for name in needed if name in diary.columns]
    frame = diary.frame.select("session", "actor", "start").with_columns(told)
    if not any(frame[name].count() for name in space.names):
        raise NoRecords(diary.label, f"give values in column {space.names[0]!r}")
    for axis in space.axes:
        beyond = frame[axis.name].drop_nulls()
        beyond = beyond.filter(~beyond.is_between(axis.low - TOLERANCE, axis.high + TOLERANCE))
        if len(beyond):
            found = f"{beyond[0]:g} in column {axis.name!r}"
            cure = f"or name the scale: --axis {axis.name} --low LOW --high HIGH"
            bounds = f"{axis.low:g} to {axis.high:g}, as space {space.name!r} has it"
            raise BadFile(diary.label, found, bounds, cure)
    if "stop" in frame.columns:
        import polars as pl

        frame = frame.with_columns(pl.max_horizontal("start", "stop").alias("stop"))
    said = plain("; ".join([*diary.notes, *guessed]))
    typer.secho(f"{plain(diary.label)}: {said}", err=True, dim=True)
    return Trajectory.from_frame(frame, space, diary.clock, by=diary.label)


def named(wish: str | None, names: "list[str] | tuple[str, ...]") -> str | None:
    """Return the name that is meant, whatever its case; the wish itself where none is."""
    if wish is None or wish in names:
        return wish
    return next((name for name in names if name.lower() == wish.lower()), wish)


def _space(diary: "Diary", wish: Wish) -> "tuple[Space, list[str]]":
    """Return the Space of a table, and what was guessed for it.

    A known one whose axes it has, or one of the named axis.
    """
    from affectory.cli.fetching import PREFERRED
    from affectory.core.space import Axis, Kind, Space
    from affectory.represent import vocabularies

    has = set(diary.columns)
    for name in (wish.space,) if wish.space else PREFERRED:
        known = vocabularies.space(name)
        fits = wish.axis is None or named(wish.axis, known.names) in known.names
        if has >= set(known.names) and fits and wish.low is wish.high is None:
            return known, []
        if wish.space and not has >= set(known.names):
            cure = f"it needs {', '.join(known.names)}"
            raise BadColumn(f"space {wish.space!r}", diary.columns, cure)
        if wish.space and not fits:
            raise BadChoice("--axis", wish.axis, known.names)
        if wish.space:
            legal = "nothing where --space is given: its bounds are known"
            raise BadChoice("--low, --high", (wish.low, wish.high), legal)
    numeric = [name for name in diary.columns if diary.is_numeric(name)]
    axis = named(wish.axis, numeric) if wish.axis else numeric[0] if len(numeric) == 1 else None
    if axis is None:
        cure = "name the column of values with --axis, its bounds with --low and --high"
        raise BadColumn("the axis", diary.columns or ("no column of values",), cure)
    axis = named(axis, diary.columns)
    assert axis is not None
    if axis not in diary.columns:
        raise BadChoice("--axis", axis, numeric or "a column of numbers, and the table has none")
    notes = [] if wish.axis else [f"axis is column {axis!r} (--axis names another)"]
    ends = _ends(diary, axis, wish)
    if None in (wish.low, wish.high):
        notes.append(f"scale {ends[0]:g} to {ends[1]:g} guessed from the data (--low, --high)")
    return Space(axis, Kind.SCALE, (Axis(axis, ends[0], ends[1], ends[0]),), "a table"), notes


def _ends(diary: "Diary", axis: str, wish: Wish) -> tuple[float, float]:
    """Return the bounds that are given, those of the data otherwise."""
    import math

    known = diary.numbers(axis).drop_nulls().to_list()
    if not known:
        raise NoRecords(diary.label, f"give values in column {axis!r}")
    low = min(known) if wish.low is None else wish.low
    high = max(known) if wish.high is None else wish.high
    if not (low < high and math.isfinite(low) and math.isfinite(high)):
        legal = "a lower and a higher number; where all values are alike, give both"
        raise BadChoice("--low, --high", (low, high), legal)
    out = [one for one in known if not low <= one <= high]
    if out:
        legal = f"bounds that hold all values, such as {out[0]:g} in column {axis!r}"
        raise BadChoice("--low, --high", (low, high), legal)
    return low, high
