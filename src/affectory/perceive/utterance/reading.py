"""From texts to raw scores and states: by a bag of keys, or by a transformer beside it."""

__all__ = [
    "Careful",
    "load",
    "load_careful",
    "mixed",
    "read",
    "read_carefully",
    "scored",
    "scores",
]

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.core.errors import MissingFile
from affectory.parts.bag import Bag, add_up
from affectory.parts.heads import averaged
from affectory.parts.reader import Reader
from affectory.senses.encoder import Encoder
from affectory.senses.text import count, sentences, understood
from affectory.senses.tokens import join, split

Floats = NDArray[np.float32]
Places = NDArray[np.int64]
Told = tuple[tuple[Floats, Floats], ...]  # values and spreads in each Space

NAME = "perceive/utterance"
CHUNK = 2048  # texts at a time: their arrays stay in the cache
WORKERS = 2
LEAST, ENOUGH = 0.3, 0.7  # share of known words at which trust is 0 and 1
LIGHT = 0.2  # weight of the bag beside the transformer; best log loss on dev
LONGEST = 128  # tokens of a stretch that the transformer reads at once
STRETCH = 400  # characters; about 80 words
ENDS = re.compile(r"(?<=[.!?\n])\s+")


class Careful(NamedTuple):
    """A bag and a transformer with the read-outs of both together.

    Attributes:
        reader: The bag, and the read-outs.
        encoder: The transformer.
    """

    reader: Reader
    encoder: Encoder


def load(path: Path) -> Reader:
    """Return the bag in `path` with its read-outs; read again when the file has changed."""
    reader: Reader = shelf.take(_there(path), {"name": NAME}, Reader.of)
    return reader


def load_careful(path: Path, light: Path) -> Careful:
    """Return the transformer in `path` beside the bag in `light`."""
    kept = shelf.stamp(_there(light))
    careful: Careful = shelf.take(_there(path), {"name": NAME}, _careful, kept)
    return careful


def _careful(arrays: shelf.Arrays, note: dict[str, Any], light: shelf.Stamp) -> Careful:
    own = {name.removeprefix("encoder."): array for name, array in arrays.items()}
    return Careful(Reader.of(arrays, note, load(light.path).bag), Encoder(own, LONGEST))


def _there(path: Path) -> Path:
    if not path.is_file():
        raise MissingFile(path, "name the safetensors file that `affectory train` wrote")
    return path


def read(reader: Reader, texts: Sequence[str]) -> Told:
    """Return values and spreads of `texts` in each Space, some thousand texts at a time."""
    if len(texts) <= CHUNK:
        return _read(reader, texts)
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(lambda part: _read(reader, part), _chunks(texts)))
    return _stacked(parts)


def read_carefully(careful: Careful, texts: Sequence[str]) -> Told:
    """Return the same by the transformer and the bag together, slower and better."""
    parts = [_read_carefully(careful, part) for part in _chunks(texts)]
    return _stacked(parts) if parts else _read(careful.reader, texts)


def scores(bag: Bag, texts: Sequence[str]) -> tuple[Floats, Places]:
    """Return raw scores and counts of known keys, one row a text."""
    return scored(bag, texts)[:2]


def scored(bag: Bag, texts: Sequence[str]) -> tuple[Floats, Places, Floats, Places]:
    """Return raw scores, counts of known keys, trust and counts of tokens, one row a text."""
    raw, known, trust, owner, size = _stretches(bag, texts)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    many = np.diff(first, append=len(raw))
    mean = np.add.reduceat(raw, first) / many[:, None] if len(first) else raw
    sure = np.add.reduceat(trust, first) / many if len(first) else trust
    total = np.add.reduceat(size, first) if len(first) else size
    return mean.astype(np.float32), known[first], sure.astype(np.float32), total


def mixed(careful: Careful, texts: Sequence[str]) -> tuple[Floats, Places, Floats, Places]:
    """Return what `scored` does, with raw scores of transformer and bag together."""
    raw, known, trust, size = scored(careful.reader.bag, texts)
    pieces = [list(_pieces(text)) for text in texts]
    told = careful.encoder([piece for each in pieces for piece in each])
    if told.scores is not None and len(texts):
        first = np.cumsum([0, *(len(each) for each in pieces)])[:-1]
        weight = told.tokens.astype(np.float32)[:, None]
        mean = np.add.reduceat(told.scores * weight, first) / np.add.reduceat(weight, first)
        raw = np.asarray(LIGHT * raw + (1 - LIGHT) * mean, np.float32)
    return raw, known, trust, size


def _read(reader: Reader, texts: Sequence[str]) -> Told:
    raw, known, trust, owner, size = _stretches(reader.bag, texts)
    told = reader.read(raw, known, trust)
    if len(raw) == len(texts):
        silent = size == 0
        for value, spread in told:
            value[silent] = spread[silent] = np.nan
        return told
    return tuple(averaged(value, spread, owner, size) for value, spread in told)


def _read_carefully(careful: Careful, texts: Sequence[str]) -> Told:
    raw, known, trust, size = mixed(careful, texts)
    told = careful.reader.read(raw, known, trust)
    for value, spread in told:
        value[size == 0] = spread[size == 0] = np.nan
    return told


def _stretches(bag: Bag, texts: Sequence[str]) -> tuple[Floats, Places, Floats, Places, Places]:
    """Return raw scores of each stretch, its known keys, trust, text and number of tokens."""
    table = bag.keys
    tokens = split(join(texts), len(texts))
    slots = table.find(tokens.key)
    settled = tokens.settled(slots == table.size)
    if settled is not tokens:
        slots[tokens.held] = table.find(settled.key[tokens.held])
    tokens, owner = sentences(settled)
    sums = np.zeros((tokens.rows, bag.rows.shape[1]), dtype=np.int16)
    known = np.zeros(tokens.rows, dtype=np.int64)
    others = ((table.find(key), row) for key, row in count(tokens).others())
    for found, row in ((slots, tokens.row), *others):
        have = np.flatnonzero(found < table.size)
        counts = np.bincount(row[have], minlength=tokens.rows)
        add_up(bag.rows, found[have], counts, sums)
        known += counts
    share = understood(tokens, slots < table.size)
    trust = np.clip((share - LEAST) / (ENOUGH - LEAST), 0, 1).astype(np.float32)
    size = np.bincount(tokens.row, minlength=tokens.rows)
    return bag.score(sums, known), known, trust, owner, size


def _pieces(text: str) -> Iterator[str]:
    """Yield stretches of whole sentences, each of about `STRETCH` characters at most."""
    if len(text) <= STRETCH:
        yield text
        return
    held = ""
    for sentence in ENDS.split(text):
        for low in range(0, max(len(sentence), 1), STRETCH):
            part = sentence[low : low + STRETCH]
            if held and len(held) + len(part) >= STRETCH:
                yield held
                held = part
            else:
                held = f"{held} {part}" if held else part
    yield held


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[low : low + CHUNK] for low in range(0, len(texts), CHUNK))


def _stacked(parts: Sequence[Told]) -> Told:
    return tuple(
        (np.concatenate([v for v, _ in each]), np.concatenate([s for _, s in each]))
        for each in zip(*parts, strict=True)
    )
