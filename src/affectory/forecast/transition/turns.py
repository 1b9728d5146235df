"""Which turn of a conversation follows which, what was said since, and what was felt."""

__all__ = ["Turns", "labels_of", "turns_of"]

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadValues
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.forecast.transition.anchors import LABELS, nearest
from affectory.represent.abreast import abreast
from affectory.represent.vocabularies import VAD


class Turns(NamedTuple):
    """What each record follows.

    Attributes:
        own: Place of the actor's last record in the session, -1 for none. Shape (n,).
        said: Its words, empty for none. Length n.
        heard: Words of the record just before, if another's. Length n.
    """

    own: NDArray[np.int64]
    said: list[str]
    heard: list[str]


def turns_of(records: Records) -> Turns:
    """Return what each record follows, within its session."""
    frame = records.frame
    texts = frame["text"].fill_null("").to_list()
    session, actor = frame["session"].to_list(), frame["actor"].to_list()
    own = np.full(len(texts), -1)
    heard = [""] * len(texts)
    last: dict[tuple[str, str], int] = {}
    for at, who in enumerate(zip(session, actor, strict=True)):
        own[at] = last.get(who, -1)
        if at and session[at - 1] == who[0] and actor[at - 1] != who[1]:
            heard[at] = texts[at - 1]
        last[who] = at
    said = [texts[at] if at >= 0 else "" for at in own]
    return Turns(own, said, heard)


def labels_of(records: Records, felt: Trajectory) -> NDArray[np.int64]:
    """Return the label of each record's state, -1 where it has none. Shape (n,)."""
    if felt.space.name not in (LABELS.name, VAD.name):
        raise BadValues(
            "forecast/transition", f"states in {felt.space.name}", f"{LABELS.name} or {VAD.name}"
        )
    values = abreast(records, felt)
    known = ~np.isnan(values).any(axis=1)
    found = np.full(len(values), -1)
    rows = values[known]
    found[known] = rows.argmax(axis=1) if felt.space.name == LABELS.name else nearest(rows)
    return found
