"""What an outcome rests on, event by event; which tokens are alike; errors by group."""

__all__ = ["evidence", "nearest", "saliency"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.core.evidence import Evidence, Ground
from affectory.core.records import Records
from affectory.forecast.lives.learning import BATCH
from affectory.forecast.lives.net import LifeNet
from affectory.forecast.lives.reading import Document, batch_of
from affectory.parts.padded import dealt
from affectory.represent.vocabularies import OUTCOME
from affectory.senses.life import SPECIALS

Floats = NDArray[np.float64]


def saliency(net: LifeNet, lives: Sequence[Document]) -> list[Floats]:
    """Return by how much each token moves the log-odds of its person. Shapes (t,)."""
    out: list[Floats] = [np.zeros(0)] * len(lives)
    for rows in dealt([len(each.days) for each in lives], 2 * BATCH):
        told = net.saliency(batch_of(net.torch, [lives[at] for at in rows])).numpy()
        for at, own in zip(rows, told, strict=True):
            out[at] = own[: len(lives[at].days)].astype(np.float64)
    return out


def evidence(
    past: Records, lives: Sequence[Document], weights: Sequence[Floats], by: str
) -> tuple[Evidence, ...]:
    """Return one reason an event, the heaviest of each person first."""
    keys = past.frame.select("session", "actor", "seq", "start", "stop", "text").rows()
    rows = {(s, a, seq): (start, stop, text) for s, a, seq, start, stop, text in keys}
    out = []
    for own, weight in zip(lives, weights, strict=True):
        held = own.records >= 0
        seqs, at = np.unique(own.records[held], return_inverse=True)
        total = np.bincount(at, weight[held], len(seqs))
        for place in np.argsort(-np.abs(total), kind="stable"):
            start, stop, text = rows[(*own.key, int(seqs[place]))]
            out.append(
                Evidence(
                    *own.key, start, stop, OUTCOME.names[0], float(total[place]),
                    kind=Ground.ATTRIBUTION, record=int(seqs[place]), text=text or "", by=by,
                )
            )  # fmt: skip
    return tuple(out)


def nearest(names: tuple[str, ...], vectors: Floats, token: str, k: int) -> list[tuple[str, float]]:
    """Return the `k` ordinary tokens nearest in direction to `token`, with their cosines.

    Raises:
        BadChoice: if it is not known.
    """
    known = names[len(SPECIALS) :]
    if token not in known:
        raise BadChoice("token", token, known[:20])
    own = vectors[len(SPECIALS) :]
    unit = own / np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-12)
    alike = unit @ unit[known.index(token)]
    order = [at for at in np.argsort(-alike, kind="stable") if known[at] != token]
    return [(known[at], float(alike[at])) for at in order[:k]]
