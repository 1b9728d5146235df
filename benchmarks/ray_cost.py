"""What a trace costs on each engine, and what a billion utterances would cost: where it breaks.

    python benchmarks/ray_cost.py [--turns 100000 500000] [--engines local-1 local-2 ray-2]
                                  [--batch 20000] [--files 3000] [--with METHOD]

The turns are those of `million.py`. Each engine traces both sizes; the difference gives the
seconds a million turns cost, the rest is the fixed start. CPU seconds are told apart for the
process that reads and writes (the driver) and for those that perceive (the workers), and hardly
depend on what else the machine does; wall seconds do, and the load is printed. Memory is what a
process holds alone, sampled ten times a second: for the driver while it streams, and while it
writes the report. The cost of a commit is measured on a table that grows by `--files` files.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from million import write

from affectory.cli import walk
from affectory.engine import engine
from affectory.store.lake import open_lake

TICKS = os.sysconf("SC_CLK_TCK")
TOOL = str(Path(sys.executable).with_name("affectory"))
BILLION = 1000  # in millions
EACH = 20  # turns a session
WARM = 8  # batches after which the driver has taken what it works with
TABLES = 7  # that each batch of the default method is written to, beside `evidence`
WORKERS = ("ray::", "spawn_main")


@dataclass
class Cost:
    """What one trace has cost."""

    turns: int
    batch: int
    wall: float = 0.0
    driver: float = 0.0
    workers: dict[int, float] = field(default_factory=dict)
    rest: dict[int, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    streaming: list[tuple[int, float]] = field(default_factory=list)

    @property
    def creep(self) -> float:
        """MB that the driver grows by for a million turns, once it has warmed up."""
        warm = [(done, held) for done, held in self.streaming if done > WARM]
        if len({done for done, _ in warm}) < 2:
            return float("nan")
        slope = np.polyfit(*np.array(warm).T, 1)[0]
        return float(slope * 1e6 / self.batch)

    @property
    def worked(self) -> float:
        """CPU seconds of all workers."""
        return sum(self.workers.values())

    def hold(self, who: str, megabytes: float) -> None:
        """Keep the most that anyone held."""
        self.memory[who] = max(self.memory.get(who, 0.0), megabytes)


def main() -> None:
    """Print the tables and the projection."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--turns", type=int, nargs=2, default=[100_000, 500_000])
    options.add_argument("--engines", nargs="+", default=["local-1", "local-2", "ray-2"])
    options.add_argument("--batch", type=int, default=20_000)
    options.add_argument("--files", type=int, default=3_000)
    options.add_argument("--with", dest="method", default="perceive/utterance")
    given = options.parse_args()
    print(f"cores {os.cpu_count()}, load {os.getloadavg()[0]:.1f} at the start")
    starts()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for turns in given.turns:
            write(place / f"{turns}.csv", turns, EACH)
        costs = {}
        for name in given.engines:
            costs[name] = [trace(place, turns, name, given) for turns in given.turns]
            tell(name, *costs[name])
        slope = commits(place / "commits", given.files)
        asked = requests(place)
    small, large = costs[given.engines[-1]]
    project(small, large, slope, asked)
    print(f"load {os.getloadavg()[0]:.1f} at the end")


def starts() -> None:
    """Print how long an engine takes that has nothing to do."""
    for on in ("local", "ray"):
        begun = time.perf_counter()
        results = engine.map(abs, range(4), on=on, workers=2)
        next(results)
        first = time.perf_counter() - begun
        results.close()
        whole = time.perf_counter() - begun
        print(f"start   {on:8} first result after {first:.1f} s, ended after {whole:.1f} s (wall)")


def trace(place: Path, turns: int, name: str, given: argparse.Namespace) -> Cost:
    """Trace the corpus of `turns` on the engine called `on-workers` and return what it cost."""
    on, _, workers = name.partition("-")
    out = place / f"{name}-{turns}"
    words = ["trace", str(place / f"{turns}.csv"), "--out", str(out), "--with", given.method]
    words += ["--on", on, "--workers", workers, "--batch", str(given.batch), "-q"]
    cost = Cost(turns, given.batch)
    begun = time.perf_counter()
    child = subprocess.Popen([TOOL, *words], stdout=subprocess.DEVNULL)
    over = threading.Event()
    watch = threading.Thread(target=watched, args=(child.pid, out, cost, over))
    watch.start()
    if child.wait():
        raise SystemExit(f"the trace on {name} ended with status {child.returncode}")
    cost.wall = time.perf_counter() - begun
    over.set()
    watch.join()
    return cost


