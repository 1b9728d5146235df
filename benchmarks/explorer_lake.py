"""The lake that the benchmarks of the explorer look at: 1,000,000 turns, one session of 20,000.

    python benchmarks/explorer_lake.py LAKE

The turns are those of the sample conversations, dealt out again at random with a number added to
each; sessions have 20 turns but for the one long one, whose turns are two seconds apart.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
from million import write

TURNS, EACH, LONG = 980_000, 20, 20_000


def main() -> None:
    """Write the lake."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("lake", type=Path, help="folder to write to")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        many, long = Path(folder) / "many.csv", Path(folder) / "long.csv"
        write(many, TURNS, EACH)
        write(long, LONG, LONG, seed=1)
        rows = pl.read_csv(long).with_row_index("time").with_columns(pl.col("time") * 2)
        rows.write_csv(long)
        tool = str(Path(sys.executable).with_name("affectory"))
        subprocess.run([tool, "trace", str(many), str(long), "--out", str(asked.lake)], check=True)


if __name__ == "__main__":
    main()
