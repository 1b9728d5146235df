"""A table of numbers that somebody felt: who, when, and columns of values.

Columns are guessed by their names, as everywhere in this room; what was guessed is told. Rows
are sorted by time. Not here: which column is an axis, and what its bounds are.
"""

__all__ = ["Diary", "read_diary"]

from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import polars as pl

from affectory.core.errors import BadColumn, BadFile, MissingFile, NoRecords
from affectory.core.records import Clock
from affectory.sources.csvs import csv_chunks
from affectory.sources.files import STDIN, Origin, spooled
from affectory.sources.guess import SPELLINGS, plain
from affectory.sources.reading import Columns
from affectory.sources.times import EPOCH, Habit, readable, scale_of, seconds

DAY = 86_400.0
EMPTY = ("", "na", "n/a", "nan", "null", "none", "-", ".")  # how a missing value is written
PEOPLE = "subject subjectid pid personid participantid client clientid id"
DAYS = frozenset(["day", "days", "dayno", "daynumber", "studyday", "tag", "jour", "dia", "giorno"])
PLACES = frozenset(
    ["t", "step", "beep", "beepno", "week", "wave", "visit", "occasion", "assessment", "index"]
)
FACE = r"^\s*\d{1,2}:\d{2}(:\d{2})?\s*$"
LINE = "line of the file"
TABLES = ".csv, .tsv, .parquet, .arrow or .jsonl"


@dataclass(frozen=True)
class Diary:
    """Rows of a table, sorted by time.

    Args:
        frame: `session`, `actor`, `start`, and the table's own other columns as they were.
        label: What the table is called.
        clock: What `start` counts; absolute days and seconds count from 1970-01-01 UTC.
        absolute: Whether `start` holds dates.
        notes: What was guessed or left out, a sentence each.
    """

    frame: pl.DataFrame
    label: str
    clock: Clock
    absolute: bool = False
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The table's own columns that may hold values."""
        known = {"session", "actor", "start", LINE}
        return tuple(name for name in self.frame.columns if name not in known)

    def numbers(self, name: str) -> pl.Series:
        """Return a column as numbers, null where its cell is empty.

        Raises:
            BadFile: if a cell holds something else.
        """
        given = self.frame[name]
        told = _numbers(given)
        wrong = told.is_null() & ~_blank(given) | told.is_infinite().fill_null(False)
        if wrong.any():
            at = int(wrong.arg_max() or 0)
            place = f"{str(given[at])!r} in column {name!r}, line {self.frame[LINE][at]}"
            cure = "correct it, or leave the cell empty where nothing is known"
            raise BadFile(self.label, place, "a number", cure)
        return told

    def is_numeric(self, name: str) -> bool:
        """Tell whether most filled cells of a column are numbers."""
        filled = self.frame[name].filter(~_blank(self.frame[name]))
        return bool(len(filled)) and 2 * _numbers(filled).null_count() < len(filled)


def read_diary(
    source: str, columns: Columns | None = None, clock: Clock | None = None, axis: str | None = None
) -> Diary:
    """Return the rows of a table: csv of any separator, parquet, Arrow, jsonl, or standard input.

    Args:
        source: Path of the table, or "-".
        columns: The user's names for session, actor and time.
        clock: What the times count; None: what they look like.
        axis: A column of values, which is none of the others.

    Raises:
        MissingFile: if there is no such file.
        BadFile: if it is no table, or a named column holds no times.
        BadColumn: if a named column is missing.
        NoRecords: if it has no rows.
    """
    raw, label, notes = _raw(source)
    if not raw.height:
        raise NoRecords(label, "the table has a header and no rows; give one row a state")
    chosen = _roles(raw, columns or Columns(), axis)
    notes += tuple(
        f"{role} is column {name!r}"
        for role, name in chosen.items()
        if name != role or role == "time"
    )
    stem = "stdin" if source == "-" else Path(source).stem
    who = {
        role: _named(raw[chosen[role]], other) if role in chosen else pl.lit(other)
        for role, other in (("session", stem), ("actor", "somebody"))
    }
    taken = {name for role, name in chosen.items() if role in who}
    frame = raw.drop(taken).with_columns(**who)
    if "time" not in chosen:
        place = pl.int_range(pl.len()).over("session", "actor").cast(pl.Float64)
        said = "no column of times: rows follow each other as in the file (--time names a column)"
        rows = frame.drop("start", strict=False).with_columns(place.alias("start"))
        return Diary(rows, label, clock or Clock.STEPS, notes=(*notes, said))
    start, kind, absolute = _times(raw, chosen["time"], label, clock)
    frame = frame.drop(chosen["time"], strict=False).with_columns(start.alias("start"))
    lost = start.null_count()
    if lost:
        notes += (f"{lost} rows without a time left out",)
    frame = frame.filter(pl.col("start").is_not_null()).sort("start", maintain_order=True)
    if clock in (Clock.TURNS, Clock.STEPS, Clock.TOKENS) and absolute:
        place = pl.int_range(pl.len()).over("session", "actor").cast(pl.Float64)
        frame, absolute = frame.with_columns(place.alias("start")), False
    notes += (f"times count {kind.value} (--clock names another)",)
    return Diary(frame, label, kind, absolute, notes)


