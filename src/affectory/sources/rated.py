"""Texts that people have rated: the published splits of GoEmotions and EmoBank.

GoEmotions (Demszky et al. 2020, CC BY 4.0): `{train,dev,test}.tsv[.gz]` with text, label
numbers and id. EmoBank (Buechel & Hahn 2017, CC BY-SA 4.0): `emobank.csv[.gz]` with id, split,
V, A, D on 1-5 and text.
"""

__all__ = ["Rated", "read_emobank", "read_goemotions"]

import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO, cast

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, BadFile, MissingFile

SPLITS = ("train", "dev", "test")
LABELS = 28


class Rated(NamedTuple):
    """Texts and what their raters said.

    Attributes:
        texts: n texts.
        values: One state a text. Shape (n, k).
    """

    texts: list[str]
    values: NDArray[np.float32]


def read_goemotions(folder: Path, split: str) -> Rated:
    """Return the texts and labels (goemotions28, 0 or 1) of a split.

    Raises:
        BadChoice: if `split` is none of train, dev and test.
        MissingFile: if its file is not in `folder`.
        BadFile: if a line is not text, labels and id.
    """
    texts: list[str] = []
    rows: list[list[int]] = []
    path = _path(folder, f"{_split(split)}.tsv")
    with _opened(path) as lines:
        for number, line in enumerate(lines, 1):
            parts = line.rstrip("\n").split("\t")
            if len(parts) != 3:
                raise BadFile(path, f"{len(parts)} fields in line {number}", "text, labels, id",
                              "fetch the published file again")  # fmt: skip
            texts.append(parts[0])
            rows.append([int(label) for label in parts[1].split(",")])
    values = np.zeros((len(rows), LABELS), np.float32)
    for row, labels in enumerate(rows):
        values[row, labels] = 1.0
    return Rated(texts, values)


def read_emobank(folder: Path, split: str) -> Rated:
    """Return the texts and ratings (vad, ``(x - 3) / 2``) of a split.

    Raises:
        BadChoice: if `split` is none of train, dev and test.
        MissingFile: if its file is not in `folder`.
    """
    wanted = _split(split)
    with _opened(_path(folder, "emobank.csv")) as lines:
        rows = [row for row in csv.DictReader(lines) if row["split"] == wanted]
    ratings = np.array([[float(row[name]) for name in "VAD"] for row in rows], np.float32)
    signed = (ratings.reshape(-1, 3) - np.float32(3)) / np.float32(2)
    return Rated([row["text"] for row in rows], signed)


def _split(split: str) -> str:
    if split not in SPLITS:
        raise BadChoice("split", split, SPLITS)
    return split


def _path(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise MissingFile(folder / name, "put the published file there, plain or gzipped")


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as lines:
        yield cast(TextIO, lines)
