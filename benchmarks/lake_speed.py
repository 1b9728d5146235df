"""How fast the lake writes, reads and answers, beside plain parquet files.

    python benchmarks/lake_speed.py [batches] [rows a batch]

The truth to compare with is polars' own `write_parquet`, one file a batch: no marks, no log,
no schema check, no exactly-once.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl

from affectory.core.records import Records
from affectory.core.space import Axis, Kind, Space
from affectory.core.trajectory import Trajectory
from affectory.store.lake import open_lake
from affectory.store.rows import records_to_frame, states_to_frame

VAD = Space(
    "vad", Kind.DIMENSIONS, tuple(Axis(n, -1.0, 1.0) for n in ("valence", "arousal", "dominance"))
)
TURNS = 20


def main() -> None:
    """Print one line a step."""
    batches, rows = (int(word) for word in [*sys.argv[1:], "100", "20000"][:2])
    small()
    with tempfile.TemporaryDirectory() as folder:
        plain(Path(folder), batches, rows)
        lake(Path(folder) / "lake", batches, rows)


def small() -> None:
    """Time what a ten-turn trace does: eight appends to a new lake, then one more of each."""
    records, states = batch(0, 10)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        house = open_lake(folder)
        for job in range(9):
            began = time.perf_counter()
            for task in range(2):
                house.write_records(records, f"job{task}", job)
                house.write_states(states, f"job{task}", job)
                house.write_evidence((), f"job{task}", job)
                house.write_arcs(VAD, ARCS, f"job{task}", job)
            if job == 0:
                first = time.perf_counter() - start
        each = (time.perf_counter() - began) / 8
    print(f"8 appends to a new lake {first * 1e3:.0f} ms, deltalake's import included")
    print(f"one append of ten rows  {each * 1e3:.1f} ms")


def plain(folder: Path, batches: int, rows: int) -> None:
    """Write and read the same tables as parquet files of polars."""
    total = 0
    with timed("parquet: write", 2 * batches * rows) as step:
        for n, (records, states) in enumerate(corpus(batches, rows)):
            for name, frame in tables(records, states):
                with step:
                    frame.write_parquet(folder / f"{name}-{n}.parquet")
        total = sum(path.stat().st_size for path in folder.glob("*.parquet"))
    print(f"parquet: on disk        {total / 1e6:.0f} MB")
    with timed("parquet: read states", batches * rows) as step, step:
        pl.read_parquet(folder / "states-*.parquet")


def lake(folder: Path, batches: int, rows: int) -> None:
    """Write, read and query a lake."""
    house = open_lake(folder)
    with timed("lake: append", 2 * batches * rows) as step:
        for n, (records, states) in enumerate(corpus(batches, rows)):
            with step:
                house.write_records(records, "job", n)
                house.write_states(states, "job", n)
    total = sum(path.stat().st_size for path in folder.glob("**/*") if path.is_file())
    print(f"lake: on disk           {total / 1e6:.0f} MB, log and marks included")
    print(f"peak memory, writing    {peak():.0f} MB")
    with timed("lake: read states", batches * rows) as step, step:
        house.scan("states/vad").collect()
    with timed("lake: states, checked", batches * rows) as step, step:
        house.states("vad")
    with timed("lake: query", batches * rows) as step, step:
        house.query("select actor, avg(valence) as mean from states_vad group by actor")
    with timed("lake: one session", TURNS) as step, step:
        house.states("vad", sessions=f"s{rows // TURNS}")
    with timed("lake: start again", 2 * batches * rows) as step:
        for n, (records, states) in enumerate(corpus(batches, rows)):
            with step:
                house.write_records(records, "job", n)
                house.write_states(states, "job", n)
    print(f"peak memory, whole read {peak():.0f} MB")


def peak() -> float:
    """Return the most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Stopwatch:
    """Add up the time spent inside of it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> None:
        self.began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self.began


@contextmanager
def timed(what: str, rows: int) -> Iterator[Stopwatch]:
    """Print how long a step took."""
    step = Stopwatch()
    yield step
    print(f"{what:23} {step.seconds:7.2f} s  {rows / step.seconds:12,.0f} rows/s")


def corpus(batches: int, rows: int) -> Iterator[tuple[Records, Trajectory]]:
    """Yield batches of whole sessions with states for every record."""
    return (batch(n, rows) for n in range(batches))


def batch(n: int, rows: int) -> tuple[Records, Trajectory]:
    """Return batch `n`."""
    chance = np.random.default_rng(n)
    first = n * (rows // TURNS)
    words = pl.Series(["well", "so", "i", "do", "not", "think", "that", "it", "was", "fair"])
    text = words.gather(chance.integers(0, 10, rows * 8)).reshape((rows, 8)).arr.to_list()
    frame = pl.DataFrame(
        {
            "session": pl.select(
                pl.format("s{}", first + pl.int_range(rows) // TURNS).alias("session")
            )["session"],
            "actor": pl.select(pl.format("a{}", pl.int_range(rows) % 2).alias("a"))["a"],
            "text": text.list.join(" "),
        }
    )
    records = Records(frame)
    values = chance.uniform(-1, 1, (rows, 3))
    return records, Trajectory.on(records, VAD, values, "benchmark")


def tables(records: Records, states: Trajectory) -> list[tuple[str, pl.DataFrame]]:
    """Return the rows of both tables."""
    return [("records", records_to_frame(records)), ("states", states_to_frame(states))]


ARCS = pl.DataFrame({"session": "s", "actor": "a", "axis": list(VAD.names), "mean": 0.5})

if __name__ == "__main__":
    main()
