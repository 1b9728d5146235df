"""How fast and in how much memory a million rows are read, beside polars alone.

Run: python benchmarks/read_speed.py [rows]

Each case runs in a process of its own; memory is the peak of that process, of which the
line "imports" is what it takes to begin with. polars alone is given the names of the
columns and checks nothing: no line numbers, no sessions, no times, no rejected rows.
ConvoKit is left out: its installation is 2 GB and belongs in an environment of its own.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from affectory.sources import stream

SAID = (
    "I did not know, and now I do not know what to say.",
    'Well, that is "good" news!',
    "Fine.",
    "We could go there tomorrow, if you like, and look at it together.",
)


def write(folder: Path, rows: int) -> None:
    """Write one table four ways: csv and jsonl, sessions in one piece and mixed."""
    turn = np.arange(rows)
    frame = pl.DataFrame(
        {
            "conversation": turn // 20,
            "speaker": np.where(turn % 2, "bo", "ann"),
            "text": [SAID[n % 4] for n in range(rows)],
            "time": 1_700_000_000 + 7 * turn,
            "emotion": np.where(turn % 3, "joy", "fear"),
        }
    )
    mixed = frame.with_columns(pl.Series("conversation", turn % max(rows // 20, 1)))
    frame.write_csv(folder / "whole.csv")
    frame.write_ndjson(folder / "whole.jsonl")
    mixed.write_csv(folder / "mixed.csv")
    mixed.write_ndjson(folder / "mixed.jsonl")


def ours(path: str) -> int:
    """Stream the file and count the records."""
    return sum(map(len, stream(path)))


def polars(path: str) -> int:
    """Read the file at once with polars and count the rows."""
    read: Callable[[str], pl.DataFrame] = pl.read_csv if path.endswith("csv") else pl.read_ndjson
    return read(path).height


def nothing(path: str) -> int:
    """Read nothing: what the imports alone take."""
    return 0


CASES = {"imports": nothing, "ours": ours, "polars": polars}


def measured(case: str, path: str) -> str:
    """Return one line of the table, measured in this process."""
    began, processor = time.perf_counter(), time.process_time()
    rows = CASES[case](path)
    wall, spent = time.perf_counter() - began, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    speed = rows / wall if rows else 0.0
    return (
        f"{case:8} {Path(path).name:12} {rows:>9,} rows {wall:6.2f} s wall {spent:6.2f} s cpu "
        f"{speed:>12,.0f} rows/s {peak:6.0f} MiB peak"
    )


def main() -> None:
    """Measure every case in a process of its own and print the table."""
    if len(sys.argv) == 4:
        write(Path(sys.argv[2]), int(sys.argv[3]))
        return
    if len(sys.argv) == 3:
        print(measured(sys.argv[1], sys.argv[2]))
        return
    rows = int(sys.argv[1]) if len(sys.argv) == 2 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        # in a process of its own, since a child's peak counts what its parent held
        subprocess.run([sys.executable, __file__, "write", folder, str(rows)], check=True)
        for path in sorted(Path(folder).iterdir()):
            print(f"{path.name}: {path.stat().st_size / 2**20:.0f} MiB")
            for case in CASES:
                subprocess.run([sys.executable, __file__, case, str(path)], check=True)


if __name__ == "__main__":
    main()
