"""From turns to numbers: vectors, states of another perceiver, what is counted, and neighbours."""

__all__ = ["KINDS", "Known", "Lesson", "Readers", "Seen", "mended", "tuned", "views"]

from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.core.records import Records
from affectory.core.space import Space
from affectory.core.verbs import Perceiver
from affectory.parts.blocks import Block, Blocks
from affectory.parts.retrieve import Index, shares
from affectory.parts.turns import Talk, TurnNet, past_of
from affectory.perceive.conversation.interpret import numbers
from affectory.represent.abreast import abreast, spoken
from affectory.senses.encoder import Encoder
from affectory.senses.marks import plain
from affectory.senses.vectors import TextEncoder, encoded, sentence_vectors

Floats = NDArray[np.float64]
KINDS = (Block(0.7), Block(1.0), Block(0.7, each=True), Block(0.3, each=True))
RARE = 1e-4  # least share of a label among neighbours
LONGEST = 128  # tokens of a turn that the tuned encoder reads
ACCURATE = shelf.SHIPPED / "utterance" / "accurate.safetensors"


class Readers(NamedTuple):
    """Who reads the turns.

    Attributes:
        encoder: Its vectors find what is alike; None: all-MiniLM-L6-v2.
        tuned: Its vectors know emotions.
        perceiver: Its states are read beside.
    """

    encoder: TextEncoder | None
    tuned: TextEncoder
    perceiver: Perceiver


class Known(NamedTuple):
    """What was learned.

    Attributes:
        space: The labels.
        blocks: Scales of the numbers.
        net: Tells labels from turns and their past.
        memory: Vectors of labelled turns, by dialogue.
        told: Their labels. Shape (m, k).
        heat: Temperature that makes shares come true.
        window: How many turns before are read.
        near: How many similar turns are asked; 0: none.
    """

    space: Space
    blocks: Blocks
    net: TurnNet
    memory: Index
    told: Floats
    heat: float
    window: int
    near: int

    def beside(self, vectors: Floats, group: Any = None) -> Floats:
        """Return the log of what similar turns were called. Shape (n, k), or (n, 0) for none.

        Args:
            vectors: Of n turns.
            group: Dialogue of the memory that each turn leaves out. Shape (n,).
        """
        if not self.near:
            return np.zeros((len(vectors), 0))
        found = self.memory.nearest(vectors, self.near, group)
        return np.asarray(np.log(np.maximum(shares(found, self.told), RARE)))

    def talk(self, seen: "Seen") -> Talk:
        """Return turns as the net reads them."""
        rows = self.blocks.rows(seen.parts) * np.sqrt(len(self.blocks.scale))
        beside = seen.beside[:, : self.space.k if self.near else 0]
        who = np.unique(seen.records.frame["actor"].to_numpy(), return_inverse=True)[1]
        past = past_of(seen.records.offsets, who, self.window)
        return Talk(rows.astype(np.float32), beside.astype(np.float32), *past)

    def arrays(self) -> shelf.Arrays:
        """Return, with `note`, what `of` makes it from."""
        index = {"vectors": self.memory.vectors, "group": self.memory.group}
        return shelf.joined(
            {
                "blocks": self.blocks.arrays(),
                "net": self.net.arrays(),
                "index": {name: np.asarray(array) for name, array in index.items()},
                "own": {"told": self.told.astype(np.float32), "heat": np.array([self.heat])},
            }
        )

    def note(self) -> dict[str, Any]:
        """Return what is no array."""
        return {"space": self.space.to_json(), "window": self.window, "near": self.near}

    @staticmethod
    def of(arrays: shelf.Arrays, note: dict[str, Any]) -> "Known":
        """Return what `arrays` and `note` told of."""
        blocks, net, index, own = (
            shelf.within(arrays, part) for part in ("blocks", "net", "index", "own")
        )
        return Known(
            Space.from_json(note["space"]),
            Blocks.of(blocks),
            TurnNet.of(net),
            Index(index["vectors"], index["group"]),
            own["told"].astype(np.float64),
            float(own["heat"][0]),
            int(note["window"]),
            int(note["near"]),
        )


class Seen(NamedTuple):
    """Turns that say something, and what was read of them.

    Attributes:
        records: The turns.
        parts: Four kinds of numbers, as `KINDS`. Shapes (n, d) each.
        beside: What similar turns were called. Shape (n, k).
    """

    records: Records
    parts: list[Floats]
    beside: Floats


class Lesson(NamedTuple):
    """Labelled turns, ready to be learned from.

    Attributes:
        seen: The turns.
        label: Code of each label, -1 for none. Shape (n,).
        hard: How hard each session is. Shape (d,).
        known: What is known before the net.
    """

    seen: Seen
    label: NDArray[np.int64]
    hard: Floats
    known: Known


def mended(records: Records) -> tuple[Records, NDArray[np.int64]]:
    """Return the records that say something, their marks made plain, and their places."""
    read, rows = spoken(records)
    texts = [plain(text) for text in read.frame["text"].to_list()]
    frame = read.frame.with_columns(pl.Series("text", texts, pl.String))
    return Records(frame, read.clock), rows


def views(records: Records, who: Readers) -> list[Floats]:
    """Return four kinds of numbers about each record, as `KINDS`. Shapes (n, d) each."""
    texts = records.frame["text"].to_list()
    states = who.perceiver.perceive(records)
    return [
        _vectors(texts, who.encoder),
        _vectors(texts, who.tuned),
        np.hstack([abreast(records, felt) for felt in states.values()]),
        numbers(texts),
    ]


@cache
def tuned() -> TextEncoder:
    """Return the transformer of `perceive/utterance`: its vectors and its scores side by side.

    Raises:
        MissingExtra: if what `affectory[encoder]` installs is not there.
    """
    return _Tuned()


class _Tuned:
    @property
    def name(self) -> str:
        return f"utterance-accurate-{shelf.digest_of(ACCURATE)}"

    @cached_property
    def encoder(self) -> Encoder:
        arrays, _ = shelf.load(ACCURATE)
        own = {name.removeprefix("encoder."): a for name, a in arrays.items() if "encoder." in name}
        return Encoder(own, LONGEST)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        read = self.encoder(texts)
        assert read.scores is not None
        return np.hstack([read.vectors, read.scores])


def _vectors(texts: list[str], encoder: TextEncoder | None) -> Floats:
    """Return vectors, from the cache where the encoder is one of ours and slow."""
    slow = isinstance(encoder, _Tuned)
    found = sentence_vectors(texts, encoder) if slow else encoded(texts, encoder)
    return found.astype(np.float64)
