"""Whether a remote run that is killed again and again pays for any call twice, and how fast it is.

Usage: python benchmarks/remote_resume.py [--calls 10000] [--kills 8] [--at-once 8] [--seed 0]

A counting server runs here; the client is a process of its own that is killed (SIGKILL) at
random moments and started again until all is answered. Each answer that the server sends is
counted under the key of its question. First the client alone is killed, as by a person or for
lack of memory: the process that asks for it keeps what is under way. Then, with `apart=False`,
all that is ours dies at once, as in a power cut: what the server had sent, or went on to send, to
nobody is asked again. Then the speed, with one call under way and with many.
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


def client(endpoint: str, path: str, given: argparse.Namespace) -> None:
    """Ask all questions; print what it took."""
    cache = Cache(Path(path))
    model = Remote(
        "counted", endpoint, cache=cache, at_once=given.at_once, apart=not given.together
    )
    prompts = [chat(f"question {at}") for at in range(given.calls)]
    said = model.generate(prompts, Sampling(tokens=16))
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


def resumed(given: argparse.Namespace, together: bool) -> bool:
    """Run, kill, resume to the end; print the counts; return whether they are as promised."""
    dice = random.Random(given.seed)
    marks = sorted(dice.sample(range(1, given.calls), given.kills))
    with tempfile.TemporaryDirectory() as folder, CountingServer(pause=given.pause) as server:
        path = Path(folder) / "answers.sqlite"
        words = [sys.executable, __file__, "--client", server.endpoint, str(path)]
        words += ["--calls", str(given.calls), "--at-once", str(given.at_once)]
        words += ["--together"] if together else []
        repaid, begun, places = 0, time.monotonic(), []
        for mark in marks:
            known = {key: server.served[key] for key in kept_in(path)}
            run = subprocess.Popen(words, stdout=subprocess.DEVNULL)
            while sum(server.served.values()) < mark and run.poll() is None:
                time.sleep(0.002)
            time.sleep(dice.random() * 0.02)
            run.send_signal(signal.SIGKILL)
            run.wait()
            places.append(f"{sum(server.served.values()):,}")
            repaid += sum(server.served[key] > before for key, before in known.items())
        known = {key: server.served[key] for key in kept_in(path)}
        last = subprocess.run(words, capture_output=True, text=True, check=True)
        again = subprocess.run(words, capture_output=True, text=True, check=True)
        took = time.monotonic() - begun
        repaid += sum(server.served[key] > before for key, before in known.items())
        total, unique = sum(server.served.values()), len(server.served)
    who = "all that is ours (apart=False)" if together else "the client; its keeper lives on"
    print(f"killed by SIGKILL: {who}")
    print(f"  {given.kills} kills, at {', '.join(places)} answers; {took:.0f} s in all")
    print(f"  last run: {last.stdout.strip()}")
    print(f"  once more: {again.stdout.strip()}")
    print(f"  answers that the server sent: {total:,}, to {unique:,} different questions")
    print(f"  sent again although on disk when its run began: {repaid}")
    most = given.at_once * given.kills if together else 0
    print(f"  sent again in all: {total - unique} (at most {most})")
    print(f"  billed by a provider that honours Idempotency-Key: {unique:,}")
    return repaid == 0 and unique == given.calls and total - unique <= most


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
    parser.add_argument("--client", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--together", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        client(*given.client, given)
        return 0
    good = [resumed(given, together) for together in (False, True)]
    speed()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
