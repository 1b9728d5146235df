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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.forecast.eigen.codes import F32, Codes, Places
from affectory.forecast.eigen.corrector import Corrector
from affectory.forecast.eigen.learned import Learned, blur_of
from affectory.forecast.eigen.sights import Lessons
from affectory.parts.alone import one_thread
from affectory.parts.patience import apart
from affectory.parts.train import Plan, learn

BATCH = 512


@dataclass(frozen=True)
class Lesson:
    """How the network learns.

    Args:
        epochs: Passes over all paths.
        hidden: Width of its layers.
        seed: Seed of the beginning, of the order of paths, and of who is watched.
        kept: Where it is kept after each epoch; None: nowhere.
        report: Told how far it is.
        rate: Greatest step.
        decay: Weight decay.
        clip: Greatest norm of a gradient.
    """

    epochs: int
    hidden: int
    seed: int
    kept: Path | None
    report: Callable[[str], None]
    rate: float = 2e-3
    decay: float = 1e-4
    clip: float = 10.0


@dataclass(frozen=True, eq=False)
class _Paths:
    """Tensors of paths: inputs, kinds, flat futures without poses, units of the pose."""

    inputs: Any
    kind: Any
    free: Any
    size: Any

    def rows(self, some: Any) -> "_Paths":
        return _Paths(self.inputs[some], self.kind[some], self.free[some], self.size[some])


def taught(learned: Learned, lesson: Lessons, beside: Lessons | None, how: Lesson) -> Learned:
    """Return what was learned, with a network.

    Args:
        learned: Codes, whose anchors are moved.
        lesson: Paths to learn from.
        beside: Paths on which the network is watched; None: a tenth of the groups of `lesson`.
        how: How it learns.

    Raises:
        MissingExtra: if torch is not there.
    """
    if beside is None:
        off = apart(lesson.group, how.seed)
        lesson, beside = lesson.rows(~off), lesson.rows(off)
    with one_thread() as torch:
        torch.manual_seed(how.seed)
        axes = lesson.future.shape[2]
        mirrored = learned.codes.turned
        mine = _paths(torch, learned.codes, lesson, mirrored)
        yours = _paths(torch, learned.codes, beside, False)
        net = _made(torch, mine.inputs.shape[1], how.hidden, learned.codes)
        bases, anchors = _tensors(torch, learned.codes)

        def batches(draw: np.random.Generator) -> Sequence[Any]:
            order = draw.permutation(len(mine.inputs))
            return [torch.from_numpy(order[at : at + BATCH]) for at in range(0, len(order), BATCH)]

        def terms(paths: _Paths) -> tuple[Any, Any, Any, Any]:
            moved, logits = net(paths.inputs)
            said = anchors[paths.kind] + moved
            base = bases[paths.kind]
            apart = torch.einsum("nsr,nwr->nsw", said, base) - paths.free[:, None]
            away = apart.unflatten(2, (-1, axes)).norm(dim=-1) * paths.size[:, None, None]
            wanted = torch.einsum("nw,nwr->nr", paths.free, base)
            code = (said - wanted[:, None]).norm(dim=-1).amin(dim=1)
            mean = away.mean(dim=2)
            odds = torch.nn.functional.cross_entropy(logits, mean.detach().argmin(dim=1))
            return code.mean(), mean.amin(dim=1).mean(), away[..., -1].amin(dim=1).mean(), odds

        def loss(some: Any) -> Any:
            return sum(terms(mine.rows(some)))

        def watched() -> float:
            _, ade, fde, _ = terms(yours)
            return float(ade + fde)

        plan = Plan(how.epochs, how.rate, how.decay, clip=how.clip, patience=how.epochs)
        key = {"paths": len(mine.inputs), "watched": len(yours.inputs), "hidden": how.hidden,
               "plan": str(plan), "anchors": float(anchors.abs().sum())}  # fmt: skip
        learn(net, plan, batches, loss, watched, seed=how.seed, what="moves of anchors",
              kept=how.kept, key=key, report=how.report)  # fmt: skip
        made = replace(learned, corrector=_kept(net))
    both = lesson.joined(beside)
    return replace(made, blur=blur_of(made, both))


def _made(torch: Any, inputs: int, hidden: int, codes: Codes) -> Any:
    """Return the network; it moves nothing before it has learned."""
    many, rank = codes.kinds[0].anchors.shape

    class Net(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.first = torch.nn.Linear(inputs, hidden)
            self.second = torch.nn.Linear(hidden, hidden)
            self.moves = torch.nn.Linear(hidden, many * rank)
            self.odds = torch.nn.Linear(hidden, many)
            for layer in (self.moves, self.odds):
                torch.nn.init.zeros_(layer.weight)
                torch.nn.init.zeros_(layer.bias)

        def forward(self, x: Any) -> tuple[Any, Any]:
            x = torch.relu(self.second(torch.relu(self.first(x))))
            # chances must not pull modes towards each other
            return self.moves(x).unflatten(1, (many, rank)), self.odds(x.detach())

    return Net()


def _paths(torch: Any, codes: Codes, lesson: Lessons, mirrored: bool) -> _Paths:
    """Return paths as tensors, and where asked their mirror images after them."""
    told = _flat(codes, lesson)
    if mirrored:
        sign = np.array([1, -1], np.float32)
        sight = lesson.sight._replace(seen=lesson.sight.seen * sign)
        other = _flat(codes, lesson._replace(sight=sight, future=lesson.future * sign))
        return _Paths(*(
            torch.from_numpy(np.concatenate([one, two]))
            for one, two in zip(told, other, strict=True)
        ))  # fmt: skip
    return _Paths(*(torch.from_numpy(np.ascontiguousarray(part)) for part in told))


def _flat(codes: Codes, lesson: Lessons) -> tuple[F32, Places, F32, F32]:
    looks = codes.look(lesson.sight)
    size = 1 / np.abs(looks.pose.turn)
    return looks.inputs, looks.kind, looks.pose.away(lesson.future), size.astype(np.float32)


def _tensors(torch: Any, codes: Codes) -> tuple[Any, Any]:
    parts: tuple[NDArray[Any], ...] = (
        np.stack([code.future for code in codes.kinds]),
        np.stack([code.anchors for code in codes.kinds]),
    )
    bases, anchors = (torch.from_numpy(part) for part in parts)
    return bases, anchors


def _kept(net: Any) -> Corrector:
    def of(layer: Any) -> tuple[F32, F32]:
        weights = layer.weight.detach().numpy().T
        return np.ascontiguousarray(weights), layer.bias.detach().numpy().copy()

    return Corrector((*of(net.first), *of(net.second)), of(net.moves), of(net.odds))
