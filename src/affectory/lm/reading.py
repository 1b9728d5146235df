"""How a local model reads: packs after a shared prefix for scores, batches for hidden states.

A model whose attention cannot be told who sees whom (recurrent ones, ALiBi) is found out by one
small reading of the same tokens both ways, and then reads every answer by itself.
"""

__all__ = ["Reader", "states"]

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.lm.model import Floats, Place, Push
from affectory.lm.network import Network
from affectory.lm.packing import LEAST, Pack, Question, packs, shared

BUDGET = 384  # tokens of a pack: fills the cores, while the mask stays a small part of the work
ALIKE = 1e-2  # log-probabilities of two ways to read the same tokens differ by less
MASKED = ("full_attention", "sliding_attention")


@dataclass
class Reader:
    """Scores tokens with one network; remembers the last shared prefix.

    Args:
        network: What reads.
        pushes: What is added while it reads.
    """

    network: Network
    pushes: tuple[Push, ...] = ()
    _kept: tuple[tuple[int, ...], Any] | None = field(default=None, repr=False)

    def scores(
        self, questions: Sequence[Question], *, share: bool = True
    ) -> list[tuple[Floats, NDArray[np.int32]]]:
        """Return log-probability and rank of all answer tokens of each question, in a row.

        Args:
            questions: Whole prompts as stems.
            share: Whether what all stems begin with is read once for all.
        """
        if not questions:
            return []
        stems = [question.stem for question in questions]
        length = shared(stems) if share and len(questions) > 1 else 0
        asked = [at for at, question in enumerate(questions) if any(question.answers)]
        out = [(np.empty(0, np.float32), np.empty(0, np.int32)) for _ in questions]
        with self.network.pushed(self.pushes):
            if not self.packable:
                for at in asked:
                    out[at] = self._apart(questions[at])
                return out
            length = length if length >= LEAST else 0
            cache = self._prefix(tuple(stems[0][:length])) if length and asked else None
            rest = [Question(q.stem[length:], q.answers) for q in questions]
            for members, pack in packs([rest[at] for at in asked], length, BUDGET):
                found = self._read(pack, length, cache)
                self._share_out(found, [asked[each] for each in members], rest, out)
        return out

    @staticmethod
    def _share_out(
        found: tuple[Floats, NDArray[np.int32]],
        members: Sequence[int],
        questions: Sequence[Question],
        out: list[tuple[Floats, NDArray[np.int32]]],
    ) -> None:
        at = 0
        for member in members:
            stop = at + sum(map(len, questions[member].answers))
            out[member] = found[0][at:stop], found[1][at:stop]
            at = stop

    def _prefix(self, ids: tuple[int, ...]) -> Any:
        if self._kept is None or self._kept[0] != ids:
            (_, pack), *_ = packs([Question(ids, ())], 0, len(ids))
            cache = _cache()
            self._forward(pack, 0, cache, 1)
            self._kept = ids, cache
        return self._kept[1]

    def _read(self, pack: Pack, prefix: int, cache: Any) -> tuple[Floats, NDArray[np.int32]]:
        rows = self.network.torch.from_numpy(pack.asked)
        try:
            logits = self._forward(pack, prefix, cache, rows)
            if cache is not None:
                cache.crop(-len(pack.tokens))
        except BaseException:
            self._kept = None  # it may hold a part of what was being read
            raise
        return self._judged(logits, pack.wanted)

    def _judged(self, logits: Any, wanted: Any) -> tuple[Floats, NDArray[np.int32]]:
        torch = self.network.torch
        of = torch.as_tensor(wanted)[:, None]
        logp = logits.float().log_softmax(-1)
        chosen = logp.gather(1, of)
        rank = (logp > chosen).sum(1)
        return self.network.numbers(chosen[:, 0]), rank.numpy().astype(np.int32)

    def _forward(self, pack: Pack, prefix: int, cache: Any, keep: Any) -> Any:
        torch = self.network.torch
        given = {
            "input_ids": torch.from_numpy(pack.tokens)[None],
            "position_ids": torch.from_numpy(pack.positions)[None],
            "attention_mask": self._mask(pack, prefix),
        }
        return self.network.forward(cache, **given, logits_to_keep=keep)[0]

    def _mask(self, pack: Pack, prefix: int) -> Any:
        window = self.network.window
        if window is None:
            return self._additive(pack.sees)
        near = self._additive(pack.near(prefix, window))
        if getattr(self.network.model.config, "layer_types", None) is None:
            return near
        return {"full_attention": self._additive(pack.sees), "sliding_attention": near}

    def _additive(self, sees: NDArray[np.bool_]) -> Any:
        torch, kind = self.network.torch, self.network.model.dtype
        mask = torch.zeros(sees.shape, dtype=kind)
        return mask.masked_fill_(torch.from_numpy(~sees), torch.finfo(kind).min)[None, None]

    def _apart(self, question: Question) -> tuple[Floats, NDArray[np.int32]]:
        found = [self._plain(question.stem, answer) for answer in question.answers if answer]
        return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])

    def _plain(self, stem: Sequence[int], answer: Sequence[int]) -> tuple[Floats, Any]:
        torch = self.network.torch
        whole = torch.tensor([[*stem, *answer]])
        logits = self.network.forward(input_ids=whole)[0]
        return self._judged(logits[len(stem) - 1 : -1], list(answer))

    @cached_property
    def packable(self) -> bool:
        """Whether reading in packs says the same as reading one by one."""
        config = self.network.model.config
        if set(getattr(config, "layer_types", None) or ()) - set(MASKED):
            return False
        some = np.arange(24) % config.vocab_size
        probe = Question(some[:12].tolist(), (some[12:18].tolist(), some[18:].tolist()))
        length = 6
        (_, ahead), *_ = packs([Question(probe.stem[:length], ())], 0, length)
        cache = _cache()
        self._forward(ahead, 0, cache, 1)
        twice = [Question(probe.stem[length:], probe.answers)] * 2
        (_, pack), *_ = packs(twice, length, 10 * BUDGET)
        logp, _ = self._read(pack, length, cache)
        alone, _ = self._apart(probe)
        rough = 30 if self.network.model.dtype == self.network.torch.bfloat16 else 1
        return bool(np.abs(logp - np.tile(alone, 2)).max() < ALIKE * rough)


