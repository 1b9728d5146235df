"""Whether a whole trace keeps its memory flat: the same walk at 100,000 and at 1,000,000 turns.

    python benchmarks/million.py [--turns 100000 1000000] [--sessions-of 20] [--with METHOD]

The turns are those of the sample conversations, dealt out again at random with a number added
to each, so that no two are equal. Prints turns a second (wall), CPU seconds and the peak resident
memory of the process that traced (with one worker, so that it is all there is).
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from affectory import sources


def write(path: Path, turns: int, each: int, seed: int = 0) -> None:
    """Write a csv of `turns` turns in sessions of `each`, a block at a time."""
    sample = Path(sources.__file__).parents[1] / "samples"
    said = pl.concat(
        reading.records.frame["text"].drop_nulls()
        for reading in sources.stream(str(sample))
        if reading.records is not None
    )
    rng = np.random.default_rng(seed)
    with path.open("wb") as file:
        for low in range(0, turns, 100_000):
            n = min(100_000, turns - low)
            row = pl.int_range(low, low + n, eager=True)
            block = pl.DataFrame(
                {
                    "conversation": "c" + (row // each).cast(pl.String),
                    "speaker": pl.Series(["ann", "bo"]).gather(row % 2),
                    "text": said.gather(rng.integers(0, len(said), n)) + " " + row.cast(pl.String),
                }
            )
            block.write_csv(file, include_header=low == 0)


def trace(path: Path, out: Path, method: str) -> tuple[float, float, float]:
    """Trace `path` in a child; return wall seconds, CPU seconds and peak MB of that child."""
    tool = str(Path(sys.executable).with_name("affectory"))
    words = [tool, "trace", str(path), "--out", str(out), "--with", method, "-j", "1", "-q"]
    begun = time.perf_counter()
    child = os.posix_spawn(tool, words, os.environ)
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit(f"the trace ended with status {status}")
    wall = time.perf_counter() - begun
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Print one line per size."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--turns", type=int, nargs="+", default=[100_000, 1_000_000])
    options.add_argument("--sessions-of", type=int, default=20)
    options.add_argument("--with", dest="method", default="perceive/utterance")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for turns in given.turns:
            path = Path(folder) / f"{turns}.csv"
            write(path, turns, given.sessions_of)
            wall, cpu, peak = trace(path, Path(folder) / f"out{turns}", given.method)
            size = path.stat().st_size / 1e6
            print(
                f"{turns:>9,} turns ({size:.0f} MB): {turns / wall:>8,.0f} turns/s wall, "
                f"{cpu:.1f} CPU s, peak {peak:.0f} MB"
            )
    limit = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"(this script itself: {limit:.0f} MB; cores {os.cpu_count()})")


if __name__ == "__main__":
    main()
