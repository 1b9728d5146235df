"""Whether a remote run that is killed again and again pays for any call twice, and how fast it is.

Usage: python benchmarks/remote_resume.py [--calls 10000] [--kills 8] [--at-once 8] [--seed 0]

A counting server runs here; the client is a process of its own that is killed (SIGKILL) at
random moments and started again. Counted at the server, by the key of each question:
answers to questions whose answer the client had already kept on disk (must be none), answers
that were under way when the client was killed and so had to be asked for again, and what a
provider bills that honours `Idempotency-Key`. Then the speed, alone and with many under way.
"""

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from counting_server import CountingServer

from affectory.lm.cache import Cache
from affectory.lm.model import Sampling, chat
from affectory.lm.remote import Remote


def client(endpoint: str, path: str, calls: int, at_once: int) -> None:
    """Ask all questions; print what it took."""
    model = Remote("counted", endpoint, cache=Cache(Path(path)), at_once=at_once)
    said = model.generate([chat(f"question {at}") for at in range(calls)], Sampling(tokens=16))
    right = sum(answer.text == f"re: question {at}" for at, answer in enumerate(said))
    print(f"{right:,} right answers; {model.usage}")


def kept_in(path: Path) -> set[str]:
    """Return the keys of the answers on disk, read by plain SQLite."""
    if not path.exists():
        return set()
    try:
        with sqlite3.connect(path) as file:
            return {key for (key,) in file.execute("select key from answers")}
    except sqlite3.OperationalError:  # killed before the table was made
        return set()


def resumed(calls: int, kills: int, at_once: int, pause: float, seed: int) -> bool:
    """Run, kill, resume to the end; print the counts; return whether nothing kept was re-paid."""
    dice = random.Random(seed)
    marks = sorted(dice.sample(range(1, calls), kills))
    with tempfile.TemporaryDirectory() as folder, CountingServer(pause=pause) as server:
        path = Path(folder) / "answers.sqlite"
        words = [sys.executable, __file__, "--client", server.endpoint, str(path)]
        words += ["--calls", str(calls), "--at-once", str(at_once)]
        repaid, begun = 0, time.monotonic()
        for mark in marks:
            known, before = kept_in(path), dict(server.served)
            run = subprocess.Popen(words, stdout=subprocess.DEVNULL)
            while sum(server.served.values()) < mark and run.poll() is None:
                time.sleep(0.002)
            time.sleep(dice.random() * 0.02)
            run.send_signal(signal.SIGKILL)
            run.wait()
            time.sleep(0.1 + pause)  # the server ends what was under way
            repaid += sum(server.served[key] > before[key] for key in known)
            print(
                f"  killed at {sum(server.served.values()):,} served, {len(kept_in(path)):,} kept"
            )
        known, before = kept_in(path), dict(server.served)
        last = subprocess.run(words, capture_output=True, text=True, check=True)
        again = subprocess.run(words, capture_output=True, text=True, check=True)
        took = time.monotonic() - begun
        repaid += sum(server.served[key] > before[key] for key in known)
        total, unique = sum(server.served.values()), len(server.served)
        print(f"last run: {last.stdout.strip()}")
        print(f"run once more: {again.stdout.strip()}")
        print(
            f"questions {calls:,}; kills (SIGKILL) {kills}; at once {at_once}; {took:.0f} s in all"
        )
        print(f"answers that the server sent: {total:,}, to {unique:,} different questions")
        print(f"sent again although kept on disk: {repaid} (must be 0)")
        print(
            f"sent again because a kill fell between the server's answer and the disk: "
            f"{total - unique} (at most {at_once} a kill: {at_once * kills}); a provider that "
            "ignores Idempotency-Key bills these twice"
        )
        print(f"billed by a provider that honours Idempotency-Key: {unique:,}")
        return repaid == 0 and unique == calls and total - unique <= at_once * kills


def speed(pause: float = 0.05) -> None:
    """Print calls per second with 1, 8 and 32 under way, where each answer takes `pause`."""
    for at_once in (1, 8, 32):
        calls = 40 * min(at_once, 16)
        with tempfile.TemporaryDirectory() as folder, CountingServer(pause=pause) as server:
            cache = Cache(Path(folder) / "answers.sqlite")
            model = Remote("counted", server.endpoint, cache=cache, at_once=at_once)
            model.generate([chat("warm")])
            begun = time.monotonic()
            model.generate([chat(f"question {at}") for at in range(calls)])
            rate = calls / (time.monotonic() - begun)
            begun = time.monotonic()
            model.generate([chat(f"question {at}") for at in range(calls)])
            from_disk = calls / (time.monotonic() - begun)
            cache.close()
        print(
            f"at once {at_once:2}: {rate:6.1f} calls/s of a server that takes {pause * 1e3:.0f} ms "
            f"(n={calls}); from the cache {from_disk:,.0f}/s"
        )


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--pause", type=float, default=0.005, help="seconds an answer takes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--client", nargs=2, metavar=("ENDPOINT", "CACHE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        client(*given.client, given.calls, given.at_once)
        return 0
    good = resumed(given.calls, given.kills, given.at_once, given.pause, given.seed)
    speed()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
