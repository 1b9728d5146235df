"""How the net learns: hidden tokens and the order of events first, then the outcome.

Lives are varied while hidden tokens are told: of some a part of the events is left out, some days
are moved by up to five; of some the events are reversed or shuffled, which the net must notice.
"""

__all__ = ["BATCH", "learned", "odds", "surprised"]

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.forecast.lives.net import LifeNet
from affectory.forecast.lives.reading import Document, batch_of
from affectory.parts.events import masked
from affectory.parts.padded import dealt
from affectory.parts.train import Plan, learn
from affectory.senses.life import MASK, SEP, SPECIALS

Report = Callable[[str], None]
Codes = NDArray[np.int64]
BATCH, LOOSE = 64, 12.0  # documents a step; tokens by which their lengths may differ more
TURNED, THINNED, MOVED, DAYS = 0.05, 0.2, 0.1, 5.0


def learned(
    net: LifeNet,
    lives: tuple[Sequence[Document], Sequence[Document]],
    came: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    plans: tuple[Plan, Plan],
    *,
    penalty: float,
    seed: int,
    kept: tuple[Path, Path] | None,
    key: dict[str, Any],
    report: Report,
) -> dict[str, NDArray[Any]]:
    """Let the net learn; return its arrays as they were before the outcome was learned.

    Args:
        net: What learns.
        lives: Persons that are learned from, and persons that are watched.
        came: Whether the outcome came for each of them.
        plans: For hidden tokens, and for the outcome.
        penalty: Weight of a person without the outcome.
        seed: Seed of all chance.
        kept: Files of the two checkpoints.
        key: What the lesson depends on.
        report: Told how far it is.
    """
    torch, (own, watched) = net.torch, lives
    lengths = [len(each.days) for each in own]
    chance = np.random.default_rng([seed, len(watched)])
    still = [
        _hidden([watched[at] for at in rows], chance, net)
        for rows in dealt([len(each.days) for each in watched], 2 * BATCH)
    ]

    def work(rng: np.random.Generator) -> list[tuple[Codes, int]]:
        return [(rows, int(rng.integers(1 << 31))) for rows in dealt(lengths, BATCH, rng, LOOSE)]

    def hidden(task: tuple[Codes, int]) -> Any:
        rng = np.random.default_rng(task[1])
        return net.hidden_loss(*_hidden([_varied(own[at], rng) for at in task[0]], rng, net))

    learn(
        net.module, plans[0], work, hidden,
        lambda: float(np.mean([float(net.hidden_loss(*each)) for each in still])),
        seed=seed, what="lives: hidden events", kept=kept and kept[0],
        key={**key, "plan": repr(plans[0])}, report=report,
    )  # fmt: skip
    before = net.arrays()
    told = torch.from_numpy(came[0])

    def outcome(task: tuple[Codes, int]) -> Any:
        batch = batch_of(torch, [own[at] for at in task[0]])
        return net.outcome_loss(batch, told[torch.from_numpy(task[0])], penalty)

    def missed() -> float:
        p = np.clip(1 / (1 + np.exp(-odds(net, watched))), 1e-6, 1 - 1e-6)
        weight = np.where(came[1], 1.0, penalty)
        loss = -np.where(came[1], np.log(p), np.log(1 - p))
        return float((loss * weight).sum() / weight.sum())

    learn(
        net.module, plans[1], work, outcome, missed, seed=seed, what="lives: outcome",
        kept=kept and kept[1], key={**key, "plans": repr(plans)}, report=report,
    )  # fmt: skip
    return before


def odds(net: LifeNet, lives: Sequence[Document]) -> NDArray[np.float64]:
    """Return the log-odds of the outcome of each person. Shape (n,)."""
    out = np.zeros(len(lives))
    with net.torch.no_grad():
        for rows in dealt([len(each.days) for each in lives], 4 * BATCH):
            batch = batch_of(net.torch, [lives[at] for at in rows])
            out[rows] = net.outcome(batch).numpy()
    return out


