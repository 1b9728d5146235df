"""How often crisis phrases fire on everyday talk, and how often they find what they should.

Usage: python benchmarks/guard_alarms.py DATA [--half even|odd|all] [--sample FILE] [--sheet FILE]

The phrase table was made on the even rows (by place in each corpus) and is reported on the odd
ones. Rates come with Wilson intervals (95 %). `--sample` writes up to 20 flagged texts per corpus
and kind to a file for a rater to read; `--sheet` writes 60 flagged posts and 80 posts that hold a
word about death but are not flagged, drawn from three sets of posts, to estimate what is missed.
Such files must not be passed on.
"""

import argparse
import csv
import gzip
import io
import json
import random
import re
from collections.abc import Callable, Iterator
from math import sqrt
from pathlib import Path

import polars as pl

from affectory.guard import crisis

Texts = list[str]


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return the Wilson score interval of `hits` in `n`, as shares in [0, 1]."""
    if n == 0:
        return 0.0, 1.0
    share, spread = hits / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _read(path: Path) -> str:
    with gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="") as file:
        return file.read()


def _column(path: Path, name: str, delimiter: str = ",") -> Texts:
    return [
        row[name] or "" for row in csv.DictReader(io.StringIO(_read(path)), delimiter=delimiter)
    ]


def _meld(folder: Path) -> Texts:
    files = sorted((folder / "meld").glob("*.csv.gz"))
    return [text for file in files for text in _column(file, "Utterance")]


def _dailydialog(folder: Path) -> Texts:
    texts: Texts = []
    for file in sorted((folder / "dailydialog_reccon").glob("*.json.gz")):
        for turns in json.loads(_read(file)).values():
            texts += [turn["utterance"] for turn in turns[0]]
    return texts


def _empathetic(folder: Path) -> Texts:
    files = sorted((folder / "empathetic_dialogues").glob("*.csv.gz"))
    return [text for file in files for text in _column(file, "utterance")]


def _goemotions(folder: Path) -> Texts:
    lines = _read(folder / "goemotions" / "test.tsv.gz") + _read(
        folder / "goemotions" / "dev.tsv.gz"
    )
    return [line.split("\t")[0] for line in lines.splitlines() if line]


def _esconv(folder: Path) -> Texts:
    files = sorted((folder / "esconv").glob("*.jsonl.gz"))
    chats = [json.loads(line) for file in files for line in _read(file).splitlines() if line]
    return [turn["text"] for chat in chats for turn in chat["dialog"]]


def _counsel(folder: Path) -> Texts:
    return list(
        dict.fromkeys(_column(folder / "counsel_chat" / "counsel_chat.csv.gz", "questionText"))
    )


def _imhi(name: str) -> Callable[[Path], Texts]:
    def posts(folder: Path) -> Texts:
        queries = _column(folder / "imhi_test" / f"{name}.csv.gz", "query")
        return list(dict.fromkeys(re.split(r"\s+Question: ", query)[0] for query in queries))

    return posts


def _wassa(folder: Path) -> Texts:
    return _column(folder / "wassa2022_train" / "train.tsv.gz", "essay", "\t")


def _quijote(folder: Path) -> Texts:
    text = _read(folder / "literary_texts" / "quijote.txt.gz")
    return [s.strip() for s in re.split(r"(?<=[.!?])\s+", text) if s.strip()]


CORPORA: dict[str, Callable[[Path], Texts]] = {
    "meld": _meld,
    "dailydialog": _dailydialog,
    "empathetic": _empathetic,
    "goemotions": _goemotions,
    "wassa": _wassa,
    "quijote": _quijote,
    "esconv": _esconv,
    "counsel_chat": _counsel,
    **{f"imhi/{name}": _imhi(name) for name in ("dreaddit", "DR", "CAMS", "Irf", "SAD")},
}


NEAR = re.compile(
    r"(?i)suicid|kill\w* my|to die\b|\bdead\b|\bdying|\bdie\b|end (it|my|this|things)|not be here|"
    r"disappear|overdos|wake up|to live|living any|be alive|better off|\bdeath"
)


def _halves(texts: Texts, half: str) -> Texts:
    return texts if half == "all" else texts[0 if half == "even" else 1 :: 2]


def _lines(name: str, texts: Texts, found: pl.DataFrame) -> Iterator[str]:
    urgent = found.filter(pl.col("kind").cast(pl.String).is_in(crisis.KINDS[:5]))
    counted = [("any", found), ("urgent", urgent)]
    counted += [(kind, found.filter(pl.col("kind") == kind)) for kind in crisis.KINDS]
    for kind, flags in counted:
        hits = flags["row"].n_unique()
        low, high = wilson(hits, len(texts))
        if hits or kind in ("any", "urgent"):
            rate = hits / max(1, len(texts))
            yield (
                f"{name:14} {kind:15} {hits:6,} of {len(texts):7,}  "
                f"{rate:8.3%}  [{low:.3%}, {high:.3%}]"
            )


def _sampled(name: str, texts: Texts, found: pl.DataFrame) -> Iterator[str]:
    few = found.sample(fraction=1, shuffle=True, seed=7).group_by("kind", maintain_order=True)
    for row, kind, phrase, start, stop in few.head(20).select(*found.columns).rows():
        around = texts[row][max(0, start - 120) : stop + 80].replace("\n", " ")
        yield f"{name}\t{kind}\t{phrase}\t{around}"


def _around(text: str, start: int, stop: int) -> str:
    return text[max(0, start - 75) : stop + 50].replace("\n", " ")


def _sheet(folder: Path, half: str) -> tuple[int, int, list[str]]:
    """Return how many posts are flagged, how many are only near, and a sheet to rate."""
    flagged, near = [], []
    posts = [_halves(CORPORA[f"imhi/{name}"](folder), half) for name in ("DR", "CAMS", "Irf")]
    texts = list(dict.fromkeys(text for some in posts for text in some))
    found = crisis.flags(texts).filter(pl.col("kind").cast(pl.String).is_in(crisis.KINDS[:5]))
    firsts = {row: (kind, start, stop) for row, kind, _, start, stop in reversed(found.rows())}
    for row, text in enumerate(texts):
        if row in firsts:
            kind, start, stop = firsts[row]
            flagged.append(f"flagged\t{kind}\t{_around(text, start, stop)}")
        elif hits := list(NEAR.finditer(text))[:3]:
            near.append("near\t\t" + " // ".join(_around(text, *hit.span()) for hit in hits))
    draw = random.Random(5)
    draw.shuffle(flagged)
    draw.shuffle(near)
    return len(flagged), len(near), flagged[:60] + near[:80]


def main() -> None:
    """Print one line per corpus and kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--half", choices=("even", "odd", "all"), default="odd")
    parser.add_argument("--sample", type=Path)
    parser.add_argument("--sheet", type=Path)
    given = parser.parse_args()
    sample: list[str] = []
    for name, read in CORPORA.items():
        try:
            texts = _halves(read(given.data), given.half)
        except FileNotFoundError:
            print(f"{name:14} is not in {given.data}")
            continue
        found = crisis.flags(texts)
        print(*_lines(name, texts, found), sep="\n")
        sample += _sampled(name, texts, found)
    if given.sheet:
        flagged, near, sheet = _sheet(given.data, given.half)
        print(f"posts flagged as urgent: {flagged}; not flagged but near: {near}")
        given.sheet.write_text("\n".join(sheet), encoding="utf-8")
    if given.sample:
        given.sample.write_text("\n".join(sample), encoding="utf-8")


if __name__ == "__main__":
    main()
