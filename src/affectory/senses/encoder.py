"""A transformer encoder at work: texts in, vectors and scores out, in batches of like length.

Arrays become a graph (`senses.transformer`) that onnxruntime runs; words become tokens by the
WordPiece rule of BERT. Equal texts are read once, and a text is cut at `longest` tokens.
"""

__all__ = ["Encoder", "Read", "vocabulary_of"]

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import MissingExtra
from affectory.senses.transformer import PROBES, graph

Floats = NDArray[np.float32]
BATCH, THREADS = 32, 2
VOCABULARY = "vocabulary"


class Read(NamedTuple):
    """What an encoder says of n texts.

    Attributes:
        vectors: Mean of the last states. Shape (n, d).
        scores: Shape (n, o); None where the encoder has no read-out.
        tokens: How many tokens were read, those at the ends included. Shape (n,).
    """

    vectors: Floats
    scores: Floats | None
    tokens: NDArray[np.int64]


class Encoder:
    """A graph with its tokenizer.

    Args:
        arrays: What `senses.transformer.graph` takes, and `vocabulary`: the words joined by
            line feeds, as bytes.
        longest: Tokens of a text that are read.
        probes: Whether `ranges` is wanted.
        heads: Attention heads.

    Raises:
        MissingExtra: if what `affectory[encoder]` installs is not there.
    """

    def __init__(
        self,
        arrays: Mapping[str, NDArray[Any]],
        longest: int = 256,
        probes: bool = False,
        heads: int = 12,
    ) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingExtra("onnxruntime", "encoder", "a text encoder") from error
        words = bytes(arrays[VOCABULARY]).decode().split("\n")
        self.tokenizer = _tokenizer(words, min(longest, len(arrays["places"])))
        own = {name: array for name, array in arrays.items() if name != VOCABULARY}
        how = onnxruntime.SessionOptions()
        how.intra_op_num_threads = THREADS
        # the graph is fused by hand; more would fuse what is faster apart
        how.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        # waiting threads that spin starve whoever shares the cores
        how.add_session_config_entry("session.intra_op.allow_spinning", "0")
        model = graph(own, heads, probes)
        self.session = onnxruntime.InferenceSession(model, how, ["CPUExecutionProvider"])
        self.gives = [put.name for put in self.session.get_outputs()]

    def __call__(self, texts: Sequence[str]) -> Read:
        """Return what the encoder says of `texts`."""
        if not texts:
            shape = [(0, put.shape[1]) for put in self.session.get_outputs()[:2]]
            empty = [np.empty(size, np.float32) for size in shape]
            return Read(empty[0], empty[1] if "scores" in self.gives else None,
                        np.empty(0, np.int64))  # fmt: skip
        once = list(dict.fromkeys(texts))
        whole = [text.encode("utf-8", "replace").decode() for text in once]  # no half characters
        numbers = [found.ids for found in self.tokenizer.encode_batch(whole)]
        parts: dict[str, list[Any]] = {name: [None] * len(once) for name in self.gives}
        for rows, told in self._batches(numbers):
            for name, values in zip(self.gives, told, strict=True):
                for row, value in zip(rows.tolist(), values, strict=True):
                    parts[name][row] = value
        at = {text: row for row, text in enumerate(once)}
        back = [at[text] for text in texts]
        scores = np.stack(parts["scores"])[back] if "scores" in parts else None
        size = np.array([len(found) for found in numbers], np.int64)[back]
        return Read(np.stack(parts["vectors"])[back], scores, size)

    def ranges(self, texts: Sequence[str]) -> dict[str, tuple[float, float]]:
        """Return the least and greatest number that enters each product, of a probing graph."""
        numbers = [found.ids for found in self.tokenizer.encode_batch(list(texts))]
        seen = np.stack([np.stack(told[-self._probes :]) for _, told in self._batches(numbers)])
        low, high = seen[:, :, 0].min(axis=0), seen[:, :, 1].max(axis=0)
        names = [name.removeprefix(PROBES) for name in self.gives[-self._probes :]]
        return {name: (float(a), float(b)) for name, a, b in zip(names, low, high, strict=True)}

    @property
    def _probes(self) -> int:
        return sum(name.startswith(PROBES) for name in self.gives)

    def _batches(
        self, numbers: Sequence[Sequence[int]]
    ) -> Iterator[tuple[NDArray[np.int64], list[Floats]]]:
        """Yield rows of like length and what the graph gives for them."""
        size = np.array([len(found) for found in numbers])
        order = np.argsort(size, kind="stable")
        for low in range(0, len(order), BATCH):
            rows = order[low : low + BATCH]
            ids = np.zeros((len(rows), size[rows[-1]]), np.int64)
            seen = (np.arange(ids.shape[1]) < size[rows, None]).astype(np.int64)
            ids[seen.astype(bool)] = np.concatenate([numbers[row] for row in rows])
            yield rows, self.session.run(self.gives, {"ids": ids, "seen": seen})


def vocabulary_of(words: Sequence[str]) -> NDArray[np.uint8]:
    """Return the words of a tokenizer, in the order of their numbers, as one array of bytes."""
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def _tokenizer(words: Sequence[str], longest: int) -> Any:
    """Return the WordPiece tokenizer of an uncased BERT."""
    try:
        import tokenizers
        from tokenizers import models, normalizers, pre_tokenizers, processors
    except ImportError as error:
        raise MissingExtra("tokenizers", "encoder", "a text encoder") from error
    known = {word: number for number, word in enumerate(words)}
    made = tokenizers.Tokenizer(models.WordPiece(known, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = ("[SEP]", known["[SEP]"]), ("[CLS]", known["[CLS]"])
    made.post_processor = processors.BertProcessing(*ends)
    made.enable_truncation(longest)
    return made
