"""The net that tells the next place: a causal transformer, and a head that weighs habits.

The logit of a place is that of the transformer by its embedding, plus, for each place of the
person's own past, what his habits say of it (`parts.habits`), weighed by the state of the
transformer and by a small layer of its own. Two more heads tell the half hour and the gap.
"""

__all__ = ["PlaceNet", "Size", "length_of", "work_of"]

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.forecast.regions.reading import FIRST, Atlas, Batch, Path, windows
from affectory.parts.events import NEVER, Events, Shape
from affectory.parts.habits import KINDS
from affectory.senses.life import GAPS, SLOTS, SPECIALS, UNK

PLACED = {  # rows of what hangs on places and cells that mean the same elsewhere
    "events.codes.0.weight": FIRST,
    "events.codes.1.weight": len(SPECIALS),
    "events.shift": FIRST,
}
Window = tuple[Path, int, int, int]
SIDE = 0.2  # weight of the two further losses
HOUR = 1 / 24


@dataclass(frozen=True)
class Size:
    """How large the net is.

    Args:
        d: Width.
        layers: Blocks.
        heads: Attention heads.
        wide: Width of the layer that reads habits.
        drop: Dropout.
    """

    d: int = 64
    layers: int = 2
    heads: int = 4
    wide: int = 24
    drop: float = 0.2


class Said(NamedTuple):
    """What the net says of each row, as torch tensors."""

    logits: Any  # (b, t, v)
    states: Any  # (b, t, d)


class PlaceNet:
    """A net over the places of `atlas`; `module` holds what it learns."""

    def __init__(self, atlas: Atlas, size: Size, seed: int = 0) -> None:
        own = asdict(size)
        wide = own.pop("wide")
        self.events = Events(Shape(atlas.sizes, times=2, grain=HOUR, **own), seed)
        self.torch = torch = self.events.torch
        nn = torch.nn
        self.module = nn.ModuleDict(
            {
                "events": self.events.module,
                "read": nn.Linear(len(KINDS), wide),
                "say": nn.Linear(wide, 1),
                "weigh": nn.Linear(size.d, len(KINDS)),
                "slot": nn.Linear(size.d, SLOTS),
                "gap": nn.Linear(size.d, GAPS),
            }
        )

    def __call__(self, batch: Batch) -> Said:
        """Return logits over tokens and states."""
        torch = self.torch
        states = self.events(batch.codes, batch.times, batch.days, batch.seen)
        logits = self.events.scores(states)
        read = torch.nn.functional.silu(self.module["read"](batch.kinds))
        hint = self.module["say"](read)[..., 0]
        hint = hint + torch.einsum("btf,btmf->btm", self.module["weigh"](states), batch.kinds)
        held = batch.known & (batch.things != UNK)[:, None, :]
        place = batch.things[:, None, :].expand_as(hint)
        logits = logits.scatter_add(2, place, hint * held)
        allowed = torch.zeros(logits.shape, dtype=torch.bool)
        allowed[:, :, FIRST:] = True
        allowed[:, :, UNK] = True
        allowed = allowed | torch.zeros_like(logits).scatter_add(2, place, held.float()).bool()
        return Said(logits.masked_fill(~allowed, NEVER), states)

    def loss(self, batch: Batch, sides: bool = True) -> Any:
        """Return the mean loss over the rows that count: place, and with `sides` slot and gap."""
        own, said = self.torch.nn.functional, self(batch)
        total = own.cross_entropy(said.logits[batch.score], batch.truth[batch.score])
        if not sides:
            return total
        for column, head in ((3, "slot"), (4, "gap")):
            # the next row has the time of the stay that this one tells
            there = batch.score[:, :-1] & batch.seen[:, 1:]
            goal = batch.codes[:, 1:, column][there] - 1
            told = self.module[head](said.states[:, :-1][there])
            total = total + SIDE * own.cross_entropy(told, goal)
        return total

    def read(self, arrays: Mapping[str, NDArray[Any]]) -> "PlaceNet":
        """Return the net itself, with `arrays` for weights, not learning."""
        torch = self.torch
        state = {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
        self.module.load_state_dict(state)
        self.module.eval()
        return self

    def taken(self, arrays: Mapping[str, NDArray[Any]]) -> str:
        """Take over what was learned of other places; return a hash of it.

        Of tokens, only the specials and a person's own; of cells, only the specials.
        """
        own = self.module.state_dict()
        for name, array in arrays.items():
            if own[name].shape == array.shape:
                own[name].copy_(self.torch.from_numpy(array.copy()))
            elif name in PLACED:
                n = PLACED[name]
                own[name][:n].copy_(self.torch.from_numpy(array[:n].copy()))
        told = hashlib.blake2b(digest_size=8)
        for name in sorted(arrays):
            told.update(np.ascontiguousarray(arrays[name]).tobytes())
        return told.hexdigest()

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `read` takes."""
        state = self.module.state_dict()
        return {name: value.detach().numpy().copy() for name, value in state.items()}


def length_of(work: Sequence[Window]) -> list[int]:
    """Return how many rows each window has."""
    return [end - begin for _, begin, _, end in work]


def work_of(all_paths: Sequence[Path], *, told: bool) -> list[Window]:
    """Return the windows that score what was told first, or what came after."""
    return [
        one
        for path in all_paths
        for one in windows(path, *((0, path.told) if told else (path.told, len(path))))
    ]
