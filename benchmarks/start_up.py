"""How long a person waits: import, --help, a first trace of ten turns; and what is installed.

    python benchmarks/start_up.py [--runs 7]

CPU seconds are user plus system time of the whole process, the median of `runs`; beside each
stands the same interpreter doing nothing, and polars alone.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

TURNS = """session,speaker,text
a,ann,I did not get the job.
a,bo,"Oh no, I am so sorry."
a,ann,I really wanted it. I feel awful.
a,bo,Of course you do. You worked for weeks.
a,ann,"And he never called, he sent a form!"
a,bo,That is cold. I would be furious.
a,ann,I am. I am so angry I could scream.
a,bo,Scream then! Shall I come over?
a,ann,Would you? That would help a lot.
a,bo,"Ten minutes, and I bring soup. ❤️"
"""


def cpu(command: list[str]) -> float:
    """Return the CPU seconds of one run of `command`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def installed() -> tuple[float, list[tuple[float, str]]]:
    """Return the size of this environment's packages in MB, and its largest folders."""
    import numpy

    site = Path(numpy.__file__).parents[1]
    sizes = []
    for entry in site.iterdir():
        files = entry.rglob("*") if entry.is_dir() else [entry]
        size = sum(file.lstat().st_size for file in files if file.is_file()) / 1e6
        sizes.append((size, entry.name))
    return sum(size for size, _ in sizes), sorted(sizes, reverse=True)[:8]


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=7)
    runs = options.parse_args().runs
    tool = str(Path(sys.executable).with_name("affectory"))
    with tempfile.TemporaryDirectory() as folder:
        chat = Path(folder) / "chat.csv"
        chat.write_text(TURNS, encoding="utf-8")
        walk = [tool, "trace", str(chat), "--fresh", "--out", str(Path(folder) / "out")]
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "import polars": [sys.executable, "-c", "import polars"],
            "import affectory": [sys.executable, "-c", "import affectory"],
            "affectory.Trajectory": [
                sys.executable,
                "-c",
                "import affectory; affectory.Trajectory",
            ],
            "affectory --help": [tool, "--help"],
            "trace of ten turns": walk,
        }
        for name, command in commands.items():
            cpu(command)
            spent = [cpu(command) for _ in range(runs)]
            low, high = min(spent), max(spent)
            middle = statistics.median(spent)
            print(f"{name:22} {middle:6.3f} CPU s   ({low:.3f} to {high:.3f}, {runs} runs)")
    total, largest = installed()
    print(
        f"packages here          {total:6.0f} MB; " + ", ".join(f"{n} {s:.0f}" for s, n in largest)
    )
    print(f"cores {os.cpu_count()}, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