def watched(pid: int, out: Path, cost: Cost, over: threading.Event) -> None:
    """Sample the family of `pid` until it is over."""
    while not over.wait(0.1):
        told = (out / "lake" / "runs" / "_delta_log").is_dir()
        done = len(list((out / "lake" / "rejected" / "_delta_log").glob("*.json")))
        for each in (pid, *offspring(pid)):
            try:
                line = Path(f"/proc/{each}/cmdline").read_text().replace("\0", " ")
                used = seconds(each)
                megabytes = alone(each)
            except (OSError, IndexError):  # it has ended
                continue
            if each == pid:
                cost.driver = used
                cost.streaming += [] if told else [(done, megabytes)]
                cost.hold("report" if told else "streaming", megabytes)
            elif any(mark in line for mark in WORKERS) and "Agent" not in line:
                cost.workers[each] = used
                cost.hold("worker", megabytes)
            else:
                cost.rest[each] = used


def offspring(pid: int) -> Iterator[int]:
    """Yield the processes that `pid` has started, and those that they have."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            yield child
            yield from offspring(child)


def seconds(pid: int) -> float:
    """Return the CPU seconds that a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS


def alone(pid: int) -> float:
    """Return the MB that a process shares with nobody."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024


def tell(name: str, small: Cost, large: Cost) -> None:
    """Print the fixed part and the part per million of one engine."""
    for cost in (small, large):
        print(
            f"trace   {name:8} {cost.turns:>9,} turns: {cost.wall:6.1f} s wall; CPU s: driver "
            f"{cost.driver:.1f}, workers {cost.worked:.1f}, Ray's own "
            f"{sum(cost.rest.values()):.1f}; MB: driver streaming {cost.memory['streaming']:.0f}, "
            f"report {cost.memory.get('report', 0):.0f}, worker {cost.memory.get('worker', 0):.0f}"
        )
    driver, worker, wall = (per_million(small, large, what) for what in WHAT)
    print(
        f"model   {name:8} fixed {small.wall - wall * small.turns / 1e6:.1f} s wall; per million "
        f"turns {wall:.1f} s wall, {driver:.1f} CPU s driver, {worker:.1f} CPU s workers"
    )


WHAT = ("driver", "worked", "wall")


def per_million(small: Cost, large: Cost, what: str) -> float:
    """Return what a million more turns cost."""
    more = getattr(large, what) - getattr(small, what)
    return float(more / (large.turns - small.turns) * 1e6)


def commits(place: Path, files: int) -> float:
    """Print how an append slows down as a table grows; return seconds more per file."""
    lake = open_lake(place)
    row = pl.DataFrame({"file": "f", "line": [1], "reason": "r", "raw": None})
    took = np.empty(files)
    for batch in range(files):
        begun = time.process_time()
        lake.append("rejected", row, "job", batch)
        took[batch] = time.process_time() - begun
    slope, base = np.polyfit(np.arange(files), took, 1)
    print(
        f"commit  {base * 1e3:.1f} CPU ms, and {slope * 1e6:.1f} ms more for every thousand files "
        f"(fit over {files:,} appends to one table)"
    )
    return float(slope)


def requests(place: Path) -> float:
    """Print how often a bucket is asked for each batch; return how often in the mean."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    try:
        from tests.buckets import bucket
        from werkzeug.serving import WSGIRequestHandler
    except ImportError:
        print("bucket  not asked: needs moto[s3], flask, flask-cors")
        return float("nan")
    seen: list[str] = []
    WSGIRequestHandler.log_request = lambda self, *_: seen.append(self.command)
    write(place / "short.csv", 52 * 200, EACH)
    with bucket() as address:
        plan = walk.Plan((str(place / "short.csv"),), lake=f"{address}/lake", batch=200)
        walked = walk._walked(plan, open_lake(plan.where), "job", walk.Tally())
        marks = [len(seen) for _ in walked]
    each = np.diff(marks)[1:]
    print(
        f"bucket  {each.mean():.0f} requests a batch in the mean, {each.min()} to {each.max()}, "
        f"over {len(each)} batches to {TABLES} tables"
    )
    return float(each.mean())


def project(small: Cost, large: Cost, slope: float, asked: float) -> None:
    """Print what a billion turns would cost, by size of the batch."""
    driver, worker, _ = (per_million(small, large, what) for what in WHAT)
    print(f"\n1,000,000,000 turns in sessions of {EACH}, from the last engine above:")
    hours = 3600
    print(f"  workers {worker * BILLION / hours:,.1f} core hours, shared by as many as there are")
    print(f"  driver, reading and writing {driver * BILLION / hours:,.1f} hours of one core")
    print(f"  so that {worker / driver:.1f} workers keep one driver busy")
    for batch in (20_000, 200_000):
        n = BILLION * 1_000_000 // batch
        grown = slope * n * n / 2 * TABLES
        print(
            f"  batches of {batch:,}: {n:,} commits a table, whose growing logs cost the driver "
            f"{grown / hours:,.1f} hours more; a bucket is asked {asked * n:,.0f} times"
        )
    more = (large.memory["report"] - small.memory["report"]) / (large.turns - small.turns) * 1e6
    print(
        f"  the driver's memory: {large.creep:+.0f} MB a million turns while it streams (fit after "
        f"the first {WARM} batches), {more:+.0f} MB a million while it writes the report"
    )
    print(f"  so that the report would need {more * BILLION / 1000:,.0f} GB")


if __name__ == "__main__":
    main()
