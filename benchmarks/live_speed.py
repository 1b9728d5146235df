"""How long a live turn takes, a long talk that comes back, and what the proxy adds to an answer.

    python benchmarks/live_speed.py --turns 2000 --n 300

A talk of two speakers with sentences of the samples is kept, then read again: once with what was
heard beside it taken away, once as it is. Then `affectory serve` is asked through its WebSocket,
and `affectory live --proxy` through HTTP, before a server that answers at once without a model;
and a page follows what passes. Prints n, the median, 95th percentile and worst of each, in ms.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
from counting_server import CountingServer
from websockets.sync.client import connect

from affectory.web.talk import Talk
from affectory.web.transcript import Told

COMMAND = [sys.executable, "-c", "from affectory.cli.main import main; main()"]
SAID = (
    "I love this, thank you so much!", "No, that is wrong. I said Monday.", "Where is my order?",
    "I am so tired of waiting, and nobody answers me.", "Your parcel is on its way.", "ok",
    "I am sorry about that. I will look into it right away.", "That is great news, I am relieved.",
)  # fmt: skip
BAR = 100.0  # ms from sent to answered
FIRST = 6  # calls that are not timed


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--turns", type=int, default=2000, help="of the talk that comes back")
    parser.add_argument("--n", type=int, default=300, help="live turns that are timed")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        (out / "live").mkdir(parents=True)
        coming_back(out / "live" / f"{'0' * 16}.jsonl", asked.turns)
        with started("serve", str(out), "--port", "0") as address:
            through_socket(address, asked.n, asked.turns)
            through_proxy(address, out, asked.n)


def words() -> Iterator[str]:
    """Yield sentences without end, no two alike."""
    return (f"{SAID[n % len(SAID)]} ({n})" for n in itertools.count())


def coming_back(path: Path, turns: int) -> None:
    """Print how long a talk takes to come back, without what was heard, and with it."""
    lines = (Told(("user", "assistant")[n % 2], text, float(n), n).line
             for n, text in zip(range(turns), words(), strict=False))  # fmt: skip
    path.write_bytes(b"".join(lines))
    took = []
    for _ in range(2):  # the first time everything is heard, and kept beside the turns
        talk = Talk.of(path)
        talk.warm()
        begun = time.perf_counter()
        count = sum(1 for _ in talk.resume())
        took.append(time.perf_counter() - begun)
        assert count == turns
    print(f"a talk of {turns:,} turns comes back: heard anew {took[0]:.1f} s, "
          f"from what was kept {took[1]:.2f} s")  # fmt: skip


def through_socket(address: str, n: int, turns: int) -> None:
    """Print how long a turn takes from sent to answered, in a new talk and in a long one."""
    name = httpx.post(f"{address}api/talks", headers={"x-affectory": "1"}).json()["talk"]
    for talk, before in ((name, 0), ("0" * 16, turns)):
        with connect(f"ws{address[4:]}api/talks/{talk}/turns", max_size=None) as socket:
            for _ in range(before):
                socket.recv()

            def turn(text: str, socket: object = socket) -> None:
                told = {"id": time.time_ns() // 1000, "actor": "ann", "text": text}
                socket.send(json.dumps(told))  # type: ignore[attr-defined]
                socket.recv()  # type: ignore[attr-defined]

            told = f"socket, a turn of a talk of {before:,} turns"
            printed(told, timed(turn, n), BAR)


def through_proxy(address: str, out: Path, n: int) -> None:
    """Print what the proxy adds to an answer, and when a page shows what passes."""
    with CountingServer() as server, started(
        "live", "--proxy", server.endpoint, "--port", "0", "--lake", str(out)
    ) as proxy, httpx.Client() as client:  # fmt: skip

        def ask(base: str, text: str, key: str = "a") -> None:
            asked = {"model": "m", "messages": [{"role": "user", "content": text}]}
            headers = {"x-affectory-talk": key}
            client.post(f"{base}/chat/completions", json=asked, headers=headers)

        for ear, pause in (("idle", 0.15), ("at work", 0.0)):
            bases = itertools.cycle((server.endpoint, proxy))  # by turns, each as often as asked
            waits = timed(lambda text, bases=bases: ask(next(bases), text), 2 * n, pause)  # type: ignore[misc]
            straight, passed = waits[::2], waits[1::2]
            printed(f"an answer, straight from the server, the ear {ear}", straight)
            printed(f"an answer, through the proxy, the ear {ear}", passed)
            print(f"the proxy adds {np.median(passed) - np.median(straight):.1f} ms (medians)")
        ask(proxy, "hello", "b")
        while len(found := sorted((out / "live").glob("chat-*.jsonl"))) < 2:  # all else is heard
            time.sleep(0.05)
        time.sleep(1)
        last = max(found, key=lambda path: path.stat().st_mtime)
        with connect(f"ws{address[4:]}api/talks/{last.stem}/turns", max_size=None) as socket:
            first = [json.loads(socket.recv())["actor"] for _ in range(2)]
            assert first == ["user", "assistant"]
            waits = []
            for _, text in zip(range(n), words(), strict=False):
                begun = time.perf_counter()
                ask(proxy, text, "b")
                socket.recv()
                waits.append((time.perf_counter() - begun) * 1000)
                socket.recv()
                time.sleep(0.05)
        printed("a turn that passes, from sent to shown on a page", waits, BAR)


def timed(work: Callable[[str], None], n: int, pause: float = 0.0) -> list[float]:
    """Return how long each of `n` calls takes, in ms, after a few that are not counted."""
    waits = []
    for _, text in zip(range(n + FIRST), words(), strict=False):
        begun = time.perf_counter()
        work(text)
        waits.append((time.perf_counter() - begun) * 1000)
        time.sleep(pause)
    return waits[FIRST:]


def printed(what: str, waits: list[float], bar: float | None = None) -> None:
    """Print n, the median, 95th percentile and worst."""
    half, most = np.quantile(waits, (0.5, 0.95))
    over = "" if bar is None else f", over {bar:.0f} ms: {sum(wait > bar for wait in waits)}"
    print(f"{what}: n {len(waits)}, median {half:.1f} ms, p95 {most:.1f} ms, "
          f"worst {max(waits):.1f} ms{over}")  # fmt: skip


@contextmanager
def started(*words: str) -> Iterator[str]:
    """Start a command; give the address that it prints, wherever it prints it."""
    pipe = subprocess.PIPE if words[0] == "live" else None
    with subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE if pipe is None else
                          subprocess.DEVNULL, stderr=pipe, text=True) as process:  # fmt: skip
        lines = process.stdout or process.stderr
        assert lines is not None
        try:
            yield lines.readline().split()[0]
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
