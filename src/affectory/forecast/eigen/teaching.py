"""How the network learns to move anchors: the best of many must come near what followed.

Loss: the least distance of coefficients, the least mean and the least final distance in the
Space's units, each the mean over paths (Bae, Oh & Jeon 2023, section 3.4; the three terms weigh
alike, as in their code), and the log loss of the mode that came nearest, which trains the chances
alone. Where headings are taken out, a path and its mirror image are lessons alike.
"""

__all__ = ["Lesson", "taught"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.forecast.eigen.codes import F32, Codes
from affectory.forecast.eigen.corrector import HEADS, TOLD, Corrector, Near, near
from affectory.forecast.eigen.learned import Learned, blur_of
from affectory.forecast.eigen.sights import Lessons
from affectory.parts.alone import one_thread
from affectory.parts.patience import apart
from affectory.parts.train import Plan, learn

BATCH = 512
LOOK = 32  # width of what is made of others


@dataclass(frozen=True)
class Lesson:
    """How the network learns.

    Args:
        epochs: Passes over all paths.
        hidden: Width of its layers.
        seed: Seed of the beginning, of the order of paths, and of who is watched.
        looks: Whether it looks at who is near.
        kept: Where it is kept after each epoch; None: nowhere.
        report: Told how far it is.
        rate: Greatest step.
        decay: Weight decay.
        clip: Greatest norm of a gradient.
    """

    epochs: int
    hidden: int
    seed: int
    looks: bool
    kept: Path | None
    report: Callable[[str], None]
    rate: float = 2e-3
    decay: float = 1e-4
    clip: float = 10.0


class _Paths(NamedTuple):
    """Tensors of paths."""

    inputs: Any
    told: Any  # of those who are near
    there: Any
    kind: Any
    free: Any  # what followed, flat, without poses
    size: Any  # of a unit of the pose

    def rows(self, some: Any) -> "_Paths":
        return _Paths(*(part[some] for part in self))


class _Lines(NamedTuple):
    """Bases and anchors of each kind as tensors, and how many axes a point has."""

    bases: Any
    anchors: Any
    axes: int


def taught(learned: Learned, lesson: Lessons, beside: Lessons | None, how: Lesson) -> Learned:
    """Return what was learned, with a network.

    Args:
        learned: Codes, whose anchors are moved.
        lesson: Paths to learn from.
        beside: Paths on which the network is watched; None: a tenth of `lesson`.
        how: How it learns.

    Raises:
        MissingExtra: if torch is not there.
    """
    if beside is None:
        off = apart(np.unique(lesson.parted, return_inverse=True)[1], how.seed)
        lesson, beside = lesson.rows(~off), lesson.rows(off)
    with one_thread() as torch:
        torch.manual_seed(how.seed)
        mirrored = learned.codes.turned
        mine = _paths(torch, learned.codes, lesson, how.looks, mirrored)
        yours = _paths(torch, learned.codes, beside, how.looks, False)
        net = _made(torch, mine.inputs.shape[1], how, learned.codes)
        lines = _lines(torch, learned.codes, lesson.future.shape[2])

        def batches(draw: np.random.Generator) -> Sequence[Any]:
            order = draw.permutation(len(mine.inputs))
            return [torch.from_numpy(order[at : at + BATCH]) for at in range(0, len(order), BATCH)]

        def loss(some: Any) -> Any:
            return sum(_losses(torch, net, lines, mine.rows(some)))

        def watched() -> float:
            _, ade, fde, _ = _losses(torch, net, lines, yours)
            return float(ade + fde)

        plan = Plan(how.epochs, how.rate, how.decay, clip=how.clip, patience=how.epochs)
        sizes = {"paths": len(mine.inputs), "watched": len(yours.inputs), "hidden": how.hidden}
        about = {"looks": how.looks, "plan": str(plan), "anchors": float(lines.anchors.abs().sum())}
        learn(net, plan, batches, loss, watched, seed=how.seed, what="moves of anchors",
              kept=how.kept, key=sizes | about, report=how.report)  # fmt: skip
        made = replace(learned, corrector=_kept(net))
    return replace(made, blur=blur_of(made, beside))  # of paths that it has not learned from


def _made(torch: Any, inputs: int, how: Lesson, codes: Codes) -> Any:
    """Return the network; it moves nothing before it has learned."""
    many, rank = codes.kinds[0].anchors.shape
    wide = {"first": (inputs, how.hidden), "second": (how.hidden + how.looks * LOOK, how.hidden),
            "moves": (how.hidden, many * rank), "odds": (how.hidden, many)}  # fmt: skip
    if how.looks:
        wide |= {"others": (TOLD, LOOK), "mixed": (LOOK, 2 * LOOK), "asked": (how.hidden, LOOK)}

    class Net(torch.nn.ModuleDict):  # type: ignore[misc]
        def forward(self, x: Any, told: Any, there: Any) -> tuple[Any, Any]:
            x = torch.relu(self["first"](x))
            if how.looks:
                x = torch.cat([x, self.glance(x, told, there)], dim=1)
            x = torch.relu(self["second"](x))
            # chances must not pull modes towards each other
            return self["moves"](x).unflatten(1, (many, rank)), self["odds"](x.detach())

        def glance(self, x: Any, told: Any, there: Any) -> Any:
            both = self["mixed"](torch.relu(self["others"](told))).unflatten(2, (2, HEADS, -1))
            asked = self["asked"](x).unflatten(1, (1, HEADS, -1))
            score = (asked * both[:, :, 0]).sum(dim=3) / (LOOK / HEADS) ** 0.5
            score = score.masked_fill(~there[:, :, None], -torch.inf)
            away = torch.zeros_like(score[:, :1])
            share = torch.cat([away, score], dim=1).softmax(dim=1)[:, 1:]
            return (share[..., None] * both[:, :, 1]).sum(dim=1).flatten(1)

    net = Net({name: torch.nn.Linear(*shape) for name, shape in wide.items()})
    for name in ("moves", "odds"):
        torch.nn.init.zeros_(net[name].weight)
        torch.nn.init.zeros_(net[name].bias)
    return net


def _paths(torch: Any, codes: Codes, lesson: Lessons, looks: bool, mirrored: bool) -> _Paths:
    """Return paths as tensors, and where asked their mirror images after them."""
    told = [_flat(codes, lesson, looks)]
    if mirrored:
        sign = np.array([1, -1], np.float32)
        sight = lesson.sight._replace(seen=lesson.sight.seen * sign)
        image = lesson._replace(sight=sight, future=lesson.future * sign)
        told.append(_flat(codes, image, looks))
    return _Paths(*(torch.from_numpy(np.concatenate(parts)) for parts in zip(*told, strict=True)))


def _flat(codes: Codes, lesson: Lessons, looks: bool) -> tuple[NDArray[Any], ...]:
    sight, seen = lesson.sight, codes.look(lesson.sight)
    n, size = len(seen.kind), 1 / np.abs(seen.pose.turn)
    others = Near(np.zeros((n, 0, TOLD), np.float32), np.zeros((n, 0), bool))
    if looks:
        others = near(sight.seen, sight.scene, seen.pose, codes.pace)
    free = seen.pose.away(lesson.future)
    return seen.inputs, *others, seen.kind, free, size.astype(np.float32)


def _lines(torch: Any, codes: Codes, axes: int) -> _Lines:
    bases = np.stack([code.future for code in codes.kinds])
    anchors = np.stack([code.anchors for code in codes.kinds])
    return _Lines(torch.from_numpy(bases), torch.from_numpy(anchors), axes)


def _losses(torch: Any, net: Any, lines: _Lines, paths: _Paths) -> tuple[Any, Any, Any, Any]:
    """Return the terms of the loss: of coefficients, mean, final, and of chances."""
    moved, logits = net(paths.inputs, paths.told, paths.there)
    said, base = lines.anchors[paths.kind] + moved, lines.bases[paths.kind]
    miss = torch.einsum("nsr,nwr->nsw", said, base) - paths.free[:, None]
    away = miss.unflatten(2, (-1, lines.axes)).norm(dim=-1) * paths.size[:, None, None]
    wanted = torch.einsum("nw,nwr->nr", paths.free, base)
    code = (said - wanted[:, None]).norm(dim=-1).amin(dim=1)
    mean = away.mean(dim=2)
    odds = torch.nn.functional.cross_entropy(logits, mean.detach().argmin(dim=1))
    return code.mean(), mean.amin(dim=1).mean(), away[..., -1].amin(dim=1).mean(), odds


def _kept(net: Any) -> Corrector:
    def of(layer: Any) -> tuple[F32, F32]:
        weights = layer.weight.detach().numpy().T
        return np.ascontiguousarray(weights), layer.bias.detach().numpy().copy()

    return Corrector({name: of(layer) for name, layer in net.items()})
