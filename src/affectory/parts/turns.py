"""A small net over turns: each is read with the few before it, knowing whose they were.

A turn's row goes through one layer; it then looks at the layers of the last w turns (attention,
Vaswani et al. 2017, or at none of them), told how far back each was said and whether by the same
speaker; two layers read the turn, what it saw, and what stands beside it (such as what similar
turns were called). Nothing after a turn is read. Learned where torch is, sequence by sequence in an
order that `parts.curriculum` plans; read with numpy anywhere.
"""

__all__ = ["Learner", "Talk", "TurnNet", "past_of"]

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.parts.alone import torch_of
from affectory.parts.curriculum import Plan

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Places = NDArray[np.int64]
LAYERS = ("enter", "look", "join", "leave")
HEADS = 4  # of the attention; a layer is cut into as many
NOWHERE = -1e9
CHUNK = 4096  # turns whose past is held at once


class Talk(NamedTuple):
    """Turns of many sequences.

    Attributes:
        rows: What is known of each turn. Shape (n, d).
        beside: What is read of the turn itself alone, behind the past. Shape (n, b).
        past: Row of the turn one before, two before ..., -1 where there is none. Shape (n, w).
        same: Whether the same speaker said it. Shape (n, w).
    """

    rows: Floats
    beside: Floats
    past: Places
    same: NDArray[np.bool_]


def past_of(offsets: ArrayLike, who: ArrayLike, w: int) -> tuple[Places, NDArray[np.bool_]]:
    """Return the `w` turns before each within its sequence, and whether its speaker said them.

    Args:
        offsets: Where each of d sequences begins, and n. Shape (d + 1,).
        who: Code of each turn's speaker. Shape (n,).
        w: How many, >= 0.

    Returns:
        Rows, -1 where there is none, and flags. Shapes (n, w), (n, w).

    Example:
        >>> from affectory.parts.turns import past_of
        >>> past_of([0, 2, 3], [5, 6, 5], 2)[0].tolist()
        [[-1, -1], [0, -1], [-1, -1]]
    """
    cuts, speaker = np.asarray(offsets, np.int64), np.asarray(who)
    n = int(cuts[-1])
    first = np.repeat(cuts[:-1], np.diff(cuts))
    past = np.arange(n)[:, None] - np.arange(1, w + 1)
    past = np.where(past >= first[:, None], past, -1)
    same = (past >= 0) & (speaker[past] == speaker[:, None]) if n else past >= 0
    return past, same


@dataclass(frozen=True, eq=False)
class TurnNet:
    """Nets that have learned; their log-odds are averaged.

    Args:
        nets: Weights (in, out) and shift of each of `LAYERS`, and `far` (2, w, 2, h): what is
            added to what is looked at, by speaker and distance; net by net.
    """

    nets: tuple[dict[str, Floats], ...]

    def logits(self, talk: Talk) -> Doubles:
        """Return the log-odds of each turn's labels. Shape (n, k)."""
        return np.asarray(np.mean([_run(net, talk) for net in self.nets], axis=0), np.float64)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        return {f"{i}.{name}": a for i, net in enumerate(self.nets) for name, a in net.items()}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        count = 1 + max(int(key.partition(".")[0]) for key in arrays)
        keys = [f"{name}{end}" for name in LAYERS for end in ("", ".shift")] + ["far"]
        return cls(tuple({key: arrays[f"{i}.{key}"] for key in keys} for i in range(count)))


@dataclass(frozen=True)
class Learner:
    """How such a net learns.

    Args:
        hidden: Size of its layers, a multiple of 4.
        dropout: Share of a layer that is dropped.
        rate: First step of AdamW; it falls evenly to nothing.
        decay: Its weight decay.
        epochs: How often the sequences are read.
        batch: Sequences between two steps.
        plan: Which sequences are read in which epoch.
        copies: Nets, with other seeds, whose log-odds are averaged.
    """

    hidden: int = 256
    dropout: float = 0.4
    rate: float = 1e-3
    decay: float = 0.02
    epochs: int = 14
    batch: int = 10
    plan: Plan = field(default_factory=Plan)
    copies: int = 5

    def fit(
        self,
        talk: Talk,
        label: Places,
        offsets: Places,
        hardness: ArrayLike,
        k: int,
        seed: int,
    ) -> TurnNet:
        """Return nets that tell each turn's label.

        Args:
            talk: n turns.
            label: Code of each turn's label, -1 where none is known. Shape (n,).
            offsets: Where each of d sequences begins, and n. Shape (d + 1,).
            hardness: How hard each sequence is, for the plan. Shape (d,).
            k: How many labels there are.
            seed: Seed of everything random.

        Raises:
            MissingExtra: if torch is not there.
        """
        return TurnNet(
            tuple(
                _learned(self, talk, label, (offsets, np.asarray(hardness), k), seed + 1000 * copy)
                for copy in range(self.copies)
            )
        )


def _run(net: dict[str, NDArray[Any]], talk: Talk) -> Doubles:
    # double precision: a turn's numbers must not depend on its company
    net = {name: array.astype(np.float64) for name, array in net.items()}
    turn = np.maximum(talk.rows @ net["enter"] + net["enter.shift"], 0)
    asked, key, value = np.split(turn @ net["look"] + net["look.shift"], 3, axis=1)
    found = [np.empty((0, net["leave"].shape[1]))]
    for low in range(0, len(turn), CHUNK):
        part = slice(low, low + CHUNK)
        past, same = talk.past[part], talk.same[part]
        seen = _looked(net["far"], asked[part], (key, value), past, same)
        whole = np.hstack([turn[part], seen, talk.beside[part]])
        middle = np.maximum(whole @ net["join"] + net["join.shift"], 0)
        found.append(middle @ net["leave"] + net["leave.shift"])
    return np.concatenate(found)


