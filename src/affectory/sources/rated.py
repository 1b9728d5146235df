"""Texts that people have rated: the published splits of GoEmotions and EmoBank.

GoEmotions (Demszky et al. 2020, CC BY 4.0): `{train,dev,test}.tsv[.gz]` with text, label
numbers and id. EmoBank (Buechel & Hahn 2017, CC BY-SA 4.0): `emobank.csv[.gz]` with id, split,
V, A, D on 1-5 and text.
"""

__all__ = ["Rated", "read_emobank", "read_goemotions"]

import csv
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, BadFile
from affectory.sources.published import AGAIN, content, published

SPLITS = ("train", "dev", "test")
LABELS = 28
HELD = 1000  # sentences of EmoBank's train split from which no words are learned, only read-outs


class Rated(NamedTuple):
    """Texts and what their raters said.

    Attributes:
        texts: n texts.
        values: One state a text. Shape (n, k).
    """

    texts: list[str]
    values: NDArray[np.float32]

    def parted(self, held: int) -> "tuple[Rated, Rated]":
        """Return all but `held` texts, and those, chosen by a chance that is always the same."""
        order = np.random.default_rng(held).permutation(len(self.texts))
        return self._rows(np.sort(order[held:])), self._rows(np.sort(order[:held]))

    def joined(self, other: "Rated") -> "Rated":
        """Return the texts of both."""
        values = np.concatenate([self.values, other.values])
        return Rated([*self.texts, *other.texts], values)

    def _rows(self, rows: NDArray[np.int64]) -> "Rated":
        return Rated([self.texts[row] for row in rows], self.values[rows])


def read_goemotions(folder: Path, split: str) -> Rated:
    """Return the texts and labels (goemotions28, 0 or 1; shape (n, 28)) of a split.

    Raises:
        BadChoice: if `split` is none of train, dev and test.
        MissingFile: if its file is not in `folder`.
        BadFile: if a line is not text, label numbers and id.
    """
    texts: list[str] = []
    rows: list[list[int]] = []
    path = published(folder, f"{_split(split)}.tsv")
    for number, line in enumerate(_lines(path), 1):
        text, labels = _labelled(line, path, number)
        texts.append(text)
        rows.append(labels)
    values = np.zeros((len(rows), LABELS), np.float32)
    for row, labels in enumerate(rows):
        values[row, labels] = 1.0
    return Rated(texts, values)


def _labelled(line: str, path: Path, number: int) -> tuple[str, list[int]]:
    """Return the text and the label numbers of a line."""
    parts = line.rstrip("\r\n").split("\t")
    labels = parts[1].split(",") if len(parts) == 3 else []
    if not labels or not all(label.isdecimal() and int(label) < LABELS for label in labels):
        expected = f"text, labels from 0 to {LABELS - 1}, id"
        found = f"line {number} has {len(parts)} fields" + " and other labels" * bool(labels)
        raise BadFile(path, found, expected, AGAIN)
    return parts[0], [int(label) for label in labels]


def read_emobank(folder: Path, split: str) -> Rated:
    """Return the texts and mean ratings (vad, ``(x - 3) / 2``, in [-1, 1]; (n, 3)) of a split.

    Raises:
        BadChoice: if `split` is none of train, dev and test.
        MissingFile: if its file is not in `folder`.
        BadFile: if a column is missing, or a rating is no number from 1 to 5.
    """
    wanted, path = _split(split), published(folder, "emobank.csv")
    table = csv.DictReader(_lines(path))
    if not {"split", "text", *"VAD"} <= set(table.fieldnames or ()):
        raise BadFile(path, f"columns {table.fieldnames}", "split, V, A, D, text", AGAIN)
    rows = [row for row in table if row["split"] == wanted]
    try:
        ratings = np.array([[float(row[name]) for name in "VAD"] for row in rows], np.float32)
    except (TypeError, ValueError) as error:
        raise BadFile(path, "a rating that is no number", "V, A, D from 1 to 5", AGAIN) from error
    if not ((ratings >= 1) & (ratings <= 5)).all():
        raise BadFile(path, "a rating out of range", "V, A, D from 1 to 5", AGAIN)
    signed = (ratings.reshape(-1, 3) - np.float32(3)) / np.float32(2)
    return Rated([row["text"] for row in rows], signed)


def _split(split: str) -> str:
    if split not in SPLITS:
        raise BadChoice("split", split, SPLITS)
    return split


def _lines(path: Path) -> StringIO:
    return StringIO(content(path).decode(), newline="")
