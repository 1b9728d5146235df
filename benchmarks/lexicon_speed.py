"""Our word-list scorer against labMTsimple and VADER: same texts, turn about, CPU seconds.

    pip install labMTsimple marisa-trie jinja2 vaderSentiment   # peers; none of them is needed
    python benchmarks/lexicon_speed.py --data DIR

DIR holds `meld/`, `dailydialog_reccon/`, `labmt/`, `warriner_vad/`, `vader/`. Texts are the
utterances of MELD and then of DailyDialog, 20,000 in all. One thread, 7 pairs, median of the
ratio within each pair. Results are compared before anything is timed.
"""

import argparse
import csv
import gzip
import io
import json
import re
import resource
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from affectory.senses.lexicon import Lexicon, read_lexicon
from affectory.senses.scoring import score

PAIRS = 7
TOKEN = re.compile(r"[\w@#'&\]\[]+")  # as in labMTsimple's own workflow
HELD = re.compile(r"(.)\1\1+")  # letters that we fold and labMTsimple does not


def utterances(data: Path, n: int = 20_000) -> list[str]:
    """Return n utterances."""
    said: list[str] = []
    for part in ("train_sent_emo", "dev_sent_emo", "test_sent_emo_part"):
        text = gzip.decompress((data / "meld" / f"{part}.csv.gz").read_bytes()).decode("utf-8-sig")
        said += [row["Utterance"] for row in csv.DictReader(io.StringIO(text))]
    for path in sorted((data / "dailydialog_reccon").glob("*.json.gz")):
        dialogues = json.loads(gzip.decompress(path.read_bytes())).values()
        said += [turn["utterance"] for parts in dialogues for part in parts for turn in part]
    return said[:n]


def seconds(work: Callable[[], object]) -> float:
    """Return CPU seconds of one run."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def compare(name: str, n: int, ours: Callable[[], object], theirs: Callable[[], object]) -> None:
    """Time both in turn and print medians."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(PAIRS)]
    mine, other = np.median(pairs, axis=0)
    ratio = np.median([b / a for a, b in pairs])
    print(f"{name:44} ours {n / mine:10,.0f}/s  peer {n / other:9,.0f}/s  ratio {ratio:6.1f}")


def labmt(texts: list[str], warriner: Lexicon) -> None:
    """Compare with labMTsimple's fast class, one axis, neutral words dropped."""
    try:
        from labMTsimple.speedy import LabMT
    except ImportError as error:
        print(f"labMTsimple: not timed, {error}; a dict loop with its rule stands in")
        return
    peer = LabMT()
    table = pl.DataFrame(
        {"word": list(peer.data), "valence": [float(row[1]) for row in peer.data.values()]}
    )
    own = read_lexicon(table, scale=(1, 9), neutral=(4, 6), language="en")

    def theirs(said: list[str]) -> list[float]:
        return [
            peer.scoreTrieDict(Counter(TOKEN.findall(text.lower())), center=5.0, stopVal=1.0)
            for text in said
        ]

    plain = [" ".join(re.findall(r"[a-z]+", text.lower())) for text in texts]
    held = {HELD.sub(r"\1\1", word) for word in peer.data if HELD.search(word)}  # "oooh", "mmm"
    plain = [text for text in plain if not HELD.search(text) and not held & set(text.split())]
    joint = [f" {word.replace('-', ' ')} " for word in peer.data if "-" in word]  # "e-mail"
    plain = [text for text in plain if not any(pair in f" {text} " for pair in joint)]
    mine = np.nan_to_num(score(plain, own, None, False).means()[0][:, 0]) * 4 + 5
    gap = np.abs(mine - np.array(theirs(plain))).max()
    print(f"labMTsimple: largest difference on {len(plain):,} plain texts {gap:.1e}")
    assert gap < 1e-9
    n = len(texts)
    compare(
        "labMT, one axis, negation off", n,
        lambda: score(texts, own, None, False).means(), lambda: theirs(texts),
    )  # fmt: skip
    compare(
        "labMT, one axis, negation and degree on", n,
        lambda: score(texts, own).means(), lambda: theirs(texts),
    )  # fmt: skip
    compare(
        "Warriner, three axes, negation and degree on", n,
        lambda: score(texts, warriner).means(), lambda: theirs(texts),
    )  # fmt: skip


def vader(texts: list[str], data: Path) -> None:
    """Compare with VADER, negation on; its score is another formula, so no equality."""
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError as error:
        print(f"VADER: not timed, {error}")
        return
    peer = SentimentIntensityAnalyzer()
    own = read_lexicon(data / "vader" / "vader_lexicon.txt.gz")
    theirs = np.array([peer.polarity_scores(text)["compound"] for text in texts])
    mine = score(texts, own).means()[0][:, 0]
    both = ~np.isnan(mine) & (theirs != 0)
    same = (np.sign(mine[both]) == np.sign(theirs[both])).mean()
    print(f"VADER: same sign on {same:.1%} of {both.sum():,} texts scored by both")
    compare(
        "VADER list, negation and degree on", len(texts),
        lambda: score(texts, own).means(),
        lambda: [peer.polarity_scores(text) for text in texts],
    )  # fmt: skip


def hostile(lexicon: Lexicon) -> None:
    """Print time on hostile texts of one and two lengths; linear means a ratio near 2."""
    score(["warm"], lexicon)
    for name, unit, times in (
        ("emoji", "😀", 8_000),
        ("1 MB of 'not happy '", "not happy ", 100_000),
        ("1 MB of one letter", "a", 1_000_000),
        ("1 MB of ', ! '", "! ", 500_000),
    ):
        runs = [partial(score, [unit * (times * k)], lexicon) for k in (1, 2)]
        a, b = (min(seconds(run) for _ in range(5)) for run in runs)
        print(f"hostile: {name:22} {a * 1e3:7.1f} ms, twice as long {b / a:4.2f} x")


def main() -> None:
    """Print every comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    texts = utterances(data)
    warriner = read_lexicon(data / "warriner_vad" / "Ratings_Warriner_et_al.csv.gz")
    print(f"{len(texts):,} utterances, {sum(map(len, texts)) / len(texts):.0f} characters each")
    labmt(texts, warriner)
    vader(texts, data)
    hostile(warriner)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process, peers and all: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