def surprised(
    net: LifeNet, past: Sequence[Document], late: Sequence[Document], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean surprise of hidden tokens of each of `late`: by the net, by frequency."""
    torch, rng = net.torch, np.random.default_rng(seed)
    size = net.events.shape.sizes[0]
    count = np.bincount(np.concatenate([w.codes[:, 0] for w in past]), minlength=size) + 1.0
    count[: len(SPECIALS)] = 0
    usual = -np.log(np.maximum(count, 1e-12) / count.sum())
    told, often = np.full(len(late), np.nan), np.full(len(late), np.nan)
    with torch.no_grad():
        for rows in dealt([len(each.days) for each in late], 2 * BATCH):
            batch = batch_of(torch, [late[at] for at in rows])
            codes = batch.codes.numpy()
            out, chosen = masked(codes[:, :, 0], rng, ordinary=len(SPECIALS), size=size, mask=MASK)
            hidden = torch.from_numpy(np.stack([out, codes[:, :, 1]], axis=2))
            said = net.hidden_odds(net.states(batch._replace(codes=hidden)))
            loss = torch.nn.functional.cross_entropy(
                said.transpose(1, 2), batch.codes[:, :, 0], reduction="none"
            ).numpy()
            for at, own, truth, held in zip(rows, loss, codes[:, :, 0], chosen, strict=True):
                if held.any():
                    told[at], often[at] = own[held].mean(), usual[truth[held]].mean()
    return told, often


def _hidden(
    some: Sequence[Document], rng: np.random.Generator, net: LifeNet
) -> tuple[Any, Any, Any, Any]:
    """Return what `hidden_loss` takes, of lives some of which are turned."""
    torch = net.torch
    fate = rng.random(len(some))
    order = np.where(fate < TURNED, 1, np.where(fate < 2 * TURNED, 2, 0))
    turned = [_turned(each, int(how), rng) for each, how in zip(some, order, strict=True)]
    batch = batch_of(torch, turned)
    codes = batch.codes.numpy()
    size = net.events.shape.sizes[0]
    out, chosen = masked(codes[:, :, 0], rng, ordinary=len(SPECIALS), size=size, mask=MASK)
    if not chosen.any():  # a batch must teach something
        chosen[:, 0] = True
    hidden = np.stack([out, codes[:, :, 1]], axis=2)
    truth = torch.from_numpy(codes[:, :, 0].copy())
    given = batch._replace(codes=torch.from_numpy(hidden))
    return given, truth, torch.from_numpy(chosen), torch.from_numpy(order)


def _events(own: Document) -> list[NDArray[np.int64]]:
    """Return the rows of the background and of each event, with its separator."""
    ends = np.flatnonzero(own.codes[:, 0] == SEP) + 1
    return [part for part in np.split(np.arange(len(own.days)), ends) if len(part)]


def _turned(own: Document, how: int, rng: np.random.Generator) -> Document:
    """Return a life whose events come in another order, at the times of the true one."""
    if how == 0:
        return own
    parts = _events(own)
    rest = (
        parts[1:][::-1] if how == 1 else [parts[1:][at] for at in rng.permutation(len(parts) - 1)]
    )
    rows = np.concatenate([parts[0], *rest])
    return own._replace(codes=own.codes[rows], records=own.records[rows])


def _varied(own: Document, rng: np.random.Generator) -> Document:
    """Return a life of which events may be left out, or days be moved a little."""
    if rng.random() < THINNED:
        parts, share = _events(own), rng.uniform(0.25, 0.5)
        rows = np.concatenate([p for at, p in enumerate(parts) if at == 0 or rng.random() > share])
        own = Document(own.key, *(column[rows] for column in own[1:]))
    if rng.random() < MOVED:
        own = own._replace(days=own.days + rng.uniform(-DAYS, DAYS, len(own.days)).round())
    return own
