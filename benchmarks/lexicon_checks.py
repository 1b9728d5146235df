"""How well means of listed words follow human ratings, beside the published figures.

    python benchmarks/lexicon_checks.py --data DIR

DIR holds `vader/` (word list and four rated sets), `labmt/`, `warriner_vad/` and `emobank/`.
Correlations are Pearson over all texts, with texts without a listed word at rest (0), as
the published figures have it, and over the texts that have one; intervals are percentile
bootstrap over texts, 95 %, 1,000 draws, seed 0.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np
import polars as pl

from affectory.core.records import Records
from affectory.perceive.lexicon import LexiconEmotion
from affectory.senses.lexicon import Lexicon, read_lexicon, starter

SETS = {
    "tweets": "tweets",
    "NYT": "nytEditorialSnippets",
    "Amazon": "amazonReviewSnippets",
    "movies": "movieReviewSnippets",
}
KNOWN = {  # VADER's rules, and plain means of labMT and Warriner, measured on the same files
    "VADER": (0.872, 0.503, 0.590, 0.427),
    "labMT": (0.708, 0.376, 0.475, 0.328),
    "Warriner": (0.650, 0.365, 0.358, 0.337),
}


def rated(path: Path) -> tuple[list[str], np.ndarray]:
    """Return texts and mean human ratings of one set."""
    raw = gzip.decompress(path.read_bytes())
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    rows = [line.split("\t", 2) for line in text.splitlines() if line.count("\t") >= 2]
    return [row[2] for row in rows], np.array([float(row[1]) for row in rows])


def values_of(lexicon: Lexicon, texts: list[str], heed: bool) -> np.ndarray:
    """Return the states of `texts`, one row each, in their order."""
    frame = pl.DataFrame({"session": "s", "actor": "a", "text": texts})
    method = LexiconEmotion(lexicon, negation=heed, degree=heed)
    return method.perceive(Records(frame)).only.values.astype(np.float64)


def correlation(x: np.ndarray, y: np.ndarray) -> str:
    """Return Pearson's r with its bootstrap interval."""
    draws = np.random.default_rng(0).integers(0, len(x), (1000, len(x)))
    r = np.corrcoef(x, y)[0, 1]
    a, b = x[draws], y[draws]
    a, b = a - a.mean(1, keepdims=True), b - b.mean(1, keepdims=True)
    many = (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1))
    low, high = np.quantile(many, (0.025, 0.975))
    return f"{r:.3f} [{low:.3f}, {high:.3f}]"


def valence(data: Path, lexica: dict[str, Lexicon]) -> None:
    """Print the four rated sets, every list, negation and degree off and on."""
    print(f"{'list':20} {'set':7} {'heed':4} {'all texts':>24} {'with a listed word':>24}", end="")
    print(f" {'n':>6} {'known':>6} {'beside':>7}")
    for at, (label, stem) in enumerate(SETS.items()):
        texts, truth = rated(data / "vader" / f"{stem}_GroundTruth.txt.gz")
        for name, lexicon in lexica.items():
            for heed in (False, True):
                said = values_of(lexicon, texts, heed)[:, 0]
                known = ~np.isnan(said)
                every = correlation(np.nan_to_num(said), truth)
                some = correlation(said[known], truth[known])
                beside = KNOWN[name.split()[0]][at] if name.split()[0] in KNOWN else float("nan")
                line = f"{name:20} {label:7} {'on' if heed else 'off':4} {every:>24} {some:>24}"
                print(f"{line} {len(texts):6} {known.mean():6.1%} {beside:7.3f}")


def emobank(data: Path, lexica: dict[str, Lexicon]) -> None:
    """Print the test split of EmoBank: valence, arousal, dominance."""
    table = pl.read_csv(gzip.decompress((data / "emobank" / "emobank.csv.gz").read_bytes()))
    test = table.filter(pl.col("split") == "test")
    for name, lexicon in lexica.items():
        for heed in (False, True):
            said = values_of(lexicon, test["text"].to_list(), heed)
            known = ~np.isnan(said[:, 0])
            line = f"EmoBank test {name:10} {'on' if heed else 'off':4} n={test.height}"
            for j, axis in enumerate("VAD"):
                truth = test[axis].to_numpy()
                line += f"  {axis} {correlation(np.nan_to_num(said[:, j]), truth)}"
                line += f" known {np.corrcoef(said[known, j], truth[known])[0, 1]:.3f}"
            print(line, f"covered {known.mean():.1%}")


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    labmt = data / "labmt" / "labMT_English.tsv.gz"
    warriner = read_lexicon(data / "warriner_vad" / "Ratings_Warriner_et_al.csv.gz")
    lexica = {
        "VADER list": read_lexicon(data / "vader" / "vader_lexicon.txt.gz"),
        "labMT": read_lexicon(labmt, language="en"),
        "labMT without 4-6": read_lexicon(labmt, language="en", neutral=(4, 6)),
        "Warriner": warriner,
        "starter": starter(),
    }
    valence(data, lexica)
    emobank(data, {"Warriner": warriner, "starter": starter()})


if __name__ == "__main__":
    main()
