"""Rivals of an outcome of lives: counts of events, and a recurrent net over them."""

__all__ = ["bags", "counted", "recurrent", "tokens_of"]

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.core.records import Records
from affectory.parts.alone import one_thread
from affectory.parts.logit import Logit
from affectory.senses.life import Words

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
WIDTH, EPOCHS, BATCH, RATE = 32, 3, 64, 5e-3
YEAR = 365.25


def tokens_of(records: Records, words: Words) -> list[tuple[NDArray[np.int64], Floats]]:
    """Return the tokens of each session and the day of each, in order of time."""
    out = []
    for one in records:
        own = one.frame.sort("start", maintain_order=True)
        pairs = [
            (word, day)
            for text, day in zip(own["text"].to_list(), own["start"].to_list(), strict=True)
            for word in text.split()
        ]
        out.append((words.codes([word for word, _ in pairs]), np.array([d for _, d in pairs])))
    return out


def bags(lives: Sequence[tuple[NDArray[np.int64], Floats]], size: int) -> Floats:
    """Return log(1 + count) of each token. Shape (n, size)."""
    counts = [np.bincount(codes, minlength=size)[:size] for codes, _ in lives]
    return np.log1p(np.stack(counts)).astype(np.float64)


def counted(rows: Floats, happened: Flags, learn: Flags, apart: Flags) -> Floats:
    """Return the log-odds by logistic regression on counts, its ridge chosen on rows `apart`."""
    held = learn | apart
    model = Logit.chosen(rows[held], happened[held], apart[held])
    return model.odds(rows)


def recurrent(
    lives: Sequence[tuple[NDArray[np.int64], Floats]],
    happened: Flags,
    learn: Flags,
    apart: Flags,
    size: int,
    seed: int,
) -> Floats:
    """Return the log-odds by a GRU over tokens and gaps, as it was when it told `apart` best."""
    own, watched = np.flatnonzero(learn), np.flatnonzero(apart)
    with one_thread() as torch:
        torch.manual_seed(seed)
        nn = torch.nn
        net = nn.ModuleDict(
            {
                "embed": nn.Embedding(size, WIDTH),
                "gru": nn.GRU(WIDTH + 1, WIDTH, batch_first=True),
                "out": nn.Linear(WIDTH, 1),
            }
        )
        pace = torch.optim.AdamW(net.parameters(), RATE)
        rng, best, least = np.random.default_rng(seed), np.zeros(len(lives)), np.inf
        told = torch.from_numpy(happened.astype(np.float32))
        for _ in range(EPOCHS):
            order = rng.permutation(own)
            for rows in np.array_split(order, max(1, len(order) // BATCH)):
                said = _said(torch, net, [lives[at] for at in rows])
                loss = nn.functional.binary_cross_entropy_with_logits(said, told[rows])
                pace.zero_grad()
                loss.backward()
                pace.step()
            with torch.no_grad():
                parts = [
                    _said(torch, net, lives[at : at + 256]) for at in range(0, len(lives), 256)
                ]
                now = torch.cat(parts)
                missed = float(
                    nn.functional.binary_cross_entropy_with_logits(now[watched], told[watched])
                )
            if missed < least:
                least, best = missed, now.numpy().astype(np.float64)
    return best


def _said(torch: Any, net: Any, some: Sequence[tuple[NDArray[np.int64], Floats]]) -> Any:
    t = max(len(codes) for codes, _ in some)
    tokens, gaps = np.zeros((len(some), t), np.int64), np.zeros((len(some), t, 1), np.float32)
    last = np.array([len(codes) - 1 for codes, _ in some])
    for at, (codes, days) in enumerate(some):
        tokens[at, : len(codes)] = codes
        gap = np.minimum(np.diff(days, prepend=days[:1]), 5 * YEAR)
        gaps[at, : len(codes), 0] = np.log1p(gap) / 4
    rows = torch.cat([net["embed"](torch.from_numpy(tokens)), torch.from_numpy(gaps)], 2)
    states, _ = net["gru"](rows)
    return net["out"](states[torch.arange(len(some)), torch.from_numpy(last)])[:, 0]