def _raw(source: str) -> tuple[pl.DataFrame, str, tuple[str, ...]]:
    """Return the table as it lies in the file, its name, and what was left out of it."""
    path = Path(source)
    if source != "-" and not path.is_file():
        raise MissingFile(source)
    label = STDIN if source == "-" else path.name
    kind = path.suffix.lower()
    try:
        if kind in (".parquet", ".pq"):
            return _lined(pl.read_parquet(path)), label, ()
        if kind in (".arrow", ".feather", ".ipc"):
            return _lined(pl.read_ipc(path)), label, ()
        if kind in (".jsonl", ".ndjson"):
            text = StringIO(path.read_text("utf-8"))
            return _lined(pl.read_ndjson(text, infer_schema_length=None)), label, ()
    except (pl.exceptions.PolarsError, UnicodeDecodeError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        cure = "check the file, or export it as csv"
        raise BadFile(label, "it cannot be read", f"a {kind} table of states", cure) from error
    origin = Origin(path, label, path.stem, piped=source == "-")
    with spooled(origin) as file:
        parts = list(csv_chunks(file, Columns()))
    frame = pl.concat([part.frame.with_columns(part.line.alias(LINE)) for part in parts])
    if frame.width == 2:  # an empty line of a single column is a missing state
        lines = frame[LINE].to_list()
        every = pl.DataFrame(
            {LINE: range(lines[0], lines[-1] + 1) if lines else []}, schema={LINE: pl.Int64}
        )
        frame = every.join(frame, on=LINE, how="left", maintain_order="left")
    lost = pl.concat([part.rejected for part in parts])
    if not lost.height:
        return frame, label, ()
    line, reason = lost["line"][0], lost["reason"][0]
    return frame, label, (f"{lost.height} rows left out, the first in line {line}: {reason}",)


def _lined(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.int_range(1, pl.len() + 1).alias(LINE))


def _roles(raw: pl.DataFrame, columns: Columns, axis: str | None) -> dict[str, str]:
    """Return the columns of session, actor and time that the table has."""
    chosen = {role: name for role, name in columns.named.items() if role in SPELLINGS}
    for role, name in chosen.items():
        if name not in raw.columns:
            present = [one for one in raw.columns if one != LINE]
            raise BadColumn(f"{role} ({name!r})", present, f"check the spelling of --{role}")
    for role in ("time", "actor", "session"):
        free = [name for name in raw.columns if name not in (*chosen.values(), axis, LINE)]
        if role not in chosen and (found := _spelled(role, raw.select(free))):
            chosen[role] = found
    return chosen


def _spelled(role: str, free: pl.DataFrame) -> str | None:
    """Return the column that plays a role by its name; for times, by its content too."""
    exact = "start" if role == "time" else role
    if exact in free.columns:
        return exact
    more = {"time": (*DAYS, *PLACES, "turn"), "actor": PEOPLE.split()}.get(role, ())
    names = [word for tier in SPELLINGS[role] for word in tier.split()]
    for word in (*names, *more):
        for name in free.columns:
            given = free[name].filter(~_blank(free[name]))
            if plain(name) == word and _fits(role, word, given):
                return name
    if role != "time":
        return None
    return next((name for name in free.columns if _dated(free[name])), None)


def _fits(role: str, word: str, given: pl.Series) -> bool:
    if given.dtype.is_nested() or not len(given):
        return False
    if role == "time":
        return bool(2 * int(readable(given).sum()) > len(given))
    return word != "id" or given.n_unique() < len(given)  # else it numbers the rows


def _dated(values: pl.Series) -> bool:
    """Tell whether all filled cells of a column are dates."""
    given = values.filter(~_blank(values))
    if values.dtype.is_temporal():
        return bool(len(given))
    text = values.dtype == pl.String and len(given) and _numbers(given).null_count() == len(given)
    return bool(text) and Habit.of(given).absolute and bool(readable(given).all())


def _times(
    raw: pl.DataFrame, name: str, label: str, clock: Clock | None
) -> tuple[pl.Series, Clock, bool]:
    """Return the times of a column, what they count, and whether they are dates."""
    given = raw[name]
    if given.dtype == pl.String and given.str.contains(FACE).any():
        given = _on_dates(raw, name)
    habit = Habit.of(given)
    numbers = _numbers(given)
    plainly = numbers.null_count() < len(given) and bool((numbers.abs() < EPOCH).any())
    told = seconds(given, habit, scale_of(name) if clock in (None, Clock.SECONDS) else 1.0)
    if told.null_count() == len(told):
        seen = given.filter(~_blank(given)).head(1).to_list()
        found = f"column {name!r} holds {str(seen[0])!r}" if seen else f"column {name!r} is empty"
        cure = "name another with --time, or write 2024-03-01, 2024-03-01T08:30 or numbers"
        raise BadFile(label, found, "dates, times or numbers", cure)
    if habit.absolute:
        whole = bool((told.drop_nulls() % DAY == 0).all())
        kind = clock or (Clock.DAYS if whole else Clock.SECONDS)
        return (told / DAY if kind is Clock.DAYS else told), kind, True
    if clock is not None:
        return told, clock, False
    return told, _counted(plain(name), plainly, raw), False


def _counted(name: str, plainly: bool, raw: pl.DataFrame) -> Clock:
    """Return what numbers of a column count, from its name or the table's column `clock`."""
    if "clock" in raw.columns and raw["clock"].n_unique() == 1:
        word = str(raw["clock"][0])
        if word in [one.value for one in Clock]:
            return Clock(word)
    if not plainly:
        return Clock.SECONDS
    if name in DAYS:
        return Clock.DAYS
    if name in PLACES:
        return Clock.STEPS
    return Clock.TURNS if name in ("start", "turn") else Clock.SECONDS


def _on_dates(raw: pl.DataFrame, name: str) -> pl.Series:
    """Return clock faces with the day of another column before them, where there is one."""
    other = next((one for one in raw.columns if one not in (name, LINE) and _dated(raw[one])), None)
    if other is None:
        return raw[name]
    return raw.select(pl.format("{} {}", pl.col(other).cast(pl.String), name)).to_series()


def _named(values: pl.Series, other: str) -> pl.Series:
    """Return names as text; where none is given, `other`."""
    text = values.cast(pl.String).str.strip_chars()
    return text.replace("", None).fill_null(other)


def _blank(values: pl.Series) -> pl.Series:
    if values.dtype != pl.String:
        return values.is_null()
    return values.str.strip_chars().str.to_lowercase().is_in(EMPTY).fill_null(True)


def _numbers(values: pl.Series) -> pl.Series:
    """Return cells as numbers, null where they are none; 3,5 is three and a half."""
    if values.dtype.is_nested() or values.dtype.is_temporal():
        return pl.repeat(None, len(values), dtype=pl.Float64, eager=True)
    if values.dtype != pl.String:
        return values.cast(pl.Float64, strict=False).fill_nan(None)
    text = values.str.strip_chars()
    comma = text.str.replace(r"^([+-]?\d+),(\d+)$", "$1.$2")
    return comma.cast(pl.Float64, strict=False).fill_nan(None)
