"""Which turn of a conversation follows which: an actor's own last one, and what was said since."""

__all__ = ["Turns", "turns_of"]

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.records import Records


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
