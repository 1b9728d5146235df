"""A seeded loop that learns, tells how far it is, and goes on where it was stopped.

After each epoch everything is kept in one safetensors file whose JSON note says where it is: the
net, the best net so far, the optimizer's moments, losses. Each epoch has its own seed, so a loop
that was stopped and goes on ends with the same numbers as one that was not. AdamW, a warm-up, then
half a cosine.
"""

__all__ = ["Plan", "bar", "learn"]

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.parts.alone import torch_of

Report = Callable[[str], None]
BAR, OFTEN = 20, 20.0  # width of the bar; seconds between two lines


@dataclass(frozen=True)
class Plan:
    """How long and how fast to learn.

    Args:
        epochs: At most so many.
        rate: Greatest step of AdamW.
        decay: Its weight decay.
        warm: Share of all steps in which the step grows.
        clip: Greatest norm of a gradient.
        patience: Epochs without a lower watched loss after which learning stops.
    """

    epochs: int = 20
    rate: float = 3e-4
    decay: float = 0.01
    warm: float = 0.05
    clip: float = 1.0
    patience: int = 5


def learn(
    net: Any,
    plan: Plan,
    batches: Callable[[np.random.Generator], Sequence[Any]],
    loss: Callable[[Any], Any],
    watched: Callable[[], float],
    *,
    seed: int,
    what: str,
    kept: Path | None = None,
    key: Mapping[str, Any] | None = None,
    report: Report = lambda _: None,
) -> float:
    """Let `net` learn; leave it as it was when `watched` was least, and return that loss.

    What it was before the first epoch counts as well.

    Args:
        net: A torch module.
        plan: How long and how fast.
        batches: The batches of one epoch, in order.
        loss: Of one batch, a torch scalar.
        watched: Loss on what is not learned from; called after each epoch without gradients.
        seed: Seed of the order of batches and of dropout.
        what: Name of the work, for the report.
        kept: File of the checkpoint; None: none is kept.
        key: What the work depends on; a checkpoint with another key is begun anew.
        report: Told how far it is, as a bar in words.
    """
    torch = torch_of()
    total = plan.epochs * len(batches(np.random.default_rng([seed, 0])))
    pace = torch.optim.AdamW(net.parameters(), plan.rate, weight_decay=plan.decay)
    about = {**(key or {}), "seed": seed, "what": what}
    epoch, step, least, since, best = _resumed(kept, about, net, pace)
    if not best:  # what it knows already may be the best
        least, best = _seen(net, watched), _arrays(net)
    began, first = time.monotonic(), step
    told = began
    while epoch < plan.epochs and since < plan.patience:
        torch.manual_seed(seed * 1000 + epoch)
        net.train()
        sums, work = 0.0, batches(np.random.default_rng([seed, epoch]))
        for at, batch in enumerate(work):
            for group in pace.param_groups:
                group["lr"] = plan.rate * _slope(step, total, plan.warm)
            pace.zero_grad()
            now = loss(batch)
            now.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), plan.clip)
            pace.step()
            step, sums = step + 1, sums + float(now.detach())
            if time.monotonic() - told > OFTEN:
                told = time.monotonic()
                left = (told - began) / (step - first) * (total - step)
                report(f"{bar(step, total)} {what}: epoch {epoch + 1} of {plan.epochs}, "
                       f"loss {sums / (at + 1):.4f}, at most {left:.0f} s left")  # fmt: skip
        new, epoch = _seen(net, watched), epoch + 1
        since = 0 if new < least else since + 1
        if new < least:
            least, best = new, _arrays(net)
        done = f"{bar(step, total)} {what}: epoch {epoch} of {plan.epochs} done"
        report(f"{done}, loss {sums / max(1, len(work)):.4f}, watched {new:.4f} ({least:.4f})")
        _keep(kept, about, (epoch, step, least, since), net, pace, best)
    _load(net, best)
    net.eval()
    return least


def bar(done: int, total: int) -> str:
    """Return a bar of `BAR` letters.

    Example:
        >>> from affectory.parts.train import bar
        >>> bar(1, 4)
        '[#####---------------]'
    """
    full = round(BAR * done / max(total, 1))
    return f"[{'#' * full}{'-' * (BAR - full)}]"


def _seen(net: Any, watched: Callable[[], float]) -> float:
    net.eval()
    with torch_of().no_grad():
        return float(watched())


def _slope(step: int, total: int, warm: float) -> float:
    rise = max(1, round(warm * total))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, total - rise)))


def _arrays(net: Any) -> dict[str, NDArray[Any]]:
    return {name: value.detach().numpy().copy() for name, value in net.state_dict().items()}


def _load(net: Any, arrays: Mapping[str, NDArray[Any]]) -> None:
    torch = torch_of()
    net.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})


def _keep(
    kept: Path | None,
    about: Mapping[str, Any],
    where: tuple[int, int, float, int],
    net: Any,
    pace: Any,
    best: Mapping[str, NDArray[Any]],
) -> None:
    if kept is None:
        return
    moments = {
        f"{at}/{name}": value.detach().numpy()
        for at, state in pace.state_dict()["state"].items()
        for name, value in state.items()
    }
    arrays = shelf.joined({"net": _arrays(net), "best": best, "pace": moments})
    names = ("epoch", "step", "least", "since")
    shelf.save(kept, arrays, {"about": about, **dict(zip(names, where, strict=True))})


def _resumed(
    kept: Path | None, about: Mapping[str, Any], net: Any, pace: Any
) -> tuple[int, int, float, int, dict[str, NDArray[Any]]]:
    if kept is None or not kept.is_file():
        return 0, 0, math.inf, 0, {}
    arrays, note = shelf.load(kept)
    if note.get("about") != json.loads(json.dumps(about)):
        return 0, 0, math.inf, 0, {}
    torch = torch_of()
    _load(net, shelf.within(arrays, "net"))
    state: dict[int, dict[str, Any]] = {}
    for name, array in shelf.within(arrays, "pace").items():
        at, _, part = name.partition("/")
        state.setdefault(int(at), {})[part] = torch.from_numpy(array.copy())
    pace.load_state_dict({"state": state, "param_groups": pace.state_dict()["param_groups"]})
    best = shelf.within(arrays, "best")
    return int(note["epoch"]), int(note["step"]), float(note["least"]), int(note["since"]), best