def _looked(
    far: Doubles,
    asked: Doubles,
    held: tuple[Doubles, Doubles],
    past: Places,
    same: NDArray[np.bool_],
) -> Doubles:
    """Return what turns see in their past. Shape (n, h)."""
    n, w = past.shape
    h = asked.shape[1]
    away = far[same.astype(np.int64), np.arange(w)]  # (n, w, 2, h)
    key, value = (each[past] + away[:, :, at] for at, each in enumerate(held))
    cut = (n, w, HEADS, h // HEADS)
    like = np.einsum("nwhd,nhd->nwh", key.reshape(cut), asked.reshape(n, *cut[2:]))
    like = np.where((past >= 0)[:, :, None], like / np.sqrt(cut[3]), NOWHERE)
    most = like.max(axis=1, initial=0.0)
    grown, none = np.exp(like - most[:, None]), np.exp(-most)  # looking at nothing is like 0
    shares = grown / (grown.sum(axis=1) + none)[:, None]
    seen = np.einsum("nwh,nwhd->nhd", shares, value.reshape(cut))
    return np.asarray(seen.reshape(n, h))


def _learned(
    how: Learner, talk: Talk, label: Places, about: tuple[Places, Any, int], seed: int
) -> dict[str, Floats]:
    """Return the weights of one net."""
    torch = torch_of()
    offsets, hardness, k = about
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = _net(how, talk, k)
    tools = torch.optim.AdamW(net.parameters(), lr=how.rate, weight_decay=how.decay)
    rows, beside = torch.from_numpy(talk.rows), torch.from_numpy(talk.beside)
    same, told = torch.from_numpy(talk.same), torch.from_numpy(label)
    net.train()
    for epoch, chosen in enumerate(how.plan.epochs(hardness, how.epochs, rng)):
        for group in tools.param_groups:
            group["lr"] = how.rate * (1 - epoch / how.epochs)
        for some, past in _batches(chosen, how.batch, offsets, talk.past):
            given = (rows[some], beside[some], torch.from_numpy(past), same[some].long())
            said = _forward(net, how.dropout, *given)
            loss = torch.nn.functional.cross_entropy(said, told[some], ignore_index=-1)
            tools.zero_grad()
            loss.nan_to_num().backward()
            tools.step()
    return _weights(net)


def _batches(
    chosen: Places, size: int, offsets: Places, past: Places
) -> Iterator[tuple[Places, Places]]:
    """Yield the rows of some whole sequences, and their pasts as places among these rows."""
    where = np.full(offsets[-1] + 1, -1, np.int64)
    for low in range(0, len(chosen), size):
        spans = [np.arange(offsets[at], offsets[at + 1]) for at in chosen[low : low + size]]
        rows = np.concatenate(spans)
        where[rows] = np.arange(len(rows))
        yield rows, where[past[rows]]
        where[rows] = -1


def _net(how: Learner, talk: Talk, k: int) -> Any:
    torch = torch_of()
    h, line = how.hidden, torch.nn.Linear
    layers = {
        "enter": line(talk.rows.shape[1], h),
        "look": line(h, 3 * h),
        "join": line(2 * h + talk.beside.shape[1], h),
        "leave": line(h, k),
    }
    net = torch.nn.ModuleDict(layers)
    net.register_parameter("far", torch.nn.Parameter(torch.zeros(2, talk.past.shape[1], 2, h)))
    return net


def _forward(net: Any, dropout: float, rows: Any, beside: Any, past: Any, same: Any) -> Any:
    """Return what `_run` does, in torch and with layers dropped."""
    torch = torch_of()
    drop = torch.nn.functional.dropout
    turn = drop(torch.relu(net["enter"](drop(rows, dropout / 2))), dropout)
    asked, key, value = net["look"](turn).chunk(3, dim=1)
    n, w = past.shape
    cut = (n, w, HEADS, turn.shape[1] // HEADS)
    away = net.far[same, torch.arange(w)]  # (n, w, 2, h)
    like = ((key[past] + away[:, :, 0]).view(cut) * asked.view(n, 1, *cut[2:])).sum(3)
    like = torch.where((past >= 0)[:, :, None], like / cut[3] ** 0.5, NOWHERE)
    shares = torch.cat([like, like.new_zeros(n, 1, HEADS)], 1).softmax(1)[:, :w]
    seen = (shares[..., None] * (value[past] + away[:, :, 1]).view(cut)).sum(1).reshape(n, -1)
    middle = torch.relu(net["join"](torch.cat([turn, drop(seen, dropout), beside], 1)))
    return net["leave"](drop(middle, dropout))


def _weights(net: Any) -> dict[str, Floats]:
    """Return the weights as `_run` reads them."""
    out = {"far": net.far.detach().numpy().copy()}
    for name in LAYERS:
        out[name] = np.ascontiguousarray(net[name].weight.detach().numpy().T)
        out[f"{name}.shift"] = net[name].bias.detach().numpy().copy()
    return out
