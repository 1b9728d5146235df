"""Two branches, a vector of the whole text and vectors of its words in order, made one profile.

The words pass a BiLSTM and attention: ``u_t = tanh(w . h_t + b)``, ``a_t = exp(u_t) / sum exp(u)``,
``s = sum a_t h_t``; then [context; s] -> ReLU layer -> softmax (Kadan et al. 2024). Learned with
torch, read with numpy.

Differs from the paper: padding gets no attention, b is one number and not one a place, gates are
those of the common LSTM, one layer of ReLUs instead of two, cross-entropy of shares instead of
their squared error; sizes suit hundreds of texts (*ours*).
"""

__all__ = ["Branches", "TwoBranches", "packed"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from affectory.parts.alone import one_thread
from affectory.parts.calibrate import sigmoid, softmax
from affectory.parts.patience import apart, patiently

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Weights = dict[str, Floats]
BATCH = 64
SIDES = ("onward", "backward")


class _Inputs(NamedTuple):
    context: Floats  # (n, c)
    words: Floats  # (n, t, d)
    size: Places  # (n,), words of each text


def packed(context: Floats, words: Floats, size: Places) -> Floats:
    """Return both branches' inputs as one row a text, as `TwoBranches.fit` takes them.

    Args:
        context: Shape (n, c).
        words: Vectors in order, zeros behind the last. Shape (n, t, d).
        size: How many words each text has. Shape (n,).
    """
    own = np.full(len(context), context.shape[1])
    return np.column_stack([context, words.reshape(len(words), -1), size, own])


@dataclass(frozen=True)
class TwoBranches:
    """How such a network learns; a member of a blend (`parts.blend`).

    Args:
        name: What it is called.
        view: Which view of the rows it reads.
        longest: Words of a text.
        reads: Which branches are read: the context, the words.
        uniform: Whether every word gets the same attention.
        hidden: Units of the LSTM, each way.
        fused: Units of the layer that reads both.
        dropout: Share of what the branches say that is dropped in training.
        rate: Step of AdamW.
        decay: Its weight decay.
        patience: Epochs without a lower loss after which learning stops.
        epochs: At most so many.
        copies: Networks that are averaged.
    """

    name: str
    view: str
    longest: int
    reads: tuple[bool, bool] = (True, True)
    uniform: bool = False
    hidden: int = 64
    fused: int = 128
    dropout: float = 0.5
    rate: float = 2e-3
    decay: float = 1e-2
    patience: int = 6
    epochs: int = 40
    copies: int = 2

    def fit(self, x: Floats, y: Floats, group: Places, seed: int) -> "Branches":
        """Learn from packed rows (n, ...) and shares (n, k).

        Raises:
            MissingExtra: if torch is not there.
        """
        inputs = _unpacked(self, x)
        with one_thread() as torch:
            nets = tuple(
                _learn(self, torch, inputs, y, apart(group, seed + copy), seed + copy)
                for copy in range(self.copies)
            )
        return Branches(self, nets)

    def of(self, arrays: Mapping[str, NDArray[Any]]) -> "Branches":
        """Return the network that `arrays` told of."""
        return Branches.of(self, arrays)


@dataclass(frozen=True, eq=False)
class Branches:
    """Networks that have learned; their profiles are averaged.

    Args:
        how: How they learned.
        nets: The weights of each.
    """

    how: TwoBranches
    nets: tuple[Weights, ...]

    def predict(self, x: Floats) -> Floats:
        """Return a profile for each packed row; rows sum to one. Shape (n, k)."""
        if not len(x):
            return np.empty((0, len(self.nets[0]["out.bias"])))
        inputs = _unpacked(self.how, x)
        return np.asarray(np.mean([_run(self.how, net, inputs)[0] for net in self.nets], axis=0))

    def attention(self, x: Floats) -> Floats:
        """Return how much of its attention each word has; rows sum to one. Shape (n, t)."""
        if not len(x):
            return np.empty((0, self.how.longest))
        inputs = _unpacked(self.how, x)
        return np.asarray(np.mean([_run(self.how, net, inputs)[1] for net in self.nets], axis=0))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        return {
            f"net{i}.{key}": array.astype(np.float32)
            for i, net in enumerate(self.nets)
            for key, array in net.items()
        }

    @classmethod
    def of(cls, how: TwoBranches, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        nets: dict[str, Weights] = {}
        for key, array in arrays.items():
            net, _, name = key.partition(".")
            nets.setdefault(net, {})[name] = array.astype(np.float64)
        return cls(how, tuple(nets[net] for net in sorted(nets)))


def _unpacked(how: TwoBranches, x: Floats) -> _Inputs:
    c = int(x[0, -1]) if len(x) else 0
    words = x[:, c:-2].reshape(len(x), how.longest, (x.shape[1] - 2 - c) // how.longest)
    return _Inputs(x[:, :c], words, x[:, -2].astype(np.int64))


def _run(how: TwoBranches, net: Weights, given: _Inputs) -> tuple[Floats, Floats]:
    """Return profiles and attention. Shapes (n, k), (n, t)."""
    told = [given.context] if how.reads[0] else []
    seen = np.arange(how.longest) < given.size[:, None]  # (n, t)
    attention = seen / np.maximum(given.size, 1)[:, None]
    if how.reads[1]:
        turned = _turned(given.size, how.longest)
        rows = np.arange(len(turned))[:, None]
        onward = _lstm(net, SIDES[0], given.words)
        backward = _lstm(net, SIDES[1], given.words[rows, turned])[rows, turned]
        states = np.concatenate([onward, backward], axis=2)  # (n, t, 2 h)
        if not how.uniform:
            pull = np.exp(np.tanh(states @ net["look.weight"][0] + net["look.bias"])) * seen
            attention = pull / np.maximum(pull.sum(axis=1, keepdims=True), 1e-12)
        told.append(np.einsum("nt,nth->nh", attention, states))
    fused = np.concatenate(told, axis=1) @ net["fuse.weight"].T + net["fuse.bias"]
    return softmax(np.maximum(fused, 0) @ net["out.weight"].T + net["out.bias"]), attention


def _lstm(net: Weights, side: str, words: Floats) -> Floats:
    """Return the states of an LSTM in torch's order of gates (in, forget, cell, out). (n, t, h)."""
    h = net[f"{side}.weight_hh_l0"].shape[1]
    inward = words @ net[f"{side}.weight_ih_l0"].T
    inward += net[f"{side}.bias_ih_l0"] + net[f"{side}.bias_hh_l0"]
    state, cell = np.zeros((len(words), h)), np.zeros((len(words), h))
    out = np.empty((*words.shape[:2], h))
    for t in range(words.shape[1]):
        gates = inward[:, t] + state @ net[f"{side}.weight_hh_l0"].T
        let, keep, new, show = (gates[:, at * h : (at + 1) * h] for at in range(4))
        cell = sigmoid(keep) * cell + sigmoid(let) * np.tanh(new)
        state = out[:, t] = sigmoid(show) * np.tanh(cell)
    return out


def _turned(size: Places, longest: int) -> Places:
    """Return where to look so that each text's words are backward, its padding in place."""
    at = np.arange(longest)
    return np.asarray(np.where(at < size[:, None], size[:, None] - 1 - at, at))


def _learn(
    how: TwoBranches,
    torch: Any,
    given: _Inputs,
    y: Floats,
    held: NDArray[np.bool_],
    seed: int,
) -> Weights:
    torch.manual_seed(seed)
    net = _made(how, torch, given, y.shape[1])
    count, turned = (torch.from_numpy(a) for a in (given.size, _turned(given.size, how.longest)))
    context, words, shares = (
        torch.from_numpy(part.astype(np.float32)) for part in (given.context, given.words, y)
    )

    def loss(rows: Any) -> Any:
        said = _forward(how, torch, net, context[rows], words[rows], count[rows], turned[rows])
        return -(shares[rows] * said.log_softmax(1)).sum(1).mean()

    on, off = (torch.from_numpy(np.flatnonzero(rows)) for rows in (~held, held))
    order = torch.Generator().manual_seed(seed)

    def batches() -> Any:
        return on[torch.randperm(len(on), generator=order)].split(BATCH)

    return patiently(torch, how, net, batches, loss, lambda: loss(off), _weights)


def _forward(
    how: TwoBranches, torch: Any, net: Any, context: Any, words: Any, count: Any, turned: Any
) -> Any:
    """Return logits (n, k); what `_run` does, for learning."""
    told = [context] if how.reads[0] else []
    if how.reads[1]:
        rows = torch.arange(len(words))[:, None]
        onward = net["onward"](words)[0]
        backward = net["backward"](words[rows, turned])[0][rows, turned]
        states = torch.cat([onward, backward], 2)
        seen = (torch.arange(how.longest) < count[:, None]).float()
        pull = seen if how.uniform else torch.tanh(net["look"](states)[:, :, 0]).exp() * seen
        attention = pull / pull.sum(1, keepdim=True).clamp(min=1e-12)
        told.append((attention[:, :, None] * states).sum(1))
    return net["out"](torch.relu(net["fuse"](net["drop"](torch.cat(told, 1)))))


def _made(how: TwoBranches, torch: Any, given: _Inputs, k: int) -> Any:
    d = given.words.shape[2]
    width = given.context.shape[1] * how.reads[0] + 2 * how.hidden * how.reads[1]
    layers = {"fuse": torch.nn.Linear(width, how.fused), "out": torch.nn.Linear(how.fused, k)}
    if how.reads[1]:
        layers |= {side: torch.nn.LSTM(d, how.hidden, batch_first=True) for side in SIDES}
        layers |= {"look": torch.nn.Linear(2 * how.hidden, 1)}
    return torch.nn.ModuleDict({**layers, "drop": torch.nn.Dropout(how.dropout)})


def _weights(net: Any) -> Weights:
    return {key: array.numpy().astype(np.float64) for key, array in net.state_dict().items()}
