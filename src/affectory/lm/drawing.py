"""How a local model answers: token by token, in batches, each answer with a generator of its own.

A draw depends on the seed and the prompt alone, so an answer does not change with what else was
asked beside it, and the same prompt under the same seed has the same answer.
"""

__all__ = ["drawn"]

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.lm.model import Answer, Sampling
from affectory.lm.network import Network
from affectory.lm.packing import LEAST, shared

ROWS = 16  # prompts that are answered side by side


@dataclass
class _Answering:
    at: int
    prompt: list[int]
    most: int
    random: np.random.Generator
    ids: list[int] = field(default_factory=list)
    ending: str = ""

    def take(self, token: int, network: Network, stop: tuple[str, ...]) -> None:
        """Add a token, and see whether it ends the answer."""
        if token in network.ends:
            self.ending = "stop"
            return
        self.ids.append(token)
        if stop:
            said = network.said(self.ids)
            if any(each in said for each in stop):
                self.ending = "stop"
                return
        if len(self.ids) >= self.most:
            self.ending = "length"

    def answer(self, network: Network, stop: tuple[str, ...]) -> Answer:
        """Return what was said."""
        text = network.said(self.ids)
        for each in stop:
            text = text.partition(each)[0]
        return Answer(text.strip(), len(self.prompt), len(self.ids), self.ending)


def drawn(network: Network, rows: Sequence[list[int]], how: Sampling) -> list[Answer]:
    """Return an answer to each row of tokens. Called while the network is held."""
    room = network.limit
    waiting = [
        _Answering(at, row, min(how.tokens, room - len(row)), _generator(how.seed, row))
        for at, row in enumerate(rows)
    ]
    waiting.sort(key=lambda each: len(each.prompt))
    out: list[Answer | None] = [None] * len(rows)
    for low in range(0, len(waiting), ROWS):
        batch = waiting[low : low + ROWS]
        if how.tokens > 0:
            _answer(network, batch, how)
        for each in batch:
            out[each.at] = each.answer(network, how.stop)
    return [each for each in out if each is not None]


def _answer(network: Network, batch: list[_Answering], how: Sampling) -> None:
    torch = network.torch
    logits, cache, seen, place = _read(network, batch)
    while batch:
        tokens = [
            _pick(row, each, how) for row, each in zip(network.numbers(logits), batch, strict=True)
        ]
        for token, each in zip(tokens, batch, strict=True):
            each.take(token, network, how.stop)
        alive = [row for row, each in enumerate(batch) if not each.ending]
        if len(alive) < len(batch):
            batch = [batch[row] for row in alive]
            if not batch:
                return
            kept = torch.tensor(alive)
            cache.batch_select_indices(kept)
            seen, place = seen[kept], place[kept]
        step = torch.tensor([[tokens[row]] for row in alive])
        seen = torch.cat([seen, seen.new_ones(len(batch), 1)], dim=1)
        logits = _forward(network, step, seen, place, cache)
        place = place + 1


def _read(network: Network, batch: list[_Answering]) -> tuple[Any, Any, Any, Any]:
    """Read the prompts, what all begin with once; pad the rest on the left."""
    from transformers import DynamicCache

    torch = network.torch
    rows = [each.prompt for each in batch]
    longest = max(len(each.prompt) + each.most for each in batch)
    length = shared(rows) if len(rows) > 1 else 0
    if length < LEAST or (network.window or longest) < longest:
        length = 0  # padding behind a prefix would stretch what a window holds
    cache = DynamicCache(config=network.model.config)
    if length:
        ahead = torch.tensor([rows[0][:length]])
        network.forward(cache, input_ids=ahead, logits_to_keep=1)
        cache.batch_repeat_interleave(len(rows))
    width = max(map(len, rows)) - length
    ids, seen = torch.zeros(2, len(rows), width, dtype=torch.long)
    for at, row in enumerate(rows):
        ids[at, width - len(row) + length :] = torch.tensor(row[length:])
        seen[at, width - len(row) + length :] = 1
    place = (seen.cumsum(1) - 1).clamp(min=0) + length
    seen = torch.cat([seen.new_ones(len(rows), length), seen], dim=1)
    return _forward(network, ids, seen, place, cache), cache, seen, place[:, -1:] + 1


def _forward(network: Network, ids: Any, seen: Any, place: Any, cache: Any) -> Any:
    given = {"input_ids": ids, "attention_mask": seen, "position_ids": place}
    return network.forward(cache, **given, logits_to_keep=1)[:, -1]


def _pick(logits: NDArray[np.float32], each: _Answering, how: Sampling) -> int:
    if how.temperature <= 0:
        return int(logits.argmax())
    scaled = logits.astype(np.float64) / how.temperature
    shares = np.exp(scaled - scaled.max())
    if how.top_p < 1:
        order = np.argsort(-shares, kind="stable")
        sums = np.cumsum(shares[order]) / shares.sum()
        shares[order[1:][sums[:-1] >= how.top_p]] = 0
    sums = np.cumsum(shares)
    return int(np.searchsorted(sums, each.random.random() * sums[-1], side="right"))


def _generator(seed: int, row: Sequence[int]) -> np.random.Generator:
    said = np.asarray(row, dtype=np.int64).tobytes()
    digest = hashlib.blake2b(said, digest_size=8, key=str(seed).encode()[:64]).digest()
    return np.random.default_rng(int.from_bytes(digest, "little"))
