"""A small feed-forward network on fixed rows: learned where torch is, read with numpy anywhere.

Two hidden layers of ReLUs with dropout; loss ``(MSE + 1 - CCC) / 2`` over reals in standard
units, plus cross-entropy over labels that are learned beside them (Singh et al. 2024 tune such
a net; sizes and losses are *ours*). Rows are drawn with probability ``1 / sqrt(rows of their
bin)``, so that rare ends of a scale are seen; learning stops when the loss on a tenth of the
groups, which are not learned from, no longer falls. Several nets with other seeds are averaged.
"""

__all__ = ["Net", "Perceptron", "ccc_loss", "rarity"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.parts.alone import one_thread
from affectory.parts.patience import apart, patiently

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
BATCH = 64
Layers = tuple[tuple[Floats, Floats], ...]  # weights (in, out) and shifts (out,), layer by layer


@dataclass(frozen=True, eq=False)
class Perceptron:
    """Networks that have learned; their answers are averaged.

    Args:
        nets: The layers of each.
        rows: Mean and standard deviation of the inputs. Shapes (d,), (d,).
        told: Mean and standard deviation of the answers. Shapes (k,), (k,).
    """

    nets: tuple[Layers, ...]
    rows: tuple[Floats, Floats]
    told: tuple[Floats, Floats]

    def predict(self, x: Floats) -> Floats:
        """Return the answers for rows `x` (n, d). Shape (n, k)."""
        mean, scale = self.told
        said = [self._run(net, x)[:, : len(mean)] for net in self.nets]
        return np.asarray(np.mean(said, axis=0) * scale + mean)

    def _run(self, net: Layers, x: Floats) -> Floats:
        state = (x - self.rows[0]) / self.rows[1]
        for weights, shift in net[:-1]:
            state = np.maximum(state @ weights + shift, 0)
        return state @ net[-1][0] + net[-1][1]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of` makes it from."""
        layers = {
            f"{name}{i}.{j}": array.astype(np.float32)
            for i, net in enumerate(self.nets)
            for j, pair in enumerate(net)
            for name, array in zip(("weights", "shift"), pair, strict=True)
        }
        size = np.array([len(self.nets), len(self.nets[0])])
        return {"size": size, "rows": np.stack(self.rows), "told": np.stack(self.told), **layers}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `arrays` told of."""
        nets, layers = arrays["size"].tolist()
        read = {key: array.astype(np.float64) for key, array in arrays.items()}
        every = tuple(
            tuple((read[f"weights{i}.{j}"], read[f"shift{i}.{j}"]) for j in range(layers))
            for i in range(nets)
        )
        rows, told = read["rows"], read["told"]
        return cls(every, (rows[0], rows[1]), (told[0], told[1]))


@dataclass(frozen=True)
class Net:
    """How such a network learns.

    Args:
        name: What it is called.
        view: Which view of the rows it reads.
        reals: How many of the first answers are reals; the others are shares of labels.
        hidden: Sizes of the hidden layers.
        dropout: Share of the first hidden layer that is dropped.
        rate: Step of AdamW.
        decay: Its weight decay.
        side: Weight of the labels' loss.
        patience: Epochs without a lower loss after which learning stops.
        epochs: At most so many.
        copies: Networks that are averaged.
    """

    name: str
    view: str
    reals: int
    hidden: tuple[int, ...] = (256, 64)
    dropout: float = 0.3
    rate: float = 1e-3
    decay: float = 1e-2
    side: float = 0.2
    patience: int = 10
    epochs: int = 60
    copies: int = 2

    def fit(self, x: Floats, y: Floats, group: Places, seed: int) -> Perceptron:
        """Learn from rows `x` (n, d) with answers `y` (n, reals + labels).

        Raises:
            MissingExtra: if torch is not there.
        """
        reals, labels = y[:, : self.reals], y[:, self.reals :]
        rows = x.mean(axis=0), x.std(axis=0) + 1e-9
        told = reals.mean(axis=0), reals.std(axis=0) + 1e-9
        lesson = _Lesson((x - rows[0]) / rows[1], (reals - told[0]) / told[1], labels)
        chance = rarity(reals)
        with one_thread() as torch:
            nets = tuple(
                _learn(self, torch, lesson, chance, apart(group, seed + copy), seed + copy)
                for copy in range(self.copies)
            )
        return Perceptron(nets, rows, told)

    def of(self, arrays: Mapping[str, NDArray[Any]]) -> Perceptron:
        """Return the network that `arrays` told of."""
        return Perceptron.of(arrays)


@dataclass(frozen=True, eq=False)
class _Lesson:
    x: Floats
    reals: Floats
    labels: Floats

    def tensors(self, torch: Any, keep: NDArray[np.bool_]) -> tuple[Any, Any, Any]:
        every = (self.x, self.reals, self.labels)
        x, reals, labels = (torch.from_numpy(part[keep].astype(np.float32)) for part in every)
        return x, reals, labels


def rarity(reals: Floats, bins: int = 6) -> Floats:
    """Return how often to draw each row: 1 / sqrt(rows in its bin), averaged over answers.

    Args:
        reals: Shape (n, k).
        bins: Bins of equal width between the least and the greatest value.

    Returns:
        Shares that sum to one. Shape (n,).
    """
    weight = np.zeros(len(reals))
    for column in reals.T:
        low, high = column.min(), column.max()
        place = ((column - low) / max(high - low, 1e-12) * bins).astype(int).clip(0, bins - 1)
        weight += 1 / np.sqrt(np.bincount(place, minlength=bins)[place])
    return np.asarray(weight / weight.sum())


def ccc_loss(said: Any, truth: Any) -> Any:
    """Return (MSE + 1 - CCC) / 2, its parts averaged over the columns of two tensors (n, k)."""
    mean, wanted = said.mean(0), truth.mean(0)
    apart, spread = said - mean, truth - wanted
    both = 2 * (apart * spread).mean(0)
    whole = (apart**2).mean(0) + (spread**2).mean(0) + (mean - wanted) ** 2
    return 0.5 * ((said - truth) ** 2).mean() + 0.5 * (1 - both / whole.clamp(min=1e-9)).mean()


def _learn(
    how: Net, torch: Any, lesson: _Lesson, chance: Floats, off: NDArray[np.bool_], seed: int
) -> Layers:
    torch.manual_seed(seed)
    x, reals, labels = lesson.tensors(torch, ~off)
    x_off, reals_off, _ = lesson.tensors(torch, off)
    draw, chance = np.random.default_rng(seed), chance[~off] / chance[~off].sum()
    net = _made(how, torch, x.shape[1], reals.shape[1] + labels.shape[1])

    def batches() -> Any:
        return torch.from_numpy(draw.choice(len(x), len(x), p=chance)).split(BATCH)

    def loss(rows: Any) -> Any:
        said = net(x[rows])
        own = ccc_loss(said[:, : how.reals], reals[rows])
        if not labels.shape[1]:
            return own
        told = torch.nn.functional.cross_entropy(said[:, how.reals :], labels[rows])
        return own + how.side * told

    def missed() -> Any:
        return ccc_loss(net(x_off)[:, : how.reals], reals_off)

    return patiently(torch, how, net, batches, loss, missed, _layers)


def _made(how: Net, torch: Any, d: int, out: int) -> Any:
    layers: list[Any] = []
    for at, width in enumerate(how.hidden):
        layers += [torch.nn.Linear(d, width), torch.nn.ReLU()]
        layers += [torch.nn.Dropout(how.dropout)] if at == 0 else []
        d = width
    return torch.nn.Sequential(*layers, torch.nn.Linear(d, out))


def _layers(net: Any) -> Layers:
    return tuple(
        (layer.weight.detach().numpy().T.astype(float), layer.bias.detach().numpy().astype(float))
        for layer in net
        if hasattr(layer, "weight")
    )
