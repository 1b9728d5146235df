"""From texts to what is seen in each of their sentences."""

__all__ = ["Pages", "Sentence", "paged", "seen"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.perceive.symptoms.cues import FIGURE, OUTER, Mention, mentions
from affectory.perceive.symptoms.head import Seen, grams
from affectory.represent.vocabularies import DSM5_9
from affectory.senses.scopes import Scope, scoped
from affectory.senses.sentences import cut


class Sentence(NamedTuple):
    """Where a sentence stands.

    Attributes:
        row: Which text.
        start: Its first character in the text.
        stop: One past its last.
        which: Which of the distinct sentences it is.
    """

    row: int
    start: int
    stop: int
    which: int


@dataclass(frozen=True, eq=False)
class Pages:
    """Texts cut into sentences, each distinct one kept once.

    Args:
        sentences: In reading order.
        distinct: What they say.
    """

    sentences: tuple[Sentence, ...]
    distinct: tuple[str, ...]

    @property
    def row(self) -> NDArray[np.int64]:
        """Which text each sentence is from. Shape (s,)."""
        return np.array([sentence.row for sentence in self.sentences], np.int64)

    @property
    def which(self) -> NDArray[np.int64]:
        """Which distinct sentence each is. Shape (s,)."""
        return np.array([sentence.which for sentence in self.sentences], np.int64)


def paged(texts: Sequence[str]) -> Pages:
    """Return the sentences of `texts`, which share nothing but their words."""
    places: dict[str, int] = {}
    sentences = [
        Sentence(row, low, high, places.setdefault(text[low:high], len(places)))
        for row, text in enumerate(texts)
        for low, high in cut(text)
    ]
    return Pages(tuple(sentences), tuple(places))


def seen(sentences: Sequence[str], remembered: bool = False) -> tuple[Seen, list[Mention]]:
    """Return what the head reads in each of n sentences, and the mentions of cues.

    Args:
        sentences: What is said.
        remembered: Whether what is over counts as well.
    """
    told = [scoped(sentence) for sentence in sentences]
    found = mentions(sentences, told)
    forgiven = int(Scope.PAST) if remembered else 0
    n, k = len(sentences), DSM5_9.k
    own, figure, outer = np.zeros((n, k)), np.zeros((n, k)), np.zeros((n, k))
    spared: dict[int, list[tuple[int, int]]] = {}
    for each in found:
        reach = each.reach & ~forgiven
        if not reach:
            strength = 1.0 + HEIGHT[each.degree]
            own[each.row, each.axis] = max(own[each.row, each.axis], strength)
            spared.setdefault(each.row, []).append((each.start, each.stop))
        figure[each.row, each.axis] = max(figure[each.row, each.axis], bool(reach & FIGURE))
        outer[each.row, each.axis] = max(outer[each.row, each.axis], bool(reach & OUTER))
    rows = [grams(one, OTHERS & ~forgiven, spared.get(at, ())) for at, one in enumerate(told)]
    return Seen(rows, own, figure, outer), found


OTHERS = int(Scope.OTHER | Scope.PAST | Scope.SUPPOSED | Scope.QUOTED | Scope.THING)
HEIGHT = {-1: -0.3, 0: 0.0, 1: 0.2}  # how much "slightly" and "so" change a cue