def states(
    network: Network, rows: Sequence[Sequence[int]], layers: Sequence[int], place: Place
) -> list[Floats]:
    """Return what is at `place` in `layers` while each row of tokens is read. Shapes (t, l, d).

    Called while the network is held (`network.pushed`).
    """
    torch, caught = network.torch, {}
    body = network.model.base_model

    def catch(layer: int) -> Any:
        def keep(_module: Any, _given: Any, out: Any) -> None:
            caught[layer] = out[0] if isinstance(out, tuple) else out

        return network.spot(layer, place).register_forward_hook(keep)

    hooks = [catch(layer) for layer in dict.fromkeys(layers)]
    out = [np.empty((0, len(layers), network.width), np.float32) for _ in rows]
    filled = sorted((at for at in range(len(rows)) if rows[at]), key=lambda at: len(rows[at]))
    try:
        for low in range(0, len(filled), 16):
            batch = filled[low : low + 16]
            width = len(rows[batch[-1]])
            ids, seen = torch.zeros(2, len(batch), width, dtype=torch.long)
            for row, at in enumerate(batch):
                ids[row, : len(rows[at])] = torch.tensor(rows[at])
                seen[row, : len(rows[at])] = 1
            body(input_ids=ids, attention_mask=seen, use_cache=False)
            both = torch.stack([caught[layer] for layer in layers], dim=2)
            for row, at in enumerate(batch):
                out[at] = network.numbers(both[row, : len(rows[at])])
    finally:
        for hook in hooks:
            hook.remove()
    return out


def _cache() -> Any:
    from transformers import DynamicCache

    return DynamicCache()  # without the config: blocks with a window keep all, the mask decides
