"""Fifty readers, five raters and who watches them agree: errors, waiting times, samples lost.

    affectory trace CHATS --out LAKE
    python benchmarks/explorer_load.py LAKE --seconds 120

Starts `affectory serve` on a free port of loopback, over a copy of the lake, and asks it as pages do: lists, sessions,
turns, states. All raters rate one session, each sends ten samples every 0.4 s; somebody looks at how
far they agree every four seconds, as the page does. Prints how many requests were answered, the
median, 95th percentile and worst waiting time, the same of those looks, errors, and how many
acknowledged samples the takes hold in the end.
"""  # noqa: E501

import argparse
import asyncio
import math
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np

READERS, RATERS, BATCH, PAUSE, LOOK = 50, 5, 10, 0.4, 4.0
RATED = 0  # number of the session
THINK = 1.0  # seconds between two things that a reader looks at


def main() -> None:
    """Print the figures of one lake."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("lake", type=Path, help="folder that a trace wrote")
    parser.add_argument("--seconds", type=float, default=120)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "out"
        shutil.copytree(asked.lake, lake)
        command = [sys.executable, "-c", "from affectory.cli.main import main; main()"]
        with subprocess.Popen(
            [*command, "serve", str(lake), "--port", "0"], stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            try:
                asyncio.run(crowd(address, asked.seconds))
            finally:
                server.terminate()


async def crowd(address: str, seconds: float) -> None:
    """Ask the server as a crowd does, and print how it went."""
    limits = httpx.Limits(max_connections=200)
    headers = {"x-affectory": "1"}
    async with httpx.AsyncClient(base_url=f"{address}api", headers=headers, limits=limits,
                                 timeout=60) as client:  # fmt: skip
        job = (await client.get("/traces")).json()[0]["job"]
        total = (await client.get(f"/traces/{job}/sessions")).json()["total"]
        waits: list[float] = []
        looks: list[float] = []
        wrong: list[int] = []
        end = time.perf_counter() + seconds
        readers = [read(client, job, total, end, waits, wrong, n) for n in range(READERS)]
        raters = [rate(client, job, end, waits, wrong, n) for n in range(RATERS)]
        watcher = watch(client, job, end, looks, wrong)
        sent = (await asyncio.gather(*readers, *raters, watcher))[READERS:-1]
    half, most = np.quantile(waits, (0.5, 0.95)) * 1000
    print(f"{READERS} readers, {RATERS} raters, {seconds:.0f} s, {total:,} sessions")
    print(f"{len(waits):,} requests; median {half:.0f} ms, p95 {most:.0f} ms, "
          f"worst {max(waits) * 1000:.0f} ms; errors {len(wrong)}")  # fmt: skip
    half, most = np.quantile(looks, (0.5, 0.95)) * 1000
    print(
        f"{len(looks)} looks at how far the raters agree; median {half:.0f} ms, p95 {most:.0f} ms"
    )
    kept, acknowledged = (sum(part) for part in zip(*sent, strict=True))
    print(f"samples acknowledged {acknowledged:,}, kept {kept:,}, lost {acknowledged - kept:,}")


async def asked(client: httpx.AsyncClient, waits: list[float], wrong: list[int], path: str) -> None:
    """Ask for one thing, and note how long it took."""
    begun = time.perf_counter()
    answer = await client.get(path)
    waits.append(time.perf_counter() - begun)
    if answer.status_code != 200:
        wrong.append(answer.status_code)


async def read(
    client: httpx.AsyncClient, job: str, total: int, end: float, waits: list[float],
    wrong: list[int], seed: int,
) -> tuple[int, int]:  # fmt: skip
    """Look at lists and sessions, with a moment of thought between."""
    draw = random.Random(seed)
    await asyncio.sleep(draw.random() * THINK)
    while time.perf_counter() < end:
        base = f"/traces/{job}/sessions"
        one = f"{base}/{draw.randrange(total)}"
        for path in (f"{base}?skip={draw.randrange(total)}", one, f"{one}/turns",
                     f"{one}/states?space=vad"):  # fmt: skip
            await asked(client, waits, wrong, path)
            await asyncio.sleep(THINK * draw.random() * 2)
    return 0, 0


async def watch(
    client: httpx.AsyncClient, job: str, end: float, looks: list[float], wrong: list[int]
) -> tuple[int, int]:
    """Look at how far raters agree, on both axes, now and then."""
    base = f"/traces/{job}/sessions/{RATED}/agreement?space=va&kind=traced"
    await asyncio.sleep(LOOK)
    while time.perf_counter() < end:
        await asyncio.gather(
            *(asked(client, looks, wrong, f"{base}&axis={a}") for a in ("valence", "arousal"))
        )
        await asyncio.sleep(LOOK)
    return 0, 0


async def rate(
    client: httpx.AsyncClient, job: str, end: float, waits: list[float], wrong: list[int], n: int
) -> tuple[int, int]:
    """Rate a session; return how many samples are kept, and how many were acknowledged."""
    wish = {"rater": f"r{n}", "space": "va", "axes": ["valence", "arousal"]}
    take = (await client.post(f"/traces/{job}/sessions/{RATED}/takes", json=wish)).json()["id"]
    acknowledged = 0
    while time.perf_counter() < end:
        at = range(acknowledged, acknowledged + BATCH)
        rows = [{"n": i, "at": i / 25, "said": said(i / 25, n)} for i in at]
        begun = time.perf_counter()
        answer = await client.post(f"/takes/{take}/samples", json=rows)
        waits.append(time.perf_counter() - begun)
        if answer.status_code == 200:
            acknowledged += BATCH
        else:
            wrong.append(answer.status_code)
        await asyncio.sleep(PAUSE)
    kept = len((await client.get(f"/takes/{take}/samples")).json()["n"])
    return kept, acknowledged


def said(at: float, n: int) -> dict[str, float]:
    """Return what a rater says at a time: the others' wave, a little later."""
    wave = math.sin((at - 0.3 * n) / 7)
    return {"valence": 0.8 * wave, "arousal": 0.5 * wave**2}


if __name__ == "__main__":
    main()
